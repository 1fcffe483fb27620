import { isSame } from '../document/cells.js'
import { formulasOf, withFormulas } from '../document/effect.js'
import { RULES_FORMAT } from '../document/format.js'
import { storeFormula } from '../document/formula.js'
import type { Rule } from '../document/rule-list.js'
import { rulesOf } from '../document/rules.js'
import type { GridWriter } from '../grid-writer.js'
import { onSheet, type OperationKind, type Recorder, type UnshownSheet } from './operation-kind.js'
import type { OnSheet } from './params.js'
import { idsBeside, writeList, type ListKind } from './ranged-steps.js'

/** Sets the conditional formats of a sheet, the most important one first. */
export interface SetRules {
  readonly type: 'set-rules'
  /** The id of the sheet. */
  readonly sheet: string
  readonly rules: readonly Rule[]
  /** Whether lines moved in the same step: then the document knows where the rules are that were there before. */
  readonly isAfterLines?: true
}

const STORED: ListKind<Rule> = {
  part: 'rules',
  format: RULES_FORMAT,
  bodyOf: ({ effect, stopIfTrue }) => ({ effect, stopIfTrue }),
  store({ effect, stopIfTrue }, sheet, workbook) {
    const stored = withFormulas(effect, (formula) => storeFormula(formula, sheet, workbook))
    return stopIfTrue ? { ...stored, stop: true } : stored
  },
}

const record: Recorder<OnSheet> = (grid, { subUnitId: sheet }) => {
  const rules = grid.has(sheet) ? grid.rules(sheet) : undefined
  return rules === undefined ? [] : [{ type: 'set-rules', sheet, rules }]
}

export const setRules: OperationKind<SetRules, UnshownSheet> = {
  record: {
    'sheet.mutation.add-conditional-rule': record,
    'sheet.mutation.delete-conditional-rule': record,
    'sheet.mutation.move-conditional-rule': record,
    'sheet.mutation.set-conditional-rule': record,
  },

  write: onSheet((sheet, { rules, isAfterLines }, draft, workbook) => {
    writeList(STORED, { list: sheet.rules, items: rules, isAfterLines }, sheet, draft, workbook)
  }),

  diff({ sheet, workbook }) {
    if (!sheet.rules.isTouched) return []
    sheet.rules.isTouched = false
    const rules = rulesOf(sheet, workbook)
    if (isSame(rules, sheet.rules.shown)) return []
    sheet.rules.shown = rules
    return [{ type: 'set-rules', sheet: sheet.id, rules }]
  },

  play({ sheet, rules }, grid) {
    const before = grid.reader.rules(sheet)
    // The part of the grid that has rules may still be on its way.
    if (before === undefined || isSame(before, rules)) return
    const ids = rules.map(({ id }) => id)
    const kept = before.filter(({ id }) => ids.includes(id))
    // Univer puts a new rule before all others.
    const isInOrder =
      !rules.some(isCalculatedAnew(before)) &&
      isSame(
        kept.map(({ id }) => id),
        ids.slice(ids.length - kept.length),
      )
    const gone = isInOrder ? idsBeside(before, rules) : before.map(({ id }) => id)
    for (const cfId of gone) {
      grid.execute('sheet.mutation.delete-conditional-rule', sheet, { cfId })
    }
    for (const rule of rules.toReversed()) {
      playRule(rule, isInOrder ? kept.find(({ id }) => id === rule.id) : undefined, sheet, grid)
    }
  },
}

/** Univer goes on calculating the formulas of a rule that is changed, but not those of one that is deleted. */
const isCalculatedAnew =
  (before: readonly Rule[]) =>
  (rule: Rule): boolean => {
    const own = before.find(({ id }) => id === rule.id)
    return own !== undefined && !isSame(own, rule) && formulasOf(own.effect).length > 0
  }

function playRule(rule: Rule, before: Rule | undefined, sheet: string, grid: GridWriter): void {
  if (isSame(rule, before)) return
  const mutation = before === undefined ? 'add' : 'set'
  grid.execute(`sheet.mutation.${mutation}-conditional-rule`, sheet, { rule: toUniver(rule) })
}

/** Univer changes the rules that it is given. */
function toUniver({ id, ranges, stopIfTrue, effect }: Rule): object {
  return structuredClone({ cfId: id, ranges, stopIfTrue, rule: effect })
}
