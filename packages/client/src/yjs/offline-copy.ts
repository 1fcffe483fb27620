import { IndexeddbPersistence } from 'y-indexeddb'
import type { Doc } from 'yjs'

/**
 * The document as the browser keeps it, so that edits survive a closed tab. Where there is no
 * IndexedDB, or the page may not use it, nothing is kept and nothing fails.
 */
export class OfflineCopy {
  /** Resolves when what was kept is in the document. */
  readonly loaded: Promise<void>
  #persistence: IndexeddbPersistence | null = null
  #isClosed = false

  /** @param name what it is kept under; in an origin, one document has one name. */
  constructor(name: string, doc: Doc) {
    this.loaded = this.#open(name, doc)
  }

  /** Whether an update of the document with this origin comes from here. */
  isOrigin(origin: unknown): boolean {
    return origin !== null && origin === this.#persistence
  }

  /** Keeps nothing more; what is kept stays. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#persistence?.destroy()
  }

  async #open(name: string, doc: Doc): Promise<void> {
    // Where it is forbidden, y-indexeddb would fail without anybody to hear of it.
    if (!(await mayUseIndexedDb()) || this.#isClosed) return
    this.#persistence = new IndexeddbPersistence(name, doc)
    await this.#persistence.whenSynced
  }
}

function mayUseIndexedDb(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open('whereabouts')
      request.addEventListener('error', () => resolve(false))
      request.addEventListener('success', () => {
        request.result.close()
        resolve(true)
      })
    } catch {
      // There is none, or it is forbidden from the outset.
      resolve(false)
    }
  })
}
