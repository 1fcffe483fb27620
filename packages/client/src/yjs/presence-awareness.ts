import type { Json, Member } from '@whereabouts/protocol'
import type { Doc } from 'yjs'
import { channelOf, type DocumentChannel } from '../document-channel.js'
import type { AnyRoom } from '../room.js'
import { Emitter } from './emitter.js'
import {
  withState,
  clientOf,
  isSameState,
  stateOf,
  type AwarenessState,
} from './presence-location.js'

/** The client ids whose states were added, updated and removed. */
export interface AwarenessChanges {
  readonly added: number[]
  readonly updated: number[]
  readonly removed: number[]
}

/** The data that `Awareness` of y-protocols stores with each state. */
export interface AwarenessMeta {
  /** Grows by one with every state of the client. */
  readonly clock: number
  /** In ms since 1970. */
  readonly lastUpdated: number
}

/** The events of an awareness, with the arguments of their listeners. */
export type AwarenessEvents = {
  /** A state differs from the one before. */
  readonly change: readonly [changes: AwarenessChanges, origin: string]
  /** A state was set, whether it differs or not. */
  readonly update: readonly [changes: AwarenessChanges, origin: string]
  readonly destroy: readonly [awareness: PresenceAwareness]
}

/**
 * The room's presence with the interface of `Awareness` of y-protocols, for editor bindings: TipTap,
 * ProseMirror, CodeMirror, Quill, Lexical, Monaco. The fields of the local state are posted in the
 * member's location, beside the fields of `room.move`, as far as they fit. A state's `user` is always
 * the room's; the one that a binding sets isn't posted. A member who is away has no state.
 *
 * @see PROTOCOL.md CL15, CL26, CL49
 */
export class PresenceAwareness extends Emitter<AwarenessEvents> {
  /** All states by client id, with the local one. */
  readonly states = new Map<number, AwarenessState>()
  /** The meta of every client that has or had a state. */
  readonly meta = new Map<number, AwarenessMeta>()
  /** Declared, so that this is an `Awareness` to TypeScript as well; neither exists. */
  declare readonly _checkInterval: unknown
  declare readonly _observers: Map<string, unknown>
  readonly #room: AnyRoom
  readonly #channel: DocumentChannel
  readonly #unsubscribe: () => void
  #doc: Doc
  #clientID: number
  #endMapping: () => void
  #members = new Map<number, Member>()
  #isConnected = true
  #maxBytes: number | undefined

  /** @throws {TypeError} if the room doesn't come from `joinRoom`. */
  constructor(room: AnyRoom, doc: Doc) {
    super()
    this.#doc = doc
    this.#clientID = doc.clientID
    this.#room = room
    this.#channel = channelOf(room)
    this.#set(this.#clientID, {})
    this.#endMapping = this.#channel.mapLocation(this.#mapLocation)
    this.#unsubscribe = room.subscribe(() => this.#readRoom())
    this.#followDoc()
    this.#readRoom()
  }

  /** The document; another one after the provider's `reload`. */
  get doc(): Doc {
    return this.#doc
  }

  /** The document's client id, which may change. */
  get clientID(): number {
    this.#followClient()
    return this.#clientID
  }

  getStates(): Map<number, AwarenessState> {
    return this.states
  }

  /** Returns the local state; `null` after `setLocalState(null)`. */
  getLocalState(): AwarenessState | null {
    return this.states.get(this.clientID) ?? null
  }

  /** Sets the local state; `null` removes it. */
  setLocalState(state: AwarenessState | null): void {
    const own = [this.clientID]
    const before = this.getLocalState()
    this.#set(this.clientID, state)
    this.#postState()
    const isSame = before !== null && state !== null && isSameState(before, state)
    const changes = {
      added: state !== null && before === null ? own : [],
      updated: state !== null && before !== null ? own : [],
      removed: state === null ? own : [],
    }
    this.#emitBoth(isSame ? { ...changes, updated: [] } : changes, changes, 'local')
  }

  setLocalStateField(field: string, value: unknown): void {
    const state = this.getLocalState()
    if (state !== null) this.setLocalState({ ...state, [field]: value })
  }

  /** Shows others the local state, and has theirs, after `disconnect`. */
  connect(): void {
    this.#setConnected(true)
  }

  /** Hides the local state from others, and removes theirs, until `connect`. @see PROTOCOL.md YJ2 */
  disconnect(): void {
    this.#setConnected(false)
  }

  /** Replaces the document. */
  follow(doc: Doc): void {
    this.#unfollowDoc()
    this.#doc = doc
    this.#followDoc()
    this.#followClient()
  }

  /** Removes the local state and all listeners. */
  destroy(): void {
    this.#unsubscribe()
    this.#unfollowDoc()
    this.emit('destroy', [this])
    this.setLocalState(null)
    this.#endMapping()
    this.removeListeners()
  }

  readonly #mapLocation = (location: Json): Json =>
    withState(location, this.#clientID, this.getLocalState(), this.#maxBytes)

  readonly #followClient = (): void => {
    const [before, now] = [this.#clientID, this.#doc.clientID]
    if (before === now) return
    const state = this.states.get(before)
    this.#clientID = now
    if (state === undefined) return
    this.#set(before, null)
    this.#set(now, state)
    this.#postState()
    const changes = { added: [now], updated: [], removed: [before] }
    this.#emitBoth(changes, changes, 'local')
  }

  readonly #destroyed = (): void => this.destroy()

  #followDoc(): void {
    this.#doc.on('afterTransactionCleanup', this.#followClient)
    this.#doc.on('destroy', this.#destroyed)
  }

  #unfollowDoc(): void {
    this.#doc.off('afterTransactionCleanup', this.#followClient)
    this.#doc.off('destroy', this.#destroyed)
  }

  #set(client: number, state: AwarenessState | null): void {
    if (state === null) this.states.delete(client)
    else this.states.set(client, state)
    const clock = (this.meta.get(client)?.clock ?? -1) + 1
    this.meta.set(client, { clock, lastUpdated: Date.now() })
  }

  /** Posts the state again when the server's limit becomes known: more of it may fit. */
  #readLimit(): void {
    const maxBytes = this.#channel.maxLocationBytes()
    if (maxBytes === this.#maxBytes) return
    this.#maxBytes = maxBytes
    this.#postState()
  }

  #postState(): void {
    if (this.#isConnected) this.#endMapping = this.#channel.mapLocation(this.#mapLocation)
  }

  #setConnected(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return
    this.#isConnected = isConnected
    if (isConnected) this.#postState()
    else this.#endMapping()
    this.#readRoom()
  }

  #readRoom(): void {
    this.#readLimit()
    const members = new Map<number, Member>()
    const others = this.#isConnected ? this.#room.getSnapshot().others : []
    for (const member of others) {
      const client = member.status === 'online' ? clientOf(member) : undefined
      if (client !== undefined && client !== this.#clientID) members.set(client, member)
    }
    const before = this.#members
    this.#members = members
    const updates: AwarenessChanges = { added: [], updated: [], removed: [] }
    const changed: number[] = []
    for (const [client, member] of members) {
      if (before.get(client) === member) continue
      const state = stateOf(member)
      const last = this.states.get(client)
      updates[last === undefined ? 'added' : 'updated'].push(client)
      if (last !== undefined && !isSameState(last, state)) changed.push(client)
      this.#set(client, state)
    }
    for (const client of before.keys()) {
      if (members.has(client) || client === this.#clientID) continue
      updates.removed.push(client)
      this.#set(client, null)
    }
    this.#emitBoth({ ...updates, updated: changed }, updates, 'room')
  }

  #emitBoth(changes: AwarenessChanges, updates: AwarenessChanges, origin: string): void {
    if (!isEmpty(changes)) this.emit('change', [changes, origin])
    if (!isEmpty(updates)) this.emit('update', [updates, origin])
  }
}

function isEmpty({ added, updated, removed }: AwarenessChanges): boolean {
  return added.length + updated.length + removed.length === 0
}
