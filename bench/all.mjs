// `npm run bench:all`: everything that docs/performance.md shows, in one go, and the page made of it. It takes
// about half an hour, in which the machine should do nothing else. `npm run bench` compares more servers, with
// three runs of each.
//
//   --quick             a little of everything, for trying it only; doesn't write the page
//   --results folder    where the results go; bench/results by default
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FIGURES } from './figures.mjs'
import { reportDate } from './machine.mjs'
import { SCENARIOS } from './scenarios/index.mjs'

/** A study for a decision that has been taken: decision 23. */
const LEFT_OUT = new Set(['ways'])
const LADDERS = ['whereabouts', 'whereabouts-fastify', 'ws', 'nchan', 'bare', 'bare-frames']
const USUAL = ['whereabouts', 'whereabouts-fastify', 'ws', 'nchan', 'bare']
const MORE = [...USUAL, 'whereabouts-express', 'socket.io', 'y-websocket']
const DOCUMENTS = ['documents', 'y-websocket-documents', 'hocuspocus']

/** Whom a scenario compares, if it isn't the usual ones. @type {Readonly<Record<string, readonly string[]>>} */
const COMPARED = {
  'hot-room': LADDERS,
  webinar: LADDERS,
  'small-rooms': LADDERS,
  post: MORE,
  quiet: MORE,
  'slow-readers': ['whereabouts', 'ws', 'nchan', 'bare'],
  article: ['whereabouts', 'ws', 'polling-since'],
  turns: DOCUMENTS,
  pair: DOCUMENTS,
  trace: DOCUMENTS,
  typist: DOCUMENTS,
  readers: DOCUMENTS,
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})
const { quick, results } = values
const began = reportDate()
const beganMs = performance.now()
console.log(`Everything, one after the other: about ${quick ? 5 : 30} minutes`)
const failed = [...scenarioCommands(), ...FIGURES.map(({ program }) => [program])].filter(
  ([program = '', ...args]) => !succeeds(program, [...args, '--results', results]),
)
for (const [program, ...args] of failed) console.error(`failed: ${program} ${args.join(' ')}`)
if (failed.length > 0) process.exitCode = 1
else if (!quick) {
  removeEarlierResults()
  if (!succeeds('performance.mjs', [])) process.exitCode = 1
}
console.log(`It took ${((performance.now() - beganMs) / 60_000).toFixed(1)} minutes`)

function scenarioCommands() {
  return SCENARIOS.filter(({ name }) => !LEFT_OUT.has(name)).map(({ name }) => {
    const servers = COMPARED[name] ?? USUAL
    return ['run.mjs', '--runs', '1', '--only', name, '--servers', servers.join(',')]
  })
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function succeeds(program, args) {
  const more = quick ? ['--quick'] : []
  const command = [join(import.meta.dirname, program), ...args, ...more]
  return spawnSync(process.execPath, command, { stdio: 'inherit' }).status === 0
}

/** Removes what wasn't measured now, as the page is of one machine and one day. */
function removeEarlierResults() {
  for (const { name } of [...SCENARIOS, ...FIGURES]) {
    const file = join(results, `${name}.json`)
    if (!existsSync(file)) continue
    /** @type {{ date: string }} */
    const { date } = JSON.parse(readFileSync(file, 'utf8'))
    if (date >= began) continue
    for (const type of ['json', 'md']) rmSync(join(results, `${name}.${type}`), { force: true })
  }
}
