/** The call that a file is converted for. */
export interface FileCall {
  /** Names whom the call is counted for, so that one caller doesn't keep others waiting. */
  readonly account: string
  /** Aborted when nobody waits any more, with a problem to reject with. The conversion should end then. */
  readonly signal: AbortSignal
}

/**
 * Files that become documents, and documents that become files, such as spreadsheets.
 *
 * @see FILES.md FL15, FL16
 */
export interface DocumentFiles {
  /** The media types of the files, in lower case and without parameters. @example ['text/csv'] */
  readonly types: readonly string[]
  /** How large a file may be, in bytes; at most `maxArrivingBytes`. */
  readonly maxBytes: number
  /**
   * Returns an update of Yjs 13 with the document for a file of a stranger. Has to bound its time and memory.
   *
   * @throws {Problem} for the caller
   */
  readonly read: (type: string, file: Uint8Array, call: FileCall) => Promise<Uint8Array>
  /**
   * Returns a file for a document, which is given as an update of Yjs 13.
   *
   * @throws {Problem} for the caller
   */
  readonly write: (type: string, update: Uint8Array, call: FileCall) => Promise<Uint8Array>
}
