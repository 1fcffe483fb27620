import type { Room, RoomSnapshot } from '@whereabouts/client'

/** Resolves with the first snapshot of a room, including the current one, that fulfils a condition. */
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
