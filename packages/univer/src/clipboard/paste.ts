import {
  CellValueType,
  ICommandService,
  IUniverInstanceService,
  UniverInstanceType,
  type ICellData,
  type Injector,
  type IRange,
  type Workbook as WorkbookModel,
  type Worksheet,
} from '@univerjs/core'
import {
  AddWorksheetMergeMutation,
  getPrimaryForRange,
  IEditorBridgeService,
  InsertColMutation,
  InsertRowMutation,
  LexerTreeBuilder,
  MarkDirtyRowAutoHeightOperation,
  RemoveWorksheetMergeMutation,
  SetRangeValuesMutation,
  SetSelectionsOperation,
  SetWorksheetColWidthMutation,
  SheetsSelectionsService,
} from '@univerjs/preset-sheets-core'
import type { Cell } from '../presence/place.js'
import { isSame, LIMITS, overlap, usualKind, type AxisName } from '../document/index.js'
import { toUniverCell } from '../grid-cells.js'
import { CELLS_AT_ONCE } from '../grid-writer.js'
import { overContent } from '../over-limits.js'
import type { Work } from '../slices.js'
import { CannotPaste, checkSize, type PastedCell, type PastedTable } from './table.js'
import { TEXT_PATTERN, type Typed } from './typed.js'

/** Returns how many more rows or columns a sheet can have. */
export type RoomFor = (sheet: string, axis: AxisName) => number

type Cells = Record<number, Record<number, ICellData>>

const WRAP = 3

/** Writes tables into the grid, where the selection is when the paster is made. @see OFFICE.md SH25 */
export class Paster {
  readonly #commands: ICommandService
  readonly #workbook: WorkbookModel
  readonly #selections: SheetsSelectionsService
  readonly #editor: IEditorBridgeService
  readonly #lexer: LexerTreeBuilder
  readonly #roomFor: RoomFor
  readonly #sheet: Worksheet
  readonly #selected: IRange | undefined
  #target: IRange | undefined

  constructor(injector: Injector, roomFor: RoomFor) {
    this.#commands = injector.get(ICommandService)
    const instances = injector.get(IUniverInstanceService)
    this.#workbook = instances.getCurrentUnitOfType(UniverInstanceType.UNIVER_SHEET)!
    this.#selections = injector.get(SheetsSelectionsService)
    this.#editor = injector.get(IEditorBridgeService)
    this.#lexer = injector.get(LexerTreeBuilder)
    this.#roomFor = roomFor
    this.#sheet = this.#workbook.getActiveSheet()
    this.#selected = this.#selections.getCurrentLastSelection()?.range
  }

  /**
   * Writes a table from the first selected cell on, in parts; the table is repeated if the selection is
   * a multiple of it.
   *
   * @returns whether it was done; a refusal has already said why
   * @throws {CannotPaste} if the sheet can't take all of it; then nothing is written
   */
  *pasting(table: PastedTable): Work<boolean> {
    const sheet = this.#sheet
    const selected = this.#selected
    if (selected === undefined || table.rows.length === 0) return false
    for (const cell of table.rows.flat()) checkCell(cell)
    const target = targetOf(selected, table, sheet)
    this.#target = target
    const covered = mergesIn(target, table, sheet)
    const merges = mergesOf(table, target)
    checkMerges(sheet.getMergeData().length - covered.length + merges.length)
    return (
      this.#makeRoom(sheet, target) &&
      this.#execute(RemoveWorksheetMergeMutation.id, covered.length > 0 && { ranges: covered }) &&
      (yield* this.#writeCells(table, target)) &&
      this.#execute(AddWorksheetMergeMutation.id, merges.length > 0 && { ranges: merges })
    )
  }

  /** Selects what was pasted, unless the user has gone on meanwhile. */
  select(): void {
    const sheet = this.#sheet
    const range = this.#target
    const selected = this.#selections.getCurrentLastSelection()?.range
    const hasGoneOn =
      this.#workbook.getActiveSheet() !== sheet ||
      !isSame(selected, this.#selected) ||
      this.#editor.isVisible().visible
    if (range === undefined || hasGoneOn) return
    const { startRow, startColumn } = range
    const first = { startRow, startColumn, endRow: startRow, endColumn: startColumn }
    const primary = getPrimaryForRange(first, sheet)
    this.#execute(SetSelectionsOperation.id, { selections: [{ range, primary, style: null }] })
  }

  /** Gives the selected columns the widths of the copied ones. */
  pasteWidths({ widths }: PastedTable): boolean {
    const { startColumn = 0 } = this.#selected ?? {}
    const entries = Object.entries(widths).map(([at, width]) => [startColumn + Number(at), width])
    const ranges = entries.map(([column]) => ({
      startRow: 0,
      endRow: 0,
      startColumn: column!,
      endColumn: column!,
    }))
    const colWidth = Object.fromEntries(entries) as Record<number, number>
    return this.#execute(SetWorksheetColWidthMutation.id, ranges.length > 0 && { ranges, colWidth })
  }

  #makeRoom(sheet: Worksheet, { endRow, endColumn }: IRange): boolean {
    const rows = endRow + 1 - sheet.getRowCount()
    const columns = endColumn + 1 - sheet.getColumnCount()
    this.#checkRoom(sheet, 'rows', rows)
    this.#checkRoom(sheet, 'columns', columns)
    const lastColumn = sheet.getColumnCount() - 1
    const below = { startRow: sheet.getRowCount(), endRow, startColumn: 0, endColumn: lastColumn }
    const beside = { startRow: 0, endRow, startColumn: lastColumn + 1, endColumn }
    return (
      this.#execute(InsertRowMutation.id, rows > 0 && { range: below }) &&
      this.#execute(InsertColMutation.id, columns > 0 && { range: beside })
    )
  }

  #checkRoom(sheet: Worksheet, axis: AxisName, count: number): void {
    const room = this.#roomFor(sheet.getSheetId(), axis)
    if (count <= Math.max(0, room)) return
    throw new CannotPaste((texts) => texts.doesNotFit(texts.linesLeft[axis](room)))
  }

  *#writeCells(table: PastedTable, target: IRange): Work<boolean> {
    const columns = target.endColumn + 1 - target.startColumn
    const rows = Math.max(1, Math.floor(CELLS_AT_ONCE / columns))
    for (let row = target.startRow; row <= target.endRow; row += rows) {
      const endRow = Math.min(target.endRow, row + rows - 1)
      const part = yield* this.#partOf(table, target, row, endRow)
      if (!this.#execute(SetRangeValuesMutation.id, { cellValue: part })) return false
      yield
    }
    const high = this.#highRows(table, target)
    return this.#execute(MarkDirtyRowAutoHeightOperation.id, high.length > 0 && heightOf(high))
  }

  /** Returns what Univer writes into the target's rows from `startRow` to `endRow`. */
  *#partOf(table: PastedTable, target: IRange, startRow: number, endRow: number): Work<Cells> {
    const part: Cells = {}
    for (let row = startRow; row <= endRow; row++) {
      const down = (row - target.startRow) % table.rows.length
      const cells = table.rows[down]!
      const inRow: Record<number, ICellData> = (part[row] = {})
      for (let column = target.startColumn; column <= target.endColumn; column++) {
        const across = (column - target.startColumn) % table.columns
        const cell = cells[across]
        const from = { row: row - down, column: column - across }
        if (cell !== undefined) inRow[column] = this.#toUniver(cell, { row, column }, from)
      }
      yield
    }
    return part
  }

  /** Returns the rows that get a text with several lines. */
  #highRows({ rows }: PastedTable, target: IRange): IRange[] {
    const isHigh = rows.map((cells) =>
      cells.some(({ v }) => typeof v === 'string' && v.includes('\n')),
    )
    const high: IRange[] = []
    for (let row = target.startRow; row <= target.endRow; row++) {
      if (!isHigh[(row - target.startRow) % rows.length]) continue
      high.push({ ...target, startRow: row, endRow: row })
    }
    return high
  }

  /** @param from the cell of the grid that gets the table's first cell, in this repetition */
  #toUniver(cell: PastedCell, at: Cell, from: Cell): ICellData {
    const stored = this.#sheet.getCellMatrix().getValue(at.row, at.column)
    const before = this.#workbook.getStyles().getStyleByCell(stored)
    const { s, text, f, isRelative, isStyleOnly, ...content } = cell
    if (isStyleOnly) return { ...toUniverCell({ s: s ?? {} }, before) }
    if (s === undefined && before?.n?.pattern === TEXT_PATTERN) {
      return contentOf(text === '' ? {} : { v: text, t: CellValueType.STRING })
    }
    const moved =
      f !== undefined && isRelative ? this.#lexer.moveFormulaRefOffset(f, from.column, from.row) : f
    const written = contentOf(moved === undefined ? content : { f: moved })
    if (s === undefined) return { ...written, ...addedStyle(cell) }
    return { ...written, ...toUniverCell({ s }, before) }
  }

  #execute(id: string, params: object | false): boolean {
    if (params === false) return true
    const on = { unitId: this.#workbook.getUnitId(), subUnitId: this.#sheet.getSheetId() }
    return this.#commands.syncExecuteCommand(id, { ...on, ...params })
  }
}

function checkCell(cell: PastedCell): void {
  const over = overContent(cell)
  if (over !== undefined) throw new CannotPaste((texts) => texts.notPasted(over(texts)))
}

function checkMerges(count: number): void {
  if (count <= LIMITS.merges) return
  throw new CannotPaste((texts) => texts.doesNotFit(texts.tooManyMerges(LIMITS.merges)))
}

/** Returns the merges of a table in each repetition. */
function mergesOf({ rows, columns, merges }: PastedTable, target: IRange): IRange[] {
  const tiled: IRange[] = []
  for (let row = target.startRow; row <= target.endRow; row += rows.length) {
    for (let column = target.startColumn; column <= target.endColumn; column += columns) {
      tiled.push(...merges.map((merge) => movedBy(merge, row, column)))
    }
  }
  return tiled
}

const contentOf = ({ v, t, f }: Typed): ICellData =>
  f === undefined
    ? { v: v ?? null, t: t ?? (v === undefined ? null : usualKind(v)), f: null, si: null, p: null }
    : { v: null, f, si: null, p: null }

/** Returns the style that typing a text would add: its number format, or wrapping. */
function addedStyle({ v, pattern }: PastedCell): Pick<ICellData, 's'> {
  if (pattern !== undefined) return { s: { n: { pattern } } }
  return typeof v === 'string' && v.includes('\n') ? { s: { tb: WRAP } } : {}
}

const heightOf = (ranges: readonly IRange[]) => ({ ranges, id: crypto.randomUUID() })

function targetOf(selection: IRange, { rows, columns }: PastedTable, sheet: Worksheet): IRange {
  // Others may have merged cells over the selected one.
  const merged = sheet.getMergeData().find((merge) => isWithin(selection, merge))
  const selected = merged ?? selection
  const startRow = orFirst(selected.startRow)
  const startColumn = orFirst(selected.startColumn)
  // A single cell is pasted into a merged one as a whole.
  const isOne = merged !== undefined && rows.length === 1 && columns === 1
  const height = isOne ? 1 : timesOf(selected.endRow - startRow + 1, rows.length)
  const width = isOne ? 1 : timesOf(selected.endColumn - startColumn + 1, columns)
  checkSize(height * rows.length, width * columns)
  const endRow = startRow + height * rows.length - 1
  return { startRow, startColumn, endRow, endColumn: startColumn + width * columns - 1 }
}

/**
 * Returns how often a table fits into a selection; once if it doesn't fit evenly, as in a whole
 * row.
 */
const timesOf = (selected: number, size: number): number =>
  Number.isInteger(selected / size) ? selected / size : 1

const orFirst = (line: number): number => (Number.isNaN(line) ? 0 : line)

/** Returns the merges that a paste removes. */
function mergesIn(target: IRange, { rows, columns }: PastedTable, sheet: Worksheet): IRange[] {
  const touched = sheet.getMergeData().filter((merge) => overlap(merge, target))
  if (rows.length === 1 && columns === 1 && touched.some((merge) => isStartOf(merge, target)))
    return []
  if (touched.some((merge) => !isWithin(merge, target))) {
    throw new CannotPaste((texts) => texts.overMerged)
  }
  return touched
}

const isStartOf = (merge: IRange, { startRow, startColumn, endRow, endColumn }: IRange): boolean =>
  merge.startRow === startRow &&
  merge.startColumn === startColumn &&
  startRow === endRow &&
  startColumn === endColumn

const isWithin = (inner: IRange, outer: IRange): boolean =>
  inner.startRow >= outer.startRow &&
  inner.endRow <= outer.endRow &&
  inner.startColumn >= outer.startColumn &&
  inner.endColumn <= outer.endColumn

const movedBy = (range: IRange, rows: number, columns: number): IRange => ({
  startRow: range.startRow + rows,
  endRow: range.endRow + rows,
  startColumn: range.startColumn + columns,
  endColumn: range.endColumn + columns,
})
