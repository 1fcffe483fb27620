/** An update of a room's document on its way to the store. */
export interface RoomUpdate {
  readonly roomName: string
  readonly bytes: Uint8Array
}

/** An update as the store has it. */
export interface StoredUpdate {
  /** The store's own number for it: a safe integer that no other update of the room has or had. */
  readonly number: number
  readonly bytes: Uint8Array
}

/** A document as the store has it: the last snapshot, and the updates since. */
export interface StoredDocument {
  /** Names the snapshot; 0 if there is none yet. */
  readonly generation: number
  /** The snapshot, which is an update itself; empty if there is none yet. */
  readonly snapshot: Uint8Array
  /** In any order. */
  readonly updates: readonly StoredUpdate[]
}

/** A compacted document, which replaces a snapshot and some updates. */
export interface Compaction {
  readonly roomName: string
  /** The generation that it was made from. */
  readonly base: number
  readonly snapshot: Uint8Array
  /** The updates that it was made from. These are removed and no others, whatever their numbers. */
  readonly numbers: readonly number[]
}

/** A room whose document changed while the node that took the change couldn't reach the others. */
export interface UntoldRoom {
  readonly roomName: string
  /** Changes whenever the room is noted again. */
  readonly number: number
}

/**
 * A list, kept in the store, of the rooms whose changes other nodes haven't heard of. Any node can
 * tell the others, even if the one that took a change never comes back.
 *
 * @see PROTOCOL.md EX13
 */
export interface UntoldRooms {
  /** Adds a room, or gives it another number if it is listed already. */
  note(roomName: string): Promise<void>

  /** Returns some of the listed rooms, no matter which node noted them. */
  list(): Promise<readonly UntoldRoom[]>

  /** Removes a room. Does nothing if its number has changed since it was listed. */
  told(room: UntoldRoom): Promise<void>
}

/**
 * Keeps documents: for each room an append-only log of updates, and a snapshot that from time to time
 * replaces the beginning of the log. To a store, updates are opaque bytes.
 *
 * A store holds these promises. `@whereabouts/server/store-contract` checks them.
 *
 * - **Durability.** Once `append` or `compact` resolves, its data survives a crash of the process.
 * - **All or nothing.** An `append` that rejects stores none of its updates, a failed `compact` changes
 *   nothing, and no `load` sees half of either.
 * - **Order.** `append` returns numbers in the order of its updates. Updates commute, so no other
 *   order matters.
 * - **Generations.** A compaction counts only if its `base` is still the current generation. No two
 *   snapshots of a room have the same generation.
 * - **Concurrency.** Several stores may be open in one place at once: a server replaces its thread by
 *   another while the first still works, and nodes share one database. What one of them has stored,
 *   every `load` that begins afterwards returns.
 *
 * A method that rejects makes the server answer `store-failed`; the server tries again later.
 *
 * @see PROTOCOL.md DO8
 */
export interface DocumentStore {
  /** Required where several nodes share the store, with Redis between them. */
  readonly untold?: UntoldRooms

  /** Returns a room's document; generation 0 and nothing else for a room that was never stored. */
  load(roomName: string): Promise<StoredDocument>

  /**
   * Appends updates of any number of rooms in one transaction.
   *
   * @returns their numbers, in the same order
   */
  append(updates: readonly RoomUpdate[]): Promise<readonly number[]>

  /**
   * Replaces the snapshot of `base` and the given updates by a new snapshot. Updates that are appended
   * meanwhile stay. Snapshots can be large: let other calls be served while one is written.
   *
   * @returns the new generation; `undefined`, having changed nothing, if `base` is no longer current
   * @throws {Error} also where the store serves one compaction of a document at a time
   */
  compact(compaction: Compaction): Promise<number | undefined>

  /** Writes something, to find out whether the store can. `GET /health/ready` waits for it. */
  check(): Promise<void>

  /** Called once, as the last method. */
  close(): Promise<void>
}

/** Opens a store: what a {@link StoreModule} exports as `openStore`. */
export type OpenStore<Options = unknown> = (
  options: Options,
) => DocumentStore | Promise<DocumentStore>

/**
 * Says where a store is found. Documents are worked on in threads of their own, and a thread can be
 * given a module to import but not an object.
 *
 * @example { module: new URL('./my-store.js', import.meta.url), options: { bucket: 'documents' } }
 */
export interface StoreModule {
  /** A `file:` URL of a module that exports a function {@link OpenStore} named `openStore`. */
  readonly module: URL | string
  /** What `openStore` is called with: any value that `structuredClone` can copy. */
  readonly options?: unknown
}
