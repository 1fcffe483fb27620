import type { View } from '@whereabouts/protocol'

/** The part of a room that a reader sees. */
export interface Look {
  readonly view: View
  /** Whether it gets what changes in the document; the list view has no such thing. @see PROTOCOL.md DO5 */
  readonly documents: boolean
  /** The part of the document that is all that it sees; the whole without it. @see PROTOCOL.md ST15 */
  readonly part: string | undefined
}
