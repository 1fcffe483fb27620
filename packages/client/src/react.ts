import { useSyncExternalStore } from 'react'
import type { Room } from './room.js'
import type { RoomSnapshot } from './store.js'

/**
 * Returns the room's snapshot, and renders again when it changes.
 *
 * @example
 * const { others, status } = useRoom(room)
 */
export function useRoom(room: Pick<Room, 'getSnapshot' | 'subscribe'>): RoomSnapshot {
  return useSyncExternalStore(room.subscribe, room.getSnapshot, room.getSnapshot)
}
