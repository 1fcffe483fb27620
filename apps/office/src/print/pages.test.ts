import { describe, expect, it } from 'vitest'
import { pagesOf, type Line, type Pages, type Printed } from './pages.js'
import { pageSize, sidesOf, usualPaper, type PrintSettings } from './paper.js'

const lines = (count: number, px: number, first = 0): Line[] =>
  Array.from({ length: count }, (_, at) => ({ at: first + at, px }))
const room = { roomWidth: 100, roomHeight: 100 }
const printed = (more: Partial<Printed> = {}): Printed => ({
  rows: lines(25, 10),
  columns: lines(3, 30),
  repeatedRows: [],
  repeatedColumns: [],
  ...more,
})
const rowsOf = (what: Printed, size: Parameters<typeof pagesOf>[2] = 100) =>
  allOf(pagesOf(what, room, size)).map(({ rows, columns }) => [
    rows.map(({ at }) => at),
    columns.map(({ at }) => at),
  ])
const allOf = ({ count, page }: Pages) => Array.from({ length: count }, (_, at) => page(at))

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
    const all = rowsOf(printed({ repeatedRows: lines(2, 10) })).map(([down]) => down!)
    expect(all.map((down) => down.slice(0, 3))).toEqual([
      [0, 1, 2],
      [0, 1, 10],
      [0, 1, 18],
    ])
    expect(new Set(all.flat()).size).toBe(25)
    const high = rowsOf(printed({ repeatedRows: lines(6, 10) }))
    expect(high.map(([down]) => down![0])).toEqual([0, 10, 20])
  })

  it('[OF93] have the repeated columns at their left, and say where others are left out', () => {
    const wide = printed({ columns: lines(6, 30), repeatedColumns: lines(1, 30) })
    const all = allOf(pagesOf(wide, room, 100))
    expect(all.map(({ columns, apart }) => [columns.map(({ at }) => at), apart])).toEqual([
      ...Array.from({ length: 3 }, () => [[0, 1, 2], 0]),
      ...Array.from({ length: 3 }, () => [[0, 3, 4], 1]),
      ...Array.from({ length: 3 }, () => [[0, 5], 1]),
    ])
    const area = printed({ columns: lines(2, 30, 4), repeatedColumns: lines(1, 30) })
    const [first] = allOf(pagesOf(area, room, 100))
    expect([first!.columns.map(({ at }) => at), first!.apart]).toEqual([[0, 4, 5], 1])
    const broad = printed({ columns: lines(6, 30), repeatedColumns: lines(2, 30) })
    expect(rowsOf(broad)[0]![1]).toEqual([0, 1, 2])
    // As much as a page, with what it repeats.
    expect(pagesOf(area, room, 'width').scale).toBe(1)
    const wider = printed({ columns: lines(4, 30, 4), repeatedColumns: lines(1, 80) })
    expect(pagesOf(wider, room, 'width').scale).toBe(0.5)
  })

  it('[OF93] are made to fit in width, or one, and never larger', () => {
    const wide = printed({ columns: lines(10, 20) })
    expect(pagesOf(wide, room, 'width').scale).toBe(0.5)
    expect(pagesOf(wide, room, 'width').count).toBe(2)
    expect(pagesOf(wide, room, 'page').scale).toBe(0.4)
    expect(pagesOf(wide, room, 'page').count).toBe(1)
    expect(pagesOf(printed(), room, 'width').scale).toBe(1)
    expect(pagesOf(printed(), room, 50).count).toBe(2)
    expect(pagesOf(printed({ rows: [] }), room, 100).count).toBe(1)
  })
})

describe('pages of a stranger’s sheet', () => {
  it('[OF98] have at most 1,000 rows and 250 columns each, however small these are', () => {
    const small = printed({ rows: lines(2_500, 0), columns: lines(600, 0) })
    const all = rowsOf(small).map(([down, right]) => [down!.length, right!.length])
    expect(all.slice(0, 3)).toEqual([
      [1_000, 250],
      [1_000, 250],
      [500, 250],
    ])
    expect(all).toHaveLength(9)
  })

  it('[OF95] are counted before there are any', () => {
    const far = printed({ rows: lines(100_000, 24), columns: lines(5_000, 88) })
    const before = performance.now()
    const { count, page } = pagesOf(far, { roomWidth: 658, roomHeight: 987 }, 100)
    expect(count).toBe(2_440 * 715)
    expect(page(count - 1).columns.at(-1)!.at).toBe(4_999)
    expect(performance.now() - before).toBeLessThan(2_000)
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
    repeatedColumns: 0,
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
