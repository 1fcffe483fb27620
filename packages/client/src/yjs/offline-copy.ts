import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import {
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  mergeUpdates,
  transact,
} from 'yjs'
import { isNoDocument } from '@whereabouts/protocol'
import { isInPage } from '../page.js'
import { Pause } from '../pause.js'
import { callSafely } from '../store.js'
import { areOfOne, beyond, fateOf, type KnownDocument, NO_CLOCKS } from './known-document.js'
import { forgetLastWords, type LastWords, readLastWords, sayLastWords } from './last-words.js'

/**
 * Updates in order, and beside them what is known of the server's document, what remains of a deleted
 * one, and whether the server took updates of this client.
 */
interface Schema extends DBSchema {
  updates: { key: number; value: Uint8Array }
  about: {
    key: 'document' | 'former' | 'formerWasLost' | 'canWrite'
    value: KnownDocument | Uint8Array | boolean
  }
}

/** Receives what comes of the offline copy. */
export interface OfflineListener {
  /** `isKept` changed. */
  keptChanged(): void
  /**
   * The copy is loaded; this was known of the server's document when it was last open. Returns whether
   * it is the document that is open now.
   */
  remembered(known: KnownDocument): boolean
  /** The copy has what remains of a document that was deleted, or that the server has lost. */
  remains(former: Uint8Array, wasLost: boolean): void
  /** The copy says whether the server took updates of this client. */
  couldWrite(canWrite: boolean): void
}

/**
 * What to write next: new updates, the document merged with what is stored, or the document alone; a
 * document that was begun again is merged only with what another tab has stored of it.
 */
type Task = 'append' | 'merge' | 'replace' | 'startOver'

/** What is written in one transaction. */
interface News {
  readonly updates: readonly Uint8Array[]
  readonly known: KnownDocument | null
  readonly former: Uint8Array | null | undefined
  readonly formerWasLost: boolean
  readonly canWrite: boolean | undefined
  readonly task: Task
}

// This many records are merged into one.
const MANY_UPDATES = 500
// A full disk or a lost database may have recovered by then, and nothing waits for it.
const RETRY_MS = 10_000

/**
 * Stores the document in IndexedDB, so that edits survive a closed tab. If the storage is forbidden,
 * full or lost, nothing fails: `isKept` is `false`, and writing is retried.
 *
 *     load       apply what is stored, then store what the document had before
 *     append     store each update; after 500, merge
 *     merge      read what other tabs stored, then store the whole document in its place
 *     replace    store the whole document, and drop what is there: it belongs to the document before
 *     start over as replace, unless another tab has stored the new document already
 *     other      another tab has, and this one hasn't heard that its document was deleted: failed
 *     failed     wait 10 s, then merge, or replace if that was due
 *     page gone  leave what isn't stored yet to the next page that opens the document
 *
 * @see PROTOCOL.md CL14, CL24, CL97, DO49, DO51
 */
export class OfflineCopy {
  /** Resolves when the stored document is loaded, or can't be. */
  readonly loaded: Promise<void>
  readonly #name: string
  readonly #listener: OfflineListener
  readonly #pause = new Pause()
  #doc: Doc
  #database: IDBPDatabase<Schema> | null = null
  #unwritten: Uint8Array[] = []
  /** What the transaction that runs appends. */
  #inFlight: readonly Uint8Array[] = []
  /** What pages that went away have left, until it is stored. */
  #lastWords: readonly LastWords[] = []
  #task: Task = 'append'
  /** What is known of the server's document, and whether it is stored. */
  #known: KnownDocument | null = null
  #isKnownStored = true
  /** What remains of a deleted document, and whether that, or that nothing does, is stored. */
  #former: Uint8Array | null = null
  #isFormerStored = true
  #formerWasLost = false
  /** Whether the server takes updates of this client, if it has said so, and whether that is stored. */
  #canWrite: boolean | undefined
  #isRightStored = true
  /** Whether the last attempt to read what is stored failed. */
  #isUnreadable = false
  #count = 0
  #isWriting: Promise<void> | null = null
  #isKept = false
  #isClosed = false

  /** @param name the name of the document, unique in the origin */
  constructor(name: string, doc: Doc, listener: OfflineListener) {
    this.#name = name
    this.#doc = doc
    this.#listener = listener
    doc.on('update', this.#take)
    if (isInPage()) window.addEventListener('pagehide', this.#leave)
    this.loaded = this.#load()
  }

  /** Whether all of the document is stored. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** Stores what is known of the server's document, for the next time. */
  remember(known: KnownDocument): void {
    this.#known = known
    this.#isKnownStored = false
    this.#start()
  }

  /** Stores whether the server takes updates of this client, for the next time. */
  keepRight(canWrite: boolean): void {
    this.#canWrite = canWrite
    this.#isRightStored = false
    this.#start()
  }

  /** Stores a new document in place of one that was deleted, and what remains of that. */
  startOver(doc: Doc, known: KnownDocument, former: Uint8Array | null, wasLost: boolean): void {
    if (former !== null) this.#add(former, wasLost)
    this.remember(known)
    this.replace(doc, 'startOver')
  }

  /** Drops what remains of a deleted document. */
  dropFormer(): void {
    this.#former = null
    this.#formerWasLost = false
    this.#isFormerStored = false
    this.#start()
  }

  /** Applies what other tabs have stored since. */
  async gather(): Promise<void> {
    try {
      const { updates, known } = await readAll(await this.#open())
      if (this.#isSame(known)) this.#apply(updates)
    } catch {
      this.#lost()
    }
  }

  /** Stores another document in place of this one. */
  replace(doc: Doc, task: Task = 'replace'): void {
    this.#doc.off('update', this.#take)
    this.#doc = doc
    doc.on('update', this.#take)
    this.#task = task
    this.#start()
  }

  /** Writes what is left, and closes; what is stored stays. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (isInPage()) window.removeEventListener('pagehide', this.#leave)
    this.#doc.off('update', this.#take)
    this.#pause.end()
    await this.loaded
    await this.#isWriting
    this.#database?.close()
  }

  readonly #take = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return
    // Otherwise the whole document is written anyway.
    if (this.#task === 'append') this.#unwritten.push(update)
    this.#start()
  }

  /**
   * A document that is to replace the stored one can't be merged with it, and isn't left to the next page.
   * Where nothing can be read, nobody would take what is left.
   */
  readonly #leave = (): void => {
    const updates = this.#unstored()
    if (this.#isUnreadable || updates.length === 0) return
    const incarnation = this.#known?.incarnation ?? null
    const words = sayLastWords(this.#name, incarnation, mergeUpdates(updates))
    if (words === null) return
    this.#forgetLastWords()
    this.#lastWords = [words]
  }

  /** What a page that goes away would lose, and can be merged with what is stored. */
  #unstored(): Uint8Array[] {
    if (this.#task === 'append') return [...this.#inFlight, ...this.#unwritten]
    return this.#task === 'merge' ? [encodeStateAsUpdate(this.#doc)] : []
  }

  async #load(): Promise<void> {
    try {
      const database = await this.#open()
      const { updates: stored, known, former, formerWasLost, canWrite } = await readAll(database)
      this.#lastWords = readLastWords(this.#name)
      const words = this.#lastWords.filter(({ incarnation }) => isOf(incarnation, known))
      const updates = [...stored, ...words.map(({ update }) => update)]
      if (former !== undefined) {
        if (this.#isFormerStored) {
          this.#former = former
          this.#formerWasLost = formerWasLost
        }
        this.#listener.remains(former, formerWasLost)
      }
      if (canWrite !== undefined) {
        if (this.#isRightStored) this.#canWrite = canWrite
        this.#listener.couldWrite(canWrite)
      }
      this.#count = stored.length
      const before = encodeStateVector(this.#doc)
      if (known !== undefined && !this.#listener.remembered(known)) this.#setApart(updates, known)
      else {
        if (
          known !== undefined &&
          (this.#known === null || isNoDocument(this.#known.incarnation))
        ) {
          this.#known = known
          this.#isKnownStored = true
        }
        if (!this.#isClosed) this.#apply(updates)
        this.#unwritten.push(...updates.slice(stored.length))
      }
      // The document may have had contents before.
      if (before.length > 1) this.#unwritten.push(encodeStateAsUpdate(this.#doc))
      this.#setKept(!this.#hasChanges)
    } catch {
      this.#isUnreadable = true
      this.#lost()
    }
    this.#start()
  }

  /** The stored document was deleted, or lost and replaced, before it was loaded. */
  #setApart(updates: readonly Uint8Array[], { incarnation, vector }: KnownDocument): void {
    const deleted = new Doc()
    for (const update of updates) applyUpdate(deleted, update)
    const wasLost = fateOf(incarnation, this.#known!.incarnation) === 'other'
    const former = beyond(deleted, wasLost ? NO_CLOCKS : vector)
    this.#task = 'startOver'
    if (former === null) return
    this.#add(former, wasLost)
    this.#listener.remains(former, wasLost)
  }

  /** Adds to what remains of deleted documents. */
  #add(former: Uint8Array, wasLost: boolean): void {
    this.#formerWasLost ||= wasLost
    this.#former = merged(this.#former, former)
    this.#isFormerStored = false
  }

  /** Returns whether what is stored is of this document, as far as is known. */
  #isSame(stored: KnownDocument | undefined): boolean {
    return (
      stored === undefined ||
      this.#known === null ||
      areOfOne(stored.incarnation, this.#known.incarnation)
    )
  }

  #apply(updates: readonly Uint8Array[]): void {
    const applyAll = () => {
      for (const update of updates) applyUpdate(this.#doc, update, this)
    }
    // An exception of the document's observer isn't a failure of the storage.
    if (updates.length > 0) callSafely(() => transact(this.#doc, applyAll, this, false))
  }

  async #open(): Promise<IDBPDatabase<Schema>> {
    this.#database ??= await openDB<Schema>(`whereabouts ${this.#name}`, 1, {
      upgrade(database) {
        database.createObjectStore('updates', { autoIncrement: true })
        database.createObjectStore('about')
      },
      blocking: () => this.#reopen(),
      terminated: () => this.#reopen(),
    })
    return this.#database
  }

  /** The database failed, and may have lost anything: all that is known has to be written again. */
  #lost(): void {
    this.#database?.close()
    this.#database = null
    if (this.#task === 'append') this.#task = 'merge'
    this.#isKnownStored = this.#known === null
    this.#isFormerStored &&= this.#former === null
    this.#isRightStored = this.#canWrite === undefined
    this.#setKept(false)
  }

  #reopen(): void {
    this.#lost()
    if (!this.#isClosed) this.#start()
  }

  #forgetLastWords(): void {
    forgetLastWords(this.#lastWords)
    this.#lastWords = []
  }

  get #hasChanges(): boolean {
    return this.#task !== 'append' || this.#unwritten.length > 0
  }

  get #hasMore(): boolean {
    return !(this.#isKnownStored && this.#isFormerStored && this.#isRightStored)
  }

  #setKept(isKept: boolean): void {
    if (isKept === this.#isKept) return
    this.#isKept = isKept
    this.#listener.keptChanged()
  }

  #start(): void {
    if (this.#hasChanges) this.#setKept(false)
    else if (!this.#hasMore) return
    this.#isWriting ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    await this.loaded
    while (this.#hasMore || this.#hasChanges) {
      try {
        await this.#write()
      } catch {
        this.#lost()
        if (this.#isClosed) break
        await this.#pause.for(RETRY_MS)
      }
    }
    // No await since the last check, so that the next change starts a new run.
    this.#isWriting = null
    if (!this.#hasChanges) this.#forgetLastWords()
    this.#setKept(!this.#hasChanges && this.#database !== null)
  }

  /** Writes in one transaction; resolves when that is complete. */
  async #write(): Promise<void> {
    const database = await this.#open()
    const doc = this.#doc
    const transaction = database.transaction(['updates', 'about'], 'readwrite')
    const store = transaction.objectStore('updates')
    const about = transaction.objectStore('about')
    const [stored, kept] = await Promise.all([about.get('document'), about.get('former')])
    this.#isUnreadable = false
    const task = this.#taskAt(stored as KnownDocument | undefined)
    const isWhole = task !== 'append' || this.#count >= MANY_UPDATES
    // Another tab may have stored updates that this one lacks.
    const others = isWhole && task !== 'replace' ? await store.getAll() : []
    // If the document was replaced meanwhile, they belong to the one before.
    if (doc !== this.#doc) return
    this.#apply(others)
    const news = this.#takeNews(isWhole)
    this.#inFlight = task === 'replace' ? [] : news.updates
    try {
      await Promise.all([
        isWhole && store.clear(),
        ...news.updates.map((update) => store.add(update)),
        news.known !== null && about.put(news.known, 'document'),
        news.former === null && about.delete('former'),
        news.former === null && about.delete('formerWasLost'),
        news.formerWasLost && about.put(true, 'formerWasLost'),
        news.canWrite !== undefined && about.put(news.canWrite, 'canWrite'),
        news.former && about.put(merged(kept as Uint8Array | undefined, news.former), 'former'),
        transaction.done,
      ])
    } catch (error) {
      this.#putBack(news)
      throw error
    } finally {
      this.#inFlight = []
    }
  }

  /** What to do, given what the transaction finds. @throws {Error} if that isn't this document */
  #taskAt(stored: KnownDocument | undefined): Exclude<Task, 'startOver'> {
    if (this.#task !== 'startOver') {
      if (this.#isSame(stored)) return this.#task
      throw new Error('another document is stored')
    }
    // Another tab may have started over first.
    return stored !== undefined && this.#isSame(stored) ? 'merge' : 'replace'
  }

  #takeNews(isWhole: boolean): News {
    const news = {
      updates: isWhole ? [encodeStateAsUpdate(this.#doc)] : this.#unwritten,
      known: this.#isKnownStored ? null : this.#known,
      former: this.#isFormerStored ? undefined : this.#former,
      formerWasLost: this.#formerWasLost,
      canWrite: this.#isRightStored ? undefined : this.#canWrite,
      task: this.#task,
    }
    this.#unwritten = []
    this.#isKnownStored = true
    this.#isFormerStored = true
    this.#isRightStored = true
    this.#task = 'append'
    this.#count = isWhole ? 1 : this.#count + news.updates.length
    return news
  }

  /** It couldn't be written. What is stored may belong to a document before, and must not be merged then. */
  #putBack({ known, former, canWrite, task }: News): void {
    this.#isKnownStored &&= known === null
    this.#isFormerStored &&= former === undefined
    this.#isRightStored &&= canWrite === undefined
    if (task === 'replace' || task === 'startOver') this.#task = task
  }
}

/** Returns whether last words are of the stored document, as far as is known. */
function isOf(incarnation: string | null, stored: KnownDocument | undefined): boolean {
  return incarnation === null || areOfOne(incarnation, stored?.incarnation ?? incarnation)
}

/** Adds to what remains of deleted documents. */
function merged(kept: Uint8Array | null | undefined, former: Uint8Array): Uint8Array {
  return kept ? mergeUpdates([kept, former]) : former
}

async function readAll(database: IDBPDatabase<Schema>): Promise<{
  updates: Uint8Array[]
  known: KnownDocument | undefined
  former: Uint8Array | undefined
  formerWasLost: boolean
  canWrite: boolean | undefined
}> {
  const transaction = database.transaction(['updates', 'about'])
  const about = transaction.objectStore('about')
  const [updates, known, former, formerWasLost, canWrite] = await Promise.all([
    transaction.objectStore('updates').getAll(),
    about.get('document'),
    about.get('former'),
    about.get('formerWasLost'),
    about.get('canWrite'),
    transaction.done,
  ])
  return {
    updates,
    known: known as KnownDocument | undefined,
    former: former as Uint8Array | undefined,
    formerWasLost: formerWasLost === true,
    canWrite: canWrite as boolean | undefined,
  }
}
