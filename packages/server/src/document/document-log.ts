import { isKeptMark } from './kept.js'
import type { StoredDocument, StoredUpdate } from './store.js'

/** How many updates may wait for a compaction, whatever their size. */
const MANY_UPDATES = 3_000
const FEW_UPDATES = 300
/** The size of the updates relative to the snapshot from which a compaction is due while people edit. */
const DUE_SHARE = 1 / 8
/** The same for a document that is quiet, so that it is compacted at most once for each pause. */
const WORTHWHILE_SHARE = 1 / 64
/** A smaller log is left as it is. */
const SMALL_BYTES = 2_000
/** What a store needs for each update in addition to its bytes. */
const ROW_BYTES = 100

/** The snapshot and the updates since, as the store has them of one document. */
export class DocumentLog {
  #generation: number
  #snapshotBytes: number
  #updates: { readonly number: number; readonly bytes: number }[] = []
  #updatesBytes = 0
  /** Whether it has the mark of a document that keeps what is deleted in it. */
  #isKept = false
  /** The number of updates from which a compaction that failed is due again. */
  #leastUpdates = FEW_UPDATES

  constructor({ generation, snapshot, updates }: StoredDocument) {
    this.#generation = generation
    this.#snapshotBytes = snapshot.byteLength
    for (const update of updates) this.add(update)
  }

  /** The size of the snapshot and the updates. */
  get bytes(): number {
    return this.#snapshotBytes + this.#updatesBytes
  }

  get hasUpdates(): boolean {
    return this.#updates.length > 0
  }

  get isKept(): boolean {
    return this.#isKept
  }

  /** Whether the updates take so much room that they are compacted even while more arrive. */
  get isLong(): boolean {
    const { length } = this.#updates
    if (length < this.#leastUpdates) return false
    return length >= MANY_UPDATES || this.#updatesBytes >= this.#snapshotBytes * DUE_SHARE
  }

  /** Whether the updates are worth a compaction once the document is quiet. */
  get isWorthwhile(): boolean {
    const logBytes = this.#updatesBytes + ROW_BYTES * this.#updates.length
    return logBytes >= Math.max(SMALL_BYTES, this.#snapshotBytes * WORTHWHILE_SHARE)
  }

  /** Returns what a snapshot of everything would replace. */
  get replaceable(): { readonly base: number; readonly numbers: readonly number[] } {
    return { base: this.#generation, numbers: this.#updates.map(({ number }) => number) }
  }

  add({ number, bytes }: StoredUpdate): void {
    // It is never replaced by a snapshot.
    if (isKeptMark(bytes)) {
      this.#isKept = true
      return
    }
    this.#updates.push({ number, bytes: bytes.byteLength })
    this.#updatesBytes += bytes.byteLength
  }

  /** Records that a snapshot replaced the one before and these updates. */
  replaced(generation: number, snapshotBytes: number, numbers: readonly number[]): void {
    const gone = new Set(numbers)
    this.#generation = generation
    this.#snapshotBytes = snapshotBytes
    this.#updates = this.#updates.filter(({ number }) => !gone.has(number))
    this.#updatesBytes = this.#updates.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#leastUpdates = FEW_UPDATES
  }

  /** Records that a compaction failed: the next one is due after further updates. */
  compactionFailed(): void {
    this.#leastUpdates = this.#updates.length + FEW_UPDATES
  }
}
