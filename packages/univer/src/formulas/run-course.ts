import type { Course } from './bounded-interpreter.js'
import type { FormulaCell, FromWorker } from './messages.js'
import { Spills } from './spills.js'

const keyOf = ({ sheet, row, column }: FormulaCell): string => `${sheet}:${row}:${column}`

/** A run of formulas: knows which one is calculated now, and which ones aren't. */
export class RunCourse implements Course {
  readonly #tell: (message: FromWorker) => void
  #refused: ReadonlySet<string> = new Set()
  #left = 0
  readonly spills = new Spills()

  constructor(tell: (message: FromWorker) => void) {
    this.#tell = tell
  }

  /** @param most how many formulas may start */
  start(refused: readonly FormulaCell[], most: number): void {
    this.#refused = new Set(refused.map(keyOf))
    this.#left = most
  }

  isRefused(cell: FormulaCell): boolean {
    return this.#left <= 0 || this.#refused.has(keyOf(cell))
  }

  allow(cell: FormulaCell, cells: number): boolean {
    return this.spills.allow(cell, cells)
  }

  begin(cell: FormulaCell): void {
    this.#left--
    this.#tell({ type: 'at', cell })
  }
}
