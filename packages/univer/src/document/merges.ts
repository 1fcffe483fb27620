import { LIMITS } from './limits.js'
import type { CellRange } from './cells.js'
import { cellsOf, overlap, rangeBetween } from './ranges.js'
import type { SheetState } from './sheet-state.js'

/**
 * Returns the current merged cells of a sheet. Of two that overlap, every client keeps the same
 * one; a merge that has shrunk to one cell is dropped.
 *
 * @see SHEET.md SD10
 */
export function mergesOf(sheet: SheetState): CellRange[] {
  const accepted: CellRange[] = []
  for (const range of withinLimits(rangesOf(sheet))) {
    if (!accepted.some((other) => overlap(range, other))) accepted.push(range)
  }
  return accepted.toSorted((a, b) => a.startRow - b.startRow || a.startColumn - b.startColumn)
}

/** Returns whether some merges are ignored because there are too many. */
export function hasTooManyMerges(sheet: SheetState): boolean {
  const ranges = rangesOf(sheet)
  return sheet.merges.size > LIMITS.merges || withinLimits(ranges).length < ranges.length
}

/**
 * Returns the first merges within the limits; grids store something for each merged cell.
 *
 * @see SHEET.md SD20
 */
export function withinLimits(merges: readonly CellRange[]): CellRange[] {
  let room: number = LIMITS.mergedCells
  return merges.slice(0, LIMITS.merges).filter((range) => {
    const count = cellsOf(range)
    if (count > room) return false
    room -= count
    return true
  })
}

/** Returns whether all of these merges are within the limits. */
export const fitsMerges = (merges: readonly CellRange[]): boolean =>
  withinLimits(merges).length === merges.length

function rangesOf(sheet: SheetState): CellRange[] {
  const keys = [...sheet.merges.keys()].toSorted().slice(0, LIMITS.merges)
  return keys.flatMap((key) => {
    const range = rangeOf(sheet, key, sheet.merges.get(key)!)
    return range === null ? [] : [range]
  })
}

function rangeOf(sheet: SheetState, first: string, last: string): CellRange | null {
  const range = rangeBetween(sheet, first, last)
  return range === null || cellsOf(range) === 1 ? null : range
}
