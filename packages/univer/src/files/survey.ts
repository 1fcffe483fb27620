import { strFromU8 } from 'fflate'
import { parseCellRef } from 'hucre/xlsx'
import { FILE_LIMITS } from './limits.js'
import { FileProblem } from './problem.js'
import { textIn } from './rule-attributes.js'

/** How much the XML of a part of a workbook has. */
export interface Survey {
  readonly cells: number
  /** The cells of the smallest rectangle from A1 on that has all of them, as far as they say where they are. */
  readonly places: number
}

const LESS = 0x3c
const GREATER = 0x3e
const COLON = 0x3a
const QUOTES: ReadonlySet<number | undefined> = new Set([0x22, 0x27])
const BANG = 0x21
const UPPER_D = 0x44
const END_OF_NAME: ReadonlySet<number | undefined> = new Set([
  ...[' ', '\t', '\n', '\r', '/', '>', '<'].map((end) => end.charCodeAt(0)),
  undefined,
])
const CELL = 'c'
const CELL_OF_ODS = 'table-cell'
const ROW = 'row'
/** More than one, or one within another attribute, can only make the rectangle larger. */
const REFERENCE = /\sr\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/**
 * Looks through XML before it is parsed, whatever the part is called, and its elements' prefix is: a workbook may call both
 * as it likes. Stops once there are too many cells.
 *
 * @throws {FileProblem} on a document type
 */
export function survey(bytes: Uint8Array): Survey {
  const extent = new Extent()
  let cells = 0
  const { cells: most } = FILE_LIMITS
  for (let at = bytes.indexOf(LESS); at !== -1 && cells <= most; at = bytes.indexOf(LESS, at + 1)) {
    if (bytes[at + 1] === BANG && bytes[at + 2] === UPPER_D) throw new FileProblem('declarations')
    const [from, to] = localName(bytes, at + 1)
    const length = to - from
    if (length !== CELL.length && length !== ROW.length && length !== CELL_OF_ODS.length) continue
    const name = strFromU8(bytes.subarray(from, to), true)
    if (name === CELL || name === CELL_OF_ODS) cells += 1
    if (name === CELL) extent.cell(referencesIn(bytes, to))
    else if (name === ROW) extent.row(referencesIn(bytes, to))
  }
  return { cells, places: extent.places }
}

/** Returns where a name begins after its prefix, and where it ends. */
function localName(bytes: Uint8Array, at: number): readonly [from: number, to: number] {
  let [from, to] = [at, at]
  for (; !END_OF_NAME.has(bytes[to]); to += 1) if (bytes[to] === COLON) from = to + 1
  return [from, to]
}

/** Returns what an element says of its place, from the end of its name on. */
function referencesIn(bytes: Uint8Array, from: number): readonly string[] {
  let quote: number | undefined
  let to = from
  // No value has the sign with which an element begins, but it may have the one with which it ends.
  for (; to < bytes.length && bytes[to] !== LESS; to += 1) {
    const byte = bytes[to]
    if (quote === undefined && byte === GREATER) break
    if (byte === quote) quote = undefined
    else if (quote === undefined && QUOTES.has(byte)) quote = byte
  }
  const text = strFromU8(bytes.subarray(from, to), true)
  return [...text.matchAll(REFERENCE)].map(([, one, other]) => textIn(one ?? other ?? ''))
}

/** How far the cells of a sheet reach. */
class Extent {
  #row = 0
  #column = 0
  #rows = 0
  #columns = 0

  get places(): number {
    return this.#rows * this.#columns
  }

  row(said: readonly string[]): void {
    const rows = said.map(Number).filter(Number.isInteger)
    this.#row = rows.reduce((most, row) => Math.max(most, row), this.#row + 1)
    this.#column = 0
  }

  cell(said: readonly string[]): void {
    const known = said.map(parseCellRef).filter(({ row, col }) => Number.isInteger(row + col))
    this.#column = known.reduce((most, { col }) => Math.max(most, col + 1), this.#column + 1)
    const least = Math.max(this.#rows, this.#row)
    this.#rows = known.reduce((most, { row }) => Math.max(most, row + 1), least)
    this.#columns = Math.max(this.#columns, this.#column)
  }
}
