import type { Caller } from './access/caller.js'
import type { MemberIds } from './access/member-id.js'
import { Lingering } from './lingering.js'
import type { MemberId, RoomName } from './room/ids.js'
import type { Presence } from './room/operation.js'
import type { HostedRoom, HostedRooms } from './rooms/hosted-rooms.js'
import type { Clock } from './stream/clock.js'
import type { Stay } from './visits.js'

/** A member that takes part in a room. */
export type Participant = Pick<Caller, 'key' | 'user'>

/** A member that joins a room with a stream, and what the stream says of it. */
export interface Attendant extends Participant, Presence {
  /** The part of the document that it is in, unless its location says so. */
  readonly at?: string | undefined
}

/** The place of a reader in a room, and of the members that joined with it. */
export interface Attendance extends Stay {
  readonly room: HostedRoom
  /** Ends it at once. Called once, or else {@link linger}. */
  release(): void
  /** Ends it a while later, so that another stream can take its place. @see PROTOCOL.md MS14 */
  linger(): void
}

/** The share of the lease for which a closed stream's members stay connected. */
const LINGER_SHARE = 1 / 3

/** Joins rooms, or watches them. */
export class Attendances {
  readonly #lingering: Lingering
  readonly #ends = new ConnectionEnds()

  constructor(
    private readonly rooms: Pick<HostedRooms, 'open'>,
    private readonly memberIds: MemberIds,
    leaseMs: number,
    clock: Clock,
  ) {
    this.#lingering = new Lingering(leaseMs * LINGER_SHARE, clock)
  }

  /**
   * Opens a room for a reader.
   *
   * @param attendants the members that join; without any, the reader only watches
   * @throws {Problem} room-full, too-many-rooms, exchange-busy; nobody has joined then
   * @see PROTOCOL.md MB1, MB10, MS4, MS11
   */
  async open(roomName: RoomName, attendants: readonly Attendant[]): Promise<Attendance> {
    const room = this.rooms.open(roomName)
    if (attendants.length === 0) {
      await room.commit({ do: 'watch' })
      return new Viewing(roomName, room)
    }
    const ids = attendants.map(({ user, key }) => this.memberIds.of(roomName, user.id ?? '', key))
    const [id] = ids
    if (ids.length === 1) await join(room, id!, attendants[0]!)
    else await joinTogether(room, ids, attendants, this.#ends)
    for (const each of ids) this.#lingering.takeOver(roomName, each)
    return new Joined(roomName, room, ids, this.#lingering, this.#ends)
  }

  /** Ends all that lingers. */
  finish(): void {
    this.#lingering.finish()
  }
}

async function join(
  room: HostedRoom,
  id: MemberId,
  { user, at, nextWithinMs, polls }: Attendant,
): Promise<void> {
  await room.commit({ do: 'open', id, user, at, nextWithinMs, polls })
}

/** All of them join, or none. @see PROTOCOL.md MS11 */
async function joinTogether(
  room: HostedRoom,
  ids: readonly MemberId[],
  attendants: readonly Attendant[],
  ends: ConnectionEnds,
): Promise<void> {
  const wasThere = ids.map((id) => room.room.get(id) !== undefined)
  const joining = ids.map((id, index) => join(room, id, attendants[index]!))
  const outcomes = await Promise.allSettled(joining)
  const refusal = outcomes.find(({ status }) => status === 'rejected')
  if (refusal === undefined) return
  for (const [index, { status }] of outcomes.entries()) {
    if (status === 'rejected') continue
    const id = ids[index]!
    // Another stream may have brought it meanwhile.
    const isNew = !wasThere[index] && ends.left(room, id) <= 1
    ends.end(room, id)
    if (isNew) room.commitQuietly({ do: 'leave', id })
  }
  await Promise.all(joining)
}

/**
 * Ends members' connections, and knows how many will be left: with other nodes, an end takes a while.
 *
 * @see PROTOCOL.md MS14
 */
class ConnectionEnds {
  readonly #pending = new WeakMap<HostedRoom, Map<MemberId, number>>()

  end(room: HostedRoom, id: MemberId): void {
    this.#add(room, id, 1)
    const ended = room.commit({ do: 'close', id }).finally(() => this.#add(room, id, -1))
    room.guard.watch(ended)
  }

  /** Returns how many connections of a member don't end. */
  left(room: HostedRoom, id: MemberId): number {
    return room.room.connections.of(id) - (this.#pending.get(room)?.get(id) ?? 0)
  }

  #add(room: HostedRoom, id: MemberId, count: number): void {
    const pending = this.#pending.get(room) ?? new Map<MemberId, number>()
    this.#pending.set(room, pending)
    const sum = (pending.get(id) ?? 0) + count
    if (sum === 0) pending.delete(id)
    else pending.set(id, sum)
  }
}

/** A reader that only watches. */
class Viewing implements Attendance {
  readonly selves = []

  constructor(
    readonly roomName: string,
    readonly room: HostedRoom,
  ) {}

  leave(): void {}

  unlock(): void {}

  part(): void {}

  release(): void {
    this.room.commitQuietly({ do: 'unwatch' })
  }

  linger(): void {
    this.release()
  }
}

/** A reader with members. */
class Joined implements Attendance {
  #selves: readonly MemberId[]

  constructor(
    readonly roomName: string,
    readonly room: HostedRoom,
    selves: readonly MemberId[],
    private readonly lingering: Lingering,
    private readonly ends: ConnectionEnds,
  ) {
    this.#selves = selves
  }

  get selves(): readonly MemberId[] {
    return this.#selves
  }

  leave(): void {
    for (const id of this.#selves) this.room.commitQuietly({ do: 'leave', id })
  }

  unlock(): void {
    const { room } = this
    const holders = this.#selves.filter((id) => room.room.hasLocks(id))
    for (const id of holders) room.commitQuietly({ do: 'unlock', id })
  }

  part(id: MemberId): void {
    this.#selves = this.#selves.filter((each) => each !== id)
    this.#close(id)
  }

  release(): void {
    for (const id of this.#selves) this.#close(id)
  }

  linger(): void {
    for (const id of this.#selves) {
      // A member with another connection needs no time to open one.
      if (this.ends.left(this.room, id) > 1) this.#close(id)
      else this.lingering.add(this.roomName, id, () => this.#close(id))
    }
  }

  #close(id: MemberId): void {
    this.ends.end(this.room, id)
  }
}
