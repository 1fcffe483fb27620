const TURNS = 400

/** @type {import('./index.mjs').Scenario} */
export const turns = {
  name: 'turns',
  title: 'Typing in turns: two people in one document',
  about:
    `Two people type ${TURNS} letters in turns, each as soon as the other's letter is in their document. How long ` +
    'a letter takes from one document to the other. whereabouts stores it before it shows it to others.',
  columns: [
    { key: 'p50', title: 'hand-over, p50', unit: 'ms', best: 'least' },
    { key: 'p90', title: 'p90', unit: 'ms', best: 'least' },
    { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
    { key: 'cpuMs', title: 'server, per letter', unit: 'ms', best: 'least' },
  ],
  plot: { kind: 'bars', key: 'p50', axis: 'ms from one document to the other, p50' },
  loads: 1,
  load: (quick) => ({ warmS: 1, seconds: quick ? 2 : 12 }),
  among: ['documents', 'y-websocket-documents', 'hocuspocus'],
  excludes: () => undefined,
  async measure({ type, quick }) {
    const { figures, faults } = await type({ name: 'turns', turns: quick ? 20 : TURNS })
    return { figures: { ...figures, cpuMs: cpuMsEach(figures) }, notes: faults }
  },
}

/**
 * Returns the server's processor time per edit in milliseconds.
 *
 * @param {Readonly<Record<string, number>>} figures
 */
export function cpuMsEach({ serverSeconds = NaN, count = NaN }) {
  return (serverSeconds * 1_000) / count
}
