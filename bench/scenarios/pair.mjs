import { cpuMsEach } from './turns.mjs'

const EDITS = 60
const EVERY_MS = 200

/** @type {import('./index.mjs').Scenario} */
export const pair = {
  name: 'pair',
  title: 'A quiet pair: an edit seen by the other one',
  about:
    `Two people have one document open, and every ${EVERY_MS} ms one of them types a letter. How long it takes ` +
    'until the other one has it. whereabouts stores it before it shows it to others.',
  columns: [
    { key: 'p50', title: 'seen, p50', unit: 'ms', best: 'least' },
    { key: 'p90', title: 'p90', unit: 'ms', best: 'least' },
    { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
    { key: 'cpuMs', title: 'server, per edit', unit: 'ms', best: 'least' },
  ],
  plot: { kind: 'bars', key: 'p50', axis: 'ms from an edit to the other document, p50' },
  loads: 1,
  load: (quick) => ({ warmS: 2, seconds: quick ? 2 : (EDITS * EVERY_MS) / 1_000 }),
  among: ['documents', 'y-websocket-documents', 'hocuspocus'],
  excludes: () => undefined,
  async measure({ type, quick }) {
    const size = quick ? { edits: 10, everyMs: 50 } : { edits: EDITS, everyMs: EVERY_MS }
    const { figures, faults } = await type({ name: 'pair', ...size })
    return { figures: { ...figures, cpuMs: cpuMsEach(figures) }, notes: faults }
  },
}
