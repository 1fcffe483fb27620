import { Problem, writeSyncAnswer } from '@whereabouts/protocol'
import { documentDeleted } from '../room/document-deleted.js'
import { type CommitListener, Commits } from './commits.js'
import { LoadedDocument } from './loaded-document.js'
import { Occupation } from './occupation.js'
import type { DocumentStore, Removal } from './store.js'
import { documentExists, storeFailed } from './store-failed.js'
import { readUpdate } from './update.js'

/** The limits of a server's documents. */
export interface DocumentLimits {
  readonly maxDocumentBytes: number
  /** The maximum estimated size of all loaded documents in memory. */
  readonly maxLoadedDocumentBytes: number
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

/** The result of an update. */
export interface Applied {
  /** Whether it added anything new. */
  readonly changed: boolean
  /** Whether a part of it waits for earlier updates. @see PROTOCOL.md DO21 */
  readonly pending: boolean
}

/** How long an unused document stays loaded. */
const IDLE_MS = 60_000
/** How often the store notes that a document is in use. */
const NOTE_USE_MS = 3_600_000

/**
 * Loads the documents of a server on demand, applies updates, and stores them.
 *
 * An update is applied before it is stored, because only the loaded document can tell whether it is
 * valid. No reader sees it before it is stored.
 *
 * @see PROTOCOL.md §12
 */
export class DocumentKeeper implements CommitListener {
  /** Least recently used first. */
  readonly #documents = new Map<string, LoadedDocument>()
  readonly #loading = new Map<string, Promise<void>>()
  readonly #commits: Commits
  #compactions = 0
  #compactionMs = 0

  constructor(
    private readonly store: DocumentStore,
    private readonly limits: DocumentLimits,
    private readonly now: () => number,
    private readonly occupation = new Occupation(),
  ) {
    this.#commits = new Commits(store, this, now)
  }

  /**
   * Applies an update to a room's document. Resolves when the store has it.
   *
   * @param number of the request
   * @param incarnation of the document that the update is for; if omitted, the current one
   * @throws {Problem} bad-update, document-full, document-deleted, store-failed
   */
  async update(
    roomName: string,
    bytes: Uint8Array,
    number = 0,
    incarnation?: string,
  ): Promise<Applied> {
    this.#commits.hurry()
    await this.#assertIncarnation(roomName, incarnation)
    const update = this.#attend(roomName, number, () => readUpdate(bytes))
    return this.#use(roomName, async (document) => {
      await this.#reserve(document, bytes.byteLength)
      try {
        if (document.stale) throw storeFailed()
        // It may have been removed since, and another one loaded.
        if ((incarnation ?? document.incarnation) !== document.incarnation) throw documentDeleted()
        const result = this.#attend(roomName, number, () => {
          const pending = document.check(update)
          return { changed: document.apply(bytes), pending }
        })
        if (result.changed) document.saved = this.#commits.append(document, bytes)
        // A known update may come from another post that still waits for the store.
        await document.saved
        return result
      } finally {
        document.reservedBytes -= bytes.byteLength
      }
    })
  }

  /**
   * Returns the part of a room's document that a caller lacks; all of it without a state vector.
   *
   * @param number of the request
   * @throws {Problem} bad-parameter, store-failed
   */
  read(
    roomName: string,
    stateVector: Uint8Array | undefined,
    number = 0,
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#commits.hurry()
    return this.#use(roomName, async (document) => {
      const difference = this.#attend(roomName, number, () => document.difference(stateVector))
      await document.saved
      return difference
    })
  }

  /**
   * Returns the answer to a sync: the document's state vector, and the part that a caller lacks.
   *
   * @param stateVector empty for a caller without the document
   * @param number of the request
   * @throws {Problem} bad-parameter, store-failed
   * @see PROTOCOL.md DO20, DO38
   */
  sync(roomName: string, stateVector: Uint8Array, number = 0): Promise<Uint8Array<ArrayBuffer>> {
    this.#commits.hurry()
    return this.#use(roomName, async (document) => {
      const answer = this.#attend(roomName, number, () =>
        writeSyncAnswer(document.sync(stateVector)),
      )
      await document.saved
      return answer
    })
  }

  /**
   * Imports a document into a room that has none. The source is trusted, so its cost isn't checked.
   *
   * @throws {Problem} bad-update, document-exists, document-full, store-failed
   * @see PROTOCOL.md AD10
   */
  async import(roomName: string, bytes: Uint8Array): Promise<void> {
    await this.#use(roomName, async (document) => {
      if (document.bytes + document.reservedBytes > 0) throw documentExists()
      await this.#reserve(document, bytes.byteLength)
      try {
        if (this.#attend(roomName, 0, () => document.apply(bytes))) {
          document.saved = this.#commits.append(document, bytes)
        }
        await document.saved
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
  async remove(removal: Removal): Promise<boolean> {
    const isRemoved = await this.#asked(() => this.store.remove(removal))
    await this.learn(removal.roomName, undefined)
    return isRemoved
  }

  /** Unloads the document of a room that has become empty. */
  release(roomName: string): void {
    const document = this.#documents.get(roomName)
    if (document !== undefined && !document.inUse) this.#drop(document)
  }

  /**
   * Applies an update that another process with the same store accepted.
   *
   * @param bytes if omitted, the document is loaded again at its next use
   */
  async learn(roomName: string, bytes: Uint8Array | undefined): Promise<void> {
    // A document that is being loaded may not include the update yet.
    await this.#loading.get(roomName)?.catch(() => {})
    const document = this.#documents.get(roomName)
    if (document === undefined) return
    const isKnown = bytes !== undefined && this.#attend(roomName, 0, () => document.learn(bytes))
    if (!isKnown) this.#forget(document)
  }

  /** Unloads documents that are idle or exceed the memory limit. Call it periodically. */
  tidy(): void {
    const documents = [...this.#documents.values()]
    // The latest document stays, however large, because it is likely to be used again soon.
    const latest = documents.at(-1)
    const idleSinceMs = this.now() - IDLE_MS
    let bytes = this.#loadedBytes()
    for (const document of documents) {
      const tooMuch = bytes > this.limits.maxLoadedDocumentBytes && document !== latest
      if (document.inUse || (!tooMuch && document.lastUsedMs > idleSinceMs)) continue
      bytes -= document.weight
      this.#drop(document)
    }
  }

  count(): DocumentCount {
    return {
      loaded: this.#documents.size,
      loadedBytes: this.#loadedBytes(),
      commits: this.#commits.count,
      compactions: this.#compactions,
      compactionSeconds: this.#compactionMs / 1_000,
    }
  }

  isKept({ stale, roomName }: LoadedDocument): boolean {
    return !stale && this.occupation.serves(roomName)
  }

  stored(document: LoadedDocument, bytes: Uint8Array): void {
    // The document may have been dropped and loaded again meanwhile.
    if (this.#documents.get(document.roomName) !== document) {
      void this.learn(document.roomName, bytes)
    }
  }

  committed(document: LoadedDocument): void {
    if (document.compactionDue) void this.#compact(document)
  }

  /** Drops a document that differs from the store. Later calls load it again, and waiting calls fail. */
  differs(document: LoadedDocument): void {
    document.stale = true
    this.#drop(document)
  }

  /**
   * Runs work that may take long, and lets the main thread see which room it is for.
   *
   * @throws {Problem} store-failed if another thread has taken over the room
   */
  #attend<T>(roomName: string, number: number, work: () => T): T {
    if (!this.occupation.serves(roomName)) throw storeFailed()
    return this.occupation.during(roomName, number, work)
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
  async #assertIncarnation(roomName: string, incarnation: string | undefined): Promise<void> {
    if (incarnation === undefined) return
    const isLoaded = await this.#use(roomName, async (document) => {
      return document.incarnation === incarnation
    })
    if (isLoaded) return
    // Loading the document for every wrong incarnation would let strangers overload the store.
    const current = await this.#asked(() => this.store.incarnation(roomName))
    if (current !== incarnation) throw documentDeleted()
    await this.learn(roomName, undefined)
  }

  /** Runs work with a document, which stays loaded meanwhile. */
  async #use<T>(roomName: string, work: (document: LoadedDocument) => Promise<T>): Promise<T> {
    while (!this.#documents.has(roomName)) await this.#load(roomName)
    const document = this.#documents.get(roomName)!
    document.users += 1
    try {
      return await work(document)
    } finally {
      document.users -= 1
      this.#noteUse(document)
      if (document.stale) this.#drop(document)
      else if (this.#documents.get(roomName) === document) this.#touch(document)
    }
  }

  /** Periodically records the document's use in the store, where its age is judged. */
  #noteUse(document: LoadedDocument): void {
    const nowMs = Date.now()
    if (document.usedAtMs === 0 || nowMs - document.usedAtMs < NOTE_USE_MS) return
    document.usedAtMs = nowMs
    // After a failure, a later use records it.
    this.store.touch(document.roomName).catch(() => {})
  }

  #load(roomName: string): Promise<void> {
    let loading = this.#loading.get(roomName)
    if (loading === undefined) {
      loading = this.#loadNow(roomName).finally(() => this.#loading.delete(roomName))
      this.#loading.set(roomName, loading)
    }
    return loading
  }

  async #loadNow(roomName: string): Promise<void> {
    // The current transaction may have updates of a dropped document, which the load must include.
    await this.#commits.current
    const document = await this.#read(roomName).catch((error: unknown) => {
      throw storeFailed(error)
    })
    this.#touch(document)
    this.tidy()
  }

  /** @throws {Error} also if the stored document is damaged, which must not look like an empty one. OP5 */
  async #read(roomName: string): Promise<LoadedDocument> {
    const stored = await this.#attend(roomName, 0, () => this.store.load(roomName))
    return this.#attend(roomName, 0, () => new LoadedDocument(roomName, stored))
  }

  #touch(document: LoadedDocument): void {
    document.lastUsedMs = this.now()
    this.#documents.delete(document.roomName)
    this.#documents.set(document.roomName, document)
  }

  #drop(document: LoadedDocument): void {
    // The document isn't destroyed, because that takes time for each of its subdocuments.
    if (this.#documents.get(document.roomName) === document)
      this.#documents.delete(document.roomName)
  }

  /** Drops a document, so that later calls load it again. Current calls finish with this one. */
  #forget(document: LoadedDocument): void {
    if (document.inUse) this.#documents.delete(document.roomName)
    else this.#drop(document)
  }

  #loadedBytes(): number {
    let bytes = 0
    for (const document of this.#documents.values()) bytes += document.weight
    return bytes
  }

  /**
   * Reserves space for an update in the turn of the event loop that checks the limit. Updates that
   * wait for the store count as well.
   *
   * @throws {Problem} document-full
   */
  async #reserve(document: LoadedDocument, bytes: number): Promise<void> {
    const { maxDocumentBytes } = this.limits
    const fits = () => document.bytes + document.reservedBytes + bytes <= maxDocumentBytes
    if (!fits() && document.compactable) await this.#compact(document)
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

  #compact(document: LoadedDocument): Promise<void> {
    document.compacting ??= this.#compactNow(document).finally(() => {
      document.compacting = undefined
    })
    return document.compacting
  }

  /** Compacts a document. Never rejects, as the document stays valid and a later attempt follows. */
  async #compactNow(document: LoadedDocument): Promise<void> {
    const beganMs = this.now()
    try {
      const compaction = this.#attend(document.roomName, 0, () => document.compaction())
      const { snapshot, numbers } = compaction
      const generation = await this.store.compact(compaction)
      if (generation === undefined) return this.differs(document)
      document.compacted(generation, snapshot.byteLength, numbers)
      this.#compactions += 1
      this.#compactionMs += this.now() - beganMs
    } catch {
      document.compactionFailed()
    }
  }
}
