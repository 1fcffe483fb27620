import {
  mergeWorksheetSnapshotWithDefault,
  RANGE_TYPE,
  WrapStrategy,
  type ICellData,
  type ICommandService,
  type IRange,
  type IWorksheetData,
  type Nullable,
  type Workbook as WorkbookModel,
  type Worksheet,
} from '@univerjs/core'
import { MarkDirtyRowAutoHeightOperation, SetStyleCommand } from '@univerjs/preset-sheets-core'
import type { AxisName, CellMatrix, CellWrite, Name } from './document/index.js'
import { toUniverCell } from './grid-cells.js'
import type { GridReader } from './grid-reader.js'
import { toUniverName } from './univer-names.js'
import type { Mutations } from './operations/mutations.js'
import type { Operation } from './operations/operation.js'

type Cells = { [row: number]: { [column: number]: Nullable<ICellData> } }

/** Univer writes so many cells in some 20 ms, without a pause. @see OFFICE.md SH120 */
export const CELLS_AT_ONCE = 1_000

/** Writes into the grid with Univer's commands. The recorder ignores these writes. */
export class GridWriter {
  readonly reader: GridReader
  readonly #workbook: WorkbookModel
  readonly #commands: ICommandService
  #postponed: Operation | null = null

  constructor(workbook: WorkbookModel, commands: ICommandService, reader: GridReader) {
    this.#workbook = workbook
    this.#commands = commands
    this.reader = reader
  }

  execute<M extends keyof Mutations>(
    mutation: M,
    sheet: string,
    params: Omit<Mutations[M], 'unitId' | 'subUnitId'>,
  ): void {
    const on = { unitId: this.#workbook.getUnitId(), subUnitId: sheet }
    this.#commands.syncExecuteCommand(mutation, { ...on, ...params }, { fromCollab: true })
  }

  /** Sets a name as it is now, or removes it. */
  setName(what: 'set' | 'remove', name: Name): void {
    const { activeSheet = '' } = this
    this.execute(`formula.mutation.${what}-defined-name`, activeSheet, toUniverName(name))
  }

  /** @throws {RangeError} if the grid doesn't have the sheet */
  sheet(id: string): Worksheet {
    return this.reader.sheet(id)
  }

  /** The id of the sheet that is shown. */
  get activeSheet(): string | undefined {
    return this.#workbook.getActiveSheet()?.getSheetId()
  }

  /** Postpones a step until all others are done. */
  postpone(step: Operation): void {
    this.#postponed = step
  }

  takePostponed(): Operation | null {
    const postponed = this.#postponed
    this.#postponed = null
    return postponed
  }

  /** Returns a sheet with Univer's defaults. */
  newSheet(data: Partial<IWorksheetData>): IWorksheetData {
    return mergeWorksheetSnapshotWithDefault(data)
  }

  setCells(sheet: string, cellValue: CellMatrix<CellWrite | null>): void {
    const matrix = this.sheet(sheet).getCellMatrix()
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
    this.#setRange(sheet, contents, {})
    // For a cell with only a style, Univer would otherwise drop the formula.
    this.#setRange(sheet, onlyStyles, { trigger: SetStyleCommand.id })
  }

  /** Fits the heights of all rows to their content, as a newly opened grid needs. */
  fitRows(): void {
    for (const sheet of this.reader.order) {
      this.fit(sheet, this.sheet(sheet).getCellMatrix().getMatrix())
    }
  }

  /** Fits the rows of cells to their wrapped text; each grid computes these heights itself. */
  fit(sheet: string, cells: CellMatrix<unknown>): void {
    const matrix = this.sheet(sheet).getCellMatrix()
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
    const ranges = this.ranges(sheet, 'rows', rows)
    const params = { unitId, subUnitId: sheet, ranges, id: crypto.randomUUID() }
    const { id } = MarkDirtyRowAutoHeightOperation
    this.#commands.syncExecuteCommand(id, params, { onlyLocal: true })
  }

  /** Returns the range of a number of whole rows or columns from a position on. */
  range(sheet: string, axis: AxisName, at: number, count: number): IRange {
    const worksheet = this.sheet(sheet)
    const endRow = worksheet.getRowCount() - 1
    const endColumn = worksheet.getColumnCount() - 1
    const all = { startRow: 0, startColumn: 0, endRow, endColumn }
    return axis === 'rows'
      ? { ...all, startRow: at, endRow: at + count - 1, rangeType: RANGE_TYPE.ROW }
      : { ...all, startColumn: at, endColumn: at + count - 1, rangeType: RANGE_TYPE.COLUMN }
  }

  /** Returns the rows or columns at some positions; adjacent ones share a range. */
  ranges(sheet: string, axis: AxisName, positions: readonly number[]): IRange[] {
    return runsOf(positions).map(({ at, count }) => this.range(sheet, axis, at, count))
  }

  #setRange(sheet: string, cellValue: Cells, more: { readonly trigger?: string }): void {
    if (Object.keys(cellValue).length === 0) return
    this.execute('sheet.mutation.set-range-values', sheet, { cellValue, ...more })
  }
}

const isOnlyStyle = (write: CellWrite | null): boolean =>
  write !== null && write.v === undefined && write.t === undefined && write.f === undefined

/** Joins adjacent positions. */
function runsOf(positions: readonly number[]): { readonly at: number; readonly count: number }[] {
  const runs: { at: number; count: number }[] = []
  for (const at of positions.toSorted((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && last.at + last.count === at) last.count++
    else runs.push({ at, count: 1 })
  }
  return runs
}
