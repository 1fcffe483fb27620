import type { ICellData, Nullable, Workbook } from '@univerjs/core'
import type { ISetRangeValuesMutationParams } from '@univerjs/preset-sheets-core'

const TOO_MUCH: ICellData = { v: '#CALC!', t: 1 }

/** The results for cells that still have a formula; `null` if there are none. */
export function onlyFormulas(
  { unitId, subUnitId, cellValue = {} }: ISetRangeValuesMutationParams,
  workbook: Workbook,
): ISetRangeValuesMutationParams | null {
  const matrix = workbook.getSheetBySheetId(subUnitId)?.getCellMatrix()
  if (matrix === undefined) return null
  const kept: Record<number, Record<number, Nullable<ICellData>>> = {}
  for (const [row, cells] of Object.entries(cellValue)) {
    const inRow: { readonly [column: string]: Nullable<ICellData> } = cells ?? {}
    for (const [column, cell] of Object.entries(inRow)) {
      const { f, si } = matrix.getValue(Number(row), Number(column)) ?? {}
      if (cell && (f || si)) (kept[Number(row)] ??= {})[Number(column)] = cell
    }
  }
  return { unitId, subUnitId, cellValue: kept }
}

/** What shows that no formula has a result, for each sheet. */
export function allTooMuch(workbook: Workbook): ISetRangeValuesMutationParams[] {
  return workbook.getSheets().map((sheet) => {
    const cellValue: Record<number, Record<number, ICellData>> = {}
    sheet.getCellMatrix().forValue((row, column, cell: Nullable<ICellData>) => {
      if (cell?.f || cell?.si) (cellValue[row] ??= {})[column] = TOO_MUCH
    })
    return { unitId: workbook.getUnitId(), subUnitId: sheet.getSheetId(), cellValue }
  })
}
