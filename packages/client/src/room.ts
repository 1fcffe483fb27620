import {
  type Hello,
  type Json,
  type Member,
  type Patch,
  Problem,
  PROTOCOL_VERSION,
  type Snapshot,
} from '@whereabouts/protocol'
import { Broadcasts, type EventListener, joined, type MissedListener } from './broadcasts.js'
import { Calls } from './calls.js'
import { type Pace, paceOf } from './confirming.js'
import { Connection } from './connection.js'
import {
  type DocumentChannel,
  type DocumentListener,
  type LocationMap,
  setChannel,
} from './document-channel.js'
import { readNews } from './long-poll.js'
import { claimMemberKey, type MemberKey } from './member-key.js'
import { resolveBase, type JoinOptions, type UserOptions } from './options.js'
import { OwnMember } from './own-member.js'
import { followPage, isHidden } from './page.js'
import { readCan } from './rights.js'
import type { PhaseEvent, RoomPhase } from './room-phase.js'
import { callSafely, RoomStore, type RoomSnapshot, type RoomStatus } from './store.js'
import type { RoomEvent, RoomHello } from './transport.js'
import type { Way } from './attempted.js'
import { transportsOf } from './transports-of.js'
import { RoomView } from './view.js'

// The default of a server; hello says the real one.
const USUAL_LIMITS = { leaseMs: 15_000, confirmMs: 10_000 }
// Problems of a location, which don't concern the member that posts it, and of a right that it lacks.
const LOCATION_PROBLEMS = new Set(['bad-json', 'forbidden', 'too-large', 'unsupported-media-type'])
const OTHER_VERSION = 'The server has another version than this page. Reload it.'

const AS_IT_IS: LocationMap = (location) => location

/**
 * A room that this page or process is in. Its functions may be passed on without it. Locations, the `meta`
 * of users and events have the application's types, which nobody checks: whoever writes to a room must
 * agree on them.
 */
export interface Room<
  Location extends Json = Json,
  Meta extends Json = Json,
  Event extends Json = Json,
> {
  /**
   * Sets the member's location. One post is in flight, and only the latest location follows it. A
   * failed post is repeated. A location that the server refuses is dropped, and the snapshot's
   * `problem` says why. While `can` lacks `join` or `move`, it is only remembered, and posted when they
   * are back.
   *
   * @see PROTOCOL.md CL3, CL52
   */
  readonly move: (location: Location | null) => void
  /** Changes the given fields of the user and keeps the others. A user that the server refuses is dropped. */
  readonly setUser: (user: UserOptions) => void
  /** Shows one part of the document only, or all of it with `null`. @see PROTOCOL.md ST15, CL16 */
  readonly look: (part: string | null) => void
  /** Returns the room as it is now. Fits React's `useSyncExternalStore`, together with `subscribe`. */
  readonly getSnapshot: () => RoomSnapshot<Location, Meta>
  /** Calls back after every change; returns how to unsubscribe. */
  readonly subscribe: (listener: () => void) => () => void
  /**
   * Sends an event to everybody in the room, this client included: any JSON, at most 4,096 bytes of it unless
   * the server is configured otherwise. Waits until this client is a member. Resolves when the server has
   * sent it. It isn't kept, and never sent twice.
   *
   * @throws {Problem} such as `too-large` or `forbidden`; without an answer, it may have been sent
   * @see PROTOCOL.md EV1, EV2
   */
  readonly broadcast: (event: Event) => Promise<void>
  /**
   * Calls back for each event that is broadcast in the room, once and in order; returns how to end that.
   *
   * @param missed called when events were missed, such as by a slow or lost connection
   * @see PROTOCOL.md CL110, CL111
   */
  readonly onEvent: (listener: EventListener<Event>, missed?: MissedListener) => () => void
  readonly status: RoomStatus
  /** Leaves at once, for good. Resolves when the server knows, or can't be told. */
  readonly leave: () => Promise<void>
}

/** A room with locations, users' `meta` and events of any type. */
export type AnyRoom = Omit<Room, 'move' | 'broadcast'> & {
  readonly move: (location: never) => void
  readonly broadcast: (event: never) => Promise<void>
}

/**
 * Joins a room and stays in it, through lost connections and restarted servers, until `leave`.
 *
 * @throws {TypeError} if the room name or the member key is not valid, or there is neither a `url`
 *   nor a page.
 * @example
 * const room = joinRoom({ room: 'budget', user: { name: 'Guest 7', color: '#e11d48' } })
 * room.subscribe(() => console.log(room.getSnapshot().others))
 * room.move({ sheet: 's1', cell: 'C5' })
 * @example
 * type Cell = { sheet: string; cell: string }
 * const room = joinRoom<Cell, { team: string }>({ room: 'budget' })
 * room.getSnapshot().others[0]?.location?.cell // and .user.meta?.team
 */
export function joinRoom<
  Location extends Json = Json,
  Meta extends Json = Json,
  Event extends Json = Json,
>(options: JoinOptions<NoInfer<Location>>): Room<Location, Meta, Event> {
  return new LiveRoom(options) as AnyRoom as Room<Location, Meta, Event>
}

/**
 * Turns events into a view, and the view into snapshots; its phases stand in room-phase.ts.
 *
 *     hello      learn the lease, who one is and what one may do; tell the document whether it is resumed
 *     can        learn what one may do; join if that is allowed again
 *     snapshot   replace the view; doubt the own location; keep members of a lost epoch for a lease
 *     patch      change the view; doubt the own location if it is the stream's first change;
 *                if it takes the own member away, join again
 *     broadcast  pass it on, unless it has come before
 *     document   pass the update on, then move the position
 *     interrupted, refused, left   the phase follows
 *
 * @see PROTOCOL.md CL1, CL5, CL6, CL50, CL52
 */
class LiveRoom implements Room {
  readonly #watch: boolean
  #part: string | null
  readonly #view = new RoomView()
  readonly #store = new RoomStore()
  readonly #broadcasts = new Broadcasts()
  readonly #key: MemberKey
  readonly #calls: Calls
  readonly #own: OwnMember
  readonly #connection: Connection
  readonly #unfollowPage: () => void
  #limits: Pick<Hello, 'leaseMs' | 'confirmMs'> & Partial<Hello> = USUAL_LIMITS
  #expiry: ReturnType<typeof setTimeout> | undefined
  readonly #documentListeners = new Set<DocumentListener>()
  /** Whether the last stream or poll was asked for without the document. */
  #isWithoutDocument = false
  /** The application's location. */
  #location: Json = null
  #mapLocation = AS_IT_IS
  /** The way that events come in now. */
  #transport: Way | null = null
  /** Why something else than the server refused the last attempt. */
  #hindrance: Problem | null = null

  constructor(options: JoinOptions) {
    const base = resolveBase(options)
    const { room, watch = false, location } = options
    this.#watch = watch
    this.#part = options.part ?? null
    this.#key = claimMemberKey(base, room, options.member)
    this.#calls = this.#createCalls(base, options)
    this.#own = this.#createOwnMember(options.user ?? {})
    this.#connection = this.#createConnection(base, options)
    setChannel(this, this.#createChannel(`${base}/rooms/${room}`))
    this.#unfollowPage = followPage({
      hide: () => this.#pageHidden(),
      show: () => this.#pageShown(),
      wake: () => this.#connection.wake(),
      turn: () => this.#setPace(),
    })
    this.#setPace()
    this.#connection.start()
    if (location !== undefined) this.move(location)
  }

  readonly getSnapshot = this.#store.getSnapshot
  readonly subscribe = this.#store.subscribe
  readonly onEvent = this.#broadcasts.listen

  get status(): RoomStatus {
    return this.#phase.status
  }

  readonly move = (location: Json): void => {
    if (!this.#canPost) return
    this.#store.apply({ kind: 'shown', facts: { problem: null } })
    this.#location = location
    this.#postLocation()
  }

  readonly setUser = (user: UserOptions): void => {
    if (!this.#canPost) return
    this.#store.apply({ kind: 'shown', facts: { problem: null } })
    this.#own.setUser(user)
  }

  readonly look = (part: string | null): void => {
    if (part === this.#part) return
    this.#part = part
    this.#restart()
  }

  readonly broadcast = async (event: Json): Promise<void> => {
    await joined(this.#store, this.#watch)
    this.#posted((await this.#calls.broadcast(event)).id, false)
  }

  readonly leave = (): Promise<void> => {
    this.#unfollowPage()
    return this.#close(null)
  }

  get #canPost(): boolean {
    return !this.#watch && this.status !== 'closed'
  }

  get #mayJoin(): boolean {
    return this.#phase.can?.includes('join') ?? true
  }

  /** How often to confirm; `undefined` if this client isn't a member, or the server doesn't want it. */
  get #pace(): Pace | undefined {
    const isMember = !this.#watch && this.#mayJoin
    return isMember ? paceOf(this.#limits.confirmMs, isHidden()) : undefined
  }

  #setPace(): void {
    this.#connection.pace(this.#pace?.everyMs ?? null)
  }

  #createCalls(base: string, { room, fetch, headers, credentials }: JoinOptions): Calls {
    return new Calls({
      base,
      room,
      watch: this.#watch,
      headers,
      credentials,
      member: this.#key.key,
      ready: this.#key.ready,
      fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
      user: () => this.#own.user,
      promise: () => this.#pace?.withinMs,
      polls: () => this.#connection.isPolling,
      part: () => this.#part,
      unanswered: () => this.#connection.unanswered(),
      document: () => !(this.#isWithoutDocument = this.#documentListeners.size === 0),
    })
  }

  #createChannel(address: string): DocumentChannel {
    return {
      address,
      member: this.#key.key,
      position: () => this.#view.position,
      maxLocationBytes: () => this.#limits.maxLocationBytes,
      location: () => (this.#own.hasMoved ? this.#location : undefined),
      listen: (listener) => {
        this.#documentListeners.add(listener)
        if (this.#isWithoutDocument) this.#restart()
        else if (this.status === 'online') listener.heard()
        return () => void this.#documentListeners.delete(listener)
      },
      posted: (position) => this.#posted(position, false),
      request: (...call) => this.#calls.request(...call),
      requestLast: (...call) => this.#calls.requestLast(...call),
      mapLocation: (map) => {
        this.#setLocationMap(map)
        return () => {
          if (this.#mapLocation === map) this.#setLocationMap(AS_IT_IS)
        }
      },
    }
  }

  /** Opens the stream without a position: what was received is another part, or has no document. */
  #restart(): void {
    this.#view.restart()
    this.#connection.reopen()
  }

  #postLocation(): void {
    this.#own.move(this.#mapLocation(this.#location))
  }

  #tellDocument(tell: (listener: DocumentListener) => void): void {
    for (const listener of this.#documentListeners) callSafely(() => tell(listener))
  }

  #setLocationMap(map: LocationMap): void {
    this.#mapLocation = map
    if (this.#canPost) this.#postLocation()
  }

  #createOwnMember(user: UserOptions): OwnMember {
    const here = () => this.#self?.location ?? null
    const post = async (location: Json) => {
      const moved = await this.#calls.move(location)
      this.#posted(moved.id, true)
      return moved
    }
    return new OwnMember(user, post, here, {
      // The answer may come after the right is gone.
      joined: (self) => this.#mayJoin && this.#setSelf(self),
      refused: (problem) => this.#moveRefused(problem),
      settled: () => this.#reconcile(),
    })
  }

  /** A post was answered: the server has got as far as this position, and knows the caller. */
  #posted(position: string, confirms: boolean): void {
    this.#connection.posted(position, confirms)
    if (this.#phase.problem?.problem === 'unauthorized')
      this.#store.apply({ kind: 'shown', facts: { problem: null } })
  }

  #createConnection(base: string, options: JoinOptions): Connection {
    const position = () => this.#view.position
    const polled = {
      watch: this.#watch,
      position,
      leaseMs: () => this.#limits.leaseMs,
      renew: () => this.#watch || this.#own.renew(this.#limits.leaseMs),
    }
    const transports = transportsOf(base, options, this.#calls, this.#key.ready, polled)
    const check = (receive: (event: RoomEvent) => void, signal: AbortSignal) =>
      readNews(this.#calls, position(), receive, signal)
    const confirm = async () => (await this.#calls.confirm()).id
    return new Connection(
      { transports, check, confirm, position },
      {
        receive: (event) => this.#receive(event),
        live: (transport) => this.#live(transport),
        hindered: (problem) => this.#hindered(problem),
        refused: (problem) => this.#refused(problem),
      },
    )
  }

  #receive(event: RoomEvent): void {
    switch (event.kind) {
      case 'hello':
        return this.#opened(event.data)
      case 'can':
        return this.#canChanged(event.data.can ?? null)
      case 'snapshot':
        this.#replaced(event.position, event.data)
        break
      case 'patch':
        this.#patched(event.position, event.data)
        break
      case 'broadcast':
        this.#view.advance(event.position)
        break
      case 'document':
        this.#tellDocument((listener) => listener.updated(event.data))
        this.#view.advance(event.position)
        break
      case 'resync':
        if (event.data.document) this.#tellDocument((listener) => listener.outdated())
        break
      default:
    }
    this.#broadcasts.receive(event)
    this.#tellDocument((listener) => listener.heard())
  }

  #opened(hello: RoomHello): void {
    // Nothing that such a server says is understood. OFFICE.md OF33
    if (hello.protocol && hello.protocol !== PROTOCOL_VERSION) {
      return this.#refused(new Problem('bad-parameter', OTHER_VERSION))
    }
    // A stream of an older server says nothing of confirmations; a long-poll says nothing of limits.
    const { confirmMs } = hello.leaseMs === undefined ? this.#limits : { confirmMs: 0, ...hello }
    this.#limits = { ...this.#limits, ...hello, confirmMs }
    this.#allow(hello.can)
    this.#setPace()
    if (hello.self !== undefined) this.#setSelf(hello.self)
    const isResumed = this.#view.position !== null
    this.#tellDocument((listener) => listener.opened(isResumed))
    this.#apply({ kind: 'opened', isResumed, transport: this.#transport })
  }

  #allow(said: unknown): void {
    const before = this.#phase
    const can = readCan(said, before.can)
    if (can === before.can) return
    const problem = before.problem?.problem === 'forbidden' ? null : before.problem
    this.#store.apply({ kind: 'shown', facts: { can, problem } })
    this.#own.mute(!can.includes('join') || !can.includes('move'))
  }

  #canChanged(said: unknown): void {
    const couldJoin = this.#mayJoin
    this.#allow(said)
    this.#setPace()
    if (!this.#mayJoin) this.#setSelf(null)
    // The open stream is a viewer's.
    else if (!couldJoin && !this.#watch) this.#connection.renew()
  }

  #replaced(position: string, snapshot: Snapshot): void {
    // Another way was faster. CL34
    if (this.#view.ahead(position) < 0) return
    this.#view.applySnapshot(
      position,
      snapshot,
      this.#phase.self,
      Date.now() + this.#limits.leaseMs,
    )
    this.#own.doubt()
    this.#expireInTime()
    this.#changed()
  }

  #patched(position: string, patch: Patch): void {
    const wasIn = this.#self !== undefined
    this.#view.applyPatch(position, patch)
    if (this.#phase.isFresh) this.#own.doubt()
    this.#changed()
    // A view of one part also loses a member that goes to another part.
    if (!wasIn || this.#self !== undefined || this.#part !== null) return
    // A goodbye of an earlier page came late, or the lease ran out: join again.
    this.#own.post()
    this.#connection.renew()
  }

  #changed(): void {
    this.#apply({ kind: 'changed', room: this.#view.state })
    this.#reconcile()
  }

  /** Applies an event of the connection; a room that is live again posts at once what failed. */
  #apply(event: PhaseEvent): void {
    const before = this.status
    this.#store.apply(event)
    if (before !== 'online' && this.status === 'online') this.#own.hurry()
  }

  /** The own member, as the room shows it. */
  get #self(): Member | undefined {
    return this.#view.state.members.get(this.#phase.self ?? '')
  }

  get #phase(): RoomPhase {
    return this.#store.phase
  }

  #reconcile(): void {
    this.#own.reconcile(this.#view, this.#phase.self)
  }

  #setSelf(self: string | null): void {
    const before = this.#phase.self
    if (before === self) return
    if (self !== null) this.#leaveAs(this.#key.knownAs(self))
    // A server with another secret knows this member under another id; the old one is a ghost.
    if (before !== null) this.#view.forget(before)
    this.#show(self)
  }

  /** Whoever signs in is another user, and was seen as another member until now. AC34 */
  #leaveAs(former: string | null): void {
    if (former === null) return
    // If the goodbye fails, the lease ends by itself.
    this.#calls.leave(former).catch(() => undefined)
  }

  #show(self = this.#phase.self): void {
    this.#store.apply({ kind: 'shown', facts: { room: this.#view.state, self } })
  }

  #moveRefused(problem: Problem): void {
    const hasJoined = this.#phase.self !== null
    if (hasJoined || LOCATION_PROBLEMS.has(problem.problem)) {
      this.#store.apply({ kind: 'shown', facts: { problem } })
    } else this.#refused(problem)
  }

  #refused(problem: Problem): void {
    void this.#close(problem)
  }

  #expireInTime(): void {
    clearTimeout(this.#expiry)
    const dueAtMs = this.#view.nextExpiryMs
    if (dueAtMs === Infinity) return
    const expire = () => {
      this.#view.expire(Date.now())
      this.#show()
      this.#expireInTime()
    }
    this.#expiry = setTimeout(expire, Math.max(0, dueAtMs - Date.now()))
  }

  #live(transport: Way | null): void {
    this.#transport = transport
    if (transport === null) this.#store.apply({ kind: 'interrupted' })
    else if (this.status === 'online') this.#store.apply({ kind: 'shown', facts: { transport } })
    else if (this.#phase.problem === this.#hindrance) this.#hindered(null)
  }

  #hindered(problem: Problem | null): void {
    this.#hindrance = problem
    if (this.status !== 'online') this.#store.apply({ kind: 'shown', facts: { problem } })
  }

  /** A member that was refused, such as by a session that ended, comes back as the same one. CL8 */
  #pageHidden(): void {
    this.#key.keep()
    if (this.status === 'closed') return
    this.#tellDocument((listener) => listener.leaving())
    if (!this.#watch) this.#calls.leaveSoon(this.#phase.self)
    this.#connection.stop()
  }

  #pageShown(): void {
    this.#key.take()
    if (this.status !== 'closed') this.#connection.start()
  }

  /** @param problem why the server refused the member; `null` if the application leaves. */
  #close(problem: Problem | null): Promise<void> {
    if (this.#phase.status === 'closed') return this.#phase.released
    clearTimeout(this.#expiry)
    this.#connection.stop()
    const sayGoodbye = async () => {
      if (problem === null && !this.#watch) await this.#calls.leave()
    }
    const released = this.#own.stop().then(() => this.#key.release(sayGoodbye))
    this.#store.apply({ kind: 'closed', problem, released })
    return released
  }
}
