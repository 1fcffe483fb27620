import type { CellRange } from './cells.js'
import { readCheck, valuesOf, type Check } from './check.js'
import { readFormula, type Formula } from './formula.js'
import type { BodyKind } from './ranged-list.js'

/** A data validation: cells, and what they may contain. */
export interface Validation {
  readonly id: string
  readonly ranges: readonly CellRange[]
  /** A text that begins with `=` is a formula, for the first cell of the first range. */
  readonly check: Check<string>
}

/** A check of the document. */
export type StoredCheck = Check<string | Formula>

/** How data validations are stored. @see SHEET.md SH123, SH125 */
export const VALIDATIONS: BodyKind<StoredCheck> = {
  property: 'check',
  read: (value) => readCheck(value, readValue),
  hasFormulas: (check) => valuesOf(check).some((value) => typeof value !== 'string'),
}

const readValue = (value: unknown): string | Formula | undefined =>
  typeof value === 'string' ? readText(value) : readFormula(value)

/** A formula is a list (SD8), and never a text. */
const readText = (text: string): string | undefined =>
  text.startsWith('=') ? undefined : text.toWellFormed()
