import {
  DataValidationType,
  ICommandService,
  type IExecutionOptions,
  type IRange,
  type Univer,
} from '@univerjs/core'
import {
  MarkDirtyRowAutoHeightOperation,
  SetRangeValuesMutation,
  type ISetRangeValuesMutationParams,
} from '@univerjs/preset-sheets-core'
import { SheetDataValidationModel } from '@univerjs/sheets-data-validation'

const CHOICES: string = DataValidationType.LIST_MULTIPLE

/**
 * Fits rows to the choices that come from others or from undo. Univer fits those of its own commands only.
 *
 * @see OFFICE.md SH167
 */
export function fitChoices(univer: Univer): void {
  const injector = univer.__getInjector()
  const commands = injector.get(ICommandService)
  const model = injector.get(SheetDataValidationModel)
  commands.onCommandExecuted(({ id, params }, options?: IExecutionOptions) => {
    if (id !== SetRangeValuesMutation.id || options?.fromCollab !== true) return
    const { unitId, subUnitId, cellValue = {} } = params as ISetRangeValuesMutationParams
    const ranges = model.getRules(unitId, subUnitId).filter(({ type }) => type === CHOICES)
    if (ranges.length === 0) return
    const rows = Object.keys(cellValue).map(Number)
    const high = rows.filter((row) => ranges.some((rule) => hasRow(rule.ranges, row)))
    if (high.length === 0) return
    const fitted = {
      unitId,
      subUnitId,
      ranges: high.map((row) => ({ startRow: row, endRow: row, startColumn: 0, endColumn: 0 })),
      id: crypto.randomUUID(),
    }
    commands.syncExecuteCommand(MarkDirtyRowAutoHeightOperation.id, fitted, { onlyLocal: true })
  })
}

const hasRow = (ranges: readonly IRange[], row: number): boolean =>
  ranges.some(({ startRow, endRow }) => row >= startRow && row <= endRow)
