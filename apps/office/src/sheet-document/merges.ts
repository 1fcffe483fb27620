import { spanOf, type Axis } from './axis.js'
import { LIMITS } from './limits.js'
import type { CellRange } from './operations.js'
import { splitKey, type SheetState } from './sheet-state.js'

/**
 * Where the merged cells of a sheet are now. Of two that came to overlap, one counts, everywhere
 * the same; what has shrunk to one cell is none.
 *
 * @see PROTOCOL.md SD10
 */
export function mergesOf(sheet: SheetState): CellRange[] {
  const accepted: CellRange[] = []
  for (const key of [...sheet.merges.keys()].toSorted().slice(0, LIMITS.merges)) {
    const range = rangeOf(sheet, key, sheet.merges.get(key)!)
    if (range !== null && !accepted.some((other) => overlap(range, other))) accepted.push(range)
  }
  return accepted.toSorted((a, b) => a.startRow - b.startRow || a.startColumn - b.startColumn)
}

function rangeOf(sheet: SheetState, first: string, last: string): CellRange | null {
  const [startRow, startColumn] = splitKey(first)!
  const [endRow, endColumn] = splitKey(last)!
  const rows = spanBetween(sheet.rows.axis, startRow, endRow)
  const columns = spanBetween(sheet.columns.axis, startColumn, endColumn)
  if (rows === null || columns === null) return null
  if (rows.first === rows.last && columns.first === columns.last) return null
  return {
    startRow: rows.first,
    startColumn: columns.first,
    endRow: rows.last,
    endColumn: columns.last,
  }
}

const spanBetween = (axis: Axis, one: string, other: string) =>
  spanOf([axis.placeOf(one), axis.placeOf(other)])

const overlap = (a: CellRange, b: CellRange): boolean =>
  a.startRow <= b.endRow &&
  b.startRow <= a.endRow &&
  a.startColumn <= b.endColumn &&
  b.startColumn <= a.endColumn
