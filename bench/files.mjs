// Opens every spreadsheet's file in a folder, and 100,000 cells of its own: what is kept, seconds and
// memory, and what a window does meanwhile. npm run build first, then
// node bench/files.mjs <folder> [--results bench/results] [--quick]
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import {
  FILE_ENDINGS,
  readFile,
  sheetsIn,
  writeDelimited,
  writeSheets,
  writeXlsx,
} from '@whereabouts/univer/files'
import * as Y from 'yjs'
import { Figures, mib, versionsOf } from './figures.mjs'
import { traced } from './main-thread.mjs'
import { withOffice } from './office.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    results: { type: 'string' },
    alone: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})
const ROWS = values.quick ? 500 : 5_000
const COLUMNS = 20
const COMMA = /** @type {const} */ ({ delimiter: ',', bom: false })

if (values.alone) await openOne(positionals[0] ?? '')
else await openAll()

async function openAll() {
  const figures = new Figures()
  const [folder] = positionals
  const names = folder === undefined ? [] : readdirSync(folder).filter(isSheetFile).toSorted()
  for (const name of ['', ...names]) {
    // A process for each, as memory that one has used stays with it.
    const path = name === '' ? '' : join(folder ?? '', name)
    const args = [new URL(import.meta.url).pathname, '--alone', path]
    const quick = values.quick ? ['--quick'] : []
    const told = execFileSync(process.execPath, [...args, ...quick], { encoding: 'utf8' })
    /** @type {readonly (readonly [what: string, unit: string, value: import('./figures.mjs').Figure['value']])[]} */
    const measured = JSON.parse(told)
    for (const [what, unit, value] of measured)
      figures.note(`${calledOf(name)}: ${what}`, unit, value)
  }
  await openInWindows(figures, folder ?? '', ['', ...names])
  if (values.results === undefined) return
  figures.write(values.results, {
    name: 'files',
    title: 'Files of spreadsheets',
    about:
      'Each file is read, written into a document, read from it, saved as a workbook and opened again. “Kept” counts what is in the ' +
      'document, “left out” what the person is told of, and “the same again” the sheets that are equal after saving and opening.',
    quick: values.quick,
    versions: versionsOf(['hucre', 'fflate', 'yjs']),
  })
}

/** @param {string} name */
function calledOf(name) {
  return name === '' ? `${(ROWS * COLUMNS).toLocaleString('en')} cells` : name
}

/**
 * Opens files on Home, as people do, each in a window of its own.
 *
 * @param {Figures} figures
 * @param {string} folder
 * @param {readonly string[]} names
 */
async function openInWindows(figures, folder, names) {
  await withOffice(async ({ baseUrl, browser }) => {
    for (const name of names) {
      const bytes = name === '' ? await ownFile() : readFileSync(join(folder, name))
      const page = await browser.newPage()
      await page.goto(baseUrl)
      await page.getByRole('link', { name: 'New sheet' }).waitFor()
      const since = performance.now()
      const file = { name: name || 'own.xlsx', mimeType: '', buffer: Buffer.from(bytes) }
      const { longestMs } = await traced(page, () => choose(page, file))
      const writtenMs = performance.now() - since
      await page.locator('main[aria-busy="false"]').waitFor({ timeout: 120_000 })
      const openMs = performance.now() - since
      const called = calledOf(name)
      const value = { 'in a document': writtenMs / 1_000, 'on the screen': openMs / 1_000 }
      figures.note(`${called}: chosen on Home, until it is`, 's', value)
      figures.note(`${called}: longest task of Home meanwhile`, 'ms', longestMs)
      await page.close()
    }
  })
}

/**
 * Resolves when the sheet's page begins to open. What can't be kept is accepted.
 *
 * @param {import('playwright-core').Page} page
 * @param {{ name: string, mimeType: string, buffer: Buffer }} file
 */
async function choose(page, file) {
  const opened = page.waitForURL(/\/sheets\//, { waitUntil: 'commit', timeout: 120_000 })
  await page.locator('input[type="file"][accept*=".csv"]').setInputFiles(file)
  const accept = page.getByRole('button', { name: 'Open without these' })
  // It may never be asked.
  const accepted = accept.click({ timeout: 120_000 }).catch(() => undefined)
  await Promise.race([opened, accepted])
  await opened
}

/** @param {string} path of a file; empty for 100,000 cells of our own */
async function openOne(path) {
  const bytes = path === '' ? await ownFile() : new Uint8Array(readFileSync(path))
  const before = process.memoryUsage.rss()
  const read = await timed(() => readFile(bytes, path === '' ? 'own.xlsx' : path))
  const { sheets, leftOut } = read.result
  const written = await timed(() => writeSheets(sheets, {}))
  const doc = new Y.Doc()
  for (const update of written.result) Y.applyUpdate(doc, update)
  const there = sheetsIn(doc).map(({ sheet }) => sheet)
  const saved = await timed(() => writeXlsx(there))
  const again = (await readFile(saved.result, 'again.xlsx')).sheets
  const asText = await timed(() => there.map((sheet) => writeDelimited(sheet, COMMA)))
  const most = process.resourceUsage().maxRSS * 1024
  const same = again.filter((sheet, at) => isDeepStrictEqual(sheet, there[at])).length
  const measured = [
    ['kept', '', kept(there)],
    [
      'left out',
      '',
      Object.fromEntries(
        leftOut.map(({ feature, sheet, count }) => [`${feature} ${sheet}`, count]),
      ),
    ],
    ['sheets that are the same again', `of ${there.length}`, same],
    ['read, write into a document, save, as text', 's', seconds({ read, written, saved, asText })],
    ['memory at most, over that before', 'MiB', mib(Math.max(0, most - before))],
    ['the document', 'KiB', Y.encodeStateAsUpdate(doc).length / 1024],
  ]
  process.stdout.write(JSON.stringify(measured))
}

/** @param {readonly import('@whereabouts/univer/files').FileSheet[]} sheets */
function kept(sheets) {
  const cells = sheets.flatMap((sheet) => Object.values(sheet.cells).flatMap(cellsOf))
  return {
    cells: cells.length,
    formulas: cells.filter(({ f }) => f !== undefined).length,
    styles: cells.filter(({ s }) => s !== undefined).length,
    merges: sheets.reduce((sum, { merges }) => sum + merges.length, 0),
  }
}

/**
 * @param {object} row
 * @returns {import('@whereabouts/univer/document').CellData[]}
 */
function cellsOf(row) {
  return Object.values(row)
}

/** @param {Record<string, { ms: number }>} steps */
function seconds(steps) {
  return Object.fromEntries(Object.entries(steps).map(([name, { ms }]) => [name, ms / 1_000]))
}

/**
 * @template T
 * @param {() => T | Promise<T>} work
 */
async function timed(work) {
  const since = performance.now()
  const result = await work()
  return { result, ms: performance.now() - since }
}

/** @param {string} name */
function isSheetFile(name) {
  return FILE_ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))
}

/** Numbers, texts, styles and a formula in each row. */
async function ownFile() {
  /** @type {Record<number, Record<number, import('@whereabouts/univer/document').CellData>>} */
  const cells = {}
  for (let row = 0; row < ROWS; row++) {
    cells[row] = Object.fromEntries(
      Array.from({ length: COLUMNS }, (_, column) => [column, ownCell(row, column)]),
    )
  }
  const lines = { sizes: {}, hidden: [] }
  const frozen = { rows: 1, columns: 0 }
  const look = { isHidden: false, color: null, hasGridLines: true }
  const [rows, columns] = [
    { count: ROWS, ...lines },
    { count: 26, ...lines },
  ]
  return writeXlsx([
    {
      name: 'Own',
      cells,
      merges: [],
      frozen,
      filter: null,
      rules: [],
      validations: [],
      names: [],
      print: null,
      notes: {},
      links: {},
      images: [],
      charts: [],
      look,
      rows,
      columns,
    },
  ])
}

/** @param {number} row @param {number} column */
function ownCell(row, column) {
  if (column === COLUMNS - 1) return { f: `=SUM(A${row + 1}:S${row + 1})` }
  if (column % 3 === 0) return { v: `text ${row} ${column}` }
  return column % 3 === 1
    ? { v: row * column + 0.5, s: { n: { pattern: '#,##0.00' } } }
    : { v: row }
}
