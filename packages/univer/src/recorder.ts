import type { ICellData, ICommand, IRange, Nullable } from '@univerjs/core'
import {
  AddWorksheetMergeMutation,
  InsertColMutation,
  InsertRowMutation,
  InsertSheetMutation,
  MoveColsMutation,
  MoveRangeMutation,
  MoveRowsMutation,
  RemoveColMutation,
  RemoveNumfmtMutation,
  RemoveRowMutation,
  RemoveSheetMutation,
  RemoveWorksheetMergeMutation,
  ReorderRangeMutation,
  SetColHiddenMutation,
  SetColVisibleMutation,
  SetFrozenMutation,
  SetNumfmtMutation,
  SetRangeValuesMutation,
  SetRowHiddenMutation,
  SetRowVisibleMutation,
  SetWorksheetColWidthMutation,
  SetWorksheetNameMutation,
  SetWorksheetOrderMutation,
  SetWorksheetRowHeightMutation,
  SetWorksheetRowIsAutoHeightMutation,
  type ISetRangeValuesMutationParams,
} from '@univerjs/preset-sheets-core'
import type { AxisName, CellData, CellWrite, Operation } from './document/index.js'
import { wholeOf } from './grid-cells.js'
import { linesOf, positionsIn, type GridReader } from './grid-reader.js'

/**
 * What a mutation that has just been executed did, read from the grid as it is now.
 *
 * @param isDerived whether it only follows from lines that came, went or moved, or from a sheet that
 * is called differently: then the document knows better how formulas and merges read.
 */
type Recorder<P> = (grid: GridReader, params: P, isDerived: boolean) => Operation[]

interface OnSheet {
  readonly subUnitId: string
}

interface OnRange extends OnSheet {
  readonly range: IRange
}

interface OnRanges extends OnSheet {
  readonly ranges: readonly IRange[]
}

type Matrix = { readonly [row: number]: { readonly [column: number]: unknown } }

const RECORDERS = new Map<string, Recorder<never>>([
  on(SetRangeValuesMutation, recordValues),
  on(SetNumfmtMutation, (grid, { subUnitId, values }) =>
    recordStyles(grid, {
      subUnitId,
      ranges: Object.values(values).flatMap(({ ranges }) => ranges),
    }),
  ),
  on(RemoveNumfmtMutation, recordStyles),
  on(MoveRangeMutation, (grid, { from, to }) => [
    ...recordCells(grid, from.subUnitId, from.value),
    ...recordCells(grid, to.subUnitId, to.value),
  ]),
  on(ReorderRangeMutation, (grid, { subUnitId, range }) =>
    recordCells(grid, subUnitId, matrixOf(range)),
  ),
  on(InsertRowMutation, insertLines('rows')),
  on(InsertColMutation, insertLines('columns')),
  on(RemoveRowMutation, removeLines('rows')),
  on(RemoveColMutation, removeLines('columns')),
  on(MoveRowsMutation, moveLines('rows')),
  on(MoveColsMutation, moveLines('columns')),
  on(SetWorksheetRowHeightMutation, recordSizes('rows')),
  on(SetWorksheetRowIsAutoHeightMutation, recordSizes('rows')),
  on(SetWorksheetColWidthMutation, recordSizes('columns')),
  on(SetRowHiddenMutation, recordHidden('rows')),
  on(SetRowVisibleMutation, recordHidden('rows')),
  on(SetColHiddenMutation, recordHidden('columns')),
  on(SetColVisibleMutation, recordHidden('columns')),
  on(AddWorksheetMergeMutation, recordMerges),
  on(RemoveWorksheetMergeMutation, recordMerges),
  on(SetFrozenMutation, recordFrozen),
  on(InsertSheetMutation, (grid, { sheet, index }) => recordSheet(grid, sheet.id, index)),
  on(RemoveSheetMutation, (_, { subUnitId: sheet }) => [{ type: 'remove-sheet', sheet }]),
  on(SetWorksheetNameMutation, (_, { subUnitId: sheet, name }) => [
    { type: 'rename-sheet', sheet, name },
  ]),
  on(SetWorksheetOrderMutation, (_, { subUnitId: sheet, toOrder: index }) => [
    { type: 'move-sheet', sheet, index },
  ]),
])

// Commands of which nothing but the lines, or the name, is for the document: what Univer makes of
// the formulas, merges and frozen panes by itself, the document makes in its own way.
const DERIVING = new Set([
  'sheet.command.insert-row-by-range',
  'sheet.command.insert-col-by-range',
  'sheet.command.remove-row-by-range',
  'sheet.command.remove-col-by-range',
  'sheet.command.move-rows',
  'sheet.command.move-cols',
  'sheet.command.set-worksheet-name',
  'sheet.command.remove-sheet',
])

/** Whether a mutation has a place in the document. */
export const isRecorded = (mutation: string): boolean => RECORDERS.has(mutation)

/** What a mutation that has just been executed has to bring into the document. */
export function record(grid: GridReader, mutation: string, params: object): Operation[] {
  const recorder: Recorder<never> | undefined = RECORDERS.get(mutation)
  if (recorder === undefined) return []
  const { trigger } = params as { readonly trigger?: unknown }
  return recorder(grid, params as never, typeof trigger === 'string' && DERIVING.has(trigger))
}

/** A mutation's recorder, with the params that its mutation has. */
function on<P extends object>(
  mutation: ICommand<P>,
  recorder: Recorder<P>,
): [string, Recorder<never>] {
  return [mutation.id, recorder]
}

function recordValues(
  grid: GridReader,
  { subUnitId, cellValue }: ISetRangeValuesMutationParams,
  isDerived: boolean,
): Operation[] {
  return recordCells(grid, subUnitId, cellValue ?? {}, (cell, written) =>
    writeOf(cell, written as Nullable<ICellData>, isDerived),
  )
}

/** The parts of a cell that were written, as they are now. */
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

function recordStyles(grid: GridReader, { subUnitId, ranges }: OnRanges): Operation[] {
  return ranges.flatMap((range) =>
    recordCells(grid, subUnitId, matrixOf(range), ({ s }) => ({ s: s ?? null })),
  )
}

/** The cells of a matrix as they are now, whatever the matrix says of them. */
function recordCells(
  grid: GridReader,
  sheet: string,
  matrix: Matrix,
  toWrite: (cell: CellData, written: unknown) => CellWrite | undefined = wholeOf,
): Operation[] {
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

function matrixOf(range: IRange): Matrix {
  const columns = positionsIn('columns', [range])
  const cells = Object.fromEntries(columns.map((column) => [column, true]))
  return Object.fromEntries(positionsIn('rows', [range]).map((row) => [row, cells]))
}

function insertLines(axis: AxisName): Recorder<OnRange> {
  return (grid, { subUnitId: sheet, range }) => {
    const { at, count } = linesOf(axis, range)
    return [
      { type: 'insert-lines', sheet, axis, at, count },
      ...linesAsTheyAre(grid, sheet, axis, positionsIn(axis, [range])),
    ]
  }
}

function removeLines(axis: AxisName): Recorder<OnRange> {
  return (_, { subUnitId: sheet, range }) => [
    { type: 'remove-lines', sheet, axis, ...linesOf(axis, range) },
  ]
}

function moveLines(
  axis: AxisName,
): Recorder<OnSheet & { readonly sourceRange: IRange; readonly targetRange: IRange }> {
  return (_, { subUnitId: sheet, sourceRange, targetRange }) => {
    const { at: from, count } = linesOf(axis, sourceRange)
    const { at: to } = linesOf(axis, targetRange)
    return [{ type: 'move-lines', sheet, axis, from, count, to }]
  }
}

function recordSizes(axis: AxisName): Recorder<OnRanges> {
  return (grid, { subUnitId: sheet, ranges }) => {
    const entries = positionsIn(axis, ranges).map((at) => [at, grid.size(sheet, axis, at)])
    return [{ type: 'set-sizes', sheet, axis, sizes: Object.fromEntries(entries) }]
  }
}

function recordHidden(axis: AxisName): Recorder<OnRanges> {
  return (grid, { subUnitId: sheet, ranges }) => {
    const entries = positionsIn(axis, ranges).map((at) => [at, grid.isHidden(sheet, axis, at)])
    return [{ type: 'set-hidden', sheet, axis, hidden: Object.fromEntries(entries) }]
  }
}

/** What of some lines isn't as with new ones. */
function linesAsTheyAre(
  grid: GridReader,
  sheet: string,
  axis: AxisName,
  positions: readonly number[],
): Operation[] {
  const sizes = positions.flatMap((at) => {
    const size = grid.size(sheet, axis, at)
    return size === null ? [] : [[at, size]]
  })
  const hidden = positions.filter((at) => grid.isHidden(sheet, axis, at)).map((at) => [at, true])
  return [
    ...only(sizes, { type: 'set-sizes', sheet, axis, sizes: Object.fromEntries(sizes) }),
    ...only(hidden, { type: 'set-hidden', sheet, axis, hidden: Object.fromEntries(hidden) }),
  ]
}

const only = (entries: readonly unknown[], operation: Operation): Operation[] =>
  entries.length === 0 ? [] : [operation]

function recordMerges(
  grid: GridReader,
  { subUnitId: sheet }: OnSheet,
  isDerived: boolean,
): Operation[] {
  return isDerived ? [] : [{ type: 'set-merges', sheet, merges: grid.merges(sheet) }]
}

function recordFrozen(
  grid: GridReader,
  { subUnitId: sheet }: OnSheet,
  isDerived: boolean,
): Operation[] {
  return isDerived ? [] : [{ type: 'set-frozen', sheet, ...grid.frozen(sheet) }]
}

/** A sheet with all that is in it: it may be a copy of another one. */
function recordSheet(grid: GridReader, sheet: string, index: number): Operation[] {
  const { name, rows, columns, cells, merges, frozen } = grid.snapshot(sheet)
  const lines = (['rows', 'columns'] as const).flatMap((axis) =>
    linesAsTheyAre(
      grid,
      sheet,
      axis,
      Array.from({ length: grid.count(sheet, axis) }, (_, at) => at),
    ),
  )
  const isFrozen = frozen.rows > 0 || frozen.columns > 0
  return [
    { type: 'insert-sheet', sheet, index, name, rows: rows.count, columns: columns.count },
    ...lines,
    ...recordCells(grid, sheet, cells),
    ...only(merges, { type: 'set-merges', sheet, merges }),
    ...only(isFrozen ? [frozen] : [], { type: 'set-frozen', sheet, ...frozen }),
  ]
}
