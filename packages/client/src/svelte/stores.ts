import type { Json, Member } from '@whereabouts/protocol'
import type { EventListener, MissedListener } from '../broadcasts.js'
import { HeldRoom } from '../held/held-room.js'
import {
  type IsEqual,
  keepEqual,
  keepSame,
  type Merge,
  same,
  selection,
  type Store,
} from '../held/selection.js'
import { keepPairs, type Mapped, mapOthers, selfOf } from '../held/selectors.js'
import type { JoinOptions } from '../options.js'
import type { Room } from '../room.js'
import type { RoomSnapshot, RoomStatus } from '../store.js'

/** Svelte's contract of a store: calls back at once, and after every change; returns how to end that. */
export interface Readable<Value> {
  readonly subscribe: (run: (value: Value) => void) => () => void
}

/** A store that can be set. */
export interface Writable<Value> extends Readable<Value> {
  readonly set: (value: Value) => void
  readonly update: (change: (value: Value) => Value) => void
}

/** A room as Svelte's stores. */
export interface RoomStores<Location extends Json, Meta extends Json, Event extends Json> {
  /** The room, to call. */
  readonly room: Room<Location, Meta, Event>
  /**
   * Joins the room; returns how to leave it. Made for `onMount`, which doesn't run on a server. The room is
   * joined while at least one component visits it.
   *
   * @see PROTOCOL.md CL104, CL105
   */
  readonly visit: () => () => void
  readonly snapshot: Readable<RoomSnapshot<Location, Meta>>
  /** The status of the connection. */
  readonly status: Readable<RoomStatus>
  /** The own member; `null` while this client isn't one. */
  readonly self: Readable<Member<Location, Meta> | null>
  /** The other members. */
  readonly others: Readable<readonly Member<Location, Meta>[]>
  /**
   * Where this client is; setting it moves there. A move is shown at once; if the server refuses it, the
   * location is again the one that others see.
   *
   * @see PROTOCOL.md CL106
   */
  readonly myLocation: Writable<Location | null>
  /** Returns a store of what is selected from the room; equal selections (`Object.is` by default) are no change. */
  readonly select: <Part>(
    select: (snapshot: RoomSnapshot<Location, Meta>) => Part,
    isEqual?: IsEqual<Part>,
  ) => Readable<Part>
  /**
   * Returns a store of each other member's id, and what `map` makes of the member. A pair is the same until its
   * value changes.
   *
   * @param isEqual compares two values of one member. @default Object.is
   */
  readonly othersMapped: <Value>(
    map: (member: Member<Location, Meta>) => Value,
    isEqual?: IsEqual<Value>,
  ) => Readable<Mapped<Value>>
  /** Sends an event to everybody in the room. */
  readonly broadcast: (event: Event) => Promise<void>
  /** Calls back for each event; returns how to end that, so that it can be returned from `onMount`. */
  readonly onEvent: (listener: EventListener<Event>, missed?: MissedListener) => () => void
}

/**
 * Returns a room as stores, typed by what a location, a user's `meta` and an event are. It is joined by
 * `visit`.
 *
 * @example
 * const { visit, others, myLocation } = roomStores({ room: 'budget' })
 * onMount(visit)
 * // {$others.length} others, <p onpointermove={(event) => ($myLocation = { x: event.clientX })}>
 */
export function roomStores<
  Location extends Json = Json,
  Meta extends Json = Json,
  Event extends Json = Json,
>(options: JoinOptions<NoInfer<Location>>): RoomStores<Location, Meta, Event> {
  return storesOf<Location, Meta, Event>(new HeldRoom(options))
}

/** Returns a room as stores. */
export function storesOf<Location extends Json, Meta extends Json, Event extends Json>(
  room: HeldRoom<Location, Meta, Event>,
): RoomStores<Location, Meta, Event> {
  type Snapshot = RoomSnapshot<Location, Meta>
  const select = <Part>(part: (snapshot: Snapshot) => Part, isEqual: IsEqual<Part> = Object.is) =>
    readable(room, part, keepEqual(isEqual))
  const { location, move } = room
  return {
    room,
    visit: room.visit,
    snapshot: select<Snapshot>(same),
    status: select(({ status }) => status),
    self: select(selfOf),
    others: select(({ others }) => others),
    myLocation: {
      ...readable<Location | null, Location | null>(location, same, keepSame),
      set: move,
      update: (change) => move(change(location.getSnapshot())),
    },
    select,
    othersMapped: (map, isEqual = Object.is) => readable(room, mapOthers(map), keepPairs(isEqual)),
    broadcast: room.broadcast,
    onEvent: room.onEvent,
  }
}

/**
 * Returns a store of what is selected from another one. A subscriber hears only of changes.
 *
 * @see PROTOCOL.md CL103
 */
export function readable<Value, Part>(
  store: Store<Value>,
  select: (value: Value) => Part,
  merge: Merge<Part>,
): Readable<Part> {
  return {
    subscribe: (run) => {
      const read = selection(store.getSnapshot, select, merge, () => undefined)
      let told = read()
      run(told)
      return store.subscribe(() => {
        const now = read()
        if (Object.is(now, told)) return
        told = now
        run(now)
      })
    },
  }
}
