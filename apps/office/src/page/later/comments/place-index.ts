import { createID, getItem, getState, Item, type AbstractType, type Doc } from 'yjs'
import {
  isFlow,
  rootName,
  toPlace,
  type Place,
  type RelativeJson,
} from '../../../page-document/places.js'
import type { Anchor } from './comments-document.js'

/** A range of one of a page's texts. */
export interface Range {
  readonly flow: string
  readonly from: number
  readonly to: number
}

/**
 * Where the text of a thread is; `gone` once it is deleted, and `pending` while this window hasn't got it yet.
 *
 * `isBroughtBack` is whether only this window, which has brought text back by undo, can tell where it is.
 */
export type Found = (Range & { readonly isBroughtBack: boolean }) | 'gone' | 'pending'

interface Resolved {
  readonly item: Item
  /** The offset of the character in the item. */
  readonly offset: number
  readonly isBroughtBack: boolean
}

/**
 * Finds many threads in a page at one moment. Yjs walks through the whole text for each position, which takes
 * seconds for hundreds of threads in a long page; this walks once through each text.
 */
export class PlaceIndex {
  readonly #doc: Doc
  readonly #starts = new Map<AbstractType<unknown>, ReadonlyMap<Item, number>>()

  constructor(doc: Doc) {
    this.#doc = doc
  }

  /** @see PAGE.md PG66 */
  find({ start, end }: Anchor): Found {
    if (this.#isPending(start) || this.#isPending(end)) return 'pending'
    const [from, to] = [this.#resolve(start), this.#resolve(end)]
    const [first, last] = [this.#placeOf(start, from), this.#placeOf(end, to)]
    if (first === undefined || last?.flow !== first.flow || last.index <= first.index) return 'gone'
    const isBroughtBack = from?.isBroughtBack === true || to?.isBroughtBack === true
    return { flow: first.flow, from: first.index, to: last.index, isBroughtBack }
  }

  #isPending({ item }: RelativeJson): boolean {
    return item !== null && getState(this.#doc.store, item.client) <= item.clock
  }

  /** Follows a character to where an undo has brought it back. */
  #resolve({ item: id }: RelativeJson): Resolved | undefined {
    let isBroughtBack = false
    for (let next = id; next !== null;) {
      const item: unknown = getItem(this.#doc.store, createID(next.client, next.clock))
      // Its content is deleted for good.
      if (!(item instanceof Item)) return undefined
      const offset = next.clock - item.id.clock
      const { redone } = item
      if (redone === null) return { item, offset, isBroughtBack }
      isBroughtBack = true
      next = { client: redone.client, clock: redone.clock + offset }
    }
    return undefined
  }

  #placeOf(relative: RelativeJson, resolved: Resolved | undefined): Place | undefined {
    // The end of a text is no character of it.
    if (relative.item === null) return toPlace(this.#doc, relative)
    if (resolved === undefined) return undefined
    const { item, offset } = resolved
    const type = item.parent as AbstractType<unknown>
    const flow = rootName(type)
    if (flow === undefined || !isFlow(flow)) return undefined
    const within = item.deleted || !item.countable ? 0 : offset + (relative.assoc < 0 ? 1 : 0)
    return { flow, index: (this.#startsOf(type).get(item) ?? 0) + within }
  }

  #startsOf(type: AbstractType<unknown>): ReadonlyMap<Item, number> {
    const known = this.#starts.get(type)
    if (known !== undefined) return known
    const starts = new Map<Item, number>()
    let index = 0
    for (let item = type._start; item !== null; item = item.right) {
      starts.set(item, index)
      if (!item.deleted && item.countable) index += item.length
    }
    this.#starts.set(type, starts)
    return starts
  }
}
