import type { Room, RoomSnapshot } from '@whereabouts/client'

/** The first snapshot of a room, from now on, that is as it should be. */
export function until(
  room: Room,
  isAsItShouldBe: (snapshot: RoomSnapshot) => boolean,
): Promise<RoomSnapshot> {
  return new Promise((resolve) => {
    const look = () => {
      const snapshot = room.getSnapshot()
      if (!isAsItShouldBe(snapshot)) return
      unsubscribe()
      resolve(snapshot)
    }
    const unsubscribe = room.subscribe(look)
    look()
  })
}
