import { LIMITS } from './limits.js'

/** A value in a style; the names are Univer's, and the ids of styles are resolved. */
export type StyleValue = string | number | boolean | null | Style | readonly StyleValue[]

/** @example {"bl":1,"n":{"pattern":"0.00"}} */
export interface Style {
  readonly [field: string]: StyleValue
}

/** A cell with a formula or a value; the names are Univer's. */
export interface CellData {
  readonly v?: string | number | boolean
  /**
   * The value's type if it isn't the usual one: 1 text, 2 number, 3 boolean, 4 text like a number.
   */
  readonly t?: number
  readonly f?: string
  readonly s?: Style
}

/** A write to a cell: missing fields stay, and `null` removes a field. */
export interface CellWrite {
  readonly v?: CellData['v'] | null
  readonly t?: number | null
  readonly f?: string | null
  readonly s?: Style | null
}

/** Cells by row and column. @example {"4":{"2":{"v":7}}} */
export interface CellMatrix<T> {
  readonly [row: number]: { readonly [column: number]: T }
}

/** A range of cells by position, inclusive, with Univer's names. */
export interface CellRange {
  readonly startRow: number
  readonly startColumn: number
  readonly endRow: number
  readonly endColumn: number
}

/** A sheet and the key of a cell in it. */
export interface CellPlace {
  readonly sheet: string
  readonly key: string
}

/** A value and its type. */
export type Value = Pick<CellData, 'v' | 't'>

/** The style that spreadsheet programs add to everything that is pasted; it has no meaning. */
const DEFAULT_STYLE: Style = {
  ff: 'Arial',
  fs: 11,
  it: 0,
  bl: 0,
  ul: { s: 0 },
  st: { s: 0 },
  ol: { s: 0 },
  tr: { a: 0, v: 0 },
  td: 0,
  cl: { rgb: '#000000' },
  bg: { rgb: '#fff' },
  ht: 0,
  vt: 0,
  tb: 0,
  pd: { t: 0, r: 0, b: 0, l: 0 },
  bd: { b: null, l: null, r: null, t: null },
}

/** Univer's default padding, which it adds to what is copied within a sheet. */
const USUAL_PADDING: Style = { t: 0, r: 2, b: 2, l: 2 }

/** Returns a cell after a write, with a grid's rules. A formula's result is not content. */
export function mergeCell(before: CellData, write: CellWrite | null): CellData {
  if (write === null) return {}
  const { v = before.v, t = before.t, f = before.f, s = before.s } = write
  const style = s === null || s === undefined ? undefined : stripStyle(s)
  return {
    ...(typeof f === 'string' && f !== '' ? { f } : toValue(v, t)),
    ...(style === undefined ? {} : { s: style }),
  }
}

/**
 * Returns a value that a stranger may have written in a form that can be shown; empty if it can't.
 */
export function toValue(v: unknown, t: unknown): Value {
  if (typeof v === 'string') {
    return v === '' ? {} : withKind(shorten(v, LIMITS.textCharacters).toWellFormed(), t)
  }
  if (typeof v === 'boolean') return withKind(v, t)
  return typeof v === 'number' && Number.isFinite(v) ? withKind(v, t) : {}
}

/** Truncates a text from another source to the maximum length. @see SHEET.md SD16 */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Returns the type of a value for which no other type is given. */
export function usualKind(v: string | number | boolean): number {
  if (typeof v === 'string') return 1
  return typeof v === 'number' ? 2 : 3
}

const withKind = (v: string | number | boolean, t: unknown): Value =>
  (t === 1 || t === 2 || t === 3 || t === 4) && t !== usualKind(v) ? { v, t } : { v }

/**
 * Reads a style that a stranger may have written; returns `undefined` if it isn't one.
 *
 * @see SHEET.md SD7, SD39
 */
export function readStyle(value: unknown): Style | undefined {
  const budget = { nodes: LIMITS.styleNodes }
  return isFields(value) && isStyleValue(value, budget, 0) ? stripStyle(value) : undefined
}

/** Does the same, and keeps what equals a default: over another style it has a meaning. */
export function readPlainStyle(value: unknown): Style | undefined {
  if (!isFields(value)) return undefined
  const kept = Object.entries(value).filter(([, part]) => part !== null && part !== undefined)
  const style = Object.fromEntries(kept)
  return isStyleValue(style, { nodes: LIMITS.styleNodes }, 0) ? style : undefined
}

/** Returns a style without defaults; `undefined` if nothing is left. */
function stripStyle(style: Style): Style | undefined {
  const kept = Object.entries(style)
    .filter(([name, value]) => value !== null && value !== undefined && !isDefault(name, value))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function isDefault(name: string, value: StyleValue): boolean {
  if (name === 'pd' && isSame(USUAL_PADDING, value)) return true
  return Object.hasOwn(DEFAULT_STYLE, name) && isSame(DEFAULT_STYLE[name], value)
}

/** Returns whether two pieces of data are equal. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((part, at) => isSame(part, b[at]))
  }
  if (!isFields(a) || !isFields(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  )
}

function isStyleValue(value: unknown, budget: { nodes: number }, depth: number): boolean {
  if (--budget.nodes < 0 || depth > 6) return false
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return true
  if (typeof value === 'string') return value.length <= 1_000
  if (!Array.isArray(value) && !isFields(value)) return false
  return Object.entries(value).every(
    ([name, part]) => name !== '__proto__' && isStyleValue(part, budget, depth + 1),
  )
}

/** Returns whether a value is a plain object, not an array or a shared type. */
export function isFields(value: unknown): value is Style {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Returns whether a cell has no value, formula or style. */
export const isEmpty = ({ v, f, s }: CellData): boolean =>
  v === undefined && f === undefined && s === undefined

/** Returns a write of a whole cell, which also removes the fields that the cell lacks. */
export const wholeOf = ({ v, t, f, s }: CellData): CellWrite => ({
  v: v ?? null,
  t: t ?? null,
  f: f ?? null,
  s: s ?? null,
})
