import type { IRange } from '@univerjs/core'
import type { LineId } from '../document/axis.js'
import type { CellRange } from '../document/cells.js'
import type { Draft } from '../document/draft.js'
import { partName } from '../document/workbook.js'
import type { SheetState } from '../document/sheet-state.js'
import { ATTACHED, type AttachedPart } from './attached-steps.js'
import { onSheet, type OperationKind } from './operation-kind.js'

/**
 * Carries what cells have beside their contents along, where the grid has moved the contents alone: with cells that
 * are cut and pasted or dragged, or sorted among others.
 */
export interface Carry {
  readonly type: 'carry'
  /** The id of the sheet. */
  readonly sheet: string
  readonly cells: CellRange
  /** Where the first of the cells goes. */
  readonly to: { readonly sheet: string; readonly row: number; readonly column: number }
  /** The row that comes to each position, by its position before; without it the rows stay in order. */
  readonly order?: { readonly [at: number]: number }
}

export const carry: OperationKind<Carry> = {
  record: {},

  /** @see SHEET.md SH143 */
  write: onSheet((sheet, step, draft, workbook) => {
    const target = workbook.sheetWithId(step.to.sheet)
    if (target === undefined) return
    for (const part of ATTACHED) move(part, step, sheet, target, draft)
  }),

  diff: () => [],
  play: () => {},
}

function move(
  part: AttachedPart,
  { cells, to, order }: Carry,
  sheet: SheetState,
  target: SheetState,
  draft: Draft,
): void {
  const [height, width] = [cells.endRow - cells.startRow, cells.endColumn - cells.startColumn]
  const [endRow, endColumn] = [to.row + height, to.column + width]
  const moved = within(sheet, part, cells)
  const covered = within(target, part, {
    startRow: to.row,
    startColumn: to.column,
    endRow,
    endColumn,
  })
  const places = order && placesIn(order)
  const rowOf = (row: number) => places?.get(row) ?? row - cells.startRow + to.row
  for (const { key } of moved) draft.put(partName(part, sheet.id), key, undefined)
  for (const { key } of covered) draft.put(partName(part, target.id), key, undefined)
  for (const { row, column, value } of moved) {
    const rowId = target.rows.shown[rowOf(row)]
    const columnId = target.columns.shown[column - cells.startColumn + to.column]
    if (rowId === undefined || columnId === undefined) continue
    draft.put(partName(part, target.id), `${rowId}:${columnId}`, value)
  }
}

const placesIn = (order: NonNullable<Carry['order']>): ReadonlyMap<number, number> =>
  new Map(Object.entries(order).map(([at, from]) => [from, Number(at)]))

interface Found {
  readonly key: string
  readonly row: number
  readonly column: number
  readonly value: unknown
}

/** Lists what cells of a range have. */
function within(sheet: SheetState, part: AttachedPart, range: CellRange): Found[] {
  if (sheet[part].isEmpty) return []
  const rows = positionsOf(sheet.rows.shown, range.startRow, range.endRow)
  const columns = positionsOf(sheet.columns.shown, range.startColumn, range.endColumn)
  return [...sheet[part].entries()].flatMap(([rowId, columnId, value]) => {
    const row = rows.get(rowId)
    const column = columns.get(columnId)
    return row === undefined || column === undefined
      ? []
      : [{ key: `${rowId}:${columnId}`, row, column, value }]
  })
}

const positionsOf = (
  shown: readonly LineId[],
  first: number,
  last: number,
): ReadonlyMap<LineId, number> =>
  new Map(shown.slice(first, last + 1).map((id, at) => [id, first + at]))

/** Returns the step for cells that were moved from one range to another. */
export const carried = (sheet: string, from: IRange, other: string, to: IRange): Carry[] => [
  {
    type: 'carry',
    sheet,
    cells: withoutMore(from),
    to: { sheet: other, row: to.startRow, column: to.startColumn },
  },
]

/** Returns the step for cells of rows whose contents were sorted. */
export const carriedRows = (
  sheet: string,
  range: IRange,
  order: NonNullable<Carry['order']>,
): Carry[] => [
  {
    type: 'carry',
    sheet,
    cells: withoutMore(range),
    to: { sheet, row: range.startRow, column: range.startColumn },
    order: { ...order },
  },
]

const withoutMore = ({ startRow, startColumn, endRow, endColumn }: IRange): CellRange => ({
  startRow,
  startColumn,
  endRow,
  endColumn,
})
