import { type Locked, Problem, type Unlocked } from '@whereabouts/protocol'
import type { Participant } from './attendance.js'
import { checkRoom } from './room-name.js'
import type { MemberId, RoomName } from './room/ids.js'
import { locked } from './room/locked.js'
import type { NamedLock } from './room/locks.js'
import type { HostedRooms } from './rooms/hosted-rooms.js'
import type { Serving } from './serving.js'

/** The locks that members of rooms hold, for the calls over HTTP and the application. @see PROTOCOL.md LK1 */
export class RoomLocks {
  constructor(
    private readonly rooms: Pick<HostedRooms, 'find' | 'lock' | 'look'>,
    private readonly serving: Serving,
    private readonly memberId: (roomName: RoomName, participant: Participant) => MemberId,
  ) {}

  /**
   * Locks a key for a member. Creates no room and no member.
   *
   * @throws {Problem} bad-room, forbidden, locked, too-many-locks, exchange-busy, shutting-down
   * @see PROTOCOL.md LK1, LK3, LK5
   */
  async lock(roomName: string, participant: Participant, key: string): Promise<Locked> {
    this.serving.assertServing()
    const checked = checkRoom(roomName)
    const memberId = this.memberId(checked, participant)
    const { room, frames } = await this.rooms.lock(checked, { do: 'lock', id: memberId, key })
    const lock = room.lockOn(key)
    // What was granted may have been lost before this node went on.
    if (lock?.memberId !== memberId) throw locked(key, lock && room.get(lock.memberId))
    return { key, number: lock.number, id: frames.position }
  }

  /**
   * Releases a lock of a member, if it still holds it.
   *
   * @throws {Problem} bad-room, exchange-busy
   * @see PROTOCOL.md LK7
   */
  async unlock(roomName: string, participant: Participant, lock: NamedLock): Promise<Unlocked> {
    const checked = checkRoom(roomName)
    const id = this.memberId(checked, participant)
    return this.rooms.look(checked, async (room) => ({
      id: await room.commit({ do: 'unlock', id, lock }),
    }))
  }

  /**
   * Releases all locks of a member, as it may no longer write.
   *
   * @see PROTOCOL.md LK8
   */
  async unlockAll(roomName: string, memberId: string): Promise<void> {
    await this.rooms.find(roomName)?.commit({ do: 'unlock', id: memberId })
  }

  /** Returns whether a member of a room that is hosted here holds a key. */
  holds(roomName: string, memberId: string, key: string): boolean {
    return this.rooms.find(roomName)?.room.lockOn(key)?.memberId === memberId
  }

  /** Returns how many more locks a room may have; none if it isn't hosted here. @see PROTOCOL.md LK27 */
  leftIn(roomName: string): number {
    return this.rooms.find(roomName)?.room.locksLeft ?? 0
  }

  /** Returns whether a member of a room that is hosted here holds any lock. */
  hasLocks(roomName: string, memberId: string): boolean {
    return this.rooms.find(roomName)?.room.hasLocks(memberId) === true
  }

  /**
   * Checks that a member holds a lock.
   *
   * @throws {Problem} bad-room, locked, exchange-busy
   * @see PROTOCOL.md LK12, LK13
   */
  async assertHeld(roomName: string, participant: Participant, lock: NamedLock): Promise<void> {
    const checked = checkRoom(roomName)
    const memberId = this.memberId(checked, participant)
    await this.rooms.lock(checked, { do: 'rely', lock, memberId })
  }

  /**
   * Returns whether a lock is held, by a user or by anybody.
   *
   * @throws {Problem} bad-room, exchange-busy
   * @see PROTOCOL.md LK14
   */
  async holdsLock(roomName: string, lock: NamedLock, userId: string | undefined): Promise<boolean> {
    try {
      await this.rooms.lock(checkRoom(roomName), { do: 'rely', lock, userId })
      return true
    } catch (error) {
      if (error instanceof Problem && error.problem === 'locked') return false
      throw error
    }
  }
}
