import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { applyUpdate, type Doc, encodeStateAsUpdate, encodeStateVector, transact } from 'yjs'
import { Pause } from '../pause.js'
import { callSafely } from '../store.js'

/** Updates in their order, and what is to be known beside them. */
interface Schema extends DBSchema {
  updates: { key: number; value: Uint8Array }
  about: { key: 'server'; value: Uint8Array }
}

/** Who is told how the document is kept. */
export interface OfflineListener {
  /** Whether all of it is kept is another answer than before. */
  keptChanged(): void
  /** The state vector of what the server had when the document was last open. */
  remembered(vector: Uint8Array): void
}

// So many records are made one.
const MANY_UPDATES = 500
// A full disk or a lost database may be better then, and nobody waits for it.
const RETRY_MS = 10_000

/**
 * The document as the browser keeps it, so that edits survive a closed tab. Where that is forbidden,
 * full or lost, nothing fails, and `isKept` says so; it is tried again now and then.
 *
 * @see PROTOCOL.md CL14, CL24
 */
export class OfflineCopy {
  /** Resolves when what was kept is in the document, or can't be had. */
  readonly loaded: Promise<void>
  readonly #name: string
  readonly #listener: OfflineListener
  readonly #pause = new Pause()
  #doc: Doc
  #database: IDBPDatabase<Schema> | null = null
  #unwritten: Uint8Array[] = []
  /** What is to be written: what is new, all of the document, or all of it in the place of what is there. */
  #task: 'append' | 'merge' | 'replace' = 'append'
  #vector: Uint8Array | null = null
  #count = 0
  #isWriting: Promise<void> | null = null
  #isKept = false
  #isClosed = false

  /** @param name what it is kept under; in an origin, one document has one name. */
  constructor(name: string, doc: Doc, listener: OfflineListener) {
    this.#name = name
    this.#doc = doc
    this.#listener = listener
    doc.on('update', this.#take)
    this.loaded = this.#load()
  }

  /** Whether the browser has written all of the document. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** Keeps what the server has, for the next time. */
  remember(vector: Uint8Array): void {
    this.#vector = vector
    this.#start()
  }

  /** Takes into the document what other tabs have kept of it since. */
  async gather(): Promise<void> {
    try {
      this.#apply((await readAll(await this.#open())).updates)
    } catch {
      this.#lost()
    }
  }

  /** Keeps another document in the place of this one, and nothing of this one. */
  replace(doc: Doc): void {
    this.#doc.off('update', this.#take)
    this.#doc = doc
    doc.on('update', this.#take)
    this.#task = 'replace'
    this.#start()
  }

  /** Writes what there is, and keeps nothing more; what is kept stays. */
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
    // Otherwise all of the document is to be written anyway.
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
      // What was in the document before is kept as well.
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
    // What an observer of the document throws is not ours.
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

  /** Whatever was kept may be gone; all of the document is to be written again. */
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
    // In the same moment as the last look: whatever comes from now on begins again.
    this.#isWriting = null
    this.#setKept(!this.#hasChanges && this.#database !== null)
  }

  /** One transaction; what it was about is written when it is complete, and not before. */
  async #write(): Promise<void> {
    const database = await this.#open()
    const transaction = database.transaction(['updates', 'about'], 'readwrite')
    const store = transaction.objectStore('updates')
    const isWhole = this.#task !== 'append' || this.#count >= MANY_UPDATES
    // Another tab may have written something that isn't here.
    const others = isWhole && this.#task !== 'replace' ? await store.getAll() : []
    // The document may have been replaced while they were read; then they belong to the one before.
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
      // What is there is of the document before, and must not come into this one.
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
