import { withValues } from './check.js'
import { printFormula, type Formula } from './formula.js'
import { LIMITS } from './limits.js'
import { isTooLong, type Stored } from './ranged-list.js'
import { cellsOf, overlap, rangesBetween } from './ranges.js'
import type { Sheets } from './references.js'
import type { SheetState } from './sheet-state.js'
import type { StoredCheck, Validation } from './validation-list.js'

/** Returns the data validations as they are now; of several for a cell, the last one counts. @see SHEET.md SH126 */
export function validationsOf(sheet: SheetState, sheets: Sheets): Validation[] {
  const stored = sheet.validations.inOrder.slice(-LIMITS.validations)
  return withinLimits(stored.flatMap((each) => validationOf(each, sheet, sheets) ?? []))
}

/** Returns whether a sheet can have these data validations. @see SHEET.md SH126 */
export const fitsValidations = (all: readonly Validation[]): boolean =>
  all.length <= LIMITS.validations &&
  withinLimits(all).length === all.length &&
  all.every(({ ranges, check }) => ranges.length <= LIMITS.rangesOfRule && !isTooLong(check))

function validationOf(
  { id, ranges: corners, body }: Stored<StoredCheck>,
  sheet: SheetState,
  sheets: Sheets,
): Validation | undefined {
  const ranges = rangesBetween(sheet, corners)
  if (ranges.length === 0) return undefined
  const print = (value: string | Formula) =>
    typeof value === 'string' ? value : printFormula(value, sheet.id, sheets, true)
  return { id, ranges, check: withValues(body, print) }
}

/** Returns those that the cells of all of them leave room for. Univer looks at each range and each cell. */
function withinLimits(all: readonly Validation[]): Validation[] {
  let room: number = LIMITS.validatedCells
  const isWithin = ({ ranges }: Validation): boolean => {
    const cost = ranges.reduce(
      (sum, range) => sum + Math.max(cellsOf(range), LIMITS.leastValidatedCells),
      0,
    )
    if (cost > room) return false
    room -= cost
    return true
  }
  return all.toReversed().filter(isWithin).toReversed()
}

/** Returns whether several data validations are for the same cell. */
export function areCrossed(all: readonly Validation[]): boolean {
  return all.some(({ ranges }, at) => {
    const others = all.slice(at + 1).flatMap((other) => other.ranges)
    return ranges.some((range) => others.some((other) => overlap(range, other)))
  })
}
