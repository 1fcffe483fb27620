// `npm run bench:report`: draws the plots and writes the tables of docs/performance.md from the
// results in bench/results. With --check it writes nothing and reports what isn't up to date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIGURES, tableOfFigures } from './figures.mjs'
import { plotsOf } from './plots.mjs'
import { computerOf, machineOf, remarksOf, tableOfReport } from './report.mjs'
import { SCENARIOS } from './scenarios/index.mjs'

const RESULTS = join(import.meta.dirname, 'results')
const DOCS = join(import.meta.dirname, '..', 'docs')
const PAGE = join(DOCS, 'performance.md')
const PLOTS = join(DOCS, 'performance')
const QUICK = '**Short runs, for trying the bench only. Don’t use the figures.**'

/** @type {readonly import('./report.mjs').Report[]} */
const reports = SCENARIOS.flatMap(({ name }) => resultsOf(name))
/** @type {readonly import('./figures.mjs').FiguresReport[]} */
const figures = FIGURES.flatMap(({ name }) => resultsOf(name))
const all = [...reports, ...figures]
const absent = absentEverywhere()
/** Names the machine once if it is the same for all tables. */
const machines = [...new Set(all.map(({ machine: each }) => computerOf(each)))]
const written = new Map(reports.flatMap(filesOf))
written.set(PAGE, page())

const leftOver = existsSync(PLOTS)
  ? readdirSync(PLOTS).flatMap((name) =>
      written.has(join(PLOTS, name)) ? [] : [join(PLOTS, name)],
    )
  : []
const stale = [...written].filter(([file, content]) => contentOf(file) !== content)
if (process.argv.includes('--check')) {
  for (const file of [...stale.map(([name]) => name), ...leftOver]) {
    console.error(`${file} doesn't match the results; run "npm run bench:report"`)
    process.exitCode = 1
  }
} else {
  mkdirSync(PLOTS, { recursive: true })
  for (const [file, content] of stale) writeFileSync(file, content)
  for (const file of leftOver) rmSync(file)
  console.log(`${stale.length} of ${written.size} files written`)
}

/**
 * @param {import('./report.mjs').Report} report
 * @returns {[file: string, content: string][]}
 */
function filesOf(report) {
  return plotsOf(report).map(({ suffix, svg }) => [
    join(PLOTS, `${report.scenario}${suffix}.svg`),
    svg,
  ])
}

/** Returns the page with new text between the markers. */
function page() {
  const sections = new Map([
    ...SCENARIOS.map(({ name }) => unmeasured(name, `npm run bench -- --only ${name}`)),
    ...FIGURES.map(({ name, program }) => unmeasured(name, `node bench/${program}`)),
    ...reports.map((report) => /** @type {const} */ ([report.scenario, sectionOf(report)])),
    ...figures.map((report) => /** @type {const} */ ([report.name, figuresOf(report)])),
    ['machine', machine()],
  ])
  return [...sections].reduce(
    (text, [name, content]) => {
      const begin = `<!-- bench:${name} -->`
      const end = `<!-- /bench:${name} -->`
      const [before, rest] = text.split(begin)
      const after = rest?.split(end)[1]
      if (before === undefined || after === undefined) throw new Error(`${PAGE} lacks ${begin}`)
      return `${before}${begin}\n\n${content}\n\n${end}${after}`
    },
    readFileSync(PAGE, 'utf8'),
  )
}

/**
 * @param {string} name
 * @param {string} command
 * @returns {readonly [name: string, content: string]}
 */
function unmeasured(name, command) {
  return [name, `_Not measured with the rest; \`${command}\` does it._`]
}

/** Returns when it was measured, the machines and versions, and the contestants that were never measured. */
function machine() {
  const versions = reports.flatMap(({ rows }) => rows.flatMap((row) => row.versions.split(', ')))
  const known = [...new Set(versions)].filter((version) => version !== '').toSorted()
  const missing = [...absent].map(([title, why]) => `- ${title}: ${why}.`)
  const dates = all.map(({ date }) => date).toSorted()
  const commits = [...new Set(all.map(({ machine: each }) => each.commit))]
  const described = machines.map((each) => {
    const full = all.map(({ machine: one }) => machineOf({ machine: one }))
    return full.find((one) => one.startsWith(each)) ?? each
  })
  return [
    `Measured from ${dates.at(0)} to ${dates.at(-1)}, ${commits.length === 1 ? 'commit' : 'commits'} ${commits.join(', ')}.`,
    ...(machines.length === 1
      ? described
      : [
          'Not everything is from one machine. Compare within a table.',
          ...described.map((each, at) => `machine ${at + 1}: ${each}`),
        ]),
    ...(known.length === 0 ? [] : [`With ${known.join(', ')}.`]),
    ...(missing.length === 0 ? [] : ['Not measured at all:', missing.join('\n')]),
  ].join('\n\n')
}

/** @param {import('./figures.mjs').FiguresReport} report */
function figuresOf(report) {
  const { name, about, quick, versions } = report
  return [
    about,
    ...(quick ? [QUICK] : []),
    tableOfFigures(report),
    `_${sourceOf(report, name)}, with ${versions}._`,
  ].join('\n\n')
}

/** @param {import('./report.mjs').Report} report */
function sectionOf(report) {
  const { scenario, about, rows, quick } = report
  return [
    about,
    ...(quick ? [QUICK] : []),
    ...plotsOf(report).map(
      ({ suffix, title }) => `![${title}](performance/${scenario}${suffix}.svg)`,
    ),
    tableOfReport({ ...report, rows: rows.map((row) => ({ ...row, versions: '' })) }),
    ...remarksOf(rows.filter(({ title }) => !absent.has(title))),
    `_${sourceOf(report, scenario)}._`,
  ].join('\n\n')
}

/**
 * @param {Pick<import('./report.mjs').Report, 'date' | 'machine'>} report
 * @param {string} name
 */
function sourceOf({ date, machine: each }, name) {
  const where =
    machines.length === 1 ? '' : `, on machine ${machines.indexOf(computerOf(each)) + 1}`
  const file = `bench/results/${name}.json`
  return `${date}, commit ${each.commit}${where}; all runs in [${file}](../${file})`
}

/** Returns the contestants that are absent from all their scenarios, with the reasons. */
function absentEverywhere() {
  const rows = reports.flatMap((report) => report.rows)
  const present = new Set(rows.flatMap(({ title, runs }) => (runs.length > 0 ? [title] : [])))
  const left = rows.filter(({ title }) => !present.has(title))
  return new Map(left.map(({ title, absent: why = 'unknown reason' }) => [title, why]))
}

/**
 * @template T
 * @param {string} name
 * @returns {T[]} none if the bench didn't measure it
 */
function resultsOf(name) {
  const text = contentOf(join(RESULTS, `${name}.json`))
  return text === undefined ? [] : [JSON.parse(text)]
}

/** @param {string} file */
function contentOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
