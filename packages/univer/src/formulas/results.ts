import type { ICellData, Nullable, Workbook } from '@univerjs/core'
import type { ISetRangeValuesMutationParams } from '@univerjs/preset-sheets-core'

const TOO_MUCH: ICellData = { v: '#CALC!', t: 1 }

/** Returns the results for cells that still have the same formula; `null` if there are none. */
export function onlyFormulas(
  { unitId, subUnitId, cellValue = {} }: ISetRangeValuesMutationParams,
  workbook: Workbook,
  isWritten: (row: number, column: number) => boolean,
): ISetRangeValuesMutationParams | null {
  const matrix = workbook.getSheetBySheetId(subUnitId)?.getCellMatrix()
  if (matrix === undefined) return null
  const kept: Record<number, Record<number, Nullable<ICellData>>> = {}
  for (const [row, cells] of Object.entries(cellValue)) {
    const inRow: { readonly [column: string]: Nullable<ICellData> } = cells ?? {}
    for (const [column, cell] of Object.entries(inRow)) {
      const at = [Number(row), Number(column)] as const
      const { f, si } = matrix.getValue(...at) ?? {}
      if (cell && (f || si) && !isWritten(...at)) (kept[at[0]] ??= {})[at[1]] = cell
    }
  }
  return { unitId, subUnitId, cellValue: kept }
}

/** Returns, for each sheet, the mutation that shows an error in all formulas. */
export function allTooMuch(workbook: Workbook): ISetRangeValuesMutationParams[] {
  return workbook.getSheets().map((sheet) => {
    const cellValue: Record<number, Record<number, ICellData>> = {}
    sheet.getCellMatrix().forValue((row, column, cell: Nullable<ICellData>) => {
      if (cell?.f || cell?.si) (cellValue[row] ??= {})[column] = TOO_MUCH
    })
    return { unitId: workbook.getUnitId(), subUnitId: sheet.getSheetId(), cellValue }
  })
}
