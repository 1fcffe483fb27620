import type { Problem, Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc, type Transaction } from 'yjs'

/**
 * What is known of the document's edits:
 * - `unknown`: the server has not said what it has, or may be another one, and nothing was edited;
 * - `saved`: the server has all of them;
 * - `saving`: the server is about to take them;
 * - `kept`: the server doesn't take them now, and this browser keeps all of them;
 * - `unkept`: the server doesn't take them now, and they are in this window alone;
 * - `setAside`: the server has refused something for good, which is in this browser alone.
 */
export type Saving = 'unknown' | 'saved' | 'saving' | 'kept' | 'unkept' | 'setAside'

/** A document at one moment. Never changed, only replaced; the same object until something changes. */
export interface DocumentState {
  /**
   * Whether there is something to show: all that the server has, or what this browser has kept of
   * it, or, in a room that can't be entered, nothing.
   */
  readonly isThere: boolean
  readonly saving: Saving
  /** Whether something is neither at the server nor kept in this browser: closing would lose it. */
  readonly isAtRisk: boolean
  /** Why the server doesn't take the edits, or doesn't give the document. */
  readonly problem: Problem | null
}

const EVENTS = ['synced', 'saved', 'kept', 'retrying', 'setAside', 'status', 'problem'] as const

/**
 * The document of a room for as long as the page lives, whichever connections the page has to the
 * room meanwhile: what the server hasn't acknowledged on one is posted on the next.
 *
 * @see PROTOCOL.md CL14, CL21, CL23, CL47
 * @see OFFICE.md SH12, SH73
 */
export class RoomDocument {
  #doc = new Doc()
  readonly #listeners = new Set<() => void>()
  #provider: RoomProvider
  /** Whether something was edited here, or found to be missing there, since the server last had everything. */
  #hasUnsaved = false
  #state: DocumentState = { isThere: false, saving: 'unknown', isAtRisk: false, problem: null }

  constructor(room: Room) {
    this.#provider = this.#follow(room)
    this.#doc.on('update', this.#updated)
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
    this.#doc.off('update', this.#updated)
    this.#doc = doc
    doc.on('update', this.#updated)
    this.#look()
    for (const listener of this.#listeners) listener()
  }

  readonly #updated = (
    _update: Uint8Array,
    _origin: unknown,
    _doc: Doc,
    { local }: Transaction,
  ): void => {
    if (local) this.#hasUnsaved = true
    this.#look()
  }

  readonly #look = (): void => {
    const before = this.#state
    const { synced, saved, kept, status, problem } = this.#provider
    if (saved) this.#hasUnsaved = false
    else if (synced) this.#hasUnsaved = true
    const isEmpty = this.doc.store.clients.size === 0
    const isThere = before.isThere || synced || !isEmpty || status === 'closed'
    const saving = savingOf(this.#provider, this.#hasUnsaved)
    const isAtRisk = this.#hasUnsaved && !kept
    if (
      isThere === before.isThere &&
      saving === before.saving &&
      isAtRisk === before.isAtRisk &&
      problem === before.problem
    ) {
      return
    }
    this.#state = { isThere, saving, isAtRisk, problem }
    for (const listener of this.#listeners) listener()
  }
}

function savingOf(provider: RoomProvider, hasUnsaved: boolean): Saving {
  const { synced, saved, kept, retrying, setAside, status, problem } = provider
  if (saved) return 'saved'
  if (setAside) return 'setAside'
  if (!hasUnsaved && !synced && problem === null) return 'unknown'
  if (status === 'online' && !retrying && problem === null) return 'saving'
  return kept ? 'kept' : 'unkept'
}
