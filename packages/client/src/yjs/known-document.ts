import { decodeStateVector, type Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'

/** What is known of the server's document. */
export interface KnownDocument {
  /** Which document of the room it is. @see PROTOCOL.md DO47 */
  readonly incarnation: string
  /** Its state vector. */
  readonly vector: Uint8Array
}

/** Returns a document as an update, if it has anything beyond a state vector. */
export function beyond(doc: Doc, vector: Uint8Array): Uint8Array | null {
  const there = decodeStateVector(vector)
  const here = decodeStateVector(encodeStateVector(doc))
  const isBeyond = [...here].some(([client, clock]) => clock > (there.get(client) ?? 0))
  return isBeyond ? encodeStateAsUpdate(doc) : null
}
