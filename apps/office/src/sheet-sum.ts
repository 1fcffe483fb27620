import {
  CellValueType,
  CommandType,
  ICommandService,
  type IRange,
  type Univer,
} from '@univerjs/core'
import {
  IShortcutService,
  KeyCode,
  MetaKeys,
  whenSheetEditorFocused,
} from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '@whereabouts/univer'

const SUM = 'whereabouts.sum'
const { ALT, CTRL_COMMAND } = MetaKeys

type Sheet = ReturnType<SharedWorkbook['workbook']['getActiveSheet']>

/** Lets Alt+= write sums of the numbers above, left of or in the selection. @see OFFICE.md SF26 */
export function addSum(univer: Univer, { workbook }: SharedWorkbook): void {
  const injector = univer.__getInjector()
  injector.get(ICommandService).registerCommand({
    id: SUM,
    type: CommandType.COMMAND,
    handler: () => {
      const sheet = workbook.getActiveSheet()
      const selected = sheet.getActiveRange()
      if (selected === null) return false
      const isOne = selected.getWidth() * selected.getHeight() === 1
      if (isOne) sumBefore(sheet, selected.getRow(), selected.getColumn())
      else sumWithin(sheet, selected.getRange())
      return true
    },
  })
  injector.get(IShortcutService).registerShortcut({
    id: SUM,
    binding: KeyCode.EQUAL | ALT,
    mac: KeyCode.EQUAL | ALT | CTRL_COMMAND,
    preconditions: whenSheetEditorFocused,
    // Univer has the same keys for sums that it writes only into a table.
    priority: 1,
  })
}

/** Writes a sum into an empty cell. */
function sumBefore(sheet: Sheet, row: number, column: number): void {
  if (hasContent(sheet, row, column)) return
  const top = beginOf(row, (at) => [at, column], sheet)
  const left = top === null ? beginOf(column, (at) => [row, at], sheet) : null
  if (top !== null) write(sheet, row, column, [top.at, column, row - 1, column])
  else if (left !== null) write(sheet, row, column, [row, left.at, row, column - 1])
}

/** Writes sums into the last row and column of a table if these are empty, or else below it. */
function sumWithin(sheet: Sheet, { startRow, startColumn, endRow, endColumn }: IRange): void {
  const hasRow = isEmpty(sheet, [endRow, startColumn, endRow, endColumn])
  const hasColumn = isEmpty(sheet, [startRow, endColumn, endRow, endColumn])
  const last = hasRow ? endRow - 1 : endRow
  const below = hasRow || hasColumn ? endRow : endRow + 1
  if (hasRow || !hasColumn) {
    for (let at = startColumn; at <= endColumn; at += 1) {
      const isFree = below < sheet.getMaxRows() && !hasContent(sheet, below, at)
      if (isFree) write(sheet, below, at, [startRow, at, last, at])
    }
  }
  if (!hasColumn) return
  for (let at = startRow; at <= last; at += 1) {
    write(sheet, at, endColumn, [at, startColumn, at, endColumn - 1])
  }
}

type Cells = readonly [firstRow: number, firstColumn: number, lastRow: number, lastColumn: number]

/** Writes the sum of cells, unless none of them has a number. */
function write(sheet: Sheet, row: number, column: number, cells: Cells): void {
  if (!placesIn(cells).some((place) => isNumber(sheet, ...place))) return
  const [top, left, bottom, right] = cells
  const range = sheet.getRange(top, left, bottom - top + 1, right - left + 1)
  sheet.getRange(row, column).setValue({ f: `=SUM(${range.getA1Notation()})` })
}

const isEmpty = (sheet: Sheet, cells: Cells): boolean =>
  !placesIn(cells).some((place) => hasContent(sheet, ...place))

function placesIn([top, left, bottom, right]: Cells): Place[] {
  const places: Place[] = []
  for (let row = top; row <= bottom; row += 1) {
    for (let column = left; column <= right; column += 1) places.push([row, column])
  }
  return places
}

type Place = readonly [row: number, column: number]

/** Returns where the numbers before a place begin, which empty cells may be between; `null` without any. */
function beginOf(
  place: number,
  cellAt: (at: number) => Place,
  sheet: Sheet,
): { readonly at: number } | null {
  let last = place - 1
  while (last >= 0 && !hasContent(sheet, ...cellAt(last))) last -= 1
  let at = last
  while (at >= 0 && isNumber(sheet, ...cellAt(at))) at -= 1
  return at === last ? null : { at: at + 1 }
}

const rawAt = (sheet: Sheet, row: number, column: number) =>
  sheet.getSheet().getCellRaw(row, column)

function hasContent(sheet: Sheet, row: number, column: number): boolean {
  const { v, f, p } = rawAt(sheet, row, column) ?? {}
  return Boolean(f) || Boolean(p) || (v !== undefined && v !== null && v !== '')
}

function isNumber(sheet: Sheet, row: number, column: number): boolean {
  const { v, t } = rawAt(sheet, row, column) ?? {}
  return t === CellValueType.NUMBER || (t === undefined && typeof v === 'number')
}
