import type { Json, Member } from '@whereabouts/protocol'
import {
  computed,
  type MaybeRefOrGetter,
  onScopeDispose,
  toValue,
  watch,
  type WritableComputedRef,
} from 'vue'
import type { EventListener, MissedListener } from '../broadcasts.js'
import { HeldRoom, type VisitOptions } from '../held/held-room.js'
import { type IsEqual, keepEqual, keepSame, same, shallow } from '../held/selection.js'
import { LockUse } from '../held/lock-use.js'
import {
  type Holding,
  holdingOf,
  keepPairs,
  type Mapped,
  mapOthers,
  selfOf,
} from '../held/selectors.js'
import type { JoinOptions } from '../options.js'
import type { Room } from '../room.js'
import type { RoomSnapshot, RoomStatus } from '../store.js'
import { createVisits, type RoomProviderOf } from './room-provider.js'
import { type Selected, useSelected } from './selected.js'

/** A provider of a room, and the composables of the components below it. Each ref changes when its own value does. */
export interface RoomContext<Location extends Json, Meta extends Json, Event extends Json> {
  /**
   * Joins a room while it is mounted, with the options of `joinRoom` as props. Another `url`, `room`, `watch`,
   * `member` or `credentials` joins another room, with new components below; so do `headers` and `fetch` that weren't
   * there before. The slot `fallback` is shown until the room has been seen.
   *
   * @see PROTOCOL.md CL104, CL107
   */
  readonly RoomProvider: RoomProviderOf<JoinOptions<Location>>
  /** Returns the room, to call. */
  readonly useRoom: () => Room<Location, Meta, Event>
  /** Returns the room's snapshot, or what is selected from it. */
  readonly useSnapshot: UseSelection<RoomSnapshot<Location, Meta>>
  /** Returns the status of the connection. */
  readonly useStatus: () => Selected<RoomStatus>
  /** Returns the own member; `null` while this client isn't one. */
  readonly useSelf: () => Selected<Member<Location, Meta> | null>
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
  ) => Selected<Mapped<Value>>
  /**
   * Returns where this client is; setting it moves there. A move is shown at once; if the server refuses it,
   * the location is again the one that others see.
   *
   * @see PROTOCOL.md CL106
   */
  readonly useMyLocation: () => WritableComputedRef<Location | null>
  /** Returns how to send an event to everybody in the room. */
  readonly useBroadcast: () => (event: Event) => Promise<void>
  /**
   * Returns who holds a key, such as that of a cell, and how to lock it. What the component has locked is released
   * when it is unmounted, and when a ref or a getter returns another key.
   *
   * @see PROTOCOL.md CL115, CL119
   */
  readonly useLock: (key: MaybeRefOrGetter<string>) => UsedLock<Location, Meta>
  /** Calls back for each event until the component is unmounted. */
  readonly useEvent: (listener: EventListener<Event>, missed?: MissedListener) => void
}

/**
 * Returns a value, or what is selected from it; equal selections (`Object.is` by default) are no change. The selector
 * may read props and refs: it is called again when one of them changes.
 */
export interface UseSelection<Value> {
  (): Selected<Value>
  <Part>(select: (value: Value) => Part, isEqual?: IsEqual<Part>): Selected<Part>
}

/**
 * Makes a provider of rooms, and its composables, typed by what a location, a user's `meta` and an event are.
 *
 * @example
 * type Cell = { sheet: string; cell: string }
 * export const { RoomProvider, useOthers, useMyLocation } = createRoomContext<Cell>()
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

/** Who holds a lock, and how to take it and to release it. */
export interface UsedLock<Location extends Json, Meta extends Json> extends Pick<
  LockUse,
  'lock' | 'unlock'
> {
  readonly holding: Selected<Holding<Location, Meta>>
}

/** A context whose rooms are more than rooms. */
interface HeldContext<
  Held,
  Location extends Json,
  Meta extends Json,
  Event extends Json,
> extends Omit<RoomContext<Location, Meta, Event>, 'RoomProvider'> {
  readonly RoomProvider: RoomProviderOf<VisitOptions<Location>>
  readonly useHeld: () => Held
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

  const useSnapshot = <Part>(
    select: (snapshot: Snapshot) => Part = same,
    isEqual: IsEqual<Part> = Object.is,
  ) => useSelected(useHeld(), select, keepEqual(isEqual))

  const useMyLocation = () => {
    const { location, move } = useHeld()
    const here = useSelected<Location | null, Location | null>(location, same, keepSame)
    return computed({ get: () => here.value, set: move })
  }

  return {
    RoomProvider,
    useHeld,
    useRoom: useHeld,
    useSnapshot,
    useStatus: () => useSnapshot(({ status }) => status),
    useSelf: () => useSnapshot(selfOf),
    useOthers: <Part>(
      select: (others: Snapshot['others']) => Part = same,
      isEqual?: IsEqual<Part>,
    ) => useSnapshot(({ others }) => select(others), isEqual),
    useOthersMapped: (map, isEqual = Object.is) =>
      useSelected(useHeld(), mapOthers(map), keepPairs(isEqual)),
    useMyLocation,
    useBroadcast: () => useHeld().broadcast,
    useLock: (key) => useLockOf(useHeld(), key),
    useEvent: (listener, missed) => onScopeDispose(useHeld().onEvent(listener, missed)),
  }
}

function useLockOf<Location extends Json, Meta extends Json, Event extends Json>(
  room: HeldRoom<Location, Meta, Event>,
  key: MaybeRefOrGetter<string>,
): UsedLock<Location, Meta> {
  const use = computed(() => new LockUse(room, toValue(key)))
  // At once, so that no call is about a former key.
  watch(use, (now, _before, whenOver) => whenOver(now.begin()), { immediate: true, flush: 'sync' })
  const holding = useSelected<RoomSnapshot<Location, Meta>, Holding<Location, Meta>>(
    room,
    (snapshot) => holdingOf<Location, Meta>(toValue(key))(snapshot),
    keepEqual<Holding<Location, Meta>>(shallow),
  )
  return {
    holding,
    lock: (options) => use.value.lock(options),
    unlock: () => use.value.unlock(),
  }
}
