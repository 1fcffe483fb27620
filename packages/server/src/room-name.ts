import { isOwnRoomName, Problem } from '@whereabouts/protocol'
import { assertOwn } from './room/document-room.js'
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
 * Checks the name of a room whose document is one of its own, not the comments on another one, and returns it
 * unchanged.
 *
 * @throws {Problem} bad-room
 * @see PROTOCOL.md CM5
 */
export function checkOwn(roomName: string): RoomName {
  assertOwn(checkRoom(roomName))
  return roomName as RoomName
}
