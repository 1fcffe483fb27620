import { compare } from './axis.js'
import type { CellRange } from './cells.js'
import { LIMITS } from './limits.js'
import { isOrderKey, type OrderKey } from './order-key.js'

/** Something of a sheet that is about cells, such as a conditional format. */
export interface Ranged {
  readonly id: string
  readonly ranges: readonly CellRange[]
}

/** The same in the document, wherever its cells are now. */
export interface Stored<B> {
  readonly id: string
  readonly at: OrderKey
  /** The corners of its ranges, with `..` between them. */
  readonly ranges: readonly string[]
  readonly body: B
}

/** A stored one as far as the document has it. */
type Parts<B> = { readonly [part in keyof Omit<Stored<B>, 'id'>]?: Stored<B>[part] | undefined }

/** What a list has for each of its cells. */
export interface BodyKind<B> {
  /** The name of its entry. */
  readonly property: string
  /** Reads it, which a stranger may have written. */
  read(value: unknown): B | undefined
  hasFormulas(body: B): boolean
}

const ENTRY = /^([A-Za-z0-9_-]{1,64})\/([a-z]+)$/

/** Returns whether a text can be the id of something in a list, which grids keep in objects. @see SHEET.md SH220 */
export const isListId = (id: string): boolean => ENTRY.test(`${id}/at`) && !(id in {})

/**
 * The conditional formats or the data validations of a sheet in the document, and those that the grid shows.
 *
 * @template B what the document has for the cells of each
 * @see SHEET.md SF20, SH123
 */
export class RangedList<B, Shown extends Ranged> {
  readonly #kind: BodyKind<B>
  readonly #parts = new Map<string, Parts<B>>()
  isTouched = true
  shown: readonly Shown[] = []

  constructor(kind: BodyKind<B>) {
    this.#kind = kind
  }

  /** Reads an entry, which a stranger may have written; `undefined` is a deleted one. */
  read(entry: string, value: unknown): void {
    const [, id, property] = ENTRY.exec(entry) ?? []
    if (id === undefined || id in {}) return
    const before = this.#parts.get(id)
    if (property === 'at') this.#set(id, { ...before, at: isOrderKey(value) ? value : undefined })
    else if (property === 'ranges') this.#set(id, { ...before, ranges: readRanges(value) })
    else if (property === this.#kind.property) this.#set(id, { ...before, body: this.#body(value) })
  }

  #body(value: unknown): B | undefined {
    return isTooLong(value) ? undefined : this.#kind.read(value)
  }

  #set(id: string, parts: Parts<B>): void {
    this.isTouched = true
    const isEmpty = Object.values(parts).every((part) => part === undefined)
    if (isEmpty) this.#parts.delete(id)
    else this.#parts.set(id, parts)
  }

  /** The names of the entries of each. */
  get properties(): readonly string[] {
    return ['at', 'ranges', this.#kind.property]
  }

  keyOf(id: string): OrderKey | undefined {
    return this.#parts.get(id)?.at
  }

  /** Marks the list if some of it depends on where the cells are that its formulas refer to. */
  touchFormulas(): void {
    this.isTouched ||= [...this.#parts.values()].some(
      ({ body }) => body !== undefined && this.#kind.hasFormulas(body),
    )
  }

  /** Those that have all of their entries, the lowest key first. */
  get inOrder(): Stored<B>[] {
    const complete = [...this.#parts].flatMap(([id, { at, ranges, body }]) =>
      at === undefined || ranges === undefined || body === undefined
        ? []
        : [{ id, at, ranges, body }],
    )
    return complete.toSorted((a, b) => compare(a.at, b.at) || compare(a.id, b.id))
  }
}

function readRanges(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > LIMITS.rangesOfRule) return undefined
  const texts = (value as unknown[]).filter((text) => typeof text === 'string')
  return texts.length === value.length ? texts : undefined
}

/** Returns whether a value is too long for a document, or can't be written as JSON. @see SHEET.md SF22 */
export function isTooLong(value: unknown): boolean {
  try {
    return (JSON.stringify(value) ?? '').length > LIMITS.ruleCharacters
  } catch {
    return true
  }
}
