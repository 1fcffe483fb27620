import type { Json, Member } from '@whereabouts/protocol'
import type { Doc } from 'yjs'
import { lineOf, type DocumentLine } from '../document-line.js'
import type { Room } from '../room.js'
import { Emitter } from './emitter.js'
import { adornLocation, clientOf, stateOf, type AwarenessState } from './presence-location.js'

/** Whose states came, changed and went, by client id. */
export interface AwarenessChanges {
  readonly added: number[]
  readonly updated: number[]
  readonly removed: number[]
}

/** What an awareness tells of, and what its listeners are called with. */
export type AwarenessEvents = {
  readonly change: readonly [changes: AwarenessChanges, origin: string]
  readonly update: readonly [changes: AwarenessChanges, origin: string]
}

/**
 * The room's presence in the shape of the `Awareness` of y-protocols, for the bindings of editors:
 * TipTap, ProseMirror, CodeMirror, Quill, Lexical, Monaco. Fields of the local state travel in the
 * member's location, beside what the application says with `room.move`, as far as they fit. Who a
 * cursor belongs to is the room's `user`: what a binding says of that stays here. Somebody who is
 * away has no state.
 *
 * @see PROTOCOL.md CL15
 */
export class PresenceAwareness extends Emitter<AwarenessEvents> {
  readonly doc: Doc
  readonly clientID: number
  /** By client id, one's own included. */
  readonly states = new Map<number, AwarenessState>()
  readonly #room: Room
  readonly #line: DocumentLine
  readonly #unsubscribe: () => void
  readonly #adorn = (location: Json) => adornLocation(location, this.clientID, this.getLocalState())
  #unadorn: () => void
  #members = new Map<number, Member>()

  /** @throws {TypeError} if the room doesn't come from `joinRoom`. */
  constructor(room: Room, doc: Doc) {
    super()
    this.doc = doc
    this.clientID = doc.clientID
    this.states.set(this.clientID, {})
    this.#room = room
    this.#line = lineOf(room)
    this.#unadorn = this.#line.adorn(this.#adorn)
    this.#unsubscribe = room.subscribe(() => this.#readRoom())
    this.#readRoom()
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
    const had = this.states.has(this.clientID)
    const own = [this.clientID]
    if (state === null) this.states.delete(this.clientID)
    else this.states.set(this.clientID, state)
    this.#unadorn = this.#line.adorn(this.#adorn)
    if (!had && state !== null) this.#tell({ added: own, updated: [], removed: [] }, 'local')
    else if (had && state !== null) this.#tell({ added: [], updated: own, removed: [] }, 'local')
    else if (had) this.#tell({ added: [], updated: [], removed: own }, 'local')
  }

  setLocalStateField(field: string, value: unknown): void {
    const state = this.getLocalState()
    if (state !== null) this.setLocalState({ ...state, [field]: value })
  }

  /** Takes the own state away, and listens no more. */
  destroy(): void {
    this.#unsubscribe()
    this.setLocalState(null)
    this.#unadorn()
  }

  #readRoom(): void {
    const members = new Map<number, Member>()
    for (const member of this.#room.getSnapshot().others) {
      const client = member.status === 'online' ? clientOf(member) : undefined
      if (client !== undefined && client !== this.clientID) members.set(client, member)
    }
    const before = this.#members
    this.#members = members
    const changes: AwarenessChanges = { added: [], updated: [], removed: [] }
    for (const [client, member] of members) {
      if (before.get(client) === member) continue
      changes[before.has(client) ? 'updated' : 'added'].push(client)
      this.states.set(client, stateOf(member))
    }
    for (const client of before.keys()) {
      if (members.has(client)) continue
      changes.removed.push(client)
      this.states.delete(client)
    }
    this.#tell(changes, 'room')
  }

  #tell(changes: AwarenessChanges, origin: string): void {
    const { added, updated, removed } = changes
    if (added.length + updated.length + removed.length === 0) return
    this.emit('change', changes, origin)
    this.emit('update', changes, origin)
  }
}
