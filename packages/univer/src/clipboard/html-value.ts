import { CellValueType, numfmt } from '@univerjs/core'
import { isFields } from '../document/index.js'
import { unescapeCss, type Declarations } from './css.js'
import { clean } from './table.js'
import { asText, readTyped, TEXT_PATTERN, type Typed } from './typed.js'

const MAX_JSON_CHARACTERS = 200_000
const MAX_PATTERN_CHARACTERS = 250

/** What Microsoft's names of formats mean; those of dates are as the text shows. */
const NAMED_FORMATS = new Map([
  ['general', undefined],
  ['standard', '#,##0.00'],
  ['fixed', '0.00'],
  ['percent', '0.00%'],
  ['scientific', '0.00E+00'],
])

// Google's numbers for the kinds of a value.
const GOOGLE_STRING = 2
const GOOGLE_NUMBER = 3
const GOOGLE_BOOLEAN = 4

/**
 * What is in a cell of a table: the value that the other program kept beside the text, where it
 * says one; else what the text would mean if it were typed.
 *
 * @param text what the cell shows.
 * @see OFFICE.md SH22, SH23
 */
export function readValue(cell: Element, text: string, css: Declarations): Typed {
  return readGoogle(cell, text) ?? readOffice(cell, text, css)
}

/** @example <td data-sheets-value='{"1":2,"2":"00420"}'> */
function readGoogle(cell: Element, text: string): Typed | undefined {
  const said = readJson(cell.getAttribute('data-sheets-value'))
  if (said === undefined) return undefined
  const { 1: kind, 2: string, 3: number, 4: boolean } = said
  if (kind === GOOGLE_STRING && typeof string === 'string') return asText(clean(string))
  if (kind === GOOGLE_BOOLEAN) return { v: boolean === 1 ? 1 : 0, t: CellValueType.BOOLEAN }
  if (kind !== GOOGLE_NUMBER || typeof number !== 'number') return undefined
  const format = readJson(cell.getAttribute('data-sheets-numberformat'))?.[2]
  return withPattern(number, typeof format === 'string' ? format : undefined, text)
}

/** What Excel, WPS and LibreOffice say. */
function readOffice(cell: Element, text: string, css: Declarations): Typed {
  const format = officeFormat(cell, css)
  const string = cell.getAttribute('x:str')
  if (string !== null) return asText(string === '' ? text : clean(string.replace(/^'/, '')))
  if (format === TEXT_PATTERN) {
    return text === '' ? { pattern: TEXT_PATTERN } : { ...asText(text), pattern: TEXT_PATTERN }
  }
  const number = cell.getAttribute('x:num') || cell.getAttribute('sdval') || ''
  if (/^BOOLEAN$/i.test(format ?? ''))
    return { v: Number(number) === 0 ? 0 : 1, t: CellValueType.BOOLEAN }
  if (number !== '' && Number.isFinite(Number(number))) {
    return withPattern(Number(number), format, text)
  }
  const typed = readTyped(text)
  return typeof typed.v === 'number' && typed.t === undefined
    ? withPattern(typed.v, format, text)
    : typed
}

/** A number as it was formatted. One that can't be shown that way here is the text that it was. */
function withPattern(v: number, format: string | undefined, text: string): Typed {
  const typed = readTyped(text)
  const isShownAsNumber = typeof typed.v === 'number' || text === ''
  const pattern = usablePattern(format) ?? (isShownAsNumber ? typed.pattern : undefined)
  return pattern === undefined && !isShownAsNumber ? asText(text) : omitUndefined(v, pattern)
}

const omitUndefined = (v: number, pattern: string | undefined): Typed =>
  pattern === undefined ? { v } : { v, pattern }

function officeFormat(cell: Element, css: Declarations): string | undefined {
  const written = css.get('mso-number-format')
  if (written !== undefined) {
    const format = unescapeCss(written)
    const name = format.toLowerCase()
    return NAMED_FORMATS.has(name) ? NAMED_FORMATS.get(name) : format
  }
  // LibreOffice: the language of the number, the language of the format, the format.
  return /^[^;]*;[^;]*;([^]+)$/.exec(cell.getAttribute('sdnum') ?? '')?.[1]
}

function usablePattern(format: string | undefined): string | undefined {
  if (format === undefined || format.length > MAX_PATTERN_CHARACTERS) return undefined
  if (/^general$/i.test(format) || !isEverybodys(format)) return undefined
  return numfmt.isValidFormat(format) ? format : undefined
}

/** Whether a format has none but the letters that mean something in English: `TT.MM.JJJJ` has others. */
function isEverybodys(format: string): boolean {
  const letters = format
    .replace(/"[^"]*"|\[[^\]]*\]|[\\_*][^]/g, '')
    .replace(/general|am\/pm|a\/p|e[+-]/gi, '')
  return !/[a-z]/i.test(letters.replace(/[ymdhs]/gi, ''))
}

function readJson(text: string | null): { readonly [field: number]: unknown } | undefined {
  if (text === null || text.length > MAX_JSON_CHARACTERS) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    // Whatever this attribute is, it isn't Google's.
    return undefined
  }
}
