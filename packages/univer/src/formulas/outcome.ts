import { SetRangeValuesMutation } from '@univerjs/sheets'
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
  SetRangeValuesMutation.id,
  SetArrayFormulaDataMutation.id,
  SetImageFormulaDataMutation.id,
])

/** Returns the message to the page for a mutation of the worker; `null` if there is none. */
export function readOutcome(mutation: Mutation): FromWorker | null {
  if (RESULTS.has(mutation.id)) return { type: 'result', mutation }
  if (mutation.id === SetFormulaCalculationResultMutation.id) {
    // The cells arrive in their own mutation; listeners of this one need the rest.
    return {
      type: 'result',
      mutation: { ...mutation, params: { ...mutation.params, unitData: {} } },
    }
  }
  if (mutation.id !== SetFormulaCalculationNotificationMutation.id) return null
  const { stageInfo } = mutation.params as ISetFormulaCalculationNotificationMutation
  if (stageInfo === undefined) return { type: 'done', mutation }
  return stageInfo.stage === FormulaExecuteStageType.START_DEPENDENCY ||
    stageInfo.stage === FormulaExecuteStageType.START_DEPENDENCY_ARRAY_FORMULA
    ? { type: 'at', cell: null }
    : null
}
