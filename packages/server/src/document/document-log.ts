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
  /** The sizes of the updates, by their numbers. */
  readonly #updates = new Map<number, number>()
  /** The number of the last update that it has, with all before; `undefined` if the store has no such numbers. */
  #last: number | undefined
  #updatesBytes = 0
  /** Whether it has the mark of a document that keeps what is deleted in it. */
  #isKept = false
  /** The number of updates from which a compaction that failed is due again. */
  #leastUpdates = FEW_UPDATES

  constructor({ generation, snapshot, last, updates }: StoredDocument) {
    this.#last = last
    this.#generation = generation
    this.#snapshotBytes = snapshot.byteLength
    for (const update of updates) this.add(update)
  }

  get generation(): number {
    return this.#generation
  }

  get last(): number | undefined {
    return this.#last
  }

  /** The size of the snapshot and the updates. */
  get bytes(): number {
    return this.#snapshotBytes + this.#updatesBytes
  }

  get hasUpdates(): boolean {
    return this.#updates.size > 0
  }

  get isKept(): boolean {
    return this.#isKept
  }

  /** Whether the updates take so much room that they are compacted even while more arrive. */
  get isLong(): boolean {
    const { size } = this.#updates
    if (size < this.#leastUpdates) return false
    return size >= MANY_UPDATES || this.#updatesBytes >= this.#snapshotBytes * DUE_SHARE
  }

  /** Whether the updates are worth a compaction once the document is quiet. */
  get isWorthwhile(): boolean {
    const logBytes = this.#updatesBytes + ROW_BYTES * this.#updates.size
    return logBytes >= Math.max(SMALL_BYTES, this.#snapshotBytes * WORTHWHILE_SHARE)
  }

  /** Returns what a snapshot of everything would replace. */
  get replaceable(): { readonly base: number; readonly numbers: readonly number[] } {
    return { base: this.#generation, numbers: [...this.#updates.keys()] }
  }

  /** Returns those of loaded updates that it lacks, in the order of the store. */
  lacking(updates: readonly StoredUpdate[]): readonly StoredUpdate[] {
    return updates
      .filter(({ number }) => !this.#updates.has(number))
      .toSorted((one, other) => one.number - other.number)
  }

  /** Records that it has an update of another node, which compacts what it stored itself. */
  noteOther(number: number): void {
    if (this.#last !== undefined && number === this.#last + 1) this.#last = number
  }

  /** Records an update that comes after the last one, or is known. */
  add({ number, bytes }: StoredUpdate): void {
    if (this.#last !== undefined) this.#last = Math.max(this.#last, number)
    // It is never replaced by a snapshot.
    if (isKeptMark(bytes)) {
      this.#isKept = true
      return
    }
    // A load may bring an update of this node before its append is answered.
    if (this.#updates.has(number)) return
    this.#updates.set(number, bytes.byteLength)
    this.#updatesBytes += bytes.byteLength
  }

  /** Records that a snapshot replaced the one before and these updates. */
  replaced(generation: number, snapshotBytes: number, numbers: readonly number[]): void {
    this.#generation = generation
    this.#snapshotBytes = snapshotBytes
    for (const number of numbers) {
      this.#updatesBytes -= this.#updates.get(number) ?? 0
      this.#updates.delete(number)
    }
    this.#leastUpdates = FEW_UPDATES
  }

  /** Records that a compaction failed: the next one is due after further updates. */
  compactionFailed(): void {
    this.#leastUpdates = this.#updates.size + FEW_UPDATES
  }
}
