import type { Json } from '@whereabouts/protocol'
import type { EventListener, MissedListener } from '../broadcasts.js'
import { channelOf, setChannel } from '../document-channel.js'
import type { JoinOptions, UserOptions } from '../options.js'
import { type AnyRoom, joinRoom, type Room } from '../room.js'
import { callSafely, type RoomSnapshot, RoomStore, type RoomStatus } from '../store.js'
import type { Store } from './selection.js'

/** The snapshot of a room that isn't joined, as on a server that renders a page. */
const NOT_JOINED = /* @__PURE__ */ new RoomStore().getSnapshot()

/** Options of a room, and of its document, if it is held with one. */
export interface VisitOptions<Location extends Json = Json> extends JoinOptions<Location> {
  readonly offline?: boolean
  readonly keptFor?: string
}

/** What a component that joins a room needs of it. */
export type Visitable<Location extends Json> = AnyRoom &
  Pick<HeldRoom<Location>, 'getServerSnapshot' | 'opened' | 'update' | 'visit'>

/** Returns what makes it another room, another member of it, or another way to reach it. */
export function identityOf(options: VisitOptions): string {
  const { url, room, watch, member, credentials, headers, fetch, offline, keptFor } = options
  // Which ones they are may change; a room without any of its own is on another stream.
  const hasOwn = [headers !== undefined, fetch !== undefined]
  return JSON.stringify([url, room, watch, member, credentials, ...hasOwn, offline, keptFor])
}

interface Heard<Event extends Json> {
  readonly listener: EventListener<Event>
  readonly missed: MissedListener | undefined
  end?: () => void
}

/**
 * A room that components hold on to: it is there before it is joined, and joined while at least one of them
 * visits it. Making one does nothing, so a page that is rendered on a server can make one, too.
 *
 *     held     connecting, and empty; a move, a user and a part are remembered, a broadcast waits
 *     joined   what the room says; whoever subscribed before hears it
 *     left     by its last visitor: the room is left a moment later, unless somebody visits it again at once
 *
 * @see PROTOCOL.md CL104, CL105, CL106, CL118
 */
export class HeldRoom<
  Location extends Json = Json,
  Meta extends Json = Json,
  Event extends Json = Json,
>
  implements Room<Location, Meta, Event>, Store<RoomSnapshot<Location, Meta>>
{
  /** Where this client is: as it last said itself, unless it can't be there or the server refused that. */
  readonly location: Store<Location | null> = {
    getSnapshot: () => this.#here,
    getServerSnapshot: () => this.#first,
    subscribe: (listener) => this.subscribe(listener),
  }
  readonly #listeners = new Set<() => void>()
  readonly #heard = new Set<Heard<Event>>()
  readonly #joined: (room: Room<Location, Meta, Event>) => () => void
  readonly #first: Location | null
  /** The options as they were last given, and what has changed of them by calls since. */
  #options: JoinOptions<Location>
  #user: UserOptions | undefined
  #part: string | null
  /** Where to be once the room is joined. */
  #wanted: Location | null | undefined
  #room: Room<Location, Meta, Event> | null = null
  #release: () => void = () => undefined
  #awaited: ((room: Room<Location, Meta, Event>) => void)[] = []
  #visits = 0
  #leaving: ReturnType<typeof setTimeout> | undefined

  /** @param joined called with the room right after it is joined; returns what to do before it is left */
  constructor(
    options: JoinOptions<Location>,
    joined: (room: Room<Location, Meta, Event>) => () => void = () => () => undefined,
  ) {
    this.#options = options
    this.#user = options.user
    this.#part = options.part ?? null
    this.#wanted = options.watch ? undefined : options.location
    this.#first = this.#wanted ?? null
    this.#joined = joined
  }

  readonly getSnapshot = (): RoomSnapshot<Location, Meta> =>
    this.#room?.getSnapshot() ?? this.getServerSnapshot()

  readonly getServerSnapshot = (): RoomSnapshot<Location, Meta> =>
    NOT_JOINED as RoomSnapshot<Location, Meta>

  readonly subscribe = (listener: () => void): (() => void) => {
    const call = () => listener()
    this.#listeners.add(call)
    return () => void this.#listeners.delete(call)
  }

  get status(): RoomStatus {
    return this.getSnapshot().status
  }

  readonly move = (location: Location | null): void => {
    if (this.#room !== null) this.#room.move(location)
    else if (!this.#options.watch) this.#wanted = location
    this.#tell()
  }

  readonly setUser = (user: UserOptions): void => {
    this.#user = { ...this.#user, ...user }
    this.#room?.setUser(user)
  }

  readonly look = (part: string | null): void => {
    this.#part = part
    this.#room?.look(part)
  }

  readonly broadcast = async (event: Event): Promise<void> => {
    const room = this.#room ?? (await this.#nextRoom())
    return room.broadcast(event)
  }

  readonly onEvent = (listener: EventListener<Event>, missed?: MissedListener): (() => void) => {
    const heard: Heard<Event> = { listener, missed }
    this.#heard.add(heard)
    if (this.#room !== null) heard.end = this.#room.onEvent(listener, missed)
    return () => {
      this.#heard.delete(heard)
      heard.end?.()
    }
  }

  readonly leave = (): Promise<void> => this.#room?.leave() ?? Promise.resolve()

  /** Visits the room, and joins it for that; returns how to end the visit. */
  readonly visit = (): (() => void) => {
    clearTimeout(this.#leaving)
    this.#visits += 1
    if (this.#room === null) this.#open()
    let isHere = true
    return () => {
      if (!isHere) return
      isHere = false
      this.#visits -= 1
      // React's StrictMode ends a visit and begins another one synchronously.
      if (this.#visits === 0) this.#leaving = setTimeout(() => this.#close())
    }
  }

  /** Resolves when the room has been seen. */
  readonly opened = (): Promise<void> =>
    new Promise((resolve) => {
      const end = this.subscribe(() => {
        if (this.status === 'connecting') return
        end()
        resolve()
      })
    })

  /** Takes in what is different in the options: the user, the part, and the headers and `fetch` of requests. */
  readonly update = (options: JoinOptions<Location>): void => {
    const { user, part } = this.#options
    this.#options = options
    if (options.user?.name !== user?.name || options.user?.color !== user?.color)
      this.setUser(options.user ?? {})
    if (options.part !== part) this.look(options.part ?? null)
  }

  #nextRoom(): Promise<Room<Location, Meta, Event>> {
    return new Promise((resolve) => this.#awaited.push(resolve))
  }

  /** Where the application wants to be; `undefined` if it hasn't said so, or the server refused it. */
  get #goal(): Location | null | undefined {
    if (this.#room === null) return this.#wanted
    return channelOf(this.#room).location() as Location | null | undefined
  }

  get #here(): Location | null {
    const goal = this.#goal
    if (goal !== undefined) return goal
    const { self, members } = this.getSnapshot()
    return members.find(({ id }) => id === self)?.location ?? null
  }

  #open(): void {
    const { headers, fetch, part: _part, ...options } = this.#options
    const room = joinRoom<Location, Meta, Event>({
      ...options,
      ...(this.#user && { user: this.#user }),
      ...(this.#part !== null && { part: this.#part }),
      ...(this.#wanted !== undefined && { location: this.#wanted }),
      // The ones of now, such as with a later token.
      ...(headers && { headers: () => this.#options.headers?.() ?? {} }),
      ...(fetch && { fetch: (...call) => (this.#options.fetch ?? globalThis.fetch)(...call) }),
    })
    this.#room = room
    // So that a lock can be taken of it, as of any room.
    setChannel(this, channelOf(room))
    const ends = [this.#joined(room), room.subscribe(this.#tell)]
    this.#release = () => ends.forEach((end) => end())
    for (const heard of this.#heard) heard.end = room.onEvent(heard.listener, heard.missed)
    for (const resolve of this.#awaited.splice(0)) resolve(room)
    this.#tell()
  }

  #close(): void {
    const room = this.#room
    this.#release()
    this.#wanted = this.#goal
    this.#room = null
    // Leaving tells the server by itself; nothing here waits for it.
    void room?.leave()
    this.#tell()
  }

  readonly #tell = (): void => {
    for (const listener of this.#listeners) callSafely(listener)
  }
}
