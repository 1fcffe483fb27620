import { Problem } from '@whereabouts/protocol'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { channelOf, type DocumentChannel } from '../document-channel.js'
import { Pause } from '../pause.js'
import type { AnyRoom } from '../room.js'
import type { RoomSnapshot, RoomStatus } from '../store.js'
import { decodeBase64 } from '../base64.js'
import { DocumentSync } from './document-sync.js'
import { Emitter } from './emitter.js'
import { OfflineCopy } from './offline-copy.js'
import { PresenceAwareness } from './presence-awareness.js'
import { isolateListeners } from './isolate-listeners.js'
import { Subdocuments } from './subdocuments.js'

// A slow disk must not delay the first sync; its contents merge later.
const LOAD_WITHIN_MS = 2_000
const LEAVE_WITHIN_MS = 5_000

/** Options of a provider. */
export interface ProviderOptions {
  /**
   * Whether to store the document in IndexedDB, so that edits survive a closed tab. Whoever can use the
   * same browser can read it there.
   *
   * @default true, if the platform has IndexedDB
   */
  readonly offline?: boolean
  /**
   * The id of the user whose copy it is. Other users of this browser have copies of their own, and nobody
   * posts what another one wrote: if somebody else is signed in, `problem` is `other-user`. Without it, all
   * have one. Calls to another origin have the header `Whereabouts-User` then.
   *
   * @see PROTOCOL.md CL96, DO58
   */
  readonly keptFor?: string
  /**
   * Whether to connect at once. Otherwise `connect()` does, as Lexical's plugin calls it, and until then
   * nothing is loaded or kept, so that the plugin is told of all that the document gets.
   *
   * @default true
   * @see PROTOCOL.md YJ3
   */
  readonly connect?: boolean
  /**
   * Joins the room of a subdocument, which is called when the subdocument is loaded. A provider with the
   * same options keeps it there until the subdocument or this provider is destroyed, and then leaves
   * the room. Without it, subdocuments are kept nowhere.
   *
   * @example ({ guid }) => joinRoom({ room: `chapter.${guid}`, user })
   * @see PROTOCOL.md YJ6
   */
  readonly subdocuments?: (subdocument: Doc) => AnyRoom
}

/** What a provider is doing, in the words of y-websocket. */
export interface ProviderStatus {
  readonly status: 'connecting' | 'connected' | 'disconnected'
}

/** The events of a provider, with the arguments of their listeners. */
export type ProviderEvents = {
  readonly synced: readonly [isSynced: boolean]
  /** The same as `synced`: some bindings listen for one, and some for the other. */
  readonly sync: readonly [isSynced: boolean]
  readonly saved: readonly [isSaved: boolean]
  readonly kept: readonly [isKept: boolean]
  readonly retrying: readonly [isRetrying: boolean]
  readonly setAside: readonly [hasSetAside: boolean]
  /** Edits have another client id from now on: a part was set aside, or another client used the same id. */
  readonly clientID: readonly [clientID: number]
  readonly readOnly: readonly [isReadOnly: boolean]
  readonly status: readonly [status: ProviderStatus]
  readonly problem: readonly [problem: Problem | null]
  /** The document was deleted or lost on the server, and had what the server doesn't have; `null` once that is dropped. */
  readonly former: readonly [former: Doc | null]
  /** A subdocument was loaded: this is its provider. */
  readonly subdocument: readonly [provider: RoomProvider]
  /** A new document replaces the one before: bind the editor to it. */
  readonly reload: readonly [doc: Doc]
}

/** What a provider says with events when it changes. */
type ProviderState = {
  readonly [Name in (typeof STATE)[number]]: ProviderEvents[Name][0]
}

/** In the order of their events. */
const STATE = [
  'status',
  'synced',
  'sync',
  'saved',
  'kept',
  'retrying',
  'setAside',
  'clientID',
  'readOnly',
  'problem',
  'former',
] as const satisfies readonly (keyof ProviderEvents)[]

const NO_ROOM = new Problem('bad-room', 'A subdocument is kept nowhere.')
const STATUSES: { readonly [Status in RoomStatus]: ProviderStatus } = {
  connecting: { status: 'connecting' },
  online: { status: 'connected' },
  reconnecting: { status: 'connecting' },
  closed: { status: 'disconnected' },
}

/**
 * Syncs a Yjs document with the document of a room, until `destroy`. Local edits are posted, remote ones
 * come with the room's events, and offline edits merge on reconnect. Create it synchronously, right after
 * `joinRoom()`; otherwise the room's stream has to be opened again. It has the members of y-websocket's
 * provider that editor bindings use.
 *
 * @throws {TypeError} if the room doesn't come from `joinRoom`.
 * @example
 * const doc = new Doc()
 * const provider = new RoomProvider(joinRoom({ room: 'minutes' }), doc)
 * provider.on('saved', (isSaved) => show(isSaved ? 'Saved' : 'Saving…'))
 * @see PROTOCOL.md CL14, CL20, CL25, CL48, CL55, CL56, YJ1
 */
export class RoomProvider extends Emitter<ProviderEvents> {
  readonly room: AnyRoom
  readonly #channel: DocumentChannel
  /** Opens the browser's copy when the provider first connects. */
  readonly #openOffline: () => OfflineCopy | null
  #offline: OfflineCopy | null = null
  readonly #sync: DocumentSync
  readonly #unfollow: () => void
  readonly #subdocuments: Subdocuments | null
  #doc: Doc
  #former: Doc | null = null
  #formerWasLost = false
  #awareness: PresenceAwareness | null = null
  #ended: Promise<boolean> | null = null
  /** Ends listening to the room's events; `null` while disconnected. */
  #unlisten: (() => void) | null = null
  /** Whether remote edits are known to arrive; a resumed stream proves that with its first event. */
  #isLive = false
  #roomStatus: RoomStatus
  /** What the room last said of the rights. */
  #can: RoomSnapshot['can']
  /** Whether this client could write when the document was last open in this browser. */
  #couldWrite = false
  #announced: ProviderState

  constructor(room: AnyRoom, doc: Doc, options: ProviderOptions = {}) {
    super()
    const { offline = true, keptFor, connect = true } = options
    this.room = room
    this.#doc = doc
    this.#channel = ofUser(channelOf(room), keptFor)
    this.#can = room.getSnapshot().can
    this.#roomStatus = room.status
    isolateListeners(doc)
    this.#sync = new DocumentSync(doc, {
      channel: this.#channel,
      origin: this,
      // The server decides as long as it has said nothing.
      mayPost: () => this.#can?.includes('write') ?? true,
      isOwner: () => this.#can?.includes('manage') ?? false,
      changed: () => this.#emitChanges(),
      loaded: () => this.#loadedInTime(),
      gathered: () => this.#gatheredInTime(),
      rebuilt: (rebuilt) => {
        this.#offline?.replace(rebuilt)
        this.#replaced(rebuilt)
      },
      identified: (known) => this.#offline?.remember(known),
      gone: (begun, known, left, wasLost) => {
        this.#offline?.startOver(begun, known, left, wasLost)
        if (left !== null) this.#remains(left, wasLost)
        this.#replaced(begun)
      },
    })
    this.#openOffline = () => (offline && hasIndexedDb() ? this.#keepOffline(keptFor) : null)
    this.#sync.pause()
    this.#announced = this.#currentState()
    this.#unfollow = this.#followRoom()
    this.#subdocuments = options.subdocuments === undefined ? null : this.#keepSubdocuments(options)
    this.#subdocuments?.follow(doc)
    doc.on('destroy', this.#docDestroyed)
    if (connect) this.connect()
    if (room.status === 'closed') this.#sync.stop()
  }

  /** The document; another one after `reload`. */
  get doc(): Doc {
    return this.#doc
  }

  /**
   * Whether the document has everything that the server has, and remote edits arrive. After a lost
   * connection it is `false` until the first event.
   *
   * @see PROTOCOL.md CL27
   */
  get synced(): boolean {
    return this.#sync.isSynced && this.status === 'online' && this.#isLive
  }

  /**
   * Whether the server has confirmed everything in the document. `false` before the first sync, again
   * while the server may be another or a restored one, and after `destroy`. Warn users who close the
   * page while it is `false`.
   *
   * @see PROTOCOL.md CL28
   */
  get saved(): boolean {
    return this.#sync.isSaved
  }

  /**
   * Whether the document has contents that the server wasn't known to have when it was last open in this
   * browser. `false` once the room has been open; deletions don't count. Look again at each update of the
   * document.
   *
   * @see PROTOCOL.md CL127
   */
  get unsavedBefore(): boolean {
    return this.#sync.isBehind
  }

  /** Whether this browser has stored all of the document, so that it outlives the page. @see PROTOCOL.md CL24 */
  get kept(): boolean {
    return this.#offline?.isKept ?? false
  }

  /** Whether the last request failed and will be repeated: the server or its store can't be reached. */
  get retrying(): boolean {
    return this.#sync.isRetrying
  }

  /**
   * Whether the server refused something in the document for good, such as an image that is too large.
   * Only this client has it; everything else is saved. Undoing or deleting it ends this.
   *
   * @see PROTOCOL.md CL22, CL30
   */
  get setAside(): boolean {
    return this.#sync.hasSetAside
  }

  /**
   * The document as it was before it was deleted on the server, if it has edits that the server never
   * had; or all of a document that the server has lost, for example through a restored backup, if another
   * one is there now. This browser keeps it until `dropFormer()`: let the user copy from it.
   *
   * @see PROTOCOL.md DO51, DO97
   */
  get former(): Doc | null {
    return this.#former
  }

  /** Whether the server has lost what is in `former`, or some of it: not all of it was deleted. @see PROTOCOL.md DO97 */
  get formerWasLost(): boolean {
    return this.#formerWasLost
  }

  /** Drops `former`. */
  dropFormer(): void {
    this.#former = null
    this.#formerWasLost = false
    this.#offline?.dropFormer()
    this.#emitChanges()
  }

  /**
   * Whether edits don't reach the server because this client may not write: make the editor read-only.
   * What is edited nevertheless is kept, isn't `saved`, and is posted when the client may write again.
   * Before the server has said so, it is `true` unless this browser stored that the client may.
   *
   * @see PROTOCOL.md CL55, CL56
   */
  get readOnly(): boolean {
    if (this.status === 'closed') return true
    return !(this.#can?.includes('write') ?? this.#couldWrite)
  }

  /** The room's status. */
  get status(): RoomStatus {
    return this.room.status
  }

  /**
   * Why the server doesn't take the edits (`document-full`, `too-large`, `forbidden`, …) or refuses the
   * document, or why the room is closed; `bad-room` if a subdocument has no room. Refused edits stay in the document and are posted again: with
   * the next edit, when the room is online again, and after 30 s.
   */
  get problem(): Problem | null {
    const { status, problem } = this.room.getSnapshot()
    const unkept = this.#subdocuments?.hasUnkept === true ? NO_ROOM : null
    return this.#sync.problem ?? (status === 'closed' ? problem : unkept)
  }

  /** The awareness for an editor binding; created on first use. */
  get awareness(): PresenceAwareness {
    if (this.#awareness === null) {
      this.#awareness = new PresenceAwareness(this.room, this.#doc)
      if (this.#sync.isPaused) this.#awareness.disconnect()
    }
    return this.#awareness
  }

  /** The providers of the loaded subdocuments. Each has a `saved` and a `reload` of its own. */
  get subdocuments(): ReadonlyMap<Doc, RoomProvider> {
    return this.#subdocuments?.providers ?? new Map()
  }

  /** Syncs again after `disconnect`. Does nothing while connected, or after `destroy`. */
  connect(): void {
    if (this.#unlisten !== null || this.#ended !== null) return
    this.#offline ??= this.#openOffline()
    this.#keepRight()
    // A room that is open already doesn't repeat earlier updates.
    this.#sync.resume(this.status === 'online' || this.status === 'reconnecting')
    this.#unlisten = this.#listen()
    this.#awareness?.connect()
    for (const provider of this.subdocuments.values()) provider.connect()
    this.#emitChanges()
  }

  /**
   * Stops syncing until `connect`: nothing is posted, nothing is received, and nobody sees the other's
   * cursor. The room stays open. Edits made meanwhile are kept, and merge then.
   *
   * @see PROTOCOL.md YJ2
   */
  disconnect(): void {
    if (this.#unlisten === null) return
    this.#unlisten()
    this.#unlisten = null
    this.#isLive = false
    this.#sync.pause()
    this.#awareness?.disconnect()
    for (const provider of this.subdocuments.values()) provider.disconnect()
    this.#emitChanges()
  }

  /**
   * Posts what isn't saved, once and within 5 s, then stops syncing. The document and the room stay as
   * they are. What can't be posted, or was edited after `disconnect`, stays in IndexedDB for the next time.
   *
   * @returns whether the server has confirmed all of the document
   */
  destroy(): Promise<boolean> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #end(): Promise<boolean> {
    this.#doc.off('destroy', this.#docDestroyed)
    this.#unfollow()
    this.#unlisten?.()
    this.#awareness?.destroy()
    const [isSaved] = await Promise.all([
      this.#sync.finish(LEAVE_WITHIN_MS),
      this.#subdocuments?.close(),
    ])
    this.#sync.release()
    if (this.#offline !== null) await within(LOAD_WITHIN_MS, this.#offline.close())
    this.removeListeners()
    return isSaved
  }

  readonly #docDestroyed = (): void => void this.destroy()

  #keepOffline(user: string | undefined): OfflineCopy {
    const { address } = this.#channel
    const name = user === undefined ? address : `${address} of ${user}`
    return new OfflineCopy(name, this.#doc, {
      keptChanged: () => this.#emitChanges(),
      remembered: (known) => this.#sync.remember(known),
      remains: (former, wasLost) => this.#remains(former, wasLost),
      couldWrite: (canWrite) => {
        this.#couldWrite = canWrite
        this.#emitChanges()
      },
    })
  }

  #keepSubdocuments(options: ProviderOptions): Subdocuments {
    const provide = (subdocument: Doc) => {
      const room = options.subdocuments!(subdocument)
      const connect = !this.#sync.isPaused
      const provider = new RoomProvider(room, subdocument, { ...options, connect })
      this.emit('subdocument', [provider])
      return provider
    }
    return new Subdocuments(provide, () => this.#emitChanges())
  }

  #keepRight(): void {
    if (this.#can !== null) this.#offline?.keepRight(this.#can.includes('write'))
  }

  #keepKnown(): void {
    const { known, isSaved } = this.#sync
    if (isSaved && known !== null) this.#offline?.remember(known)
  }

  #followRights(): void {
    const { can } = this.room.getSnapshot()
    if (can === this.#can) return
    this.#can = can
    this.#keepRight()
    this.#sync.permitted()
    this.#keepKnown()
  }

  #loadedInTime(): Promise<unknown> {
    return within(LOAD_WITHIN_MS, this.#offline?.loaded)
  }

  #gatheredInTime(): Promise<unknown> {
    return within(LOAD_WITHIN_MS, this.#offline?.gather())
  }

  #remains(update: Uint8Array, wasLost: boolean): void {
    this.#formerWasLost ||= wasLost
    const former = new Doc()
    // More than one document may have been deleted.
    if (this.#former !== null) applyUpdate(former, encodeStateAsUpdate(this.#former))
    applyUpdate(former, update)
    this.#former = former
    this.#emitChanges()
  }

  #replaced(doc: Doc): void {
    this.#doc.off('destroy', this.#docDestroyed)
    isolateListeners(doc)
    doc.on('destroy', this.#docDestroyed)
    this.#doc = doc
    this.#awareness?.follow(doc)
    // Rooms that are joined after the end would never be left. YJ9
    if (this.#ended === null) this.#subdocuments?.follow(doc)
    this.emit('reload', [doc])
  }

  #followRoom(): () => void {
    return this.room.subscribe(() => {
      this.#followRights()
      const before = this.#roomStatus
      this.#roomStatus = this.status
      if (this.status !== before) this.#statusChanged()
      this.#emitChanges()
    })
  }

  #statusChanged(): void {
    if (this.status === 'online') this.#sync.hurry()
    // A user who left may have edited right before; one who was refused may not post any more.
    else if (this.status !== 'closed') return
    else if (this.room.getSnapshot().problem !== null) this.#sync.stop()
    else void this.#sync.finish(LEAVE_WITHIN_MS)
  }

  #listen(): () => void {
    return this.#channel.listen({
      opened: (isResumed) => this.#opened(isResumed),
      heard: () => this.#heard(),
      updated: (update) => this.#updated(update),
      outdated: () => this.#outdated(),
      leaving: () => this.#sync.leaving(),
    })
  }

  #opened(isResumed: boolean): void {
    this.#isLive = !isResumed
    if (!isResumed) return this.#outdated()
    this.#sync.hurry()
    this.#emitChanges()
  }

  #heard(): void {
    if (this.#isLive) return
    this.#isLive = true
    this.#emitChanges()
  }

  #updated(update: string): void {
    try {
      this.#sync.receive(decodeBase64(update))
    } catch {
      // An update that can't be read is fetched by a sync.
      this.#outdated()
    }
  }

  #outdated(): void {
    this.#sync.outdated()
    this.#emitChanges()
  }

  #currentState(): ProviderState {
    const { synced, saved, kept, retrying, setAside, readOnly, problem, former } = this
    const { clientID } = this.#doc
    const status = STATUSES[this.#sync.isPaused ? 'closed' : this.status]
    const sync = synced
    const said = { synced, sync, saved, kept, retrying, setAside, clientID, readOnly }
    return { ...said, status, problem, former }
  }

  #emitChanges(): void {
    const before = this.#announced
    const now = this.#currentState()
    this.#announced = now
    if (now.saved && !before.saved) this.#keepKnown()
    if (now.clientID !== before.clientID) this.#awareness?.follow(this.#doc)
    for (const name of STATE) {
      if (now[name] !== before[name]) this.emit(name, [now[name]] as never)
    }
    if (now.synced !== before.synced) this.#doc.emit('sync', [now.synced, this.#doc])
  }
}

function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB !== 'undefined'
  } catch {
    // Where cookies are blocked, even reading the name throws.
    return false
  }
}

async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  const pause = new Pause()
  await Promise.race([work, pause.for(ms)])
  pause.end()
}

/** Calls name the user whose document it is, if that is said. @see PROTOCOL.md DO58 */
function ofUser(channel: DocumentChannel, user: string | undefined): DocumentChannel {
  if (user === undefined) return channel
  const named = (init: RequestInit): RequestInit => {
    const headers = new Headers(init.headers)
    headers.set('whereabouts-user', encodeURIComponent(user))
    return { ...init, headers }
  }
  return {
    ...channel,
    request: (call, parameters, init) => channel.request(call, parameters, named(init)),
    requestLast: (call, parameters, init) => channel.requestLast(call, parameters, named(init)),
  }
}
