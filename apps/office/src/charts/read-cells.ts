import { CellValueType, type ICellData, type Nullable, type Worksheet } from '@univerjs/core'
import { CHART_LIMITS, type ChartCell, type SheetRange } from '@whereabouts/univer/charts'

/** Also its names, and one more to know that there are more. */
const MOST_ROWS = CHART_LIMITS.points + 2

/** The cells of a range as a chart reads them. */
export interface RangeCells {
  /** Row by row, no more than are drawn. */
  readonly rows: readonly (readonly ChartCell[])[]
  /** How many rows and columns there are, read or not. */
  readonly all: { readonly rows: number; readonly columns: number }
}

/** Reads the cells of a range that are neither hidden nor filtered out. @see OFFICE.md SH202 */
export function readCells(sheet: Worksheet, { range }: SheetRange): RangeCells {
  const rows = shown(range.startRow, Math.min(range.endRow, sheet.getRowCount() - 1), (at) =>
    sheet.getRowVisible(at),
  )
  const columns = shown(
    range.startColumn,
    Math.min(range.endColumn, sheet.getColumnCount() - 1),
    (at) => sheet.getColVisible(at),
  )
  const used = upToLastUsed(rows, columns, sheet)
  const read = used.slice(0, MOST_ROWS).map((row, atRow) =>
    columns.slice(0, MOST_ROWS).map((column, atColumn) => {
      const mayName = atRow === 0 || atColumn === 0
      return readCell(sheet, row, column, mayName)
    }),
  )
  return { rows: read, all: { rows: used.length, columns: columns.length } }
}

function shown(first: number, last: number, isShown: (at: number) => boolean): number[] {
  const lines: number[] = []
  for (let at = first; at <= last; at++) if (isShown(at)) lines.push(at)
  return lines
}

function upToLastUsed(
  rows: readonly number[],
  columns: readonly number[],
  sheet: Worksheet,
): readonly number[] {
  const last = sheet.getCellMatrix().getLength()
  let end = rows.length
  while (end > 0 && (rows[end - 1]! > last || isBlank(sheet, rows[end - 1]!, columns))) end -= 1
  return rows.slice(0, end)
}

const isBlank = (sheet: Worksheet, row: number, columns: readonly number[]): boolean =>
  columns.every((column) => {
    const { v, p } = sheet.getCell(row, column) ?? {}
    return (v ?? '') === '' && !p
  })

/** @param mayName whether it may name others, so that it matters how it is shown */
function readCell(sheet: Worksheet, row: number, column: number, mayName: boolean): ChartCell {
  const raw = sheet.getCellRaw(row, column)
  const hasOwn = (raw?.v ?? null) !== null
  // Results that a formula has for other cells are in none.
  const cell = mayName || !hasOwn ? sheet.getCell(row, column) : raw
  return { number: numberIn(hasOwn ? raw : cell), text: textOf(cell) }
}

function numberIn(cell: Nullable<ICellData>): number | null {
  const { v, t } = cell ?? {}
  const isOther = t === CellValueType.BOOLEAN || t === CellValueType.STRING
  return typeof v === 'number' && Number.isFinite(v) && !isOther ? v : null
}

const textOf = (cell: Nullable<ICellData>): string =>
  cell?.p?.body?.dataStream.replace(/\r\n$/, '') ?? String(cell?.v ?? '')
