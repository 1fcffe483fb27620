import type { Problem } from '@whereabouts/protocol'
import type { Doc } from 'yjs'
import { lineOf, type DocumentLine } from '../document-line.js'
import { Pause } from '../pause.js'
import type { Room } from '../room.js'
import type { RoomStatus } from '../store.js'
import { decodeBase64 } from './base64.js'
import { DocumentSync } from './document-sync.js'
import { Emitter } from './emitter.js'
import { OfflineCopy } from './offline-copy.js'
import { PresenceAwareness } from './presence-awareness.js'
import { shield } from './shield.js'

// The server is not kept waiting for a disk that is slow; what it has comes along later.
const LOAD_WITHIN_MS = 2_000
const LEAVE_WITHIN_MS = 5_000

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
  readonly kept: readonly [isKept: boolean]
  readonly retrying: readonly [isRetrying: boolean]
  readonly setAside: readonly [hasSetAside: boolean]
  /** What is edited from now on has another client id: something was set aside, or it was taken. */
  readonly clientID: readonly [clientID: number]
  readonly status: readonly [status: RoomStatus]
  readonly problem: readonly [problem: Problem | null]
  /** The document had to be made anew: whatever shows it has to show this one from now on. */
  readonly reload: readonly [doc: Doc]
}

/** What can be asked for, and is told when it is something else. */
type Said = {
  readonly [Name in Exclude<keyof ProviderEvents, 'reload'>]: ProviderEvents[Name][0]
}

/**
 * Keeps a Yjs document the same as the document of a room, until `destroy`. Edits are posted, and
 * those of the others come with the room's events; what was edited offline merges when the server is
 * there again. Make it synchronously, right after `joinRoom()`: else the room's stream has to be
 * opened again.
 *
 * @throws {TypeError} if the room doesn't come from `joinRoom`.
 * @example
 * const doc = new Doc()
 * const provider = new RoomProvider(joinRoom({ room: 'minutes' }), doc)
 * provider.on('saved', (isSaved) => show(isSaved ? 'Saved' : 'Saving…'))
 * @see PROTOCOL.md CL14, CL20, CL25, CL48
 */
export class RoomProvider extends Emitter<ProviderEvents> {
  readonly room: Room
  readonly #line: DocumentLine
  readonly #offline: OfflineCopy | null
  readonly #sync: DocumentSync
  readonly #release: (() => void)[]
  #doc: Doc
  #awareness: PresenceAwareness | null = null
  #ended: Promise<boolean> | null = null
  /** Whether what the others edit is known to come: a stream that resumes may have missed something. */
  #isLive = false
  #said: Said

  constructor(room: Room, doc: Doc, { offline = true }: ProviderOptions = {}) {
    super()
    this.room = room
    this.#doc = doc
    this.#line = lineOf(room)
    shield(doc)
    this.#sync = new DocumentSync(doc, {
      line: this.#line,
      origin: this,
      changed: () => this.#tell(),
      loaded: () => this.#loadedInTime(),
      gathered: () => this.#gatheredInTime(),
      rebuilt: (rebuilt) => this.#rebuilt(rebuilt),
    })
    this.#offline = offline && hasIndexedDb() ? this.#keepOffline() : null
    this.#said = this.#whatToSay()
    this.#release = [this.#followRoom(), this.#listen()]
    doc.on('destroy', this.#docDestroyed)
    // A room that is open already says nothing of what was before.
    if (room.status === 'online' || room.status === 'reconnecting') this.#sync.outdated()
    if (room.status === 'closed') this.#sync.stop()
  }

  /** The document; another one after `reload`. */
  get doc(): Doc {
    return this.#doc
  }

  /**
   * Whether the document has all that the server has, and gets what comes. After a lost connection
   * that isn't known before the server's first word.
   *
   * @see PROTOCOL.md CL27
   */
  get synced(): boolean {
    return this.#sync.isSynced && this.status === 'online' && this.#isLive
  }

  /**
   * Whether the server has all that is in the document, as it last said itself; `false` until it
   * has, and again from when it may be another server, or a restored one, until that has. After
   * `destroy` nothing is known, and it is `false`. Warn whoever closes the page before.
   *
   * @see PROTOCOL.md CL28
   */
  get saved(): boolean {
    return this.#sync.isSaved
  }

  /** Whether this browser has written all of the document, so that it outlives the page. */
  get kept(): boolean {
    return this.#offline?.isKept ?? false
  }

  /** Whether the last request failed and is made again: the server or its store is away. */
  get retrying(): boolean {
    return this.#sync.isRetrying
  }

  /**
   * Whether something in the document was refused for good, such as an image that is too large. It is
   * here alone; all the rest is saved. Undoing it ends that.
   */
  get setAside(): boolean {
    return this.#sync.hasSetAside
  }

  /** The room's. */
  get status(): RoomStatus {
    return this.room.status
  }

  /**
   * Why the server doesn't take the edits (`document-full`, `too-large`, …) or doesn't give the
   * document, or why the room is closed. The edits stay in the document, and are tried again: with
   * the next edit, when the room is online again, and after half a minute.
   */
  get problem(): Problem | null {
    const { status, problem } = this.room.getSnapshot()
    return this.#sync.problem ?? (status === 'closed' ? problem : null)
  }

  /** The others' cursors, for the binding of an editor; is there as soon as it is asked for. */
  get awareness(): PresenceAwareness {
    this.#awareness ??= new PresenceAwareness(this.room, this.#doc)
    return this.#awareness
  }

  /**
   * Posts what isn't saved, once and within 5 s, and leaves the document as it is. The room stays
   * open. What can't be posted stays in IndexedDB for the next time.
   *
   * @returns whether the server has all of the document
   */
  destroy(): Promise<boolean> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #end(): Promise<boolean> {
    this.#doc.off('destroy', this.#docDestroyed)
    for (const release of this.#release) release()
    this.#awareness?.destroy()
    const isSaved = await this.#sync.finish(LEAVE_WITHIN_MS)
    this.#sync.release()
    if (this.#offline !== null) await within(LOAD_WITHIN_MS, this.#offline.close())
    this.forgetListeners()
    return isSaved
  }

  readonly #docDestroyed = (): void => void this.destroy()

  #keepOffline(): OfflineCopy {
    return new OfflineCopy(this.#line.address, this.#doc, {
      keptChanged: () => this.#tell(),
      remembered: (vector) => this.#sync.remember(vector),
    })
  }

  #loadedInTime(): Promise<unknown> {
    return within(LOAD_WITHIN_MS, this.#offline?.loaded)
  }

  #gatheredInTime(): Promise<unknown> {
    return within(LOAD_WITHIN_MS, this.#offline?.gather())
  }

  #rebuilt(doc: Doc): void {
    this.#doc.off('destroy', this.#docDestroyed)
    shield(doc)
    doc.on('destroy', this.#docDestroyed)
    this.#doc = doc
    this.#offline?.replace(doc)
    this.#awareness?.follow(doc)
    this.emit('reload', [doc])
  }

  #followRoom(): () => void {
    return this.room.subscribe(() => {
      if (this.status !== this.#said.status) this.#statusChanged()
      this.#tell()
    })
  }

  #statusChanged(): void {
    if (this.status === 'online') this.#sync.hurry()
    // Who left may have edited right before; who was refused has no say any more.
    else if (this.status !== 'closed') return
    else if (this.room.getSnapshot().problem !== null) this.#sync.stop()
    else void this.#sync.finish(LEAVE_WITHIN_MS)
  }

  #listen(): () => void {
    return this.#line.listen({
      opened: (isResumed) => this.#opened(isResumed),
      heard: () => this.#heard(),
      updated: (update) => this.#updated(update),
      outdated: () => this.#outdated(),
    })
  }

  #opened(isResumed: boolean): void {
    this.#isLive = !isResumed
    if (!isResumed) return this.#outdated()
    this.#sync.hurry()
    this.#tell()
  }

  #heard(): void {
    if (this.#isLive) return
    this.#isLive = true
    this.#tell()
  }

  #updated(update: string): void {
    try {
      this.#sync.receive(decodeBase64(update))
    } catch {
      // What can't be read is asked for.
      this.#outdated()
    }
  }

  #outdated(): void {
    this.#sync.outdated()
    this.#tell()
  }

  #whatToSay(): Said {
    const { synced, saved, kept, retrying, setAside, status, problem } = this
    const { clientID } = this.#doc
    return { synced, saved, kept, retrying, setAside, clientID, status, problem }
  }

  #tell(): void {
    const before = this.#said
    const now = this.#whatToSay()
    this.#said = now
    if (now.saved && !before.saved) this.#offline?.remember(this.#sync.vector)
    if (now.clientID !== before.clientID) this.#awareness?.follow(this.#doc)
    if (now.status !== before.status) this.emit('status', [now.status])
    if (now.synced !== before.synced) this.emit('synced', [now.synced])
    if (now.saved !== before.saved) this.emit('saved', [now.saved])
    if (now.kept !== before.kept) this.emit('kept', [now.kept])
    if (now.retrying !== before.retrying) this.emit('retrying', [now.retrying])
    if (now.setAside !== before.setAside) this.emit('setAside', [now.setAside])
    if (now.clientID !== before.clientID) this.emit('clientID', [now.clientID])
    if (now.problem !== before.problem) this.emit('problem', [now.problem])
  }
}

function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB !== 'undefined'
  } catch {
    // Where cookies are blocked, it can't even be named.
    return false
  }
}

async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  const pause = new Pause()
  await Promise.race([work, pause.for(ms)])
  pause.end()
}
