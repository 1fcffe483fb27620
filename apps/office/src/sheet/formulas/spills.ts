import type { IArrayFormulaRangeType } from '@univerjs/engine-formula'
import type { IRange } from '@univerjs/core'
import { BOUNDS } from './bounds.js'
import type { FormulaCell } from './messages.js'

const keyOf = (sheet: string, row: number | string, column: number | string): string =>
  `${sheet}:${row}:${column}`

export const cellsIn = ({ startRow, endRow, startColumn, endColumn }: IRange): number =>
  (endRow - startRow + 1) * (endColumn - startColumn + 1)

/** How many cells formulas show beside their own, each and all together: the page is told of all. */
export class Spills {
  #cells = new Map<string, number>()
  #total = 0
  #isChanged = false

  /** Begins a run, with what formulas show now. */
  begin(ranges: IArrayFormulaRangeType): void {
    this.#cells = new Map()
    this.#total = 0
    this.#isChanged = false
    for (const [sheet, rows] of Object.values(ranges).flatMap((sheets) =>
      Object.entries(sheets ?? {}),
    )) {
      for (const [row, columns] of Object.entries(rows ?? {})) {
        for (const [column, range] of Object.entries(columns as { [column: string]: IRange })) {
          this.#set(keyOf(sheet, row, column), cellsIn(range))
        }
      }
    }
  }

  /** Whether what a formula shows now, or did before, is more than its own cell. */
  get isChanged(): boolean {
    return this.#isChanged
  }

  /** Counts the cells that a formula shows now; `false` if they are too many. */
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
