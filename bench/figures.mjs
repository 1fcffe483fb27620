import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine, reportDate } from './machine.mjs'

/**
 * A figure with a unit: one value, or several by name, such as p50 and p99.
 *
 * @typedef {{ what: string, unit: string, value: number | Readonly<Record<string, number>> }} Figure
 *
 * The stored results of a bench that measures whereabouts alone.
 *
 * @typedef {object} FiguresReport
 * @property {string} name
 * @property {string} title
 * @property {string} about
 * @property {string} date
 * @property {boolean} quick whether it did too little for reliable figures
 * @property {string} versions
 * @property {import('./machine.mjs').Machine} machine
 * @property {readonly Figure[]} figures
 */

/** The benches that measure whereabouts alone, in the order in which they are run. */
export const FIGURES = [
  { name: 'documents-sqlite', program: 'documents.mjs' },
  { name: 'restarts', program: 'restarts.mjs' },
  { name: 'office-load', program: 'office-load.mjs' },
  { name: 'sheet-browser', program: 'sheet-browser.mjs' },
]

/** Collects figures, and prints each as soon as it is known. */
export class Figures {
  /** @type {Figure[]} */
  #all = []

  /**
   * @param {string} what
   * @param {string} unit
   * @param {Figure['value']} value
   */
  note(what, unit, value) {
    const figure = { what, unit, value }
    this.#all.push(figure)
    console.log(`${what}: ${textOf(figure)}`)
  }

  /**
   * Writes them as JSON and Markdown.
   *
   * @param {string} folder
   * @param {Pick<FiguresReport, 'name' | 'title' | 'about' | 'quick' | 'versions'>} rest
   */
  write(folder, rest) {
    /** @type {FiguresReport} */
    const report = {
      ...rest,
      date: reportDate(),
      machine: describeMachine(),
      figures: this.#all,
    }
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${rest.name}.json`), `${JSON.stringify(report, undefined, 1)}\n`)
    writeFileSync(join(folder, `${rest.name}.md`), markdownOf(report))
  }
}

/** @param {FiguresReport} report */
function markdownOf(report) {
  const { title, about, date, versions, machine, quick } = report
  const { processor, cores, memoryGiB, kernel, node, commit } = machine
  return [
    `# ${title}`,
    about,
    ...(quick ? ['**A short run, for trying the bench only. Don’t use the figures.**'] : []),
    tableOfFigures(report),
    `${date}, commit ${commit}. ${processor}, ${cores} cores, ${memoryGiB} GiB, ${kernel}, Node ${node}, ` +
      `${versions}.\n`,
  ].join('\n\n')
}

/** @param {Pick<FiguresReport, 'figures'>} report */
export function tableOfFigures({ figures }) {
  const rows = figures.map((figure) => `| ${figure.what} | ${textOf(figure)} |`)
  return ['| what | figure |', '| --- | ---: |', ...rows].join('\n')
}

/** @param {Figure} figure */
function textOf({ unit, value }) {
  const values = typeof value === 'number' ? [['', value]] : Object.entries(value)
  const texts = values.map(([name, each]) => `${name} ${numberOf(Number(each))}`.trim())
  return `${texts.join(', ')} ${unit}`.trim()
}

/** @param {number} value */
function numberOf(value) {
  if (Number.isInteger(value) || Math.abs(value) >= 10)
    return Math.round(value).toLocaleString('en')
  return value.toFixed(1)
}

/**
 * Returns the median, the 99th percentile and the most of some values.
 *
 * @param {readonly number[]} values
 */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN
  return { p50: at(0.5), p99: at(0.99), longest: at(1) }
}

/** @param {number} bytes */
export function mib(bytes) {
  return bytes / 1_048_576
}

/**
 * Returns the names and installed versions of packages of the project.
 *
 * @param {readonly string[]} names
 */
export function versionsOf(names) {
  return names
    .map((name) => {
      const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url)
      /** @type {{ version: string }} */
      const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
      return `${name} ${version}`
    })
    .join(', ')
}
