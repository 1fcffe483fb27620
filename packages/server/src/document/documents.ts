import { type Author, commentsOf, Problem, type Version } from '@whereabouts/protocol'
import { inTime, TIMERS } from '../in-time.js'
import type { Log } from '../log.js'
import { FINISH_MS, hasRedis, type ResolvedOptions } from '../options.js'
import { documentDeleted } from '../room/document-deleted.js'
import { assertOwn } from '../room/document-room.js'
import { isStoreFailure, storeFailed } from '../store-failed.js'
import type { DataFolder } from './data-folder.js'
import { documentExists } from './document-exists.js'
import { Flusher } from './flusher.js'
import { Inquiry } from './inquiry.js'
import { compactLeft } from './left-logs.js'
import type { DocumentLists } from './lists.js'
import { connected } from './shown-address.js'
import { type SendUpdate, sendGranted } from './granted.js'
import type { UpdateTerms } from './keeper.js'
import type { ListsCall, Reading, Request, Results } from './messages.js'
import {
  MAX_RECORD_BYTES,
  type RemovedOnly,
  type RoomCatalog,
  type RoomRecord,
  type Standing,
  type UntoldRoom,
} from './store.js'
import { chooseStore, type ChosenStore } from './store-module.js'
import type { Done } from './thread.js'
import type { Keeping, VersionAnswer } from './versions.js'
import type { VersionPage } from './version-store.js'
import { Threads } from './threads.js'

/** What the store may write beside an update: rows of its document, indexes, pages that are partly full. */
const BESIDE_UPDATE_BYTES = 65_536

/** An update that was accepted. */
export interface AcceptedUpdate {
  /** Whether it added anything new to the document. */
  readonly changed: boolean
  /** Whether a part of it waits for earlier updates. */
  readonly pending: boolean
  /** The update as it was stored, in a buffer of its own. */
  readonly bytes: Uint8Array
  /** Its number in the store, if that is known and says which update came before. */
  readonly place: number | undefined
}

/** The terms of an update. */
export interface DocumentTerms extends Pick<UpdateTerms, 'incarnation' | 'claim'> {
  /** Grants new clients to an update of a document with many, or rejects; if omitted, all are granted. */
  readonly grant?: ((clients: number) => Promise<void>) | undefined
  /** Rejects if the update may not be stored after all. Called right before it goes to the thread. */
  readonly confirm?: (() => Promise<void>) | undefined
}

/** What the main thread asks about the versions of documents. */
export interface RoomVersions {
  /** @throws {Problem} storage-full as well */
  keep(roomName: string, keeping: Keeping): Promise<VersionAnswer<Version | undefined>>
  list(roomName: string, page: VersionPage): Promise<VersionAnswer<readonly Version[]>>
  read(roomName: string, id: number): Promise<VersionAnswer<Uint8Array | undefined>>
  rename(roomName: string, id: number, name: string | undefined): Promise<VersionAnswer<boolean>>
  remove(roomName: string, id: number): Promise<VersionAnswer<boolean>>
  wrote(roomName: string, author: Author): Promise<VersionAnswer<boolean>>
}

/** What the main thread asks about the lists of users; `null` if the store keeps none. */
export type RoomLists = {
  readonly [Name in ListsCall]: (...args: Parameters<DocumentLists[Name]>) => Promise<Results[Name]>
}

/** The counts for the metrics. */
export interface DocumentsCount {
  readonly documents_loaded: number
  readonly documents_loaded_bytes: number
  readonly document_updates: number
  readonly document_update_bytes: number
  readonly document_commits: number
  readonly document_flushes: number
  readonly document_compactions: number
  readonly document_compaction_seconds: number
  readonly store_failures: number
}

/** The time limit of a check or a count. It can be short, because monitoring asks again soon. */
const ANSWER_MS = 1_800

/**
 * The documents of the rooms, for the server's main thread. Worker threads do everything that takes
 * time, so that streams and posts of locations never wait for it.
 *
 * @see PROTOCOL.md §12
 */
export class Documents {
  readonly #chosen: ChosenStore
  readonly #threads: Threads
  readonly #flusher: Flusher | undefined
  readonly #standings: Inquiry<Standing>
  readonly #links: Inquiry<string | undefined>
  #failing = false
  #updates = 0
  #updatesBytes = 0
  #finishing: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  /** The size of the largest update since the store last took one that it failed to store. */
  #unstoredBytes = 0
  #checking: Promise<void> | undefined

  constructor(
    private readonly options: ResolvedOptions,
    private readonly folder: DataFolder,
    private readonly log: Log,
    now: () => number,
    newFlusher: (log: string) => Flusher = (path) => new Flusher(path),
  ) {
    const { maxDocumentBytes, maxLoadedDocumentBytes, keepDeleted } = options
    this.#chosen = chooseStore(options)
    const file = this.#chosen.kind === 'module' ? this.#chosen.log : undefined
    this.#flusher = file === undefined ? undefined : newFlusher(file)
    const isShared = hasRedis(options)
    this.#threads = new Threads(
      { chosen: this.#chosen, isShared, maxDocumentBytes, maxLoadedDocumentBytes, keepDeleted },
      (error) => log.error(error),
      now,
    )
    this.#standings = new Inquiry({
      ask: async (rooms) => (await this.#threads.ask({ call: 'standings', rooms })).result,
      // A room's first document is there at once.
      isKept: ({ info }) => info !== undefined,
      now,
    })
    this.#links = new Inquiry({
      ask: async (links) => (await this.#threads.ask({ call: 'linked', links })).result,
      // A link may have been ended. SR9
      isKept: () => false,
      now,
    })
  }

  /** @throws {Error} if the store can't be used, or has a newer version. PROTOCOL.md DO11 */
  async start(): Promise<void> {
    if (this.#isLasting) {
      await this.#start(this.options.databaseUrl).catch((error: unknown) => {
        this.folder.release()
        throw error
      })
      // Nodes with one store would all do the same.
      if (!hasRedis(this.options)) compactLeft(this.#threads).catch(() => {})
      return
    }
    this.log.info(
      'documents are kept in memory only and are lost when this process ends; set dataDir, databaseUrl, pgPool or store to keep them',
    )
  }

  /** Whether documents outlive the process. */
  get #isLasting(): boolean {
    return this.#chosen.kind === 'module' || this.#chosen.isLasting
  }

  /** Whether the store keeps the lists of users. Documents in memory have none, so no thread starts for them. */
  get keepsLists(): boolean {
    return this.#threads.keepsLists
  }

  #start(databaseUrl: string | undefined): Promise<void> {
    const started = this.#threads.start()
    if (databaseUrl === undefined) return started
    return connected('PostgreSQL', databaseUrl, started, (message) => this.log.warn(message))
  }

  /**
   * Applies an update to a room's document. Resolves when the store has it and readers may see it.
   * {@link flushed} says when it may be acknowledged.
   *
   * @param bytes are copied before the transfer to the thread. Node reads small bodies into a shared
   *   buffer, and applications may post the same bytes again
   * @throws {Problem} bad-room (a claim of comments), bad-update, document-full, document-deleted, store-failed
   */
  async update(
    roomName: string,
    bytes: Uint8Array,
    { incarnation, claim, ...asked }: DocumentTerms = {},
  ): Promise<AcceptedUpdate> {
    this.#assertFlushing()
    if (claim !== undefined) assertOwn(roomName)
    const own = new Uint8Array(bytes)
    const request = { call: 'update', roomName, bytes: own, incarnation, claim } as const
    const send: SendUpdate = (grantedClients) => this.#done({ ...request, grantedClients })
    const { result, again } = await sendGranted(send, asked).catch((error: unknown) => {
      if (isFaultOfStore(error)) this.#unstoredBytes = Math.max(this.#unstoredBytes, own.byteLength)
      throw error
    })
    this.#updates += 1
    this.#updatesBytes += own.byteLength
    if (result.isTaken === true && !again) throw documentDeleted()
    // A terminated thread may have stored it without an answer.
    const { changed, pending, bytes: stored = own, place } = result
    if (changed) this.#unstoredBytes = 0
    return { changed: changed || again, pending, bytes: stored, place }
  }

  /**
   * Resolves when every update that the store has now survives a power cut.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md DO52
   */
  async flushed(): Promise<void> {
    await this.#flush()
    if (this.#failing) this.log.info('the document store works again')
    this.#failing = false
  }

  /**
   * Returns the part of a room's document that a caller lacks; all of it without a state vector.
   *
   * @returns bytes that others may get as well
   * @throws {Problem} bad-parameter, store-failed
   */
  read(reading: Reading, stateVector: Uint8Array | undefined): Promise<Uint8Array> {
    return this.#ask({ call: 'read', stateVector, ...reading })
  }

  /**
   * Returns the answer to a sync: the document's state vector, and the part that a caller lacks. All of
   * it survives a power cut.
   *
   * @param stateVector empty for a caller without the document
   * @returns bytes that others may get as well
   * @throws {Problem} bad-parameter, store-failed
   */
  sync(reading: Reading, stateVector: Uint8Array): Promise<Uint8Array> {
    return this.#write({ call: 'sync', stateVector, ...reading })
  }

  /**
   * Imports a document into a room that has none. Resolves with its bytes, in a buffer of their own.
   *
   * @param claim the record to store with it
   * @throws {Problem} bad-room (a claim of comments), bad-update, document-exists, document-full, store-failed
   */
  async import(roomName: string, bytes: Uint8Array, claim?: RoomRecord): Promise<Uint8Array> {
    if (claim !== undefined) assertOwn(roomName)
    const own = new Uint8Array(bytes)
    try {
      await this.#write({ call: 'import', roomName, bytes: own, claim })
    } catch (error) {
      const isOther = error instanceof Problem && error.problem === 'document-deleted'
      throw isOther ? documentExists() : error
    }
    return own
  }

  /**
   * Permanently removes the document of a room, its record, and the comments on it.
   *
   * @param only what has to be so, or the document is kept
   * @returns whether a document was removed
   * @throws {Problem} bad-room (of comments), store-failed
   * @see PROTOCOL.md AD1, CM6
   */
  async remove(roomName: string, only: RemovedOnly = {}): Promise<boolean> {
    assertOwn(roomName)
    const { result, again } = await this.#done({ call: 'remove', roomName, only })
    const comments = commentsOf(roomName)
    // They may be loaded, and in another thread.
    if (comments !== undefined) this.learn(comments, undefined)
    await this.#flush()
    // A terminated thread may have removed it without an answer.
    return result || again
  }

  /** The list of documents, and the records of rooms. Its methods throw store-failed, and bad-room for a record of comments. */
  readonly catalog: RoomCatalog = {
    list: (...args) => this.#ask({ call: 'list', args }),
    totals: (...args) => this.#ask({ call: 'totals', args }),
    putRecord: async (...args) => {
      assertOwn(args[0])
      checkRecord(args[1])
      return this.#write({ call: 'putRecord', args })
    },
    standing: ({ roomName, account }) => this.#noted(this.#standings.about(roomName, account)),
    findByLink: (link, account) => this.#noted(this.#links.about(link, account)),
    outdate: (roomName) => {
      this.#standings.outdate(roomName)
      this.#links.outdate()
    },
  }

  /** The versions of documents. Its methods throw store-failed, and answer `null` without a history. */
  readonly versions: RoomVersions = {
    keep: (roomName, keeping) => this.#write({ call: 'keepVersion', roomName, keeping }),
    list: (roomName, page) => this.#ask({ call: 'versions', roomName, page }),
    read: (roomName, id) => this.#ask({ call: 'version', roomName, id }),
    rename: (roomName, id, name) => this.#write({ call: 'renameVersion', roomName, id, name }),
    remove: (roomName, id) => this.#write({ call: 'removeVersion', roomName, id }),
    wrote: (roomName, author) => this.#ask({ call: 'wrote', roomName, author }),
  }

  /** The lists of users, without comments (bad-room). Its methods throw store-failed, and answer `null` if the store keeps none. */
  readonly lists: RoomLists = {
    listOf: async (...args) => (this.keepsLists ? this.#ask({ call: 'listOf', args }) : null),
    label: async (...args) => {
      assertOwn(args[0])
      return this.keepsLists ? this.#ask({ call: 'label', args }) : null
    },
    mark: async (...args) => {
      assertOwn(args[1])
      return this.keepsLists ? this.#write({ call: 'mark', args }) : null
    },
    folders: async (...args) => (this.keepsLists ? this.#ask({ call: 'folders', args }) : null),
    addFolder: async (...args) =>
      this.keepsLists ? this.#write({ call: 'addFolder', args }) : null,
    renameFolder: async (...args) =>
      this.keepsLists ? this.#write({ call: 'renameFolder', args }) : null,
    removeFolder: async (...args) =>
      this.keepsLists ? this.#write({ call: 'removeFolder', args }) : null,
    place: async (...args) => {
      assertOwn(args[1])
      return this.keepsLists ? this.#write({ call: 'place', args }) : null
    },
    trashed: async (...args) => (this.keepsLists ? this.#ask({ call: 'trashed', args }) : null),
  }

  /** Unloads the document of a room that has become empty. */
  release(roomName: string): void {
    if (this.#threads.areUsed) void this.#ask({ call: 'release', roomName }).catch(() => {})
  }

  /**
   * Applies an update that another process with the same store accepted.
   *
   * @param update if omitted, the document is loaded again
   * @param place the update's number in the store, if that is known
   */
  learn(roomName: string, update: Uint8Array | undefined, place?: number): void {
    if (!this.#threads.areUsed) return
    // A thread that ends first has no loaded document that would lack the update.
    void this.#ask({ call: 'learn', roomName, bytes: update, place }).catch(() => {})
  }

  /**
   * Records in the store that a room's document has a change that other nodes don't know of.
   *
   * @throws {Problem} store-failed
   */
  async note(roomName: string): Promise<void> {
    await this.#ask({ call: 'note', roomName })
  }

  /**
   * Returns some of the rooms that any node recorded with {@link note}.
   *
   * @throws {Problem} store-failed
   */
  untold(): Promise<readonly UntoldRoom[]> {
    return this.#ask({ call: 'untold' })
  }

  /**
   * Records that all nodes were told of a room's change.
   *
   * @throws {Problem} store-failed
   */
  async told(told: UntoldRoom): Promise<void> {
    await this.#ask({ call: 'told', told })
  }

  /** @throws {Problem} store-failed if the store can't be written to, or doesn't answer */
  async check(): Promise<void> {
    if (!this.#threads.areUsed) return
    this.#assertFlushing()
    // One at a time, however often anybody asks.
    this.#checking ??= this.#checkStore().finally(() => (this.#checking = undefined))
    const checked = this.#checking.then(() => this.#flush())
    const late = () => this.#note(storeFailed('it does not answer'))
    await inTime(checked, ANSWER_MS, TIMERS, late)
  }

  /**
   * After an update couldn't be stored, only a write as large as it says that the store works again: on a full
   * disk, there may be space for a small one. @see PROTOCOL.md OP50
   */
  async #checkStore(): Promise<void> {
    const bytes = this.#unstoredBytes
    if (bytes === 0) return this.#ask({ call: 'check' })
    await this.#ask({ call: 'check', written: bytes + BESIDE_UPDATE_BYTES })
    if (this.#unstoredBytes === bytes) this.#unstoredBytes = 0
  }

  /** Returns the counts for metrics, or the last known ones if there is no answer. */
  async count(): Promise<DocumentsCount> {
    if (this.#threads.areUsed) {
      await inTime(this.#threads.ask({ call: 'count' }), ANSWER_MS, TIMERS).catch(() => {})
    }
    const { loaded, loadedBytes, commits, compactions, compactionSeconds } = this.#threads.count
    return {
      documents_loaded: loaded,
      documents_loaded_bytes: loadedBytes,
      document_updates: this.#updates,
      document_update_bytes: this.#updatesBytes,
      document_commits: commits,
      document_flushes: this.#flusher?.count ?? 0,
      document_compactions: compactions,
      document_compaction_seconds: compactionSeconds,
      store_failures: this.#failures,
    }
  }

  /** Refuses requests that aren't answered soon, so that the server can shut down. */
  finish(): void {
    const abandon = () => {
      this.#threads.abandon(shuttingDown())
      this.#flusher?.abandon(shuttingDown())
    }
    this.#finishing = setTimeout(abandon, FINISH_MS).unref()
  }

  /** Closes the threads. Call it after the last answer was sent, since posts may wait for the store. */
  async close(): Promise<void> {
    clearTimeout(this.#finishing)
    try {
      await this.#threads.close(shuttingDown())
    } finally {
      if (this.#chosen.kind === 'lent') await this.#chosen.lent.close()
      this.#flusher?.close()
      this.folder.release()
    }
  }

  /** @throws {Problem} store-failed if nothing more can be acknowledged. @see PROTOCOL.md DO55 */
  #assertFlushing(): void {
    try {
      this.#flusher?.assertWell()
    } catch (error) {
      throw this.#note(storeFailed(error))
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#flusher?.flush()
    } catch (error) {
      throw error instanceof Problem ? error : this.#note(storeFailed(error))
    }
  }

  /** Asks for something that is answered once it survives a power cut. */
  async #write<const R extends Request>(request: R): Promise<Results[R['call']]> {
    const result = await this.#ask(request)
    await this.#flush()
    return result
  }

  /** A failure counts for each question that it is the answer of. */
  async #noted<T>(found: Promise<T>): Promise<T> {
    try {
      return await found
    } catch (error) {
      throw isStoreFailure(error) ? this.#note(error) : error
    }
  }

  async #ask<const R extends Request>(request: R): Promise<Results[R['call']]> {
    return (await this.#done(request)).result
  }

  async #done<const R extends Request>(request: R): Promise<Done<Results[R['call']]>> {
    try {
      return await this.#threads.ask(request)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.problem === 'internal') this.log.error(error.cause)
      throw isStoreFailure(error) ? this.#note(error) : error
    }
  }

  /** Logs one line when the store begins to fail, and another when it recovers. */
  #note(failure: Problem): Problem {
    this.#failures += 1
    if (!isFaultOfStore(failure) || this.#failing) return failure
    this.#failing = true
    this.log.error(`the document store fails: ${failure.cause}`)
    return failure
  }
}

/** A failure without a cause concerns one document that is loaded again, not the store. */
function isFaultOfStore(error: unknown): error is Problem & { readonly cause: string } {
  return isStoreFailure(error) && typeof error.cause === 'string'
}

/** @throws {RangeError} if the record is too large */
function checkRecord({ json }: RoomRecord): void {
  if (Buffer.byteLength(json) <= MAX_RECORD_BYTES) return
  throw new RangeError(`a room's record has at most ${MAX_RECORD_BYTES} bytes`)
}

/** Returns the problem for calls while the server shuts down. @see PROTOCOL.md FR19, DO45 */
export function shuttingDown(): Problem {
  return new Problem('shutting-down', 'The server is shutting down. Try again in a moment.')
}
