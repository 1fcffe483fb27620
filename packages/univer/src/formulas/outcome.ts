import { SetRangeValuesMutation, type ISetRangeValuesMutationParams } from '@univerjs/sheets'
import {
  FormulaExecuteStageType,
  SetArrayFormulaDataMutation,
  SetFormulaCalculationNotificationMutation,
  SetFormulaCalculationResultMutation,
  SetImageFormulaDataMutation,
  type ISetFormulaCalculationNotificationMutation,
} from '@univerjs/engine-formula'
import type { FromWorker, Mutation } from './messages.js'

const RESULTS: ReadonlySet<string> = new Set([
  SetArrayFormulaDataMutation.id,
  SetImageFormulaDataMutation.id,
])

// The page writes so many results in a few milliseconds, and each message is a task of its own there.
const CELLS_AT_ONCE = 200

/** Returns the messages to the page for a mutation of the worker. @see OFFICE.md SH136 */
export function readOutcome(mutation: Mutation): FromWorker[] {
  if (mutation.id === SetRangeValuesMutation.id) return resultsOf(mutation)
  if (RESULTS.has(mutation.id)) return [{ type: 'result', mutation }]
  if (mutation.id === SetFormulaCalculationResultMutation.id) {
    // The cells arrive in their own mutation; listeners of this one need the rest.
    const params = { ...mutation.params, unitData: {} }
    return [{ type: 'result', mutation: { ...mutation, params } }]
  }
  if (mutation.id !== SetFormulaCalculationNotificationMutation.id) return []
  const { stageInfo } = mutation.params as ISetFormulaCalculationNotificationMutation
  if (stageInfo === undefined) return [{ type: 'done', mutation }]
  return stageInfo.stage === FormulaExecuteStageType.START_DEPENDENCY ||
    stageInfo.stage === FormulaExecuteStageType.START_DEPENDENCY_ARRAY_FORMULA
    ? [{ type: 'at', cell: null }]
    : []
}

function resultsOf({ id, params }: Mutation): FromWorker[] {
  const { cellValue = {}, ...rest } = params as ISetRangeValuesMutationParams
  const parts: NonNullable<ISetRangeValuesMutationParams['cellValue']>[] = []
  let left = 0
  for (const [row, cells] of Object.entries(cellValue)) {
    if (left <= 0) {
      parts.push({})
      left = CELLS_AT_ONCE
    }
    parts.at(-1)![Number(row)] = cells
    left -= Object.keys((cells ?? {}) as object).length
  }
  return parts.map((part) => ({
    type: 'result',
    mutation: { id, params: { ...rest, cellValue: part } },
  }))
}
