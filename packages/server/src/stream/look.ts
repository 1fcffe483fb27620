import type { View } from '@whereabouts/protocol'

/** The part of a room that a reader sees. */
export interface Look {
  readonly view: View
  /** Whether it gets the document's changes; the list view has none. @see PROTOCOL.md DO5 */
  readonly documents: boolean
  /** Limits what it sees to one part of the document; without it, it sees everything. @see PROTOCOL.md ST15 */
  readonly part: string | undefined
}
