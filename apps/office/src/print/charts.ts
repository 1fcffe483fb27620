import type { Line, PrintedPage } from './pages.js'

/** A chart over the cells of a sheet. */
export interface PrintedChart {
  /** Where it begins: pixels right of and below the corner of a cell. */
  readonly place: {
    readonly row: number
    readonly column: number
    readonly x: number
    readonly y: number
  }
  readonly size: { readonly width: number; readonly height: number }
  /** Returns a new drawing. */
  readonly draw: () => Element
}

/** The lines of a sheet that are printed, by position. */
export interface SheetLines {
  rows(start: number, end: number): readonly Line[]
  columns(start: number, end: number): readonly Line[]
}

/** A part of a page, and how far a chart is from its corner. */
interface Part {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly x: number
  readonly y: number
}

/** Returns the last cell that a chart covers. */
export function endOfChart(
  { place: { row, column, x, y }, size }: PrintedChart,
  lines: SheetLines,
): { readonly row: number; readonly column: number } {
  return {
    row: lineAt(lines.rows(row, Number.MAX_SAFE_INTEGER), y + size.height) ?? row,
    column: lineAt(lines.columns(column, Number.MAX_SAFE_INTEGER), x + size.width) ?? column,
  }
}

function lineAt(lines: readonly Line[], place: number): number | undefined {
  let end = 0
  return (lines.find(({ px }) => (end += px) >= place) ?? lines.at(-1))?.at
}

/**
 * Returns where a chart is on a page; `undefined` if none of it is. Rows that are repeated on each page have no charts there,
 * unless they are those before the others.
 */
export function chartOnPage(
  { place, size }: PrintedChart,
  page: Pick<PrintedPage, 'rows' | 'columns'>,
  lines: SheetLines,
): Part | undefined {
  const down = along(page.rows, lines.rows(0, lastOf(page.rows)), place.row, place.y, size.height)
  const across = along(
    page.columns,
    lines.columns(0, lastOf(page.columns)),
    place.column,
    place.x,
    size.width,
  )
  if (down === undefined || across === undefined) return undefined
  return {
    left: across.from,
    top: down.from,
    width: across.size,
    height: down.size,
    x: across.begin - across.from,
    y: down.begin - down.from,
  }
}

const lastOf = (lines: readonly Line[]): number => lines.at(-1)?.at ?? -1

/** Returns the part of the page whose lines follow each other as in the sheet, and where something begins on it. */
function along(
  page: readonly Line[],
  sheet: readonly Line[],
  at: number,
  offset: number,
  length: number,
): { readonly from: number; readonly size: number; readonly begin: number } | undefined {
  const starts = startsOf(sheet)
  const places = startsOf(page)
  const end = page.reduce((sum, { px }) => sum + px, 0)
  const lastLine = page.at(-1)
  if (lastLine === undefined) return undefined
  const shift = places.get(lastLine.at)! - starts.get(lastLine.at)!
  const first = page.find((line) => places.get(line.at)! - (starts.get(line.at) ?? 0) === shift)!
  const from = places.get(first.at)!
  const before = starts.get(at) ?? nextStart(sheet, at)
  const begin = before + offset + shift
  const isOn = begin < end && begin + length > from
  return isOn ? { from, size: end - from, begin } : undefined
}

function startsOf(lines: readonly Line[]): ReadonlyMap<number, number> {
  let start = 0
  return new Map(
    lines.map(({ at, px }) => {
      const own = start
      start += px
      return [at, own]
    }),
  )
}

/** Returns where a line would begin that is hidden, or after all others. */
const nextStart = (lines: readonly Line[], at: number): number =>
  lines.reduce((sum, line) => (line.at < at ? sum + line.px : sum), 0)
