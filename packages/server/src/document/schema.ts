import { createHash } from 'node:crypto'
import { COMMENTS_PREFIX } from '@whereabouts/protocol'

/** The schema that this version reads and writes. @see PROTOCOL.md DO11 */
export const SCHEMA_VERSION = 7

/** The first schema with comments on documents. */
export const COMMENTS_VERSION = 6

/** The tables of schema 6 that have what belongs to a document, for upgrades to it. */
export const OF_DOCUMENT_IN_SCHEMA_6 = [
  'updates',
  'snapshots',
  'records',
  'shares',
  'marks',
  'versions',
  'writers',
] as const

/** The tables that have what belongs to a document, by the name of its room. */
export const OF_DOCUMENT = [...OF_DOCUMENT_IN_SCHEMA_6, 'placed'] as const

/** The size of a snapshot's parts. */
const PART_BYTES = 1_048_576

const MOST_OF_NAME = 128

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

/** Returns the SQL for whether a room has comments, whatever the order of its texts is. */
export function areComments(room: string): string {
  return `substr(${room}, 1, ${COMMENTS_PREFIX.length}) = '${COMMENTS_PREFIX}'`
}

/**
 * Returns names for a room that is called like those of comments and was made before there were any, of which one
 * is free. Each can be a room's own name.
 *
 * @see PROTOCOL.md CM10
 */
export function* namesWithoutComments(roomName: string): Generator<string, never> {
  const rest = roomName.slice(COMMENTS_PREFIX.length)
  for (let count = 1; ; count++) {
    yield `comments-${count === 1 ? '' : `${count}-`}${rest}`.slice(0, MOST_OF_NAME)
  }
}

/**
 * Returns the id of a document's row. A store keeps this id, but not the name, of a removed document.
 */
export function documentId(roomName: string): string {
  return createHash('sha256').update(roomName).digest('hex')
}
