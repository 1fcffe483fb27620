import type { Problem, Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc } from 'yjs'

/**
 * How the edits made here fare: `saved` when the server has stored them all, `saving` while it is
 * about to, `kept` while it can't and only this browser has them.
 */
export type Saving = 'saved' | 'saving' | 'kept'

/** A document at one moment. Never changed, only replaced; the same object until something changes. */
export interface DocumentState {
  /**
   * Whether there is something to show: all that the server has, or what this browser has kept of
   * it, or, in a room that can't be entered, nothing.
   */
  readonly isThere: boolean
  readonly saving: Saving
  /** Why the server doesn't take the edits, or doesn't give the document. */
  readonly problem: Problem | null
}

const EVENTS = ['synced', 'saved', 'retrying', 'status', 'problem'] as const

/**
 * The document of a room for as long as the page lives, whichever connections the page has to the
 * room meanwhile: what the server hasn't acknowledged on one is posted on the next.
 *
 * @see PROTOCOL.md CL14, CL21, CL23
 */
export class RoomDocument {
  #doc = new Doc()
  readonly #listeners = new Set<() => void>()
  #provider: RoomProvider
  /** Whether the provider before this one left something unsaved, which this one doesn't know yet. */
  #hasUnsaved = false
  #state: DocumentState = { isThere: false, saving: 'saved', problem: null }

  constructor(room: Room) {
    this.#provider = this.#follow(room)
    this.#doc.on('update', this.#look)
    this.#look()
  }

  /**
   * The document; another one when the provider had to make it anew, of which subscribers are told.
   *
   * @see PROTOCOL.md CL23
   */
  get doc(): Doc {
    return this.#doc
  }

  /** Keeps the document the same as the server's; another one after the room was opened again. */
  get provider(): RoomProvider {
    return this.#provider
  }

  readonly getSnapshot = (): DocumentState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Goes on over another connection to the same room. Call it in the same go as `joinRoom`. */
  goOn(room: Room): void {
    for (const event of EVENTS) this.#provider.off(event, this.#look)
    this.#provider.off('reload', this.#reload)
    const closed = this.#provider.destroy()
    this.#hasUnsaved = this.#state.saving !== 'saved'
    this.#provider = this.#follow(room)
    this.#look()
    // What it still has to post, the next one posts as well.
    void closed
  }

  #follow(room: Room): RoomProvider {
    const provider = new RoomProvider(room, this.doc)
    for (const event of EVENTS) provider.on(event, this.#look)
    provider.on('reload', this.#reload)
    return provider
  }

  readonly #reload = (doc: Doc): void => {
    this.#doc.off('update', this.#look)
    this.#doc = doc
    doc.on('update', this.#look)
    this.#look()
    for (const listener of this.#listeners) listener()
  }

  readonly #look = (): void => {
    const before = this.#state
    const { synced, status, problem } = this.#provider
    const isEmpty = this.doc.store.clients.size === 0
    const isThere = before.isThere || synced || !isEmpty || status === 'closed'
    if (synced) this.#hasUnsaved = false
    const saving = this.#hasUnsaved ? 'kept' : savingOf(this.#provider)
    if (isThere === before.isThere && saving === before.saving && problem === before.problem) {
      return
    }
    this.#state = { isThere, saving, problem }
    for (const listener of this.#listeners) listener()
  }
}

function savingOf({ saved, retrying, status, problem }: RoomProvider): Saving {
  if (saved) return 'saved'
  // Nothing is known yet, and most likely nothing was edited.
  if (status === 'connecting' && !retrying && problem === null) return 'saving'
  return status === 'online' && !retrying && problem === null ? 'saving' : 'kept'
}
