import {
  documentOfComments,
  isNoDocument,
  type OwnBytes,
  Problem,
  writeSyncAnswer,
} from '@whereabouts/protocol'
import { documentDeleted } from '../room/document-deleted.js'
import { storeFailed } from '../store-failed.js'
import { CrowdedDocument } from './admission.js'
import { type Claim, type CommitListener, Commits } from './commits.js'
import { Compactions } from './compactions.js'
import { documentExists } from './document-exists.js'
import { afterRemoval, mayBeStored } from './incarnations.js'
import { KEPT } from './kept.js'
import type { LoadedDocument } from './loaded-document.js'
import { LoadedDocuments } from './loaded-documents.js'
import { Occupation } from './occupation.js'
import { Overtaken, refusalOf } from './overtaken.js'
import type { DocumentStore, RemovedOnly, RoomRecord } from './store.js'
import { checkWhole, readUpdate } from './update.js'

/** The limits of a server's documents. */
export interface DocumentLimits {
  readonly maxDocumentBytes: number
  /** The maximum estimated size of all loaded documents in memory. */
  readonly maxLoadedDocumentBytes: number
  /** The names of the rooms whose documents keep what is deleted in them, or beginnings with `*` after them. */
  readonly keepDeleted: readonly string[]
}

/** The counts for metrics. */
export interface DocumentCount {
  readonly loaded: number
  readonly loadedBytes: number
  /** Transactions that wrote updates. */
  readonly commits: number
  readonly compactions: number
  /** The total duration of all compactions in seconds, including other work that was done meanwhile. */
  readonly compactionSeconds: number
}

/** A document, and which one it is. */
export interface WholeDocument {
  /** As an update of Yjs 13. */
  readonly state: OwnBytes
  /** Its incarnation, or what says that there is none. */
  readonly incarnation: string
}

/** The result of an update. */
export interface Applied {
  /** Whether it added anything new. */
  readonly changed: boolean
  /** What was stored, if that isn't the update as it was given. @see PROTOCOL.md DO65 */
  readonly bytes?: Uint8Array
  /** Whether a part of it waits for earlier updates. @see PROTOCOL.md DO21 */
  readonly pending: boolean
  /** Its number in the store; `undefined` if it wasn't stored, or the numbers don't say which came before. */
  readonly place?: number
  /** Whether it claims a document that is there already, and adds nothing to it. */
  readonly isTaken?: boolean
  /** How many new clients have to be granted before it is applied. @see PROTOCOL.md DO63 */
  readonly newClients?: number
}

/** What a request on a document says beside its content. */
export interface Terms {
  /** Of the request. */
  readonly number?: number
  /** The incarnation of the document that it is for; if omitted, the current one. */
  readonly incarnation?: string | undefined
}

/** The terms of an update. */
export interface UpdateTerms extends Terms {
  /** How many new clients were granted to it; if omitted, any number. */
  readonly grantedClients?: number | undefined
  /**
   * The record to store with it. The room must have neither a document nor a record then, or else the
   * update is `document-deleted`.
   */
  readonly claim?: RoomRecord | undefined
}

/**
 * Applies updates to the documents of a server, and stores them.
 *
 * An update is applied before it is stored, because only the loaded document can tell whether it is
 * valid. No reader sees it before it is stored.
 *
 * @see PROTOCOL.md §12
 */
export class DocumentKeeper {
  readonly #documents: LoadedDocuments
  readonly #commits: Commits
  readonly #compactions: Compactions

  constructor(
    private readonly store: DocumentStore,
    private readonly limits: DocumentLimits,
    private readonly now: () => number,
    private readonly occupation = new Occupation(),
  ) {
    const { maxLoadedDocumentBytes: maxBytes, keepDeleted } = limits
    this.#documents = new LoadedDocuments({
      store,
      maxBytes,
      now,
      keepDeleted,
      committed: () => this.#commits.current,
      load: (roomName, load) => this.#attend(roomName, 0, load, 'store'),
      attend: (roomName, work) => this.#attend(roomName, 0, work),
    })
    this.#compactions = new Compactions({
      store,
      now,
      attend: ({ roomName }, work) => this.#attend(roomName, 0, work),
      outdated: (document) => this.#documents.drop(document),
    })
    this.#commits = new Commits(store, this.#committing(), now)
  }

  /**
   * Applies an update to a room's document. Resolves when the store has it.
   *
   * @throws {Problem} bad-update, document-full, document-deleted, store-failed
   */
  async update(
    roomName: string,
    given: Uint8Array,
    { number = 0, incarnation, grantedClients = Infinity, claim }: UpdateTerms = {},
  ): Promise<Applied> {
    this.#commits.hurry()
    if (incarnation !== undefined) await this.#assertIncarnation(roomName, incarnation)
    const update = this.#attend(roomName, number, () => readUpdate(given))
    const { bytes } = update
    return this.#documents.use(roomName, async (document) => {
      await this.#assertCommented(document)
      await this.#reserve(document, bytes.byteLength)
      try {
        if (document.stale) throw refusalOf(document)
        // Nothing is awaited from here on unless it is checked again, as the document can become stale meanwhile.
        if (isBegunOtherwise(document, incarnation)) return await overtaken(document)
        const result = this.#attend(roomName, number, () => {
          const { isPending: pending, unordered } = document.check(update, grantedClients)
          const changed = document.apply(bytes, unordered)
          return bytes === given ? { changed, pending } : { changed, pending, bytes }
        })
        // A known update may come from another post that still waits for the store.
        if (!result.changed) await settled(document)
        const isTaken = claim !== undefined && !result.changed && document.log.bytes > 0
        if (isTaken) return { ...result, isTaken }
        if (!result.changed) return result
        if (document.begins !== undefined) comeBack(document, incarnation)
        const place = await this.#save(document, bytes, claim && { record: claim })
        return document.known === undefined ? result : { ...result, place }
      } catch (error) {
        if (!(error instanceof CrowdedDocument)) throw error
        return { changed: false, pending: false, newClients: error.clients }
      } finally {
        document.reservedBytes -= bytes.byteLength
      }
    })
  }

  /**
   * Returns the part of a room's document that a caller lacks; all of it without a state vector.
   *
   * @throws {Problem} bad-parameter, document-deleted, store-failed
   */
  read(roomName: string, stateVector: Uint8Array | undefined, terms?: Terms): Promise<OwnBytes> {
    return this.#read(roomName, terms, (document) => document.difference(stateVector))
  }

  /**
   * Returns the answer to a sync: the document's state vector, and the part that a caller lacks.
   *
   * @param stateVector empty for a caller without the document
   * @throws {Problem} bad-parameter, document-deleted, store-failed
   * @see PROTOCOL.md DO20, DO38
   */
  sync(roomName: string, stateVector: Uint8Array, terms?: Terms): Promise<OwnBytes> {
    return this.#read(roomName, terms, (document) => writeSyncAnswer(document.sync(stateVector)))
  }

  async #read(
    roomName: string,
    { number = 0, incarnation }: Terms = {},
    read: (document: LoadedDocument) => OwnBytes,
  ): Promise<OwnBytes> {
    this.#commits.hurry()
    if (incarnation !== undefined) await this.#assertIncarnation(roomName, incarnation)
    return this.#documents.use(roomName, async (document) => {
      assertSame(document, incarnation)
      const answer = this.#attend(roomName, number, () => read(document))
      await settled(document)
      return answer
    })
  }

  /**
   * Returns the whole document of a room, and its incarnation.
   *
   * @throws {Problem} store-failed
   */
  whole(roomName: string): Promise<WholeDocument> {
    return this.#documents.use(roomName, async (document) => {
      const state = this.#attend(roomName, 0, () => document.difference(undefined))
      await settled(document)
      return { state, incarnation: document.said }
    })
  }

  /**
   * Imports a document into a room that has none. The source is trusted, so its cost isn't checked.
   *
   * @param claim the record to store with it
   * @throws {Problem} bad-update, document-exists, document-full, document-deleted, store-failed
   * @see PROTOCOL.md AD10, AD26
   */
  async import(roomName: string, bytes: Uint8Array, claim?: RoomRecord): Promise<void> {
    checkWhole(bytes)
    await this.#documents.use(roomName, async (document) => {
      await this.#assertCommented(document)
      if (document.log.bytes + document.reservedBytes > 0) throw documentExists()
      await this.#reserve(document, bytes.byteLength)
      try {
        if (this.#attend(roomName, 0, () => document.apply(bytes))) {
          await this.#save(document, bytes, { record: claim })
        }
        await settled(document)
      } finally {
        document.reservedBytes -= bytes.byteLength
      }
    })
  }

  /**
   * Permanently removes a document. Pending updates to it are refused.
   *
   * @returns whether a document was removed
   * @throws {Problem} store-failed
   * @see PROTOCOL.md AD1, AD2
   */
  async remove(roomName: string, only: RemovedOnly = {}): Promise<boolean> {
    const isRemoved = await this.#asked(() => this.#remove(roomName, only))
    await this.#documents.loaded(roomName)
    const document = this.#documents.find(roomName)
    if (document !== undefined) this.#documents.drop(document)
    return isRemoved
  }

  /**
   * Compacts a room's document if that is worth it.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md DO56
   */
  async compact(roomName: string): Promise<void> {
    await this.#documents.use(roomName, async (document) => {
      if (document.log.isWorthwhile) await this.#compactions.compact(document)
    })
    this.#unload(roomName)
  }

  /** Unloads the document of a room that has become empty, and compacts it before if that is worth it. */
  release(roomName: string): void {
    const document = this.#documents.find(roomName)
    if (document === undefined || document.inUse) return
    if (!document.log.isWorthwhile) return this.#documents.drop(document)
    void this.#compactions.compact(document).then(() => this.#unload(roomName))
  }

  /**
   * Applies an update that another process with the same store accepted.
   *
   * @param bytes if omitted, its next use asks the store for what the document lacks
   * @param place the update's number in the store, if that is known
   */
  async learn(roomName: string, bytes: Uint8Array | undefined, place?: number): Promise<void> {
    // A document that is being loaded may not include the update yet.
    await this.#documents.loaded(roomName)
    const document = this.#documents.find(roomName)
    if (document === undefined) return
    document.writtenMs = this.now()
    // Where there was no document, another process has begun one, under a name of its own.
    if (bytes === undefined || isNoDocument(document.said)) document.mayLack = true
    else if (!this.#attend(roomName, 0, () => document.learn(bytes, place))) {
      this.#documents.drop(document)
    }
  }

  /** Compacts quiet documents, and unloads those that are idle or exceed the memory limit. Call it periodically. */
  tidy(): void {
    this.#documents.tidy()
    void this.#compactions.tidy(this.#documents.all())
  }

  count(): DocumentCount {
    return {
      loaded: this.#documents.size,
      loadedBytes: this.#documents.bytes,
      commits: this.#commits.count,
      compactions: this.#compactions.count,
      compactionSeconds: this.#compactions.seconds,
    }
  }

  /** Removes the document that is there, and no other that was begun meanwhile. */
  async #remove(roomName: string, only: RemovedOnly): Promise<boolean> {
    for (;;) {
      const current = await this.store.incarnation(roomName)
      const incarnation = afterRemoval(current)
      if (await this.store.remove({ ...only, roomName, current, incarnation })) return true
      if ((await this.store.incarnation(roomName)) === current) return false
    }
  }

  #committing(): CommitListener {
    return {
      serves: ({ roomName }) => this.occupation.serves(roomName),
      stored: (document, { bytes, number }) => {
        // The document may have been dropped and loaded again meanwhile.
        if (!this.#documents.has(document)) void this.learn(document.roomName, bytes, number)
      },
      committed: (document) => {
        if (document.log.isLong) void this.#compactions.compact(document)
      },
      differs: (document) => this.#documents.dropStale(document),
      catchUp: (document) => this.#documents.catchUp(document),
    }
  }

  /** Stores an update, and with the first one whether the document keeps what is deleted. @see PROTOCOL.md GC2 */
  #save(document: LoadedDocument, bytes: Uint8Array, claim?: Claim): Promise<number> {
    const saved = this.#commits.append(document, bytes, claim)
    const isMarked = !document.keepsDeleted || document.log.isKept || document.isBeingMarked
    const all = isMarked ? saved : this.#mark(document, saved)
    document.saved = all
    return all
  }

  /** The snapshot makes other nodes load the document again before they compact it themselves. */
  async #mark(document: LoadedDocument, saved: Promise<number>): Promise<number> {
    document.isBeingMarked = true
    // Both are awaited together, so that a refused update refuses its mark as well.
    const [number] = await Promise.all([saved, this.#commits.append(document, KEPT)])
    void this.#compactions.compact(document)
    return number
  }

  #unload(roomName: string): void {
    const document = this.#documents.find(roomName)
    if (document !== undefined && !document.inUse) this.#documents.drop(document)
  }

  /**
   * Runs work that may take long, and lets the main thread see which room it is for.
   *
   * @throws {Problem} store-failed if another thread has taken over the room
   */
  #attend<T>(roomName: string, number: number, work: () => T, kind?: 'own' | 'store'): T {
    if (!this.occupation.serves(roomName)) throw storeFailed()
    return this.occupation.during(roomName, number, work, kind)
  }

  /** @throws {Problem} store-failed */
  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      throw storeFailed(error)
    }
  }

  /** Another process may have removed the document that is loaded. @throws {Problem} document-deleted */
  async #assertIncarnation(roomName: string, incarnation: string): Promise<void> {
    const isLoaded = await this.#documents.use(roomName, async (document) => {
      const { said } = document
      const isFirst = isNoDocument(incarnation) && mayBeStored(roomName, said, incarnation)
      return said === incarnation || isFirst
    })
    if (isLoaded) return
    // Loading the document for every wrong incarnation would let strangers overload the store.
    const current = await this.#asked(() => this.store.incarnation(roomName))
    if (!mayBeStored(roomName, current, incarnation)) throw documentDeleted()
    await this.learn(roomName, undefined)
  }

  /**
   * Asserts that comments are on a document. The store refuses them without one, but doesn't say why.
   *
   * @throws {Problem} document-deleted
   * @throws {Overtaken} if the document has begun since they were loaded
   * @see PROTOCOL.md CM2
   */
  async #assertCommented(document: LoadedDocument): Promise<void> {
    const { roomName, said } = document
    if (documentOfComments(roomName) === undefined || !isNoDocument(said)) return
    const current = await this.#asked(() => this.store.incarnation(roomName))
    if (current === said) throw documentDeleted()
    document.outcome = 'overtaken'
    this.#documents.dropStale(document)
    throw new Overtaken()
  }

  /**
   * Reserves space for an update in the turn of the event loop that checks the limit. Updates that
   * wait for the store count as well.
   *
   * @throws {Problem} document-full
   */
  async #reserve(document: LoadedDocument, bytes: number): Promise<void> {
    const { maxDocumentBytes } = this.limits
    const fits = () => document.log.bytes + document.reservedBytes + bytes <= maxDocumentBytes
    if (!fits() && document.log.hasUpdates) await this.#compactions.compact(document)
    if (fits()) {
      document.reservedBytes += bytes
      return
    }
    throw new Problem(
      'document-full',
      `The document has reached its limit of ${maxDocumentBytes} bytes. Continue in another room.`,
      { limitBytes: maxDocumentBytes },
    )
  }
}

/**
 * Resolves when everything that others applied to a document is stored. If something isn't, its reason is theirs.
 *
 * @throws {Problem} document-deleted, store-failed
 * @throws {Overtaken} if the document is to be loaded again
 * @see PROTOCOL.md DO111
 */
async function settled(document: LoadedDocument): Promise<void> {
  await document.saved.catch(() => {
    throw refusalOf(document)
  })
}

/** It may have been removed since it was looked for, and another one loaded. @throws {Problem} document-deleted */
function assertSame(document: LoadedDocument, incarnation = document.said): void {
  if (incarnation !== document.said) throw documentDeleted()
}

/**
 * Returns whether another document is being begun than the one that an update is for.
 *
 * @throws {Problem} document-deleted
 */
function isBegunOtherwise(document: LoadedDocument, incarnation = document.said): boolean {
  const { roomName, said } = document
  if (incarnation === said) return false
  if (!mayBeStored(roomName, said, incarnation)) throw documentDeleted()
  const isSame = isNoDocument(incarnation) || incarnation === document.incarnation
  return !isSame && document.unsaved > 0
}

/** @throws {Overtaken} once it is known whether the document is begun */
async function overtaken(document: LoadedDocument): Promise<never> {
  await document.saved.catch(() => {})
  throw new Overtaken()
}

/** A lost document keeps the name under which clients know it. @see PROTOCOL.md DO96 */
function comeBack(document: LoadedDocument, incarnation = document.said): void {
  if (!isNoDocument(incarnation)) document.incarnation = incarnation
}
