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

/** What the page is told of a mutation of the worker's; `null` if nothing. */
export function readOutcome(mutation: Mutation): FromWorker | null {
  if (RESULTS.has(mutation.id)) return { type: 'result', mutation }
  if (mutation.id === SetFormulaCalculationResultMutation.id) {
    // The cells come in a mutation of their own; whoever listens for this one wants the rest.
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
