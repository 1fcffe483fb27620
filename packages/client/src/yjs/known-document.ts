import { deletionsBefore, isNoDocument } from '@whereabouts/protocol'
import { decodeStateVector, type Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'

/** The state vector of nothing. */
export const NO_CLOCKS = Uint8Array.of(0)

/** What is known of the server's document. */
export interface KnownDocument {
  /** Which document of the room it is. @see PROTOCOL.md DO47 */
  readonly incarnation: string
  /** Its state vector. */
  readonly vector: Uint8Array
  /** Whether it was this client's user's. @see PROTOCOL.md SR25 */
  readonly isOwn?: boolean
}

/**
 * What became of a document, by what the server says now:
 * - `same`: it is this one, or there was none before;
 * - `deleted`: somebody deleted it;
 * - `lost`: the server has lost it, and the room is empty;
 * - `other`: the server has lost it, and another one is in its place.
 *
 * @see PROTOCOL.md DO50, DO97
 */
export type Fate = 'same' | 'deleted' | 'lost' | 'other'

/** Returns what became of a document, by its name and what stands in its place now. */
export function fateOf(mine: string | null, said: string): Fate {
  if (mine === null || mine === said || isNoDocument(mine)) return 'same'
  if (deletionsBefore(said) > deletionsBefore(mine)) return 'deleted'
  return isNoDocument(said) ? 'lost' : 'other'
}

/** Returns whether two names are of one document, or of one and of what was before it. */
export function areOfOne(one: string, other: string): boolean {
  if (one === other) return true
  return (
    isNoDocument(one) !== isNoDocument(other) && deletionsBefore(one) === deletionsBefore(other)
  )
}

/** Returns a document as an update, if it has anything beyond a state vector. */
export function beyond(doc: Doc, vector: Uint8Array): Uint8Array | null {
  const there = decodeStateVector(vector)
  const here = decodeStateVector(encodeStateVector(doc))
  const isBeyond = [...here].some(([client, clock]) => clock > (there.get(client) ?? 0))
  return isBeyond ? encodeStateAsUpdate(doc) : null
}
