import { ContentString, ContentType, isDeleted, type Item, type Transaction } from 'yjs'
import type { Block } from './block.js'
import type { Entry } from './flow.js'
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
 * @param entries how the text was before.
 * @see PAGE.md PF9
 */
export function findOrphans(
  entries: readonly Entry[],
  transaction: Transaction,
  own: OwnItems,
): readonly Orphan[] {
  return entries.flatMap(({ marker, block }) => {
    const end = marker?._item
    if (!end?.deleted) return []
    const item = lastOwn(end, transaction, own)
    return item === undefined ? [] : [{ item, block }]
  })
}

function lastOwn(end: Item, { deleteSet }: Transaction, own: OwnItems): Item | undefined {
  const pieces: Item[] = []
  let hasLost = false
  let item = end.left
  for (; item !== null && !(item.content instanceof ContentType); item = item.left) {
    if (item.deleted) hasLost ||= isDeleted(deleteSet, item.id)
    else if (item.content instanceof ContentString) pieces.push(item)
  }
  const isOwn = pieces.length > 0 && pieces.every((piece) => own.has(piece))
  return hasLost && isOwn && !item?.deleted ? pieces[0] : undefined
}
