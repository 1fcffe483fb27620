import { EMPTY_ROOM, type Json, type Problem } from '@whereabouts/protocol'
import { Backoff } from './backoff.js'
import { Calls } from './calls.js'
import { Connection } from './connection.js'
import { longPollTransport } from './long-poll.js'
import { claimMemberKey, type MemberKey } from './member-key.js'
import { holdLine, type Adorn, type DocumentListener } from './document-line.js'
import { resolveBase, type JoinOptions, type UserOptions } from './options.js'
import { OwnMember } from './own-member.js'
import { followPage } from './page.js'
import { callSafely, RoomStore, type RoomSnapshot, type RoomStatus } from './store.js'
import { streamTransport } from './stream.js'
import type { RoomEvent } from './transport.js'
import { RoomView } from './view.js'

// What a server's lease is unless set otherwise; known better after the first hello.
const USUAL_LEASE_MS = 15_000
// What is wrong with a location and not with who posts it.
const LOCATION_PROBLEMS = new Set(['bad-json', 'too-large', 'unsupported-media-type'])

/** A room that this page or process is in. Its functions may be passed on without it. */
export interface Room {
  /**
   * Says where the member is. One post is in flight, then the latest location follows; those
   * between are never sent, and what fails is tried again. A location that the server refuses is
   * dropped, and `problem` in the snapshot says why.
   *
   * @see PROTOCOL.md CL3
   */
  readonly move: (location: Json) => void
  /** Changes what is given and keeps the rest. A user that the server refuses is dropped. */
  readonly setUser: (user: UserOptions) => void
  /** Shows another part of the document, and nothing but it; all of it with `null`. ST15 */
  readonly look: (part: string | null) => void
  /** Fits React's `useSyncExternalStore`, together with `subscribe`. */
  readonly getSnapshot: () => RoomSnapshot
  /** Calls back after every change; returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void
  readonly status: RoomStatus
  /** Leaves at once, for good. Resolves when the server knows, or can't be told. */
  readonly leave: () => Promise<void>
}

/**
 * Joins a room and stays in it, through lost connections and restarted servers, until `leave`.
 *
 * @throws {TypeError} if the room or the member key is none, or outside of a page without a `url`.
 * @example
 * const room = joinRoom({ room: 'budget', user: { name: 'Guest 7', color: '#e11d48' } })
 * room.subscribe(() => console.log(room.getSnapshot().others))
 * room.move({ sheet: 's1', cell: 'C5' })
 */
export function joinRoom(options: JoinOptions): Room {
  return new LiveRoom(options)
}

class LiveRoom implements Room {
  readonly #watch: boolean
  #part: string | null
  readonly #view = new RoomView()
  readonly #store = new RoomStore()
  readonly #key: MemberKey
  readonly #calls: Calls
  readonly #own: OwnMember
  readonly #connection: Connection
  readonly #unfollowPage: () => void
  #leaseMs = USUAL_LEASE_MS
  #maxLocationBytes: number | undefined
  #isFirstChange = false
  #expiry: ReturnType<typeof setTimeout> | undefined
  #closed: Promise<void> | null = null
  readonly #documentListeners = new Set<DocumentListener>()
  /** What the last stream or poll said; `null` before the first. */
  #asksForDocument: boolean | null = null
  /** What the application said. */
  #location: Json = null
  #adorn: Adorn | null = null

  constructor(options: JoinOptions) {
    const base = resolveBase(options)
    const { room, watch = false, location } = options
    this.#watch = watch
    this.#part = options.part ?? null
    this.#key = claimMemberKey(base, room, options.member)
    this.#calls = this.#createCalls(base, options)
    this.#own = this.#createOwnMember(options.user ?? {})
    this.#connection = this.#createConnection(room)
    holdLine(this, {
      address: `${base}/rooms/${room}`,
      position: () => this.#view.position,
      maxLocationBytes: () => this.#maxLocationBytes,
      listen: (listener) => this.#listenToDocument(listener),
      request: (...call) => this.#calls.request(...call),
      adorn: (adorn) => {
        this.#setAdorn(adorn)
        return () => {
          if (this.#adorn === adorn) this.#setAdorn(null)
        }
      },
    })
    this.#unfollowPage = followPage({
      hide: () => this.#hide(),
      show: () => this.#show(),
      wake: () => this.#connection.hurry(),
    })
    this.#connection.start()
    if (location !== undefined) this.move(location)
  }

  readonly getSnapshot = (): RoomSnapshot => this.#store.getSnapshot()

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener)

  get status(): RoomStatus {
    return this.getSnapshot().status
  }

  readonly move = (location: Json): void => {
    if (this.#watch || this.#closed !== null) return
    this.#store.update({ problem: null })
    this.#location = location
    this.#own.move(this.#adorned())
  }

  readonly setUser = (user: UserOptions): void => {
    if (this.#watch || this.#closed !== null) return
    this.#store.update({ problem: null })
    this.#own.setUser(user)
  }

  readonly look = (part: string | null): void => {
    if (part === this.#part) return
    this.#part = part
    this.#beginAnew()
  }

  readonly leave = (): Promise<void> => {
    const sayGoodbye = async () => {
      if (!this.#watch) await this.#calls.leave()
    }
    this.#closed ??= this.#close(null, sayGoodbye)
    return this.#closed
  }

  #createCalls(base: string, { room, watch = false, fetch, headers }: JoinOptions): Calls {
    return new Calls({
      base,
      room,
      watch,
      headers,
      member: this.#key.key,
      ready: this.#key.ready,
      fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
      user: () => this.#own.user,
      part: () => this.#part,
      document: () => (this.#asksForDocument = this.#documentListeners.size > 0),
    })
  }

  #listenToDocument(listener: DocumentListener): () => void {
    this.#documentListeners.add(listener)
    if (this.#asksForDocument === false) this.#beginAnew()
    else if (this.status === 'online') listener.heard()
    return () => void this.#documentListeners.delete(listener)
  }

  /** What was told is of another part, or without the document. */
  #beginAnew(): void {
    this.#view.restart()
    this.#connection.reopen()
  }

  #adorned(): Json {
    return this.#adorn === null ? this.#location : this.#adorn(this.#location)
  }

  #tellDocument(tell: (listener: DocumentListener) => void): void {
    for (const listener of this.#documentListeners) callSafely(() => tell(listener))
  }

  #setAdorn(adorn: Adorn | null): void {
    this.#adorn = adorn
    if (!this.#watch && this.#closed === null) this.#own.move(this.#adorned())
  }

  #createOwnMember(user: UserOptions): OwnMember {
    const here = () => {
      const { self } = this.getSnapshot()
      return (self === null ? undefined : this.#view.state.members.get(self)?.location) ?? null
    }
    return new OwnMember(user, (location) => this.#calls.move(location), here, {
      joined: (self) => this.#setSelf(self),
      refused: (problem) => this.#moveRefused(problem),
      settled: () => this.#own.reconcile(this.#view, this.getSnapshot().self),
    })
  }

  #createConnection(room: string): Connection {
    const position = () => this.#view.position
    const polled = {
      room,
      watch: this.#watch,
      self: () => this.getSnapshot().self,
      position,
      leaseMs: () => this.#leaseMs,
      stay: () => this.#own.stay(this.#leaseMs),
    }
    return new Connection(
      [
        streamTransport('GET', this.#calls, position),
        streamTransport('POST', this.#calls, position),
        longPollTransport(this.#calls, polled),
      ],
      {
        receive: (event) => this.#receive(event),
        interrupted: () => this.#interrupted(),
        refused: (problem) => this.#refused(problem),
      },
      new Backoff(),
    )
  }

  #receive(event: RoomEvent): void {
    if (event.kind === 'hello') {
      this.#leaseMs = event.hello.leaseMs
      this.#maxLocationBytes = event.hello.maxLocationBytes
      this.#isFirstChange = true
      if (event.hello.self !== null) this.#setSelf(event.hello.self)
      const isResumed = this.#view.position !== null
      this.#tellDocument((listener) => listener.opened(isResumed))
      // A room that is resumed may have nothing new to tell; a new one is live with its snapshot.
      if (isResumed) this.#goOnline()
    } else if (event.kind === 'snapshot') {
      const keepUntilMs = Date.now() + this.#leaseMs
      const { self } = this.getSnapshot()
      this.#view.applySnapshot(event.position, event.snapshot, self, keepUntilMs)
      this.#own.doubt()
      this.#expireInTime()
      this.#viewChanged()
    } else if (event.kind === 'patch') {
      const wasIn = this.#isIn()
      this.#view.applyPatch(event.position, event.patch)
      if (this.#isFirstChange) this.#own.doubt()
      this.#viewChanged()
      // Who sees a part only may have gone out of it.
      if (wasIn && !this.#isIn() && this.#part === null) this.#rejoin()
    } else if (event.kind === 'document') {
      this.#tellDocument((listener) => listener.updated(event.update))
      this.#view.advance(event.position)
    } else if (event.kind === 'resync' && event.resync.document === true) {
      this.#tellDocument((listener) => listener.outdated())
    }
    if (event.kind !== 'hello') this.#tellDocument((listener) => listener.heard())
  }

  #viewChanged(): void {
    this.#isFirstChange = false
    this.#goOnline()
    this.#own.reconcile(this.#view, this.getSnapshot().self)
  }

  #goOnline(): void {
    const wasOnline = this.status === 'online'
    this.#store.update({ status: 'online', room: this.#view.state })
    if (!wasOnline) this.#own.hurry()
  }

  #isIn(): boolean {
    const { self } = this.getSnapshot()
    return self !== null && this.#view.state.members.has(self)
  }

  /** A goodbye of an earlier page came late, or the lease ran out unnoticed. */
  #rejoin(): void {
    this.#own.post()
    this.#connection.reopen()
  }

  #setSelf(self: string): void {
    const before = this.getSnapshot().self
    if (before === self) return
    // A server with another secret knows this member under another id; the old one is a ghost.
    if (before !== null) this.#view.forget(before)
    this.#store.update({ self, room: this.#view.state })
  }

  #interrupted(): void {
    if (this.status === 'online') this.#store.update({ status: 'reconnecting' })
  }

  #moveRefused(problem: Problem): void {
    const hasJoined = this.getSnapshot().self !== null
    if (hasJoined || LOCATION_PROBLEMS.has(problem.problem)) this.#store.update({ problem })
    else this.#refused(problem)
  }

  #refused(problem: Problem): void {
    this.#closed ??= this.#close(problem, async () => undefined)
  }

  #expireInTime(): void {
    clearTimeout(this.#expiry)
    const dueAtMs = this.#view.nextExpiryMs
    if (dueAtMs === null) return
    const expire = () => {
      this.#view.expire(Date.now())
      this.#store.update({ room: this.#view.state })
      this.#expireInTime()
    }
    this.#expiry = setTimeout(expire, Math.max(0, dueAtMs - Date.now()))
  }

  #hide(): void {
    if (!this.#watch) this.#calls.leaveSoon()
    this.#key.keep()
    this.#connection.stop()
    this.#interrupted()
  }

  #show(): void {
    this.#key.take()
    this.#connection.start()
  }

  #close(problem: Problem | null, sayGoodbye: () => Promise<void>): Promise<void> {
    this.#unfollowPage()
    clearTimeout(this.#expiry)
    this.#connection.stop()
    const released = this.#own.stop().then(() => this.#key.release(sayGoodbye))
    this.#store.update({ status: 'closed', self: null, room: EMPTY_ROOM, problem })
    return released
  }
}
