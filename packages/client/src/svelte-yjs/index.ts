import type { Json } from '@whereabouts/protocol'
import { keepSame, same } from '../held/selection.js'
import type { JoinOptions } from '../options.js'
import { type Readable, readable, type RoomStores, storesOf } from '../svelte/stores.js'
import {
  type DocumentSnapshot,
  type HeldDocumentOptions,
  HeldRoomWithDocument,
  type UndoSnapshot,
} from '../yjs/held-document.js'

/** A room and its document as Svelte's stores. */
export interface DocumentStores<
  Location extends Json,
  Meta extends Json,
  Event extends Json,
> extends RoomStores<Location, Meta, Event> {
  /** The room's document, which is synced while the room is joined. @see PROTOCOL.md CL113 */
  readonly document: Readable<DocumentSnapshot>
  /** Whether this client has edits to undo and to redo: those made without an origin. */
  readonly history: Readable<UndoSnapshot>
  readonly undo: () => void
  readonly redo: () => void
}

/** Returns a room and its document as stores: those of `@whereabouts/client/svelte`, and the document's. */
export function roomStores<
  Location extends Json = Json,
  Meta extends Json = Json,
  Event extends Json = Json,
>(
  options: JoinOptions<NoInfer<Location>> & HeldDocumentOptions,
): DocumentStores<Location, Meta, Event> {
  const room = new HeldRoomWithDocument<Location, Meta, Event>(options)
  const { undo } = room.document
  // Edits can be undone from the first one on, whether or not a component shows the history.
  undo.subscribe(() => undefined)
  return {
    ...storesOf<Location, Meta, Event>(room),
    document: readable<DocumentSnapshot, DocumentSnapshot>(room.document, same, keepSame),
    history: readable<UndoSnapshot, UndoSnapshot>(undo, same, keepSame),
    undo: undo.undo,
    redo: undo.redo,
  }
}

export { shallow } from '../held/selection.js'
export type { DocumentSnapshot } from '../yjs/held-document.js'
