/** A document in the store of another server. */
export interface SourceDocument {
  readonly name: string
  /**
   * Returns its content as an update of Yjs, encoding version 1.
   *
   * @throws {Error} if the document is damaged, or can't be read
   */
  readonly read: () => Uint8Array | Promise<Uint8Array>
}

/**
 * Reads all documents of a store of another server, and changes nothing in it.
 *
 * @param place the store's folder, file or address
 * @throws {Error} if there is no such store
 */
export type Source = (place: string) => AsyncGenerator<SourceDocument>
