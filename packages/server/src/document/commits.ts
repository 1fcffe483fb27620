import { Problem } from '@whereabouts/protocol'
import { documentDeleted } from '../room/document-deleted.js'
import { storeFailed } from '../store-failed.js'
import type { LoadedDocument, Outcome } from './loaded-document.js'
import { Overtaken, refusalOf } from './overtaken.js'
import type { DocumentStore, RoomRecord, RoomUpdate, StoredUpdate } from './store.js'

/** What happens to documents whose updates are committed. */
export interface CommitListener {
  /** Returns whether this thread may still store updates of the document. */
  serves(document: LoadedDocument): boolean
  stored(document: LoadedDocument, update: StoredUpdate): void
  /** All updates of a transaction are stored; called once for each of its documents. */
  committed(document: LoadedDocument): void
  /** The document has an update that the store lacks. */
  differs(document: LoadedDocument): void
  /**
   * The store has updates that the document lacks, or another document, or the document has something that the store
   * didn't take. Returns whether it is now as the store has it, and its own updates may follow.
   *
   * @throws {Problem} document-deleted, store-failed
   */
  catchUp(document: LoadedDocument): Promise<boolean>
}

/** An update that is stored only if it is the document's first. */
export interface Claim {
  /** The record to store with it, in a room that has none. */
  readonly record: RoomRecord | undefined
}

/** An update that was applied and waits for the store. */
interface Waiting {
  readonly document: LoadedDocument
  readonly bytes: Uint8Array
  readonly claim: Claim | undefined
  /** How often the store has refused it, as others had stored something before. */
  refusals: number
  /** Why it isn't stored, whatever becomes of the others of its document. */
  refusal?: Problem | Overtaken
  readonly resolve: (number: number) => void
  readonly reject: (problem: Problem | Overtaken) => void
}

/** How often an update may be refused, as others store theirs first. Each time takes a few milliseconds. */
const MOST_REFUSALS = 20

/** After so many documents the store isn't well, whatever it says; each may take as long as a call to it can. */
const MOST_FAILURES = 3

/** How long updates are gathered for the store's next transaction. */
const GATHER_MS = 10

/**
 * Stores the updates of all documents in groups. What arrives in one turn of the event loop, or while
 * the store is writing, forms its next transaction.
 */
export class Commits {
  #waiting: Waiting[] = []
  /** The documents that are being brought up to date, with the updates that wait for it. */
  readonly #held = new Map<LoadedDocument, Waiting[]>()
  #isWriting = false
  /** Ends the gathering of the next transaction. */
  #gathered: () => void = () => {}
  #gatheringSinceMs = Infinity
  #current: Promise<void> = Promise.resolve()
  #count = 0

  constructor(
    private readonly store: DocumentStore,
    private readonly listener: CommitListener,
    private readonly now: () => number,
  ) {}

  /** The number of transactions. */
  get count(): number {
    return this.#count
  }

  /** Settles at the end of the current transaction. */
  get current(): Promise<void> {
    return this.#current
  }

  /**
   * Resolves with the number of the update when the store has it.
   *
   * @param claim if it is stored only as the document's first
   * @throws {Problem} store-failed; document-deleted, also if it isn't the first
   * @throws {Overtaken} if it has to be checked again
   */
  append(document: LoadedDocument, bytes: Uint8Array, claim?: Claim): Promise<number> {
    document.unsaved += 1
    const saved = new Promise<number>((resolve, reject) => {
      this.#waiting.push({ document, bytes, claim, refusals: 0, resolve, reject })
    }).finally(() => {
      document.unsaved -= 1
    })
    if (!this.#isWriting) void this.#write()
    return saved
  }

  /** Ends the gathering after its time limit, since steady calls can prolong the event loop's turn. */
  hurry(): void {
    if (this.now() - this.#gatheringSinceMs >= GATHER_MS) this.#gathered()
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      await this.#gather()
      this.#current = this.#commit(this.#take())
      await this.#current
    }
    this.#isWriting = false
  }

  /** Gathers the updates of other calls for a turn of the event loop, up to a time limit. */
  async #gather(): Promise<void> {
    this.#gatheringSinceMs = this.now()
    await new Promise<void>((resolve) => {
      this.#gathered = resolve
      setImmediate(resolve)
    })
    this.#gatheringSinceMs = Infinity
  }

  #take(): readonly Waiting[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }

  async #commit(waiting: readonly Waiting[]): Promise<void> {
    const left = new Set(waiting)
    try {
      for (const each of left) {
        if (each.claim === undefined) continue
        if (this.#mayBeStored(each)) await this.#claim(each, each.claim)
        left.delete(each)
      }
      for (const each of left) if (!this.#mayBeStored(each)) left.delete(each)
      await this.#append([...left])
    } catch (error) {
      for (const each of left) this.#fail(each, error)
    }
    const documents = new Set(waiting.map(({ document }) => document))
    for (const document of documents) if (!document.stale) this.listener.committed(document)
  }

  /** Returns whether an update may be stored now. If not, it is refused, or held until it is known what became of it. */
  #mayBeStored(each: Waiting): boolean {
    const { document } = each
    if (!this.listener.serves(document)) this.#fail(each)
    else if (document.outcome !== undefined) each.reject(refusalOf(document))
    else if (document.stale || this.#held.has(document)) this.#hold(each)
    else return true
    return false
  }

  /**
   * Stores a claim in a transaction of its own. If it isn't stored, that is no fault of the others.
   *
   * @throws what the store throws, if it takes nothing else either
   */
  async #claim(each: Waiting, { record }: Claim): Promise<void> {
    const number = await this.store.claim(updateOf(each), record).catch(async (error: unknown) => {
      await this.store.check().catch(() => {
        throw error
      })
      return storeFailed(error)
    })
    this.#count += 1
    if (typeof number === 'number') return this.#committed(each, number)
    // With a record, it is decided about again. Without one, it is an import, which looks again whether there is one.
    each.refusal = number ?? (record === undefined ? new Overtaken() : documentDeleted())
    // What it added can't be taken out of the document again.
    this.listener.differs(each.document)
    this.#hold(each)
  }

  /**
   * Stores updates in one transaction, or those of each document in one of its own if that fails: what the store doesn't
   * take of one document is no fault of the others.
   *
   * @throws what the store throws, if it takes nothing else either
   */
  async #append(waiting: readonly Waiting[]): Promise<void> {
    if (waiting.length === 0) return
    const documents = new Set(waiting.map(({ document }) => document))
    try {
      await this.#transact(waiting)
    } catch (error) {
      if (documents.size === 1) throw error
      await this.store.check().catch(() => {
        throw error
      })
      await this.#appendApart(waiting, documents)
    }
  }

  async #appendApart(
    waiting: readonly Waiting[],
    documents: ReadonlySet<LoadedDocument>,
  ): Promise<void> {
    let failures = 0
    for (const document of documents) {
      const own = waiting.filter((each) => each.document === document)
      const work = failures < MOST_FAILURES ? this.#transact(own) : Promise.reject(storeFailed())
      await work.catch((reason: unknown) => {
        failures += 1
        for (const each of own) this.#fail(each, reason)
      })
    }
  }

  async #transact(waiting: readonly Waiting[]): Promise<void> {
    const numbers = await this.store.append(waiting.map(nextOf))
    this.#count += 1
    for (const [index, each] of waiting.entries()) {
      if (numbers[index] === undefined) this.#refused(each)
      else this.#committed(each, numbers[index])
    }
  }

  /** The store failed, or may not be written to any more. */
  #fail({ document, reject }: Waiting, error?: unknown): void {
    document.outcome = 'failed'
    this.listener.differs(document)
    reject(storeFailed(error))
  }

  /** Stores an update again once its document has what others stored before. No other document waits for that. */
  #refused(each: Waiting): void {
    each.refusals += 1
    this.#hold(each)
  }

  #hold(each: Waiting): void {
    const held = this.#held.get(each.document)
    if (held !== undefined) return void held.push(each)
    this.#held.set(each.document, [each])
    void this.#catchUp(each.document)
  }

  async #catchUp(document: LoadedDocument): Promise<void> {
    const problem = await this.listener.catchUp(document).then(
      (mayFollow) => (mayFollow ? undefined : new Overtaken()),
      (error: unknown) => (error instanceof Problem ? error : storeFailed(error)),
    )
    const held = this.#held.get(document)!
    this.#held.delete(document)
    const isTooOften = held.some(({ refusals }) => refusals > MOST_REFUSALS)
    if (problem === undefined && !isTooOften) {
      this.#waiting.unshift(...held)
      if (!this.#isWriting) void this.#write()
      return
    }
    document.outcome = outcomeOf(problem)
    this.listener.differs(document)
    for (const { refusal, reject } of held) reject(refusal ?? problem ?? storeFailed())
  }

  #committed({ document, bytes, resolve }: Waiting, number: number): void {
    const update = { number, bytes }
    document.stored(update, this.now())
    this.listener.stored(document, update)
    resolve(number)
  }
}

function outcomeOf(problem: Problem | Overtaken | undefined): Outcome {
  if (problem instanceof Overtaken) return 'overtaken'
  return problem?.problem === 'document-deleted' ? 'deleted' : 'failed'
}

function nextOf(waiting: Waiting): RoomUpdate {
  const after = waiting.document.log.last
  return { ...updateOf(waiting), ...(after !== undefined && { after }) }
}

function updateOf({ document: { roomName, incarnation, begins }, bytes }: Waiting): RoomUpdate {
  return { roomName, incarnation, bytes, ...(begins !== undefined && { begins }) }
}
