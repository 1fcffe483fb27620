import type { ICellData, IRange, Nullable } from '@univerjs/core'
import {
  isSame,
  mergeCell,
  usualKind,
  wholeOf,
  type CellData,
  type CellMatrix,
  type CellWrite,
} from '../document/cells.js'
import { storeFormula } from '../document/formula.js'
import { RangeWriter, type CellPut } from '../document/range-writer.js'
import type { Entry, SheetState } from '../document/sheet-state.js'
import type { Workbook } from '../document/workbook.js'
import type { GridReader } from '../grid-reader.js'
import { carried } from './carry.js'
import { positionsIn } from './lines.js'
import { onSheet, type OperationKind, type Recorder, type UnshownSheet } from './operation-kind.js'
import type { OnRanges } from './params.js'

/** Writes cells; `null` empties a cell, including its style. */
export interface SetRangeValues {
  readonly type: 'set-range-values'
  /** The id of the sheet. */
  readonly sheet: string
  readonly cellValue: CellMatrix<CellWrite | null>
}

type Matrix = { readonly [row: number]: { readonly [column: number]: unknown } }

const BOOLEAN = 3

const recordStyles: Recorder<OnRanges> = (grid, { subUnitId, ranges }) =>
  ranges.flatMap((range) =>
    recordCells(grid, subUnitId, matrixOf(range), ({ s }) => ({ s: s ?? null })),
  )

export const setRangeValues: OperationKind<SetRangeValues, UnshownSheet> = {
  record: {
    'sheet.mutation.set-range-values': (grid, { subUnitId, cellValue }, isDerived) =>
      recordCells(grid, subUnitId, cellValue ?? {}, (cell, written) =>
        writeOf(cell, written as Nullable<ICellData>, isDerived),
      ),
    'sheet.mutation.set.numfmt': (grid, { subUnitId, values }, isDerived) => {
      const ranges = Object.values(values).flatMap((value) => value.ranges)
      return recordStyles(grid, { subUnitId, ranges }, isDerived)
    },
    'sheet.mutation.remove.numfmt': recordStyles,
    'sheet.mutation.move-range': (grid, { from, to, fromRange, toRange }) => [
      ...recordCells(grid, from.subUnitId, from.value),
      ...recordCells(grid, to.subUnitId, to.value),
      ...carried(from.subUnitId, fromRange, to.subUnitId, toRange),
    ],
  },

  /** @see SHEET.md SD6, SD7, SD8 */
  write: onSheet((sheet, { cellValue }, draft, workbook) => {
    const contents: CellPut[] = []
    const styles: CellPut[] = []
    for (const [row, cells] of Object.entries(cellValue)) {
      const rowId = sheet.rows.shown[Number(row)]
      for (const [column, write] of Object.entries(cells as CellMatrix<CellWrite | null>[number])) {
        const columnId = sheet.columns.shown[Number(column)]
        if (rowId === undefined || columnId === undefined) continue
        const entry = sheet.entryAt(rowId, columnId)
        const before = entry.shown
        entry.shown = mergeCell(before, write)
        const content = contentPut(workbook, sheet, entry, before, write)
        if (content !== undefined) contents.push(content)
        if (write === null || write.s !== undefined) styles.push({ entry, value: entry.shown.s })
      }
    }
    new RangeWriter(workbook, sheet, 'cells', draft).write(contents)
    new RangeWriter(workbook, sheet, 'styles', draft).write(styles)
  }),

  diff({ workbook, sheet, held }) {
    const cellValue: Record<number, Record<number, CellWrite>> = {}
    for (const entry of sheet.touched) {
      if (sheet.id === held?.sheet && held.key === `${entry.row}:${entry.column}`) continue
      sheet.touched.delete(entry)
      const row = sheet.rows.axis.indexOf(entry.row)
      const column = sheet.columns.axis.indexOf(entry.column)
      if (row !== -1 && column !== -1) {
        const cell = sheet.cellOf(entry, workbook)
        const write = writeBetween(entry.shown, cell)
        entry.shown = cell
        if (write !== null) (cellValue[row] ??= {})[column] = write
      }
      sheet.tidy(entry)
    }
    if (Object.keys(cellValue).length === 0) return []
    return [{ type: 'set-range-values', sheet: sheet.id, cellValue }]
  },

  play({ sheet, cellValue }, grid) {
    grid.setCells(sheet, cellValue)
    grid.fit(sheet, cellValue)
  },
}

/** Returns the written parts of a cell with their current values. */
function writeOf(
  cell: CellData,
  written: Nullable<ICellData>,
  isDerived: boolean,
): CellWrite | undefined {
  const { v, f, si, p, t, s } = written ?? { v: null, s: null }
  const isContent = [v, f, si, p, t].some((part) => part !== undefined) && !isDerived
  const isStyle = s !== undefined || Boolean(p)
  if (!isContent && !isStyle) return undefined
  return { ...(isContent ? contentOf(cell) : {}), ...(isStyle ? { s: cell.s ?? null } : {}) }
}

const contentOf = ({ v, t, f }: CellData): CellWrite => ({
  v: v ?? null,
  t: t ?? null,
  f: f ?? null,
})

/** Returns the current cells at the places of a matrix. */
export function recordCells(
  grid: GridReader,
  sheet: string,
  matrix: Matrix,
  toWrite: (cell: CellData, written: unknown) => CellWrite | undefined = wholeOf,
): SetRangeValues[] {
  const reader = grid.cells(sheet)
  const cellValue: Record<number, Record<number, CellWrite>> = {}
  for (const [row, cells] of Object.entries(matrix)) {
    for (const [column, written] of Object.entries(cells)) {
      const at = [Number(row), Number(column)] as const
      const write = toWrite(reader.read(...at), written)
      if (write !== undefined) (cellValue[at[0]] ??= {})[at[1]] = write
    }
  }
  if (Object.keys(cellValue).length === 0) return []
  return [{ type: 'set-range-values', sheet, cellValue }]
}

/** Returns a matrix with something at each place of a range. */
export function matrixOf(range: IRange): Matrix {
  const columns = positionsIn('columns', [range])
  const cells = Object.fromEntries(columns.map((column) => [column, true]))
  return Object.fromEntries(positionsIn('rows', [range]).map((row) => [row, cells]))
}

/** What is written of the content of a cell; `undefined` if nothing. */
function contentPut(
  workbook: Workbook,
  sheet: SheetState,
  entry: Entry,
  before: CellData,
  write: CellWrite | null,
): CellPut | undefined {
  const { f, v, t } = entry.shown
  const isContent =
    write === null || write.v !== undefined || write.f !== undefined || write.t !== undefined
  // A formula with unchanged text is the same, even if A1 can't express its references.
  if (!isContent || (f !== undefined && f === before.f)) return undefined
  if (f !== undefined) return { entry, value: { f: storeFormula(f, sheet, workbook) }, text: f }
  const value = v === undefined ? undefined : { v, ...(t === undefined ? {} : { t }) }
  return { entry, value, text: textOf(v, t) }
}

function textOf(v: CellData['v'], t: CellData['t']): string {
  if (t !== BOOLEAN) return String(v)
  return v ? 'TRUE' : 'FALSE'
}

/** Returns the write that turns one cell into another; `null` if they are equal. */
function writeBetween(before: CellData, after: CellData): CellWrite | null {
  const isContent = before.v !== after.v || before.t !== after.t || before.f !== after.f
  const isStyle = !isSame(before.s, after.s)
  if (!isContent && !isStyle) return null
  const { v = null, f = null, s = null } = after
  const t = after.t ?? (v === null ? null : usualKind(v))
  return { ...(isContent ? { v, t, f } : {}), ...(isStyle ? { s } : {}) }
}
