import { Problem } from '@whereabouts/protocol'

/** Returns the problem that answers a call for a deleted document. @see PROTOCOL.md AD2, AD3, DO48 */
export function documentDeleted(): Problem {
  return new Problem(
    'document-deleted',
    'This document was deleted. Open the room again to begin a new one.',
  )
}
