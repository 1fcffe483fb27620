import type { PrintSize } from './paper.js'

/** A row or a column, and its height or width in CSS pixels. */
export interface Line {
  readonly at: number
  readonly px: number
}

/** The rows and columns of a page. */
export interface PrintedPage {
  readonly rows: readonly Line[]
  readonly columns: readonly Line[]
}

/** All pages, and how much smaller or larger cells are on them. There may be a million. */
export interface Pages {
  readonly scale: number
  readonly count: number
  readonly page: (at: number) => PrintedPage
}

/** What is printed of a sheet. */
export interface Printed {
  /** Without hidden ones. */
  readonly rows: readonly Line[]
  readonly columns: readonly Line[]
  /** The rows that are at the top of each page. */
  readonly repeated: readonly Line[]
}

interface Room {
  readonly roomWidth: number
  readonly roomHeight: number
}

/** The smallest that a person can read at all. */
const LEAST_SCALE = 0.1
/** How much of a page repeated rows can take. */
const MOST_REPEATED = 0.5
/** On one page; more are so low or narrow that nobody sees them, and a browser would draw for minutes. */
const MOST_ROWS = 1_000
const MOST_COLUMNS = 250

/**
 * Divides cells into pages: first down, then on to the right. A row or column is on one page as a whole, unless
 * it alone is larger than a page.
 *
 * @see OFFICE.md OF93
 */
export function pagesOf(printed: Printed, room: Room, size: PrintSize): Pages {
  const scale = scaleOf(printed, room, size)
  const [width, height] = [room.roomWidth / scale, room.roomHeight / scale]
  const repeatedPx = total(printed.repeated)
  const repeated = repeatedPx <= height * MOST_REPEATED ? printed.repeated : []
  const taken = repeated.length === 0 ? 0 : repeatedPx
  const known = new Set(repeated.map(({ at }) => at))
  const rows = printed.rows.filter(({ at }) => !known.has(at))
  const down = rows.length === 0 ? [[]] : groups(rows, height - taken, MOST_ROWS)
  const right = groups(printed.columns, width, MOST_COLUMNS)
  const page = (at: number): PrintedPage => ({
    rows: [...repeated, ...down[at % down.length]!],
    columns: right[Math.floor(at / down.length)]!,
  })
  return { scale, count: down.length * right.length, page }
}

function scaleOf({ rows, columns, repeated }: Printed, room: Room, size: PrintSize): number {
  if (typeof size === 'number') return size / 100
  const known = new Set(repeated.map(({ at }) => at))
  const height = total(repeated) + total(rows.filter(({ at }) => !known.has(at)))
  const ofWidth = room.roomWidth / Math.max(1, total(columns))
  const ofHeight = size === 'page' ? room.roomHeight / Math.max(1, height) : 1
  return Math.max(LEAST_SCALE, Math.min(1, ofWidth, ofHeight))
}

/** Divides lines so that each group fits, and has at most so many. */
function groups(lines: readonly Line[], room: number, most: number): Line[][] {
  const all: Line[][] = []
  let left = 0
  for (const line of lines) {
    // A fraction of a pixel is from the size of the paper.
    const isFull = line.px > left + 0.5 || all.at(-1)?.length === most
    if (all.length === 0 || isFull) {
      all.push([])
      left = room
    }
    all.at(-1)!.push(line)
    left -= line.px
  }
  return all
}

const total = (lines: readonly Line[]): number => lines.reduce((sum, { px }) => sum + px, 0)
