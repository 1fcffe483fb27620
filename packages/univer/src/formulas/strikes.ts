import { BOUNDS } from './bounds.js'
import { movedCell, type LineMove } from './line-move.js'
import type { FormulaCell } from './messages.js'

interface Strike {
  readonly cell: FormulaCell
  readonly count: number
  readonly untilMs: number
}

const keyOf = ({ sheet, row, column }: FormulaCell): string => `${sheet}:${row}:${column}`

/**
 * The formulas at which workers were terminated. Formulas with random functions are calculated at
 * every change, and would terminate a worker each time: from the second time on such a formula
 * waits, each time twice as long.
 */
export class Strikes {
  #strikes = new Map<string, Strike>()
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

  /** Forgets cells that got another formula. */
  forget(cells: readonly FormulaCell[]): void {
    for (const cell of cells) this.#strikes.delete(keyOf(cell))
  }

  /** Updates the cells when lines are inserted, deleted or moved. */
  follow(move: LineMove): void {
    const strikes = [...this.#strikes.values()].flatMap((strike) => {
      const cell = movedCell(strike.cell, move)
      return cell === null ? [] : [{ ...strike, cell }]
    })
    this.#strikes = new Map(strikes.map((strike) => [keyOf(strike.cell), strike]))
  }

  /** Forgets all cells. */
  clear(): void {
    this.#strikes.clear()
  }

  /** The formulas that must wait now. */
  get waiting(): FormulaCell[] {
    const nowMs = this.#now()
    return [...this.#strikes.values()].flatMap(({ cell, untilMs }) =>
      untilMs > nowMs ? [cell] : [],
    )
  }
}
