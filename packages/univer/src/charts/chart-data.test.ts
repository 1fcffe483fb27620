import { describe, expect, it } from 'vitest'
import { CHART_LIMITS } from './chart.js'
import { chartData, usualDirection, type ChartCell } from './chart-data.js'

const cell = (value: string | number): ChartCell =>
  typeof value === 'number' ? { number: value, text: String(value) } : { number: null, text: value }
const table = (...rows: readonly (readonly (string | number | ChartCell)[])[]): ChartCell[][] =>
  rows.map((row) => row.map((each) => (typeof each === 'object' ? each : cell(each))))
const day = (text: string): ChartCell => ({ number: 46_000, text })

describe('the data of a chart', () => {
  it('[SH202] takes the first row and column as names where they have no numbers', () => {
    const cells = table(['Month', 'Ann', 'Bob'], ['Jan', 1, 2], ['Feb', 3, 4])
    expect(chartData(cells, 'column')).toMatchObject({
      labels: ['Jan', 'Feb'],
      series: [
        { name: 'Ann', values: [1, 3] },
        { name: 'Bob', values: [2, 4] },
      ],
    })
  })

  it('[SH202] takes numbers as names beside an empty corner, and days as names', () => {
    const years = table(['', 2025, 2026], ['Jan', 1, 2])
    expect(chartData(years, 'line').series.map(({ name }) => name)).toEqual(['2025', '2026'])
    const named = table(['Month', 2025, 2026], ['Jan', 1, 2])
    expect(chartData(named, 'line')).toMatchObject({
      labels: ['Jan'],
      series: [{ name: '2025' }, { name: '2026' }],
    })
    const only = table([2025, 7], [2026, 8])
    expect(chartData(only, 'line').labels).toEqual(['2025', '2026'])
    expect(chartData(table([2001, 2002], [2003, 2004]), 'line').series).toHaveLength(2)
    const days = table([day('2026-01-01'), 5], [day('2026-01-02'), 6])
    expect(chartData(days, 'line')).toMatchObject({
      labels: ['2026-01-01', '2026-01-02'],
      series: [{ name: '', values: [5, 6] }],
    })
  })

  it('[SH202] takes all as values if there are only numbers, without empty rows at the end', () => {
    const data = chartData(table([1, 2], [3, ''], ['', '']), 'bar')
    expect(data.series.map(({ values }) => values)).toEqual([
      [1, 3],
      [2, null],
    ])
    expect(data.labels).toEqual(['', ''])
    expect(chartData([], 'pie').series).toEqual([])
  })

  it('[SH202] has the points of a scatter chart across in its first column', () => {
    const data = chartData(table(['x', 'y'], [1, 10], [4, 20]), 'scatter')
    expect(data).toMatchObject({ across: [1, 4], series: [{ name: 'y', values: [10, 20] }] })
  })

  it('[SH204] has no more than are drawn', () => {
    const row = Array.from({ length: 30 }, (_, at) => at)
    const many = chartData(table(...Array.from({ length: 1_500 }, () => row)), 'line')
    expect(many.series).toHaveLength(CHART_LIMITS.series)
    expect(many.labels).toHaveLength(CHART_LIMITS.points)
    expect(chartData(table(row, row), 'pie').series).toHaveLength(1)
  })

  it('[SH200] is read along the longer side at first', () => {
    expect(usualDirection(9, 3)).toBe('columns')
    expect(usualDirection(3, 9)).toBe('rows')
  })
})
