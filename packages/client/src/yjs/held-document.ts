import type { Json, Problem } from '@whereabouts/protocol'
import { Doc, UndoManager } from 'yjs'
import { HeldRoom, type VisitOptions } from '../held/held-room.js'
import { shallow, type Store } from '../held/selection.js'
import type { AnyRoom } from '../room.js'
import { callSafely } from '../store.js'
import { RoomProvider, type ProviderOptions } from './room-provider.js'

/** A room's document at one moment. Immutable: the same object until something changes, then another one. */
export interface DocumentSnapshot {
  /** Another one after the provider's `reload`: bind the editor to it. */
  readonly doc: Doc
  /** What keeps the document the same as the room's; `null` while the room isn't joined. */
  readonly provider: RoomProvider | null
  /** The provider's own; `false` while there is none. */
  readonly synced: boolean
  readonly saved: boolean
  readonly kept: boolean
  readonly retrying: boolean
  readonly setAside: boolean
  /** Whether edits don't reach the server. `true` while there is no provider. */
  readonly readOnly: boolean
  readonly problem: Problem | null
  readonly former: Doc | null
}

/** Whether there is something to undo and to redo. */
export interface UndoSnapshot {
  readonly canUndo: boolean
  readonly canRedo: boolean
}

const NO_PROVIDER = {
  provider: null,
  synced: false,
  saved: false,
  kept: false,
  retrying: false,
  setAside: false,
  readOnly: true,
  problem: null,
  former: null,
} as const

/** The events after which a document's snapshot may be another one. */
const EVENTS = [
  'synced',
  'saved',
  'kept',
  'retrying',
  'setAside',
  'readOnly',
  'problem',
  'former',
  'reload',
] as const

/** Keeps a snapshot, and calls back when another one replaces it. */
class Kept<Snapshot extends object> implements Store<Snapshot> {
  readonly #listeners = new Set<() => void>()
  readonly #first: Snapshot
  #snapshot: Snapshot

  constructor(snapshot: Snapshot) {
    this.#first = snapshot
    this.#snapshot = snapshot
  }

  readonly getSnapshot = (): Snapshot => this.#snapshot

  readonly getServerSnapshot = (): Snapshot => this.#first

  readonly subscribe = (listener: () => void): (() => void) => {
    this.wanted()
    const call = () => listener()
    this.#listeners.add(call)
    return () => void this.#listeners.delete(call)
  }

  /** Called before each subscription. */
  protected wanted(): void {}

  protected replace(snapshot: Snapshot): void {
    if (shallow(this.#snapshot, snapshot)) return
    this.#snapshot = snapshot
    for (const listener of this.#listeners) callSafely(listener)
  }
}

/** The undo history of a document, from when somebody first wants to know of it. */
export class HeldUndo extends Kept<UndoSnapshot> {
  #doc: Doc
  #manager: UndoManager | null = null

  constructor(doc: Doc) {
    super({ canUndo: false, canRedo: false })
    this.#doc = doc
  }

  /** Undoes the last edits that this client made without an origin; nothing if there are none. */
  readonly undo = (): void => void this.#manager?.undo()

  readonly redo = (): void => void this.#manager?.redo()

  /** Begins again with another document. */
  follow(doc: Doc): void {
    if (doc === this.#doc) return
    this.#doc = doc
    if (this.#manager === null) return
    this.#manager.destroy()
    this.#begin()
  }

  protected override wanted(): void {
    if (this.#manager === null) this.#begin()
  }

  #begin(): void {
    const manager = new UndoManager(this.#doc)
    this.#manager = manager
    const look = () => this.replace({ canUndo: manager.canUndo(), canRedo: manager.canRedo() })
    manager.on('stack-item-added', look)
    manager.on('stack-item-popped', look)
    manager.on('stack-cleared', look)
    look()
  }
}

/** Options of a document that components hold on to. It is synced whenever its room is joined. */
export type HeldDocumentOptions = Pick<ProviderOptions, 'offline' | 'keptFor' | 'subdocuments'>

/** A room's document, from before the room is joined. */
export class HeldDocument extends Kept<DocumentSnapshot> {
  readonly undo: HeldUndo
  readonly #options: HeldDocumentOptions

  constructor({ offline, keptFor, subdocuments }: HeldDocumentOptions) {
    const doc = new Doc()
    super({ ...NO_PROVIDER, doc })
    this.undo = new HeldUndo(doc)
    this.#options = {
      ...(offline !== undefined && { offline }),
      ...(keptFor !== undefined && { keptFor }),
      ...(subdocuments !== undefined && { subdocuments }),
    }
  }

  /** Keeps the document the same as that of a room that was just joined; returns how to end that. */
  readonly joined = (room: AnyRoom): (() => void) => {
    const provider = new RoomProvider(room, this.getSnapshot().doc, this.#options)
    let isJoined = true
    const look = () => {
      if (!isJoined) return
      this.undo.follow(provider.doc)
      this.replace(snapshotOf(provider))
    }
    for (const event of EVENTS) provider.on(event, look)
    look()
    return () => {
      // It goes on posting what isn't saved. Nobody waits for that, and another one may have taken its place.
      isJoined = false
      void provider.destroy()
      this.replace({ ...NO_PROVIDER, doc: provider.doc })
    }
  }
}

function snapshotOf(provider: RoomProvider): DocumentSnapshot {
  const { doc, synced, saved, kept, retrying, setAside, readOnly, problem, former } = provider
  return { doc, provider, synced, saved, kept, retrying, setAside, readOnly, problem, former }
}

/** A room that components hold on to, and its document. */
export class HeldRoomWithDocument<
  Location extends Json = Json,
  Meta extends Json = Json,
  Event extends Json = Json,
> extends HeldRoom<Location, Meta, Event> {
  readonly document: HeldDocument

  constructor(options: VisitOptions<Location> & HeldDocumentOptions) {
    const document = new HeldDocument(options)
    super(options, document.joined)
    this.document = document
  }
}
