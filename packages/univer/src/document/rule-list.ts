import type { CellRange } from './cells.js'
import { formulasOf, readEffect, type Effect } from './effect.js'
import { readFormula, type Formula } from './formula.js'
import type { BodyKind } from './ranged-list.js'

/** A conditional format: cells, and what is shown of those that fit. */
export interface Rule {
  readonly id: string
  readonly ranges: readonly CellRange[]
  /** Whether no less important rule counts for a cell that fits. */
  readonly stopIfTrue: boolean
  readonly effect: Effect<string>
}

/** What the document has for the cells of a rule. */
export interface StoredEffect {
  readonly effect: Effect<Formula>
  readonly stopIfTrue: boolean
}

/** How rules are stored. @see SHEET.md SF20, SF22 */
export const RULES: BodyKind<StoredEffect> = {
  property: 'effect',
  read(value) {
    const effect = readEffect(value, readFormula)
    if (effect === undefined) return undefined
    return { effect, stopIfTrue: (value as { readonly stop?: unknown }).stop === true }
  },
  hasFormulas: ({ effect }) => formulasOf(effect).length > 0,
}
