import { readXls, readXlsx, writeXlsx, type Sheet, type Workbook } from 'hucre/xlsx'
import { readOds } from 'hucre/ods'
import { LIMITS, type CellRange } from '../document/index.js'
import { DEFAULT_FONT } from './cell-style.js'
import { drawingsWith } from './features/images.js'
import { SheetDraft, type Source, type Target } from './feature.js'
import { writeNames } from './features/names.js'
import { FEATURES } from './features/index.js'
import { FILE_LIMITS } from './limits.js'
import type { FileContent, FileSheet, Results } from './model.js'
import { inspect, repack, tooManyCells, unpack, type Parts } from './parts.js'
import { FileProblem } from './problem.js'
import { Report } from './report.js'
import { writtenCharts } from './written-charts.js'

const NO_PARTS: Parts = {}
/** What is shown of a workbook without being parsed. */
const MEDIA = /\.(?:png|jpe?g|gif|webp)$/i
const OPTIONS = { readStyles: true }

/** @throws {FileProblem} */
export async function readWorkbook(
  bytes: Uint8Array,
  kind: 'xlsx' | 'xls' | 'ods',
): Promise<FileContent> {
  const report = new Report()
  const { book, parts, media } = await open(bytes, kind)
  assertWithin(book)
  const styles = {
    themeColors: book.themeColors ?? [],
    defaultFont: book.defaultFont ?? DEFAULT_FONT,
  }
  for (const { readBook } of FEATURES) readBook?.(book, parts, report)
  if (kind !== 'xlsx') report.note('formats', '')
  const sheets = book.sheets.map((sheet) =>
    readSheet({ sheet, book, styles, parts, media }, report),
  )
  return { sheets, leftOut: report.entries }
}

/** Returns the bytes of an .xlsx file. @param results the values of formulas, for each sheet */
export async function writeWorkbook(
  sheets: readonly FileSheet[],
  results: readonly Results[],
): Promise<Uint8Array> {
  const bytes = await writeXlsx({
    sheets: sheets.map((sheet, at) => ({
      ...writeSheet(sheet, results[at] ?? {}),
      charts: writtenCharts(sheet, sheets, results),
    })),
    namedRanges: sheets.flatMap(writeNames),
    defaultFont: DEFAULT_FONT,
  })
  return drawingsWith(bytes, sheets)
}

async function open(bytes: Uint8Array, kind: 'xlsx' | 'xls' | 'ods') {
  const parts = kind === 'xls' ? NO_PARTS : unpack(bytes)
  inspect(parts)
  try {
    if (kind === 'xls') return { book: await readXls(bytes, OPTIONS), parts, media: NO_PARTS }
    const read = kind === 'xlsx' ? readXlsx : readOds
    const media = kind === 'xlsx' ? unpack(bytes, MEDIA) : NO_PARTS
    return { book: await read(repack(parts), OPTIONS), parts, media }
  } catch (error) {
    // A reader says in its own words, and in English, what is wrong with the bytes.
    throw new FileProblem('damaged', String(error))
  }
}

/** @throws {FileProblem} if there is more than a document can have */
function assertWithin({ sheets }: Workbook): void {
  if (sheets.length === 0) throw new FileProblem('damaged')
  if (sheets.length > LIMITS.sheets) throw new FileProblem('too-many-sheets', String(LIMITS.sheets))
  let places = 0
  for (const sheet of sheets) {
    const columns = widthOf(sheet)
    places += sheet.rows.length * columns
    assertLines(sheet.rows.length, LIMITS.rows)
    assertLines(columns, LIMITS.columns)
  }
  if (places > FILE_LIMITS.places) throw tooManyCells()
}

function assertLines(count: number, most: number): void {
  if (count > most) throw new FileProblem('too-many-lines', most.toLocaleString('en'))
}

function widthOf({ rows }: Sheet): number {
  let width = 0
  for (const row of rows) {
    for (let at = row.length - 1; at >= width; at--) {
      if (row[at] !== null && row[at] !== undefined) width = at + 1
    }
  }
  return width
}

function readSheet(source: Source, report: Report): FileSheet {
  const draft = new SheetDraft(source.sheet.name)
  for (const { read } of FEATURES) read?.(source, draft, report)
  return sheetOf(draft)
}

/** Returns a sheet with as many lines as it needs, and nothing beyond them. */
export function sheetOf(draft: SheetDraft): FileSheet {
  const {
    name,
    cells,
    merges,
    frozen,
    filter,
    look,
    rules,
    validations,
    notes,
    links,
    rows,
    columns,
  } = draft
  const { size, names, print } = draft
  const images = draft.images.filter(({ row, column }) => row < size.rows && column < size.columns)
  return {
    name,
    cells: cellsWithin(cells, size),
    merges: merges.filter(
      ({ endRow, endColumn }) => endRow < size.rows && endColumn < size.columns,
    ),
    look,
    rules,
    validations,
    names,
    print: print && { ...print, area: areaWithin(print.area, size) },
    images,
    charts: draft.charts.filter(({ row, column }) => row < size.rows && column < size.columns),
    notes: cellsWithin(notes, size),
    links: cellsWithin(links, size),
    filter: filter !== null && filter.range.endRow < size.rows ? filter : null,
    frozen: {
      rows: Math.min(frozen.rows, size.rows),
      columns: Math.min(frozen.columns, size.columns),
    },
    rows: { count: size.rows, ...linesWithin(rows, size.rows) },
    columns: { count: size.columns, ...linesWithin(columns, size.columns) },
  }
}

/** Returns the part of an area that the sheet has; `null` if it has none. */
function areaWithin(
  area: CellRange | null,
  { rows, columns }: SheetDraft['size'],
): CellRange | null {
  if (area === null || area.startRow >= rows || area.startColumn >= columns) return null
  const endRow = Math.min(area.endRow, rows - 1)
  return { ...area, endRow, endColumn: Math.min(area.endColumn, columns - 1) }
}

function cellsWithin<T>(
  cells: { readonly [row: number]: { readonly [column: number]: T } },
  size: { readonly rows: number; readonly columns: number },
): { [row: number]: { [column: number]: T } } {
  const kept = Object.entries(cells).filter(([row]) => Number(row) < size.rows)
  return Object.fromEntries(kept.map(([row, inRow]) => [row, within(inRow, size.columns)]))
}

function within<T>(byPosition: { readonly [at: number]: T }, count: number): { [at: number]: T } {
  const kept = Object.entries(byPosition).filter(([at]) => Number(at) < count)
  return Object.fromEntries(kept)
}

function linesWithin({ sizes, hidden }: SheetDraft['rows'], count: number) {
  return { sizes: within(sizes, count), hidden: hidden.filter((at) => at < count) }
}

function writeSheet(sheet: FileSheet, results: Results): Target {
  const target: Target = { name: sheet.name, rows: [], cells: new Map() }
  for (const { write } of FEATURES) write?.(sheet, target, results)
  return target
}
