import {
  type Elsewhere,
  EMPTY_ROOM,
  type Member,
  type Problem,
  type RoomState,
} from '@whereabouts/protocol'

/**
 * `connecting` until the room is seen for the first time, `online` while it is live, `reconnecting`
 * while it is shown as it was last known, `closed` for good, when nobody is shown any more.
 */
export type RoomStatus = 'connecting' | 'online' | 'reconnecting' | 'closed'

/** A room at one moment. Never changed, only replaced; the same object until something changes. */
export interface RoomSnapshot {
  readonly status: RoomStatus
  /** The own member id; `null` before the server has said it, and for one who only watches. */
  readonly self: string | null
  /** Everybody, in the order in which they joined. Who didn't change is the same object. */
  readonly members: readonly Member[]
  /** Everybody but oneself. */
  readonly others: readonly Member[]
  /** How many watch without having joined. */
  readonly watching: number
  /** How many are in the parts of the document that aren't shown. @see PROTOCOL.md ST23 */
  readonly elsewhere: Elsewhere
  /**
   * Why the room is closed, if a problem did that; while it is open, why the last move or user was
   * not accepted, until one is.
   *
   * @see PROTOCOL.md CL11
   */
  readonly problem: Problem | null
}

/** What a snapshot is made of. */
export interface RoomFacts {
  readonly status: RoomStatus
  readonly self: string | null
  readonly room: RoomState
  readonly problem: Problem | null
}

/** The snapshot, and those who want to know when it is replaced. */
export class RoomStore {
  #facts: RoomFacts = { status: 'connecting', self: null, room: EMPTY_ROOM, problem: null }
  #snapshot: RoomSnapshot = toSnapshot(this.#facts, [], [])
  readonly #listeners = new Set<() => void>()

  readonly getSnapshot = (): RoomSnapshot => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    // The same function may subscribe twice, and each subscription ends by itself.
    const call = () => listener()
    this.#listeners.add(call)
    return () => void this.#listeners.delete(call)
  }

  update(change: Partial<RoomFacts>): void {
    const before = this.#snapshot
    this.#facts = { ...this.#facts, ...change }
    const after = toSnapshot(this.#facts, before.members, before.others)
    if (isSame(before, after)) return
    this.#snapshot = after
    for (const listener of this.#listeners) callSafely(listener)
  }
}

function toSnapshot(
  { status, self, room, problem }: RoomFacts,
  members: readonly Member[],
  others: readonly Member[],
): RoomSnapshot {
  const everybody = [...room.members.values()]
  return Object.freeze({
    status,
    self,
    members: sameOr(members, everybody),
    others: sameOr(
      others,
      everybody.filter(({ id }) => id !== self),
    ),
    watching: room.watching,
    elsewhere: room.elsewhere,
    problem,
  })
}

function sameOr<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const same = before.length === after.length && before.every((item, at) => item === after[at])
  return same ? before : after
}

function isSame(a: RoomSnapshot, b: RoomSnapshot): boolean {
  return (Object.keys(a) as (keyof RoomSnapshot)[]).every((key) => a[key] === b[key])
}

/** Calls a listener; what it throws goes to nobody but those who look for uncaught errors. */
export function callSafely(listener: () => void): void {
  // Neither the connection nor the other listeners are to suffer from one that throws.
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
