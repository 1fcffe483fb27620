import { Problem } from '@whereabouts/protocol'
import { applyUpdate, decodeStateVector, type Doc, type Transaction } from 'yjs'
import { Backoff } from '../backoff.js'
import type { DocumentLine } from '../document-line.js'
import { randomKey } from '../member-key.js'
import { Pause } from '../pause.js'
import { isLasting } from '../refusal.js'
import { callSafely } from '../store.js'
import { postUpdate, syncDocument } from './document-calls.js'
import { type Part, type PartLimits, partsOf } from './parts.js'
import { rebuild } from './rebuild.js'
import { type Read, readUpdate, ServerCopy } from './server-copy.js'
import type { Clocks } from './structs.js'

/** Whom a sync works for. */
export interface SyncOptions {
  readonly line: DocumentLine
  /** Where what the server tells comes from, for the document. */
  readonly origin: object
  /** Something that can be asked for is another one, or may be. */
  changed(): void
  /** Resolves when what was kept is in the document, or takes too long. */
  loaded(): Promise<unknown>
  /** Resolves when what other tabs have kept is in the document as well. */
  gathered(): Promise<unknown>
  /** The document had to be made anew. */
  rebuilt(doc: Doc): void
}

// What a server takes unless set otherwise; what it says itself counts from then on.
const USUAL_LIMITS: PartLimits = { bytes: 1_048_576, structs: Number.POSITIVE_INFINITY }
const LEAST_BYTES = 256
// What the server refuses for now, such as a caller whom it doesn't know, is tried again after this.
const REFUSED_MS = 30_000
const BETWEEN_REBUILDS_MS = 5_000
const NOTHING = new Uint8Array()

/** A post that may have to be repeated as it is. */
interface Posting {
  readonly part: Part
  readonly key: string
}

/**
 * Makes a document and the server's the same: one request at a time, either a sync or a post of what
 * the server lacks, for as long as there is something to do.
 *
 * @see PROTOCOL.md CL20, CL21, CL22, CL23
 */
export class DocumentSync {
  readonly #options: SyncOptions
  readonly #backoff = new Backoff()
  readonly #pendingBackoff = new Backoff()
  #isPendingAgain = false
  readonly #pause = new Pause()
  readonly #life = new AbortController()
  #doc: Doc
  #copy: ServerCopy
  #isOpen = false
  #needsSync = true
  #isSyncing = false
  #needsRebuild = false
  #rebuiltAtMs = Number.NEGATIVE_INFINITY
  #isFinishing = false
  #isTelling = false
  #working: Promise<void> | null = null
  #parts: Part[] = []
  #posting: Posting | null = null
  #limits = USUAL_LIMITS
  #isRetrying = false
  #problem: Problem | null = null
  #refusal: Problem | null = null
  #takenPart: { readonly part: Part; readonly problem: Problem } | null = null

  constructor(doc: Doc, options: SyncOptions) {
    this.#options = options
    this.#doc = doc
    this.#copy = new ServerCopy(doc)
    doc.on('afterTransactionCleanup', this.#changed)
  }

  /** Whether the document has all that the server had when it was last asked, or told since. */
  get isSynced(): boolean {
    const isDue = this.#needsSync || this.#isSyncing || this.#needsRebuild
    return this.#copy.isKnown && !isDue
  }

  /** Whether the server has said or acknowledged all that is in the document. */
  get isSaved(): boolean {
    return this.#copy.isKnown && !this.#copy.lacksSomething
  }

  /** Whether the last request failed, and is made again. */
  get isRetrying(): boolean {
    return this.#isRetrying
  }

  /** Whether something that is in the document was refused for good. */
  get hasSetAside(): boolean {
    return !this.#copy.refused.isEmpty
  }

  get problem(): Problem | null {
    return this.#problem ?? (this.hasSetAside ? this.#refusal : null)
  }

  /** What the server has, as a state vector. */
  get vector(): Uint8Array {
    return this.#copy.vector
  }

  /** Takes what the server had when the document was last open. */
  remember(vector: Uint8Array): void {
    this.#copy.remember(vector)
  }

  /** The server has something that isn't told, or may have. */
  outdated(): void {
    this.#isOpen = true
    this.#needsSync = true
    this.#start()
  }

  /** Tries now if it is waiting to try again. */
  hurry(): void {
    this.#pause.end()
    this.#start()
  }

  /** The server tells an update. */
  told(update: Uint8Array): void {
    const read = readUpdate(update)
    if (this.#copy.conflicts(read).size > 0) {
      this.#needsRebuild = true
      this.#start()
      return
    }
    this.#apply(update)
    this.#copy.told(read)
  }

  /**
   * Makes each request that is due once more, and none again.
   *
   * @param withinMs how long that may take
   * @returns whether the server has all of the document then
   */
  async finish(withinMs: number): Promise<boolean> {
    this.#isFinishing = true
    const giveUp = () => {
      this.#life.abort()
      this.#pause.end()
    }
    const timer = setTimeout(giveUp, withinMs)
    this.hurry()
    await this.#working
    clearTimeout(timer)
    this.stop()
    return !this.#copy.lacksSomething
  }

  /** Makes no further request. */
  stop(): void {
    this.#life.abort()
    this.#pause.end()
    this.#doc.off('afterTransactionCleanup', this.#changed)
  }

  readonly #changed = (transaction: Transaction): void => {
    this.#copy.changed(transaction, this.#isTelling && transaction.origin === this.#options.origin)
    if (transaction.origin === this.#options.origin || !this.#copy.lacksSomething) return
    // Perhaps the edit mends what was refused.
    if (this.#problem !== null) this.#pause.end()
    this.#start()
    this.#options.changed()
  }

  #apply(update: Uint8Array): void {
    const { store } = this.#doc
    this.#isTelling = store.pendingStructs === null && store.pendingDs === null
    // What an observer of the document throws is not ours.
    callSafely(() => applyUpdate(this.#doc, update, this.#options.origin))
    this.#isTelling = false
  }

  #start(): void {
    const isDue = this.#isOpen || this.#isFinishing
    if (!isDue || this.#life.signal.aborted) return
    this.#working ??= this.#work()
  }

  async #work(): Promise<void> {
    // What is edited in one go is one post.
    await Promise.resolve()
    while (!this.#life.signal.aborted) {
      try {
        const next = this.#next()
        if (next === null) {
          // Also where the server told what wasn't acknowledged.
          this.#isRetrying = false
          break
        }
        await next()
        this.#backoff.reset()
        this.#isRetrying = false
      } catch (error) {
        if (this.#isFinishing || this.#life.signal.aborted) break
        await this.#failed(error)
      }
      this.#options.changed()
    }
    // In the same moment as the last look: whatever is edited from now on begins again.
    this.#working = null
    this.#options.changed()
  }

  #next(): (() => Promise<void>) | null {
    if (this.#isFinishing && !this.#copy.lacksSomething) return null
    if (this.#needsRebuild) return () => this.#rebuild()
    if (this.#needsSync) return () => this.#sync()
    if (!this.#copy.lacksSomething) this.#posting = null
    else this.#posting ??= this.#nextPosting()
    if (this.#posting !== null) return () => this.#post(this.#posting!)
    return this.#needsRebuild ? () => this.#rebuild() : null
  }

  async #failed(error: unknown): Promise<void> {
    if (isRefusal(error)) {
      this.#isRetrying = false
      this.#problem = error
      this.#options.changed()
      await this.#pause.for(REFUSED_MS)
    } else {
      this.#isRetrying = true
      this.#options.changed()
      await this.#pause.for(this.#backoff.next())
    }
  }

  async #sync(): Promise<void> {
    await this.#options.loaded()
    this.#needsSync = false
    this.#isSyncing = true
    this.#parts = []
    this.#posting = null
    try {
      const { update, read, clocks } = await this.#ask(this.#copy.question())
      if (this.#copy.conflicts(read).size > 0) {
        this.#needsRebuild = true
        return
      }
      this.#apply(update)
      this.#copy.answered(clocks, read)
      // What was told meanwhile may have asked for one.
      this.#needsRebuild ||= this.#copy.halves().size > 0
      this.#problem = null
    } catch (error) {
      this.#needsSync = true
      throw error
    } finally {
      this.#isSyncing = false
    }
  }

  async #ask(vector: Uint8Array): Promise<{ update: Uint8Array; read: Read; clocks: Clocks }> {
    const answer = await syncDocument(this.#options.line, vector, this.#life.signal)
    const { update } = answer
    return { update, read: readUpdate(update), clocks: decodeStateVector(answer.vector) }
  }

  #nextPosting(): Posting | null {
    if (this.#parts.length === 0) this.#parts = this.#makeParts(this.#limits)
    const part = this.#parts.shift()
    return part === undefined ? null : { part, key: randomKey() }
  }

  #makeParts(limits: PartLimits): Part[] {
    if (!this.#copy.lacksSomething) return []
    const { structs, deleted, isBlocked } = this.#copy.lacking()
    const parts = partsOf(structs, deleted, limits)
    const mayRebuild = Date.now() - this.#rebuiltAtMs > BETWEEN_REBUILDS_MS
    if (parts.length === 0 && isBlocked && mayRebuild) this.#needsRebuild = true
    return parts
  }

  async #post({ part, key }: Posting): Promise<void> {
    try {
      const isPending = await postUpdate(this.#options.line, part.update, key, this.#life.signal)
      this.#posting = null
      this.#problem = null
      if (isPending) return await this.#pending()
      this.#pendingBackoff.reset()
      this.#isPendingAgain = false
      this.#copy.acknowledged(part)
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#posting = null
      this.#parts = []
      if (!this.#refused(part, error)) throw error
    }
  }

  /** The server lacks something before: it says what. Where nobody has that, it isn't asked on and on. */
  async #pending(): Promise<void> {
    this.#needsSync = true
    this.#parts = []
    if (this.#isPendingAgain) await this.#pause.for(this.#pendingBackoff.next())
    this.#isPendingAgain = true
  }

  /** Whether something else can be done about what the server refuses than to try again. */
  #refused(part: Part, problem: Problem): boolean {
    const { reason, limitBytes } = problem.extensions
    if (problem.problem === 'bad-update') {
      if (reason === 'clock-taken') return this.#taken(part, problem)
      // That is no fault of what was posted, and may be over in a while.
      if (reason === 'pending') return false
      return this.#narrow(part, problem, { structs: Math.ceil(part.ranges.length / 2) })
    }
    if (problem.problem !== 'too-large') return false
    const isSaid = typeof limitBytes === 'number' && limitBytes < part.update.length
    const bytes = isSaid ? limitBytes : Math.floor(part.update.length / 2)
    return this.#narrow(part, problem, { bytes: Math.max(LEAST_BYTES, bytes) })
  }

  /** Somebody else has used the same clocks; right after a rebuild that is for later. */
  #taken(part: Part, problem: Problem): boolean {
    if (Date.now() - this.#rebuiltAtMs < BETWEEN_REBUILDS_MS) return false
    this.#needsRebuild = true
    this.#takenPart = { part, problem }
    return true
  }

  /** Makes posts smaller; what can't be made smaller is set aside. */
  #narrow(part: Part, problem: Problem, narrower: Partial<PartLimits>): boolean {
    const limits = { ...this.#limits, ...narrower }
    const [first] = this.#makeParts(limits)
    if (first === undefined) return true
    if (first.update.length < part.update.length) {
      this.#limits = limits
      return true
    }
    if (part.ranges.length === 0 || this.#copy.hasRefused(part.ranges)) return false
    this.#setAside(part, problem)
    return true
  }

  #setAside({ ranges }: Part, problem: Problem): void {
    this.#limits = { ...this.#limits, structs: USUAL_LIMITS.structs }
    this.#refusal = problem
    this.#rebuiltAtMs = Number.NEGATIVE_INFINITY
    this.#copy.refuse(ranges)
    if (!ranges.some(([client]) => client === this.#doc.clientID)) return
    // What is edited next needn't wait for it.
    this.#doc.clientID = crypto.getRandomValues(new Uint32Array(1))[0]!
  }

  async #rebuild(): Promise<void> {
    const { update, read, clocks } = await this.#ask(NOTHING)
    await this.#options.gathered()
    const taken = new Map([...this.#copy.halves(), ...this.#copy.conflicts(read)])
    const refusal = this.#takenPart
    this.#takenPart = null
    this.#needsRebuild = false
    // What came meanwhile is asked for once more.
    this.#needsSync = true
    if (taken.size === 0 && !this.#copy.lacking().isBlocked) {
      if (refusal !== null) this.#setAside(refusal.part, refusal.problem)
      return
    }
    this.#rebuiltAtMs = Date.now()
    const { refused } = this.#copy
    const rebuilt = rebuild({ doc: this.#doc, server: update, clocks, taken, refused })
    this.#doc.off('afterTransactionCleanup', this.#changed)
    this.#doc = rebuilt.doc
    this.#copy = new ServerCopy(rebuilt.doc, rebuilt.refused)
    this.#copy.answered(clocks, read)
    this.#parts = []
    this.#posting = null
    this.#options.rebuilt(rebuilt.doc)
    rebuilt.doc.on('afterTransactionCleanup', this.#changed)
  }
}

/** Whether the same post can't succeed: what is no use to try again, and a document without room. */
function isRefusal(error: unknown): error is Problem {
  return isLasting(error) || (error instanceof Problem && error.problem === 'document-full')
}
