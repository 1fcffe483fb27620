import { originOf } from '../typing/traces.mjs'
import { COLUMNS } from './trace.mjs'

const QUICK_EDITS = 2_000

/** @type {import('./index.mjs').Scenario} */
export const typist = {
  name: 'typist',
  title: 'One writer at full speed: a program writes a text, and somebody reads',
  get about() {
    return (
      `One person writes as fast as it goes: ${originOf('rustcode')}. A second one has the document open. ` +
      'A client may send several edits together.'
    )
  },
  columns: COLUMNS.filter(({ key }) => key !== 'handOvers' && key !== 'storedLaterKb'),
  plot: { kind: 'bars', key: 'seconds', axis: 's until both have everything' },
  loads: 1,
  load: (quick) => ({ warmS: 3, seconds: quick ? 2 : 5 }),
  among: ['documents', 'y-websocket-documents', 'hocuspocus'],
  excludes: () => undefined,
  async measure({ type, quick }) {
    const { figures, faults } = await type({
      name: 'trace',
      trace: 'rustcode',
      ...(quick && { edits: QUICK_EDITS }),
      storedAfterS: 0,
    })
    return { figures, notes: faults }
  },
}
