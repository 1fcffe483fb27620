import {
  BaselineOffset,
  BooleanNumber,
  type IBorderStyleData,
  type IStyleData,
  type Nullable,
} from '@univerjs/core'
import type { DataBar, PrintedCell, SheetCells } from './cells.js'
import { chartOnPage, type PrintedChart } from './charts.js'
import type { Line, PrintedPage } from './pages.js'
import type { Sides } from './paper.js'

/** What all pages of a sheet have in common. */
export interface Look {
  readonly sides: Sides
  readonly scale: number
  readonly hasGridLines: boolean
  /** The text at the lower left of each page; without it there are no page numbers either. */
  readonly title: string | undefined
  /** Those in front last. */
  readonly charts: readonly PrintedChart[]
  /** @example pageNumber(2, 7) // '2 / 7' */
  readonly pageNumber: (page: number, of: number) => string
}

/** Where a line begins on a page, and its size. */
type Places = ReadonlyMap<number, { readonly from: number; readonly px: number }>

const px = (length: number): string => `${Math.round(length * 100) / 100}px`

/** Returns a page of paper, as it is printed. @see OFFICE.md OF93, OF94 */
export function drawPage(
  cells: SheetCells,
  page: PrintedPage,
  number: readonly [page: number, of: number],
  look: Look,
  images: readonly HTMLElement[],
): HTMLElement {
  const { sides, scale } = look
  const paper = box('print-page', { width: px(sides.width), height: px(sides.height) })
  const room = box('print-room', {
    left: px(sides.left),
    top: px(sides.top),
    width: px(sides.roomWidth),
    height: px(sides.roomHeight),
  })
  const [rows, columns] = [placesOf(page.rows), placesOf(page.columns)]
  const sheet = box('print-cells', {
    transform: `scale(${scale})`,
    width: px(endOf(page.columns)),
    height: px(endOf(page.rows)),
  })
  if (look.hasGridLines) sheet.append(...gridLines(page))
  // One by one: a page may have more cells than a call may have arguments.
  for (const cell of drawCells(cells, page, rows, columns)) sheet.append(cell)
  sheet.append(...drawCharts(look.charts, page, cells), ...images)
  room.append(sheet)
  paper.append(room)
  if (look.title !== undefined) paper.append(footer(look, look.title, number))
  return paper
}

function drawCharts(
  charts: readonly PrintedChart[],
  page: PrintedPage,
  cells: SheetCells,
): HTMLElement[] {
  return charts.flatMap((chart) => {
    const part = chartOnPage(chart, page, cells)
    if (part === undefined) return []
    const { left, top, width, height, x, y } = part
    const around = box('print-charts', {
      left: px(left),
      top: px(top),
      width: px(width),
      height: px(height),
    })
    const { size } = chart
    const place = { left: px(x), top: px(y), width: px(size.width), height: px(size.height) }
    const element = box('print-chart', place)
    element.append(chart.draw())
    around.append(element)
    return [around]
  })
}

function footer(look: Look, title: string, [page, of]: readonly [number, number]): HTMLElement {
  const { left, bottom } = look.sides
  const side = px(Math.max(left, 24))
  const line = box('print-footer', { left: side, right: side, bottom: px(bottom / 2 - 7) })
  const [name, count] = [document.createElement('span'), document.createElement('span')]
  name.textContent = title
  count.textContent = look.pageNumber(page, of)
  line.append(name, count)
  return line
}

function box(className: string, style: Partial<CSSStyleDeclaration>): HTMLElement {
  const element = document.createElement('div')
  element.className = className
  Object.assign(element.style, style)
  return element
}

function placesOf(lines: readonly Line[]): Places {
  let from = 0
  return new Map(
    lines.map(({ at, px: size }) => {
      const place = { from, px: size }
      from += size
      return [at, place]
    }),
  )
}

const endOf = (lines: readonly Line[]): number => lines.reduce((sum, { px: size }) => sum + size, 0)

function gridLines({ rows, columns }: PrintedPage): HTMLElement[] {
  const [width, height] = [endOf(columns), endOf(rows)]
  const across = edgesOf(rows).map((top) =>
    box('print-line', { top: px(top), left: '0', width: px(width), height: '1px' }),
  )
  const down = edgesOf(columns).map((left) =>
    box('print-line', { left: px(left), top: '0', width: '1px', height: px(height) }),
  )
  return [...across, ...down]
}

function edgesOf(lines: readonly Line[]): number[] {
  let edge = 0
  return [0, ...lines.map(({ px: size }) => (edge += size))]
}

function* drawCells(
  cells: SheetCells,
  page: PrintedPage,
  rows: Places,
  columns: Places,
): Iterable<HTMLElement> {
  const merged = mergedCells(cells, page)
  for (const { at: row } of page.rows) {
    const found = page.columns.map(({ at: column }) => {
      const merge = merged.get(`${row}:${column}`)
      if (merge === null) return undefined
      const [fromRow, fromColumn] = merge?.first ?? [row, column]
      return cells.cell(fromRow, fromColumn)
    })
    for (const [nth, { at: column }] of page.columns.entries()) {
      const merge = merged.get(`${row}:${column}`)
      const cell = found[nth]
      if (cell === undefined && !merge) continue
      const place = merge
        ? placeOf(merge, rows, columns)
        : { top: rows.get(row)!.from, height: rows.get(row)!.px, left: columns.get(column)!.from }
      const width = merge ? placeOf(merge, rows, columns).width : columns.get(column)!.px
      const isFree = !merge && cell !== undefined && flows(cell)
      const free = isFree ? freeBeside(found, nth, page, merged, row) : 0
      yield drawCell(cell, { ...place, width }, free)
    }
  }
}

/** Returns whether text goes on over empty cells beside it. */
const flows = ({ text, align, isWrapped }: PrintedCell): boolean =>
  text !== '' && align === 'left' && !isWrapped

/** Returns how many pixels there are until the next cell with content. */
function freeBeside(
  found: readonly (PrintedCell | undefined)[],
  nth: number,
  { columns, apart }: PrintedPage,
  merged: ReadonlyMap<string, unknown>,
  row: number,
): number {
  let free = 0
  for (let next = nth + 1; next < columns.length; next++) {
    if (next === apart) break
    if (found[next]?.text || merged.has(`${row}:${columns[next]!.at}`)) break
    free += columns[next]!.px
  }
  return free
}

interface Merge {
  /** The cell that has the content. */
  readonly first: readonly [row: number, column: number]
  readonly rows: readonly number[]
  readonly columns: readonly number[]
}

/** Returns for each merged cell on a page what is drawn there: `null` for all but the first on the page. */
function mergedCells(cells: SheetCells, page: PrintedPage): ReadonlyMap<string, Merge | null> {
  const merged = new Map<string, Merge | null>()
  for (const { startRow, startColumn, endRow, endColumn } of cells.merges) {
    const rows = between(page.rows, startRow, endRow)
    const columns = between(page.columns, startColumn, endColumn)
    for (const row of rows) for (const column of columns) merged.set(`${row}:${column}`, null)
    if (rows.length > 0 && columns.length > 0)
      merged.set(`${rows[0]}:${columns[0]}`, { first: [startRow, startColumn], rows, columns })
  }
  return merged
}

const between = (lines: readonly Line[], start: number, end: number): number[] =>
  lines.flatMap(({ at }) => (at >= start && at <= end ? [at] : []))

function placeOf(merge: Merge, rows: Places, columns: Places) {
  const sum = (places: Places, all: readonly number[]) =>
    all.reduce((size, at) => size + places.get(at)!.px, 0)
  return {
    top: rows.get(merge.rows[0]!)!.from,
    left: columns.get(merge.columns[0]!)!.from,
    height: sum(rows, merge.rows),
    width: sum(columns, merge.columns),
  }
}

interface Place {
  readonly top: number
  readonly left: number
  readonly width: number
  readonly height: number
}

function drawCell(cell: PrintedCell | undefined, place: Place, free: number): HTMLElement {
  const { top, left, width, height } = place
  const element = box('print-cell', {
    top: px(top),
    left: px(left),
    // The lines of the grid are a pixel wide, and at the right and lower edge of a cell.
    width: px(width + 1),
    height: px(height + 1),
  })
  if (cell === undefined) {
    element.style.background = '#fff'
    return element
  }
  paint(element, cell.style)
  if (cell.bar) element.append(drawBar(cell.bar))
  if (cell.isTicked !== undefined) element.append(drawBox(cell.isTicked, cell))
  if (cell.text === '') return element
  const text = box(cell.isWrapped ? 'print-text wrapped' : 'print-text', {
    width: px(width + free),
    alignItems: cell.vertical,
    justifyContent: cell.align,
    textAlign: cell.align,
  })
  const inner = document.createElement('span')
  inner.textContent = cell.text
  write(inner, cell.style)
  text.append(inner)
  element.append(text)
  return element
}

function drawBar({ color, value, startPoint, isGradient }: DataBar): HTMLElement {
  const isBelow = value < 0
  const side = isBelow ? startPoint : 100 - startPoint
  const width = (side * Math.min(100, Math.abs(value))) / 100
  const bar = box('print-bar', {
    left: `${isBelow ? startPoint - width : startPoint}%`,
    width: `${width}%`,
    backgroundColor: color,
  })
  if (isGradient) bar.classList.add(isBelow ? 'fading-left' : 'fading-right')
  return bar
}

function drawBox(isTicked: boolean, { align, vertical }: PrintedCell): HTMLElement {
  const place = box('print-text', { alignItems: vertical, justifyContent: align })
  place.append(box(isTicked ? 'print-box ticked' : 'print-box', {}))
  return place
}

function paint(element: HTMLElement, { bg, bd }: IStyleData): void {
  if (bg?.rgb) element.style.backgroundColor = bg.rgb
  if (!bd) return
  element.style.borderTop = border(bd.t)
  element.style.borderRight = border(bd.r)
  element.style.borderBottom = border(bd.b)
  element.style.borderLeft = border(bd.l)
}

/** Univer's numbers of borders, as in a workbook's file. */
const [DOUBLE, THICK] = [7, 13]
const MEDIUM = new Set([8, 9, 10, 11, 12])
const DOTTED = new Set([2, 3])
const DASHED = new Set([4, 5, 6, 9, 10, 11, 12])

function border(edge: Nullable<IBorderStyleData>): string {
  if (!edge || !edge.s) return ''
  return `${widthOf(edge.s)}px ${kindOf(edge.s)} ${edge.cl?.rgb ?? '#000'}`
}

function widthOf(style: number): number {
  if (style === THICK || style === DOUBLE) return 3
  return MEDIUM.has(style) ? 2 : 1
}

function kindOf(style: number): string {
  if (style === DOUBLE) return 'double'
  if (DOTTED.has(style)) return 'dotted'
  return DASHED.has(style) ? 'dashed' : 'solid'
}

const SMALL = 0.6

function write(element: HTMLElement, style: IStyleData): void {
  const { fs = 11, ff, bl, it, ul, st, cl, va } = style
  const lines = [
    ...(ul?.s === BooleanNumber.TRUE ? ['underline'] : []),
    ...(st?.s === BooleanNumber.TRUE ? ['line-through'] : []),
  ]
  Object.assign(element.style, {
    fontSize: `${(va ?? BaselineOffset.NORMAL) === BaselineOffset.NORMAL ? fs : fs * SMALL}pt`,
    fontFamily: ff ? `${JSON.stringify(ff)}, Arial, sans-serif` : '',
    fontWeight: bl === BooleanNumber.TRUE ? '700' : '',
    fontStyle: it === BooleanNumber.TRUE ? 'italic' : '',
    textDecoration: lines.join(' '),
    color: cl?.rgb ?? '',
  })
}
