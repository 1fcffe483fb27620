import type { IRange } from '@univerjs/core'
import type { LineId } from '../document/axis.js'
import type { CellData } from '../document/cells.js'
import { ORDER_FORMAT, raiseFormat } from '../document/format.js'
import { LIMITS } from '../document/limits.js'
import { keyBetween, keyInRun, type Chance, type OrderKey } from '../document/order-key.js'
import type { LinesState, SheetState } from '../document/sheet-state.js'
import { partName } from '../document/workbook.js'
import type { GridReader } from '../grid-reader.js'
import { carriedRows } from './carry.js'
import { keyAt } from './lines.js'
import { onSheet, type OperationKind, type Recorder } from './operation-kind.js'
import type { OnRange } from './params.js'
import { matrixOf, recordCells } from './set-range-values.js'

/**
 * Sorts rows. In the grid only the cells of some columns move, and heights and hiding stay where
 * they are; in the document the rows move.
 */
export interface SortRows {
  readonly type: 'sort-rows'
  /** The id of the sheet. */
  readonly sheet: string
  /** The row that comes to each position, by its position before. */
  readonly order: Order
  /** The columns whose cells move in the grid. */
  readonly first: number
  readonly last: number
}

interface Order {
  readonly [at: number]: number
}

/** Rows in another order than the grid shows. */
interface UnshownOrder {
  readonly sheet: SheetState
  /** All rows, in the document's order. */
  readonly after: readonly LineId[]
}

interface Reordered extends OnRange {
  readonly order: Order
}

const record: Recorder<Reordered> = (grid, { subUnitId: sheet, range, order }) => {
  const rows = Object.keys(order).map(Number)
  const isMuch = rows.length > LIMITS.sortedRows
  if (isMuch || !isWholeTable(grid, sheet, range, rows)) {
    return [...recordCells(grid, sheet, matrixOf(range)), ...carriedRows(sheet, range, order)]
  }
  if (rows.every((at) => order[at] === at)) return []
  const { startColumn: first, endColumn: last } = range
  return [{ type: 'sort-rows', sheet, order: { ...order }, first, last }]
}

export const sortRows: OperationKind<SortRows, UnshownOrder> = {
  record: { 'sheet.mutation.reorder-range': record },

  /** @see SHEET.md SF1 */
  write: onSheet((sheet, { order, first, last }, draft, { doc }) => {
    const { rows } = sheet
    if (!isOrder(order, rows.shown.length)) return
    raiseFormat(doc, ORDER_FORMAT)
    const before = [...rows.shown]
    for (const [at, key] of placesOf(sheet, order, draft.chance)) {
      draft.renew(partName('rows', sheet.id), `${before[order[at] ?? at]!}/sorted`, key)
    }
    const columns = new Set(sheet.columns.shown.slice(first, last + 1))
    reorder(sheet, order, (column) => columns.has(column))
    rows.isReordered = true
  }),

  diff({ sheet, after }) {
    const { shown } = sheet.rows
    const places = new Map(shown.map((id, at) => [id, at]))
    const moved = after.flatMap((id, at) => (shown[at] === id ? [] : [[at, places.get(id)!]]))
    const order = Object.fromEntries(moved) as Order
    reorder(sheet, order, () => true)
    const last = sheet.columns.shown.length - 1
    return [{ type: 'sort-rows', sheet: sheet.id, order, first: 0, last }]
  },

  play({ sheet, order, first, last }, grid) {
    const rows = Object.keys(order).map(Number)
    const range = { ...extentOf(rows), startColumn: first, endColumn: last }
    grid.execute('sheet.mutation.reorder-range', sheet, { range, order: { ...order } })
    grid.fit(sheet, matrixOf(range))
  },

  unsettles: true,
  hides: true,
}

/** Returns the first and the last of rows, which may be more than a call may have arguments. */
const extentOf = (
  rows: readonly number[],
): { readonly startRow: number; readonly endRow: number } => ({
  startRow: rows.reduce((least, row) => Math.min(least, row), Infinity),
  endRow: rows.reduce((most, row) => Math.max(most, row), -1),
})

/** Returns whether rows have the same ids, in another order. */
export function isReordered(before: readonly LineId[], after: readonly LineId[]): boolean {
  const ids = new Set(before)
  return before.length === after.length && after.every((id) => ids.has(id))
}

/**
 * Returns whether rows have no content beside a range, and no merged cells: then they are moved as
 * a whole, and what others write into them meanwhile stays in the right row.
 *
 * @see SHEET.md SF3
 */
function isWholeTable(
  grid: GridReader,
  sheet: string,
  { startColumn, endColumn }: IRange,
  rows: readonly number[],
): boolean {
  const sorted = new Set(rows)
  const isMerged = grid
    .merges(sheet)
    .some(({ startRow, endRow }) => rows.some((row) => row >= startRow && row <= endRow))
  if (isMerged) return false
  const reader = grid.cells(sheet)
  const { startRow, endRow } = extentOf(rows)
  let isWhole = true
  grid
    .sheet(sheet)
    .getCellMatrix()
    .forValue((row, column) => {
      if (row < startRow || row > endRow || !sorted.has(row)) return
      if (column >= startColumn && column <= endColumn) return
      const { v, f } = reader.read(row, column)
      if (v !== undefined || f !== undefined) isWhole = false
    })
  return isWhole
}

/** Returns whether each of some rows comes to exactly one place of theirs. */
function isOrder(order: Order, count: number): boolean {
  const places = Object.keys(order).map(Number)
  const rows = new Set(Object.values(order) as number[])
  return rows.size === places.length && places.every((at) => at >= 0 && at < count && rows.has(at))
}

/**
 * Returns the keys of the places of sorted rows. Where several rows have the same key, as after two
 * sorts at the same time, each of them gets another one.
 */
function placesOf(sheet: SheetState, order: Order, chance: Chance): Map<number, OrderKey> {
  const places = new Map<number, OrderKey>()
  for (const at of Object.keys(order).map(Number)) {
    if (places.has(at)) continue
    const key = keyAt(sheet, 'rows', at)!
    let first = at
    let last = at
    while (keyAt(sheet, 'rows', first - 1) === key) first--
    while (keyAt(sheet, 'rows', last + 1) === key) last++
    if (first === last) {
      places.set(at, key)
      continue
    }
    const own = keyBetween(keyAt(sheet, 'rows', first - 1), keyAt(sheet, 'rows', last + 1), chance)
    for (let tied = first; tied <= last; tied++) places.set(tied, keyInRun(own, tied - first))
  }
  return places
}

/** Notes that the grid shows rows in another order, with the cells of only some columns. */
function reorder(sheet: SheetState, order: Order, isMoved: (column: LineId) => boolean): void {
  const { rows } = sheet
  const before = [...rows.shown]
  const stayed = Object.keys(order)
    .map(Number)
    .map((at) => {
      const row = before[at]!
      const cells = [...(sheet.table.get(row)?.values() ?? [])]
      return {
        row: before[order[at]!]!,
        at,
        size: rows.sizes.get(row),
        isHidden: rows.hidden.has(row),
        cells: cells
          .filter(({ column }) => !isMoved(column))
          .map(({ column, shown }) => ({ column, shown })),
      }
    })
  for (const { row, at, size, isHidden, cells } of stayed) {
    rows.shown[at] = row
    show(rows, row, size, isHidden)
    for (const entry of sheet.table.get(row)?.values() ?? []) {
      if (!isMoved(entry.column)) showIn(sheet, row, entry.column, {})
    }
    for (const { column, shown } of cells) showIn(sheet, row, column, shown)
  }
}

function show(rows: LinesState, row: LineId, size: number | undefined, isHidden: boolean): void {
  if (size === undefined) rows.sizes.delete(row)
  else rows.sizes.set(row, size)
  if (isHidden) rows.hidden.add(row)
  else rows.hidden.delete(row)
  rows.touched.add(row)
}

function showIn(sheet: SheetState, row: LineId, column: LineId, shown: CellData): void {
  const entry = sheet.entryAt(row, column)
  entry.shown = shown
  sheet.touched.add(entry)
}
