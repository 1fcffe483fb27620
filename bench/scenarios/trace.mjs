import { originOf } from '../typing/traces.mjs'

const QUICK_EDITS = 1_000
/** A server may tidy up what it stored. */
const STORED_AFTER_S = 45

/** @type {readonly import('./index.mjs').Column[]} */
export const COLUMNS = [
  { key: 'seconds', title: 'until both have everything', unit: 's', best: 'least' },
  { key: 'serverSeconds', title: 'server', unit: 's of CPU', best: 'least' },
  { key: 'storedKb', title: 'stored then', unit: 'KB', best: 'least' },
  { key: 'storedLaterKb', title: `stored ${STORED_AFTER_S} s later`, unit: 'KB', best: 'least' },
  { key: 'edits', title: 'edits', unit: '' },
  { key: 'handOvers', title: 'hand-overs in a row', unit: '' },
]

/** @type {import('./index.mjs').Scenario} */
export const trace = {
  name: 'trace',
  title: 'Two people at once: a recorded session as fast as it goes',
  get about() {
    return (
      `Two people write one text: ${originOf('friendsforever')}. Each edit is made as soon as those that it ` +
      'followed have arrived, so the time is that of the hand-overs. Everything in the server’s folder counts as ' +
      'stored.'
    )
  },
  columns: COLUMNS,
  plot: { kind: 'bars', key: 'seconds', axis: 's until both have everything' },
  loads: 1,
  load: (quick) => ({ warmS: 3, seconds: quick ? 2 : 10 + STORED_AFTER_S }),
  among: ['documents', 'y-websocket-documents', 'hocuspocus'],
  excludes: () => undefined,
  async measure({ type, quick }) {
    const { figures, faults } = await type({
      name: 'trace',
      trace: 'friendsforever',
      ...(quick && { edits: QUICK_EDITS }),
      storedAfterS: quick ? 0 : STORED_AFTER_S,
    })
    return { figures, notes: faults }
  },
}
