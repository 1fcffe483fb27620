import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** From this percentage on, a run counts as disturbed by other processes. */
export const DISTURBED_PERCENT = 15

/**
 * The stored results of one scenario.
 *
 * @typedef {object} Report
 * @property {string} scenario
 * @property {string} title
 * @property {string} about
 * @property {string} date
 * @property {boolean} quick whether the runs were too short for reliable figures
 * @property {import('./machine.mjs').Machine} machine
 * @property {readonly import('./scenarios/index.mjs').Column[]} columns
 * @property {import('./scenarios/index.mjs').Plot} [plot]
 * @property {readonly Row[]} rows
 *
 * The results of one contestant: the median, minimum and maximum of its runs, or why it is absent.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} title
 * @property {string} versions
 * @property {string} [absent]
 * @property {Readonly<Record<string, Spread>>} figures
 * @property {readonly Readonly<Record<string, number>>[]} steps medians
 * @property {readonly string[]} notes faults of any of the runs
 * @property {readonly import('./stage.mjs').Run[]} runs
 *
 * @typedef {{ median: number, least: number, most: number }} Spread
 */

/**
 * @param {readonly import('./stage.mjs').Run[]} runs
 * @returns {Pick<Row, 'figures' | 'steps' | 'notes' | 'runs'>}
 */
export function summarize(runs) {
  const steps = runs.flatMap((run) => run.steps ?? [])
  const levels = [...new Set(steps.map((step) => step['level'] ?? 0))].toSorted((a, b) => a - b)
  return {
    figures: spreads(runs.map((run) => run.figures)),
    steps: levels.map((level) => {
      const all = spreads(steps.filter((step) => step['level'] === level))
      return Object.fromEntries(Object.entries(all).map(([key, { median }]) => [key, median]))
    }),
    notes: [...new Set(runs.flatMap((run) => run.notes))],
    runs,
  }
}

/**
 * @param {readonly Readonly<Record<string, number>>[]} all
 * @returns {Record<string, Spread>}
 */
function spreads(all) {
  const keys = [...new Set(all.flatMap((figures) => Object.keys(figures)))]
  return Object.fromEntries(
    keys.flatMap((key) => {
      const values = all
        .map((figures) => figures[key] ?? NaN)
        .filter((value) => !Number.isNaN(value))
        .toSorted((a, b) => a - b)
      const at = (/** @type {number} */ index) => values[index] ?? NaN
      // For an even number, the lower middle value, which was measured.
      const median = at((values.length - 1) >> 1)
      const spread = { median, least: at(0), most: at(values.length - 1) }
      return values.length === 0 ? [] : [[key, spread]]
    }),
  )
}

/**
 * Writes the results of a scenario as Markdown and JSON.
 *
 * @param {string} folder
 * @param {Report} report
 */
export function writeReport(folder, report) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `${report.scenario}.json`),
    `${JSON.stringify(report, undefined, 1)}\n`,
  )
  writeFileSync(join(folder, `${report.scenario}.md`), markdownOf(report))
}

/** @param {Report} report */
function markdownOf(report) {
  const { rows, quick } = report
  return [
    `# ${report.title}`,
    report.about,
    ...(quick ? ['**Short runs, for trying the bench only. Don’t use the figures.**'] : []),
    tableOfReport(report),
    ...remarksOf(rows),
    `${report.date}, commit ${report.machine.commit}. Medians of ${runsOf(rows)}, in turns, with the ` +
      'minimum and maximum if they differ by more than a tenth.',
    `${machineOf(report)}\n`,
  ].join('\n\n')
}

/** @param {readonly Row[]} rows */
function runsOf(rows) {
  const runs = Math.max(0, ...rows.map((row) => row.runs.length))
  return `${runs} ${runs === 1 ? 'run' : 'runs'}`
}

/**
 * Describes the machine and what is on it in a sentence.
 *
 * @param {Pick<Report, 'machine'>} report
 */
export function machineOf({ machine }) {
  const { pinning, openFiles, compiler } = machine
  const tools = compiler === '' ? '' : `, ${compiler}`
  return `${computerOf(machine)}${tools}; ${pinning}; ${openFiles} open files per process.`
}

/**
 * Describes the machine alone.
 *
 * @param {import('./machine.mjs').Machine} machine
 */
export function computerOf({ processor, cores, memoryGiB, kernel, node }) {
  return `${processor}, ${cores} cores, ${memoryGiB} GiB, ${kernel}, Node ${node}`
}

/**
 * Returns the table of a report.
 *
 * @param {Report} report
 */
export function tableOfReport({ columns, rows }) {
  const heads = [
    'server',
    ...columns.map(({ title, unit }) => (unit === '' ? title : `${title}, ${unit}`)),
  ]
  return tableOf(
    heads,
    rows.filter(({ absent }) => absent === undefined).map((row) => cellsOf(row, columns)),
  )
}

/**
 * @param {Row} row
 * @param {readonly import('./scenarios/index.mjs').Column[]} columns
 */
function cellsOf({ title, versions, figures }, columns) {
  return [
    versions === '' ? title : `${title} (${versions})`,
    ...columns.map(({ key }) => cellOf(figures[key])),
  ]
}

/** @param {Spread | undefined} spread */
function cellOf(spread) {
  if (spread === undefined) return '–'
  const { median, least, most } = spread
  const range = most - least > Math.abs(median) * 0.1 && format(least) !== format(most)
  return range ? `${format(median)} (${format(least)} to ${format(most)})` : format(median)
}

/** Formats a number with three significant digits. @param {number} value */
export function format(value) {
  if (Number.isNaN(value)) return '–'
  if (Number.isInteger(value) || Math.abs(value) >= 100)
    return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

/**
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} rows
 */
function tableOf(heads, rows) {
  const rule = heads.map((_, index) => (index === 0 ? '---' : '---:'))
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/**
 * Returns the remarks on the table: absent contestants and faults.
 *
 * @param {readonly Row[]} rows
 */
export function remarksOf(rows) {
  const absent = rows.flatMap(({ title, absent: why }) =>
    why === undefined ? [] : `- ${title}: ${why}.`,
  )
  const notes = rows.flatMap(({ title, notes: all }) =>
    all.length === 0 ? [] : `- ${title}: ${all.join('; ')}.`,
  )
  const disturbed = rows.flatMap(({ runs }) => runs.map(({ othersPercent = 0 }) => othersPercent))
  const most = Math.max(0, ...disturbed)
  return [
    ...(most > DISTURBED_PERCENT
      ? [`**Disturbed: other processes used up to ${format(most)} % of a core.**`]
      : []),
    ...(absent.length === 0 ? [] : [['Not measured:', '', ...absent].join('\n')]),
    ...(notes.length === 0 ? [] : [['Faults in some of the runs:', '', ...notes].join('\n')]),
  ]
}
