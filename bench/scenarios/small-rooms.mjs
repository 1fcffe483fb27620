import { climb } from '../ladder.mjs'

const PEOPLE = 5

/** @type {import('./index.mjs').Scenario} */
export const smallRooms = {
  name: 'small-rooms',
  title: 'Small rooms: many documents with a few people each',
  about:
    `Rooms of ${PEOPLE} people, each of whom moves twice a second. How many rooms can be open while 99 of ` +
    '100 updates are seen within 100 ms. Most of the cost is in the posts.',
  columns: [
    { key: 'level', title: 'rooms at p99 ≤ 100 ms', unit: '', best: 'most' },
    { key: 'usPerUpdate', title: 'server, per update delivered', unit: 'µs', best: 'least' },
    { key: 'serverPercent', title: 'core taken', unit: '%', best: 'least' },
    { key: 'p50', title: 'p50', unit: 'ms', best: 'least' },
    { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
  ],
  plot: { kind: 'ladder', axis: `rooms of ${PEOPLE}`, limit: 100 },
  loads: 3,
  load: loadOf,
  excludes: () => undefined,
  async measure(stage) {
    const { level, steps } = await climb(stage, {
      levels: [50, 100, 200, 400, 600, 800, 1_000, 1_200, 1_400, 1_500, 1_600, 1_700, 1_800, 1_900],
      first: 800,
      p99Ms: 100,
      load: (rooms) => {
        const people = rooms * PEOPLE
        return { ...loadOf(stage.quick), readers: people, writers: people, rooms }
      },
    })
    const carried = steps.find((step) => step.level === level) ?? steps.at(0)
    return {
      figures: { ...carried?.figures, level },
      steps: steps.map((step) => step.figures),
      notes: steps.flatMap((step) => step.notes),
    }
  },
}

/**
 * Long enough to include a collection of V8's old generation, which happens about every five
 * seconds on a busy server. In a shorter window that would be a matter of chance.
 *
 * @param {boolean} quick
 */
function loadOf(quick) {
  return { readers: 2_000, writers: 2_000, rate: 2, warmS: quick ? 1 : 8, seconds: quick ? 1 : 8 }
}
