// Measures the cost that a login adds to a post: `npm run bench:logins`. Runs the scenario `post` without
// a login and with tokens, in turn. Prints the server's processor time per post and the machine, and fails
// if a token makes it more than MOST times as much. The machine should have no other load. With --quick it runs
// each once, for trying it only, and doesn't judge.
import { SignJWT } from 'jose'
import { standalone, WHEREABOUTS } from './contestants.mjs'
import { buildGenerator } from './generator.mjs'
import { describeMachine, reportDate } from './machine.mjs'
import { post } from './scenarios/post.mjs'
import { perform, typeInto } from './stage.mjs'

const QUICK = process.argv.includes('--quick')
const RUNS = QUICK ? 1 : 5
const MOST = 1.3
const SECRET = 'a secret of the bench, of more than 32 bytes'

const compiler = buildGenerator()

/** Makes a token like an application. */
const token = await new SignJWT({
  name: 'Ann Lee',
  rooms: [{ room: 'r*', can: ['watch', 'join', 'move', 'write', 'comment'] }],
})
  .setProtectedHeader({ alg: 'HS256' })
  .setSubject('ann')
  .setExpirationTime('1h')
  .sign(new TextEncoder().encode(SECRET))

const without = contestant('open', {}, [])
const withToken = contestant('jwt', { WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWT_SECRET: SECRET }, [
  `Authorization: Bearer ${token}`,
])

/** @type {Map<string, number[]>} */
const figures = new Map()
for (let run = 1; run <= RUNS; run++) {
  for (const each of [without, withToken]) {
    const us = await usPerPost(each)
    figures.set(each.name, [...(figures.get(each.name) ?? []), us])
    console.log(
      `${each.name.padEnd(5)} ${run}/${RUNS}  ${us.toFixed(1)} µs of the server for a post`,
    )
  }
}
const ratio = median('jwt') / median('open')
const { processor, cores, node, pinning, commit } = describeMachine(compiler)
console.log(`\n${reportDate()}, ${commit}: ${processor}, ${cores} cores, Node ${node}; ${pinning}`)
console.log(
  `open ${median('open').toFixed(1)} µs, jwt ${median('jwt').toFixed(1)} µs: ${ratio.toFixed(2)} times as much`,
)
if (!QUICK && !(ratio <= MOST)) process.exitCode = 1

/**
 * @param {string} name
 * @param {Readonly<Record<string, string>>} env
 * @param {readonly string[]} headers
 * @returns {import('./contestants.mjs').Contestant}
 */
function contestant(name, env, headers) {
  return {
    name,
    title: name,
    packages: [],
    wire: { ...WHEREABOUTS, headers },
    command: (place) => {
      const command = standalone(place)
      // One user posts for all.
      return { ...command, env: { ...command.env, WHEREABOUTS_BUDGET_SCALE: '0', ...env } }
    },
  }
}

/** @param {import('./contestants.mjs').Contestant} each */
async function usPerPost(each) {
  const { figures: found, notes } = await post.measure({
    contestant: each,
    quick: QUICK,
    earlier: [],
    load: (load) => perform(each, load),
    type: (task) => typeInto(each, task),
  })
  for (const note of notes) console.log(`      ! ${note}`)
  return found['usPerPost'] ?? NaN
}

/** @param {string} name */
function median(name) {
  const sorted = (figures.get(name) ?? []).toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
