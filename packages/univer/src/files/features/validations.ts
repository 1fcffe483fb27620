import type { DataValidation } from 'hucre'
import type { Check } from '../../document/check.js'
import { fitsValidations, readCheck, type Validation } from '../../document/index.js'
import { rangesWithin, readRanges } from '../a1-range.js'
import type { Feature } from '../feature.js'
import { foreignIn, readFormula, writeFormula } from '../formulas.js'
import { laterValidations } from '../later-validations.js'
import { rangesText } from '../rule-formulas.js'

/** Excel takes a file with a longer list for damaged. */
const MOST_LIST_CHARACTERS = 255
const DAY_MS = 86_400_000
const EPOCH_MS = Date.UTC(1899, 11, 30)
const DAYS_TO_1904 = 1_462
const STYLES = ['information', 'stop', 'warning'] as const
const WARNING = 2
/** What a box has that is ticked, and one that isn't. */
const [TICKED, EMPTY] = ['1', '0']

/** Data validations. Lists of several choices and check boxes are written as lists. */
export const validations: Feature = {
  read({ sheet, book, parts }, draft, report) {
    const since = book.dateSystem === '1904' ? DAYS_TO_1904 : 0
    const all = [...(sheet.dataValidations ?? []), ...laterValidations(parts, sheet.name)]
    for (const found of all) {
      const cells = readRanges(found.range)
      const check = readCheck(readFields(found, since), (value) => value as string | undefined)
      const ranges = rangesWithin(cells, draft.size)
      const id = `file-${draft.validations.length + 1}`
      const isKept =
        check !== undefined &&
        ranges.length > 0 &&
        fitsValidations([...draft.validations, { id, ranges, check }])
      if (isKept) draft.validations.push({ id, ranges, check })
      else report.note('validations', draft.name, 1, startOf(cells))
    }
  },

  write({ validations: all }, target) {
    const written = all.flatMap((each) => writeValidation(each) ?? [])
    if (written.length > 0) target.dataValidations = written
  },

  steps: ({ validations: all }, sheet) =>
    all.length === 0 ? [] : [{ type: 'set-validations', sheet, validations: all }],
}

const startOf = ([first]: Validation['ranges']) =>
  first && { row: first.startRow, column: first.startColumn }

/** Returns what may be a check in Univer's form. */
function readFields(found: DataValidation, since: number): object | undefined {
  const { type, operator = 'between', allowBlank, showErrorMessage, errorStyle = 'stop' } = found
  const read = (text: string | undefined) =>
    text && readValue(text, type === 'date' ? since : undefined)
  const isOfList = type === 'list'
  const isCompared = !isOfList && type !== 'custom'
  // LibreOffice writes a second value where there is none.
  const isOfTwo = isCompared && (operator === 'between' || operator === 'notBetween')
  const [formula1, formula2] = [found.formula1, isOfTwo ? found.formula2 : undefined].map(read)
  // A formula that can't be calculated here would make each value a wrong one.
  if ([formula1, formula2].includes(null)) return undefined
  return {
    type,
    ...(isCompared ? { operator } : {}),
    formula1: isOfList ? (readList(found.values) ?? formula1) : formula1,
    formula2,
    ...(allowBlank === true ? {} : { allowBlank: false }),
    errorStyle: showErrorMessage === true ? STYLES.indexOf(errorStyle) : 0,
    ...readMessages(found),
    ...(type === 'date' && [formula1, formula2].some((date) => date?.includes(':'))
      ? { bizInfo: { showTime: true } }
      : {}),
  }
}

function readMessages(found: DataValidation): object {
  const { errorMessage: error, inputMessage: prompt, showInputMessage } = found
  return {
    ...(error === undefined ? {} : { error, showErrorMessage: true }),
    ...only('errorTitle', found.errorTitle),
    ...only('prompt', prompt),
    ...only('promptTitle', found.inputTitle),
    ...(showInputMessage === true && prompt !== undefined ? { showInputMessage } : {}),
  }
}

const only = (name: string, value: string | undefined): object =>
  value === undefined ? {} : { [name]: value }

const readList = (values: readonly string[] | undefined): string | undefined =>
  values
    ?.map((value) => value.replaceAll('""', '"').trim())
    .filter((value) => value !== '')
    .join(',')

/**
 * @param since of a date, the day with which the days of the file begin
 * @returns `null` if it is a formula that can't be calculated here
 */
function readValue(text: string, since: number | undefined): string | null {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number))
    return since === undefined ? String(number) : dateOf(number + since)
  const formula = readFormula(text)
  return foreignIn(formula) === undefined ? formula : null
}

/** @example dateOf(45_000.5) // '2023-03-15 12:00:00' */
function dateOf(days: number): string {
  const date = new Date(EPOCH_MS + Math.round(days * DAY_MS))
  if (Number.isNaN(date.getTime())) return ''
  const [day, time] = date.toISOString().split('T')
  return Number.isInteger(days) ? day! : `${day} ${time!.slice(0, 8)}`
}

function writeValidation({ ranges, check }: Validation): DataValidation | undefined {
  const written = writeCheck(check)
  if (written === undefined) return undefined
  const { allowBlank = true, error, errorTitle, prompt, promptTitle, showInputMessage } = check
  return {
    range: rangesText(ranges),
    ...written,
    ...(allowBlank ? { allowBlank } : {}),
    ...only('errorMessage', error),
    ...only('errorTitle', errorTitle),
    ...only('inputMessage', prompt),
    ...only('inputTitle', promptTitle),
    ...(showInputMessage === true ? { showInputMessage } : {}),
  }
}

type Written = Omit<DataValidation, 'range'>

function writeCheck(check: Check<string>): Written | undefined {
  const { type, formula1, formula2, operator, errorStyle = WARNING } = check
  const warned = { showErrorMessage: true, errorStyle: STYLES[errorStyle]! }
  switch (type) {
    case 'any':
      return undefined
    case 'checkbox':
      return writeList([formula1 ?? TICKED, formula2 ?? EMPTY].join(','), warned)
    case 'list':
      return writeList(formula1 ?? '', warned)
    case 'listMultiple':
      // Other programs would refuse several choices.
      return writeList(formula1 ?? '', {})
    case 'custom':
      return { type, ...warned, formula1: writeFormula(formula1 ?? '=TRUE') }
    default:
      return {
        type,
        ...warned,
        ...(operator === undefined ? {} : { operator }),
        ...only('formula1', writeValue(formula1)),
        ...only('formula2', writeValue(formula2)),
      }
  }
}

function writeList(text: string, warned: Partial<Written>): Written | undefined {
  const isFormula = text.startsWith('=')
  if (isFormula) return { type: 'list', ...warned, formula1: writeFormula(text) }
  const values = choicesIn(text).map((value) => value.replaceAll('"', '""'))
  // Its choices are between commas in a file.
  const isWritable =
    values.every((value) => !value.includes(',')) && values.join(',').length <= MOST_LIST_CHARACTERS
  return isWritable ? { type: 'list', ...warned, values } : undefined
}

/** Reads the choices of a list: Univer's panel writes them as JSON. */
function choicesIn(text: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(text)
    if (isTexts(parsed)) return parsed.filter((choice) => choice !== '')
  } catch {
    // They are between commas.
  }
  return text.split(',').filter((choice) => choice !== '')
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

/** Returns a number, a date or a formula as a file has it. */
function writeValue(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  if (value.startsWith('=')) return writeFormula(value)
  if (Number.isFinite(Number(value))) return value
  const dateMs = Date.parse(`${value.replace(' ', 'T')}${value.includes(':') ? 'Z' : ''}`)
  return Number.isNaN(dateMs) ? undefined : String((dateMs - EPOCH_MS) / DAY_MS)
}
