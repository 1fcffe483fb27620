// `npm run bench`: measures whereabouts side by side with what else one could pick.
//
//   --only hot-room,post     these scenarios
//   --servers whereabouts    these contestants
//   --quick                  short runs: to try the bench, not for figures
//   --runs 3                 runs of each, in turns
//   --results folder         where the results go; bench/results unless said
//   --list                   says what there is
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installAlternatives, versionOf } from './alternatives.mjs'
import { CONTESTANTS } from './contestants.mjs'
import { buildGenerator, secondsOf } from './generator.mjs'
import { describeMachine } from './machine.mjs'
import { DISTURBED_PERCENT, format, summarize, tableOfReport, writeReport } from './report.mjs'
import { SCENARIOS } from './scenarios/index.mjs'
import { othersPercent, perform } from './stage.mjs'

/** Where this is on the machine is nothing for the results. */
const HOUSE = join(import.meta.dirname, '..', '/')
/** What a load takes beside its own time: a start, connecting, an end. */
const AROUND_A_LOAD_S = 3
/** Later runs of a ladder begin where the first one got. */
const LATER_SHARE = 0.6

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    servers: { type: 'string' },
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
    list: { type: 'boolean', default: false },
  },
})
const { quick } = values
const runs = Number(values.runs ?? (quick ? 1 : 3))
const scenarios = pick(SCENARIOS, values.only)
const contestants = pick(CONTESTANTS, values.servers)

if (values.list) {
  for (const { name, title } of SCENARIOS) console.log(`${name.padEnd(20)} ${title}`)
  console.log()
  for (const { name, title } of CONTESTANTS) console.log(`${name.padEnd(20)} ${title}`)
} else {
  await bench()
}

async function bench() {
  const machine = describeMachine(buildGenerator())
  const absences = prepare()
  console.log(
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}, ` +
      `commit ${machine.commit}\n${machine.pinning}; ${machine.openFiles} open files a process`,
  )
  for (const [name, why] of absences) console.log(`${name}: ${why}`)
  const present = contestants.filter(({ name }) => !absences.has(name))
  const minutes = scenarios.reduce((sum, scenario) => sum + secondsTaken(scenario, present), 0) / 60
  console.log(
    `${scenarios.length} scenarios, ${present.length} contestants, ${runs} runs: about ${Math.ceil(minutes)} min`,
  )
  for (const scenario of scenarios) {
    const report = { ...(await play(scenario, absences)), machine }
    writeReport(values.results, report)
    console.log(`\n${tableOfReport(report)}\n`)
  }
}

/** Gets ready what the contestants need; answers those that can't take part, and why. */
function prepare() {
  if (contestants.some(({ installed }) => installed !== undefined)) installAlternatives()
  /** @type {Map<string, string>} */
  const absences = new Map()
  for (const { name, installed = [], prepare: getReady } of contestants) {
    const missing = installed.filter((each) => versionOf(each, 'bench') === undefined)
    const why = missing.length > 0 ? `${missing.join(', ')} is not installed` : getReady?.()
    if (why !== undefined) absences.set(name, why)
  }
  return absences
}

/**
 * Every contestant in turn, as often as there are runs, so that what disturbs meets all.
 *
 * @param {import('./scenarios/index.mjs').Scenario} scenario
 * @param {ReadonlyMap<string, string>} absences
 * @returns {Promise<Omit<import('./report.mjs').Report, 'machine'>>}
 */
async function play(scenario, absences) {
  console.log(`\n== ${scenario.title}`)
  const entries = contestants.filter(takesPartIn(scenario)).map((contestant) => ({
    contestant,
    absent: absences.get(contestant.name) ?? scenario.excludes(contestant),
    /** @type {import('./stage.mjs').Run[]} */
    runs: [],
  }))
  for (let run = 1; run <= runs; run++) {
    for (const entry of entries) {
      if (entry.absent === undefined) entry.runs.push(await perhaps(scenario, entry, run))
    }
  }
  const { name, title, about, columns, plot } = scenario
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  const rows = entries.map(({ contestant, absent, runs: all }) => ({
    name: contestant.name,
    title: contestant.title,
    versions: absent === undefined ? versionsOf(contestant) : '',
    ...(absent !== undefined && { absent }),
    ...summarize(all),
  }))
  return { scenario: name, title, about, date, quick, columns, ...(plot && { plot }), rows }
}

/**
 * One run; what fails is said and kept as such.
 *
 * @param {import('./scenarios/index.mjs').Scenario} scenario
 * @param {{ contestant: import('./contestants.mjs').Contestant, runs: readonly import('./stage.mjs').Run[] }} entry
 * @param {number} number
 * @returns {Promise<import('./stage.mjs').Run>}
 */
async function perhaps(scenario, { contestant, runs: earlier }, number) {
  const label = `${contestant.name} ${number}/${runs}`.padEnd(26)
  let othersHad = 0
  const load = async (/** @type {import('./generator.mjs').Load} */ asked) => {
    const outcome = await perform(contestant, asked)
    othersHad = Math.max(othersHad, othersPercent(outcome))
    return outcome
  }
  try {
    const run = await scenario.measure({ contestant, quick, earlier, load })
    const figures = scenario.columns.map(
      ({ key, title, unit }) => `${title} ${format(run.figures[key] ?? NaN)} ${unit}`,
    )
    console.log(`${label} ${figures.join(' · ')}`)
    for (const note of run.notes) console.log(remark(note))
    if (othersHad > DISTURBED_PERCENT)
      console.log(remark(`others had ${format(othersHad)} % of a core`))
    return { ...run, othersPercent: othersHad }
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error)
    const why = told.replaceAll(HOUSE, '')
    console.log(`${label} FAILED: ${why}`)
    return {
      figures: {},
      notes: [`run ${number} failed: ${why.replaceAll(/\s+/g, ' ').slice(0, 300)}`],
    }
  }
}

/** @param {string} note */
function remark(note) {
  return `${' '.repeat(27)}! ${note}`
}

/** @param {import('./contestants.mjs').Contestant} contestant */
function versionsOf({ packages, installed, version }) {
  const whose = installed === undefined ? 'project' : 'bench'
  const all = packages.map((name) => `${name} ${versionOf(name, whose) ?? 'missing'}`)
  return [...all, ...(version === undefined ? [] : [version()])].join(', ')
}

/**
 * @param {import('./scenarios/index.mjs').Scenario} scenario
 * @param {readonly import('./contestants.mjs').Contestant[]} present
 */
function secondsTaken(scenario, present) {
  const { load, loads, excludes } = scenario
  const taking = present
    .filter(takesPartIn(scenario))
    .filter((contestant) => excludes(contestant) === undefined)
  const times = loads > 1 ? 1 + (runs - 1) * LATER_SHARE : runs
  return taking.length * times * loads * (secondsOf(load(quick)) + AROUND_A_LOAD_S)
}

/**
 * @param {import('./scenarios/index.mjs').Scenario} scenario
 * @returns {(contestant: import('./contestants.mjs').Contestant) => boolean}
 */
function takesPartIn({ name, among }) {
  return (contestant) =>
    among === undefined
      ? contestant.only === undefined || contestant.only.includes(name)
      : among.includes(contestant.name)
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
  if (unknown.length > 0) {
    throw new TypeError(
      `there is no ${unknown.join(', ')}; there is ${all.map(({ name }) => name).join(', ')}`,
    )
  }
  return all.filter(({ name }) => wanted.includes(name))
}
