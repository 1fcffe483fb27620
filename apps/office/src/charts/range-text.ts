import type { SharedWorkbook } from '@whereabouts/univer'
import type { SheetRange } from '@whereabouts/univer/charts'

type Shared = Pick<SharedWorkbook, 'attached' | 'workbook'>

/** Returns cells as they are typed; those of another sheet with its name. @example "'Sheet 2'!A1:C9" */
export function printRange({ sheet, range }: SheetRange, home: string, shared: Shared): string {
  const { startRow, startColumn, endRow, endColumn } = range
  const worksheet = shared.workbook.getSheetBySheetId(sheet)
  const cells = worksheet
    ?.getRange(startRow, startColumn, endRow - startRow + 1, endColumn - startColumn + 1)
    .getA1Notation()
  if (!worksheet || cells === undefined) return ''
  const prefix = sheet === home ? '' : `'${worksheet.getSheetName().replaceAll("'", "''")}'!`
  return prefix + cells
}

/** Reads cells that somebody typed; `undefined` if the text names no cells of the workbook. */
export function readRange(
  text: string,
  home: string,
  { attached, workbook }: Shared,
): SheetRange | undefined {
  const reference = attached.placeIn(`=${text.trim().replace(/^=/, '')}`)
  if (reference === undefined) return undefined
  const { sheet: name, from, to = from } = reference
  const sheet =
    name === undefined
      ? workbook.getSheetBySheetId(home)
      : workbook.getSheets().find((each) => isCalled(each.getSheetName(), name))
  if (!sheet) return undefined
  const [lastRow, lastColumn] = [sheet.getMaxRows() - 1, sheet.getMaxColumns() - 1]
  const range = {
    startRow: from.row ?? 0,
    startColumn: from.column ?? 0,
    endRow: to.row ?? lastRow,
    endColumn: to.column ?? lastColumn,
  }
  const isThere = range.endRow <= lastRow && range.endColumn <= lastColumn
  const isInOrder = range.startRow <= range.endRow && range.startColumn <= range.endColumn
  return isThere && isInOrder ? { sheet: sheet.getSheetId(), range } : undefined
}

const isCalled = (name: string, wanted: string): boolean =>
  name.toLowerCase() === wanted.toLowerCase()
