import { commentedBy, isOwnRoomName, Problem } from '@whereabouts/protocol'
import type { RoomName } from './room/ids.js'

/** Checks the name of a room and returns it unchanged. @throws {Problem} bad-room */
export function checkRoom(roomName: string): RoomName {
  if (isOwnRoomName(roomName)) return roomName as RoomName
  throw new Problem(
    'bad-room',
    'Use a room name of 1 to 128 characters of A-Z a-z 0-9 . _ : ~ and -, other than "." and ".." and not beginning with "view~"; what follows "comments~" is another room name.',
  )
}

/**
 * Checks the name of a room that can have an access record.
 *
 * @throws {Problem} bad-room
 * @see PROTOCOL.md PG62
 */
export function checkShared(roomName: string): void {
  checkRoom(roomName)
  const document = commentedBy(roomName)
  if (document === undefined) return
  const detail = `Who may comment follows from the access to the document. Change that of the room "${document}".`
  throw new Problem('bad-room', detail)
}
