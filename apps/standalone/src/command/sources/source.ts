/** A document in the store of another server. */
export interface SourceDocument {
  readonly name: string
  /** An update of Yjs, encoding version 1. */
  readonly update: Uint8Array
}

/**
 * Reads all documents of a store of another server, and changes nothing in it.
 *
 * @param place the store's folder, file or address
 * @throws {Error} if there is no such store
 */
export type Source = (place: string) => AsyncGenerator<SourceDocument>
