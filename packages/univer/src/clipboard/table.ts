import { LIMITS, type CellRange, type Style } from '../document/index.js'
import { readDelimited } from './delimited.js'
import { readTyped, type Typed } from './typed.js'

/** A cell that is about to be pasted. */
export interface PastedCell extends Typed {
  /** What the other program showed, for a cell that takes all that it gets as text. */
  readonly text: string
  /** All of the cell's style; `undefined` leaves the style of the cell that is pasted over. */
  readonly s?: Style
  /** Whether the formula reads as if what was copied began at A1. */
  readonly isRelative?: boolean
  /** Whether the content of the cell that is pasted over stays. */
  readonly isStyleOnly?: boolean
}

/** What is about to be pasted. */
export interface PastedTable {
  readonly rows: readonly (readonly PastedCell[])[]
  /** Of the longest row. */
  readonly columns: number
  readonly merges: readonly CellRange[]
  /** In pixels, of the columns whose width the other program said. */
  readonly widths: { readonly [column: number]: number }
}

/** Why something can't be pasted; its message is for whoever pastes. */
export class CannotPaste extends Error {
  override readonly name = 'CannotPaste'
}

/** Reads plain text. @see OFFICE.md SH20, SH21 */
export function readText(text: string): PastedTable {
  const rows = readDelimited(clean(text))
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0)
  checkSize(rows.length, columns)
  return { rows: rows.map((row) => row.map(readCell)), columns, merges: [], widths: {} }
}

/** A text as one cell, whatever is in it. */
export const textTable = (text: string): PastedTable => ({
  rows: [[readCell(clean(text))]],
  columns: 1,
  merges: [],
  widths: {},
})

/** Text that every client can keep: without NUL and halves of characters. */
export const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/** @throws {CannotPaste} if it is more than is pasted at once. @see OFFICE.md SH25 */
export function checkSize(rows: number, columns: number): void {
  if (rows * columns <= LIMITS.pastedCells) return
  const most = LIMITS.pastedCells.toLocaleString('en')
  throw new CannotPaste(`That is more than ${most} cells. Paste it in smaller parts.`)
}

const readCell = (text: string): PastedCell => ({ ...readTyped(text), text })
