import { faultsOf, microsecondsEach } from '../stage.mjs'

/** @type {import('./index.mjs').Scenario} */
export const post = {
  name: 'post',
  title: 'POST: the cost of posting a location',
  about:
    'In one room 64 people post again as soon as they are answered, and one stream shows it. For a server ' +
    'that forwards each update, the figure includes one write per post.',
  columns: [
    { key: 'usPerPost', title: 'server, per post', unit: 'µs', best: 'least' },
    { key: 'postsPerSecond', title: 'posts per second', unit: '', best: 'most' },
    { key: 'answerP50', title: 'answered, p50', unit: 'ms', best: 'least' },
    { key: 'answerP99', title: 'answered, p99', unit: 'ms', best: 'least' },
  ],
  plot: { kind: 'bars', key: 'usPerPost', axis: 'µs of server CPU per post' },
  loads: 1,
  load: loadOf,
  excludes: ({ wire }) =>
    wire?.post === undefined ? 'updates come over the WebSocket' : undefined,
  async measure({ load, quick }) {
    const asked = loadOf(quick)
    const outcome = await load(asked)
    return {
      figures: {
        usPerPost: microsecondsEach(outcome.serverSeconds, outcome.answers),
        postsPerSecond: outcome.answers / outcome.seconds,
        answerP50: outcome.answerMs.p50,
        answerP99: outcome.answerMs.p99,
      },
      notes: faultsOf(asked, outcome),
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  return { readers: 1, writers: 64, closedLoop: true, warmS: quick ? 1 : 3, seconds: quick ? 1 : 4 }
}
