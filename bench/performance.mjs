// `npm run bench:report`: draws the plots and writes the tables of docs/performance.md from what the
// bench left in bench/results. With --check it writes nothing and says what isn't up to date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plotsOf } from './plots.mjs'
import { remarksOf, tableOfReport } from './report.mjs'
import { SCENARIOS } from './scenarios/index.mjs'

const RESULTS = join(import.meta.dirname, 'results')
const DOCS = join(import.meta.dirname, '..', 'docs')
const PAGE = join(DOCS, 'performance.md')
const PLOTS = join(DOCS, 'performance')

const written = new Map(
  SCENARIOS.flatMap(({ name }) => {
    const report = reportOf(name)
    return report === undefined ? [] : filesOf(report)
  }),
)
written.set(PAGE, page())

const stale = [...written].filter(([file, content]) => contentOf(file) !== content)
if (process.argv.includes('--check')) {
  for (const [file] of stale)
    console.error(`${file} isn't what the bench found; run "npm run bench:report"`)
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

/** The page with what stands between the markers of each scenario made anew. */
function page() {
  return SCENARIOS.reduce(
    (text, { name }) => {
      const report = reportOf(name)
      const begin = `<!-- bench:${name} -->`
      const end = `<!-- /bench:${name} -->`
      const [before, rest] = text.split(begin)
      const after = rest?.split(end)[1]
      if (report === undefined || before === undefined || after === undefined) return text
      return `${before}${begin}\n\n${sectionOf(report)}\n\n${end}${after}`
    },
    readFileSync(PAGE, 'utf8'),
  )
}

/** @param {import('./report.mjs').Report} report */
function sectionOf(report) {
  const { scenario, about, date, machine, rows, quick } = report
  return [
    about,
    ...(quick ? ['**Short runs: good for trying the bench, not for figures.**'] : []),
    ...plotsOf(report).map(
      ({ suffix, title }) => `![${title}](performance/${scenario}${suffix}.svg)`,
    ),
    tableOfReport(report),
    ...remarksOf(rows),
    `_${date}, commit ${machine.commit}; all runs in [bench/results/${scenario}.json](../bench/results/${scenario}.json)._`,
  ].join('\n\n')
}

/**
 * @param {string} name
 * @returns {import('./report.mjs').Report | undefined}
 */
function reportOf(name) {
  const text = contentOf(join(RESULTS, `${name}.json`))
  return text === undefined ? undefined : JSON.parse(text)
}

/** @param {string} file */
function contentOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
