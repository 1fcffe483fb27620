import type { Json } from '@whereabouts/protocol'
import { computed, type ComputedRef } from 'vue'
import { type IsEqual, keepEqual, keepSame, same } from '../held/selection.js'
import type { JoinOptions } from '../options.js'
import { contextOf, type RoomContext, type UseSelection } from '../vue/context.js'
import type { RoomProviderOf } from '../vue/room-provider.js'
import { useSelected } from '../vue/selected.js'
import {
  type DocumentSnapshot,
  type HeldDocumentOptions,
  HeldRoomWithDocument,
  type UndoSnapshot,
} from '../yjs/held-document.js'

/** A provider of a room with its document, and the composables of the components below it. */
export interface DocumentRoomContext<
  Location extends Json,
  Meta extends Json,
  Event extends Json,
> extends Omit<RoomContext<Location, Meta, Event>, 'RoomProvider'> {
  /** Joins a room and syncs its document while it is mounted. @see PROTOCOL.md CL113 */
  readonly RoomProvider: RoomProviderOf<JoinOptions<Location> & HeldDocumentOptions>
  /** Returns the room's document, or what is selected from it. */
  readonly useDocument: UseSelection<DocumentSnapshot>
  /** Returns what undoes this client's own edits, anywhere in the document, and whether there are any. */
  readonly useUndo: () => Undo
}

/** Undoes and redoes edits that were made without an origin, or in a `transact` without one. */
export interface Undo {
  readonly undo: () => void
  readonly redo: () => void
  readonly canUndo: ComputedRef<boolean>
  readonly canRedo: ComputedRef<boolean>
}

/**
 * Makes a provider of rooms and their documents, and its composables: those of `@whereabouts/client/vue`, and
 * `useDocument` and `useUndo`.
 */
export function createRoomContext<
  Location extends Json = Json,
  Meta extends Json = Json,
  Event extends Json = Json,
>(): DocumentRoomContext<Location, Meta, Event> {
  const context = contextOf<Location, Meta, Event, HeldRoomWithDocument<Location, Meta, Event>>(
    (options) => new HeldRoomWithDocument(options),
  )
  return {
    ...context,
    useDocument: <Part>(
      select: (document: DocumentSnapshot) => Part = same,
      isEqual: IsEqual<Part> = Object.is,
    ) => useSelected(context.useHeld().document, select, keepEqual(isEqual)),
    useUndo: () => {
      const { undo } = context.useHeld().document
      const can = useSelected<UndoSnapshot, UndoSnapshot>(undo, same, keepSame)
      return {
        undo: undo.undo,
        redo: undo.redo,
        canUndo: computed(() => can.value.canUndo),
        canRedo: computed(() => can.value.canRedo),
      }
    },
  }
}

export { shallow } from '../held/selection.js'
export type { DocumentSnapshot } from '../yjs/held-document.js'
