import { isSame } from './cells.js'
import type { Chance } from './order-key.js'
import { OwnWrites } from './own-writes.js'
import type { Written, Workbook } from './workbook.js'

/** The entries that one step of this grid writes into the document. */
export class Draft {
  readonly chance: Chance
  /** From how many cells on a step writes blocks. */
  readonly blockFrom: number
  readonly own = new OwnWrites()
  readonly #workbook: Workbook
  #written = new Map<string, Set<string>>()

  constructor(workbook: Workbook, chance: Chance, blockFrom: number) {
    this.#workbook = workbook
    this.chance = chance
    this.blockFrom = blockFrom
  }

  /** Writes or deletes an entry; an equal one isn't written, since that would only add history. */
  put(part: string, key: string, value: unknown): void {
    const entries = this.#workbook.part(part)
    if (value === undefined) {
      if (entries.has(key)) entries.delete(key)
    } else if (!entries.has(key) || !isSame(entries.get(key), value)) {
      entries.set(key, value)
    }
    // Equal entries count too, since the grid may show something older.
    const keys = this.#written.get(part) ?? new Set()
    this.#written.set(part, keys.add(key))
  }

  /** Writes an entry even if it is the same, so that it is later than what others have written. */
  renew(part: string, key: string, value: unknown): void {
    this.#workbook.part(part).set(key, value)
    const keys = this.#written.get(part) ?? new Set()
    this.#written.set(part, keys.add(key))
  }

  /** Returns the entries written since the last call. */
  take(): Written {
    const written = this.#written
    this.#written = new Map()
    return written
  }
}
