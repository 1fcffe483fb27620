import type { RoomProvider } from '@whereabouts/client/yjs'
import type { Doc } from 'yjs'

/** What an editor is bound to. */
export interface Shared {
  readonly doc: Doc
  readonly provider: RoomProvider
  readonly user: { readonly name: string; readonly color: string }
}

/** Shows an editor of the document in an element, and connects the provider. Returns how to close it. */
export type Open = (element: HTMLElement, shared: Shared) => () => void

/**
 * Calls back once the document is as the server has it, or was kept in this browser before: an editor
 * that writes its first paragraph into an empty document would otherwise write one for each person.
 */
export function whenLoaded({ doc, provider }: Shared, isEmpty: () => boolean, then: () => void) {
  const look = () => {
    if (isEmpty() && !provider.synced) return
    provider.off('sync', look)
    doc.off('update', look)
    then()
  }
  provider.on('sync', look)
  doc.on('update', look)
  look()
}
