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
  /** How many of the columns are those of each page, with others between them and the rest; 0 without these. */
  readonly apart: number
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
  readonly repeatedRows: readonly Line[]
  /** The columns that are at the left of each page. */
  readonly repeatedColumns: readonly Line[]
}

interface Room {
  readonly roomWidth: number
  readonly roomHeight: number
}

/** The smallest that a person can read at all. */
const LEAST_SCALE = 0.1
/** How much of a page repeated rows, or columns, can take. */
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
  const down = divide(printed.rows, printed.repeatedRows, height, MOST_ROWS)
  const right = divide(printed.columns, printed.repeatedColumns, width, MOST_COLUMNS)
  const page = (at: number): PrintedPage => {
    const across = Math.floor(at / down.parts.length)
    return {
      rows: [...down.repeated, ...down.parts[at % down.parts.length]!],
      columns: [...right.repeated, ...right.parts[across]!],
      apart: across === 0 && right.isNext ? 0 : right.repeated.length,
    }
  }
  return { scale, count: down.parts.length * right.parts.length, page }
}

/** The lines of each page, beside those that are on all of them. */
interface Divided {
  readonly repeated: readonly Line[]
  readonly parts: readonly (readonly Line[])[]
  /** Whether the first part follows the repeated lines on the sheet as well. */
  readonly isNext: boolean
}

/** Divides lines into those of each page. Repeated ones that take too much of a page are on none but their own. */
function divide(
  lines: readonly Line[],
  repeated: readonly Line[],
  room: number,
  most: number,
): Divided {
  const taken = total(repeated)
  if (taken > room * MOST_REPEATED) return divide(lines, [], room, most)
  const others = without(lines, repeated)
  const parts = others.length === 0 ? [[]] : groups(others, room - taken, most)
  return { repeated, parts, isNext: others.length < lines.length }
}

function scaleOf(printed: Printed, room: Room, size: PrintSize): number {
  if (typeof size === 'number') return size / 100
  const { rows, repeatedRows, columns, repeatedColumns } = printed
  const height = total(repeatedRows) + total(without(rows, repeatedRows))
  const width = total(repeatedColumns) + total(without(columns, repeatedColumns))
  const ofWidth = room.roomWidth / Math.max(1, width)
  const ofHeight = size === 'page' ? room.roomHeight / Math.max(1, height) : 1
  return Math.max(LEAST_SCALE, Math.min(1, ofWidth, ofHeight))
}

function without(lines: readonly Line[], others: readonly Line[]): readonly Line[] {
  const known = new Set(others.map(({ at }) => at))
  return lines.filter(({ at }) => !known.has(at))
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
