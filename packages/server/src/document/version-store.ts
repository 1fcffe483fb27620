import type { Author, Version } from '@whereabouts/protocol'

/** A version as the store has it. */
export interface StoredVersion extends Version {
  /** Equal for equal contents. */
  readonly hash: string
}

/** Somebody who wrote since the last version. */
export interface Writer {
  readonly author: Author
  /** Changes whenever the author is noted again. */
  readonly number: number
}

/** A version to add. */
export interface NewVersion extends Omit<StoredVersion, 'id' | 'bytes'> {
  readonly roomName: string
  /** The incarnation of its document. It is added to no other one. */
  readonly incarnation: string
  /** The id of the room's last version; 0 if there is none. Of two nodes, only one adds a version after it. */
  readonly after: number
  /** Opaque to the store. */
  readonly content: Uint8Array
  /** Exactly these no longer count as having written since the last version. */
  readonly writers: readonly Writer[]
  /** The ids of the versions to remove with it. */
  readonly removed: readonly number[]
}

/** Which versions to list. */
export interface VersionPage {
  /** List only versions before this one. */
  readonly before?: number
  readonly limit: number
}

/**
 * Keeps versions of documents. They count in {@link Totals} and go with their document: `remove` and
 * `unusedSinceMs` of the store hold for them as well, and so does its all or nothing.
 *
 * @see PROTOCOL.md HY1
 */
export interface VersionStore {
  /** Notes who has written since the last version. Does nothing if there is no document. */
  wrote(roomName: string, author: Author): Promise<void>

  /** Returns who was noted since the last version. */
  writers(roomName: string): Promise<readonly Writer[]>

  /**
   * Adds a version, and removes others, in one transaction. Contents can be large: let other calls be
   * served while one is written.
   *
   * @returns its id; `undefined`, having changed nothing, if `incarnation` or `after` isn't current
   */
  add(version: NewVersion): Promise<number | undefined>

  /** Lists versions, the last one first. */
  list(roomName: string, page: VersionPage): Promise<readonly StoredVersion[]>

  /** Returns the content of a version. */
  read(roomName: string, id: number): Promise<Uint8Array | undefined>

  /** Sets the name of a version, or removes it. @returns whether there is such a version */
  rename(roomName: string, id: number, name: string | undefined): Promise<boolean>

  /** Removes a version for good. @returns whether there was one */
  remove(roomName: string, id: number): Promise<boolean>
}

/** What a version takes beside its content: its row, the index, and the names in it. */
export const VERSION_ROW_BYTES = 512

/** Returns what is kept of a user. */
export function authorOf({ id, name }: Author): Author {
  return { ...(id !== undefined && { id }), ...(name !== undefined && { name }) }
}

/** Returns an author as text; equal for equal authors. */
export function authorText({ id, name }: Author): string {
  return JSON.stringify({ id, name })
}
