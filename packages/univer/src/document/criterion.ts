import { isFields, type CellRange } from './cells.js'
import { LIMITS } from './limits.js'

/** What the rows that a filter shows have in a column; the names are Univer's. */
export type Criterion =
  | { readonly filters: { readonly blank?: true; readonly filters?: readonly string[] } }
  | { readonly customFilters: { readonly and?: 1; readonly customFilters: readonly Condition[] } }
  | {
      readonly colorFilters: {
        readonly cellFillColors?: readonly (string | null)[]
        readonly cellTextColors?: readonly string[]
      }
    }

/** @example {"operator":"greaterThan","val":"5"} */
interface Condition {
  readonly operator?: string
  readonly val: string | number
}

/** A filter of a sheet: its cells with their header, and a criterion for some of its columns. */
export interface Filter {
  readonly range: CellRange
  readonly criteria: { readonly [column: number]: Criterion }
}

const OPERATOR = /^[A-Za-z]{1,30}$/

/** Reads a criterion, which a stranger may have written; `undefined` if it isn't one. */
export function readCriterion(value: unknown): Criterion | undefined {
  if (!isFields(value) || isTooLong(value)) return undefined
  const { filters, customFilters, colorFilters } = value
  if (isFields(filters)) return readValues(filters)
  if (isFields(customFilters)) return readConditions(customFilters)
  return isFields(colorFilters) ? readColors(colorFilters) : undefined
}

/** Returns whether a criterion is longer than a document can have. @see SHEET.md SF6 */
export const isTooLong = (criterion: object): boolean =>
  JSON.stringify(criterion).length > LIMITS.criterionCharacters

function readValues({ blank, filters }: Fields): Criterion | undefined {
  if (filters !== undefined && !isTexts(filters)) return undefined
  return {
    filters: {
      ...(blank === true ? { blank } : {}),
      ...(filters === undefined ? {} : { filters }),
    },
  }
}

function readConditions({ and, customFilters: conditions }: Fields): Criterion | undefined {
  if (!Array.isArray(conditions) || conditions.length < 1 || conditions.length > 2) return undefined
  const read = (conditions as unknown[]).flatMap((condition) => readCondition(condition) ?? [])
  if (read.length < conditions.length) return undefined
  return { customFilters: { ...(and === 1 ? { and } : {}), customFilters: read } }
}

function readCondition(condition: unknown): Condition | undefined {
  if (!isFields(condition)) return undefined
  const { operator, val } = condition
  if (typeof val !== 'string' && !Number.isFinite(val)) return undefined
  if (operator === undefined) return { val: val as string | number }
  if (typeof operator !== 'string' || !OPERATOR.test(operator)) return undefined
  return { operator, val: val as string | number }
}

function readColors({ cellFillColors: fills, cellTextColors: texts }: Fields) {
  const isFills = Array.isArray(fills) && fills.every((fill) => fill === null || isText(fill))
  if (fills !== undefined && !isFills) return undefined
  if (texts !== undefined && !isTexts(texts)) return undefined
  return {
    colorFilters: {
      ...(fills === undefined ? {} : { cellFillColors: fills as (string | null)[] }),
      ...(texts === undefined ? {} : { cellTextColors: texts }),
    },
  }
}

interface Fields {
  readonly [field: string]: unknown
}

const isText = (value: unknown): value is string => typeof value === 'string'

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
