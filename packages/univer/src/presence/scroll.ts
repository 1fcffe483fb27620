import type { Workbook } from './grid.js'
import type { Cell } from './place.js'

/** Brings a cell into view, unless it is there already. @see OFFICE.md SF15 */
export function scrollTo(
  sheet: ReturnType<Workbook['getActiveSheet']>,
  { row, column }: Cell,
): void {
  const visible = sheet.getVisibleRange()
  // The last row and column may be cut off.
  const isVisible =
    visible !== null &&
    row >= visible.startRow &&
    row < visible.endRow &&
    column >= visible.startColumn &&
    column < visible.endColumn
  if (!isVisible) sheet.scrollToCell(Math.max(0, row - 5), Math.max(0, column - 3))
}
