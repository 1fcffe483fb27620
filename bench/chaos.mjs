// `npm run bench:chaos`: measures what 300 people on three nodes see when something goes wrong, with
// the cases of test/chaos.
//
//   --only kill,rolling    these cases
//   --quick                with 50 people, for trying it only
//   --results folder       where the results go; bench/results by default
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, reportDate } from './machine.mjs'
import { importTest } from './test-modules.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})

/** @type {typeof import('../test/chaos/cases.js')} */
const { CASES, describe, play } = await importTest('chaos/cases.ts')
/** @type {typeof import('../test/servers/postgres.js')} */
const { startPostgres } = await importTest('servers/postgres.ts')

const PEOPLE = values.quick ? 50 : 300
const names = values.only?.split(',')
const cases = Object.entries(CASES).filter(([name]) => names?.includes(name) ?? true)
/** @type {[import('../test/chaos/cases.js').Case, import('../test/chaos/cases.js').Outcome][]} */
const outcomes = []
/** @type {string[]} */
const failures = []
const postgres = await startPostgres()
try {
  for (const [, each] of cases) {
    try {
      const outcome = await play(each, postgres, PEOPLE)
      console.log(describe(each, outcome))
      outcomes.push([each, outcome])
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      failures.push(`- **${each.name}** failed: ${why}.`)
      console.error(failures.at(-1))
      process.exitCode = 1
    }
  }
} finally {
  await postgres[Symbol.asyncDispose]()
}
const text = reportOf()
mkdirSync(values.results, { recursive: true })
writeFileSync(join(values.results, 'chaos.md'), text)
console.log(text)

function reportOf() {
  const { processor, cores, memoryGiB, kernel, node, commit } = describeMachine()
  const heads = [
    'what happens',
    'all views right again after',
    'somebody’s view wrong for',
    'seen to be gone',
    'streams reopened',
    'writes lost',
  ]
  const rows = outcomes.map(([{ name, about }, outcome]) => [
    `**${name}**: ${about}`,
    seconds(outcome.rightAfterMs),
    seconds(outcome.wrongMs),
    `${outcome.flickers}`,
    `${outcome.interruptions}`,
    `${outcome.lost} of ${outcome.acknowledged}`,
  ])
  const rule = heads.map((_, at) => (at === 0 ? '---' : '---:'))
  const table = [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return [
    `# ${PEOPLE} people on three nodes, when something goes wrong`,
    'Three server processes behind a load balancer, one Redis, one PostgreSQL, and ' +
      `${PEOPLE} clients in one room: 30 of them move once a second, 8 write into the document, and 8 more ` +
      `clients post updates to it. A view is right when it shows all ${PEOPLE} online, and no location of a ` +
      'mover is older than 3 s. ' +
      'Times count from the start of the disturbance. *Seen to be gone* counts each time that a member who ' +
      'was there all the time disappears from a view. A write is lost if it was acknowledged and ' +
      'any node lacks it at the end. Lease 8 s, heartbeat 2 s.',
    table,
    ...(failures.length > 0 ? [failures.join('\n')] : []),
    `${reportDate()}, commit ${commit}. ${processor}, ${cores} cores for everything, ${memoryGiB} GiB, ${kernel}, ` +
      `Node ${node}.\n`,
  ].join('\n\n')
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`
}
