import { mergeUpdates as mergeYjs } from 'yjs'

// The cost of merging grows with the square of the number of updates: 64 small ones take 1 ms, 1,000
// take 120 ms. A large one is parsed whole, at about 10 MB a second, or 2 MB if it consists of the
// smallest possible pieces.
const MAX_UPDATES = 64
const MAX_BYTES = 16_384
/** The maximum size of one merge, which blocks the server's main thread. */
const MAX_MERGED_BYTES = 65_536

/**
 * Merges many updates into a few equivalent ones. Updates beyond the limits for one merge stay
 * unmerged.
 *
 * @param updates accepted ones, which are known to be readable
 * @see PROTOCOL.md DO31
 */
export function mergeUpdates(updates: readonly Uint8Array[]): readonly Uint8Array[] {
  let mergedBytes = 0
  return inGroups(updates).flatMap((group) => {
    if (group.length === 1) return group
    mergedBytes += bytesOf(group)
    return mergedBytes <= MAX_MERGED_BYTES ? [mergeYjs(group)] : group
  })
}

/** Merges all updates into one; `undefined` if there are none, or they exceed the limits for one merge. */
export function mergeIntoOne(updates: readonly Uint8Array[]): Uint8Array | undefined {
  const [group, ...others] = inGroups(updates)
  if (group === undefined || others.length > 0) return undefined
  return group.length === 1 ? group[0] : mergeYjs(group)
}

function inGroups(updates: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = []
  let bytes = Infinity
  for (const update of updates) {
    bytes += update.byteLength
    const group = groups.at(-1)
    if (group !== undefined && group.length < MAX_UPDATES && bytes <= MAX_BYTES) group.push(update)
    else {
      groups.push([update])
      bytes = update.byteLength
    }
  }
  return groups
}

function bytesOf(updates: readonly Uint8Array[]): number {
  return updates.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
