import { describe, expect, it } from 'vitest'
import type { ICellData } from '@univerjs/core'
import { CHART_LIMITS } from './chart.js'
import { readCells, type ChartSheet } from './read-cells.js'

interface Shape {
  readonly rows: number
  readonly columns: number
  readonly raw: (row: number, column: number) => ICellData | null
  /** What a formula elsewhere has for a cell. */
  readonly result?: (row: number, column: number) => ICellData | null
  readonly isHidden?: (row: number) => boolean
}

/** A worksheet that counts how often it is asked for a cell. */
function sheetOf({ rows, columns, raw, result, isHidden }: Shape) {
  const asked = { times: 0 }
  const cell = (at: Shape['raw']) => (row: number, column: number) => {
    asked.times += 1
    return at(row, column)
  }
  const sheet: ChartSheet = {
    getRowCount: () => rows,
    getColumnCount: () => columns,
    getRowVisible: (row) => isHidden?.(row) !== true,
    getColVisible: () => true,
    getCellRaw: cell(raw),
    getCell: cell((row, column) => raw(row, column) ?? result?.(row, column) ?? null),
  }
  return { sheet, asked }
}

const to = (endRow: number, endColumn: number) => ({
  startRow: 0,
  startColumn: 0,
  endRow,
  endColumn,
})
const COLUMNS = { by: 'columns', kind: 'column' } as const
const ROWS = { by: 'rows', kind: 'column' } as const
const number = (v: number): ICellData => ({ v, t: 2 })
const named = (row: number, column: number): ICellData =>
  row === 0 || column === 0 ? { v: `${row}:${column}`, t: 1 } : number(row * column)

describe('the cells of a chart', () => {
  it.each([COLUMNS, ROWS])('[SH211] are read as far as they are drawn, by $by', (how) => {
    const { sheet, asked } = sheetOf({ rows: 1_000, columns: 1_000, raw: (row) => number(row) })
    const { data, all, looks } = readCells(sheet, to(999, 999), how)
    expect(data.series).toHaveLength(CHART_LIMITS.series)
    expect(data.labels).toHaveLength(CHART_LIMITS.points)
    expect(all).toEqual({ points: 1_000, series: 1_000 })
    const drawn = (CHART_LIMITS.points + 1) * (CHART_LIMITS.series + 1)
    expect(looks).toBeLessThan(drawn + 100)
    expect(asked.times).toBeLessThan(drawn + 2_000)
  })

  it('[SH202] are series by columns or by rows', () => {
    const texts = [
      ['Month', 'Ann', 'Bob'],
      ['Jan', 1, 2],
      ['Feb', 3, 4],
    ]
    const raw = (row: number, column: number): ICellData => ({ v: texts[row]![column]! })
    const { sheet } = sheetOf({ rows: 3, columns: 3, raw })
    expect(readCells(sheet, to(2, 2), COLUMNS).data).toMatchObject({
      labels: ['Jan', 'Feb'],
      series: [
        { name: 'Ann', values: [1, 3] },
        { name: 'Bob', values: [2, 4] },
      ],
    })
    expect(readCells(sheet, to(2, 2), ROWS).data).toMatchObject({
      labels: ['Ann', 'Bob'],
      series: [
        { name: 'Jan', values: [1, 2] },
        { name: 'Feb', values: [3, 4] },
      ],
    })
  })

  it.each([
    ['columns', COLUMNS, 1_200, 24],
    ['rows', ROWS, 1_200, 24],
  ] as const)('[SH204] are counted without their names, by %s', (_, how, points, series) => {
    const [rows, columns] = how === COLUMNS ? [points, series] : [series, points]
    const { sheet } = sheetOf({ rows: rows + 1, columns: columns + 1, raw: named })
    expect(readCells(sheet, to(rows, columns), how).all).toEqual({ points, series })
    const { sheet: bare } = sheetOf({ rows, columns, raw: () => number(5) })
    expect(readCells(bare, to(rows - 1, columns - 1), how).all).toEqual({ points, series })
  })

  it('[SH204] are exactly as many as are drawn, with names and without', () => {
    const { sheet } = sheetOf({ rows: 1_001, columns: 21, raw: named })
    const { data, all } = readCells(sheet, to(1_000, 20), COLUMNS)
    expect(all).toEqual({ points: data.labels.length, series: data.series.length })
    const { sheet: bare } = sheetOf({ rows: 1_001, columns: 21, raw: () => number(5) })
    expect(readCells(bare, to(1_000, 20), COLUMNS).all).toEqual({ points: 1_001, series: 21 })
  })

  it('[SH202] are none that are hidden, and end with the last one that has anything', () => {
    const raw = (row: number): ICellData | null => (row < 6 ? number(row) : null)
    const isHidden = (row: number) => row % 2 === 1
    const { sheet } = sheetOf({ rows: 100, columns: 3, raw, isHidden })
    const { data, all } = readCells(sheet, to(99, 0), COLUMNS)
    expect(data.series.map(({ values }) => values)).toEqual([[0, 2, 4]])
    expect(all.points).toBe(3)
  })

  it('[SH204] count results that a formula has for other cells', () => {
    const raw = (row: number): ICellData | null => (row === 0 ? number(7) : null)
    const result = (row: number): ICellData | null => (row < 1_200 ? number(row) : null)
    const { sheet } = sheetOf({ rows: 3_000, columns: 1, raw, result })
    const { data, all } = readCells(sheet, to(2_999, 0), COLUMNS)
    expect(all.points).toBe(1_200)
    expect(data.series[0]!.values.at(-1)).toBe(999)
  })

  it('[SH211] are looked through for their end only so far', () => {
    const raw = (row: number): ICellData | null => (row === 0 ? number(7) : null)
    const { sheet, asked } = sheetOf({ rows: 100_000, columns: 30, raw })
    expect(readCells(sheet, to(99_999, 29), COLUMNS).data.series[0]!.values[0]).toBe(7)
    expect(asked.times).toBeLessThan(250_000)
  })
})
