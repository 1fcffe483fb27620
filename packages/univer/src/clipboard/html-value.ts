import { CellValueType, numfmt } from '@univerjs/core'
import { isFields } from '../document/index.js'
import { unescapeCss, type Declarations } from './css.js'
import { clean } from './table.js'
import { asText, readTyped, TEXT_PATTERN, type Typed } from './typed.js'

const MAX_JSON_CHARACTERS = 200_000
const MAX_PATTERN_CHARACTERS = 250

/** The meanings of Microsoft's named formats; for dates the shown text decides. */
const NAMED_FORMATS = new Map([
  ['general', undefined],
  ['standard', '#,##0.00'],
  ['fixed', '0.00'],
  ['percent', '0.00%'],
  ['scientific', '0.00E+00'],
])

// Google's numbers for value types.
const GOOGLE_STRING = 2
const GOOGLE_NUMBER = 3
const GOOGLE_BOOLEAN = 4

/**
 * Reads a cell's value: the one the other program stored beside the text, or else what the text
 * would mean if it were typed.
 *
 * @param text the text that the cell shows
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

/** Reads a value as Excel, WPS and LibreOffice write it. */
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

/** Returns a number with its format, or its text if the format isn't supported here. */
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
  // LibreOffice's `sdnum`: the number's language, the format's language, the format.
  return /^[^;]*;[^;]*;([^]+)$/.exec(cell.getAttribute('sdnum') ?? '')?.[1]
}

function usablePattern(format: string | undefined): string | undefined {
  if (format === undefined || format.length > MAX_PATTERN_CHARACTERS) return undefined
  if (/^general$/i.test(format) || !isEverybodys(format)) return undefined
  return numfmt.isValidFormat(format) ? format : undefined
}

/** Returns whether a format only has letters that English formats have; `TT.MM.JJJJ` has others. */
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
    // Another program wrote this attribute, not Google.
    return undefined
  }
}
