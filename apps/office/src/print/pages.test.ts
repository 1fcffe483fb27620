import { describe, expect, it } from 'vitest'
import { pagesOf, type Line, type Printed } from './pages.js'
import { pageSize, sidesOf, usualPaper, type PrintSettings } from './paper.js'

const lines = (count: number, px: number, first = 0): Line[] =>
  Array.from({ length: count }, (_, at) => ({ at: first + at, px }))
const room = { roomWidth: 100, roomHeight: 100 }
const printed = (more: Partial<Printed> = {}): Printed => ({
  rows: lines(25, 10),
  columns: lines(3, 30),
  repeated: [],
  ...more,
})
const rowsOf = (what: Printed, size: Parameters<typeof pagesOf>[2] = 100) =>
  pagesOf(what, room, size).pages.map(({ rows, columns }) => [
    rows.map(({ at }) => at),
    columns.map(({ at }) => at),
  ])

describe('pages of a sheet', () => {
  it('[OF93] have as many whole rows as fit, and go on to the right', () => {
    const all = rowsOf(printed({ columns: lines(4, 30) }))
    expect(all.map(([rows, columns]) => [rows![0], rows!.length, columns])).toEqual([
      [0, 10, [0, 1, 2]],
      [10, 10, [0, 1, 2]],
      [20, 5, [0, 1, 2]],
      [0, 10, [3]],
      [10, 10, [3]],
      [20, 5, [3]],
    ])
  })

  it('[OF93] have a line that is larger than a page alone', () => {
    const rows = [
      { at: 0, px: 10 },
      { at: 1, px: 500 },
      { at: 2, px: 10 },
    ]
    expect(rowsOf(printed({ rows })).map(([down]) => down)).toEqual([[0], [1], [2]])
  })

  it('[OF93] have the repeated rows at their top, once', () => {
    const all = rowsOf(printed({ repeated: lines(2, 10) })).map(([down]) => down!)
    expect(all.map((down) => down.slice(0, 3))).toEqual([
      [0, 1, 2],
      [0, 1, 10],
      [0, 1, 18],
    ])
    expect(new Set(all.flat()).size).toBe(25)
    const high = rowsOf(printed({ repeated: lines(6, 10) }))
    expect(high.map(([down]) => down![0])).toEqual([0, 10, 20])
  })

  it('[OF93] are made to fit in width, or one, and never larger', () => {
    const wide = printed({ columns: lines(10, 20) })
    expect(pagesOf(wide, room, 'width').scale).toBe(0.5)
    expect(pagesOf(wide, room, 'width').pages).toHaveLength(2)
    expect(pagesOf(wide, room, 'page').scale).toBe(0.4)
    expect(pagesOf(wide, room, 'page').pages).toHaveLength(1)
    expect(pagesOf(printed(), room, 'width').scale).toBe(1)
    expect(pagesOf(printed(), room, 50).pages).toHaveLength(2)
    expect(pagesOf(printed({ rows: [] }), room, 100).pages).toHaveLength(1)
  })
})

describe('paper', () => {
  const settings: PrintSettings = {
    paper: 'a4',
    isLandscape: false,
    margins: 'normal',
    size: 100,
    area: 'all',
    repeatedRows: 0,
    hasGridLines: true,
    hasFooter: true,
  }

  it('[OF92] is as wide and high as it is called', () => {
    expect(pageSize(settings)).toBe('210mm 297mm')
    expect(pageSize({ ...settings, paper: 'letter', isLandscape: true })).toBe('279.4mm 215.9mm')
    expect(sidesOf(settings).width).toBeCloseTo(793.7, 1)
    const { top, roomHeight, bottom, height } = sidesOf({ ...settings, margins: 'none' })
    expect(top + roomHeight + bottom).toBeCloseTo(height, 5)
    expect(bottom).toBeGreaterThan(40)
  })

  it('[OF92] is that of the country', () => {
    expect(['en-US', 'en', 'zh-CN', 'es-MX', 'zh-Hans-CN'].map(usualPaper)).toEqual([
      'letter',
      'a4',
      'a4',
      'letter',
      'a4',
    ])
  })
})
