import { LIMITS } from './limits.js'

/** One end of an A1 reference, zero-based. A whole row has no column, and a whole column no row. */
export interface A1End {
  readonly row?: number
  readonly column?: number
  readonly isRowFixed: boolean
  readonly isColumnFixed: boolean
}

/** A reference in a formula. */
export interface A1Reference {
  /** The name of the sheet, if the reference has one. */
  readonly sheet?: string
  readonly from: A1End
  /** The other end, if it is a range. */
  readonly to?: A1End
  /** The reference as it was typed. */
  readonly text: string
}

/** A name of cells or of a formula, as a formula has it. */
export interface A1Name {
  readonly name: string
}

const CELL = String.raw`\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}`
const COLUMN = String.raw`\$?[A-Za-z]{1,3}`
const ROW = String.raw`\$?[1-9][0-9]{0,6}`
const NAME = String.raw`[\p{L}_][\p{L}\p{N}_.]*`
const QUOTED = `'(?:[^']|'')*'`
const REFERENCE = String.raw`(?<sheet>(?:${QUOTED}|${NAME})!)?(?<ends>${CELL}(?::${CELL})?|${COLUMN}:${COLUMN}|${ROW}:${ROW})(?![\p{L}\p{N}_.(!$'\[])`
// The order matters: parts that may contain something like a reference come first.
const TOKEN = new RegExp(
  [
    `"(?:[^"]|"")*"?`,
    String.raw`\[[^\]]*\]?[\p{L}\p{N}_.$!:]*`,
    String.raw`#[A-Z0-9/]+[!?]?[\p{L}\p{N}_.$:]*`,
    REFERENCE,
    `${QUOTED}!?`,
    String.raw`[\p{L}\p{N}_.$\\?]+`,
    String.raw`[\s\S]`,
  ].join('|'),
  'gu',
)
const WORD = /^[\p{L}_][\p{L}\p{N}_.]*$/u
/** What makes a word before it something else: a function, a sheet or a table. */
const OF_OTHERS = /^(?:\s*\(|[![$\\?])/
const END = /^(\$?)([A-Za-z]*)(\$?)([0-9]*)$/
const BARE_NAME = new RegExp(`^${NAME}$`, 'u')
const VALUES = /^(?:TRUE|FALSE)$/i
const LIKE_A_CELL = /^(?:[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|[RrCc])$/
const MAX_ROWS = 1_048_576
const MAX_COLUMNS = 16_384

/**
 * Splits a formula into its references and the text around them. Texts, names, functions and errors
 * stay as they are.
 */
export const scanFormula = (formula: string): (string | A1Reference)[] =>
  scanNames(formula, () => false) as (string | A1Reference)[]

/** Does the same, and splits off the names as well. @param isName whether a word is a name */
export const scanNames = (
  formula: string,
  isName: (word: string) => boolean,
): (string | A1Reference | A1Name)[] => [...partsOf(formula, isName)]

function* partsOf(
  formula: string,
  isName: (word: string) => boolean,
): Generator<string | A1Reference | A1Name> {
  let text = ''
  for (const { 0: token, index, groups } of formula.matchAll(TOKEN)) {
    const found =
      readReference(token, groups?.['sheet'], groups?.['ends']) ??
      (isName(token) && isWord(token, formula, index) ? { name: token } : null)
    if (found === null) {
      text += token
    } else {
      yield text
      yield found
      text = ''
    }
  }
  yield text
}

const isWord = (token: string, formula: string, index: number): boolean =>
  WORD.test(token) && !OF_OTHERS.test(formula.slice(index + token.length, index + token.length + 9))

/** Returns whether a text can be the name of cells or of a formula: it is a word, and nothing else in a formula. @see SHEET.md SH153 */
export const isNameText = (text: string): boolean =>
  text.length <= LIMITS.nameTextCharacters &&
  WORD.test(text) &&
  !LIKE_A_CELL.test(text) &&
  !VALUES.test(text)

/** Returns whether a text is references alone, with commas between them. @example isOfCells("'Sheet 1'!$A$1,Plan!$C:$C") // true */
export function isOfCells(text: string): boolean {
  for (const part of partsOf(text, () => false)) {
    if (typeof part === 'string' && part !== '' && part !== ',') return false
  }
  return /\w/.test(text)
}

function readReference(
  text: string,
  sheet: string | undefined,
  ends: string | undefined,
): A1Reference | null {
  if (ends === undefined) return null
  const [from, to] = ends.split(':').map(readEnd)
  if (from === null || from === undefined || to === null) return null
  return {
    text,
    from,
    ...(to === undefined ? {} : { to }),
    ...(sheet === undefined ? {} : { sheet: unquote(sheet.slice(0, -1)) }),
  }
}

function readEnd(text: string): A1End | null {
  const [, first = '', letters = '', second = '', digits = ''] = END.exec(text) ?? []
  if (letters === '' && digits === '') return null
  const row = Number(digits) - 1
  const column = columnIndex(letters)
  if (row >= MAX_ROWS || column >= MAX_COLUMNS) return null
  // Without a letter, as in `$1:$2`, the only dollar belongs to the row.
  return {
    ...(digits === '' ? {} : { row }),
    ...(letters === '' ? {} : { column }),
    isRowFixed: (letters === '' ? first : second) === '$',
    isColumnFixed: letters !== '' && first === '$',
  }
}

/** @example printEnd({ row: 1, column: 0, isRowFixed: true, isColumnFixed: false }) // 'A$2' */
export function printEnd({ row, column, isRowFixed, isColumnFixed }: A1End): string {
  const letters = column === undefined ? '' : `${isColumnFixed ? '$' : ''}${columnLetters(column)}`
  return row === undefined ? letters : `${letters}${isRowFixed ? '$' : ''}${row + 1}`
}

/** Returns a sheet's name as a formula has it, in quotes if they are needed. */
export function printSheet(name: string): string {
  if (BARE_NAME.test(name) && !LIKE_A_CELL.test(name)) return name
  return `'${name.replaceAll("'", "''")}'`
}

const unquote = (name: string): string =>
  name.startsWith("'") ? name.slice(1, -1).replaceAll("''", "'") : name

function columnIndex(letters: string): number {
  let number = 0
  for (const letter of letters.toUpperCase()) number = number * 26 + letter.charCodeAt(0) - 64
  return number - 1
}

function columnLetters(column: number): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  }
  return letters
}
