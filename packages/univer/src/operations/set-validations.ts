import { isSame } from '../document/cells.js'
import { valuesOf, withValues } from '../document/check.js'
import { VALIDATIONS_FORMAT } from '../document/format.js'
import { storeFormula } from '../document/formula.js'
import type { Validation } from '../document/validation-list.js'
import { areCrossed, validationsOf } from '../document/validations.js'
import type { GridWriter } from '../grid-writer.js'
import { onSheet, type OperationKind, type Recorder, type UnshownSheet } from './operation-kind.js'
import type { OnSheet } from './params.js'
import { idsBeside, writeList, type ListKind } from './ranged-steps.js'

/** Sets the data validations of a sheet; of several for a cell, the last one counts. */
export interface SetValidations {
  readonly type: 'set-validations'
  /** The id of the sheet. */
  readonly sheet: string
  readonly validations: readonly Validation[]
  /** Whether lines moved in the same step: then the document knows where the validations are. */
  readonly isAfterLines?: true
}

const STORED: ListKind<Validation> = {
  part: 'validations',
  format: VALIDATIONS_FORMAT,
  bodyOf: ({ check }) => check,
  store: ({ check }, sheet, workbook) =>
    withValues(check, (value) =>
      value.startsWith('=') ? storeFormula(value, sheet, workbook, true) : value,
    ),
}

const record: Recorder<OnSheet> = (grid, { subUnitId: sheet }) => {
  const validations = grid.has(sheet) ? grid.validations(sheet) : undefined
  return validations === undefined ? [] : [{ type: 'set-validations', sheet, validations }]
}

export const setValidations: OperationKind<SetValidations, UnshownSheet> = {
  record: {
    'data-validation.mutation.addRule': record,
    'data-validation.mutation.removeRule': record,
    'data-validation.mutation.updateRule': record,
  },

  write: onSheet((sheet, { validations, isAfterLines }, draft, workbook) => {
    const list = sheet.validations
    // Univer also makes several of one whose formula it can't move; the document moves them all.
    if (isAfterLines !== true)
      writeList(STORED, { list, items: validations }, sheet, draft, workbook)
    // Where several are for a cell, the last one that moved would count in this grid.
    list.shown = areCrossed(validations) ? [] : validations
    list.isTouched = true
  }),

  diff({ sheet, workbook }) {
    const list = sheet.validations
    if (!list.isTouched) return []
    list.isTouched = false
    const validations = validationsOf(sheet, workbook)
    if (isSame(validations, list.shown)) return []
    list.shown = validations
    return [{ type: 'set-validations', sheet: sheet.id, validations }]
  },

  play({ sheet, validations }, grid) {
    const before = grid.reader.validations(sheet)
    // The part of the grid that validates may still be on its way.
    if (before === undefined) return
    const isCrossed = areCrossed(validations)
    if (!isCrossed && isSame(before, validations)) return
    const gone = idsBeside(before, validations)
    const kept = before.filter(({ id }) => !gone.includes(id))
    const isInOrder = !isCrossed && isSubsequence(kept, validations)
    for (const each of before) {
      if (!isInOrder || gone.includes(each.id)) remove(each, sheet, grid)
    }
    for (const [index, each] of validations.entries()) {
      const own = isInOrder ? kept.find(({ id }) => id === each.id) : undefined
      if (own === undefined) execute('addRule', sheet, grid, { rule: toUniver(each), index })
      else if (!isSame(own, each)) update(each, sheet, grid)
    }
  },
}

/** Returns whether validations are in the same order among others. */
function isSubsequence(some: readonly Validation[], all: readonly Validation[]): boolean {
  const among = all.filter(({ id }) => some.some((one) => one.id === id))
  return some.every(({ id }, at) => among[at]?.id === id)
}

/** Univer goes on calculating the formulas of a validation that is removed, but not those of one that is changed. */
function remove(validation: Validation, sheet: string, grid: GridWriter): void {
  const { id: ruleId, check } = validation
  if (valuesOf(check).some((value) => value.startsWith('='))) {
    update({ ...validation, check: { type: 'any' } }, sheet, grid)
  }
  execute('removeRule', sheet, grid, { ruleId })
}

/** How Univer calls it that all of a validation is replaced. */
const ALL = 3

function update(validation: Validation, sheet: string, grid: GridWriter): void {
  const payload = { type: ALL, payload: toUniver(validation) }
  execute('updateRule', sheet, grid, { ruleId: validation.id, payload })
}

type What = 'addRule' | 'removeRule' | 'updateRule'

function execute(what: What, sheet: string, grid: GridWriter, params: object): void {
  grid.execute(`data-validation.mutation.${what}`, sheet, { ...params, source: 'patched' })
}

/** What Univer would keep of an earlier check if it weren't named. */
const NOTHING = {
  operator: undefined,
  formula1: undefined,
  formula2: undefined,
  allowBlank: undefined,
  showDropDown: undefined,
  showErrorMessage: undefined,
  showInputMessage: undefined,
  error: undefined,
  errorTitle: undefined,
  errorStyle: undefined,
  prompt: undefined,
  promptTitle: undefined,
  renderMode: undefined,
  bizInfo: undefined,
}

/** Univer changes the validations that it is given. */
const toUniver = ({ id, ranges, check }: Validation): object =>
  structuredClone({ uid: id, ...NOTHING, ...check, ranges })
