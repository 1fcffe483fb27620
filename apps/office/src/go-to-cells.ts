import type { SharedWorkbook } from '@whereabouts/univer'

type Sheet = ReturnType<SharedWorkbook['workbook']['getActiveSheet']>

/** Selects cells of the sheet that is shown, and scrolls so that the first one is near the upper left corner. */
export function goToCells(sheet: Sheet, row: number, column: number, height = 1, width = 1): void {
  sheet.setActiveRange(sheet.getRange(row, column, height, width))
  sheet.scrollToCell(Math.max(0, row - 5), Math.max(0, column - 3))
}
