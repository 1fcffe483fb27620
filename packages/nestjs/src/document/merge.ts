import { mergeUpdates as mergeYjs } from 'yjs'

// What merging costs grows with the square of how many there are: 64 small updates take 1 ms, 1,000
// take 120 ms. And one that is large is parsed whole, at some 10 MB a second.
const MAX_UPDATES = 64
const MAX_BYTES = 65_536

/**
 * Makes few updates of many that mean the same; one, unless they are more or larger than the event
 * loop has time for.
 *
 * @param updates that were accepted, so that they can be read
 * @see PROTOCOL.md DO3
 */
export function mergeUpdates(updates: readonly Uint8Array[]): readonly Uint8Array[] {
  return inGroups(updates).map((group) => (group.length === 1 ? group[0]! : mergeYjs(group)))
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
