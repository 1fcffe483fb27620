import type { IRange } from '@univerjs/core'
import type { Workbook } from './grid.js'
import type { Cell } from './place.js'

type Sheet = ReturnType<Workbook['getActiveSheet']>

/** Scrolls so that a cell is near the upper left corner. */
export function scrollTo(sheet: Sheet, { row, column }: Cell): void {
  sheet.scrollToCell(Math.max(0, row - 5), Math.max(0, column - 3))
}

/** Brings a cell of the sheet that is shown into view, unless it is there already. @see OFFICE.md SF15 */
export function scrollIntoView(sheet: Sheet, cell: Cell): void {
  // Whatever its type says, it is undefined until the sheet has been drawn.
  const visible: IRange | null | undefined = sheet.getVisibleRange()
  // The last row and column may be cut off.
  const isVisible =
    visible !== null &&
    visible !== undefined &&
    cell.row >= visible.startRow &&
    cell.row < visible.endRow &&
    cell.column >= visible.startColumn &&
    cell.column < visible.endColumn
  if (!isVisible) scrollTo(sheet, cell)
}
