import { dateToSerial, isDateFormat, serialToDate } from 'hucre'
import { LIMITS, type CellData } from '../document/index.js'
import { looksLikeValue, writeValue } from './features/contents.js'
import { foreignIn } from './formulas.js'
import type { At, Report } from './report.js'

const BOOLEAN = 3
const FORCED_TEXT = 4
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const PERCENT = /^(-?(?:0|[1-9]\d*)(?:\.(\d+))?)%$/
const DATE = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/
const CHINESE_DATE = /^(\d{4})年(\d{1,2})月(\d{1,2})日$/
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/
/** More digits than a number keeps. */
const MOST_DIGITS = 15
/** What other programs take for a formula when they open a text. */
const ACTIVE = /^'*[=+\-@\t\r]/
const DATE_PATTERN = 'yyyy-mm-dd'
const SECONDS_A_DAY = 86_400

/**
 * Returns a cell for a field of a text: a number, a date, a boolean, a formula, or the text as it is.
 *
 * @see SHEET.md FL5, FL6
 */
export function readDelimitedValue(
  text: string,
  report: Report,
  sheet: string,
  at: At,
): CellData | undefined {
  if (text === '') return undefined
  if (text.startsWith("'") && ACTIVE.test(text)) return asText(text.slice(1))
  if (text.startsWith('=') && text.length > 1) return readFormulaText(text, report, sheet, at)
  const value = readNumber(text) ?? readDate(text)
  if (value !== undefined) return value
  if (/^(?:true|false)$/i.test(text)) return { v: text.length === 4 ? 1 : 0, t: BOOLEAN }
  if (text.length > LIMITS.textCharacters) report.note('long-texts', sheet, 1, at)
  return asText(text)
}

/** Returns the field of a cell. @param result what its formula gives */
export function writeDelimitedValue(
  cell: CellData,
  pattern: string,
  result: string | number | boolean | undefined,
): string {
  if (cell.f !== undefined && result === undefined) return cell.f
  const value = cell.f === undefined ? writeValue(cell) : result!
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'number')
    return isDateFormat(pattern) ? printDate(value, pattern) : String(value)
  const text = String(value ?? '')
  // A text must not become a formula where it is opened.
  return ACTIVE.test(text) ? `'${text}` : text
}

const asText = (text: string): CellData =>
  looksLikeValue(text) ? { v: text, t: FORCED_TEXT } : { v: text }

function readFormulaText(text: string, report: Report, sheet: string, at: At): CellData {
  if (foreignIn(text) === undefined) return { f: text }
  report.note('unknown-formulas', sheet, 1, at)
  return { v: text, t: FORCED_TEXT }
}

function readNumber(text: string): CellData | undefined {
  if (NUMBER.test(text)) {
    const digits = text
      .replace(/[eE].*$/, '')
      .replaceAll(/[-.]/g, '')
      .replace(/^0+/, '')
    return digits.length <= MOST_DIGITS && Number.isFinite(Number(text))
      ? { v: Number(text) }
      : undefined
  }
  const [, number, decimals = ''] = PERCENT.exec(text) ?? []
  if (number === undefined || text.length > MOST_DIGITS) return undefined
  const pattern = decimals === '' ? '0%' : `0.${'0'.repeat(decimals.length)}%`
  // Dividing would add digits.
  return { v: Number(`${number}e-2`), s: { n: { pattern } } }
}

function readDate(text: string): CellData | undefined {
  const time = TIME.exec(text)
  if (time !== null) return readTime(time.slice(1))
  const [, year, month, day, ...clock] = DATE.exec(text) ?? CHINESE_DATE.exec(text) ?? []
  if (year === undefined) return undefined
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
  if (!isReal || Number(year) < 1900) return undefined
  const ofDay = clock[0] === undefined ? undefined : readTime(clock)
  if (clock[0] !== undefined && ofDay === undefined) return undefined
  const pattern = ofDay === undefined ? DATE_PATTERN : `${DATE_PATTERN} ${patternOf(clock)}`
  return { v: dateToSerial(date) + Number(ofDay?.v ?? 0), s: { n: { pattern } } }
}

function readTime(clock: readonly (string | undefined)[]): CellData | undefined {
  const [hours = 0, minutes = 0, seconds = 0] = clock.map((part) => Number(part ?? 0))
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  const v = (hours * 3_600 + minutes * 60 + seconds) / SECONDS_A_DAY
  return { v, s: { n: { pattern: patternOf(clock) } } }
}

const patternOf = ([, , seconds]: readonly (string | undefined)[]): string =>
  seconds === undefined ? 'hh:mm' : 'hh:mm:ss'

/** Prints a date as in ISO 8601, of which programs read the same everywhere. */
function printDate(serial: number, pattern: string): string {
  const date = serialToDate(serial)
  if (Number.isNaN(date.getTime())) return String(serial)
  const [day = '', clock = ''] = date.toISOString().split('T')
  const time = clock.slice(0, 8).replace(/:00$/, /s/i.test(pattern) ? ':00' : '')
  if (!/[yd年日]/i.test(pattern)) return time
  return /[hs]/i.test(pattern) || serial % 1 !== 0 ? `${day} ${time}` : day
}
