import {
  BORDER_KEYS,
  WrapStrategy,
  type ICellData,
  type IStyleData,
  type Nullable,
  type Styles,
  type Worksheet,
} from '@univerjs/core'
import type { LexerTreeBuilder } from '@univerjs/preset-sheets-core'
import {
  isFields,
  LIMITS,
  readStyle,
  toValue,
  type CellData,
  type CellWrite,
  type Style,
} from './document/index.js'

interface Host {
  readonly row: number
  readonly column: number
  readonly f: string
}

/** Reads the cells of one sheet of the grid, with styles and shared formulas resolved. */
export class CellReader {
  readonly #worksheet: Worksheet
  readonly #styles: Styles
  readonly #lexer: LexerTreeBuilder
  readonly #read = new Map<IStyleData, Style | undefined>()
  #hosts: Map<string, Host> | null = null

  constructor(worksheet: Worksheet, styles: Styles, lexer: LexerTreeBuilder) {
    this.#worksheet = worksheet
    this.#styles = styles
    this.#lexer = lexer
  }

  /** Returns a cell in the document's format. */
  read(row: number, column: number): CellData {
    const cell = this.#worksheet.getCellMatrix().getValue(row, column)
    if (!cell) return {}
    const content = this.#content(cell, row, column)
    const own = this.#styles.getStyleByCell(cell)
    // Line breaks only count in wrapped text.
    const isBroken = cell.p && String(content.v).includes('\n')
    const style = isBroken ? toStyle({ ...own, tb: WrapStrategy.WRAP }) : this.#styleOf(own)
    return style === undefined ? content : { ...content, s: style }
  }

  /** Returns whether the grid's cell has something that the document's format lacks. */
  isForeign(row: number, column: number): boolean {
    const { si, p, v } = this.#worksheet.getCellMatrix().getValue(row, column) ?? {}
    return Boolean(si) || Boolean(p) || (typeof v === 'string' && v.length > LIMITS.textCharacters)
  }

  /** Reads a style once, as many cells share it. */
  #styleOf(own: Nullable<IStyleData>): Style | undefined {
    if (!own) return undefined
    if (!this.#read.has(own)) this.#read.set(own, toStyle(own))
    return this.#read.get(own)
  }

  #content(cell: ICellData, row: number, column: number): CellData {
    const f = this.#formula(cell, row, column)
    if (f !== undefined) return { f }
    const { p, v, t } = cell
    return p ? toValue(plainText(p.body?.dataStream ?? ''), 1) : toValue(v, t)
  }

  #formula({ f, si }: ICellData, row: number, column: number): string | undefined {
    if (typeof f === 'string' && f !== '') return f
    if (typeof si !== 'string' || si === '') return undefined
    const host = this.#host(si)
    if (host === undefined) return undefined
    return this.#lexer.moveFormulaRefOffset(host.f, column - host.column, row - host.row)
  }

  /**
   * Returns the cell with a shared formula: Univer stores a filled formula once and refers to it.
   */
  #host(si: string): Host | undefined {
    this.#hosts ??= this.#findHosts()
    return this.#hosts.get(si)
  }

  #findHosts(): Map<string, Host> {
    const hosts = new Map<string, Host>()
    this.#worksheet.getCellMatrix().forValue((row, column, cell: Nullable<ICellData>) => {
      if (cell?.si && cell.f) hosts.set(cell.si, { row, column, f: cell.f })
    })
    return hosts
  }
}

const toStyle = (own: IStyleData): Style | undefined => readStyle(withoutNothing(own))

/**
 * Removes `null`, undefined and empty fields, which Univer writes in some places and omits in
 * others.
 */
function withoutNothing(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const fields = Object.entries(value)
    .map(([name, part]) => [name, withoutNothing(part)] as const)
    .filter(([, part]) => part !== null && part !== undefined && !isEmpty(part))
  return Object.fromEntries(fields)
}

const isEmpty = (part: unknown): boolean =>
  typeof part === 'object' && part !== null && Object.keys(part).length === 0

/** Returns the plain text of a cell; formatting within it is dropped. */
export function plainText(stream: string): string {
  return stream
    .replace(/\r?\n$/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
}

/**
 * Returns the cell that Univer needs for a write; `null` to empty it.
 *
 * @param before the cell's current style
 */
export function toUniverCell(
  write: CellWrite | null,
  before: Nullable<IStyleData>,
): Nullable<ICellData> {
  if (write === null) return null
  const { v, t, f, s } = write
  const content = v === undefined && t === undefined && f === undefined ? {} : contentOf(write)
  return { ...content, ...(s === undefined ? {} : { s: replaceStyle(before, s) }) }
}

function contentOf({ v = null, t = null, f = null }: CellWrite): ICellData {
  // A formula's previous result stays visible until it is calculated again.
  if (f !== null) return { f, si: null, p: null }
  return { f, si: null, p: null, v, t }
}

const NO_SIDES = Object.fromEntries(BORDER_KEYS.map((side) => [side, null]))

/** Univer merges styles, so a replacement sets the missing fields to `null`. */
function replaceStyle(before: Nullable<IStyleData>, after: Style | null): IStyleData | null {
  if (after === null) return null
  const gone = Object.keys(before ?? {}).map((field) => [field, null] as const)
  const { bd } = after
  // Univer checks every field of a given style, and removes those that are `null`.
  return {
    ...Object.fromEntries(gone),
    ...after,
    ...(isFields(bd) && before?.bd ? { bd: { ...NO_SIDES, ...bd } } : {}),
  }
}
