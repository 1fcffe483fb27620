import { createHash } from 'node:crypto'

/** The schema that this version reads and writes. @see PROTOCOL.md DO11 */
export const SCHEMA_VERSION = 5

/** The size of a snapshot's parts. */
const PART_BYTES = 1_048_576

/** @throws {Error} if the store was written by a newer version */
export function checkSchema(version: number, where: string): void {
  if (version <= SCHEMA_VERSION) return
  throw new Error(
    `${where} was written by a newer version (schema ${version}, this one knows ${SCHEMA_VERSION}); it is left as it is. Start that version, or use another place.`,
  )
}

/** Splits a snapshot into parts that are written one at a time. */
export function partsOf(snapshot: Uint8Array): Uint8Array[] {
  const count = Math.ceil(snapshot.byteLength / PART_BYTES)
  return Array.from({ length: count }, (_, part) =>
    snapshot.subarray(part * PART_BYTES, (part + 1) * PART_BYTES),
  )
}

/**
 * Returns the id of a document's row. A store keeps this id, but not the name, of a removed document.
 */
export function documentId(roomName: string): string {
  return createHash('sha256').update(roomName).digest('hex')
}
