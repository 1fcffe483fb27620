import { LIMITS } from './limits.js'

/** What a style is made of; Univer's names, resolved, never the id of a style. */
export type StyleValue = string | number | boolean | null | Style | readonly StyleValue[]

/** @example {"bl":1,"n":{"pattern":"0.00"}} */
export interface Style {
  readonly [field: string]: StyleValue
}

/** A cell as a grid has it: with a formula, or with a value; Univer's names. */
export interface CellData {
  readonly v?: string | number | boolean
  /** Its kind, if it isn't the usual one: 1 text, 2 number, 3 boolean, 4 text like a number. */
  readonly t?: number
  readonly f?: string
  readonly s?: Style
}

/** What is written into a cell: what isn't named stays, `null` is taken away. */
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

/** Cells by position, both ends included; as Univer says it. */
export interface CellRange {
  readonly startRow: number
  readonly startColumn: number
  readonly endRow: number
  readonly endColumn: number
}

/** A cell by its sheet and key. */
export interface CellPlace {
  readonly sheet: string
  readonly key: string
}

/** A value and its kind. */
export type Value = Pick<CellData, 'v' | 't'>

/** What spreadsheet programs put beside everything that is pasted; it says nothing. */
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

/** Univer's own padding, which it says of what is copied within a sheet. */
const USUAL_PADDING: Style = { t: 0, r: 2, b: 2, l: 2 }

/** The cell after a write, as a grid does it. The result of a formula is no content. */
export function mergeCell(before: CellData, write: CellWrite | null): CellData {
  if (write === null) return {}
  const said = Object.entries(write).filter(([, part]) => part !== undefined)
  const { v, t, f, s } = { ...before, ...Object.fromEntries(said) } as CellWrite
  const style = s === null || s === undefined ? undefined : stripStyle(s)
  return {
    ...(typeof f === 'string' && f !== '' ? { f } : toValue(v, t)),
    ...(style === undefined ? {} : { s: style }),
  }
}

/** A value that somebody wrote, as one that can be shown; empty if there is none. */
export function toValue(v: unknown, t: unknown): Value {
  if (typeof v === 'string') {
    return v === '' ? {} : withKind(shorten(v).toWellFormed(), t)
  }
  if (typeof v === 'boolean') return withKind(v, t)
  return typeof v === 'number' && Number.isFinite(v) ? withKind(v, t) : {}
}

/** What is shown of a text, of which too long ones come from elsewhere. @see SHEET.md SD16 */
function shorten(text: string): string {
  if (text.length <= LIMITS.textCharacters) return text
  return `${text.slice(0, LIMITS.textCharacters - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** The kind that a value has unless something else is said. */
export function usualKind(v: string | number | boolean): number {
  if (typeof v === 'string') return 1
  return typeof v === 'number' ? 2 : 3
}

const withKind = (v: string | number | boolean, t: unknown): Value =>
  (t === 1 || t === 2 || t === 3 || t === 4) && t !== usualKind(v) ? { v, t } : { v }

/** A style that somebody wrote; `undefined` if it isn't one. @see SHEET.md SD7, SD39 */
export function readStyle(value: unknown): Style | undefined {
  const budget = { nodes: LIMITS.styleNodes }
  return isFields(value) && isStyleValue(value, budget, 0) ? stripStyle(value) : undefined
}

/** A style without what is so anyway; `undefined` if nothing is left. */
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

/** Whether two pieces of data say the same. */
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

/** Whether something is a plain object, and neither an array nor a shared type. */
export function isFields(value: unknown): value is Style {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A cell with all that it hasn't got, so that whoever is told of it forgets that. */
export const wholeOf = ({ v, t, f, s }: CellData): CellWrite => ({
  v: v ?? null,
  t: t ?? null,
  f: f ?? null,
  s: s ?? null,
})
