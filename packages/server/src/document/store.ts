/** An update of a room's document on its way to the store. */
export interface RoomUpdate {
  readonly room: string
  readonly bytes: Uint8Array
}

/** An update as the store has it. */
export interface StoredUpdate {
  /** Its number; the store's own, and no order that anything depends on. */
  readonly number: number
  readonly bytes: Uint8Array
}

/** A document as the store has it: what was compacted, and the updates since. */
export interface StoredDocument {
  /** Names the snapshot; 0 where there is none. */
  readonly generation: number
  /** The snapshot, an update itself; empty where there is none. */
  readonly snapshot: Uint8Array
  readonly updates: readonly StoredUpdate[]
}

/** A document made small: what takes the place of a snapshot and some updates. */
export interface Compaction {
  readonly room: string
  /** The snapshot that it is made from. */
  readonly base: number
  readonly snapshot: Uint8Array
  /** The updates that it is made from, which are removed; no others are, whatever their numbers. */
  readonly numbers: readonly number[]
}

/** A room whose document took something in that other processes weren't told of. */
export interface UntoldRoom {
  readonly room: string
  /** Another one with everything that it takes in. */
  readonly number: number
}

/**
 * What a process that can't reach the others leaves word of, so that they hear of it even if it is
 * never back.
 *
 * @see PROTOCOL.md EX13
 */
export interface UntoldRooms {
  /** Notes that a room's document took something in, which is stored. */
  note(room: string): Promise<void>

  /** Some of those that are noted, whoever did. */
  list(): Promise<readonly UntoldRoom[]>

  /** Everybody was told. Nothing is changed if it has taken in more since. */
  told(room: UntoldRoom): Promise<void>
}

/**
 * Where documents are kept: an append-only log of updates for each room, and a snapshot that now and
 * then takes the place of its beginning. Opaque bytes; nothing here knows what an update is.
 *
 * Several processes may use one store at once.
 *
 * @see PROTOCOL.md DO8
 */
export interface DocumentStore {
  /** None where nobody else can have the store. */
  readonly untold?: UntoldRooms

  /** All that is known of a room's document. */
  load(room: string): Promise<StoredDocument>

  /**
   * Appends updates, all of them or none; they are safe from a crash when it resolves.
   *
   * @returns their numbers, in the same order
   */
  append(updates: readonly RoomUpdate[]): Promise<readonly number[]>

  /**
   * Puts a snapshot in the place of what it was made from. It is written in parts, between which
   * other calls are served; until the last one is there, nothing is changed.
   *
   * @returns the new generation; `undefined` if somebody else compacted in the meantime, in which
   *   case nothing is changed and the document is to be loaded anew
   * @throws {Error} if another process is at it: of several, one at a time compacts a document
   */
  compact(compaction: Compaction): Promise<number | undefined>

  /** Writes something, to see that it can. */
  check(): Promise<void>

  close(): Promise<void>
}

/** The schema that this version reads and writes. @see PROTOCOL.md DO11 */
export const SCHEMA_VERSION = 1

/** How large the parts of a snapshot are. */
export const PART_BYTES = 1_048_576

/** @throws {Error} if the store was written by a newer version */
export function checkSchema(version: number, where: string): void {
  if (version <= SCHEMA_VERSION) return
  throw new Error(
    `${where} was written by a newer version (schema ${version}; this one knows ${SCHEMA_VERSION}). It was not changed. Start the newer version, or use another place.`,
  )
}

/** The snapshot in parts that are written one at a time. */
export function partsOf(snapshot: Uint8Array): Uint8Array[] {
  const count = Math.ceil(snapshot.byteLength / PART_BYTES)
  return Array.from({ length: count }, (_, part) =>
    snapshot.subarray(part * PART_BYTES, (part + 1) * PART_BYTES),
  )
}
