import { isNoDocument } from '@whereabouts/protocol'
import { documentDeleted } from '../room/document-deleted.js'
import { storeFailed } from '../store-failed.js'
import { hasRoom, isMarkedKept } from './kept.js'
import { LoadedDocument } from './loaded-document.js'
import { Overtaken } from './overtaken.js'
import type { DocumentStore } from './store.js'

/** How long an unused document stays loaded. */
const IDLE_MS = 60_000
/** How often the store notes that a document is in use. */
const NOTE_USE_MS = 3_600_000
/** How often a call begins again, as others changed its document. */
const MOST_ATTEMPTS = 5

/** What the loaded documents need of the keeper. */
export interface LoadingContext {
  readonly store: DocumentStore
  /** The maximum estimated size of all loaded documents in memory. */
  readonly maxBytes: number
  readonly now: () => number
  /** The rooms whose documents keep what is deleted in them. */
  readonly keepDeleted: readonly string[]
  /** Settles at the end of the current transaction. */
  committed(): Promise<void>
  /** Runs work for a room, and shows it to the main thread meanwhile. */
  attend<T>(roomName: string, work: () => T): T
  /** Does the same with a call of the store. */
  load<T>(roomName: string, load: () => T): T
}

/** The documents in memory, which are loaded on demand and dropped when they are idle or too large. */
export class LoadedDocuments {
  /** Least recently used first. */
  readonly #documents = new Map<string, LoadedDocument>()
  readonly #loading = new Map<string, Promise<void>>()

  constructor(private readonly context: LoadingContext) {}

  get size(): number {
    return this.#documents.size
  }

  /** The estimated size of all of them in memory. */
  get bytes(): number {
    let bytes = 0
    for (const document of this.#documents.values()) bytes += document.weight
    return bytes
  }

  all(): readonly LoadedDocument[] {
    return [...this.#documents.values()]
  }

  find(roomName: string): LoadedDocument | undefined {
    return this.#documents.get(roomName)
  }

  /** Returns whether later calls get this document. */
  has(document: LoadedDocument): boolean {
    return this.#documents.get(document.roomName) === document
  }

  /** Settles when a document that is being loaded is there, or can't be loaded. */
  async loaded(roomName: string): Promise<void> {
    await this.#loading.get(roomName)?.catch(() => {})
  }

  /**
   * Runs work with a document, which stays loaded meanwhile; again if the document was overtaken.
   *
   * @throws {Problem} store-failed
   */
  async use<T>(roomName: string, work: (document: LoadedDocument) => Promise<T>): Promise<T> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      try {
        return await this.#use(roomName, work)
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error
      }
    }
    throw storeFailed()
  }

  async #use<T>(roomName: string, work: (document: LoadedDocument) => Promise<T>): Promise<T> {
    const document = await this.#current(roomName)
    document.users += 1
    try {
      return await work(document)
    } finally {
      document.users -= 1
      this.#noteUse(document)
      if (document.stale) this.drop(document)
      else if (this.has(document)) this.#touch(document)
    }
  }

  /** Makes later calls load the document again. Current calls finish with this one. */
  drop(document: LoadedDocument): void {
    // The document isn't destroyed, because that takes time for each of its subdocuments.
    if (this.has(document)) this.#documents.delete(document.roomName)
  }

  /** Drops a document that differs from the store. Later calls load it again, and waiting calls fail. */
  dropStale(document: LoadedDocument): void {
    document.stale = true
    this.drop(document)
  }

  /** Drops documents that are idle or exceed the memory limit. */
  tidy(): void {
    const documents = this.all()
    // The latest document stays, however large, because it is likely to be used again soon.
    const latest = documents.at(-1)
    const idleSinceMs = this.context.now() - IDLE_MS
    let { bytes } = this
    for (const document of documents) {
      const tooMuch = bytes > this.context.maxBytes && document !== latest
      if (document.inUse || (!tooMuch && document.lastUsedMs > idleSinceMs)) continue
      bytes -= document.weight
      this.drop(document)
    }
  }

  /** Periodically records the document's use in the store, where its age is judged. */
  #noteUse(document: LoadedDocument): void {
    const nowMs = Date.now()
    if (document.usedAtMs === 0 || nowMs - document.usedAtMs < NOTE_USE_MS) return
    document.usedAtMs = nowMs
    // After a failure, a later use records it.
    this.context.store.touch(document.roomName).catch(() => {})
  }

  /** Returns a document with everything that it may lack now. */
  async #current(roomName: string): Promise<LoadedDocument> {
    const known = this.#documents.get(roomName)
    // The store may have been asked before something came to lack. One more answer has it, whatever others wait for.
    if (known?.refreshing !== undefined) await known.refreshing
    if (known?.mayLack === true || known?.refreshing !== undefined) await this.#refresh(known)
    for (;;) {
      const document = this.#documents.get(roomName)
      if (document !== undefined) return document
      await this.#load(roomName)
    }
  }

  #refresh(document: LoadedDocument): Promise<void> {
    document.refreshing ??= this.#refreshNow(document).finally(() => {
      document.refreshing = undefined
    })
    return document.refreshing
  }

  /**
   * Brings a document up to date, even a dropped one; returns `false` if it has to be loaded again, as a stale one has.
   *
   * @throws {Problem} document-deleted
   */
  async catchUp(document: LoadedDocument): Promise<boolean> {
    if (!document.stale && (await this.#takesLater(document))) return !document.stale
    const { roomName, said } = document
    const { context } = this
    const current = await context.load(roomName, () => context.store.incarnation(roomName))
    // Where there was no document, nothing was deleted.
    if (current !== said && !isNoDocument(said)) throw documentDeleted()
    return false
  }

  async #takesLater(document: LoadedDocument): Promise<boolean> {
    const { roomName, known } = document
    const { context } = this
    if (known === undefined || context.store.later === undefined) return false
    const later = await context.load(roomName, () => context.store.later!(roomName, known))
    if (later === undefined) return false
    return context.attend(roomName, () => document.catchUp(known, later))
  }

  /** Loads what a document lacks, and nothing of what it has; drops it if that can't be done. @see PROTOCOL.md EX14 */
  async #refreshNow(document: LoadedDocument): Promise<void> {
    // Whoever learns of something from now on asks again.
    document.mayLack = false
    try {
      if (!(await this.#takesLater(document))) this.drop(document)
    } catch (error) {
      document.mayLack = true
      throw storeFailed(error)
    }
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
    await this.context.committed()
    const document = await this.#read(roomName).catch((error: unknown) => {
      throw storeFailed(error)
    })
    document.writtenMs = this.context.now()
    this.#touch(document)
    this.tidy()
  }

  /** @throws {Error} also if the stored document is damaged, which must not look like an empty one. OP5 */
  async #read(roomName: string): Promise<LoadedDocument> {
    const { context } = this
    const stored = await context.load(roomName, () => context.store.load(roomName))
    const keeps = hasRoom(context.keepDeleted, roomName) || isMarkedKept(stored)
    return context.attend(roomName, () => new LoadedDocument(roomName, stored, keeps))
  }

  #touch(document: LoadedDocument): void {
    document.lastUsedMs = this.context.now()
    this.#documents.delete(document.roomName)
    this.#documents.set(document.roomName, document)
  }
}
