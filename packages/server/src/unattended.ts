import type { Admission } from './access/permissions.js'
import type { MemberId } from './room/ids.js'
import type { HostedRooms } from './rooms/hosted-rooms.js'
import type { Clock } from './stream/clock.js'
import type { Stay, Visitor, Visits } from './visits.js'

/** Members of one caller in a room. */
interface Unattended {
  readonly roomName: string
  readonly ids: Set<MemberId>
  readonly admission: Admission
  readonly sinceMs: number
  /** No longer asks about them. */
  readonly end: () => void
}

/** Within this time, further calls of the same caller change nothing in what is asked. */
const FRESH_MS = 1_000
const SWEEP_MS = 30_000

const nothing = (): void => {}

/**
 * Members that are in a room without an open reader: they post and poll, or their stream has closed. They are
 * asked about like readers, by the last call of their caller, and leave when it may no longer join.
 *
 * @see PROTOCOL.md AC41
 */
export class UnattendedMembers {
  readonly #kept = new Map<string, Unattended>()
  #isSweeping = false

  constructor(
    private readonly visits: Pick<Visits, 'begin'>,
    private readonly rooms: Pick<HostedRooms, 'find'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Notes that a member is there, or may still be.
   *
   * @param admission of the call that it came by
   */
  keep(roomName: string, id: MemberId, admission: Admission): void {
    const { asker, userId, session = '' } = admission
    if (asker === undefined) return
    // Callers without a user may have different rights at one address.
    const key = JSON.stringify([roomName, asker.account, session, userId === undefined && id])
    const known = this.#kept.get(key)
    if (known !== undefined && this.#isFresh(known, admission)) return void known.ids.add(id)
    known?.end()
    const ids = (known?.ids ?? new Set<MemberId>()).add(id)
    // Without an end: its caller may have come back with another token, as a poll does.
    const asked = { ...admission, expiresAtMs: undefined }
    const end = this.visits.begin(this.#visitor(key), asked, this.#stay(roomName, ids))
    this.#kept.set(key, { roomName, ids, admission, sinceMs: this.clock.now(), end })
    this.#sweepLater()
  }

  #isFresh({ admission: { asOf }, sinceMs }: Unattended, admission: Admission): boolean {
    return asOf === admission.asOf && this.clock.now() - sinceMs < FRESH_MS
  }

  #visitor(key: string): Visitor {
    const fail = () => {
      const kept = this.#kept.get(key)
      this.#kept.delete(key)
      if (kept !== undefined) this.#leave(kept.roomName, kept.ids)
    }
    return { fail, goodbye: nothing, allow: nothing, whisper: nothing, expel: nothing }
  }

  #stay(roomName: string, ids: Set<MemberId>): Stay {
    return {
      roomName,
      get selves() {
        return [...ids]
      },
      leave: () => this.#leave(roomName, ids),
      unlock: () => this.#unlock(roomName, ids),
      part: (id) => {
        ids.delete(id)
        this.#leave(roomName, [id])
      },
    }
  }

  #leave(roomName: string, ids: Iterable<MemberId>): void {
    const room = this.rooms.find(roomName)
    for (const id of ids) room?.commitQuietly({ do: 'leave', id })
  }

  /** @see PROTOCOL.md LK8 */
  #unlock(roomName: string, ids: Iterable<MemberId>): void {
    const room = this.rooms.find(roomName)
    if (room === undefined) return
    for (const id of ids) if (room.room.hasLocks(id)) room.commitQuietly({ do: 'unlock', id })
  }

  /** @param isSettled whether a connection of the member would no longer only linger. MS14 */
  #isAskedAbout(roomName: string, id: MemberId, isSettled: boolean): boolean {
    const room = this.rooms.find(roomName)?.room
    if (room?.get(id) === undefined) return false
    // Its reader is asked about.
    return !isSettled || room.connections.of(id) === 0
  }

  #sweepLater(): void {
    if (this.#isSweeping) return
    this.#isSweeping = true
    this.clock.after(SWEEP_MS, () => this.#sweep())
  }

  #sweep(): void {
    this.#isSweeping = false
    const nowMs = this.clock.now()
    for (const [key, { roomName, ids, sinceMs, end }] of this.#kept) {
      const isSettled = nowMs - sinceMs >= SWEEP_MS
      for (const id of ids) if (!this.#isAskedAbout(roomName, id, isSettled)) ids.delete(id)
      if (ids.size > 0) continue
      end()
      this.#kept.delete(key)
    }
    if (this.#kept.size > 0) this.#sweepLater()
  }
}
