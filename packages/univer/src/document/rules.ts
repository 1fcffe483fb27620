import type { CellRange } from './cells.js'
import { withFormulas, type Effect } from './effect.js'
import { printFormula, type Formula } from './formula.js'
import { LIMITS } from './limits.js'
import { rangeBetween } from './ranges.js'
import type { Sheets } from './references.js'
import { isTooLong, type StoredRule } from './rule-list.js'
import type { SheetState } from './sheet-state.js'

/** A conditional format: cells, and what is shown of those that fit. */
export interface Rule {
  readonly id: string
  readonly ranges: readonly CellRange[]
  /** Whether no less important rule counts for a cell that fits. */
  readonly stopIfTrue: boolean
  readonly effect: Effect<string>
}

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

function ruleOf(stored: StoredRule, sheet: SheetState, sheets: Sheets): Rule | undefined {
  const { id, stopIfTrue } = stored
  const ranges = stored.ranges.flatMap((corners) => {
    const [first = '', last = ''] = corners.split('..')
    return rangeBetween(sheet, first, last) ?? []
  })
  if (ranges.length === 0) return undefined
  const print = (formula: Formula) => printFormula(formula, sheet.id, sheets)
  return { id, ranges, stopIfTrue, effect: withFormulas(stored.effect, print) }
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
  for (const { startRow, startColumn, endRow, endColumn } of ranges) {
    count += (endRow - startRow + 1) * (endColumn - startColumn + 1)
  }
  return count
}
