import {
  mergeWorksheetSnapshotWithDefault,
  RANGE_TYPE,
  WrapStrategy,
  type ICellData,
  type ICommand,
  type ICommandService,
  type IRange,
  type Nullable,
  type Workbook as WorkbookModel,
} from '@univerjs/core'
import {
  AddWorksheetMergeMutation,
  InsertColMutation,
  InsertRowMutation,
  InsertSheetMutation,
  MarkDirtyRowAutoHeightOperation,
  MoveColsMutation,
  MoveRowsMutation,
  RemoveColMutation,
  RemoveRowMutation,
  RemoveSheetMutation,
  RemoveWorksheetMergeMutation,
  SetColHiddenMutation,
  SetColVisibleMutation,
  SetFrozenMutation,
  SetRangeValuesMutation,
  SetRowHiddenMutation,
  SetRowVisibleMutation,
  SetStyleCommand,
  SetWorksheetActiveOperation,
  SetWorksheetColWidthMutation,
  SetWorksheetNameMutation,
  SetWorksheetOrderMutation,
  SetWorksheetRowHeightMutation,
  SetWorksheetRowIsAutoHeightMutation,
} from '@univerjs/preset-sheets-core'
import {
  isSame,
  type AxisName,
  type CellMatrix,
  type CellWrite,
  type LineOperation,
  type Operation,
  type SetFrozen,
  type SetHidden,
  type SetMerges,
  type SetRangeValues,
  type SetSizes,
  type SheetOperation,
} from './document/index.js'
import { toUniverCell, toUniverFreeze } from './grid-cells.js'
import type { GridReader } from './grid-reader.js'

type Cells = { [row: number]: { [column: number]: Nullable<ICellData> } }

/** Does in the grid what the document says. None of it is taken for something done here. */
export class Player {
  readonly #workbook: WorkbookModel
  readonly #commands: ICommandService
  readonly #grid: GridReader
  /** A workbook can't be without sheets: the last one goes when another one has come. */
  #leaving: Operation | null = null

  constructor(workbook: WorkbookModel, commands: ICommandService, grid: GridReader) {
    this.#workbook = workbook
    this.#commands = commands
    this.#grid = grid
  }

  play(steps: readonly Operation[]): void {
    for (const step of steps) this.#try(step)
    if (this.#leaving !== null) this.#try(this.#leaving)
    this.#leaving = null
  }

  /** What a listener of Univer's throws comes after the step, and is no reason to leave others out. */
  #try(step: Operation): void {
    try {
      this.#step(step)
    } catch (error) {
      reportError(error)
    }
  }

  #step(step: Operation): void {
    switch (step.type) {
      case 'set-range-values':
        return this.#setValues(step)
      case 'set-merges':
        return this.#setMerges(step)
      case 'set-frozen':
        return this.#setFrozen(step)
      case 'insert-sheet':
      case 'remove-sheet':
      case 'rename-sheet':
      case 'move-sheet':
        return this.#changeSheets(step)
      default:
        return this.#changeLines(step)
    }
  }

  #execute<P extends object>(
    mutation: ICommand<P>,
    sheet: string,
    params: Omit<P, 'unitId' | 'subUnitId'>,
  ): void {
    const on = { unitId: this.#workbook.getUnitId(), subUnitId: sheet }
    this.#commands.syncExecuteCommand(mutation.id, { ...on, ...params }, { fromCollab: true })
  }

  #setValues({ sheet, cellValue }: SetRangeValues): void {
    const matrix = this.#grid.sheet(sheet).getCellMatrix()
    const styles = this.#workbook.getStyles()
    const contents: Cells = {}
    const onlyStyles: Cells = {}
    for (const [row, cells] of Object.entries(cellValue)) {
      for (const [column, write] of Object.entries(cells as CellMatrix<CellWrite | null>[number])) {
        const at = [Number(row), Number(column)] as const
        const style = styles.getStyleByCell(matrix.getValue(...at))
        const written = isOnlyStyle(write) ? onlyStyles : contents
        ;(written[at[0]] ??= {})[at[1]] = toUniverCell(write, style)
      }
    }
    this.#setCells(sheet, contents, {})
    // Of a cell of which nothing but a style is said, Univer would else forget the formula.
    this.#setCells(sheet, onlyStyles, { trigger: SetStyleCommand.id })
    this.#fit(sheet, cellValue)
  }

  /** Fits the rows of all sheets to what is in them, as a grid that has just been opened needs. */
  fitRows(): void {
    for (const sheet of this.#grid.order) {
      this.#fit(sheet, this.#grid.sheet(sheet).getCellMatrix().getMatrix())
    }
  }

  /** Rows are as high as the text that is wrapped in them, which each grid finds out for itself. */
  #fit(sheet: string, cells: CellMatrix<unknown>): void {
    const matrix = this.#grid.sheet(sheet).getCellMatrix()
    const styles = this.#workbook.getStyles()
    const rows = Object.entries(cells).flatMap(([row, inRow]) => {
      const isWrapped = Object.keys(inRow as CellMatrix<unknown>[number]).some((column) => {
        const cell = matrix.getValue(Number(row), Number(column))
        return styles.getStyleByCell(cell)?.tb === WrapStrategy.WRAP
      })
      return isWrapped ? [Number(row)] : []
    })
    if (rows.length === 0) return
    const unitId = this.#workbook.getUnitId()
    const ranges = this.#ranges(sheet, 'rows', rows)
    const params = { unitId, subUnitId: sheet, ranges, id: crypto.randomUUID() }
    const { id } = MarkDirtyRowAutoHeightOperation
    this.#commands.syncExecuteCommand(id, params, { onlyLocal: true })
  }

  #setCells(sheet: string, cellValue: Cells, more: { readonly trigger?: string }): void {
    if (Object.keys(cellValue).length === 0) return
    this.#execute(SetRangeValuesMutation, sheet, { cellValue, ...more })
  }

  #setMerges({ sheet, merges }: SetMerges): void {
    const before = this.#grid.merges(sheet)
    if (isSame(before, merges)) return
    // Univer takes away whatever overlaps, so one by one would take too much.
    if (before.length > 0) this.#execute(RemoveWorksheetMergeMutation, sheet, { ranges: before })
    const ranges = merges.map((range) => ({ ...range }))
    if (ranges.length > 0) this.#execute(AddWorksheetMergeMutation, sheet, { ranges })
  }

  #setFrozen({ sheet, rows, columns }: SetFrozen): void {
    const freeze = toUniverFreeze({ rows, columns })
    this.#execute(SetFrozenMutation, sheet, { ...freeze, resetScroll: false })
  }

  #changeSheets(step: SheetOperation): void {
    const { sheet } = step
    switch (step.type) {
      case 'insert-sheet': {
        const { name, rows: rowCount, columns: columnCount, index } = step
        const data = mergeWorksheetSnapshotWithDefault({ id: sheet, name, rowCount, columnCount })
        return this.#execute(InsertSheetMutation, sheet, { index, sheet: data })
      }
      case 'remove-sheet':
        if (this.#grid.order.length > 1) {
          this.#leave(sheet)
          const subUnitName = this.#grid.sheet(sheet).getName()
          return this.#execute(RemoveSheetMutation, sheet, { subUnitName })
        }
        this.#leaving = step
        return undefined
      case 'rename-sheet':
        return this.#execute(SetWorksheetNameMutation, sheet, { name: step.name })
      case 'move-sheet': {
        const order = { fromOrder: this.#grid.order.indexOf(sheet), toOrder: step.index }
        return this.#execute(SetWorksheetOrderMutation, sheet, order)
      }
    }
  }

  /** Shows another sheet than one that is about to go: Univer would do so only a moment after. */
  #leave(sheet: string): void {
    if (this.#workbook.getActiveSheet()?.getSheetId() !== sheet) return
    const { order } = this.#grid
    const at = order.indexOf(sheet)
    const next = order[at === 0 ? 1 : at - 1]
    if (next !== undefined) this.#execute(SetWorksheetActiveOperation, next, {})
  }

  #changeLines(step: LineOperation): void {
    const { sheet, axis } = step
    const isRows = axis === 'rows'
    switch (step.type) {
      case 'insert-lines': {
        const range = this.#range(sheet, axis, step.at, step.count)
        return this.#execute(isRows ? InsertRowMutation : InsertColMutation, sheet, { range })
      }
      case 'remove-lines': {
        const range = this.#range(sheet, axis, step.at, step.count)
        return this.#execute(isRows ? RemoveRowMutation : RemoveColMutation, sheet, { range })
      }
      case 'move-lines': {
        const sourceRange = this.#range(sheet, axis, step.from, step.count)
        const targetRange = this.#range(sheet, axis, step.to, step.count)
        const mutation = isRows ? MoveRowsMutation : MoveColsMutation
        return this.#execute(mutation, sheet, { sourceRange, targetRange })
      }
      case 'set-sizes':
        return isRows ? this.#setHeights(step) : this.#setWidths(step)
      case 'set-hidden':
        return this.#setHidden(step)
    }
  }

  #setHeights({ sheet, sizes }: SetSizes): void {
    const usual = this.#grid.sheet(sheet).getConfig().defaultRowHeight
    const positions = Object.keys(sizes).map(Number)
    const ranges = this.#ranges(sheet, 'rows', positions)
    const rowHeight = mapValues(sizes, (size) => size ?? usual)
    this.#execute(SetWorksheetRowHeightMutation, sheet, { ranges, rowHeight })
    // A height that somebody chose is not the one that the content needs.
    const autoHeightInfo = mapValues(sizes, (size) => (size === null ? 1 : 0))
    this.#execute(SetWorksheetRowIsAutoHeightMutation, sheet, { ranges, autoHeightInfo })
  }

  #setWidths({ sheet, sizes }: SetSizes): void {
    const worksheet = this.#grid.sheet(sheet)
    const usual = worksheet.getConfig().defaultColumnWidth
    const colWidth = mapValues(sizes, (size) => size ?? usual)
    // The mutation leaves out columns that are hidden, and there is nothing to draw of them.
    for (const [at, width] of Object.entries(colWidth)) {
      if (!worksheet.getColVisible(Number(at))) {
        worksheet.getColumnManager().setColumnWidth(Number(at), width)
      }
    }
    const ranges = this.#ranges(sheet, 'columns', Object.keys(sizes).map(Number))
    this.#execute(SetWorksheetColWidthMutation, sheet, { ranges, colWidth })
  }

  #setHidden({ sheet, axis, hidden }: SetHidden): void {
    const positions = Object.keys(hidden).map(Number)
    const gone = this.#ranges(
      sheet,
      axis,
      positions.filter((at) => hidden[at]),
    )
    const shown = this.#ranges(
      sheet,
      axis,
      positions.filter((at) => !hidden[at]),
    )
    const isRows = axis === 'rows'
    if (gone.length > 0) {
      this.#execute(isRows ? SetRowHiddenMutation : SetColHiddenMutation, sheet, { ranges: gone })
    }
    if (shown.length > 0) {
      this.#execute(isRows ? SetRowVisibleMutation : SetColVisibleMutation, sheet, {
        ranges: shown,
      })
    }
  }

  #range(sheet: string, axis: AxisName, at: number, count: number): IRange {
    const worksheet = this.#grid.sheet(sheet)
    const endRow = worksheet.getRowCount() - 1
    const endColumn = worksheet.getColumnCount() - 1
    const all = { startRow: 0, startColumn: 0, endRow, endColumn }
    return axis === 'rows'
      ? { ...all, startRow: at, endRow: at + count - 1, rangeType: RANGE_TYPE.ROW }
      : { ...all, startColumn: at, endColumn: at + count - 1, rangeType: RANGE_TYPE.COLUMN }
  }

  #ranges(sheet: string, axis: AxisName, positions: readonly number[]): IRange[] {
    return runsOf(positions).map(({ at, count }) => this.#range(sheet, axis, at, count))
  }
}

const isOnlyStyle = (write: CellWrite | null): boolean =>
  write !== null && write.v === undefined && write.t === undefined && write.f === undefined

function mapValues<T, U>(
  values: { readonly [at: number]: T },
  change: (value: T) => U,
): { [at: number]: U } {
  const changed = Object.entries(values).map(([at, value]) => [at, change(value)] as const)
  return Object.fromEntries(changed)
}

/** Adjacent positions as one. */
function runsOf(positions: readonly number[]): { readonly at: number; readonly count: number }[] {
  const runs: { at: number; count: number }[] = []
  for (const at of positions.toSorted((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && last.at + last.count === at) last.count++
    else runs.push({ at, count: 1 })
  }
  return runs
}
