import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { versionOf } from './alternatives.mjs'
import { secondsOf } from './generator.mjs'
import { reportDate } from './machine.mjs'
import { DISTURBED_PERCENT, format, summarize } from './report.mjs'
import { othersPercent, perform, typeInto } from './stage.mjs'

/** The time of a load in addition to its duration: start, connecting, end. */
const AROUND_A_LOAD_S = 3
/** Later runs of a ladder start at the level that the previous one reached. */
const LATER_SHARE = 0.6
/** Paths on this machine are removed from the results. */
const HOUSE = join(import.meta.dirname, '..', '/')

/**
 * A plan of measurements.
 *
 * @typedef {object} Plan
 * @property {readonly import('./scenarios/index.mjs').Scenario[]} scenarios
 * @property {readonly import('./contestants.mjs').Contestant[]} contestants
 * @property {number} runs
 * @property {boolean} quick
 * @property {string} results the folder for them
 * @property {ReadonlyMap<string, string>} absences contestants that can't take part, and why
 */

/**
 * Estimates how long a plan takes.
 *
 * @param {Plan} plan
 */
export function minutesTaken({ scenarios, contestants, absences, runs, quick }) {
  const present = contestants.filter(({ name }) => !absences.has(name))
  const seconds = scenarios.map((scenario) => {
    const { load, loads, excludes } = scenario
    const taking = present
      .filter(takesPartIn(scenario))
      .filter((contestant) => excludes(contestant) === undefined)
    const times = loads > 1 ? 1 + (runs - 1) * LATER_SHARE : runs
    return taking.length * times * loads * (secondsOf(load(quick)) + AROUND_A_LOAD_S)
  })
  return Math.ceil(seconds.reduce((sum, each) => sum + each, 0) / 60)
}

/**
 * Measures one scenario: every contestant in turn, in several rounds, so that disturbances affect
 * all equally.
 *
 * @param {import('./scenarios/index.mjs').Scenario} scenario
 * @param {Plan} plan
 * @returns {Promise<Omit<import('./report.mjs').Report, 'machine'>>}
 */
export async function play(scenario, plan) {
  console.log(`\n== ${scenario.title}`)
  const expected = levelsIn(join(plan.results, `${scenario.name}.json`))
  const entries = plan.contestants.filter(takesPartIn(scenario)).map((contestant) => ({
    contestant,
    absent: plan.absences.get(contestant.name) ?? scenario.excludes(contestant),
    /** @type {import('./stage.mjs').Run[]} */
    runs: [],
    expected: expected.get(contestant.name),
  }))
  for (let number = 1; number <= plan.runs; number++) {
    for (const entry of entries) {
      if (entry.absent !== undefined) continue
      entry.runs.push(await perhaps(scenario, entry, number, plan))
    }
  }
  const { name, title, about, columns, plot } = scenario
  const date = reportDate()
  const rows = entries.map(({ contestant, absent, runs }) => ({
    name: contestant.name,
    title: contestant.title,
    versions: absent === undefined ? versionsOf(contestant) : '',
    ...(absent !== undefined && { absent }),
    ...summarize(runs),
  }))
  const { quick } = plan
  return { scenario: name, title, about, date, quick, columns, ...(plot && { plot }), rows }
}

/**
 * Makes one run; a failure is reported and kept as a result.
 *
 * @param {import('./scenarios/index.mjs').Scenario} scenario
 * @param {{ contestant: import('./contestants.mjs').Contestant, runs: readonly import('./stage.mjs').Run[], expected: number | undefined }} entry
 * @param {number} number
 * @param {Plan} plan
 * @returns {Promise<import('./stage.mjs').Run>}
 */
async function perhaps(scenario, entry, number, { runs, quick }) {
  const { contestant, runs: earlier, expected } = entry
  const label = `${contestant.name} ${number}/${runs}`.padEnd(26)
  let othersHad = 0
  const load = async (/** @type {import('./generator.mjs').Load} */ asked) => {
    const outcome = await perform(contestant, asked)
    othersHad = Math.max(othersHad, othersPercent(outcome))
    return outcome
  }
  try {
    const type = (/** @type {import('./typing/tasks.mjs').Task} */ task) =>
      typeInto(contestant, task)
    const stage = { contestant, quick, earlier, load, type }
    const run = await scenario.measure({ ...stage, ...(expected !== undefined && { expected }) })
    console.log(`${label} ${figuresOf(scenario, run)}`)
    run.notes.forEach(remark)
    if (othersHad > DISTURBED_PERCENT) remark(`others had ${format(othersHad)} % of a core`)
    return { ...run, othersPercent: othersHad }
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error)
    const why = told.replaceAll(HOUSE, '').replaceAll(/\s+/g, ' ').slice(0, 300)
    console.log(`${label} FAILED: ${told}`)
    return { figures: {}, notes: [`run ${number} failed: ${why}`] }
  }
}

/**
 * @param {import('./scenarios/index.mjs').Scenario} scenario
 * @param {import('./stage.mjs').Run} run
 */
function figuresOf({ columns }, { figures }) {
  return columns
    .map(({ key, title, unit }) => `${title} ${format(figures[key] ?? NaN)} ${unit}`.trim())
    .join(' · ')
}

/** @param {string} note */
function remark(note) {
  console.log(`${' '.repeat(27)}! ${note}`)
}

/** @param {import('./contestants.mjs').Contestant} contestant */
function versionsOf({ packages, installed, version }) {
  const whose = installed === undefined ? 'project' : 'alternatives'
  const all = packages.map((name) => `${name} ${versionOf(name, whose) ?? 'missing'}`)
  return [...all, ...(version === undefined ? [] : [version()])].join(', ')
}

/**
 * Returns the levels that contestants reached when stored results were measured.
 *
 * @param {string} file
 * @returns {ReadonlyMap<string, number>}
 */
function levelsIn(file) {
  if (!existsSync(file)) return new Map()
  /** @type {import('./report.mjs').Report} */
  const { rows } = JSON.parse(readFileSync(file, 'utf8'))
  return new Map(
    rows.flatMap(({ name, figures }) => {
      const level = figures['level']?.median ?? 0
      return level > 0 ? [[name, level]] : []
    }),
  )
}

/**
 * @param {import('./scenarios/index.mjs').Scenario} scenario
 * @returns {(contestant: import('./contestants.mjs').Contestant) => boolean}
 */
export function takesPartIn({ name, among }) {
  return (contestant) =>
    among === undefined
      ? contestant.only === undefined || contestant.only.includes(name)
      : among.includes(contestant.name)
}
