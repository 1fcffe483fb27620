import { isNoDocument, Problem } from '@whereabouts/protocol'
import { applyUpdate, decodeStateVector, type Doc, type Transaction } from 'yjs'
import { Backoff } from '../backoff.js'
import type { DocumentChannel } from '../document-channel.js'
import { callSafely } from '../store.js'
import { lastPostBytes, postLastUpdate, postUpdate, syncDocument } from './document-calls.js'
import { Outbox, type Posting } from './outbox.js'
import { beyond, type Fate, fateOf, type KnownDocument, NO_CLOCKS } from './known-document.js'
import { emptyLike, rebuild } from './rebuild.js'
import { isRefusal, type Request, RequestLoop } from './request-loop.js'
import { ServerCopy } from './server-copy.js'
import type { Clocks } from './structs.js'
import { type Refusal, type SyncEvent, type SyncState, transition } from './sync-state.js'
import { type DecodedUpdate, readUpdate } from './update.js'

/** The parts of a provider that its sync needs. */
export interface SyncOptions {
  readonly channel: DocumentChannel
  /** The transaction origin of received updates. */
  readonly origin: object
  /** Returns whether the server may take updates of this client. */
  mayPost(): boolean
  /** Returns whether the server says that the document is this client's user's. */
  isOwner(): boolean
  /** The public state may have changed. */
  changed(): void
  /** Resolves when the offline copy is loaded, or takes too long. */
  loaded(): Promise<unknown>
  /** Resolves when edits that other tabs stored offline are loaded, or take too long. */
  gathered(): Promise<unknown>
  /** A new document replaces the one before. */
  rebuilt(doc: Doc): void
  /** The server has said which document it has, before anything of it is applied. */
  identified(known: KnownDocument): void
  /** The document was deleted or lost on the server, and a new one replaces it. @param left what nobody else has */
  gone(doc: Doc, known: KnownDocument, left: Uint8Array | null, wasLost: boolean): void
}

const BETWEEN_REBUILDS_MS = 5_000
const NOTHING = new Uint8Array()
// They concern the caller, and not what it sent.
const CALLER_STATUSES = new Set([401, 403])
const CLOCKS_TAKEN = new Problem('bad-update', 'Others write under this document’s client id.')
const READ_ONLY = new Problem('forbidden', 'You can only view this document.')

/** An answer of the server, decoded. */
interface Answer {
  readonly bytes: Uint8Array
  readonly read: DecodedUpdate
  readonly clocks: Clocks
  readonly incarnation: string
}

/**
 * Keeps a document and the server's equal, with one request in flight:
 *
 *     until stopped
 *       if a sync is due     send the vector of what the server is known to have, apply its answer
 *       if it is another one begin with an empty document, and sync again
 *       if there is none     and it wasn't deleted: it lost everything
 *       if it contradicts    fetch everything, rebuild the document, and sync again
 *       if it lost something forget what is known, and sync again
 *       if it lacks anything post the next part, if that is allowed; acknowledged, it is known to be there
 *         refused            make parts smaller, or set the part aside; clocks taken: rebuild
 *         no answer, or the
 *         caller is refused  post the same again later, with the same key
 *       else                 wait for an edit or for word from the room
 *     when the page goes away  post all that fits, beside what is in flight
 *
 * @see PROTOCOL.md CL20 to CL23, CL27, CL37, CL55, CL67, DO49 to DO51, DO97, CL135, CL136
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
  /** Which document of the room this is, or that there was none; `null` if it was never synced. */
  #incarnation: string | null = null
  /** Whether it was this client's user's, when it was there. */
  #isOwn = false
  #state: SyncState = { name: 'waiting' }
  #rebuiltAtMs = Number.NEGATIVE_INFINITY
  #isReceiving = false
  #isPaused = false
  /** The problem that the last part was set aside for. */
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

  /** Whether the document has everything from the last sync and from the events since. */
  get isSynced(): boolean {
    return this.#state.name === 'following'
  }

  /** Whether the server has confirmed everything that is in the document. */
  get isSaved(): boolean {
    const { name } = this.#state
    const isKnown = name === 'following' || (name === 'stopped' && this.#state.isKnown)
    return isKnown && !this.#copy.lacksSomething && !this.#outbox.isInFlight
  }

  /** Whether the document was opened with contents that the server wasn't known to have. A vector has no deletions. */
  get isBehind(): boolean {
    return this.#state.name === 'waiting' && this.#copy.lacksContents
  }

  /** Whether the last request failed and will be repeated. */
  get isRetrying(): boolean {
    return this.#loop.isRetrying
  }

  /** Whether the document contains something that the server refused for good. */
  get hasSetAside(): boolean {
    return !this.#copy.refused.ranges.isEmpty
  }

  get problem(): Problem | null {
    if (this.#loop.problem !== null) return this.#loop.problem
    if (this.#isBarred) return READ_ONLY
    return this.hasSetAside ? this.#refusal : null
  }

  /** What is known of the server's document; `null` before the first sync. */
  get known(): KnownDocument | null {
    const incarnation = this.#incarnation
    if (incarnation === null) return null
    return { incarnation, vector: this.#copy.vector, isOwn: this.#isOwn }
  }

  /** Whether the server is known to have, or to have had, the document. */
  get #isNamed(): boolean {
    return this.#incarnation !== null && !isNoDocument(this.#incarnation)
  }

  /**
   * Restores what was known of the server's document when it was last open here.
   *
   * @returns whether it is this document
   */
  remember({ incarnation, vector, isOwn = false }: KnownDocument): boolean {
    const said = this.#incarnation
    const fate = said === null ? 'same' : fateOf(incarnation, said)
    if (fate === 'deleted' || fate === 'other') return false
    if (said === null || fate === 'lost') {
      this.#incarnation = incarnation
      this.#isOwn = isOwn
      this.#copy.remember(vector)
    }
    // The server has said that there is nothing.
    if (fate === 'lost') this.outdated()
    return true
  }

  /** Whether nothing is requested, and no answer that is still to come is applied. @see PROTOCOL.md YJ2 */
  get isPaused(): boolean {
    return this.#isPaused
  }

  pause(): void {
    this.#isPaused = true
    this.#loop.hurry()
  }

  /** Ends a pause. Syncs if the room is open; else `outdated` follows when it opens. */
  resume(isOpen: boolean): void {
    this.#isPaused = false
    if (isOpen) this.outdated()
  }

  /** Syncs again: the server may have updates that the events don't bring, or may be another server. */
  outdated(): void {
    this.#to({ name: 'outdated' })
    this.#start()
  }

  /** Ends a wait before the next attempt. */
  hurry(): void {
    this.#loop.hurry()
    this.#start()
  }

  /** The answer of `mayPost` has changed. */
  permitted(): void {
    // What a room without its document allows says nothing of whose that was.
    if (this.#isNamed) this.#isOwn ||= this.#options.isOwner()
    if (this.#loop.problem?.problem === 'forbidden') this.#loop.problem = null
    this.hurry()
  }

  /** Applies an update from the room's events. */
  receive(update: Uint8Array): void {
    const read = readUpdate(update)
    if (this.#copy.forks(read).size > 0) {
      this.#to({ name: 'forked', refusal: null })
      this.#start()
      return
    }
    this.#apply(update)
    this.#copy.received(read)
    // Somebody has begun the document.
    if (this.isSynced && !this.#isNamed) this.#to({ name: 'outdated' })
    // It may have integrated what was pending here, or brought back a post that got no answer.
    this.#start()
  }

  /**
   * Makes each request that is due once, without retries.
   *
   * @param withinMs how long that may take
   * @returns whether the server has all of the document afterwards
   */
  async finish(withinMs: number): Promise<boolean> {
    if (this.#state.name === 'waiting') this.#to({ name: 'outdated' })
    if (this.#state.name !== 'stopped') await this.#loop.finish(withinMs)
    this.stop()
    return this.#hasNothingToSave
  }

  /**
   * Posts what the server lacks from a page that goes away, in one post beside the one in flight, which
   * may not arrive. Nothing counts as saved by it, so a page that comes back posts the same again.
   *
   * @see PROTOCOL.md CL67
   */
  leaving(): void {
    const { name } = this.#state
    const mayPost = name !== 'stopped' && name !== 'forked' && this.#options.mayPost()
    if (!mayPost || this.#incarnation === null || !this.#copy.lacksSomething) return
    const maxBytes = lastPostBytes(this.#outbox.inFlightBytes)
    const last = this.#outbox.within(maxBytes, this.#copy.lacking())
    if (last === null) return
    this.#copy.sending(last.part)
    postLastUpdate(this.#options.channel, this.known, last.part.update, last.key)
  }

  /** Makes no further request. */
  stop(): void {
    this.#loop.stop()
    this.#to({ name: 'stops' })
  }

  /** Stops, and detaches from the document; nothing counts as saved any more. */
  release(): void {
    this.stop()
    this.#to({ name: 'released' })
    this.#doc.off('afterTransactionCleanup', this.#changed)
  }

  #to(event: SyncEvent): void {
    this.#state = transition(this.#state, event)
  }

  /** Whether the server lacks something that this client may not post. */
  get #isBarred(): boolean {
    return !this.#options.mayPost() && this.isSynced && this.#copy.lacksSomething
  }

  /** Whether the document is empty, or the server has confirmed all of it. */
  get #hasNothingToSave(): boolean {
    const { clients, pendingStructs } = this.#doc.store
    return this.isSaved || (clients.size === 0 && pendingStructs === null)
  }

  readonly #changed = (transaction: Transaction): void => {
    const { origin } = this.#options
    this.#copy.changed(transaction, this.#isReceiving && transaction.origin === origin)
    // Yjs picks a new client id if another client uses the same.
    const hasOtherId = this.#clientID !== this.#doc.clientID
    this.#clientID = this.#doc.clientID
    const isEdit = transaction.origin !== origin && this.#copy.lacksSomething
    if (isEdit) {
      // The edit may have removed what was refused, or is about to be.
      this.#loop.outdate()
      this.#start()
    }
    if (isEdit || hasOtherId) this.#options.changed()
  }

  #apply(update: Uint8Array): void {
    const { store } = this.#doc
    this.#isReceiving = store.pendingStructs === null && store.pendingDs === null
    // An exception of the document's observer must not end the sync.
    callSafely(() => applyUpdate(this.#doc, update, this.#options.origin))
    this.#isReceiving = false
  }

  #start(): void {
    if (this.#state.name === 'waiting' || this.#state.name === 'stopped' || this.#isPaused) return
    this.#loop.start()
  }

  #next(): Request | null {
    if (this.#isPaused || (this.#loop.isFinishing && this.#hasNothingToSave)) return null
    const state = this.#state
    switch (state.name) {
      case 'waiting':
      case 'asking':
      case 'stopped':
        return null
      case 'due':
        return () => this.#sync()
      case 'forked':
        return this.#nextRebuild(state.refusal)
      case 'following':
        return this.#nextPost()
      default:
        return state satisfies never
    }
  }

  #nextPost(): Request | null {
    if (!this.#copy.lacksSomething) return this.#confirm()
    if (!this.#options.mayPost()) return null
    const posting = this.#outbox.next(() => this.#copy.lacking())
    if (posting !== null) return () => this.#post(posting)
    // Edits blocked by refused ones get ids that don't depend on them.
    return this.#copy.lacking().isBlocked ? this.#nextRebuild(null) : null
  }

  /** Syncs if a post got no answer: that its edits came back in an event confirms nothing. */
  #confirm(): Request | null {
    if (this.#outbox.isInFlight) {
      this.#to({ name: 'outdated' })
      return () => this.#sync()
    }
    this.#outbox.clear()
    return null
  }

  /** Rebuilds, but not right after another rebuild, as each has editors begin anew. @see PROTOCOL.md CL131 */
  #nextRebuild(refusal: Refusal | null): Request | null {
    const waitMs = this.#rebuiltAtMs + BETWEEN_REBUILDS_MS - performance.now()
    if (waitMs <= 0) {
      this.#to({ name: 'forked', refusal })
      return () => this.#rebuild(refusal)
    }
    if (this.#loop.isFinishing) return null
    this.#loop.problem = refusal?.problem ?? this.problem ?? CLOCKS_TAKEN
    this.#options.changed()
    return () => this.#loop.wait(waitMs)
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

  #answered({ bytes, read, clocks, incarnation }: Answer): void {
    // A fork was seen meanwhile, or the sync was stopped.
    if (this.#state.name !== 'asking') return
    if (this.#isPaused) return this.#to({ name: 'failed' })
    const fate = this.#identify(incarnation)
    if (fate === 'deleted' || fate === 'other') return this.#startOver(incarnation, fate)
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
    if (this.#copy.splitPairs().size > 0) this.#to({ name: 'forked', refusal: null })
  }

  async #ask(vector: Uint8Array): Promise<Answer> {
    const answer = await syncDocument(this.#options.channel, vector, this.#loop.signal)
    const { update: bytes, incarnation } = answer
    return { bytes, read: readUpdate(bytes), clocks: decodeStateVector(answer.vector), incarnation }
  }

  /** Returns what became of the document on the server; notes which one it is, if that is new. */
  #identify(said: string): Fate {
    const fate = fateOf(this.#incarnation, said)
    if (fate !== 'same') return fate
    const isNew = this.#incarnation !== said
    this.#incarnation = said
    this.#isOwn = this.#isNamed && this.#options.isOwner()
    if (isNew) this.#options.identified(this.known!)
    return fate
  }

  /** Begins with an empty document, so that nothing of a deleted one comes back, and two aren't mixed. */
  #startOver(incarnation: string, fate: Fate): void {
    this.#to({ name: 'failed' })
    const wasLost = fate === 'other'
    const left = beyond(this.#doc, wasLost ? NO_CLOCKS : this.#copy.vector)
    const doc = emptyLike(this.#doc)
    const copy = new ServerCopy(doc)
    this.#incarnation = incarnation
    this.#isOwn = false
    this.#outbox.clear()
    this.#follow(doc, copy)
    this.#options.gone(doc, { incarnation, vector: copy.vector }, left, wasLost)
    doc.on('afterTransactionCleanup', this.#changed)
  }

  async #post({ part, key }: Posting): Promise<void> {
    try {
      const { channel } = this.#options
      const { signal } = this.#loop
      this.#copy.sending(part)
      const isPending = await postUpdate(channel, this.known, part.update, key, signal)
      this.#outbox.arrived()
      this.#loop.problem = null
      if (isPending) return await this.#pending()
      this.#pendingBackoff.reset()
      this.#isPendingAgain = false
      this.#copy.acknowledged(part)
      // A document has begun: which one is it?
      if (!this.#isNamed) this.#to({ name: 'outdated' })
    } catch (error) {
      // An earlier attempt of a caller that is refused now may have arrived.
      if (!isRefusal(error) || CALLER_STATUSES.has(error.status)) throw error
      this.#outbox.clear()
      const { problem, extensions } = error
      if (problem === 'document-deleted' || extensions.reason === 'pending') {
        return await this.#pending()
      }
      if (!this.#refused({ part, problem: error })) throw error
    }
  }

  /** The server lacks an earlier update, or has another document: sync to learn. The next time, back off first. */
  async #pending(): Promise<void> {
    this.#to({ name: 'outdated' })
    if (this.#isPendingAgain) await this.#loop.wait(this.#pendingBackoff.next())
    this.#isPendingAgain = true
  }

  /** Handles a refused part; returns `false` if all that is left is to try again later. */
  #refused(refusal: Refusal): boolean {
    const { problem, extensions } = refusal.problem
    if (extensions.reason === 'clock-taken') {
      this.#to({ name: 'forked', refusal })
      return true
    }
    return (problem === 'too-large' || problem === 'bad-update') && this.#narrow(refusal)
  }

  /** Makes posts smaller; a part that can't be split is set aside. */
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
    // Later edits under a new client id don't depend on the refused part.
    this.#doc.clientID = crypto.getRandomValues(new Uint32Array(1))[0]!
    this.#clientID = this.#doc.clientID
  }

  async #rebuild(refusal: Refusal | null): Promise<void> {
    const { bytes, read, clocks, incarnation } = await this.#ask(NOTHING)
    await this.#options.gathered()
    if (this.#state.name !== 'forked' || this.#isPaused) return
    const fate = this.#identify(incarnation)
    if (fate === 'deleted' || fate === 'other') return this.#to({ name: 'rebuilt' })
    const forks = new Map([...this.#copy.splitPairs(), ...this.#copy.forks(read)])
    // The sync that follows fetches what came meanwhile.
    this.#to({ name: 'rebuilt' })
    if (forks.size === 0 && !this.#copy.lacking().isBlocked) {
      if (refusal !== null) this.#setAside(refusal)
      return
    }
    this.#rebuiltAtMs = performance.now()
    const refused = this.#copy.refused.ranges
    const rebuilt = rebuild({ doc: this.#doc, server: bytes, clocks, forks, refused })
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
