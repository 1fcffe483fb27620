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
 * Returns the first clock of each client from which on the server's contents differ from the document's;
 * empty unless another client used the same clocks. A deleted struct whose contents are unknown counts
 * as different if it comes before one that differs, or in place of what only this document can have.
 *
 * @param known up to where both are known to be equal
 * @param theirs the server's structs beyond that
 * @param unsent returns whether a struct was written here and never sent
 */
export function forksIn(
  doc: Doc,
  known: Clocks,
  theirs: readonly Struct[],
  unsent: (struct: Struct) => boolean,
): Map<number, number> {
  const doubts = new Map<number, number>()
  const forks = new Set<number>()
  const lost = new Set<number>()
  /** Whose content, never sent from here, somebody else has sent: another page with the same copy of the document. */
  const copied = new Set<number>()
  for (const [own, other] of overlaps(doc, known, theirs)) {
    const { client, clock } = own.id
    const likeness = compare(own, other)
    if (likeness === 'same' && unsent(own)) copied.add(client)
    if (likeness === 'same') continue
    doubts.set(client, Math.min(clock, doubts.get(client) ?? clock))
    if (likeness === 'different') forks.add(client)
    else if (unsent(own)) lost.add(client)
  }
  const isFork = (client: number) => forks.has(client) || (lost.has(client) && !copied.has(client))
  return new Map([...doubts].filter(([client]) => isFork(client)).map(beforePairIn(doc)))
}

/** Yields the structs with the same clocks on both sides, beyond what is known to be equal. */
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

/** Returns the clocks at which the server ends within a surrogate pair, which it can't repair. */
export function splitPairsIn(doc: Doc, server: Clocks): Map<number, number> {
  const halves = [...server].filter(([client, clock]) => isWithinPairAt(doc, client, clock))
  return new Map(halves.map(beforePairIn(doc)))
}

/** Returns what moves a client's clock to before the surrogate pair that it is within, if it is. */
function beforePairIn(doc: Doc): (at: [number, number]) => [number, number] {
  return ([client, clock]) => [client, clock - Number(isWithinPairAt(doc, client, clock))]
}
