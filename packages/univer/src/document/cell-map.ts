import type { AxisName, LineId } from './axis.js'
import type { CellMatrix } from './cells.js'
import type { LinesState } from './sheet-state.js'

/**
 * What single cells of a sheet have beside their contents, such as notes. It belongs to the cell and not to its
 * position, so that it goes wherever the cell goes.
 *
 * @template T what a cell has
 * @see SHEET.md SH142
 */
export class CellMap<T> {
  readonly #read: (value: unknown) => T | undefined
  readonly #rows = new Map<LineId, Map<LineId, T>>()
  /** The cells that may have something else than what the grid was last told. */
  readonly #touched = new Map<LineId, Set<LineId>>()

  /** @param read reads what a stranger may have written; `undefined` if it isn't anything */
  constructor(read: (value: unknown) => T | undefined) {
    this.#read = read
  }

  /** Takes in an entry of a cell; `undefined` is a deleted one. */
  read(row: LineId, column: LineId, stored: unknown): void {
    const value = this.#read(stored)
    const before = this.#rows.get(row)
    if (value === undefined) {
      before?.delete(column)
      if (before?.size === 0) this.#rows.delete(row)
    } else if (before === undefined) this.#rows.set(row, new Map([[column, value]]))
    else before.set(column, value)
    this.#touch(row, column)
  }

  at(row: LineId, column: LineId): T | undefined {
    return this.#rows.get(row)?.get(column)
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0
  }

  /** Lists all cells that have something, whether or not the sheet has them. */
  *entries(): Generator<readonly [row: LineId, column: LineId, value: T]> {
    for (const [row, inRow] of this.#rows) {
      for (const [column, value] of inRow) yield [row, column, value]
    }
  }

  /** Lists the cells of some rows or columns that have something. */
  in(axis: AxisName, ids: readonly LineId[]): (readonly [row: LineId, column: LineId])[] {
    const lines = new Set(ids)
    return [...this.entries()].flatMap(([row, column]) =>
      lines.has(axis === 'rows' ? row : column) ? [[row, column] as const] : [],
    )
  }

  /** Has the grid be told again what is in some rows or columns. */
  touch(axis: AxisName, ids: readonly LineId[]): void {
    for (const [row, column] of this.in(axis, ids)) this.#touch(row, column)
  }

  /** Returns what the touched cells have now, by position; `null` for nothing. */
  takeTouched(rows: LinesState, columns: LinesState): CellMatrix<T | null> {
    const found: Record<number, Record<number, T | null>> = {}
    for (const [row, inRow] of this.#touched) {
      const at = rows.axis.indexOf(row)
      for (const column of at === -1 ? [] : inRow) {
        const across = columns.axis.indexOf(column)
        if (across !== -1) (found[at] ??= {})[across] = this.at(row, column) ?? null
      }
    }
    this.#touched.clear()
    return found
  }

  #touch(row: LineId, column: LineId): void {
    const inRow = this.#touched.get(row)
    if (inRow === undefined) this.#touched.set(row, new Set([column]))
    else inRow.add(column)
  }
}
