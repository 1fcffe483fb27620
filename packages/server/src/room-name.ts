import { isRoomName, Problem } from '@whereabouts/protocol'

/** Returns the name of a room as it is. @throws {Problem} bad-room */
export function checkRoom(roomName: string): string {
  if (isRoomName(roomName)) return roomName
  throw new Problem(
    'bad-room',
    'Use a room name of 1 to 128 characters of A-Z a-z 0-9 . _ : ~ and -, other than "." and "..".',
  )
}
