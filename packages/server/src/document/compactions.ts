import type { LoadedDocument } from './loaded-document.js'
import type { Compaction, DocumentStore } from './store.js'

/** How long nothing is written to a document before its log is compacted. */
const QUIET_MS = 10_000
/** How long the quiet documents may take at a time. */
const TIDY_MS = 50

/** What the compactions need of the keeper. */
export interface CompactionContext {
  readonly store: DocumentStore
  readonly now: () => number
  /** Runs work for a document's room, and shows it to the main thread meanwhile. */
  attend<T>(document: LoadedDocument, work: () => T): T
  /** The store has another snapshot of the document, so later calls have to load it again. */
  outdated(document: LoadedDocument): void
}

/**
 * Replaces the logs of documents by snapshots: a long log while people edit, and any other that is
 * worth it once its document is quiet.
 *
 * @see PROTOCOL.md DO56
 */
export class Compactions {
  #count = 0
  #ms = 0
  #isTidying = false

  constructor(private readonly context: CompactionContext) {}

  get count(): number {
    return this.#count
  }

  get seconds(): number {
    return this.#ms / 1_000
  }

  /** Compacts a document, or waits for its current compaction. Never rejects: a later attempt follows. */
  compact(document: LoadedDocument): Promise<void> {
    document.compacting ??= this.#compact(document).finally(() => {
      document.compacting = undefined
    })
    return document.compacting
  }

  /** Compacts documents that have become quiet, one after another. Call it periodically. */
  async tidy(documents: Iterable<LoadedDocument>): Promise<void> {
    if (this.#isTidying) return
    this.#isTidying = true
    const beganMs = this.context.now()
    for (const document of documents) {
      if (this.context.now() - beganMs > TIDY_MS) break
      if (this.#isDue(document)) await this.compact(document)
    }
    this.#isTidying = false
  }

  #isDue({ stale, compacting, log, writtenMs }: LoadedDocument): boolean {
    if (stale || compacting !== undefined || !log.isWorthwhile) return false
    return this.context.now() - writtenMs >= QUIET_MS
  }

  async #compact(document: LoadedDocument): Promise<void> {
    const { store, now } = this.context
    const beganMs = now()
    try {
      const compaction = this.context.attend(document, () => compactionOf(document))
      // What the snapshot has and the store lacks may be refused, and then nobody may have it.
      await document.saved
      if (document.stale) return this.context.outdated(document)
      const generation = await store.compact(compaction)
      if (generation === undefined) return this.context.outdated(document)
      const { snapshot, numbers } = compaction
      document.log.replaced(generation, snapshot.byteLength, numbers)
      this.#count += 1
      this.#ms += now() - beganMs
    } catch {
      document.log.compactionFailed()
      document.writtenMs = now()
    }
  }
}

/** Returns a compaction that replaces everything in the store. */
function compactionOf(document: LoadedDocument): Compaction {
  const { roomName, incarnation, log } = document
  return { roomName, incarnation, ...log.replaceable, snapshot: document.difference(undefined) }
}
