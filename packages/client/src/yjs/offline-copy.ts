import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { applyUpdate, type Doc, encodeStateAsUpdate, encodeStateVector, transact } from 'yjs'
import { Pause } from '../pause.js'
import { callSafely } from '../store.js'

/** Updates in order, and the server's state vector beside them. */
interface Schema extends DBSchema {
  updates: { key: number; value: Uint8Array }
  about: { key: 'server'; value: Uint8Array }
}

/** Receives what comes of the offline copy. */
export interface OfflineListener {
  /** `isKept` changed. */
  keptChanged(): void
  /** The copy is loaded; the server's state vector was this when the document was last open. */
  remembered(vector: Uint8Array): void
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
 *     failed     wait 10 s, then merge, or replace if that was due
 *
 * @see PROTOCOL.md CL14, CL24
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
  /** What to write next: new updates, the document merged with what is stored, or the document alone. */
  #task: 'append' | 'merge' | 'replace' = 'append'
  #vector: Uint8Array | null = null
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
    this.loaded = this.#load()
  }

  /** Whether all of the document is stored. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** Stores the server's state vector for the next time. */
  remember(vector: Uint8Array): void {
    this.#vector = vector
    this.#start()
  }

  /** Applies what other tabs have stored since. */
  async gather(): Promise<void> {
    try {
      this.#apply((await readAll(await this.#open())).updates)
    } catch {
      this.#lost()
    }
  }

  /** Stores another document in place of this one. */
  replace(doc: Doc): void {
    this.#doc.off('update', this.#take)
    this.#doc = doc
    doc.on('update', this.#take)
    this.#task = 'replace'
    this.#start()
  }

  /** Writes what is left, and closes; what is stored stays. */
  async close(): Promise<void> {
    this.#isClosed = true
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

  async #load(): Promise<void> {
    try {
      const database = await this.#open()
      const { updates, vector } = await readAll(database)
      if (vector !== undefined) this.#listener.remembered(vector)
      this.#count = updates.length
      const before = encodeStateVector(this.#doc)
      if (!this.#isClosed) this.#apply(updates)
      // The document may have had contents before.
      if (before.length > 1) this.#unwritten.push(encodeStateAsUpdate(this.#doc))
      this.#setKept(!this.#hasChanges)
    } catch {
      this.#lost()
    }
    this.#start()
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

  /** The database failed, and may have lost anything: the whole document has to be written again. */
  #lost(): void {
    this.#database?.close()
    this.#database = null
    if (this.#task === 'append') this.#task = 'merge'
    this.#setKept(false)
  }

  #reopen(): void {
    this.#lost()
    if (!this.#isClosed) this.#start()
  }

  get #hasChanges(): boolean {
    return this.#task !== 'append' || this.#unwritten.length > 0
  }

  #setKept(isKept: boolean): void {
    if (isKept === this.#isKept) return
    this.#isKept = isKept
    this.#listener.keptChanged()
  }

  #start(): void {
    if (this.#hasChanges) this.#setKept(false)
    else if (this.#vector === null) return
    this.#isWriting ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    await this.loaded
    while (this.#vector !== null || this.#hasChanges) {
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
    this.#setKept(!this.#hasChanges && this.#database !== null)
  }

  /** Writes in one transaction; resolves when that is complete. */
  async #write(): Promise<void> {
    const database = await this.#open()
    const transaction = database.transaction(['updates', 'about'], 'readwrite')
    const store = transaction.objectStore('updates')
    const isWhole = this.#task !== 'append' || this.#count >= MANY_UPDATES
    // Another tab may have stored updates that this one lacks.
    const others = isWhole && this.#task !== 'replace' ? await store.getAll() : []
    // If the document was replaced meanwhile, they belong to the one before.
    if (this.#task !== 'replace') this.#apply(others)
    const task = this.#task
    const updates = isWhole ? [encodeStateAsUpdate(this.#doc)] : this.#unwritten
    const vector = this.#vector
    this.#unwritten = []
    this.#vector = null
    this.#task = 'append'
    this.#count = isWhole ? 1 : this.#count + updates.length
    try {
      await Promise.all([
        isWhole && store.clear(),
        ...updates.map((update) => store.add(update)),
        vector !== null && transaction.objectStore('about').put(vector, 'server'),
        transaction.done,
      ])
    } catch (error) {
      // What is stored belongs to the document before, and must not be merged into this one.
      if (task === 'replace') this.#task = 'replace'
      throw error
    }
  }
}

async function readAll(
  database: IDBPDatabase<Schema>,
): Promise<{ updates: Uint8Array[]; vector: Uint8Array | undefined }> {
  const transaction = database.transaction(['updates', 'about'])
  const [updates, vector] = await Promise.all([
    transaction.objectStore('updates').getAll(),
    transaction.objectStore('about').get('server'),
    transaction.done,
  ])
  return { updates, vector }
}
