import { mergeUpdates as mergeYjs } from 'yjs'

// What merging costs grows with the square of how many there are: 64 small updates take 1 ms, 1,000
// take 120 ms. And one that is large is parsed whole, at some 10 MB a second, or at 2 MB where somebody
// made it of the smallest pieces.
const MAX_UPDATES = 64
const MAX_BYTES = 16_384
/** How much is merged at once, as it blocks the server's own thread. */
const MAX_MERGED_BYTES = 65_536

/**
 * Makes few updates of many that mean the same. What is more than the event loop has time for stays
 * as it is.
 *
 * @param updates that were accepted, so that they can be read
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

/** Makes one update of all; `undefined` if they are none, or more than the event loop has time for. */
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
