import { expect, it } from 'vitest'
import { chartOnPage, endOfChart, type PrintedChart, type SheetLines } from './charts.js'
import type { Line } from './pages.js'

const lines = (from: number, to: number, px: number): Line[] =>
  Array.from({ length: to - from }, (_, at) => ({ at: from + at, px }))
/** Rows of 10 pixels and columns of 30; the row 2 is hidden. */
const SHEET: SheetLines = {
  rows: (start, end) => lines(start, Math.min(end, 99) + 1, 10).filter(({ at }) => at !== 2),
  columns: (start, end) => lines(start, Math.min(end, 9) + 1, 30),
}
const chart = (row: number, column: number, width = 50, height = 25): PrintedChart => ({
  place: { row, column, x: 5, y: 3 },
  size: { width, height },
  draw: () => {
    throw new Error('nothing is drawn here')
  },
})

it('[SH208] a printed chart is where it is on the cells, without hidden lines', () => {
  const page = { rows: SHEET.rows(0, 9), columns: SHEET.columns(0, 2) }
  const whole = { left: 0, top: 0, width: 90, height: 90 }
  expect(chartOnPage(chart(1, 1), page, SHEET)).toEqual({ ...whole, x: 35, y: 13 })
  expect(chartOnPage(chart(3, 0), page, SHEET)).toEqual({ ...whole, x: 5, y: 23 })
  expect(chartOnPage(chart(20, 0), page, SHEET)).toBeUndefined()
  expect(chartOnPage(chart(1, 5), page, SHEET)).toBeUndefined()
})

it('[SH208] a printed chart goes on on the next page, below the rows that are repeated', () => {
  const repeated = SHEET.rows(0, 0)
  const page = { rows: [...repeated, ...SHEET.rows(10, 19)], columns: SHEET.columns(0, 2) }
  expect(chartOnPage(chart(9, 0), page, SHEET)).toEqual({
    left: 0,
    top: 10,
    width: 90,
    height: 100,
    x: 5,
    y: -7,
  })
  expect(chartOnPage(chart(0, 0), page, SHEET)).toBeUndefined()
})

it('[SH208] pages reach as far as the charts', () => {
  expect(endOfChart(chart(1, 1), SHEET)).toEqual({ row: 4, column: 2 })
  expect(endOfChart(chart(98, 9, 500, 500), SHEET)).toEqual({ row: 99, column: 9 })
})
