import { LIMITS, type CellRange, type Style } from '../document/index.js'
import { complete, type Work } from '../slices.js'
import { readDelimited } from './delimited.js'
import { readTyped, type Typed } from './typed.js'
import { TEXTS, type Sentence } from '../texts.js'

/** A cell that is about to be pasted. */
export interface PastedCell extends Typed {
  /** The text that the other program showed, for a cell with the text format. */
  readonly text: string
  /** The cell's complete style; `undefined` keeps the style of the cell that is pasted over. */
  readonly s?: Style
  /** Whether the formula's references are as if the copied cells began at A1. */
  readonly isRelative?: boolean
  /** Whether the content of the cell that is pasted over stays. */
  readonly isStyleOnly?: boolean
}

/** A table that is about to be pasted. */
export interface PastedTable {
  readonly rows: readonly (readonly PastedCell[])[]
  /** The number of columns of the longest row. */
  readonly columns: number
  readonly merges: readonly CellRange[]
  /** The widths that the other program gave, in pixels. */
  readonly widths: { readonly [column: number]: number }
}

/** A paste that isn't possible. */
export class CannotPaste extends Error {
  override readonly name = 'CannotPaste'

  /** @param why for the person who pastes */
  constructor(readonly why: Sentence) {
    super(why(TEXTS))
  }
}

/** Reads plain text. @see OFFICE.md SH20, SH21 */
export const readText = (text: string): PastedTable => complete(readingText(text))

/** Reads plain text row by row. */
export function* readingText(text: string): Work<PastedTable> {
  const texts = readDelimited(clean(text))
  const columns = texts.reduce((most, row) => Math.max(most, row.length), 0)
  checkSize(texts.length, columns)
  const rows: PastedCell[][] = []
  for (const row of texts) {
    rows.push(row.map(readCell))
    yield
  }
  return { rows, columns, merges: [], widths: {} }
}

/** Returns a table with one cell, whatever the text. */
export const textTable = (text: string): PastedTable => ({
  rows: [[readCell(clean(text))]],
  columns: 1,
  merges: [],
  widths: {},
})

/** Returns text that every client can store: without NUL and lone surrogates. */
export const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/**
 * @throws {CannotPaste} if it is too large for one paste
 * @see OFFICE.md SH25
 */
export function checkSize(rows: number, columns: number): void {
  if (rows * columns <= LIMITS.pastedCells) return
  throw new CannotPaste((texts) => texts.pasteTooLarge(LIMITS.pastedCells))
}

const readCell = (text: string): PastedCell => ({ ...readTyped(text), text })
