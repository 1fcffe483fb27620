import type { Json, Member } from '@whereabouts/protocol'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import type { EventListener, MissedListener } from '../broadcasts.js'
import { HeldRoom, type VisitOptions } from '../held/held-room.js'
import { type IsEqual, keepEqual, keepSame, type Merge, same, shallow } from '../held/selection.js'
import { LockUse } from '../held/lock-use.js'
import {
  type Holding,
  holdingOf,
  keepPairs,
  type Mapped,
  mapOthers,
  selfOf,
} from '../held/selectors.js'
import type { Room } from '../room.js'
import type { RoomSnapshot, RoomStatus } from '../store.js'
import { createVisits, type RoomProviderProps } from './room-provider.js'
import { useSelected } from './selected.js'

/** A provider of a room, and the hooks of the components below it. Each hook renders when its own value changes. */
export interface RoomContext<Location extends Json, Meta extends Json, Event extends Json> {
  /** Joins a room while it is mounted. StrictMode, which mounts twice, joins once. @see PROTOCOL.md CL104 */
  readonly RoomProvider: (props: RoomProviderProps<Location>) => ReactNode
  /** Returns the room, to call. Never renders again. */
  readonly useRoom: () => Room<Location, Meta, Event>
  /** Returns the room's snapshot, or what is selected from it. */
  readonly useSnapshot: UseSelection<RoomSnapshot<Location, Meta>>
  /** Returns the status of the connection. */
  readonly useStatus: () => RoomStatus
  /** Returns the own member, or what is selected from it; `null` while this client isn't one. */
  readonly useSelf: UseSelfSelection<Member<Location, Meta>>
  /** Returns the other members, or what is selected from them. */
  readonly useOthers: UseSelection<readonly Member<Location, Meta>[]>
  /**
   * Returns each other member's id, and what `map` makes of the member. A pair is the same until its value
   * changes.
   *
   * @param isEqual compares two values of one member. @default Object.is
   */
  readonly useOthersMapped: <Value>(
    map: (member: Member<Location, Meta>) => Value,
    isEqual?: IsEqual<Value>,
  ) => Mapped<Value>
  /**
   * Returns where this client is, and how to move. A move is shown at once; if the server refuses it, the
   * location is again the one that others see.
   *
   * @see PROTOCOL.md CL106
   */
  readonly useMyLocation: () => readonly [
    location: Location | null,
    move: (location: Location | null) => void,
  ]
  /** Returns how to send an event to everybody in the room. */
  readonly useBroadcast: () => (event: Event) => Promise<void>
  /**
   * Returns who holds a key, such as that of a cell, and how to lock it. What the component has locked is released
   * when it is unmounted.
   *
   * @see PROTOCOL.md CL115
   */
  readonly useLock: (key: string) => UsedLock<Location, Meta>
  /** Calls back for each event while the component is mounted; the functions may be new with each render. */
  readonly useEvent: (listener: EventListener<Event>, missed?: MissedListener) => void
}

/** Who holds a lock, and how to take it and to release it. */
export interface UsedLock<Location extends Json, Meta extends Json>
  extends Holding<Location, Meta>, Pick<LockUse, 'lock' | 'unlock'> {}

/** A context whose rooms are more than rooms. */
export interface HeldContext<
  Held,
  Location extends Json,
  Meta extends Json,
  Event extends Json,
> extends Omit<RoomContext<Location, Meta, Event>, 'RoomProvider'> {
  readonly RoomProvider: (props: RoomProviderProps<Location> & VisitOptions<Location>) => ReactNode
  readonly useHeld: () => Held
}

/** Returns a value, or what is selected from it; equal selections (`Object.is` by default) don't render. */
export interface UseSelection<Value> {
  (): Value
  <Selected>(select: (value: Value) => Selected, isEqual?: IsEqual<Selected>): Selected
}

/** As `UseSelection`, for a value that may not be there. */
export interface UseSelfSelection<Value> {
  (): Value | null
  <Selected>(select: (value: Value) => Selected, isEqual?: IsEqual<Selected>): Selected | null
}

/**
 * Makes a provider of rooms, and its hooks, typed by what a location, a user's `meta` and an event are.
 *
 * @example
 * type Cell = { sheet: string; cell: string }
 * const { RoomProvider, useOthers, useMyLocation } = createRoomContext<Cell>()
 * // <RoomProvider room="budget"><Cells /></RoomProvider>
 */
export function createRoomContext<
  Location extends Json = Json,
  Meta extends Json = Json,
  Event extends Json = Json,
>(): RoomContext<Location, Meta, Event> {
  return contextOf<Location, Meta, Event, HeldRoom<Location, Meta, Event>>(
    (options) => new HeldRoom(options),
  )
}

/** @param hold makes the room of a provider */
export function contextOf<
  Location extends Json,
  Meta extends Json,
  Event extends Json,
  Held extends HeldRoom<Location, Meta, Event>,
>(hold: (options: VisitOptions<Location>) => Held): HeldContext<Held, Location, Meta, Event> {
  type Snapshot = RoomSnapshot<Location, Meta>
  const { RoomProvider, useHeld } = createVisits<Location, Held>(hold)

  const useSnapshot = <Selected>(
    select: (snapshot: Snapshot) => Selected = same,
    isEqual?: IsEqual<Selected>,
  ) => useSelected(useHeld(), select, useMerge(isEqual))

  const useOthers = <Selected>(
    select: (others: Snapshot['others']) => Selected = same,
    isEqual?: IsEqual<Selected>,
  ) => useSnapshot(({ others }) => select(others), isEqual)

  const useSelf = <Selected>(
    select: (self: Member<Location, Meta>) => Selected = same,
    isEqual: IsEqual<Selected> = Object.is,
  ) =>
    useSnapshot<Selected | null>(
      (snapshot) => {
        const self = selfOf(snapshot)
        return self === null ? null : select(self)
      },
      (before, now) => before === now || (before !== null && now !== null && isEqual(before, now)),
    )

  const useOthersMapped = <Value>(
    map: (member: Member<Location, Meta>) => Value,
    isEqual: IsEqual<Value> = Object.is,
  ) => {
    const merge = useMemo(() => keepPairs(isEqual), [isEqual])
    return useSelected(useHeld(), mapOthers(map), merge)
  }

  const useMyLocation = () => {
    const room = useHeld()
    const location = useSelected<Location | null, Location | null>(room.location, same, keepSame)
    return [location, room.move] as const
  }

  return {
    RoomProvider,
    useHeld,
    useRoom: useHeld,
    useSnapshot,
    useStatus: () => useSnapshot(({ status }) => status),
    useSelf,
    useOthers,
    useOthersMapped,
    useMyLocation,
    useBroadcast: () => useHeld().broadcast,
    useLock: (key) => useLockOf(useHeld(), key),
    useEvent: (listener, missed) => useEventOf(useHeld(), listener, missed),
  }
}

/**
 * Returns the snapshot of a room that was joined outside of React, or what is selected from it.
 *
 * @example const status = useSnapshotOf(room, ({ status }) => status)
 */
export function useSnapshotOf<
  Location extends Json,
  Meta extends Json,
  Selected = RoomSnapshot<Location, Meta>,
>(
  room: Pick<Room<Location, Meta>, 'getSnapshot' | 'subscribe'>,
  select: (snapshot: RoomSnapshot<Location, Meta>) => Selected = same,
  isEqual?: IsEqual<Selected>,
): Selected {
  return useSelected(room, select, useMerge(isEqual))
}

/** Returns how to keep a selection. */
export function useMerge<Value>(isEqual: IsEqual<Value> = Object.is): Merge<Value> {
  return useMemo(() => keepEqual(isEqual), [isEqual])
}

function useLockOf<Location extends Json, Meta extends Json, Event extends Json>(
  room: HeldRoom<Location, Meta, Event>,
  key: string,
): UsedLock<Location, Meta> {
  const use = useMemo(() => new LockUse(room, key), [room, key])
  useEffect(() => use.begin(), [use])
  const holding = useSelected(room, holdingOf(key), useMerge<Holding<Location, Meta>>(shallow))
  return { ...holding, lock: use.lock, unlock: use.unlock }
}

function useEventOf<Location extends Json, Meta extends Json, Event extends Json>(
  room: Room<Location, Meta, Event>,
  listener: EventListener<Event>,
  missed: MissedListener | undefined,
): void {
  const latest = useRef({ listener, missed })
  useEffect(() => {
    latest.current = { listener, missed }
  })
  useEffect(
    () =>
      room.onEvent(
        (event, from) => latest.current.listener(event, from),
        (count) => latest.current.missed?.(count),
      ),
    [room],
  )
}
