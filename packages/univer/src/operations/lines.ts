import type { IRange, Nullable } from '@univerjs/core'
import type { AxisName, LineId } from '../document/axis.js'
import type { SheetState } from '../document/sheet-state.js'

/** Returns the first row or column of a range, and how many there are. */
export function linesOf(
  axis: AxisName,
  { startRow, endRow, startColumn, endColumn }: IRange,
): { readonly at: number; readonly count: number } {
  return axis === 'rows'
    ? { at: startRow, count: endRow - startRow + 1 }
    : { at: startColumn, count: endColumn - startColumn + 1 }
}

/** Returns the positions of the rows or columns in some ranges. */
export function positionsIn(axis: AxisName, ranges: readonly Nullable<IRange>[]): number[] {
  return ranges.flatMap((range) => {
    if (!range) return []
    const { at, count } = linesOf(axis, range)
    return Array.from({ length: count }, (_, index) => at + index)
  })
}

/** Maps values by position. */
export function mapValues<T, U>(
  values: { readonly [at: number]: T },
  change: (value: T) => U,
): { [at: number]: U } {
  const changed = Object.entries(values).map(([at, value]) => [at, change(value)] as const)
  return Object.fromEntries(changed)
}

/** Returns the order key of the line at a position; `null` beyond the ends. */
export function keyAt(sheet: SheetState, axis: AxisName, at: number): string | null {
  const id: LineId | undefined = sheet[axis].shown[at]
  return id === undefined ? null : (sheet[axis].axis.keyOf(id) ?? null)
}
