import { Ranges } from './ranges.js'
import { bytesOf, endOf, pieces, type Struct } from './structs.js'
import { encodeUpdate } from './update.js'

/** One post. */
export interface Part {
  readonly update: Uint8Array<ArrayBuffer>
  /** The clocks in it, when it was made: a struct of the document may grow later. */
  readonly ranges: readonly (readonly [client: number, start: number, end: number])[]
  readonly deleted: Ranges
}

/** How much the server accepts in one post, as far as it is known. */
export interface PartLimits {
  readonly bytes: number
  readonly structs: number
}

// An upper bound of the header before each client's structs.
const CLIENT_BYTES = 32
// An upper bound of two encoded numbers.
const RANGE_BYTES = 20

/**
 * Splits structs and deletions into posts within the limits. A struct that can't be split is a part of
 * its own, however large. Deletions come last.
 *
 * @param structs in causal order
 */
export function partsOf(structs: readonly Struct[], deleted: Ranges, limits: PartLimits): Part[] {
  const groups = groupsOf(structs, limits)
  const last = groups.at(-1) ?? []
  const whole = partOf(last, deleted)
  const all = groups.slice(0, -1).map((group) => partOf(group, new Ranges()))
  if (whole.update.length <= limits.bytes) return isNothing(whole) ? all : [...all, whole]
  if (last.length > 0) all.push(partOf(last, new Ranges()))
  return [...all, ...deletionsInParts(deleted, limits.bytes)]
}

function isNothing({ ranges, deleted }: Part): boolean {
  return ranges.length === 0 && deleted.isEmpty
}

function partOf(structs: readonly Struct[], deleted: Ranges): Part {
  const ranges = structs.map(
    (struct) => [struct.id.client, struct.id.clock, endOf(struct)] as const,
  )
  return { update: encodeUpdate(structs, deleted), ranges, deleted }
}

function groupsOf(structs: readonly Struct[], limits: PartLimits): Struct[][] {
  const groups: Struct[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const struct of structs.flatMap((each) => pieces(each, limits.bytes - CLIENT_BYTES))) {
    const more = bytesOf(struct) + CLIENT_BYTES
    const group = groups.at(-1)
    bytes += more
    if (group !== undefined && bytes <= limits.bytes && group.length < limits.structs) {
      group.push(struct)
    } else {
      groups.push([struct])
      bytes = more
    }
  }
  return groups
}

function deletionsInParts(deleted: Ranges, maxBytes: number): Part[] {
  const all = [...deleted]
  const count = Math.max(1, Math.floor(maxBytes / (CLIENT_BYTES + RANGE_BYTES)))
  const parts: Part[] = []
  for (let at = 0; at < all.length; at += count) {
    const some = new Ranges()
    for (const range of all.slice(at, at + count)) some.add(...range)
    parts.push(partOf([], some))
  }
  return parts
}
