import { printEnd } from '../document/a1.js'
import type { LeftOut, LeftOutFeature } from './model.js'

/** A cell by position. */
export interface At {
  readonly row: number
  readonly column: number
}

/** Returns the name of a cell. @example cellName({ row: 6, column: 1 }) // 'B7' */
const cellName = ({ row, column }: At): string =>
  printEnd({ row, column, isRowFixed: false, isColumnFixed: false })

/** Collects what of a file is left out. */
export class Report {
  readonly #entries = new Map<string, { -readonly [key in keyof LeftOut]: LeftOut[key] }>()

  /** Notes that something is left out; of several, the first cell is the example. */
  note(feature: LeftOutFeature, sheet: string, count = 1, at?: At): void {
    if (count === 0) return
    const key = `${feature}/${sheet}`
    const entry = this.#entries.get(key)
    if (entry !== undefined) entry.count += count
    else {
      const example = at === undefined ? {} : { example: cellName(at) }
      this.#entries.set(key, { feature, sheet, count, ...example })
    }
  }

  get entries(): LeftOut[] {
    return [...this.#entries.values()]
  }
}
