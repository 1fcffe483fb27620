import { climb, stepOn } from '../ladder.mjs'

const COMPARED_AT = 200
/** How long V8 compiles and collects garbage on other threads after the start of a server. */
const COMPARED_WARM_S = 10
const QUICK_PEOPLE = 20

/** @type {import('./index.mjs').Scenario} */
export const hotRoom = {
  name: 'hot-room',
  title: 'Hot room: everybody moves and sees everybody',
  about:
    'One room. Each person moves 5 times a second and sees everybody. How many people can be in it ' +
    'while 99 of 100 updates are seen within 100 ms, and the cost of an update with 200 people.',
  columns: [
    { key: 'level', title: 'people at p99 ≤ 100 ms', unit: '', best: 'most' },
    {
      key: 'usPerUpdate',
      title: `server, per update delivered to ${COMPARED_AT}`,
      unit: 'µs',
      best: 'least',
    },
    { key: 'serverPercent', title: `core taken with ${COMPARED_AT}`, unit: '%', best: 'least' },
    { key: 'p50', title: `p50 with ${COMPARED_AT}`, unit: 'ms', best: 'least' },
    { key: 'p99', title: `p99 with ${COMPARED_AT}`, unit: 'ms', best: 'least' },
  ],
  plot: { kind: 'ladder', axis: 'people in the room', limit: 100 },
  loads: 6,
  load: loadOf,
  excludes: () => undefined,
  async measure(stage) {
    const ladder = {
      levels: [10, 20, 50, 100, 200, 400, 600, 800, 1_000],
      first: 50,
      p99Ms: 100,
      load: (/** @type {number} */ people) => ({
        ...loadOf(stage.quick),
        readers: people,
        writers: people,
      }),
    }
    const { level, steps } = await climb(stage, ladder)
    const usual = loadOf(stage.quick)
    const load = stage.quick ? usual : { ...usual, warmS: COMPARED_WARM_S }
    const compared = await stepOn(stage, { ...ladder, load: () => load }, COMPARED_AT)
    const all = [...steps, compared]
    return {
      figures: { ...compared.figures, level },
      steps: all.map((step) => step.figures),
      notes: all.flatMap((step) => step.notes),
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  const people = quick ? QUICK_PEOPLE : COMPARED_AT
  return { readers: people, writers: people, rate: 5, warmS: quick ? 1 : 4, seconds: quick ? 1 : 4 }
}
