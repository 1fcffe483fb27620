// `npm run bench`: compares whereabouts with the alternatives.
//
//   --only hot-room,post     these scenarios
//   --servers whereabouts    these contestants
//   --quick                  short runs, for trying the bench only
//   --runs 3                 runs of each, in turns
//   --before folder          another built checkout as one more contestant, such as before a change; may be repeated
//   --results folder         where the results go; bench/results by default
//   --list                   lists scenarios and contestants
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installAlternatives, versionOf } from './alternatives.mjs'
import { before, CONTESTANTS } from './contestants.mjs'
import { buildGenerator } from './generator.mjs'
import { describeMachine } from './machine.mjs'
import { minutesTaken, play, takesPartIn } from './play.mjs'
import { tableOfReport, writeReport } from './report.mjs'
import { SCENARIOS } from './scenarios/index.mjs'
import { fetchTraces } from './typing/traces.mjs'

const RUNS = 3

try {
  const { list, ...wanted } = readCommand()
  if (list) for (const { name, title } of [...SCENARIOS, ...CONTESTANTS]) say(name, title)
  else await bench(wanted)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

/** @throws {TypeError} for an unknown scenario or contestant */
function readCommand() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      servers: { type: 'string' },
      quick: { type: 'boolean', default: false },
      before: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string' },
      results: { type: 'string', default: join(import.meta.dirname, 'results') },
      list: { type: 'boolean', default: false },
    },
  })
  const { quick, results, list } = values
  const runs = Number(values.runs ?? (quick ? 1 : RUNS))
  if (!(Number.isInteger(runs) && runs > 0)) throw new TypeError('--runs must be 1 or more')
  const scenarios = pick(SCENARIOS, values.only)
  const contestants = [...pick(CONTESTANTS, values.servers), ...values.before.map(before)]
  return { scenarios, contestants, runs, quick, results, list }
}

/** @param {Omit<import('./play.mjs').Plan, 'absences'>} wanted */
async function bench(wanted) {
  const machine = describeMachine(buildGenerator())
  const contestants = wanted.contestants.filter((contestant) =>
    wanted.scenarios.some((scenario) => takesPartIn(scenario)(contestant)),
  )
  const plan = { ...wanted, contestants, absences: prepare(contestants) }
  await fetchTraces()
  const { scenarios, runs, results, absences } = plan
  const { processor, cores, memoryGiB, kernel, node, commit, pinning, openFiles } = machine
  console.log(`${processor}, ${cores} cores, ${memoryGiB} GiB, ${kernel}`)
  console.log(`Node ${node}, commit ${commit}; ${pinning}; ${openFiles} open files a process`)
  for (const [name, why] of absences) console.log(`${name}: ${why}`)
  const counts = `${scenarios.length} scenarios, ${contestants.length - absences.size} contestants`
  console.log(`${counts}, ${runs} runs: about ${minutesTaken(plan)} min`)
  for (const scenario of scenarios) {
    const report = { ...(await play(scenario, plan)), machine }
    writeReport(results, report)
    console.log(`\n${tableOfReport(report)}\n`)
  }
}

/**
 * Prepares the contestants; returns those that can't take part, with the reasons.
 *
 * @param {readonly import('./contestants.mjs').Contestant[]} contestants
 */
function prepare(contestants) {
  if (contestants.some(({ installed }) => installed !== undefined)) installAlternatives()
  /** @type {Map<string, string>} */
  const absences = new Map()
  for (const { name, installed = [], prepare: getReady } of contestants) {
    const missing = installed.filter((each) => versionOf(each, 'alternatives') === undefined)
    const why = missing.length > 0 ? `${missing.join(', ')} is not installed` : getReady?.()
    if (why !== undefined) absences.set(name, why)
  }
  return absences
}

/**
 * @template {{ name: string }} T
 * @param {readonly T[]} all
 * @param {string | undefined} names
 */
function pick(all, names) {
  if (names === undefined) return all
  const wanted = names.split(',')
  const unknown = wanted.filter((name) => all.every((each) => each.name !== name))
  if (unknown.length === 0) return all.filter(({ name }) => wanted.includes(name))
  const known = all.map(({ name }) => name).join(', ')
  throw new TypeError(`there is no ${unknown.join(', ')}; there is ${known}`)
}

/**
 * @param {string} name
 * @param {string} title
 */
function say(name, title) {
  console.log(`${name.padEnd(20)} ${title}`)
}
