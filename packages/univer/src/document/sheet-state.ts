import { Axis, type AxisChange, type AxisName, type LineId } from './axis.js'
import {
  isFields,
  isSame,
  readStyle,
  toValue,
  type CellData,
  type CellRange,
  type Style,
  type Value,
} from './cells.js'
import { printFormula, readFormula, type Formula } from './formula.js'
import type { Lines, Sheets } from './references.js'

/** A cell of the document, and what the grid shows of it. */
export interface Entry {
  readonly row: LineId
  readonly column: LineId
  value: Value
  formula: Formula | undefined
  style: Style | undefined
  shown: CellData
}

/** The rows or columns of the document, and what the grid shows of them. */
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

  /** Forgets what the grid showed of a line that it no longer has. */
  forget(id: LineId): void {
    this.sizes.delete(id)
    this.hidden.delete(id)
  }
}

const NOTHING: CellData = {}
const CELL_KEY = /^([0-9a-z-]{1,40}):([0-9a-z-]{1,40})$/

/** Returns the two ids in a cell's key; `undefined` if it isn't a key. */
export function splitKey(key: string): readonly [row: LineId, column: LineId] | undefined {
  const [, row, column] = CELL_KEY.exec(key) ?? []
  return row === undefined || column === undefined ? undefined : [row, column]
}

/** A sheet in the document, and what the grid shows of it. */
export class SheetState implements Lines {
  readonly id: string
  name = ''
  readonly rows: LinesState
  readonly columns: LinesState
  readonly table = new Map<LineId, Map<LineId, Entry>>()
  readonly formulas = new Set<Entry>()
  /** The cells that may differ from what the grid shows. */
  readonly touched = new Set<Entry>()
  /** The last cells of merges, by their first ones. */
  readonly merges = new Map<string, string>()
  areMergesTouched = true
  mergesShown: readonly CellRange[] = []
  frozenShown = { rows: 0, columns: 0 }

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
      entry = { row, column, value: {}, formula: undefined, style: undefined, shown: NOTHING }
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

  /** Takes in a cell's content, which a stranger may have written. @see SHEET.md SD6, SD11, SD39 */
  readCell(key: string, content: unknown): void {
    const ids = splitKey(key)
    if (ids === undefined) return
    const entry = this.entryAt(...ids)
    const { v, t, f } = readContent(content)
    entry.formula = f
    entry.value = f === undefined ? toValue(v, t) : {}
    if (f === undefined) this.formulas.delete(entry)
    else this.formulas.add(entry)
    this.touched.add(entry)
  }

  /** Takes in a cell's style, which a stranger may have written. @see SHEET.md SD7 */
  readStyle(key: string, style: unknown): void {
    const ids = splitKey(key)
    if (ids === undefined) return
    const entry = this.entryAt(...ids)
    entry.style = readStyle(style)
    this.touched.add(entry)
  }

  readLine(name: AxisName, key: string, value: unknown): void {
    const lines = this[name]
    const change: AxisChange = lines.axis.read(key, value)
    if (change === null) return
    if (change.what === 'order') lines.isReordered = true
    else lines.touched.add(change.id)
  }

  readMerge(key: string, end: unknown): void {
    if (splitKey(key) === undefined) return
    this.areMergesTouched = true
    if (typeof end === 'string' && splitKey(end) !== undefined) this.merges.set(key, end)
    else this.merges.delete(key)
  }

  /** Returns the cell as it should be shown now. */
  cellOf({ value, formula, style }: Entry, sheets: Sheets): CellData {
    const content = formula === undefined ? value : { f: printFormula(formula, this.id, sheets) }
    return style === undefined ? content : { ...content, s: style }
  }

  /** Drops a cell that neither the document nor the grid has. */
  tidy(entry: Entry): void {
    const { value, formula, style, shown } = entry
    if (formula !== undefined || style !== undefined || value.v !== undefined) return
    if (!isSame(shown, NOTHING)) return
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
