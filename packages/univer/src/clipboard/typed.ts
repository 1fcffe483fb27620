import {
  CellValueType,
  getNumfmtParseValueFilter,
  isFormulaString,
  willLoseNumericPrecision,
} from '@univerjs/core'
import type { Value } from '../document/index.js'

/** The meaning of a text in a cell, with its number format. */
export interface Typed extends Value {
  readonly f?: string
  readonly pattern?: string
}

export const TEXT_PATTERN = '@'

const CHINESE_DATE = /^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日$/
const DECIMAL = /^[-+]?\d{1,15}(?:\.\d{1,15})?$/
const DIGIT = /\d/
// A date can begin with the name of a month or a day. Univer takes ten times as long to see that a
// text is no date.
const OTHER_WORD =
  /^(?!jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]/i
// No number, date or time is longer.
const MAX_NUMBER_CHARACTERS = 64

/** Reads a text as if it were typed into a cell: numbers, dates, percentages and formulas. */
export function readTyped(text: string): Typed {
  if (text === '') return {}
  if (isFormulaString(text)) return { f: text }
  const trimmed = text.trim()
  if (/^(?:true|false)$/i.test(trimmed)) {
    return { v: trimmed.length === 'true'.length ? 1 : 0, t: CellValueType.BOOLEAN }
  }
  const number = trimmed.length > MAX_NUMBER_CHARACTERS ? undefined : readNumber(trimmed)
  return number ?? { v: text }
}

/** Returns a value that stays text, whatever it looks like. */
export function asText(text: string): Typed {
  if (text === '') return {}
  const { v, f } = readTyped(text)
  const isPlain = v === text && f === undefined
  return { v: text, t: CellValueType.STRING, ...(isPlain ? {} : { pattern: TEXT_PATTERN }) }
}

function readNumber(text: string): Typed | undefined {
  const date = readChineseDate(text)
  if (date !== undefined) return date
  if (!DIGIT.test(text) || OTHER_WORD.test(text)) return undefined
  if (/^[-+]?\d+$/.test(text) && willLoseNumericPrecision(text)) return undefined
  if (DECIMAL.test(text)) return { v: Number(text) }
  const parsed = getNumfmtParseValueFilter(text)
  if (parsed === null || typeof parsed.v !== 'number' || !Number.isFinite(parsed.v))
    return undefined
  return { v: parsed.v, ...(parsed.z === undefined ? {} : { pattern: parsed.z }) }
}

function readChineseDate(text: string): Typed | undefined {
  const [, year, month, day] = CHINESE_DATE.exec(text) ?? []
  if (month === undefined || day === undefined) return undefined
  const parsed = getNumfmtParseValueFilter(
    `${year ?? new Date().getFullYear()}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`,
  )
  if (parsed === null || typeof parsed.v !== 'number') return undefined
  return { v: parsed.v, pattern: `${year === undefined ? '' : 'yyyy"年"'}m"月"d"日"` }
}
