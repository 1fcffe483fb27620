import { WAYS } from '../servers/ways.mjs'
import { write } from './write.mjs'

/** @type {import('./index.mjs').Scenario} */
export const ways = {
  ...write,
  name: 'ways',
  title: 'Ways to write: the same event to the response or directly to the socket',
  about:
    'The same load on *bare Node*, which writes strings or Buffers, either to the response or directly ' +
    'to its socket, with or without chunk framing.',
  among: Object.keys(WAYS),
}
