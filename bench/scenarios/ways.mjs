import { WAYS } from '../servers/ways.mjs'
import { write } from './write.mjs'

/** @type {import('./index.mjs').Scenario} */
export const ways = {
  ...write,
  name: 'ways',
  title: 'Ways to write: the same event through and past the response',
  about:
    'The same load on *bare Node*, which writes in different ways: what to write, and whether to the ' +
    'response or, framed as a chunk or not, right to its socket.',
  among: Object.keys(WAYS),
}
