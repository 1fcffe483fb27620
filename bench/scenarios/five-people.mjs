import { faultsOf, microsecondsEach } from '../stage.mjs'

const PEOPLE = 5
/** How often each person moves in a second: somebody who clicks around, and a held arrow key. */
const RATES = [2, 5]
/** Several rooms, so that the processor time of a move can be measured. */
const ROOMS = 20

/** @type {import('./index.mjs').Scenario} */
export const fivePeople = {
  name: 'five-people',
  title: 'Five people who move all the time',
  about:
    `${ROOMS} rooms of ${PEOPLE} people, each of whom moves ${RATES.join(' or ')} times a second. A server that ` +
    'merges updates within a fixed interval lets people wait here, and saves little. The cost is per move, with ' +
    'its frames to all five.',
  columns: RATES.flatMap((rate) => [
    { key: `p50at${rate}`, title: `p50 at ${rate} moves/s`, unit: 'ms', best: 'least' },
    { key: `p99at${rate}`, title: `p99 at ${rate}`, unit: 'ms', best: 'least' },
    { key: `usAt${rate}`, title: `server, per move at ${rate}`, unit: 'µs', best: 'least' },
  ]),
  plot: { kind: 'bars', key: 'p50at5', axis: 'ms from POST to seen, p50, at 5 moves/s' },
  loads: RATES.length,
  load: (quick) => loadOf(quick, RATES[0] ?? 0),
  excludes: () => undefined,
  async measure({ load, quick }) {
    /** @type {Record<string, number>} */
    const figures = {}
    const notes = []
    for (const rate of RATES) {
      const asked = loadOf(quick, rate)
      const outcome = await load(asked)
      const { p50, p99 } = outcome.latencyMs
      figures[`p50at${rate}`] = p50
      figures[`p99at${rate}`] = p99
      figures[`usAt${rate}`] = microsecondsEach(outcome.serverSeconds, outcome.made)
      notes.push(...faultsOf(asked, outcome))
    }
    return { figures, notes }
  },
}

/**
 * @param {boolean} quick
 * @param {number} rate
 */
function loadOf(quick, rate) {
  const people = ROOMS * PEOPLE
  const load = { readers: people, writers: people, rooms: ROOMS, rate, prompt: true }
  return { ...load, warmS: quick ? 2 : 4, seconds: quick ? 3 : 8 }
}
