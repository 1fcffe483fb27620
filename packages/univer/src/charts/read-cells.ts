import { CellValueType, type ICellData, type Nullable, type Worksheet } from '@univerjs/core'
import type { CellRange } from '../document/cells.js'
import { CHART_LIMITS, type Chart } from './chart.js'
import { chartData, type ChartCell, type ChartData } from './chart-data.js'

/** What a chart reads of a worksheet. */
export type ChartSheet = Pick<
  Worksheet,
  'getCell' | 'getCellRaw' | 'getColVisible' | 'getColumnCount' | 'getRowCount' | 'getRowVisible'
>

/** What was read for a chart. */
export interface ChartReading {
  readonly data: ChartData
  /** How many points and series there are, drawn or not. */
  readonly all: { readonly points: number; readonly series: number }
  /** How many cells were looked at. */
  readonly looks: number
}

/** The most lines that are read, with those that name others. */
const MOST = { points: CHART_LIMITS.points + 1, series: CHART_LIMITS.series + 1 } as const
/** A stranger may have blank cells without end; further ones count as points. */
const MOST_LOOKS_FOR_END = 200_000

/**
 * Reads the cells of a chart that are neither hidden nor filtered out, as many as are drawn.
 *
 * @see OFFICE.md SH202, SH211
 */
export function readCells(
  sheet: ChartSheet,
  range: CellRange,
  { by, kind }: Pick<Chart, 'by' | 'kind'>,
): ChartReading {
  const { startRow, startColumn, endRow, endColumn } = range
  const rows = shown(startRow, Math.min(endRow, sheet.getRowCount() - 1), (at) =>
    sheet.getRowVisible(at),
  )
  const columns = shown(startColumn, Math.min(endColumn, sheet.getColumnCount() - 1), (at) =>
    sheet.getColVisible(at),
  )
  const cells = new Cells(sheet, by === 'columns')
  const [points, series] = by === 'columns' ? [rows, columns] : [columns, rows]
  const across = series.slice(0, MOST.series)
  const used = cells.countUsed(points, across)
  const table = cells.read(points.slice(0, Math.min(used, MOST.points)), across)
  const data = chartData(table, kind)
  const all = {
    points: used - Number(data.isNamed),
    series: series.length - Number(data.isLabelled),
  }
  return { data, all, looks: cells.looks }
}

function shown(first: number, last: number, isShown: (at: number) => boolean): number[] {
  const lines: number[] = []
  for (let at = first; at <= last; at++) if (isShown(at)) lines.push(at)
  return lines
}

/** The cells of a sheet by point and series, counting how many are looked at. */
class Cells {
  readonly #sheet: ChartSheet
  readonly #isByColumns: boolean
  looks = 0

  constructor(sheet: ChartSheet, isByColumns: boolean) {
    this.#sheet = sheet
    this.#isByColumns = isByColumns
  }

  /** Returns the cells of lines, point by point. */
  read(points: readonly number[], series: readonly number[]): ChartCell[][] {
    return points.map((point, atPoint) =>
      series.map((one, at) => this.#read(point, one, atPoint === 0 || at === 0)),
    )
  }

  /** Returns how many lines there are up to the last one that has anything in some of its cells. */
  countUsed(points: readonly number[], series: readonly number[]): number {
    let end = points.length
    const isBlank = (at: number) => series.every((one) => this.#isBlankRaw(points[at]!, one))
    while (end > 0 && this.looks < MOST_LOOKS_FOR_END && isBlank(end - 1)) end -= 1
    // Results that a formula has for other cells are in none.
    const hasResult = (at: number) => series.some((one) => !this.#isBlank(points[at]!, one))
    while (end < points.length && this.looks < MOST_LOOKS_FOR_END && hasResult(end)) end += 1
    return end
  }

  #isBlankRaw(point: number, series: number): boolean {
    this.looks += 1
    return isBlank(this.#sheet.getCellRaw(...this.#at(point, series)))
  }

  #isBlank(point: number, series: number): boolean {
    this.looks += 1
    return isBlank(this.#sheet.getCell(...this.#at(point, series)))
  }

  /** @param mayName whether it may name others, so that it matters how it is shown */
  #read(point: number, series: number, mayName: boolean): ChartCell {
    this.looks += 1
    const at = this.#at(point, series)
    const raw = this.#sheet.getCellRaw(...at)
    const hasOwn = (raw?.v ?? null) !== null
    const cell = mayName || !hasOwn ? this.#sheet.getCell(...at) : raw
    return { number: numberIn(hasOwn ? raw : cell), text: textOf(cell) }
  }

  #at(point: number, series: number): readonly [row: number, column: number] {
    return this.#isByColumns ? [point, series] : [series, point]
  }
}

const isBlank = (cell: Nullable<ICellData>): boolean => (cell?.v ?? '') === '' && !cell?.p

function numberIn(cell: Nullable<ICellData>): number | null {
  const { v, t } = cell ?? {}
  const isOther = t === CellValueType.BOOLEAN || t === CellValueType.STRING
  return typeof v === 'number' && Number.isFinite(v) && !isOther ? v : null
}

const textOf = (cell: Nullable<ICellData>): string =>
  cell?.p?.body?.dataStream.replace(/\r\n$/, '') ?? String(cell?.v ?? '')
