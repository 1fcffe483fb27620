import type { Problem, Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc, type Transaction } from 'yjs'

/**
 * How much of the document's edits is saved:
 * - `unknown`: nothing was edited, and the server has not said what it has, or may be a different
 *   one;
 * - `saved`: the server has all edits;
 * - `saving`: the server is about to get them;
 * - `kept`: the server doesn't take them now, and this browser has stored them;
 * - `unkept`: the server doesn't take them now, and only this window has them;
 * - `setAside`: the server refused some for good, and only this browser has them.
 */
export type Saving = 'unknown' | 'saved' | 'saving' | 'kept' | 'unkept' | 'setAside'

/**
 * What became of a document that the server doesn't have any more, and that this browser keeps: it was deleted with
 * edits that were never saved, or the server has lost it and has another one. `null` without one.
 */
export type Former = 'deleted' | 'lost' | null

/**
 * A document's state at one moment. It is never changed, only replaced, so the same object means
 * the same state.
 */
export interface DocumentState {
  /**
   * Whether there is something to show: the server's document, this browser's copy of it, or, in a
   * room that can't be entered, nothing.
   */
  readonly isThere: boolean
  readonly saving: Saving
  /** Whether there are edits that the server isn't known to have. */
  readonly hasUnsaved: boolean
  /**
   * Whether some edits are neither on the server nor stored in this browser, so that closing would
   * lose them.
   */
  readonly isAtRisk: boolean
  /** Whether this client may not write. */
  readonly isReadOnly: boolean
  /** Why the server doesn't accept the edits or send the document. */
  readonly problem: Problem | null
  readonly former: Former
}

const EVENTS = [
  'synced',
  'saved',
  'kept',
  'retrying',
  'setAside',
  'readOnly',
  'status',
  'problem',
  'former',
] as const

const FIRST_STATE: DocumentState = {
  isThere: false,
  saving: 'unknown',
  hasUnsaved: false,
  isAtRisk: false,
  isReadOnly: true,
  problem: null,
  former: null,
}

/**
 * The document of a room for the lifetime of the page. It outlives connections: edits that the
 * server didn't acknowledge on one connection are posted on the next.
 *
 * @see PROTOCOL.md CL14, CL21, CL23, CL47
 * @see OFFICE.md SH12, SH73
 */
export class RoomDocument {
  #doc = new Doc()
  readonly #listeners = new Set<() => void>()
  #provider: RoomProvider
  /**
   * Whether there were local edits, or edits the server lacks, since the server last had
   * everything.
   */
  #hasUnsaved = false
  /** Whether the editor has edits that aren't in the document yet. */
  #hasUnwritten = false
  #state = FIRST_STATE

  /** @param user the id of the user whose copy this browser keeps */
  constructor(
    room: Room,
    readonly user?: string,
  ) {
    this.#provider = this.#follow(room)
    this.#doc.on('update', this.#updated)
    this.#look()
  }

  /**
   * The document. When the provider has to replace it, subscribers are told.
   *
   * @see PROTOCOL.md CL23
   */
  get doc(): Doc {
    return this.#doc
  }

  /** Synchronizes the document with the server. Reopening the room replaces it. */
  get provider(): RoomProvider {
    return this.#provider
  }

  readonly getSnapshot = (): DocumentState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Says whether the editor has edits that aren't in the document yet. @see OFFICE.md SH122 */
  setUnwritten(hasUnwritten: boolean): void {
    this.#hasUnwritten = hasUnwritten
    this.#look()
  }

  /**
   * Continues over another connection to the same room. Call it synchronously, right after
   * `joinRoom()`.
   */
  goOn(room: Room): void {
    for (const event of EVENTS) this.#provider.off(event, this.#look)
    this.#provider.off('reload', this.#reload)
    const closed = this.#provider.destroy()
    this.#provider = this.#follow(room)
    this.#look()
    // The next provider also posts what this one still has to post, so nothing waits for it.
    void closed
  }

  #follow(room: Room): RoomProvider {
    const { user } = this
    const provider = new RoomProvider(room, this.doc, user === undefined ? {} : { keptFor: user })
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
    const { synced, saved, kept, readOnly: isReadOnly, status, problem } = this.#provider
    if (saved) this.#hasUnsaved = false
    else if (synced || this.#provider.unsavedBefore) this.#hasUnsaved = true
    const isEmpty = this.doc.store.clients.size === 0
    const isThere = before.isThere || synced || !isEmpty || status === 'closed'
    const hasUnsaved = this.#hasUnsaved || this.#hasUnwritten
    const saving = savingOf(this.#provider, hasUnsaved)
    const isAtRisk = this.#hasUnwritten || (this.#hasUnsaved && !kept)
    const former = formerOf(this.#provider)
    const state = { isThere, saving, hasUnsaved, isAtRisk, isReadOnly, problem, former }
    if (isSame(state, before)) return
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}

function formerOf({ former, formerWasLost }: RoomProvider): Former {
  if (former === null) return null
  return formerWasLost ? 'lost' : 'deleted'
}

function isSame(a: DocumentState, b: DocumentState): boolean {
  return (Object.keys(a) as (keyof DocumentState)[]).every((key) => a[key] === b[key])
}

function savingOf(provider: RoomProvider, hasUnsaved: boolean): Saving {
  const { synced, saved, kept, retrying, setAside, status, problem } = provider
  if (saved && !hasUnsaved) return 'saved'
  if (setAside) return 'setAside'
  if (!hasUnsaved && !synced) return 'unknown'
  if (status === 'online' && !retrying && problem === null) return 'saving'
  return kept ? 'kept' : 'unkept'
}
