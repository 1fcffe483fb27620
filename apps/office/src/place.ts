import type { Json } from '@whereabouts/client'

/** A cell by its zero-based row and column. */
export interface Cell {
  readonly row: number
  readonly column: number
}

/** Cells from the upper left to the lower right one, both included. */
export interface Range {
  readonly from: Cell
  readonly to: Cell
}

/** Where in the workbook somebody is. @see PROTOCOL.md SH1 */
export interface Place {
  /** The id of the sheet, the same in every browser. */
  readonly sheet: string
  readonly cell: Cell
  /** What is selected, if it is more than the cell. */
  readonly range?: Range
  /** What is being typed into the cell; empty when the editor is open without text. */
  readonly typing?: string
}

const MAX_LOCATION_BYTES = 1_024
const MAX_SHEET_ID_CHARACTERS = 64
// The largest sheet that any spreadsheet program knows: XFD1048576.
const MAX_ROWS = 1_048_576
const MAX_COLUMNS = 16_384
const CELL = /^([A-Z]{1,3})([1-9][0-9]{0,6})$/
const ELLIPSIS = '…'

/** @example formatCell({ row: 4, column: 2 }) // 'C5' */
export function formatCell({ row, column }: Cell): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  }
  return `${letters}${row + 1}`
}

/** Reads `C5`; `undefined` if it isn't a cell of any sheet. */
export function parseCell(text: string): Cell | undefined {
  const match = CELL.exec(text)
  if (match === null) return undefined
  let column = 0
  for (const letter of match[1]!) column = column * 26 + letter.charCodeAt(0) - 64
  const row = Number(match[2])
  return row <= MAX_ROWS && column <= MAX_COLUMNS ? { row: row - 1, column: column - 1 } : undefined
}

/** @example formatRange({ from: { row: 4, column: 2 }, to: { row: 8, column: 3 } }) // 'C5:D9' */
function formatRange({ from, to }: Range): string {
  return `${formatCell(from)}:${formatCell(to)}`
}

/** Reads `C5:D9`; `undefined` if it isn't a range, or runs backwards. */
export function parseRange(text: string): Range | undefined {
  const [first, last, ...more] = text.split(':')
  if (first === undefined || last === undefined || more.length > 0) return undefined
  const from = parseCell(first)
  const to = parseCell(last)
  if (from === undefined || to === undefined) return undefined
  return from.row <= to.row && from.column <= to.column ? { from, to } : undefined
}

/**
 * What is sent for a place; text that is being typed is cut so that the whole keeps within 1,024
 * bytes.
 *
 * @example {"sheet":"sheet-1","cell":"C5","range":"C5:D9","typing":"=SUM("}
 * @see PROTOCOL.md SH1, NM6
 */
export function toLocation({ sheet, cell, range, typing }: Place): Json {
  const location = {
    sheet,
    cell: formatCell(cell),
    ...(range === undefined ? {} : { range: formatRange(range) }),
  }
  if (typing === undefined) return location
  const room = MAX_LOCATION_BYTES - jsonBytes({ ...location, typing: '' })
  return { ...location, typing: cutToBytes(typing, room) }
}

/**
 * The place that somebody's location says; `undefined` for anything else, since a location is
 * whatever a stranger posted.
 *
 * @see PROTOCOL.md SH10
 */
export function parsePlace(location: unknown): Place | undefined {
  if (typeof location !== 'object' || location === null) return undefined
  const { sheet, cell, range, typing } = location as { readonly [field: string]: unknown }
  if (typeof sheet !== 'string' || typeof cell !== 'string') return undefined
  if (sheet === '' || sheet.length > MAX_SHEET_ID_CHARACTERS) return undefined
  const at = parseCell(cell)
  if (at === undefined) return undefined
  const selected = typeof range === 'string' ? parseRange(range) : undefined
  return {
    sheet,
    cell: at,
    ...(selected === undefined ? {} : { range: selected }),
    ...(typeof typing === 'string' ? { typing } : {}),
  }
}

const utf8 = new TextEncoder()

function jsonBytes(value: Json): number {
  return utf8.encode(JSON.stringify(value)).length
}

function cutToBytes(text: string, maxBytes: number): string {
  const ellipsisBytes = utf8.encode(ELLIPSIS).length
  let bytes = 0
  let cutAt = 0
  let end = 0
  // By code point, so that no surrogate pair is torn; and no further than what fits, since a whole
  // table may have been pasted.
  for (const character of text) {
    bytes += jsonBytes(character) - 2
    if (bytes > maxBytes) return text.slice(0, cutAt) + ELLIPSIS
    end += character.length
    if (bytes <= maxBytes - ellipsisBytes) cutAt = end
  }
  return text
}
