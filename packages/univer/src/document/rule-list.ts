import { compare } from './axis.js'
import { formulasOf, readEffect, type Effect } from './effect.js'
import { readFormula, type Formula } from './formula.js'
import { LIMITS } from './limits.js'
import { isOrderKey, type OrderKey } from './order-key.js'
import type { Rule } from './rules.js'

/** A rule of the document, wherever its cells are now. */
export interface StoredRule {
  readonly id: string
  readonly at: OrderKey
  /** The corners of its ranges, with `..` between them. */
  readonly ranges: readonly string[]
  readonly effect: Effect<Formula>
  readonly stopIfTrue: boolean
}

/** A rule as far as the document has it. */
interface Parts {
  readonly at?: OrderKey | undefined
  readonly ranges?: readonly string[] | undefined
  readonly effect?: Pick<StoredRule, 'effect' | 'stopIfTrue'> | undefined
}

const ENTRY = /^([A-Za-z0-9_-]{1,64})\/(at|ranges|effect)$/

/** Returns whether a text can be the id of a rule. */
export const isRuleId = (id: string): boolean => ENTRY.test(`${id}/at`)

/**
 * The conditional formats of a sheet in the document, and those that the grid shows.
 *
 * @see SHEET.md SF20
 */
export class RuleList {
  readonly #parts = new Map<string, Parts>()
  isTouched = true
  shown: readonly Rule[] = []

  /** Reads an entry, which a stranger may have written; `undefined` is a deleted one. */
  read(entry: string, value: unknown): void {
    const [, id, property] = ENTRY.exec(entry) ?? []
    if (id === undefined) return
    this.isTouched = true
    const before = this.#parts.get(id)
    if (property === 'at') this.#set(id, { ...before, at: isOrderKey(value) ? value : undefined })
    else if (property === 'ranges') this.#set(id, { ...before, ranges: readRanges(value) })
    else this.#set(id, { ...before, effect: readStoredEffect(value) })
  }

  #set(id: string, parts: Parts): void {
    const isEmpty = Object.values(parts).every((part) => part === undefined)
    if (isEmpty) this.#parts.delete(id)
    else this.#parts.set(id, parts)
  }

  keyOf(id: string): OrderKey | undefined {
    return this.#parts.get(id)?.at
  }

  /** Whether some of the rules depend on where the cells are that their formulas refer to. */
  get hasFormulas(): boolean {
    return [...this.#parts.values()].some(
      ({ effect }) => effect !== undefined && formulasOf(effect.effect).length > 0,
    )
  }

  /** The rules that have all of their entries, the most important one first. */
  get inOrder(): StoredRule[] {
    const complete = [...this.#parts].flatMap(([id, { at, ranges, effect }]) =>
      at === undefined || ranges === undefined || effect === undefined
        ? []
        : [{ id, at, ranges, ...effect }],
    )
    return complete.toSorted((a, b) => compare(a.at, b.at) || compare(a.id, b.id))
  }
}

function readRanges(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > LIMITS.rangesOfRule) return undefined
  const texts = (value as unknown[]).filter((text) => typeof text === 'string')
  return texts.length === value.length ? texts : undefined
}

function readStoredEffect(value: unknown): Parts['effect'] {
  if (isTooLong(value)) return undefined
  const effect = readEffect(value, readFormula)
  if (effect === undefined) return undefined
  return { effect, stopIfTrue: (value as { readonly stop?: unknown }).stop === true }
}

/** Returns whether an effect is too long for a document, or can't be written as JSON. @see SHEET.md SF22 */
export function isTooLong(effect: unknown): boolean {
  try {
    return (JSON.stringify(effect) ?? '').length > LIMITS.ruleCharacters
  } catch {
    return true
  }
}
