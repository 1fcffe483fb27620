import { BOUNDS } from './bounds.js'
import type { FormulaCell } from './messages.js'

interface Strike {
  readonly cell: FormulaCell
  readonly count: number
  readonly untilMs: number
}

const keyOf = ({ sheet, row, column }: FormulaCell): string => `${sheet}:${row}:${column}`

/**
 * The formulas at which workers were ended. One that is calculated with every change, as those with
 * chance in them are, would end a worker each time: from the second time on it waits, each time
 * twice as long.
 */
export class Strikes {
  readonly #strikes = new Map<string, Strike>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  add(cell: FormulaCell): void {
    const count = (this.#strikes.get(keyOf(cell))?.count ?? 0) + 1
    const waitMs = count === 1 ? 0 : Math.min(BOUNDS.longestWaitMs, BOUNDS.silenceMs * 2 ** count)
    this.#strikes.set(keyOf(cell), { cell, count, untilMs: this.#now() + waitMs })
  }

  get isEmpty(): boolean {
    return this.#strikes.size === 0
  }

  /** Forgets cells that have another formula now. */
  forget(cells: readonly FormulaCell[]): void {
    for (const cell of cells) this.#strikes.delete(keyOf(cell))
  }

  /** The formulas that aren't calculated now. */
  get waiting(): FormulaCell[] {
    const nowMs = this.#now()
    return [...this.#strikes.values()].flatMap(({ cell, untilMs }) =>
      untilMs > nowMs ? [cell] : [],
    )
  }
}
