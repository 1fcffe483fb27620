import { faultsOf, microsecondsPerUpdate } from '../stage.mjs'

const ROOMS = 20
const PEOPLE = 5

/** @type {import('./index.mjs').Scenario} */
export const quiet = {
  name: 'quiet',
  title: 'Quiet rooms: from a post until the others see it',
  about:
    `${ROOMS} rooms of ${PEOPLE} people, each of whom moves once in 4 seconds. There is nothing to merge and ` +
    'nothing to wait for, so the figure is the time through the server.',
  columns: [
    { key: 'p50', title: 'p50', unit: 'ms', best: 'least' },
    { key: 'p90', title: 'p90', unit: 'ms', best: 'least' },
    { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
    { key: 'usPerUpdate', title: 'server, per update delivered', unit: 'µs', best: 'least' },
  ],
  plot: { kind: 'bars', key: 'p50', axis: 'ms from POST to seen, p50' },
  loads: 1,
  load: loadOf,
  excludes: () => undefined,
  async measure({ load, quick }) {
    const asked = loadOf(quick)
    const outcome = await load(asked)
    const { p50, p90, p99 } = outcome.latencyMs
    return {
      figures: { p50, p90, p99, usPerUpdate: microsecondsPerUpdate(outcome) },
      notes: faultsOf(asked, outcome),
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  const people = ROOMS * PEOPLE
  const load = { readers: people, writers: people, rooms: ROOMS, rate: 0.25, prompt: true }
  return { ...load, warmS: quick ? 1 : 4, seconds: quick ? 2 : 8 }
}
