import { microsecondsEach } from '../stage.mjs'

const READERS = 1_000
const EDITS = 40
const EVERY_MS = 250

/** @type {import('./index.mjs').Scenario} */
export const readers = {
  name: 'readers',
  title: 'Many readers of one document',
  about:
    `One person types into a document that ${READERS.toLocaleString('en')} others read, every ${EVERY_MS} ms. How ` +
    'long an edit takes until a reader has its bytes. The readers are sockets that look for the edit in what ' +
    'arrives, in the process of the writer.',
  columns: [
    { key: 'p50', title: 'seen, p50', unit: 'ms', best: 'least' },
    { key: 'p90', title: 'p90', unit: 'ms', best: 'least' },
    { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
    { key: 'usPerReader', title: 'server, per edit and reader', unit: 'µs', best: 'least' },
  ],
  plot: { kind: 'bars', key: 'p99', axis: 'ms from an edit to a reader, p99' },
  loads: 1,
  load: (quick) => ({ warmS: 5, seconds: quick ? 2 : (EDITS * EVERY_MS) / 1_000 }),
  among: ['documents', 'y-websocket-documents', 'hocuspocus'],
  excludes: () => undefined,
  async measure({ type, quick }) {
    const size = quick
      ? { readers: 50, edits: 5, everyMs: 50 }
      : { readers: READERS, edits: EDITS, everyMs: EVERY_MS }
    const { figures, faults } = await type({ name: 'readers', ...size })
    const { serverSeconds = NaN, count = NaN } = figures
    return {
      figures: { ...figures, usPerReader: microsecondsEach(serverSeconds, count) },
      notes: faults,
    }
  },
}
