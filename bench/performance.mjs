// `npm run bench:report`: draws the plots and writes the tables of docs/performance.md from the
// results in bench/results. With --check it writes nothing and reports what isn't up to date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plotsOf } from './plots.mjs'
import { machineOf, remarksOf, tableOfReport } from './report.mjs'
import { SCENARIOS } from './scenarios/index.mjs'

const RESULTS = join(import.meta.dirname, 'results')
const DOCS = join(import.meta.dirname, '..', 'docs')
const PAGE = join(DOCS, 'performance.md')
const PLOTS = join(DOCS, 'performance')

const reports = SCENARIOS.flatMap(({ name }) => reportOf(name))
const absent = absentEverywhere()
/** Names the machine once if it is the same for all tables. */
const machines = [...new Set(reports.map((report) => machineOf(report)))]
const written = new Map(reports.flatMap(filesOf))
written.set(PAGE, page())

const stale = [...written].filter(([file, content]) => contentOf(file) !== content)
if (process.argv.includes('--check')) {
  for (const [file] of stale)
    console.error(`${file} doesn't match the results; run "npm run bench:report"`)
  if (stale.length > 0) process.exitCode = 1
} else {
  mkdirSync(PLOTS, { recursive: true })
  for (const [file, content] of stale) writeFileSync(file, content)
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
  const sections = reports.map((report) => ({ name: report.scenario, content: sectionOf(report) }))
  const all = reports.length === 0 ? [] : [{ name: 'machine', content: machine() }, ...sections]
  return all.reduce(
    (text, { name, content }) => {
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

/** Returns the machines and versions, and the contestants that were never measured. */
function machine() {
  const versions = reports.flatMap(({ rows }) => rows.flatMap((row) => row.versions.split(', ')))
  const known = [...new Set(versions)].filter((version) => version !== '').toSorted()
  const missing = [...absent].map(([title, why]) => `- ${title}: ${why}.`)
  return [
    ...(machines.length === 1 ? machines : machines.map((each) => `${nameOf(each)}: ${each}`)),
    ...(known.length === 0 ? [] : [`With ${known.join(', ')}.`]),
    ...(missing.length === 0 ? [] : ['Not measured at all:', missing.join('\n')]),
  ].join('\n\n')
}

/** @param {import('./report.mjs').Report} report */
function sectionOf(report) {
  const { scenario, about, date, rows, quick } = report
  const { commit } = report.machine
  const where = machines.length === 1 ? '' : `, on ${nameOf(machineOf(report))}`
  return [
    about,
    ...(quick ? ['**Short runs, for trying the bench only. Don’t use the figures.**'] : []),
    ...plotsOf(report).map(
      ({ suffix, title }) => `![${title}](performance/${scenario}${suffix}.svg)`,
    ),
    tableOfReport({ ...report, rows: rows.map((row) => ({ ...row, versions: '' })) }),
    ...remarksOf(rows.filter(({ title }) => !absent.has(title))),
    `_${date}, commit ${commit}${where}; all runs in [bench/results/${scenario}.json](../bench/results/${scenario}.json)._`,
  ].join('\n\n')
}

/** @param {string} each one of several */
function nameOf(each) {
  return `machine ${machines.indexOf(each) + 1}`
}

/** Returns the contestants that are absent from all their scenarios, with the reasons. */
function absentEverywhere() {
  const rows = reports.flatMap((report) => report.rows)
  const present = new Set(rows.flatMap(({ title, runs }) => (runs.length > 0 ? [title] : [])))
  const left = rows.filter(({ title }) => !present.has(title))
  return new Map(left.map(({ title, absent: why = 'unknown reason' }) => [title, why]))
}

/**
 * @param {string} name
 * @returns {import('./report.mjs').Report[]} none if the bench didn't play it
 */
function reportOf(name) {
  const text = contentOf(join(RESULTS, `${name}.json`))
  return text === undefined ? [] : [JSON.parse(text)]
}

/** @param {string} file */
function contentOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
