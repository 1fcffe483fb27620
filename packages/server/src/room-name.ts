import { isOwnRoomName, Problem } from '@whereabouts/protocol'
import type { RoomName } from './room/ids.js'

/** Checks the name of a room and returns it unchanged. @throws {Problem} bad-room */
export function checkRoom(roomName: string): RoomName {
  if (isOwnRoomName(roomName)) return roomName as RoomName
  throw new Problem(
    'bad-room',
    'Use a room name of 1 to 128 characters of A-Z a-z 0-9 . _ : ~ and -, other than "." and ".." and not beginning with "view~".',
  )
}
