import type { Doc } from 'yjs'
import {
  type Clocks,
  compare,
  cut,
  endOf,
  isWithinPairAt,
  type Struct,
  structsOf,
} from './structs.js'

/**
 * From where on the server has other contents than a document, by client id. Nothing, unless
 * somebody else has used the same clocks. Before contents that differ, those are taken for
 * different as well that are deleted there and not known any more.
 *
 * @param known up to where both are known to be the same
 * @param theirs what the server has beyond that
 */
export function forksIn(doc: Doc, known: Clocks, theirs: readonly Struct[]): Map<number, number> {
  const doubts = new Map<number, number>()
  const forks = new Set<number>()
  for (const [own, other] of overlaps(doc, known, theirs)) {
    const { client, clock } = own.id
    const likeness = compare(own, other)
    if (likeness === 'same') continue
    doubts.set(client, Math.min(clock, doubts.get(client) ?? clock))
    if (likeness === 'different') forks.add(client)
  }
  return new Map([...doubts].filter(([client]) => forks.has(client)))
}

/** What is here and there under the same clocks, beyond what is known to be the same. */
function* overlaps(
  doc: Doc,
  known: Clocks,
  theirs: readonly Struct[],
): Generator<[own: Struct, other: Struct]> {
  for (const other of theirs) {
    const { client, clock } = other.id
    const from = Math.max(clock, known.get(client) ?? 0)
    for (const own of structsOf(doc, client, from, endOf(other))) {
      yield [own, cut(other, own.id.clock, endOf(own))]
    }
  }
}

/** Where the server has one half of a surrogate pair, which can't be made whole there any more. */
export function halvesIn(doc: Doc, server: Clocks): Map<number, number> {
  const halves = [...server].filter(([client, clock]) => isWithinPairAt(doc, client, clock))
  return new Map(halves.map(([client, clock]) => [client, clock - 1]))
}
