import type { FormulaDataModel } from '@univerjs/engine-formula'
import {
  MoveRangeMutation,
  RemoveSheetMutation,
  ReorderRangeMutation,
  SetRangeValuesMutation,
  type IMoveRangeMutationParams,
  type ISetRangeValuesMutationParams,
} from '@univerjs/sheets'
import { lineMoveOf } from './line-move.js'
import type { Arrays, Mutation } from './messages.js'

/** Returns whether a mutation moves cells, and so the results and requests for them. */
export const isMoving = (mutation: Mutation): boolean =>
  mutation.id === MoveRangeMutation.id ||
  mutation.id === ReorderRangeMutation.id ||
  lineMoveOf(mutation) !== null

export const arraysOf = (model: FormulaDataModel): Arrays => ({
  arrayFormulaRange: model.getArrayFormulaRange(),
  arrayFormulaCellData: model.getArrayFormulaCellData(),
})

/**
 * Removes results that cover several cells where a mutation makes them outdated, which Univer
 * doesn't do. Returns whether there were any.
 */
export function takeBack(model: FormulaDataModel, mutation: Mutation): boolean {
  const { id } = mutation
  const params = mutation.params as ISetRangeValuesMutationParams
  const { unitId, subUnitId, cellValue } = params
  if (id === MoveRangeMutation.id) {
    const { from, to } = mutation.params as IMoveRangeMutationParams
    const had = forgetSheet(model, unitId, from.subUnitId)
    return forgetSheet(model, unitId, to.subUnitId) || had
  }
  if (isMoving(mutation) || id === RemoveSheetMutation.id) {
    return forgetSheet(model, unitId, subUnitId)
  }
  if (id !== SetRangeValuesMutation.id || cellValue === undefined) return false
  const hadCells = model.updateArrayFormulaCellData(unitId, subUnitId, cellValue)
  return model.updateArrayFormulaRange(unitId, subUnitId, cellValue) || hadCells
}

function forgetSheet(model: FormulaDataModel, unit: string, sheet: string): boolean {
  const { [sheet]: ranges, ...otherRanges } = model.getArrayFormulaRange()[unit] ?? {}
  const { [sheet]: _cells, ...otherCells } = model.getArrayFormulaCellData()[unit] ?? {}
  model.setArrayFormulaRange({ ...model.getArrayFormulaRange(), [unit]: otherRanges })
  model.setArrayFormulaCellData({ ...model.getArrayFormulaCellData(), [unit]: otherCells })
  return Object.keys(ranges ?? {}).length > 0
}
