import type { CellRange } from './cells.js'
import { withFormulas } from './effect.js'
import { printFormula, type Formula } from './formula.js'
import { LIMITS } from './limits.js'
import { isTooLong, type Stored } from './ranged-list.js'
import { cellsOf, rangesBetween } from './ranges.js'
import type { Sheets } from './references.js'
import type { Rule, StoredEffect } from './rule-list.js'
import type { SheetState } from './sheet-state.js'

/** Returns the rules as they are now, the most important one first. @see SHEET.md SF20, SF23 */
export function rulesOf(sheet: SheetState, sheets: Sheets): Rule[] {
  const stored = sheet.rules.inOrder.slice(0, LIMITS.rules)
  return withinLimits(stored.flatMap((rule) => ruleOf(rule, sheet, sheets) ?? []))
}

/** Returns whether a sheet can have these rules. @see SHEET.md SF23 */
export const fitsRules = (rules: readonly Rule[]): boolean =>
  rules.length <= LIMITS.rules &&
  withinLimits(rules).length === rules.length &&
  rules.every(({ ranges, effect }) => ranges.length <= LIMITS.rangesOfRule && !isTooLong(effect))

function ruleOf(
  { id, ranges: corners, body }: Stored<StoredEffect>,
  sheet: SheetState,
  sheets: Sheets,
): Rule | undefined {
  const ranges = rangesBetween(sheet, corners)
  if (ranges.length === 0) return undefined
  const { effect, stopIfTrue } = body
  const print = (formula: Formula) => printFormula(formula, sheet.id, sheets)
  return { id, ranges, stopIfTrue, effect: withFormulas(effect, print) }
}

/** Returns the rules that the cells of all of them leave room for. */
function withinLimits(rules: readonly Rule[]): Rule[] {
  let room: number = LIMITS.ruleCells
  return rules.filter(({ ranges }) => {
    const count = cellsIn(ranges)
    if (count > room) return false
    room -= count
    return true
  })
}

function cellsIn(ranges: readonly CellRange[]): number {
  let count = 0
  for (const range of ranges) count += cellsOf(range)
  return count
}
