import { faultsOf, microsecondsEach, serverPercent } from '../stage.mjs'

const PEOPLE_IN_A_ROOM = 5
/** On average, a client confirms after 10.5 s. PROTOCOL.md CL68 */
const EVERY_S = 10.5

/** @type {import('./index.mjs').Scenario} */
export const confirmations = {
  name: 'confirmations',
  title: 'Confirmations: people who do nothing',
  about:
    `Some thousand people in rooms of ${PEOPLE_IN_A_ROOM}, none of whom moves. Each confirms every ${EVERY_S} s that it is ` +
    'there, as the client of a visible page does. What that costs the server, beside the same people without ' +
    'confirmations, whose pings it sends in both cases.',
  columns: [
    { key: 'requestsPerS', title: 'confirmations a second', unit: '' },
    { key: 'percentConfirming', title: 'server', unit: '% of a core', best: 'least' },
    { key: 'percentStill', title: 'server without confirmations', unit: '% of a core' },
    { key: 'usPerConfirmation', title: 'server, per confirmation', unit: 'µs', best: 'least' },
  ],
  among: ['whereabouts'],
  loads: 2,
  load: loadOf,
  excludes: () => undefined,
  async measure({ load, quick }) {
    const asked = loadOf(quick)
    const still = await load({ ...asked, writers: 0, idle: true })
    const confirming = await load(asked)
    // Nothing of a confirmation is delivered to anybody.
    const notes = faultsOf(asked, { ...confirming, expected: 0 })
    const percentStill = serverPercent(still)
    const percentConfirming = serverPercent(confirming)
    const cost =
      confirming.serverSeconds - (still.serverSeconds * confirming.seconds) / still.seconds
    return {
      figures: {
        requestsPerS: confirming.answers / confirming.seconds,
        percentConfirming,
        percentStill,
        usPerConfirmation: microsecondsEach(cost, confirming.answers),
      },
      notes,
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  const people = quick ? 1_000 : 5_000
  return {
    readers: people,
    writers: people,
    rooms: people / PEOPLE_IN_A_ROOM,
    rate: 1 / EVERY_S,
    post: '/rooms/r%d/confirm?member=m%i&nextWithinMs=18000',
    body: '{}',
    warmS: quick ? 2 : 12,
    seconds: quick ? 5 : 15,
  }
}
