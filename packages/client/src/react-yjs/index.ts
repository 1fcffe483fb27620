'use client'

import type { Json } from '@whereabouts/protocol'
import type { ReactNode } from 'react'
import { type IsEqual, keepSame, same } from '../held/selection.js'
import { contextOf, type RoomContext, useMerge, type UseSelection } from '../react/context.js'
import type { RoomProviderProps } from '../react/room-provider.js'
import { useSelected } from '../react/selected.js'
import {
  type DocumentSnapshot,
  type HeldDocumentOptions,
  HeldRoomWithDocument,
  type UndoSnapshot,
} from '../yjs/held-document.js'

/** A provider of a room with its document, and the hooks of the components below it. */
export interface DocumentRoomContext<
  Location extends Json,
  Meta extends Json,
  Event extends Json,
> extends Omit<RoomContext<Location, Meta, Event>, 'RoomProvider'> {
  /** Joins a room and syncs its document while it is mounted. @see PROTOCOL.md CL113 */
  readonly RoomProvider: (props: RoomProviderProps<Location> & HeldDocumentOptions) => ReactNode
  /** Returns the room's document, or what is selected from it. */
  readonly useDocument: UseSelection<DocumentSnapshot>
  /** Returns what undoes this client's own edits, anywhere in the document, and whether there are any. */
  readonly useUndo: () => Undo
}

/** Undoes and redoes edits that were made without an origin, or in a `transact` without one. */
export interface Undo extends UndoSnapshot {
  readonly undo: () => void
  readonly redo: () => void
}

/**
 * Makes a provider of rooms and their documents, and its hooks: those of `@whereabouts/client/react`, and
 * `useDocument` and `useUndo`.
 *
 * @example
 * const { RoomProvider, useDocument } = createRoomContext()
 * const isSaved = useDocument(({ saved }) => saved)
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
    useDocument: <Selected>(
      select: (document: DocumentSnapshot) => Selected = same,
      isEqual?: IsEqual<Selected>,
    ) => useSelected(context.useHeld().document, select, useMerge(isEqual)),
    useUndo: () => {
      const { undo } = context.useHeld().document
      const can = useSelected<UndoSnapshot, UndoSnapshot>(undo, same, keepSame)
      return { undo: undo.undo, redo: undo.redo, ...can }
    },
  }
}

export { shallow } from '../held/selection.js'
export type { DocumentSnapshot } from '../yjs/held-document.js'
