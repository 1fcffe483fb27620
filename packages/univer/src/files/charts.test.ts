import { writeXlsx as writeWorkbook, type SheetChart } from 'hucre'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { chartsOf } from '../charts/chart-list.js'
import { SheetDocument } from '../document/sheet-document.js'
import { leftOutOf, readFile, sheetsIn, writeSheets, writeXlsx } from './index.js'

/** Writes a chart into a document. */
function put(doc: Y.Doc, sheet: string, id: string, fields: Readonly<Record<string, unknown>>) {
  const at = { cell: '0:4', x: 12, y: 6 }
  for (const [name, value] of Object.entries({ kind: 'column', at, ...fields })) {
    doc.getMap(`charts:${sheet}`).set(`${id}/${name}`, value)
  }
}

function fill(doc: Y.Doc, sheet: string, rows: readonly (readonly unknown[])[]) {
  const cells = doc.getMap(`cells:${sheet}`)
  for (const [row, values] of rows.entries()) {
    for (const [column, v] of values.entries()) {
      if (v !== null) cells.set(`${row}:${column}`, typeof v === 'object' ? v : { v })
    }
  }
}

const ROWS = [
  ['Month', 'Ann', 'Bob', null],
  ['Jan', 1, 2, 7],
  ['Feb', 3, 4, 8],
  ['Mar', 5, 6, 9],
]
const SERIES = [
  { name: 'Ann', values: 'B2:B4', categories: 'A2:A4' },
  { name: 'Bob', values: 'C2:C4', categories: 'A2:A4' },
]
const CHART: SheetChart = {
  type: 'column',
  title: 'Sales',
  legend: 'bottom',
  series: SERIES,
  anchor: { from: { row: 1, col: 4 }, to: { row: 11, col: 8 } },
}

/** Opens a workbook with charts, and returns those of the document, by sheet. */
async function open(...charts: readonly SheetChart[]) {
  const bytes = await writeWorkbook({
    sheets: [
      { name: 'Data', rows: ROWS },
      { name: "Ann's charts", rows: [['x']], charts: charts.map((chart) => elsewhere(chart)) },
      { name: 'Both', rows: ROWS, charts: [...charts] },
    ],
  })
  const { sheets, leftOut } = await readFile(bytes, 'book.xlsx')
  const doc = new Y.Doc()
  for (const update of writeSheets(sheets, {})) Y.applyUpdate(doc, update)
  const { attached } = new SheetDocument(doc)
  const ids = attached.workbook.shown.map(({ id }) => id)
  const all = ids.map((id) => chartsOf(attached, id))
  return { all, ids, leftOut, sheets }
}

/** Returns a chart of the cells of another sheet. */
const elsewhere = (chart: SheetChart): SheetChart => ({
  ...chart,
  series: chart.series.map(({ values, categories, ...more }) => ({
    ...more,
    values: `Data!${values}`,
    ...(categories !== undefined && { categories: `Data!${categories}` }),
  })),
})

const cells = (startRow: number, startColumn: number, endRow: number, endColumn: number) => ({
  startRow,
  startColumn,
  endRow,
  endColumn,
})

describe('the charts of a workbook', () => {
  it('[FL42] are over the same cells, and show the same ones, also of other sheets', async () => {
    const { all, ids, leftOut } = await open(CHART)
    expect(leftOut).toEqual([])
    expect(all[0]).toEqual([])
    const right = {
      kind: 'column',
      title: 'Sales',
      legend: 'bottom',
      by: 'columns',
      isStacked: false,
      place: { row: 1, column: 4, x: 0, y: 0 },
      size: { width: 4 * 88, height: 10 * 24 },
    }
    const range = cells(0, 0, 3, 2)
    expect(all[1]).toMatchObject([{ ...right, range: { sheet: ids[0], range } }])
    expect(all[2]).toMatchObject([{ ...right, range: { sheet: ids[2], range } }])
  })

  it.each<readonly [what: string, chart: Partial<SheetChart>, right: object]>([
    ['bars', { type: 'bar' }, { kind: 'bar' }],
    ['lines', { type: 'line' }, { kind: 'line', isStacked: false }],
    ['stacked columns', { barGrouping: 'stacked' }, { kind: 'column', isStacked: true }],
    ['stacked areas', { type: 'area', areaGrouping: 'stacked' }, { kind: 'line', isStacked: true }],
    ['a pie', { type: 'pie', series: [SERIES[0]!] }, { kind: 'pie', by: 'columns' }],
    ['a ring', { type: 'doughnut', series: [SERIES[0]!] }, { kind: 'pie' }],
    ['no legend', { legend: false }, { legend: 'none' }],
    ['a legend at the left', { legend: 'left' }, { legend: 'right' }],
    [
      'points',
      { type: 'scatter', series: [{ values: 'C2:C4', categories: 'B2:B4' }] },
      { kind: 'scatter', range: { range: cells(1, 1, 3, 2) } },
    ],
    [
      'rows',
      {
        series: [
          { name: 'Jan', values: 'B2:C2', categories: 'B1:C1' },
          { name: 'Feb', values: 'B3:C3', categories: 'B1:C1' },
        ],
      },
      { by: 'rows', range: { range: cells(0, 0, 2, 2) } },
    ],
    [
      'numbers alone',
      { series: [{ values: 'B2:B4' }, { values: 'C2:C4' }] },
      { range: { range: cells(1, 1, 3, 2) } },
    ],
  ])('[FL42] are kept: %s', async (_what, chart, right) => {
    const { all, leftOut } = await open({ ...CHART, ...chart })
    expect(leftOut).toEqual([])
    expect(all[1]).toMatchObject([right])
    expect(all[2]).toMatchObject([right])
  })

  const ann = SERIES[0]!
  it.each<readonly [what: string, chart: Partial<SheetChart>]>([
    ['parts of a hundred', { barGrouping: 'percentStacked' }],
    ['areas behind each other', { type: 'area' }],
    ['lines that aren’t beside each other', { series: [ann, { ...SERIES[1]!, values: 'D2:D4' }] }],
    ['lines of different lengths', { series: [ann, { ...SERIES[1]!, values: 'C2:C3' }] }],
    ['another order', { series: SERIES.toReversed() }],
    ['names that no cell has', { series: [{ ...ann, name: 'Anna' }] }],
    ['labels elsewhere', { series: [{ ...ann, categories: 'C2:C4' }] }],
    ['labels that would be a series', { series: [{ values: 'C2:C4', categories: 'B2:B4' }] }],
    ['two rings', { type: 'doughnut' }],
    ['a sheet that isn’t there', { series: [{ values: 'Gone!B2:B4' }] }],
    ['several places', { series: [{ values: '(B2:B3,B4)' }] }],
    ['trends', { series: [{ ...ann, trendlines: [{ type: 'linear' }] }] }],
  ])('[FL42 FL3] are left out and listed: %s', async (_what, chart) => {
    const { all, leftOut } = await open({ ...CHART, ...chart })
    expect(all).toEqual([[], [], []])
    expect(leftOut).toContainEqual({ feature: 'charts', sheet: 'Both', count: 1, example: 'E2' })
  })

  it('[FL42 SD70] are at most 50 of a sheet, and within it', async () => {
    const far = { ...CHART, anchor: { from: { row: 3_000, col: 40 } } }
    const { all, leftOut, sheets } = await open(far, ...Array.from({ length: 50 }, () => CHART))
    expect(all[2]).toHaveLength(50)
    expect(all[2]![0]).toMatchObject({ place: { row: 3_000, column: 40 }, front: 1 })
    expect(sheets[2]!.rows.count).toBe(3_001)
    expect(leftOut.map(({ count }) => count)).toEqual([1, 1])
  })
})

describe('the charts of a saved workbook', () => {
  /** Saves a document, and returns the charts of the sheets of the file. */
  async function saved(doc: Y.Doc, results: Parameters<typeof writeXlsx>[1] = []) {
    const bytes = await writeXlsx(
      sheetsIn(doc).map(({ sheet }) => sheet),
      results,
    )
    const { sheets, leftOut } = await readFile(bytes, 'book.xlsx')
    expect(leftOut).toEqual([])
    return sheets.map(({ charts }) => charts)
  }

  it.each([
    { kind: 'column', title: 'A <&> "B"', legend: 'top' },
    { kind: 'bar', legend: 'none' },
    { kind: 'bar', stacked: true },
    { kind: 'line' },
    { kind: 'line', stacked: true },
    { kind: 'column', by: 'rows' },
    { kind: 'pie', range: 'sheet-2!0:0..3:1' },
    { kind: 'scatter', range: 'sheet-2!0:1..3:2' },
    { kind: 'column', range: 'sheet-2!1:1..3:3' },
  ])('[FL42] are as they were: %j', async (fields) => {
    const doc = new Y.Doc()
    doc.getMap('sheets').set('sheet-2/name', "Ann's 1,000")
    fill(doc, 'sheet-2', ROWS)
    put(doc, 'sheet-1', 'a', { range: 'sheet-2!0:0..3:2', ...fields })
    put(doc, 'sheet-2', 'b', { range: 'sheet-2!0:0..3:2', size: { width: 333, height: 222 } })
    const before = sheetsIn(doc).map(({ sheet }) => sheet.charts)
    expect(before.map((all) => all.length)).toEqual([1, 1, 0])
    expect(await saved(doc)).toEqual(before)
    expect(leftOutOf(doc)).toEqual([])
  })

  it('[FL42] have results of formulas, and dates that name them', async () => {
    const doc = new Y.Doc()
    const date = (v: number) => ({ v, s: { n: { pattern: 'yyyy-mm-dd' } } })
    const sum = { f: ['=1+1'] }
    fill(doc, 'sheet-1', [
      ['Day', 'Sum'],
      [date(46_000), sum],
      [date(46_001), sum],
    ])
    put(doc, 'sheet-1', 'a', { kind: 'line', range: 'sheet-1!0:0..2:1' })
    const before = sheetsIn(doc).map(({ sheet }) => sheet.charts)
    expect(await saved(doc, [{ 1: { 1: 2 }, 2: { 1: 2 } }])).toEqual(before)
  })

  it('[FL42] are where they are beside images, on whatever sheet', async () => {
    const doc = new Y.Doc()
    fill(doc, 'sheet-3', ROWS)
    const source =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const place = { cell: '1:1', x: 7, y: 3 }
    const image = { source, place, size: { width: 50, height: 40 }, at: 'i', alt: 'red' }
    for (const [name, value] of Object.entries(image)) {
      doc.getMap('images:sheet-3').set(`file-000/${name}`, value)
    }
    put(doc, 'sheet-3', 'a', { range: 'sheet-3!0:0..3:2' })
    const before = sheetsIn(doc).map(({ sheet }) => sheet)
    expect(before[2]).toMatchObject({ images: [{ x: 7, y: 3 }], charts: [{ x: 12, y: 6 }] })
    const { sheets } = await readFile(await writeXlsx(before), 'book.xlsx')
    expect(sheets[2]!.images).toEqual(before[2]!.images)
    expect(sheets[2]!.charts).toEqual(before[2]!.charts)
  })

  it('[FL42] are without those whose cells are gone, which are listed', async () => {
    const doc = new Y.Doc()
    fill(doc, 'sheet-1', ROWS)
    for (const id of ['a', 'b']) put(doc, 'sheet-1', id, { range: 'sheet-9!0:0..1:1' })
    put(doc, 'sheet-1', 'c', { range: 'sheet-1!0:0..3:2' })
    doc.getMap('charts:sheet-2').set('incomplete/kind', 'pie')
    expect(leftOutOf(doc)).toEqual([{ feature: 'charts', sheet: 'Sheet 1', count: 2 }])
    expect((await saved(doc)).map((all) => all.length)).toEqual([1, 0, 0])
  })
})
