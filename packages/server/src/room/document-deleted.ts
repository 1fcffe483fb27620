import { Problem } from '@whereabouts/protocol'

/** Makes the problem of a call for a document that was removed. @see PROTOCOL.md AD2, AD3, DO48 */
export function documentDeleted(): Problem {
  return new Problem(
    'document-deleted',
    'This document was deleted. Open the room again to begin a new one.',
  )
}
