import type { CellRange } from './cells.js'
import { splitCorner, type LinesState, type SheetState } from './sheet-state.js'

/**
 * Returns the cells between two corners, wherever these are now; `null` if none is left.
 *
 * @see SHEET.md SD10, SF2
 */
export function rangeBetween(sheet: SheetState, first: string, last: string): CellRange | null {
  const from = splitCorner(first)
  const to = splitCorner(last)
  if (from === undefined || to === undefined) return null
  const rows = sheet.rows.axis.rangeOf(from[0], to[0])
  const columns = sheet.columns.axis.rangeOf(from[1], to[1])
  if (rows === null || columns === null) return null
  return {
    startRow: rows.first,
    startColumn: columns.first,
    endRow: rows.last,
    endColumn: columns.last,
  }
}

/** Returns the cells between stored corners, without those that are gone. */
export const rangesBetween = (sheet: SheetState, corners: readonly string[]): CellRange[] =>
  corners.flatMap((stored) => {
    const [first = '', last = ''] = stored.split('..')
    return rangeBetween(sheet, first, last) ?? []
  })

/** Returns how many cells a range has. */
export const cellsOf = ({ startRow, startColumn, endRow, endColumn }: CellRange): number =>
  (endRow - startRow + 1) * (endColumn - startColumn + 1)

/** Returns whether two ranges have a cell in common. */
export const overlap = (one: CellRange, other: CellRange): boolean =>
  one.startRow <= other.endRow &&
  other.startRow <= one.endRow &&
  one.startColumn <= other.endColumn &&
  other.startColumn <= one.endColumn

/**
 * Returns the corners of cells that the grid shows; `undefined` if it doesn't have them.
 *
 * @example ['1:0', '9:3']
 */
export function cornersOf(
  { rows, columns }: SheetState,
  { startRow, startColumn, endRow, endColumn }: CellRange,
): readonly [first: string, last: string] | undefined {
  const ofRows = endsOf(rows, startRow, endRow)
  const ofColumns = endsOf(columns, startColumn, endColumn)
  if (ofRows === undefined || ofColumns === undefined) return undefined
  return [`${ofRows[0]}:${ofColumns[0]}`, `${ofRows[1]}:${ofColumns[1]}`]
}

function endsOf({ axis, shown }: LinesState, first: number, last: number) {
  const [one, other] = [shown[first], shown[last]]
  if (one === undefined || other === undefined) return undefined
  return one === other ? ([one, other] as const) : ([axis.endAt(one), axis.endAt(other)] as const)
}
