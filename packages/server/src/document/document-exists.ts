import { Problem } from '@whereabouts/protocol'

/** Returns the problem of an import into a room that has a document. @see PROTOCOL.md AD10 */
export function documentExists(): Problem {
  return new Problem(
    'document-exists',
    'This room has a document already. Import into another room, or delete its document first.',
  )
}
