import {
  BooleanNumber,
  CellValueType,
  HorizontalAlign,
  VerticalAlign,
  WrapStrategy,
  type ICellData,
  type Injector,
  type IRange,
  type IStyleData,
  type Workbook,
  type Worksheet,
} from '@univerjs/core'
import { FormulaDataModel } from '@univerjs/preset-sheets-core'
import { SheetDataValidationModel } from '@univerjs/sheets-data-validation'
import { boxAt } from '../sheet-tick.js'
import type { Line } from './pages.js'

/** What is printed of a cell. */
export interface PrintedCell {
  readonly text: string
  readonly style: IStyleData
  readonly align: 'left' | 'center' | 'right'
  readonly vertical: 'start' | 'center' | 'end'
  readonly isWrapped: boolean
  /** Whether its check box is ticked, if it has one. */
  readonly isTicked: boolean | undefined
  readonly bar: DataBar | undefined
}

/** A bar that shows how large a number is, as Univer draws it. */
export interface DataBar {
  readonly color: string
  /** In percent of what is on its side of the start; below 0 it goes to the left. */
  readonly value: number
  /** Where numbers are 0, in percent of the cell's width. */
  readonly startPoint: number
  readonly isGradient: boolean
}

/** What Univer's conditional formats add to a cell. */
interface Formatted {
  readonly dataBar?: DataBar
  readonly isShowValue?: boolean
}

const ALIGN = {
  [HorizontalAlign.LEFT]: 'left',
  [HorizontalAlign.CENTER]: 'center',
  [HorizontalAlign.RIGHT]: 'right',
} as const
const VERTICAL = {
  [VerticalAlign.TOP]: 'start',
  [VerticalAlign.MIDDLE]: 'center',
  [VerticalAlign.BOTTOM]: 'end',
} as const

interface Rows {
  readonly [row: number]: { readonly [column: number]: IRange } | undefined
}

/** The cells of a sheet as they look in the grid, with formats and results. */
export class SheetCells {
  readonly #workbook: Workbook
  readonly #sheet: Worksheet
  readonly #injector: Injector
  readonly #validations: SheetDataValidationModel

  constructor(workbook: Workbook, sheet: Worksheet, injector: Injector) {
    this.#workbook = workbook
    this.#sheet = sheet
    this.#injector = injector
    this.#validations = injector.get(SheetDataValidationModel)
  }

  get id(): string {
    return this.#sheet.getSheetId()
  }

  get name(): string {
    return this.#sheet.getName()
  }

  get hasGridLines(): boolean {
    return this.#sheet.getConfig().showGridlines !== BooleanNumber.FALSE
  }

  get frozenRows(): number {
    return Math.max(0, this.#sheet.getFreeze().startRow)
  }

  get merges(): readonly IRange[] {
    return this.#sheet.getMergeData()
  }

  /** The cells with content, a border or a color; `undefined` for an empty sheet. */
  get used(): IRange | undefined {
    let [endRow, endColumn] = [-1, -1]
    const take = (row: number, column: number) => {
      endRow = Math.max(endRow, row)
      endColumn = Math.max(endColumn, column)
    }
    const styles = this.#workbook.getStyles()
    this.#sheet.getCellMatrix().forValue((row, column, cell) => {
      const hasContent = (cell?.v ?? cell?.f ?? cell?.p ?? null) !== null
      const style = hasContent ? undefined : styles.getStyleByCell(cell)
      if (hasContent || style?.bg || style?.bd) take(row, column)
    })
    for (const spill of this.#spills) take(spill.endRow, spill.endColumn)
    for (const merge of this.merges)
      if (merge.startRow <= endRow) take(merge.endRow, merge.endColumn)
    return endRow === -1 ? undefined : { startRow: 0, startColumn: 0, endRow, endColumn }
  }

  /** The cells that the results of formulas cover. */
  get #spills(): readonly IRange[] {
    const unit = this.#workbook.getUnitId()
    const all = this.#injector.get(FormulaDataModel).getArrayFormulaRange()
    const rows: Rows = all[unit]?.[this.#sheet.getSheetId()] ?? {}
    return Object.values(rows as { [row: string]: Rows[number] }).flatMap((row) =>
      Object.values<IRange>(row ?? {}),
    )
  }

  rows(start: number, end: number): Line[] {
    return linesOf(
      start,
      Math.min(end, this.#sheet.getRowCount() - 1),
      (at) => this.#sheet.getRowVisible(at),
      (at) => this.#sheet.getRowHeight(at),
    )
  }

  columns(start: number, end: number): Line[] {
    return linesOf(
      start,
      Math.min(end, this.#sheet.getColumnCount() - 1),
      (at) => this.#sheet.getColVisible(at),
      (at) => this.#sheet.getColumnWidth(at),
    )
  }

  /** Returns a cell as it looks; `undefined` if nothing of it is seen. */
  cell(row: number, column: number): PrintedCell | undefined {
    const cell = this.#sheet.getCell(row, column)
    if (!cell) return undefined
    const style = this.#sheet.getComposedCellStyleByCellData(row, column, cell)
    const { dataBar: bar, isShowValue = true } = cell as Formatted
    const isTicked = boxAt(this.#sheet, row, column, this.#validations)?.isTicked
    const text = isTicked === undefined && isShowValue ? textOf(cell) : ''
    const isDrawn = style.bg || style.bd || bar || isTicked !== undefined
    if (text === '' && !isDrawn) return undefined
    return {
      text,
      style,
      isTicked,
      bar,
      align: ALIGN[style.ht as keyof typeof ALIGN] ?? usualAlign(this.#sheet, row, column),
      vertical: VERTICAL[style.vt as keyof typeof VERTICAL] ?? 'end',
      isWrapped: style.tb === WrapStrategy.WRAP,
    }
  }
}

function linesOf(
  start: number,
  end: number,
  isVisible: (at: number) => boolean,
  sizeOf: (at: number) => number,
): Line[] {
  const lines: Line[] = []
  for (let at = start; at <= end; at++) if (isVisible(at)) lines.push({ at, px: sizeOf(at) })
  return lines
}

/** What is shown of a value is text; how it is aligned depends on what it was. */
function usualAlign(sheet: Worksheet, row: number, column: number): PrintedCell['align'] {
  const raw = sheet.getCellRaw(row, column) ?? sheet.getCell(row, column)
  if (raw?.t === CellValueType.BOOLEAN || typeof raw?.v === 'boolean') return 'center'
  const isNumber =
    raw?.t === CellValueType.NUMBER || ((raw?.t ?? null) === null && typeof raw?.v === 'number')
  return isNumber ? 'right' : 'left'
}

function textOf({ p, v, t }: ICellData): string {
  return p?.body?.dataStream.replace(/\r\n$/, '') ?? textOfValue(v, t)
}

function textOfValue(value: unknown, kind: unknown): string {
  if (value === null || value === undefined) return ''
  if (kind === CellValueType.BOOLEAN || typeof value === 'boolean')
    return Number(value) === 0 ? 'FALSE' : 'TRUE'
  return typeof value === 'number' || typeof value === 'string' ? String(value) : ''
}
