import type { Work } from '../slices.js'
import { Axis, type AxisChange, type AxisName, type LineId } from './axis.js'
import { compareBlocks, readBlock, type Block, type BlockPart } from './block.js'
import {
  isEmpty,
  isFields,
  readStyle,
  toValue,
  type CellData,
  type CellRange,
  type Style,
  type Value,
} from './cells.js'
import { readCriterion, type Criterion, type Filter } from './criterion.js'
import { CellMap } from './cell-map.js'
import { printFormula, readFormula, type Formula } from './formula.js'
import { readLink } from './link.js'
import { readNote } from './note.js'
import type { Lines, Sheets } from './references.js'
import { RangedList } from './ranged-list.js'
import { RULES, type Rule, type StoredEffect } from './rule-list.js'
import { USUAL_LOOK, type Look } from './sheet-list.js'
import { VALIDATIONS, type StoredCheck, type Validation } from './validation-list.js'

/** A cell of the document, and its state in the grid. */
export interface Entry {
  readonly row: LineId
  readonly column: LineId
  value: Value
  formula: Formula | undefined
  style: Style | undefined
  shown: CellData
  /** The cell's own entries, as stored in the document. */
  own: Own
  /** The blocks that cover its content, the last one on top. */
  cells: Block[]
  /** The blocks that cover its style, the last one on top. */
  styles: Block[]
}

type Own = { readonly [part in BlockPart]?: unknown }

/** The rows or columns of the document, and their state in the grid. */
export class LinesState {
  readonly axis: Axis
  readonly sizes = new Map<LineId, number>()
  readonly hidden = new Set<LineId>()
  /** The lines whose size or hiding may differ from what is shown. */
  readonly touched = new Set<LineId>()
  shown: LineId[] = []
  isReordered = false

  constructor(name: AxisName, count: number) {
    this.axis = new Axis(name, count)
  }

  /** Drops the size and the hiding of a removed line. */
  forget(id: LineId): void {
    this.sizes.delete(id)
    this.hidden.delete(id)
  }
}

const NOTHING: CellData = {}
const NO_BLOCKS: Block[] = []
const NOTHING_OWN: Own = {}
const CELL_KEY = /^([0-9a-z-]{1,40}):([0-9a-z-]{1,40})$/
const CRITERION = /^([0-9a-z-]{1,40})\/criterion$/
const CORNER = /^(~?[0-9a-z-]{1,99}):(~?[0-9a-z-]{1,99})$/

/** Returns the two ids in a cell's key; `undefined` if it isn't a key. */
export function splitKey(key: string): readonly [row: LineId, column: LineId] | undefined {
  const [, row, column] = CELL_KEY.exec(key) ?? []
  return row === undefined || column === undefined ? undefined : [row, column]
}

/** Returns the two ends in the corner of a range of cells; `undefined` if it isn't one. */
export function splitCorner(corner: string): readonly [row: string, column: string] | undefined {
  const [, row, column] = CORNER.exec(corner) ?? []
  return row === undefined || column === undefined ? undefined : [row, column]
}

/** Returns the key of a cell. */
export const keyOf = ({ row, column }: Pick<Entry, 'row' | 'column'>): string => `${row}:${column}`

/** A sheet of the document, and its state in the grid. */
export class SheetState implements Lines {
  readonly id: string
  name = ''
  readonly rows: LinesState
  readonly columns: LinesState
  readonly table = new Map<LineId, Map<LineId, Entry>>()
  readonly formulas = new Set<Entry>()
  /** The cells that may differ from what the grid shows. */
  readonly touched = new Set<Entry>()
  /** The last corners of merges, by their first ones. */
  readonly merges = new Map<string, string>()
  readonly blocks = new Map<string, Block>()
  readonly #counted = new Set<Block>()
  readonly #styles = new WeakMap<object, Style | undefined>()
  areMergesTouched = true
  mergesShown: readonly CellRange[] = []
  frozenShown = { rows: 0, columns: 0 }
  look: Look = USUAL_LOOK
  /** The corners of the filter, with `..` between them. */
  filterRange: string | undefined
  /** The criteria of the filter, by the ids of their columns. */
  readonly criteria = new Map<LineId, Criterion>()
  isFilterTouched = true
  filterShown: Filter | null = null
  readonly rules = new RangedList<StoredEffect, Rule>(RULES)
  readonly validations = new RangedList<StoredCheck, Validation>(VALIDATIONS)
  readonly notes = new CellMap(readNote)
  readonly links = new CellMap(readLink)

  constructor(id: string, size: { readonly rows: number; readonly columns: number }) {
    this.id = id
    this.rows = new LinesState('rows', size.rows)
    this.columns = new LinesState('columns', size.columns)
  }

  entryAt(row: LineId, column: LineId): Entry {
    let cells = this.table.get(row)
    if (cells === undefined) this.table.set(row, (cells = new Map<LineId, Entry>()))
    let entry = cells.get(column)
    if (entry === undefined) {
      entry = {
        row,
        column,
        value: NOTHING,
        formula: undefined,
        style: undefined,
        shown: NOTHING,
        own: NOTHING_OWN,
        cells: NO_BLOCKS,
        styles: NO_BLOCKS,
      }
      cells.set(column, entry)
    }
    return entry
  }

  /** Returns the cells of some rows or columns. */
  entriesOf(name: AxisName, ids: readonly LineId[]): Entry[] {
    if (name === 'rows') return ids.flatMap((id) => [...(this.table.get(id)?.values() ?? [])])
    return [...this.table.values()].flatMap((cells) =>
      ids.flatMap((id) => {
        const entry = cells.get(id)
        return entry === undefined ? [] : [entry]
      }),
    )
  }

  /** Reads a cell's own entry, which a stranger may have written. @see SHEET.md SD6, SD11, SD39 */
  readEntry(part: BlockPart, key: string, stored: unknown): void {
    const ids = splitKey(key)
    if (ids === undefined) return
    const entry = this.entryAt(...ids)
    entry.own = { ...entry.own, [part]: stored }
    this.#resolve(part, entry)
  }

  /** Reads a block, which a stranger may have written. It counts only after {@link counting}. */
  readBlock(key: string, stored: unknown): void {
    const before = this.blocks.get(key)
    if (before !== undefined) this.#cover(before, false)
    this.blocks.delete(key)
    const block = readBlock(key, stored)
    if (block !== undefined) this.blocks.set(key, block)
  }

  /** The blocks that currently count. */
  get counted(): ReadonlySet<Block> {
    return this.#counted
  }

  /** Makes exactly these blocks count, with a pause after each. */
  *counting(blocks: readonly Block[]): Work {
    const counted = new Set(blocks)
    for (const block of this.#counted) if (!counted.has(block)) this.#cover(block, false)
    const added = blocks.filter((block) => !this.#counted.has(block))
    // In ascending order, each block is appended at the end of its cells' lists.
    for (const block of added.toSorted(compareBlocks)) {
      this.#cover(block, true)
      yield
    }
  }

  #cover(block: Block, isCounted: boolean): void {
    const { part } = block
    if (this.#counted.has(block) === isCounted) return
    if (isCounted) this.#counted.add(block)
    else this.#counted.delete(block)
    for (const [row, column] of block.cells()) {
      const entry = this.entryAt(row, column)
      entry[part] = isCounted ? withBlock(entry[part], block) : withoutBlock(entry[part], block)
      this.#resolve(part, entry)
    }
  }

  /** Returns a cell's data in the document: its own entry, or else the top block's. @see SHEET.md SD47 */
  storedOf(part: BlockPart, entry: Entry): unknown {
    const own = entry.own[part]
    return own === undefined ? entry[part].at(-1)?.valueAt(entry.row, entry.column) : own
  }

  /** Returns the top block at a cell; `undefined` if no block covers it. */
  blockAt(part: BlockPart, key: string): Block | undefined {
    const [row = '', column = ''] = splitKey(key) ?? []
    return this.table.get(row)?.get(column)?.[part].at(-1)
  }

  #resolve(part: BlockPart, entry: Entry): void {
    const stored = this.storedOf(part, entry)
    if (part === 'cells') this.#setContent(entry, stored)
    else entry.style = this.#styleOf(stored)
    this.touched.add(entry)
  }

  /** Sets a cell's content, which a stranger may have written. */
  #setContent(entry: Entry, stored: unknown): void {
    const { v, t, f } = readContent(stored)
    entry.formula = f
    entry.value = f === undefined ? toValue(v, t) : NOTHING
    if (f === undefined) this.formulas.delete(entry)
    else this.formulas.add(entry)
  }

  /** Returns a parsed style, cached because the cells of a block share it. @see SHEET.md SD7 */
  #styleOf(stored: unknown): Style | undefined {
    if (!isFields(stored)) return undefined
    if (!this.#styles.has(stored)) this.#styles.set(stored, readStyle(stored))
    return this.#styles.get(stored)
  }

  readLine(name: AxisName, key: string, value: unknown): void {
    const lines = this[name]
    const change: AxisChange = lines.axis.read(key, value)
    if (change === null) return
    if (change.what === 'order') lines.isReordered = true
    else lines.touched.add(change.id)
  }

  /** Reads what a cell has beside its content, which a stranger may have written. */
  readAttached(part: 'notes' | 'links', key: string, stored: unknown): void {
    const ids = splitKey(key)
    if (ids !== undefined) this[part].read(...ids, stored)
  }

  readMerge(key: string, end: unknown): void {
    if (splitCorner(key) === undefined) return
    this.areMergesTouched = true
    if (typeof end === 'string' && splitCorner(end) !== undefined) this.merges.set(key, end)
    else this.merges.delete(key)
  }

  /** Reads an entry of the filter, which a stranger may have written. @see SHEET.md SF5, SF6 */
  readFilter(key: string, value: unknown): void {
    this.isFilterTouched = true
    if (key === 'range') {
      this.filterRange = typeof value === 'string' ? value : undefined
      return
    }
    const [, column] = CRITERION.exec(key) ?? []
    if (column === undefined) return
    const criterion = readCriterion(value)
    if (criterion === undefined) this.criteria.delete(column)
    else this.criteria.set(column, criterion)
  }

  /** Returns the cell as it should be shown now. */
  cellOf({ value, formula, style }: Entry, sheets: Sheets): CellData {
    const content = formula === undefined ? value : { f: printFormula(formula, this.id, sheets) }
    return style === undefined ? content : { ...content, s: style }
  }

  /** Drops a cell that neither the document nor the grid has. */
  tidy(entry: Entry): void {
    const { value, formula, style, shown, own, cells: contents, styles } = entry
    if (own.cells !== undefined || own.styles !== undefined) return
    if (contents.length > 0 || styles.length > 0) return
    if (formula !== undefined || style !== undefined || value.v !== undefined) return
    if (!isEmpty(shown)) return
    const cells = this.table.get(entry.row)
    cells?.delete(entry.column)
    if (cells?.size === 0) this.table.delete(entry.row)
  }
}

interface Content {
  readonly v?: unknown
  readonly t?: unknown
  readonly f?: Formula | undefined
}

function readContent(content: unknown): Content {
  if (!isFields(content)) return typeof content === 'object' ? {} : { v: content }
  const { v, t, f } = content
  const formula = readFormula(f)
  // An invalid formula is shown as text if it is one.
  return formula === undefined
    ? { v: v ?? (typeof f === 'string' ? f : undefined), t }
    : { f: formula }
}

function withBlock(blocks: Block[], block: Block): Block[] {
  if (blocks.length === 0) return block.alone
  // Many cells share a list of one block, so it must not change.
  const list = blocks.length === 1 ? [...blocks] : blocks
  list.splice(list.findLastIndex((other) => compareBlocks(other, block) < 0) + 1, 0, block)
  return list
}

function withoutBlock(blocks: Block[], block: Block): Block[] {
  const others = blocks.filter((other) => other !== block)
  return others.length > 1 ? others : (others[0]?.alone ?? NO_BLOCKS)
}
