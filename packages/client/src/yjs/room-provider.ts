import type { Problem } from '@whereabouts/protocol'
import { applyUpdate, type Doc } from 'yjs'
import { Backoff } from '../backoff.js'
import { lineOf, type DocumentLine } from '../document-line.js'
import { Pause } from '../pause.js'
import { isLasting } from '../refusal.js'
import type { Room } from '../room.js'
import { callSafely, type RoomStatus } from '../store.js'
import { decodeBase64 } from './base64.js'
import { fetchDocument, postUpdate } from './document-calls.js'
import { Emitter } from './emitter.js'
import { OfflineCopy } from './offline-copy.js'
import { Outbox } from './outbox.js'
import { PresenceAwareness } from './presence-awareness.js'
import { ServerCopy } from './server-copy.js'

// The server is not kept waiting for a disk that is slow; what it has comes along later.
const LOAD_WITHIN_MS = 2_000

/** How to keep a document. */
export interface ProviderOptions {
  /**
   * Whether to keep the document in IndexedDB, so that edits survive a closed tab. Whoever uses the
   * same browser finds it there. @default true, where there is an IndexedDB
   */
  readonly offline?: boolean
}

/** What a provider tells of, and what its listeners are called with. */
export type ProviderEvents = {
  readonly synced: readonly [isSynced: boolean]
  readonly saved: readonly [isSaved: boolean]
  readonly retrying: readonly [isRetrying: boolean]
  readonly status: readonly [status: RoomStatus]
  readonly error: readonly [problem: Problem]
}

/**
 * Keeps a Yjs document the same as the document of a room, until `destroy`. Edits are posted, and
 * those of the others come with the room's events; what was edited offline merges when the server is
 * there again. Make it in the same go as the room: else the room's stream has to be opened again.
 *
 * @throws {TypeError} if the room doesn't come from `joinRoom`.
 * @example
 * const doc = new Doc()
 * const provider = new RoomProvider(joinRoom({ room: 'minutes' }), doc)
 * provider.on('saved', (isSaved) => show(isSaved ? 'Saved' : 'Saving…'))
 * @see PROTOCOL.md CL12, CL13, CL14
 */
export class RoomProvider extends Emitter<ProviderEvents> {
  readonly room: Room
  readonly doc: Doc
  readonly #line: DocumentLine
  readonly #offline: OfflineCopy | null
  readonly #server: ServerCopy
  readonly #outbox: Outbox
  readonly #backoff = new Backoff()
  readonly #pause = new Pause()
  readonly #life = new AbortController()
  readonly #release: (() => void)[]
  #awareness: PresenceAwareness | null = null
  /** Whether all that doesn't come with the room's events has been fetched. */
  #hasFetched = false
  #isFetching = false
  #isOutdated = false
  #fetchProblem: Problem | null = null
  #told: {
    synced: boolean
    saved: boolean
    retrying: boolean
    status: RoomStatus
    problem: Problem | null
  }

  constructor(room: Room, doc: Doc, { offline = true }: ProviderOptions = {}) {
    super()
    this.room = room
    this.doc = doc
    this.#line = lineOf(room)
    this.#server = new ServerCopy(doc)
    this.#outbox = new Outbox({
      post: (update, key) => postUpdate(this.#line, update, key),
      acknowledged: (update) => this.#server.acknowledged(update),
      changed: () => this.#tell(),
    })
    const { status } = room
    this.#told = { synced: false, saved: true, retrying: false, status, problem: null }
    const hasIndexedDb = typeof indexedDB !== 'undefined'
    this.#offline = offline && hasIndexedDb ? new OfflineCopy(this.#line.address, doc) : null
    this.#release = [this.#followDocument(), this.#followRoom(), this.#listen()]
    if (room.status === 'closed') this.#life.abort()
    // A room that is open already says nothing of what was before.
    if (room.status !== 'connecting') this.#fetch()
    void this.#offline?.loaded.then(() => this.#loaded())
  }

  /**
   * Whether the document has all that the server has, and gets what comes. After a lost connection
   * it is, until the server says that there is more to fetch.
   */
  get synced(): boolean {
    return this.#hasFetched && this.status === 'online'
  }

  /** Whether the server has acknowledged every edit made here. Warn who closes the page before. */
  get saved(): boolean {
    return this.#outbox.pending === 0
  }

  /** Whether the last post of an edit failed, and is tried again: the server or its store is away. */
  get retrying(): boolean {
    return this.#outbox.isRetrying
  }

  /** The room's. */
  get status(): RoomStatus {
    return this.room.status
  }

  /**
   * Why the server doesn't take the edits (`document-full`, `too-large`, …) or doesn't give the
   * document, or why the room is closed. The edits are kept here, and tried again with the next one
   * and when the room is opened again.
   */
  get problem(): Problem | null {
    const { status, problem } = this.room.getSnapshot()
    return this.#outbox.problem ?? this.#fetchProblem ?? (status === 'closed' ? problem : null)
  }

  /** The others' cursors, for the binding of an editor; is there as soon as it is asked for. */
  get awareness(): PresenceAwareness {
    this.#awareness ??= new PresenceAwareness(this.room, this.doc)
    return this.#awareness
  }

  /**
   * Leaves the document as it is. What isn't saved is posted once more, and stays in IndexedDB for
   * the next time. Resolves when that is closed. The room stays open.
   */
  async destroy(): Promise<void> {
    this.#life.abort()
    this.#pause.end()
    this.#outbox.finish()
    this.#awareness?.destroy()
    for (const release of this.#release) release()
    await this.#offline?.close()
  }

  #followDocument(): () => void {
    const take = (update: Uint8Array, origin: unknown) => {
      if (origin === this || this.#offline?.isOrigin(origin) === true) return
      const wasRefused = this.#outbox.problem !== null
      this.#outbox.add(update)
      // Perhaps the edit mends what was refused: what is to be sent is made up anew.
      if (wasRefused) this.#fetch()
    }
    const destroy = () => void this.destroy()
    this.doc.on('update', take)
    this.doc.on('destroy', destroy)
    return () => {
      this.doc.off('update', take)
      this.doc.off('destroy', destroy)
    }
  }

  #followRoom(): () => void {
    return this.room.subscribe(() => {
      if (this.status !== this.#told.status) this.#statusChanged()
      this.#tell()
    })
  }

  #statusChanged(): void {
    if (this.status === 'closed') {
      this.#life.abort()
      this.#pause.end()
      this.#outbox.finish()
    } else if (this.status === 'online') {
      this.#pause.end()
      this.#outbox.hurry()
      if (!this.#hasFetched) this.#fetch()
    }
  }

  #listen(): () => void {
    return this.#line.listen({
      opened: (isResumed) => {
        if (!isResumed) this.#outdated()
        else if (this.#outbox.problem !== null) this.#fetch()
      },
      updated: (update) => applyUpdate(this.doc, decodeBase64(update), this),
      outdated: () => this.#outdated(),
    })
  }

  #outdated(): void {
    this.#hasFetched = false
    // An answer that is on its way may be older than what it is about.
    this.#isOutdated = this.#isFetching
    this.#fetch()
    this.#tell()
  }

  /** What was kept came too late for what was fetched: now the server lacks it. */
  #loaded(): void {
    if (this.#hasFetched) this.#fetch()
  }

  #fetch(): void {
    if (!this.#isFetching && !this.#life.signal.aborted) void this.#fetchAll()
  }

  async #fetchAll(): Promise<void> {
    this.#isFetching = true
    await this.#loadedInTime()
    do {
      this.#isOutdated = false
      await this.#fetchOnce()
    } while (this.#isOutdated && !this.#life.signal.aborted)
    this.#isFetching = false
    this.#tell()
  }

  async #loadedInTime(): Promise<void> {
    const pause = new Pause()
    const late = pause.for(LOAD_WITHIN_MS)
    await Promise.race([this.#offline?.loaded, late])
    pause.end()
  }

  /** Fetches what is missing here, until it is there or can't be had, and says what is missing there. */
  async #fetchOnce(): Promise<void> {
    const { signal } = this.#life
    while (!signal.aborted) {
      try {
        const answer = await fetchDocument(this.#line, this.#server.question(), signal)
        if (!signal.aborted) this.#fetched(answer)
        return
      } catch (error) {
        if (isLasting(error)) {
          this.#fetchProblem = error
          return
        }
        if (!signal.aborted) await this.#pause.for(this.#backoff.next())
      }
    }
  }

  #fetched(answer: Uint8Array): void {
    this.#backoff.reset()
    this.#fetchProblem = null
    // What an observer of the document throws is not ours.
    callSafely(() => applyUpdate(this.doc, answer, this))
    this.#hasFetched = !this.#isOutdated
    this.#outbox.replace(this.#server.lacks(answer))
  }

  #tell(): void {
    const before = this.#told
    const { synced, saved, retrying, status, problem } = this
    this.#told = { synced, saved, retrying, status, problem }
    if (status !== before.status) this.emit('status', status)
    if (synced !== before.synced) this.emit('synced', synced)
    if (saved !== before.saved) this.emit('saved', saved)
    if (retrying !== before.retrying) this.emit('retrying', retrying)
    if (problem !== null && problem !== before.problem) this.emit('error', problem)
  }
}
