import { noDocument } from '@whereabouts/protocol'
import type { AskedRoom } from './asked-room.js'
import type { DocumentLists } from './lists.js'
import type { VersionStore } from './version-store.js'

/**
 * What a room has in the place of an incarnation until its first document. To a store, it is a name like any other.
 *
 * @see PROTOCOL.md DO47
 */
export const FIRST_INCARNATION = noDocument(0)

/** An update of a room's document on its way to the store. */
export interface RoomUpdate {
  readonly roomName: string
  /** The incarnation that the update is for. It is never stored in another one. */
  readonly incarnation: string
  /**
   * The incarnation that the room has as long as nothing was stored since its last removal, if ever. If it has that,
   * the update is stored as well, and the room has {@link incarnation} from then on. Comments are never given it.
   */
  readonly begins?: string
  readonly bytes: Uint8Array
  /**
   * It is stored only if the room's last update has this number; those of a room in one append follow each other. If
   * omitted, it is stored after whatever is there. A store whose documents have no {@link StoredDocument.last} is
   * never given it.
   */
  readonly after?: number
}

/** An update as the store has it. */
export interface StoredUpdate {
  /**
   * The store's own number for it: a safe integer that no other update of the room has or had. In a document with
   * {@link StoredDocument.last}, one more than that of the update before.
   */
  readonly number: number
  readonly bytes: Uint8Array
}

/** A document as the store has it: the last snapshot, and the updates since. */
export interface StoredDocument {
  /** What the first update or the last removal set; {@link FIRST_INCARNATION} before. */
  readonly incarnation: string
  /** When it was last changed or opened; 0 for a room that was never stored. */
  readonly usedAtMs: number
  /** Names the snapshot; 0 if there is none yet. */
  readonly generation: number
  /** The snapshot, which is an update itself; empty if there is none yet. */
  readonly snapshot: Uint8Array
  /**
   * The number of the room's last update, even if a snapshot includes it or the document was removed since; 0 if
   * there was none. Omit it in a store that can't compare {@link RoomUpdate.after} with it.
   *
   * @see PROTOCOL.md EX15
   */
  readonly last?: number
  /** In any order. */
  readonly updates: readonly StoredUpdate[]
}

/** What a node has of a document that it loaded before. */
export interface KnownDocument {
  readonly incarnation: string
  readonly generation: number
  /** The number of the last update that it has, with all before; 0 for none. */
  readonly last: number
}

/** A compacted document, which replaces a snapshot and some updates. */
export interface Compaction {
  readonly roomName: string
  /** The incarnation that it is based on. */
  readonly incarnation: string
  /** The generation that it is based on. */
  readonly base: number
  readonly snapshot: Uint8Array
  /** The updates that it includes. Exactly these are removed, and no others. */
  readonly numbers: readonly number[]
}

/** A removal of a room's document, and of the comments on it. */
export interface Removal {
  readonly roomName: string
  /** What the room has as its incarnation from now on. */
  readonly incarnation: string
  /** Remove the document only if it has this incarnation. */
  readonly current?: string
  /** Remove the document only if nobody has changed or opened it, or the comments on it, since this time. */
  readonly unusedSinceMs?: number
  /** Remove the document only if its record has this revision. A store without `lists` isn't given it. */
  readonly revision?: number
}

/** What has to be so of a document that is removed. */
export type RemovedOnly = Pick<Removal, 'unusedSinceMs' | 'revision'>

/** The metadata of a room's document. */
export interface DocumentInfo {
  readonly roomName: string
  /** The size of its snapshot and updates together. */
  readonly bytes: number
  /** The size of its versions together; nothing without {@link DocumentStore.versions}. */
  readonly historyBytes?: number
  /** When it was first stored, or when the store was upgraded to record this time. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** When it was last changed or opened, to within a day. */
  readonly usedAtMs: number
}

/** Which documents to list. */
export interface Page {
  /** List only documents whose names come after this one. */
  readonly after?: string
  readonly limit: number
}

/** Which documents to list because of their updates. */
export interface LogPage extends Page {
  /** List only documents with this many updates that no snapshot includes. */
  readonly leastUpdates: number
}

/** The number of documents and of what belongs to them, and their total sizes. */
export interface Totals {
  readonly documents: number
  /** How many of them have comments. */
  readonly commented: number
  /** The size of their snapshots, updates and versions together, and of the comments on them. */
  readonly bytes: number
  /** How many of them have a record. */
  readonly records: number
  /** The size of the JSON texts of these records, in UTF-8. */
  readonly recordBytes: number
  /** How many users these records name besides owners: the sum of the lengths of {@link RoomRecord.users}. */
  readonly named: number
  /** Of how many removed documents the store keeps a trace; 0 for an owner. */
  readonly removed: number
}

/** The maximum size of a room's record, as JSON text in UTF-8. */
export const MAX_RECORD_BYTES = 65_536

/** A room's record: a JSON text that the store doesn't parse, and the fields to find it by. */
export interface RoomRecord {
  readonly json: string
  /** A token by which the room is found. No two rooms have the same. */
  readonly link?: string
  /** The owner of the document. */
  readonly owner?: string
  /** The ids of the users that it names besides the owner, for {@link DocumentLists}. `getRecord` needn't return them. */
  readonly users?: readonly string[]
  /** When the document was put into the trash, in ms since 1970, for {@link DocumentLists}. `getRecord` needn't return it. */
  readonly trashedAtMs?: number
}

/** A record as the store has it. */
export interface StoredRecord extends RoomRecord {
  /** A number that changes with every change of the record, and is never reused in the room. Never 0. */
  readonly revision: number
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

/** The list of documents in a store, and the records of rooms. */
export interface Catalog {
  /** Lists documents in the order of their names, by character code. Comments are in no list. */
  list(page: Page): Promise<readonly DocumentInfo[]>

  /** Returns the metadata of a room's document; `undefined` if there is none. */
  about(roomName: string): Promise<DocumentInfo | undefined>

  /** Counts the documents, or those whose records have a given owner. */
  totals(owner?: string): Promise<Totals>

  getRecord(roomName: string): Promise<StoredRecord | undefined>

  /**
   * Replaces the record with a given revision. A room with a record has a document, even if it is empty.
   *
   * @param expectedRevision of the record to replace; 0 if the room has no record yet
   * @returns the new revision; `undefined`, without a change, if the current revision is another one
   * @throws {Error} if another room has the link
   */
  putRecord(
    roomName: string,
    record: RoomRecord,
    expectedRevision: number,
  ): Promise<number | undefined>

  /** Returns the name of the room whose record has a link. */
  findByLink(link: string): Promise<string | undefined>
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
 * - **Removal.** Once `remove` resolves, the document and its record are gone. Appends and compactions
 *   for an earlier incarnation change nothing, from any process.
 * - **Comments.** `documentOfComments` of `@whereabouts/protocol` says of a room that it has the comments on
 *   another room's document. Their incarnation is that document's, they are stored only while it is there, and
 *   `remove` removes them with it in one transaction. They have no record.
 * - **Claims.** `claim` stores a first update, together with a record only in a room with neither.
 * - **Concurrency.** Several stores may be open in one place at once: a server replaces its thread by
 *   another while the first still works, and nodes share one database. Every `load` returns everything
 *   that any of them stored before it began.
 *
 * A method that rejects makes the server answer `store-failed`; the server tries again later.
 *
 * @see PROTOCOL.md DO8
 */
export interface DocumentStore extends Catalog {
  /** Required where several nodes share the store, with Redis between them. */
  readonly untold?: UntoldRooms

  /** Without it, documents have no history. */
  readonly versions?: VersionStore

  /** Without it, users have no lists of documents. */
  readonly lists?: DocumentLists

  /** Returns a room's document; generation 0 and nothing else for a room that was never stored. */
  load(roomName: string): Promise<StoredDocument>

  /**
   * Returns the updates of a document after the last one that a node has, in any order. Only for a store whose
   * documents have {@link StoredDocument.last}. Without this method a node loads the document again.
   *
   * @returns `undefined` if the document has another incarnation or generation since
   */
  later?(roomName: string, known: KnownDocument): Promise<readonly StoredUpdate[] | undefined>

  /** Returns the incarnation of a room's document, without reading it. */
  incarnation(roomName: string): Promise<string>

  /**
   * Appends updates of any number of rooms in one transaction.
   *
   * @returns their numbers, in the same order; `undefined` for one that isn't stored, as its incarnation isn't the
   *   current one, or the room's last update isn't the one that it comes after
   */
  append(updates: readonly RoomUpdate[]): Promise<readonly (number | undefined)[]>

  /**
   * Stores the first update of a document, in one transaction: together with its record if the room has neither a
   * document nor a record, or without one if the room has no update yet.
   *
   * @param record if omitted, the room's own record stays, if it has one
   * @returns the update's number; `undefined`, having changed nothing, if it isn't the first, or if its
   *   incarnation isn't the current one
   * @throws {Error} if another room has the record's link
   */
  claim(update: RoomUpdate, record?: RoomRecord): Promise<number | undefined>

  /**
   * Replaces the snapshot of `base` and the given updates by a new snapshot. Updates that are appended
   * meanwhile stay. Snapshots can be large: let other calls be served while one is written.
   *
   * @returns the new generation; `undefined`, having changed nothing, if `base` or `incarnation` is
   *   no longer current
   * @throws {Error} also if another compaction of the document is in progress, and the store allows only one
   */
  compact(compaction: Compaction): Promise<number | undefined>

  /**
   * Lists the rooms whose documents have many updates, in the order of their names, by character code.
   * A server that starts compacts them. Without this method it does so once they are used again.
   */
  uncompacted?(page: LogPage): Promise<readonly string[]>

  /** Notes that a document was opened. Does nothing if there is none. */
  touch(roomName: string): Promise<void>

  /**
   * Permanently removes a document, its versions, its record, and the comments on it. Erases the bytes, if the database can. A shared
   * store adds the rooms of both to {@link untold} in the same transaction. It is never called for comments.
   *
   * @returns whether a document was removed
   * @see PROTOCOL.md AD1, CM6
   */
  remove(removal: Removal): Promise<boolean>

  /**
   * Writes something, to check that the store can write. `GET /health/ready` waits for it.
   *
   * @param bytes write so many and remove them, as an update of that size was refused
   * @see PROTOCOL.md OP50
   */
  check(bytes?: number): Promise<void>

  /** Called once, as the last method. */
  close(): Promise<void>
}

/** What a store says of a room without reading its document. */
export interface Standing {
  /** Of the room's document, or what says that there is none. */
  readonly incarnation: string
  /** `undefined` if there is none. */
  readonly record: StoredRecord | undefined
  /** `undefined` without a document, if only an empty one. */
  readonly info: DocumentInfo | undefined
}

/** What the main thread asks a store about rooms. Its methods throw `store-failed`. */
export interface RoomCatalog extends Pick<Catalog, 'list' | 'totals' | 'putRecord'> {
  /** @see PROTOCOL.md DO59 */
  standing(asked: AskedRoom): Promise<Standing>

  /** Returns the name of the room whose record has a link. @param account the key of the one that asks */
  findByLink(link: string, account: string): Promise<string | undefined>

  /** What was asked until now no longer counts. @param roomName all rooms without it */
  outdate(roomName?: string): void
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
  /** The argument of `openStore`: any value that `structuredClone` can copy. */
  readonly options?: unknown
}
