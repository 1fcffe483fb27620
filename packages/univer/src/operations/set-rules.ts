import { isSame, type CellRange } from '../document/cells.js'
import type { Draft } from '../document/draft.js'
import { formulasOf, withFormulas } from '../document/effect.js'
import { raiseFormat, RULES_FORMAT } from '../document/format.js'
import { storeFormula } from '../document/formula.js'
import { keyBetween, type Chance, type OrderKey } from '../document/order-key.js'
import { cornersOf } from '../document/ranges.js'
import { isRuleId, type RuleList } from '../document/rule-list.js'
import { rulesOf, type Rule } from '../document/rules.js'
import type { SheetState } from '../document/sheet-state.js'
import { partName, type Workbook } from '../document/workbook.js'
import type { GridWriter } from '../grid-writer.js'
import type { Operation } from './operation.js'
import { onSheet, type OperationKind, type Recorder, type UnshownSheet } from './operation-kind.js'
import type { OnSheet } from './params.js'

/** Sets the conditional formats of a sheet, the most important one first. */
export interface SetRules {
  readonly type: 'set-rules'
  /** The id of the sheet. */
  readonly sheet: string
  readonly rules: readonly Rule[]
  /** Whether lines moved in the same step: then the document knows where the rules are that were there before. */
  readonly isAfterLines?: true
}

const LINES: ReadonlySet<string> = new Set([
  'insert-lines',
  'remove-lines',
  'move-lines',
  'sort-rows',
])

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

  /** @see SHEET.md SF20, SF21 */
  write: onSheet((sheet, { rules, isAfterLines }, draft, workbook) => {
    const before = new Map(sheet.rules.shown.map((rule) => [rule.id, rule]))
    const isWritten = ({ id }: Rule) => isRuleId(id) && !(isAfterLines === true && before.has(id))
    const gone = isAfterLines === true ? [] : idsBeside(sheet.rules.shown, rules)
    const keys = keysOf(sheet.rules, rules, draft.chance)
    const written = rules
      .filter(isWritten)
      .flatMap((rule): Entry[] => [
        ...entriesOf(rule, before.get(rule.id), sheet, workbook),
        ...(keys.has(rule.id) ? [[`${rule.id}/at`, keys.get(rule.id)] as const] : []),
      ])
    putAll([...gone.flatMap(removalOf), ...written], sheet, draft, workbook)
    sheet.rules.shown = rules
    sheet.rules.isTouched = true
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

/** Marks steps that Univer adds when it has moved lines: the document moves rules in its own way. */
export function afterLines(steps: readonly Operation[]): Operation[] {
  const moved = new Set<string>()
  return steps.map((step) => {
    if (LINES.has(step.type)) moved.add(step.sheet)
    const isMoved = step.type === 'set-rules' && moved.has(step.sheet)
    return isMoved ? { ...step, isAfterLines: true } : step
  })
}

type Entry = readonly [key: string, value: unknown]

const removalOf = (id: string): Entry[] =>
  ['at', 'ranges', 'effect'].map((property) => [`${id}/${property}`, undefined])

const idsBeside = (rules: readonly Rule[], others: readonly Rule[]): string[] =>
  rules.flatMap(({ id }) => (others.some((other) => other.id === id) ? [] : [id]))

function putAll(
  entries: readonly Entry[],
  { id }: SheetState,
  draft: Draft,
  { doc }: Workbook,
): void {
  if (entries.length === 0) return
  raiseFormat(doc, RULES_FORMAT)
  for (const [key, value] of entries) draft.put(partName('rules', id), key, value)
}

function entriesOf(
  { id, ranges, effect, stopIfTrue }: Rule,
  before: Rule | undefined,
  sheet: SheetState,
  workbook: Workbook,
): Entry[] {
  const entries: Entry[] = []
  if (!isSame(before?.ranges, ranges)) entries.push([`${id}/ranges`, storeRanges(sheet, ranges)])
  if (!isSame(before?.effect, effect) || before?.stopIfTrue !== stopIfTrue) {
    const stored = withFormulas(effect, (formula) => storeFormula(formula, sheet, workbook))
    entries.push([`${id}/effect`, stopIfTrue ? { ...stored, stop: true } : stored])
  }
  return entries
}

const storeRanges = (sheet: SheetState, ranges: readonly CellRange[]): string[] =>
  ranges.flatMap((range) => cornersOf(sheet, range)?.join('..') ?? [])

/** Returns the keys of rules that are new or come before others now; the others keep theirs. */
function keysOf(
  list: RuleList,
  rules: readonly Rule[],
  chance: Chance,
): ReadonlyMap<string, OrderKey> {
  const keys = new Map<string, OrderKey>()
  let next: OrderKey | null = null
  for (const [at, { id }] of [...rules.entries()].toReversed()) {
    const own = list.keyOf(id)
    if (own !== undefined && (next === null || own < next)) {
      next = own
      continue
    }
    next = keyBetween(keyBefore(list, rules.slice(0, at), next), next, chance)
    keys.set(id, next)
  }
  return keys
}

function keyBefore(list: RuleList, rules: readonly Rule[], next: OrderKey | null): OrderKey | null {
  const known = rules.flatMap(({ id }) => list.keyOf(id) ?? [])
  return known.findLast((key) => next === null || key < next) ?? null
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
