import type { Json, Room, RoomSnapshot } from '@whereabouts/client'

/** Resolves with the first snapshot of a room, including the current one, that fulfils a condition. */
export function until<Location extends Json, Meta extends Json>(
  room: Pick<Room<Location, Meta>, 'getSnapshot' | 'subscribe'>,
  isAsItShouldBe: (snapshot: RoomSnapshot<Location, Meta>) => boolean,
): Promise<RoomSnapshot<Location, Meta>> {
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
