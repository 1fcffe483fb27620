import type { IArrayFormulaRangeType } from '@univerjs/engine-formula'
import { Rectangle, type IRange } from '@univerjs/core'
import { BOUNDS } from './bounds.js'
import type { FormulaCell } from './messages.js'

const keyOf = (sheet: string, row: number | string, column: number | string): string =>
  `${sheet}:${row}:${column}`

export const cellsIn = ({ startRow, endRow, startColumn, endColumn }: IRange): number =>
  (endRow - startRow + 1) * (endColumn - startColumn + 1)

/** Returns the ranges that results cover, by the cell of the formula. */
function byFormula(ranges: IArrayFormulaRangeType): Map<string, IRange> {
  const sheets = Object.values(ranges).flatMap((inUnit) => Object.entries(inUnit ?? {}))
  const found = sheets.flatMap(([sheet, rows]) =>
    Object.entries(rows ?? {}).flatMap(([row, columns]) =>
      Object.entries(columns as { [column: string]: IRange }).map(
        ([column, range]) => [keyOf(sheet, row, column), range] as const,
      ),
    ),
  )
  return new Map(found)
}

/** Counts the cells that results cover, for each formula and together. */
export class Spills {
  #cells = new Map<string, number>()
  #before = new Map<string, IRange>()
  #total = 0
  #isChanged = false

  /** Starts a run with the ranges that results cover now. */
  begin(ranges: IArrayFormulaRangeType): void {
    this.#cells = new Map()
    this.#total = 0
    this.#isChanged = false
    this.#before = byFormula(ranges)
    for (const [key, range] of this.#before) this.#set(key, cellsIn(range))
  }

  /**
   * Returns whether results no longer cover cells that they covered before; formulas that refer to
   * these were calculated from outdated values.
   */
  hasLeft(ranges: IArrayFormulaRangeType): boolean {
    const now = byFormula(ranges)
    return [...this.#before].some(([key, range]) => {
      const covering = now.get(key)
      return covering === undefined || !Rectangle.contains(covering, range)
    })
  }

  /** Whether any result covers, or covered, more than its own cell. */
  get isChanged(): boolean {
    return this.#isChanged
  }

  /** Counts the cells of a formula's result; returns `false` if they are too many. */
  allow({ sheet, row, column }: FormulaCell, cells: number): boolean {
    const key = keyOf(sheet, row, column)
    const before = this.#cells.get(key) ?? 0
    if (cells === 1 && before === 0) return true
    this.#isChanged = true
    const isTooMuch =
      cells > BOUNDS.resultCells || this.#total - before + cells > BOUNDS.allResultCells
    this.#set(key, isTooMuch || cells === 1 ? 0 : cells)
    return !isTooMuch
  }

  #set(key: string, cells: number): void {
    this.#total += cells - (this.#cells.get(key) ?? 0)
    this.#cells.set(key, cells)
  }
}
