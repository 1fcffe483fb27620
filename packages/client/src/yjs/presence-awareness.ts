import type { Json, Member } from '@whereabouts/protocol'
import type { Doc } from 'yjs'
import { lineOf, type DocumentLine } from '../document-line.js'
import type { Room } from '../room.js'
import { Emitter } from './emitter.js'
import {
  adornLocation,
  clientOf,
  isSameState,
  stateOf,
  type AwarenessState,
} from './presence-location.js'

/** Whose states came, changed and went, by client id. */
export interface AwarenessChanges {
  readonly added: number[]
  readonly updated: number[]
  readonly removed: number[]
}

/** What is known of a state beside what it says. */
export interface AwarenessMeta {
  /** Grows with every state of the client. */
  readonly clock: number
  /** In ms since 1970. */
  readonly lastUpdated: number
}

/** What an awareness tells of, and what its listeners are called with. */
export type AwarenessEvents = {
  /** Something says something else than before. */
  readonly change: readonly [changes: AwarenessChanges, origin: string]
  /** A state was set, be it to the same. */
  readonly update: readonly [changes: AwarenessChanges, origin: string]
  readonly destroy: readonly [awareness: PresenceAwareness]
}

/**
 * The room's presence in the shape of the `Awareness` of y-protocols, for the bindings of editors:
 * TipTap, ProseMirror, CodeMirror, Quill, Lexical, Monaco. Fields of the local state travel in the
 * member's location, beside what the application says with `room.move`, as far as they fit. Who a
 * cursor belongs to is the room's `user`: what a binding says of that stays here. Somebody who is
 * away has no state.
 *
 * @see PROTOCOL.md CL15, CL26, CL49
 */
export class PresenceAwareness extends Emitter<AwarenessEvents> {
  /** By client id, one's own included. */
  readonly states = new Map<number, AwarenessState>()
  /** Of every client that had a state. */
  readonly meta = new Map<number, AwarenessMeta>()
  readonly #room: Room
  readonly #line: DocumentLine
  readonly #unsubscribe: () => void
  #doc: Doc
  #clientID: number
  #unadorn: () => void
  #members = new Map<number, Member>()
  #maxBytes: number | undefined

  /** @throws {TypeError} if the room doesn't come from `joinRoom`. */
  constructor(room: Room, doc: Doc) {
    super()
    this.#doc = doc
    this.#clientID = doc.clientID
    this.#room = room
    this.#line = lineOf(room)
    this.#set(this.#clientID, {})
    this.#unadorn = this.#line.adorn(this.#adorn)
    this.#unsubscribe = room.subscribe(() => this.#readRoom())
    this.#followDoc()
    this.#readRoom()
  }

  /** Another one once the provider had to make the document anew. */
  get doc(): Doc {
    return this.#doc
  }

  /** The document's; another one when that has another. */
  get clientID(): number {
    this.#followClient()
    return this.#clientID
  }

  getStates(): Map<number, AwarenessState> {
    return this.states
  }

  /** `null` after `setLocalState(null)`. */
  getLocalState(): AwarenessState | null {
    return this.states.get(this.clientID) ?? null
  }

  /** `null` to have none, until another one is set. */
  setLocalState(state: AwarenessState | null): void {
    const own = [this.clientID]
    const before = this.getLocalState()
    this.#set(this.clientID, state)
    this.#unadorn = this.#line.adorn(this.#adorn)
    const isSame = before !== null && state !== null && isSameState(before, state)
    const changes = {
      added: state !== null && before === null ? own : [],
      updated: state !== null && before !== null ? own : [],
      removed: state === null ? own : [],
    }
    this.#tell(isSame ? { ...changes, updated: [] } : changes, changes, 'local')
  }

  setLocalStateField(field: string, value: unknown): void {
    const state = this.getLocalState()
    if (state !== null) this.setLocalState({ ...state, [field]: value })
  }

  /** Goes on with a document that takes the place of this one. */
  follow(doc: Doc): void {
    this.#unfollowDoc()
    this.#doc = doc
    this.#followDoc()
    this.#followClient()
  }

  /** Takes the own state away, and listens no more. */
  destroy(): void {
    this.#unsubscribe()
    this.#unfollowDoc()
    this.emit('destroy', [this])
    this.setLocalState(null)
    this.#unadorn()
    this.forgetListeners()
  }

  readonly #adorn = (location: Json): Json =>
    adornLocation(location, this.#clientID, this.getLocalState(), this.#maxBytes)

  readonly #followClient = (): void => {
    const [before, now] = [this.#clientID, this.#doc.clientID]
    if (before === now) return
    const state = this.states.get(before)
    this.#clientID = now
    if (state === undefined) return
    this.#set(before, null)
    this.#set(now, state)
    this.#unadorn = this.#line.adorn(this.#adorn)
    const changes = { added: [now], updated: [], removed: [before] }
    this.#tell(changes, changes, 'local')
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

  /** There may be more room than what was posted before the server said so. */
  #readLimit(): void {
    const maxBytes = this.#line.maxLocationBytes()
    if (maxBytes === this.#maxBytes) return
    this.#maxBytes = maxBytes
    this.#unadorn = this.#line.adorn(this.#adorn)
  }

  #readRoom(): void {
    this.#readLimit()
    const members = new Map<number, Member>()
    for (const member of this.#room.getSnapshot().others) {
      const client = member.status === 'online' ? clientOf(member) : undefined
      if (client !== undefined && client !== this.#clientID) members.set(client, member)
    }
    const before = this.#members
    this.#members = members
    const told: AwarenessChanges = { added: [], updated: [], removed: [] }
    const changed: number[] = []
    for (const [client, member] of members) {
      if (before.get(client) === member) continue
      const state = stateOf(member)
      const last = this.states.get(client)
      told[last === undefined ? 'added' : 'updated'].push(client)
      if (last !== undefined && !isSameState(last, state)) changed.push(client)
      this.#set(client, state)
    }
    for (const client of before.keys()) {
      if (members.has(client) || client === this.#clientID) continue
      told.removed.push(client)
      this.#set(client, null)
    }
    this.#tell({ ...told, updated: changed }, told, 'room')
  }

  #tell(changed: AwarenessChanges, told: AwarenessChanges, origin: string): void {
    if (isSomething(changed)) this.emit('change', [changed, origin])
    if (isSomething(told)) this.emit('update', [told, origin])
  }
}

function isSomething({ added, updated, removed }: AwarenessChanges): boolean {
  return added.length + updated.length + removed.length > 0
}
