import {
  type Action,
  type Elsewhere,
  EMPTY_ROOM,
  type Json,
  type Member,
  type Problem,
  type RoomLocks,
} from '@whereabouts/protocol'
import type { Way } from './attempted.js'
import { FIRST_PHASE, type PhaseEvent, type RoomPhase, transition } from './room-phase.js'

/**
 * `connecting` until the room is first seen; `online` while it is live; `reconnecting` while it is
 * shown as it was last known; `closed` for good, with no members.
 */
export type RoomStatus = 'connecting' | 'online' | 'reconnecting' | 'closed'

/** A room at one moment. Immutable: the same object until something changes, then another one. */
export interface RoomSnapshot<Location extends Json = Json, Meta extends Json = Json> {
  readonly status: RoomStatus
  /** The own member id; `null` before the server has assigned it, and while this client isn't a member. */
  readonly self: string | null
  /**
   * What the server lets this client do, as it last said: `watch`, `join`, `move`, `write`, `comment`,
   * `manage`. `null` before it has said so.
   *
   * @see PROTOCOL.md CL50, CL51
   */
  readonly can: readonly Action[] | null
  /** All members, in the order in which they joined. A member that didn't change is the same object. */
  readonly members: readonly Member<Location, Meta>[]
  /** All members but one's own. */
  readonly others: readonly Member<Location, Meta>[]
  /** How many viewers watch without having joined. */
  readonly watching: number
  /** How many members are in each part of the document that isn't shown. @see PROTOCOL.md ST23 */
  readonly elsewhere: Elsewhere
  /**
   * Which member holds which lock, by key. Empty unless the room is `online`, as nobody knows then.
   *
   * @see PROTOCOL.md LK19
   */
  readonly locks: RoomLocks
  /**
   * Why the room is closed, if a problem closed it. While it is open: why the last move or user was
   * refused, `null` again from the next one on, and when `can` changes.
   *
   * @see PROTOCOL.md CL11
   */
  readonly problem: Problem | null
  /**
   * The way that the room's events come in now: the best one that the network between here and the server
   * lets through. `null` while they don't come.
   *
   * @see PROTOCOL.md CL9
   */
  readonly transport: Way | null
}

/** Holds a room's phase and the snapshot made of it, and calls back when the snapshot is replaced. */
export class RoomStore {
  #phase: RoomPhase = FIRST_PHASE
  #snapshot: RoomSnapshot = toSnapshot(FIRST_PHASE, [], [])
  readonly #listeners = new Set<() => void>()

  get phase(): RoomPhase {
    return this.#phase
  }

  readonly getSnapshot = (): RoomSnapshot => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    // The same function may subscribe twice, and each subscription ends by itself.
    const call = () => listener()
    this.#listeners.add(call)
    return () => void this.#listeners.delete(call)
  }

  apply(event: PhaseEvent): void {
    const before = this.#snapshot
    this.#phase = transition(this.#phase, event)
    const after = toSnapshot(this.#phase, before.members, before.others)
    if (isSame(before, after)) return
    this.#snapshot = after
    for (const listener of this.#listeners) callSafely(listener)
  }
}

function toSnapshot(
  { status, self, can, room, problem, transport }: RoomPhase,
  members: readonly Member[],
  others: readonly Member[],
): RoomSnapshot {
  const everybody = [...room.members.values()]
  return Object.freeze({
    status,
    self,
    can,
    members: sameOr(members, everybody),
    others: sameOr(
      others,
      everybody.filter(({ id }) => id !== self),
    ),
    watching: room.watching,
    elsewhere: room.elsewhere,
    locks: (status === 'online' ? room : EMPTY_ROOM).locks,
    problem,
    transport,
  })
}

function sameOr<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const same = before.length === after.length && before.every((item, at) => item === after[at])
  return same ? before : after
}

function isSame(a: RoomSnapshot, b: RoomSnapshot): boolean {
  return (Object.keys(a) as (keyof RoomSnapshot)[]).every((key) => a[key] === b[key])
}

/** Calls a listener, and reports what it throws as an uncaught error. */
export function callSafely(listener: () => void): void {
  // A listener that throws must not break the connection or keep other listeners from being called.
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
