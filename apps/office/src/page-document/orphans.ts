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

/** What somebody typed here into a block that another deleted meanwhile. */
export interface Orphan {
  /** The last piece of it that is left. */
  readonly item: Item
  /** What the block was. */
  readonly block: Block
}

/**
 * Finds what is left of blocks that others have deleted, which only who typed it knows: without a marker
 * of its own it would be the beginning of the next block. A block that was only joined to another one
 * has lost no text, and one that was deleted in part is no block any more.
 *
 * @see PAGE.md PF21, PF24
 */
export class Orphanage {
  readonly #own: OwnItems
  /** Ends of blocks from which others took all but what was typed here. */
  readonly #emptied = new WeakSet<Marker>()

  constructor(own: OwnItems) {
    this.#own = own
  }

  /** @param entries how the text was before. */
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

  /** The last piece of a block; `undefined` if there is none, or something of others goes on in it. */
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
 * Ends a block right behind a piece of text, if that is still there. Yjs itself would go past the deleted
 * end, and what others put behind that at the same time would stand between the text and its new end.
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
  // These remember how far from the beginning something stands, which isn't so any more.
  text._searchMarker = []
}

/** Whether something was taken out between the ends of two blocks. */
function hasLost(end: Item, begin: Item | null, deleteSet: Transaction['deleteSet']): boolean {
  for (let item = end.left; item !== null && item !== begin; item = item.left) {
    if (item.deleted && item.content.isCountable() && isDeleted(deleteSet, item.id)) return true
  }
  return false
}
