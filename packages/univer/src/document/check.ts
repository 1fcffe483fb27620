import { isFields } from './cells.js'

const TYPES = [
  'any',
  'checkbox',
  'custom',
  'date',
  'decimal',
  'list',
  'listMultiple',
  'textLength',
  'whole',
] as const
const OPERATORS = [
  'between',
  'equal',
  'greaterThan',
  'greaterThanOrEqual',
  'lessThan',
  'lessThanOrEqual',
  'notBetween',
  'notEqual',
] as const
const SWITCHES = ['allowBlank', 'showDropDown', 'showErrorMessage', 'showInputMessage'] as const
const TEXTS = ['error', 'errorTitle', 'prompt', 'promptTitle'] as const
const CHOICES = ['errorStyle', 'renderMode'] as const
const MOST_CHOICES = 2
/** The colors of a list's values, with commas between them. */
const COLORS = /^[#\w(),. %-]*$/

type CheckType = (typeof TYPES)[number]
type Switches = { readonly [name in (typeof SWITCHES)[number]]?: boolean }
type Texts = { readonly [name in (typeof TEXTS)[number]]?: string }
type Choices = { readonly [name in (typeof CHOICES)[number]]?: number }

/**
 * What cells may contain; the names are Univer's.
 *
 * @template V how a value or a formula is written
 */
export interface Check<V> extends Switches, Texts, Choices {
  readonly type: CheckType
  readonly operator?: (typeof OPERATORS)[number]
  /** The number, date or length to compare with, the values of a list, or what a ticked box has. */
  readonly formula1?: V
  /** The second one of a range, the colors of a list's values, or what an empty box has. */
  readonly formula2?: V
  /** Whether a date has a time. */
  readonly bizInfo?: { readonly showTime: boolean }
}

/**
 * Reads a check that anybody may have written, without its unknown fields.
 *
 * @returns `undefined` if it isn't one
 * @see SHEET.md SH125
 */
export function readCheck<V>(
  value: unknown,
  readValue: (value: unknown) => V | undefined,
): Check<V> | undefined {
  if (!isFields(value)) return undefined
  const type = TYPES.find((known) => known === value['type'])
  const operator = OPERATORS.find((known) => known === value['operator'])
  if (type === undefined) return undefined
  const isOfList = type === 'list' || type === 'listMultiple'
  const formula1 = readValue(value['formula1'])
  const formula2 = readValue(isOfList ? readColors(value['formula2']) : value['formula2'])
  if (formula1 === undefined && (isOfList || type === 'custom')) return undefined
  const { bizInfo } = value
  return {
    type,
    ...(operator === undefined ? {} : { operator }),
    ...(formula1 === undefined ? {} : { formula1 }),
    ...(formula2 === undefined ? {} : { formula2 }),
    ...(only(value, SWITCHES, (field) => typeof field === 'boolean') as Switches),
    ...(only(value, TEXTS, (field) => typeof field === 'string') as Texts),
    ...(only(value, CHOICES, isChoice) as Choices),
    ...(isFields(bizInfo) && bizInfo['showTime'] === true ? { bizInfo: { showTime: true } } : {}),
  }
}

const readColors = (colors: unknown): unknown =>
  typeof colors === 'string' && COLORS.test(colors) ? colors : undefined

const isChoice = (field: unknown): boolean =>
  Number.isInteger(field) && Number(field) >= 0 && Number(field) <= MOST_CHOICES

function only(
  value: { readonly [field: string]: unknown },
  names: readonly string[],
  isField: (field: unknown) => boolean,
): object {
  const entries = names.flatMap((name) => (isField(value[name]) ? [[name, value[name]]] : []))
  return Object.fromEntries(entries)
}

/** Returns a check with its values written in another way. */
export function withValues<A, B>(check: Check<A>, change: (value: A) => B): Check<B> {
  const { formula1, formula2, ...rest } = check
  return {
    ...rest,
    ...(formula1 === undefined ? {} : { formula1: change(formula1) }),
    ...(formula2 === undefined ? {} : { formula2: change(formula2) }),
  }
}

/** Returns the values of a check that it has. */
export const valuesOf = <V>({ formula1, formula2 }: Check<V>): V[] =>
  [formula1, formula2].filter((value) => value !== undefined)
