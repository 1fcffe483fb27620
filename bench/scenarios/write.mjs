import { faultsOf, microsecondsEach, serverPercent } from '../stage.mjs'

/** @type {import('./index.mjs').Scenario} */
export const write = {
  name: 'write',
  title: 'Write: the cost of one event on one stream',
  about:
    'One person moves 10 times a second, and 1,000 watch. At this rate no server merges updates and no ' +
    'buffer is full, so the figure is the cost of one write, including its share of the post.',
  columns: [
    { key: 'usPerEvent', title: 'server, per event written', unit: 'µs', best: 'least' },
    { key: 'bytesPerEvent', title: 'on the wire', unit: 'B', best: 'least' },
    { key: 'serverPercent', title: 'core taken', unit: '%', best: 'least' },
    { key: 'p50', title: 'p50', unit: 'ms', best: 'least' },
    { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
  ],
  plot: { kind: 'bars', key: 'usPerEvent', axis: 'µs of server CPU per event' },
  loads: 1,
  load: loadOf,
  excludes: () => undefined,
  async measure({ load, quick }) {
    const asked = loadOf(quick)
    const outcome = await load(asked)
    return {
      figures: {
        usPerEvent: microsecondsEach(outcome.serverSeconds, outcome.events),
        bytesPerEvent: outcome.events === 0 ? NaN : outcome.bytesIn / outcome.events,
        serverPercent: serverPercent(outcome),
        p50: outcome.latencyMs.p50,
        p99: outcome.latencyMs.p99,
      },
      notes: faultsOf(asked, outcome),
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  return {
    readers: quick ? 50 : 1_000,
    watch: true,
    writers: 1,
    // Far below the rate of frames, so that no update waits for the previous one.
    rate: 10,
    warmS: quick ? 1 : 3,
    seconds: quick ? 1 : 10,
  }
}
