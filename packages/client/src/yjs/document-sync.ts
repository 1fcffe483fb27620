import type { Problem } from '@whereabouts/protocol'
import { applyUpdate, decodeStateVector, type Doc, type Transaction } from 'yjs'
import { Backoff } from '../backoff.js'
import type { DocumentLine } from '../document-line.js'
import { callSafely } from '../store.js'
import { postUpdate, syncDocument } from './document-calls.js'
import { Outbox, type Posting } from './outbox.js'
import { rebuild } from './rebuild.js'
import { isRefusal, type Request, RequestLoop } from './request-loop.js'
import { ServerCopy } from './server-copy.js'
import type { Clocks } from './structs.js'
import { type Refusal, type SyncEvent, type SyncState, transition } from './sync-state.js'
import { type Read, readUpdate } from './update.js'

/** Whom a sync works for. */
export interface SyncOptions {
  readonly line: DocumentLine
  /** The origin of what is received, for the document. */
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

const BETWEEN_REBUILDS_MS = 5_000
const NOTHING = new Uint8Array()

/** All or some of what the server has. */
interface Answer {
  readonly bytes: Uint8Array
  readonly read: Read
  readonly clocks: Clocks
}

/**
 * Makes a document and the server's the same, with one request in flight:
 *
 *     until stopped
 *       if a sync is due     send the vector of what the server is known to have, apply its answer
 *       if it contradicts    fetch everything, rebuild the document, and sync again
 *       if it lost something forget what is known, and sync again
 *       if it lacks anything post the next part; acknowledged, it is known to be there
 *         refused            make parts smaller, or set the part aside; clocks taken: rebuild
 *         no answer          post the same again later, with the same key
 *       else                 wait for an edit or for word from the room
 *
 * @see PROTOCOL.md CL20 to CL23, CL27, CL37
 */
export class DocumentSync {
  readonly #options: SyncOptions
  readonly #loop: RequestLoop
  readonly #pendingBackoff = new Backoff()
  #isPendingAgain = false
  readonly #outbox = new Outbox()
  #doc: Doc
  #clientID: number
  #copy: ServerCopy
  #state: SyncState = { name: 'waiting' }
  #rebuiltAtMs = Number.NEGATIVE_INFINITY
  #isReceiving = false
  /** Why something was set aside. */
  #refusal: Problem | null = null

  constructor(doc: Doc, options: SyncOptions) {
    this.#options = options
    this.#doc = doc
    this.#clientID = doc.clientID
    this.#copy = new ServerCopy(doc)
    this.#loop = new RequestLoop(
      () => this.#next(),
      () => options.changed(),
    )
    doc.on('afterTransactionCleanup', this.#changed)
  }

  /** Whether the document has all that the server had when it was last asked, or sent since. */
  get isSynced(): boolean {
    return this.#state.name === 'following'
  }

  /** Whether the server has all that is in the document, by its own word. */
  get isSaved(): boolean {
    const { name } = this.#state
    const isKnown = name === 'following' || (name === 'stopped' && this.#state.isKnown)
    return isKnown && !this.#copy.lacksSomething
  }

  /** Whether the last request failed, and is made again. */
  get isRetrying(): boolean {
    return this.#loop.isRetrying
  }

  /** Whether something that is in the document was refused for good. */
  get hasSetAside(): boolean {
    return !this.#copy.refused.ranges.isEmpty
  }

  get problem(): Problem | null {
    return this.#loop.problem ?? (this.hasSetAside ? this.#refusal : null)
  }

  /** The server's state vector. */
  get vector(): Uint8Array {
    return this.#copy.vector
  }

  /** Takes what the server had when the document was last open. */
  remember(vector: Uint8Array): void {
    this.#copy.remember(vector)
  }

  /** The server has something that isn't sent, or may have; or another server is there. */
  outdated(): void {
    this.#to({ name: 'outdated' })
    this.#start()
  }

  /** Tries now if it is waiting to try again. */
  hurry(): void {
    this.#loop.hurry()
    this.#start()
  }

  /** Takes an update of somebody else. */
  receive(update: Uint8Array): void {
    const read = readUpdate(update)
    if (this.#copy.forks(read).size > 0) {
      this.#to({ name: 'forked', refusal: null })
      this.#start()
      return
    }
    this.#apply(update)
    this.#copy.received(read)
  }

  /**
   * Makes each request that is due once more, and none again.
   *
   * @param withinMs how long that may take
   * @returns whether the server has all of the document then
   */
  async finish(withinMs: number): Promise<boolean> {
    if (this.#state.name === 'waiting') this.#to({ name: 'outdated' })
    if (this.#state.name !== 'stopped') await this.#loop.finish(withinMs)
    this.stop()
    return this.#hasNothingToSave
  }

  /** Makes no further request. */
  stop(): void {
    this.#loop.stop()
    this.#to({ name: 'stops' })
  }

  /** Gives the document up, so that nothing of it is known any more. */
  release(): void {
    this.stop()
    this.#to({ name: 'released' })
    this.#doc.off('afterTransactionCleanup', this.#changed)
  }

  #to(event: SyncEvent): void {
    this.#state = transition(this.#state, event)
  }

  /** Nothing was ever written, or the server has said that it has everything. */
  get #hasNothingToSave(): boolean {
    const { clients, pendingStructs } = this.#doc.store
    return this.isSaved || (clients.size === 0 && pendingStructs === null)
  }

  readonly #changed = (transaction: Transaction): void => {
    const { origin } = this.#options
    this.#copy.changed(transaction, this.#isReceiving && transaction.origin === origin)
    // Yjs takes another one where somebody else uses it.
    const hasOtherId = this.#clientID !== this.#doc.clientID
    this.#clientID = this.#doc.clientID
    const isEdit = transaction.origin !== origin && this.#copy.lacksSomething
    if (isEdit) {
      // Perhaps the edit mends what was refused.
      if (this.#loop.problem !== null) this.#loop.hurry()
      this.#start()
    }
    if (isEdit || hasOtherId) this.#options.changed()
  }

  #apply(update: Uint8Array): void {
    const { store } = this.#doc
    this.#isReceiving = store.pendingStructs === null && store.pendingDs === null
    // What an observer of the document throws is not ours.
    callSafely(() => applyUpdate(this.#doc, update, this.#options.origin))
    this.#isReceiving = false
  }

  #start(): void {
    if (this.#state.name === 'waiting' || this.#state.name === 'stopped') return
    this.#loop.start()
  }

  #next(): Request | null {
    if (this.#loop.isFinishing && this.#hasNothingToSave) return null
    const state = this.#state
    switch (state.name) {
      case 'waiting':
      case 'asking':
      case 'stopped':
        return null
      case 'due':
        return () => this.#sync()
      case 'forked':
        return () => this.#rebuild(state.refusal)
      case 'following':
        return this.#nextPost()
      default:
        return state satisfies never
    }
  }

  #nextPost(): Request | null {
    if (!this.#copy.lacksSomething) {
      this.#outbox.clear()
      return null
    }
    const posting = this.#outbox.next(() => this.#copy.lacking())
    if (posting !== null) return () => this.#post(posting)
    return this.#copy.lacking().isBlocked ? this.#unblock() : null
  }

  /** What is held up by something that was refused gets ids that don't depend on it. */
  #unblock(): Request | null {
    const waitMs = this.#rebuiltAtMs + BETWEEN_REBUILDS_MS - Date.now()
    if (waitMs > 0) return this.#loop.isFinishing ? null : () => this.#loop.wait(waitMs)
    this.#to({ name: 'forked', refusal: null })
    return () => this.#rebuild(null)
  }

  async #sync(): Promise<void> {
    await this.#options.loaded()
    this.#to({ name: 'asks' })
    this.#outbox.clear()
    try {
      this.#answered(await this.#ask(this.#copy.ask()))
    } catch (error) {
      this.#to({ name: 'failed' })
      throw error
    }
  }

  #answered({ bytes, read, clocks }: Answer): void {
    // A fork was seen meanwhile, or all is over.
    if (this.#state.name !== 'asking') return
    if (this.#copy.hasLost(clocks)) {
      this.#copy.forget()
      this.#to({ name: 'failed' })
      return
    }
    if (this.#copy.forks(read).size > 0) {
      this.#to({ name: 'forked', refusal: null })
      return
    }
    this.#apply(bytes)
    this.#copy.answered(clocks, read)
    this.#loop.problem = null
    this.#to({ name: 'answered' })
    if (this.#copy.halves().size > 0) this.#to({ name: 'forked', refusal: null })
  }

  async #ask(vector: Uint8Array): Promise<Answer> {
    const answer = await syncDocument(this.#options.line, vector, this.#loop.signal)
    const bytes = answer.update
    return { bytes, read: readUpdate(bytes), clocks: decodeStateVector(answer.vector) }
  }

  async #post({ part, key }: Posting): Promise<void> {
    try {
      const isPending = await postUpdate(this.#options.line, part.update, key, this.#loop.signal)
      this.#outbox.arrived()
      this.#loop.problem = null
      if (isPending) return await this.#pending()
      this.#pendingBackoff.reset()
      this.#isPendingAgain = false
      this.#copy.acknowledged(part)
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#outbox.clear()
      if (!this.#refused({ part, problem: error })) throw error
    }
  }

  /** The server lacks something before: it says what. Where nobody has that, it isn't asked on and on. */
  async #pending(): Promise<void> {
    this.#to({ name: 'outdated' })
    if (this.#isPendingAgain) await this.#loop.wait(this.#pendingBackoff.next())
    this.#isPendingAgain = true
  }

  /** Whether something else can be done about what the server refuses than to try again. */
  #refused(refusal: Refusal): boolean {
    const { problem, extensions } = refusal.problem
    if (problem === 'too-large') return this.#narrow(refusal)
    if (problem !== 'bad-update') return false
    if (extensions.reason === 'clock-taken') return this.#taken(refusal)
    // That is no fault of what was posted, and may be over in a while.
    return extensions.reason !== 'pending' && this.#narrow(refusal)
  }

  /** Somebody else has used the same clocks; right after a rebuild that is for later. */
  #taken(refusal: Refusal): boolean {
    if (Date.now() - this.#rebuiltAtMs < BETWEEN_REBUILDS_MS) return false
    this.#to({ name: 'forked', refusal })
    return true
  }

  /** Makes posts smaller; what can't be made smaller is set aside. */
  #narrow(refusal: Refusal): boolean {
    const { ranges } = refusal.part
    if (this.#outbox.narrow(refusal, this.#copy.lacking())) return true
    if (ranges.length === 0 || this.#copy.refused.hasAll(ranges)) return false
    this.#setAside(refusal)
    return true
  }

  #setAside({ part, problem }: Refusal): void {
    this.#outbox.widen()
    this.#refusal = problem
    this.#rebuiltAtMs = Number.NEGATIVE_INFINITY
    this.#copy.refused.add(part.ranges)
    if (!part.ranges.some(([client]) => client === this.#doc.clientID)) return
    // What is edited next needn't wait for it.
    this.#doc.clientID = crypto.getRandomValues(new Uint32Array(1))[0]!
    this.#clientID = this.#doc.clientID
  }

  async #rebuild(refusal: Refusal | null): Promise<void> {
    const { bytes, read, clocks } = await this.#ask(NOTHING)
    await this.#options.gathered()
    if (this.#state.name !== 'forked') return
    const taken = new Map([...this.#copy.halves(), ...this.#copy.forks(read)])
    // What came meanwhile is asked for once more.
    this.#to({ name: 'rebuilt' })
    if (taken.size === 0 && !this.#copy.lacking().isBlocked) {
      if (refusal !== null) this.#setAside(refusal)
      return
    }
    this.#rebuiltAtMs = Date.now()
    const refused = this.#copy.refused.ranges
    const rebuilt = rebuild({ doc: this.#doc, server: bytes, clocks, taken, refused })
    this.#outbox.clear()
    this.#follow(rebuilt.doc, new ServerCopy(rebuilt.doc, rebuilt.refused))
    this.#copy.answered(clocks, read)
    this.#options.rebuilt(rebuilt.doc)
    rebuilt.doc.on('afterTransactionCleanup', this.#changed)
  }

  #follow(doc: Doc, copy: ServerCopy): void {
    this.#doc.off('afterTransactionCleanup', this.#changed)
    this.#doc = doc
    this.#clientID = doc.clientID
    this.#copy = copy
  }
}
