import { Problem, writeSyncAnswer } from '@whereabouts/protocol'
import { documentDeleted } from '../room/document-deleted.js'
import { LoadedDocument } from './loaded-document.js'
import { Occupation } from './occupation.js'
import type { DocumentStore, Removal } from './store.js'
import { documentExists, storeFailed } from './store-failed.js'
import { readUpdate } from './update.js'

/** The limits of a server's documents. */
export interface DocumentLimits {
  readonly maxDocumentBytes: number
  /** The limit of their estimated size in memory. */
  readonly maxLoadedDocumentBytes: number
}

/** The counts for metrics. */
export interface DocumentCount {
  readonly loaded: number
  readonly loadedBytes: number
  /** Transactions that wrote updates. */
  readonly commits: number
  readonly compactions: number
  /** Their total duration in seconds, including other work that was done meanwhile. */
  readonly compactionSeconds: number
}

/** The result of an update. */
export interface Applied {
  /** Whether it brought anything new. */
  readonly changed: boolean
  /** Whether something of it waits for what comes before it. @see PROTOCOL.md DO21 */
  readonly pending: boolean
}

/** An update that was applied and waits for the store. */
interface Waiting {
  readonly document: LoadedDocument
  readonly bytes: Uint8Array
  readonly resolve: () => void
  readonly reject: (problem: Problem) => void
}

/** How long an unused document stays loaded. */
const IDLE_MS = 60_000
/** How often the store notes that a document is in use. */
const NOTE_USE_MS = 3_600_000
/** How long updates are gathered for the store's next transaction. */
const GATHER_MS = 10

/**
 * The documents of a server: loads them when they are asked for, takes updates in, and has the store
 * keep them.
 *
 * An update is applied first and stored then, because only a document can say whether it can be
 * applied; no reader sees it before it is stored. All that arrived while the store was writing is
 * its next transaction.
 *
 * @see PROTOCOL.md §12
 */
export class DocumentKeeper {
  /** The longest unused first. */
  readonly #documents = new Map<string, LoadedDocument>()
  readonly #loading = new Map<string, Promise<void>>()
  #waiting: Waiting[] = []
  #writing = false
  /** Ends the gathering of the next transaction. */
  #gathered: () => void = () => {}
  #gatheringSinceMs = Infinity
  /** Settles when the transaction that is under way is over. */
  #committed: Promise<void> = Promise.resolve()
  #commits = 0
  #compactions = 0
  #compactionMs = 0

  constructor(
    private readonly store: DocumentStore,
    private readonly limits: DocumentLimits,
    private readonly now: () => number,
    private readonly occupation = new Occupation(),
  ) {}

  /**
   * Takes an update into the document of a room. Resolves when the store has it.
   *
   * @param number the request that it is for
   * @param incarnation of the document that it is for; whichever is there without it
   * @throws {Problem} bad-update, document-full, document-deleted, store-failed
   */
  async update(
    roomName: string,
    bytes: Uint8Array,
    number = 0,
    incarnation?: string,
  ): Promise<Applied> {
    this.#hurry()
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
        if (result.changed) document.saved = this.#append(document, bytes)
        // An update that is known may come from another post, which may still wait for the store.
        await document.saved
        return result
      } finally {
        document.reservedBytes -= bytes.byteLength
      }
    })
  }

  /**
   * Returns what a caller lacks of a room's document; everything without a state vector.
   *
   * @param number the request that it is for
   * @throws {Problem} bad-parameter, store-failed
   */
  read(
    roomName: string,
    stateVector: Uint8Array | undefined,
    number = 0,
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#hurry()
    return this.#use(roomName, async (document) => {
      const difference = this.#attend(roomName, number, () => document.difference(stateVector))
      await document.saved
      return difference
    })
  }

  /**
   * Returns what a room's document has and what a caller lacks of it, as one answer.
   *
   * @param stateVector empty for one who has nothing
   * @param number the request that it is for
   * @throws {Problem} bad-parameter, store-failed
   * @see PROTOCOL.md DO20, DO38
   */
  sync(roomName: string, stateVector: Uint8Array, number = 0): Promise<Uint8Array<ArrayBuffer>> {
    this.#hurry()
    return this.#use(roomName, async (document) => {
      const answer = this.#attend(roomName, number, () =>
        writeSyncAnswer(document.sync(stateVector)),
      )
      await document.saved
      return answer
    })
  }

  /**
   * Takes in a document where there is none, from somebody who is trusted: what it costs isn't checked.
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
          document.saved = this.#append(document, bytes)
        }
        await document.saved
      } finally {
        document.reservedBytes -= bytes.byteLength
      }
    })
  }

  /**
   * Removes a document for good. Whoever is about to change it is refused.
   *
   * @returns whether there was one to remove
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
   * Another process took an update into a document of the same store.
   *
   * @param bytes without them, the document is loaded again when it is next used
   */
  async learn(roomName: string, bytes: Uint8Array | undefined): Promise<void> {
    // What is being loaded may be from before.
    await this.#loading.get(roomName)?.catch(() => {})
    const document = this.#documents.get(roomName)
    if (document === undefined) return
    const isKnown = bytes !== undefined && this.#attend(roomName, 0, () => document.learn(bytes))
    if (!isKnown) this.#forget(document)
  }

  /** Drops what is loaded and was not asked for in a while, or is too much. Call it now and then. */
  tidy(): void {
    const documents = [...this.#documents.values()]
    // However large it is, the one that was just asked for will be again.
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
      commits: this.#commits,
      compactions: this.#compactions,
      compactionSeconds: this.#compactionMs / 1_000,
    }
  }

  /**
   * Does work that may take long, and lets other threads see which room it is for.
   *
   * @throws {Problem} store-failed if the room is with another thread by now
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
    // Loading it for whoever says another one would let strangers keep the store busy.
    const current = await this.#asked(() => this.store.incarnation(roomName))
    if (current !== incarnation) throw documentDeleted()
    await this.learn(roomName, undefined)
  }

  /** Does something with a document, which stays loaded meanwhile. */
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

  /** Tells the store now and then, which the document's age is judged by. */
  #noteUse(document: LoadedDocument): void {
    const nowMs = Date.now()
    if (document.usedAtMs === 0 || nowMs - document.usedAtMs < NOTE_USE_MS) return
    document.usedAtMs = nowMs
    // If it can't be noted now, it is with a later use.
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
    // What is under way may be of a document that was dropped, and belongs to what is loaded.
    await this.#committed
    const document = await this.#read(roomName).catch((error: unknown) => {
      throw storeFailed(error)
    })
    this.#touch(document)
    this.tidy()
  }

  /** @throws {Error} also if what is stored can't be read: damage is no empty document. OP5 */
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
    // It is garbage now; destroying it would take time for each of its subdocuments.
    if (this.#documents.get(document.roomName) === document)
      this.#documents.delete(document.roomName)
  }

  /** Makes every later call load it from the store, and calls that wait for the store fail. */
  #dropStale(document: LoadedDocument): void {
    document.stale = true
    this.#drop(document)
  }

  /** Makes later calls load it from the store. Calls under way finish with this one. */
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
   * Reserves what an update takes in a document, in the turn in which there is room for it: what waits
   * for the store counts as well.
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

  #append(document: LoadedDocument, bytes: Uint8Array): Promise<void> {
    const saved = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ document, bytes, resolve, reject })
    })
    if (!this.#writing) void this.#write()
    return saved
  }

  async #write(): Promise<void> {
    this.#writing = true
    while (this.#waiting.length > 0) {
      await this.#gather()
      const waiting = this.#waiting
      this.#waiting = []
      this.#committed = this.#commit(waiting.filter(({ document }) => this.#isKept(document)))
      await this.#committed
      for (const { document, reject } of waiting) if (!this.#isKept(document)) reject(storeFailed())
    }
    this.#writing = false
  }

  #isKept({ stale, roomName }: LoadedDocument): boolean {
    return !stale && this.occupation.serves(roomName)
  }

  /** Lets in what other calls bring in the meantime, for a turn of the event loop, but not for long. */
  async #gather(): Promise<void> {
    this.#gatheringSinceMs = this.now()
    await new Promise<void>((resolve) => {
      this.#gathered = resolve
      setImmediate(resolve)
    })
    this.#gatheringSinceMs = Infinity
  }

  /** While messages keep coming, the event loop's turn doesn't end. */
  #hurry(): void {
    if (this.now() - this.#gatheringSinceMs >= GATHER_MS) this.#gathered()
  }

  async #commit(waiting: readonly Waiting[]): Promise<void> {
    if (waiting.length === 0) return
    try {
      const numbers = await this.store.append(
        waiting.map(({ document: { roomName, incarnation }, bytes }) => {
          return { roomName, incarnation, bytes }
        }),
      )
      this.#commits += 1
      for (const [index, { document, bytes, resolve, reject }] of waiting.entries()) {
        const number = numbers[index]
        if (number === undefined) {
          this.#dropStale(document)
          reject(documentDeleted())
          continue
        }
        document.stored({ number, bytes })
        // It may have been dropped and loaded again since.
        if (this.#documents.get(document.roomName) !== document)
          void this.learn(document.roomName, bytes)
        resolve()
      }
    } catch (error) {
      for (const { document, reject } of waiting) {
        // It contains updates that the store lacks, so the next call loads it again.
        this.#dropStale(document)
        reject(storeFailed(error))
      }
      return
    }
    for (const document of new Set(waiting.map((each) => each.document))) {
      if (document.compactionDue) void this.#compact(document)
    }
  }

  #compact(document: LoadedDocument): Promise<void> {
    document.compacting ??= this.#compactNow(document).finally(() => {
      document.compacting = undefined
    })
    return document.compacting
  }

  /** Never rejects: a document that isn't compacted is as good, and it is tried again later. */
  async #compactNow(document: LoadedDocument): Promise<void> {
    const beganMs = this.now()
    try {
      const compaction = this.#attend(document.roomName, 0, () => document.compaction())
      const { snapshot, numbers } = compaction
      const generation = await this.store.compact(compaction)
      if (generation === undefined) return this.#dropStale(document)
      document.compacted(generation, snapshot.byteLength, numbers)
      this.#compactions += 1
      this.#compactionMs += this.now() - beganMs
    } catch {
      document.compactionFailed()
    }
  }
}
