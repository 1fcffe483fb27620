import {
  ContentString,
  ContentType,
  createID,
  getState,
  isDeleted,
  Item,
  Map as YMap,
  type Text,
  type Transaction,
} from 'yjs'
import type { Block } from './block.js'
import type { Entry, Marker } from './flow.js'
import type { OwnItems } from './own-items.js'

/** Text that was typed here into a block that someone else deleted meanwhile. */
export interface Orphan {
  /** The last remaining piece of the text. */
  readonly item: Item
  /** The deleted block. */
  readonly block: Block
}

/**
 * Finds text that was typed here into blocks that others deleted; only its writer can tell it from
 * other text. Without a marker of its own it would become the beginning of the next block. A block
 * that was only joined to another one has lost no text, and one that was deleted in part no longer
 * exists.
 *
 * @see PAGE.md PF21, PF24
 */
export class Orphanage {
  readonly #own: OwnItems
  /** The markers of blocks in which others deleted everything but what was typed here. */
  readonly #emptied = new WeakSet<Marker>()

  constructor(own: OwnItems) {
    this.#own = own
  }

  /** @param entries the text before the transaction */
  find(entries: readonly Entry[], { deleteSet }: Transaction): readonly Orphan[] {
    if (deleteSet.clients.size === 0) return []
    return entries.flatMap(({ marker, block }, at) => {
      const end = marker?._item
      if (!marker || !end) return []
      const begin = entries[at - 1]?.marker?._item ?? null
      if (hasLost(end, begin, deleteSet)) this.#emptied.add(marker)
      if (!end.deleted || !this.#emptied.has(marker)) return []
      const item = this.#lastOwn(end, begin)
      return item === undefined ? [] : [{ item, block }]
    })
  }

  /**
   * Returns the last piece of a block; `undefined` if there is none, or if someone else's text
   * follows in it.
   */
  #lastOwn(end: Item, begin: Item | null): Item | undefined {
    let last: Item | undefined
    let isWithin = true
    for (let item = end.left; item !== null; item = item.left) {
      isWithin &&= item !== begin
      if (item.deleted) continue
      if (item.content instanceof ContentType) break
      if (!(item.content instanceof ContentString)) continue
      if (!this.#own.has(item)) return undefined
      if (isWithin) last ??= item
    }
    return last
  }
}

/**
 * Ends a block right behind a piece of text that still exists. Yjs itself would insert after the
 * deleted end, and text that others put there at the same time would come between.
 */
export function endBlock(
  text: Text,
  left: Item,
  fields: { readonly [name: string]: unknown },
  transaction: Transaction,
): void {
  if (left.deleted) return
  const { clientID, store } = transaction.doc
  const id = createID(clientID, getState(store, clientID))
  const content = new ContentType(new YMap(Object.entries(fields)))
  const { lastId, right } = left
  new Item(id, left, lastId, right, right?.id ?? null, text, null, content).integrate(
    transaction,
    0,
  )
  // Yjs caches positions in the text here, and these are out of date.
  text._searchMarker = []
}

/** Returns whether something between the ends of two blocks was deleted. */
function hasLost(end: Item, begin: Item | null, deleteSet: Transaction['deleteSet']): boolean {
  for (let item = end.left; item !== null && item !== begin; item = item.left) {
    if (item.deleted && item.content.isCountable() && isDeleted(deleteSet, item.id)) return true
  }
  return false
}
