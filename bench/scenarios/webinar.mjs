import { climb } from '../ladder.mjs'

/** @type {import('./index.mjs').Scenario} */
export const webinar = {
  name: 'webinar',
  title: 'Webinar: one person moves and all others watch',
  about:
    'One room, in which one person moves 50 times a second. How many viewers can watch while 99 of ' +
    '100 updates are seen within 250 ms. A server that merges updates may show only the latest.',
  columns: [
    { key: 'level', title: 'viewers at p99 ≤ 250 ms', unit: '', best: 'most' },
    { key: 'usPerUpdate', title: 'server, per update delivered', unit: 'µs', best: 'least' },
    { key: 'serverPercent', title: 'core taken', unit: '%', best: 'least' },
    { key: 'supersededPercent', title: 'updates merged', unit: '%', best: 'least' },
    { key: 'p50', title: 'p50', unit: 'ms', best: 'least' },
    { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
  ],
  plot: { kind: 'ladder', axis: 'viewers', limit: 250 },
  loads: 4,
  load: loadOf,
  excludes: () => undefined,
  async measure(stage) {
    const { level, steps } = await climb(stage, {
      levels: [
        50, 200, 500, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 8_000, 10_000, 12_000, 14_000,
        16_000, 18_000,
      ],
      first: 500,
      p99Ms: 250,
      load: (readers) => ({ ...loadOf(stage.quick), readers }),
    })
    const carried = steps.find((step) => step.level === level) ?? steps.at(0)
    return {
      figures: { ...carried?.figures, level },
      steps: steps.map((step) => step.figures),
      notes: steps.flatMap((step) => step.notes),
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  return {
    readers: 1_000,
    watch: true,
    writers: 1,
    rate: 50,
    warmS: quick ? 1 : 4,
    seconds: quick ? 1 : 4,
  }
}
