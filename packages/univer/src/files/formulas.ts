import { printEnd, printSheet, scanFormula, type A1End, type A1Reference } from '../document/a1.js'
import { LIMITS } from '../document/limits.js'
import { xmlText } from './xml-text.js'
import { KNOWN_FUNCTIONS, LATER_FUNCTIONS, LATER_SHEET_FUNCTIONS } from './functions.js'

// A doubled quote ends one match and begins the next. A group that repeats for each character would exceed the stack.
const TEXTS = String.raw`"[^"]*"|'[^']*'`
const PREFIX = new RegExp(`${TEXTS}|_xl(?:fn|ws|udf|pm)\\.`, 'g')
const CALL = new RegExp(
  String.raw`${TEXTS}|(?<![\p{L}\p{N}_.])([\p{L}_][\p{L}\p{N}_.]*)(?=\()`,
  'gu',
)
const BRACKET = new RegExp(String.raw`${TEXTS}|\[`, 'g')
const EXTERNAL = new RegExp(String.raw`"[^"]*"|'?\[\d+\]`, 'g')
const MAX_ROWS = 1_048_576
const MAX_COLUMNS = 16_384

/** Why a formula can't be calculated here. */
export type Foreign = 'external' | 'unknown'

/** Returns a file's formula as it is written here, with `=`. @param text without `=` */
export function readFormula(text: string): string {
  return `=${text.replaceAll(PREFIX, (found) => (found.startsWith('_xl') ? '' : found))}`
}

/** Returns a formula as a file has it, without `=`. */
export function writeFormula(formula: string): string {
  return xmlText(formula)
    .slice(1)
    .replaceAll(CALL, (found, name?: string) =>
      name === undefined ? found : prefixOf(name.toUpperCase()) + found,
    )
}

function prefixOf(name: string): string {
  if (LATER_SHEET_FUNCTIONS.has(name)) return '_xlfn._xlws.'
  return LATER_FUNCTIONS.has(name) ? '_xlfn.' : ''
}

/** Returns why a formula can't be calculated here; `undefined` if it can. @see SHEET.md FL4 */
export function foreignIn(formula: string): Foreign | undefined {
  // A file may have one of megabytes.
  if (formula.length > LIMITS.formulaCharacters) return 'unknown'
  const isFound = (pattern: RegExp) =>
    [...formula.matchAll(pattern)].some(([found]) => found.includes('[') && !/^["']/.test(found))
  if ([...formula.matchAll(EXTERNAL)].some(([found]) => !found.startsWith('"'))) return 'external'
  // References to tables, such as `Sales[Amount]`.
  if (isFound(BRACKET)) return 'unknown'
  const names = [...formula.matchAll(CALL)].flatMap(([, name]) =>
    name === undefined ? [] : [name.toUpperCase()],
  )
  return names.every((name) => KNOWN_FUNCTIONS.has(name)) ? undefined : 'unknown'
}

/**
 * Returns a formula as it is some cells further, as files share one formula among many cells: references
 * move along unless they are fixed.
 */
export function moveFormula(formula: string, rows: number, columns: number): string {
  return scanFormula(formula)
    .map((part) => (typeof part === 'string' ? part : moveReference(part, rows, columns)))
    .join('')
}

function moveReference({ sheet, from, to }: A1Reference, rows: number, columns: number): string {
  const ends = (to === undefined ? [from] : [from, to]).map((end) => moveEnd(end, rows, columns))
  const prefix = sheet === undefined ? '' : `${printSheet(sheet)}!`
  return prefix + ends.map(printEnd).join(':')
}

function moveEnd(end: A1End, rows: number, columns: number): A1End {
  const { row, column, isRowFixed, isColumnFixed } = end
  return {
    ...end,
    ...(row === undefined || isRowFixed ? {} : { row: wrap(row + rows, MAX_ROWS) }),
    ...(column === undefined || isColumnFixed
      ? {}
      : { column: wrap(column + columns, MAX_COLUMNS) }),
  }
}

/** Beyond the edge of a sheet, references go on at the opposite one. */
const wrap = (at: number, count: number): number => ((at % count) + count) % count

/** Returns the reference that a text is; `undefined` if it has anything else. @example referenceIn('Data!$A$1:$B$9') */
export function referenceIn(text: string): A1Reference | undefined {
  const parts = scanFormula(`=${text}`).filter((part) => part !== '')
  const [before, reference] = parts
  const isOne = parts.length === 2 && before === '=' && typeof reference !== 'string'
  return isOne ? reference : undefined
}
