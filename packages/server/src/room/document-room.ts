import { documentOfComments, Problem } from '@whereabouts/protocol'

/**
 * Returns the room of the document that a room belongs to: itself, or for comments that of theirs. A guard that decides
 * by the name of a room decides by this one, so that nobody gets at the comments on what they may not open.
 *
 * @see PROTOCOL.md NE17
 */
export function documentRoom(roomName: string): string {
  return documentOfComments(roomName) ?? roomName
}

/**
 * Refuses comments where a document of its own is meant, with an access record and an owner.
 *
 * @throws {Problem} bad-room
 * @see PROTOCOL.md CM5
 */
export function assertOwn(roomName: string): void {
  const document = documentOfComments(roomName)
  if (document === undefined) return
  const detail = `Comments follow their document. Do this with the room "${document}".`
  throw new Problem('bad-room', detail)
}
