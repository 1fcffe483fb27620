/** A cell by its zero-based row and column. */
export interface Cell {
  readonly row: number
  readonly column: number
}

/** A range of cells, inclusive, from the upper left to the lower right. */
export interface Range {
  readonly from: Cell
  readonly to: Cell
}

/** A member's place in the workbook, independent of current positions. @see OFFICE.md SH1 */
export interface Place {
  /** The id of the sheet, the same in every browser. */
  readonly sheet: string
  /** The key of the cell. @see SHEET.md SD6, SD14 */
  readonly cell: string
  /** The keys of the first and last selected cell, if more than one is selected. */
  readonly range?: readonly [from: string, to: string]
  /** The text being typed into the cell; empty if the editor is open without text. */
  readonly typing?: string
}

/**
 * A place as it travels: keys instead of objects, and no longer than 1,024 bytes of JSON.
 *
 * @example {"sheet":"sheet-1","cell":"4:2","range":"4:2..8:3","typing":"=SUM("}
 */
// A type, not an interface, so that it is assignable to JSON.
export type PlaceLocation = {
  readonly sheet: string
  readonly cell: string
  readonly range?: string
  readonly typing?: string
}

const MAX_LOCATION_BYTES = 1_024
const MAX_SHEET_ID_CHARACTERS = 64
const KEY = /^[0-9a-z-]{1,40}:[0-9a-z-]{1,40}$/
const BETWEEN_KEYS = '..'
const ELLIPSIS = '…'

/** @example formatCell({ row: 4, column: 2 }) // 'C5' */
export function formatCell({ row, column }: Cell): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  }
  return `${letters}${row + 1}`
}

/**
 * Returns a place as it is sent. Typed text is cut to keep the JSON within 1,024 bytes.
 *
 * @example {"sheet":"sheet-1","cell":"4:2","range":"4:2..8:3","typing":"=SUM("}
 * @see OFFICE.md SH1, NM6
 */
export function toLocation({ sheet, cell, range, typing }: Place): PlaceLocation {
  const location = {
    sheet,
    cell,
    ...(range === undefined ? {} : { range: range.join(BETWEEN_KEYS) }),
  }
  if (typing === undefined) return location
  const room = MAX_LOCATION_BYTES - jsonBytes({ ...location, typing: '' })
  return { ...location, typing: cutToBytes(typing, room) }
}

/**
 * Parses a member's location; returns `undefined` if it isn't a place, since a stranger can post
 * any location.
 *
 * @see OFFICE.md SH10
 */
export function parsePlace(location: unknown): Place | undefined {
  if (typeof location !== 'object' || location === null) return undefined
  const { sheet, cell, range, typing } = location as { readonly [field: string]: unknown }
  if (typeof sheet !== 'string' || typeof cell !== 'string') return undefined
  if (sheet === '' || sheet.length > MAX_SHEET_ID_CHARACTERS) return undefined
  if (!KEY.test(cell)) return undefined
  const selected = typeof range === 'string' ? parseRange(range) : undefined
  return {
    sheet,
    cell,
    ...(selected === undefined ? {} : { range: selected }),
    ...(typeof typing === 'string' ? { typing } : {}),
  }
}

function parseRange(text: string): readonly [from: string, to: string] | undefined {
  const [from, to, ...more] = text.split(BETWEEN_KEYS)
  if (from === undefined || to === undefined || more.length > 0) return undefined
  return KEY.test(from) && KEY.test(to) ? [from, to] : undefined
}

const utf8 = new TextEncoder()

function jsonBytes(value: PlaceLocation | string): number {
  return utf8.encode(JSON.stringify(value)).length
}

function cutToBytes(text: string, maxBytes: number): string {
  const ellipsisBytes = utf8.encode(ELLIPSIS).length
  let bytes = 0
  let cutAt = 0
  let end = 0
  // Code points keep surrogate pairs whole; the loop ends early, since the text may be a whole
  // pasted table.
  for (const character of text) {
    bytes += jsonBytes(character) - 2
    if (bytes > maxBytes) return text.slice(0, cutAt) + ELLIPSIS
    end += character.length
    if (bytes <= maxBytes - ellipsisBytes) cutAt = end
  }
  return text
}
