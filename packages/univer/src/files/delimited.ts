import { detectDelimiter, parseCsv } from 'hucre/csv'
import { LIMITS, type CellData } from '../document/index.js'
import { patternOf } from './cell-style.js'
import { readDelimitedValue, writeDelimitedValue } from './delimited-value.js'
import { SheetDraft } from './feature.js'
import { FILE_LIMITS } from './limits.js'
import type { FileContent, FileSheet, Results } from './model.js'
import { tooManyCells } from './parts.js'
import { FileProblem } from './problem.js'
import { Report } from './report.js'
import { decodeText } from './text.js'
import { sheetOf } from './xlsx.js'

/** How a text is written. */
export interface DelimitedOptions {
  readonly delimiter: ',' | ';' | '\t'
  /** Whether it begins with a byte order mark, without which some programs take UTF-8 for something else. */
  readonly bom: boolean
}

const BOM = '\uFEFF'
/** How much of a text shows its delimiter. */
const SAMPLE = 65_536
const LINE_END = '\r\n'
const NO_RESULT: Results[number] = {}

/** Reads a text with a row in each line. @throws {FileProblem} @see SHEET.md FL5 */
export function readText(bytes: Uint8Array, kind: 'csv' | 'tsv', name: string): FileContent {
  const text = decodeText(bytes)
  const delimiter = kind === 'tsv' ? '\t' : delimiterOf(text)
  const report = new Report()
  const draft = new SheetDraft(name)
  let cells = 0
  const rows = parseCsv(text, { delimiter })
  if (rows.length > LIMITS.rows) {
    throw new FileProblem('too-many-lines', LIMITS.rows.toLocaleString('en'))
  }
  for (const [row, fields] of rows.entries()) {
    for (const [column, field] of fields.entries()) {
      const cell = readDelimitedValue(String(field ?? ''), report, name, { row, column })
      if (cell === undefined) continue
      draft.set(row, column, cell)
      cells += 1
    }
    if (cells > FILE_LIMITS.cells) throw tooManyCells()
    if (fields.length > LIMITS.columns) {
      throw new FileProblem('too-many-lines', LIMITS.columns.toLocaleString('en'))
    }
  }
  return { sheets: [sheetOf(draft)], leftOut: report.entries }
}

/** The library takes the two quotes that stand for one in a text for its end. */
function delimiterOf(text: string): string {
  return detectDelimiter(text.slice(0, SAMPLE).replaceAll('""', ''))
}

/** Writes one sheet as text. A formula is written as its result, or as itself if there is none. */
export function writeText(
  { cells }: Pick<FileSheet, 'cells'>,
  results: Results,
  { delimiter, bom }: DelimitedOptions,
): Uint8Array {
  const rows: string[][] = []
  for (const [row, inRow] of Object.entries(cells)) {
    const values = (rows[Number(row)] ??= [])
    for (const [column, cell] of Object.entries(inRow as Record<string, CellData>)) {
      const result = (results[Number(row)] ?? NO_RESULT)[Number(column)]
      values[Number(column)] = writeDelimitedValue(cell, patternOf(cell), result)
    }
  }
  const lines = Array.from(rows, (row) => Array.from(row ?? [], quote).join(delimiter))
  return new TextEncoder().encode((bom ? BOM : '') + lines.map((line) => line + LINE_END).join(''))
}

/** Whatever the delimiter, those of other texts are quoted, so that it can be told from them. */
const quote = (field = ''): string =>
  /[",;|\t\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
