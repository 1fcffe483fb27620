import type { ServerResponse } from 'node:http'
import {
  formatPosition,
  type Hello,
  isRoomName,
  type Json,
  type Moved,
  Problem,
  PROTOCOL_VERSION,
  type RoomPatch,
  type RoomSnapshot,
  type Updated,
  type View,
} from '@whereabouts/protocol'
import type { DataFolder } from './document/data-folder.js'
import type { Exchange } from './exchange/exchange.js'
import { type Documents, type DocumentsCount, shuttingDown } from './document/documents.js'
import { mergeUpdates } from './document/merge.js'
import type { Caller } from './access/caller.js'
import { MemberIds } from './access/member-id.js'
import { resolveSecret } from './access/secret.js'
import type { Log } from './log.js'
import type { ResolvedOptions } from './options.js'
import { documentNews, RoomDocuments } from './room-documents.js'
import { isEmpty } from './room/is-empty.js'
import type { Operation } from './room/operation.js'
import type { UserClaim } from './room/user.js'
import { SYSTEM_CLOCK } from './stream/clock.js'
import { Connection } from './stream/connection.js'
import { Connections, type Kept, type Place } from './stream/connections.js'
import { Faults } from './stream/faults.js'
import type { Reader } from './stream/frames.js'
import type { HostedRoom, HostedRooms } from './rooms/hosted-rooms.js'
import { LocalRooms } from './rooms/local-rooms.js'
import type { Numbered } from './rooms/outcomes.js'
import { SharedRooms } from './rooms/shared-rooms.js'
import { Poll } from './stream/poll.js'
import { type Subscriber, Subscription } from './stream/subscription.js'
import { Undrained } from './stream/undrained.js'

/** What a subscriber inside the process asks for. */
export interface SubscriptionRequest {
  readonly view: View
  /** Whether the patch view has `document` events. */
  readonly documents: boolean
  /** The part of the document that the patch view shows; all of it without. */
  readonly part: string | undefined
  readonly lastEventId: string | undefined
  /** `undefined` for one who only watches. */
  readonly caller: Participant | undefined
}

/** Where the events of a room go inside the process. */
export interface RoomSubscriber extends Subscriber {
  readonly closed: boolean
  /** Calls back once when it is closed, at once if it is. */
  add(teardown: () => void): void
}

/** Who takes part in a room. */
export type Participant = Pick<Caller, 'key' | 'user'>

/** What a stream over HTTP is asked for. */
export interface StreamRequest {
  readonly view: View
  /** Whether it has `document` events. */
  readonly documents: boolean
  /** The part of the document that it shows; all of it without. */
  readonly part: string | undefined
  /** The part of the document that the caller is in, unless its location says so. */
  readonly at: string | undefined
  /** Whether the reader takes gzip. */
  readonly gzip: boolean
  readonly lastEventId: string | undefined
  /** `undefined` for one who only watches. */
  readonly caller: Caller | undefined
}

/** What a long-poll waits for. */
export interface PollOptions {
  readonly waitMs: number
  /** Whether what changes in the document counts. */
  readonly documents: boolean
  /** The part of the document that counts; all of it without. */
  readonly part: string | undefined
}

/** How much there is of everything. */
export interface RoomsCount extends DocumentsCount {
  readonly rooms: number
  readonly members: number
  readonly watching: number
  readonly connections: number
  /** How often a room failed, and how often one reader did. PROTOCOL.md RM17 */
  readonly room_failures: number
  readonly reader_failures: number
  /** 1 while the other nodes can be reached, or there are none to reach. */
  readonly exchange_ready: number
}

/** A room that somebody attends. */
interface Attendance {
  readonly room: HostedRoom
  readonly place: Place
  readonly self: string | null
  /** Gives it up, and the place; called once. */
  readonly release: () => void
}

/** No JSON text is so many times as long when what was read from it is written: `1e20` has 21 digits. */
const LONGER_REWRITTEN = 6
const RETRY_LEAST_MS = 1_000
const RETRY_SPREAD_MS = 2_000

/**
 * What this server does with rooms, for those who have checked who is calling and what they say: the
 * calls over HTTP, and {@link Rooms}.
 */
export class RoomServer {
  readonly #clock = SYSTEM_CLOCK
  readonly #faults: Faults
  readonly #memberIds: MemberIds
  readonly #rooms: HostedRooms
  readonly #connections: Connections
  readonly #undrained: Undrained
  readonly #roomDocuments: RoomDocuments
  #stage: 'open' | 'draining' | 'closed' = 'open'

  /** @param exchange how the rooms of several processes are one room; without it they are this one's alone */
  constructor(
    private readonly options: ResolvedOptions,
    private readonly documents: Documents,
    exchange: Exchange<Numbered> | undefined,
    folder: DataFolder,
    log: Log,
  ) {
    this.#faults = new Faults((message, error) => log.error(withCause(message, error)))
    this.#memberIds = new MemberIds(resolveSecret(options.secret, folder.path))
    const hooks = {
      faults: this.#faults,
      merge: mergeUpdates,
      emptied: (room: string) => documents.release(room),
      updated: (room: string, update: Uint8Array | undefined) => documents.learn(room, update),
      untold: documents,
    }
    this.#rooms =
      exchange === undefined
        ? new LocalRooms(options, this.#clock, hooks, Math.random)
        : new SharedRooms(exchange, options, this.#clock, hooks, Math.random)
    this.#roomDocuments = new RoomDocuments(documents, this.#rooms, options)
    this.#connections = new Connections(options, this.#clock, this.#faults)
    this.#undrained = new Undrained(options.stuckMs, this.#clock, this.#faults)
  }

  /** @throws {Problem} shutting-down, store-failed. PROTOCOL.md HT8 */
  async assertReady(): Promise<void> {
    this.#assertStaying()
    await this.documents.check()
  }

  /** Whether the other nodes can be reached, or there are none. @see PROTOCOL.md EX5 */
  get isShared(): boolean {
    return this.#rooms.ready
  }

  /** How much there is of everything, for metrics. */
  async count(): Promise<RoomsCount> {
    let members = 0
    let watching = 0
    for (const { room } of this.#rooms.values()) {
      members += room.size
      watching += room.watching
    }
    const connections = this.#connections.size
    return {
      rooms: this.#rooms.size,
      members,
      watching,
      connections,
      room_failures: this.#faults.rooms,
      reader_failures: this.#faults.readers,
      exchange_ready: this.#rooms.ready ? 1 : 0,
      ...(await this.documents.count()),
    }
  }

  /**
   * Says where a member is; it joins if need be.
   *
   * @param textBytes how long the JSON text is that the location was read from
   * @throws {Problem} bad-room, too-large, room-full, too-many-rooms, exchange-busy, shutting-down
   * @see PROTOCOL.md HT3
   */
  async move(
    room: string,
    { key, user }: Participant,
    location: Json,
    textBytes: number,
  ): Promise<Moved> {
    this.#assertServing()
    this.#checkLocation(location, textBytes)
    const id = this.#memberId(checkRoom(room), key, user)
    const operation = { do: 'move', id, user, location } as const
    return { self: id, id: await this.#rooms.open(room).commit(operation) }
  }

  /**
   * A member leaves, at once or `soon`.
   *
   * @throws {Problem} bad-room, exchange-busy
   * @see PROTOCOL.md HT6, MB5, MB6
   */
  async leave(room: string, { key, user }: Participant, soon: boolean): Promise<void> {
    const id = this.#memberId(checkRoom(room), key, user)
    const operation = { do: soon ? 'soon' : 'leave', id } as const
    await this.#rooms.look(room, (known) => known?.commit(operation))
  }

  /**
   * Who is in a room, or in a part of its document, and where. Makes no room and joins nobody.
   *
   * @throws {Problem} bad-room
   * @see PROTOCOL.md HT4, ST15
   */
  async members(room: string, part?: string): Promise<RoomSnapshot> {
    return this.#rooms.look(checkRoom(room), (known) => this.#snapshot(known, part))
  }

  /**
   * What changed in a room since a position; all of it if the room doesn't know that any more;
   * `undefined` if nothing did.
   *
   * @throws {Problem} bad-room
   * @see PROTOCOL.md HT5, DO6, ST15
   */
  async since(
    room: string,
    position: string,
    { documents, part }: Pick<PollOptions, 'documents' | 'part'>,
  ): Promise<RoomPatch | RoomSnapshot | undefined> {
    return this.#rooms.look(checkRoom(room), (known) => {
      if (known === undefined) {
        if (position === this.#rooms.positionOf(known)) return undefined
        return { ...this.#snapshot(known, part), ...(documents && documentNews(undefined)) }
      }
      const version = this.#rooms.versionOf(position, known)
      return known.guard.do(() => newsSince(known, version, documents, part))
    })
  }

  #snapshot(known: HostedRoom | undefined, part: string | undefined): RoomSnapshot {
    const id = this.#rooms.positionOf(known)
    if (known === undefined) return { id, members: [], watching: 0 }
    return { id, ...known.frames.room.snapshot(part) }
  }

  /**
   * What somebody lacks of a room's document, as an update of Yjs 13; all of it without a state
   * vector. Makes no room and joins nobody.
   *
   * @param since a position of the room: what it is past is in the answer
   * @throws {Problem} bad-room, bad-parameter, too-large, store-failed
   * @see PROTOCOL.md DO1, EX8
   */
  async document(room: string, stateVector?: Uint8Array, since?: string): Promise<Uint8Array> {
    return this.#roomDocuments.read(checkRoom(room), stateVector, since)
  }

  /**
   * The server's step of a sync: what a room's document has, as a state vector, and what the caller
   * lacks of it, as an update; `readSyncAnswer()` reads it. Makes no room and joins nobody.
   *
   * @param stateVector the caller's; empty for one who has nothing
   * @param since a position of the room: what it is past is in the answer
   * @throws {Problem} bad-room, bad-parameter, too-large, store-failed
   * @see PROTOCOL.md DO20, EX8
   */
  async sync(room: string, stateVector: Uint8Array, since?: string): Promise<Uint8Array> {
    return this.#roomDocuments.sync(checkRoom(room), stateVector, since)
  }

  /**
   * Takes an update of Yjs 13 into a room's document, and tells everybody in the room. Resolves when
   * the store has it.
   *
   * @param idempotencyKey makes a repetition of the same update one commit, while it is remembered
   * @throws {Problem} bad-room, bad-update, too-large, document-full, store-failed,
   *   shutting-down
   * @see PROTOCOL.md DO2, DO9
   */
  async update(room: string, update: Uint8Array, idempotencyKey?: string): Promise<Updated> {
    this.#assertServing()
    checkRoom(room)
    return this.#roomDocuments.update(room, update, idempotencyKey)
  }

  /**
   * Waits for the next frame of a room that is at a position.
   *
   * @param options how long, and for what
   * @param cancelled ends the waiting early
   * @throws {Problem} too-many-connections, shutting-down
   * @see PROTOCOL.md HT5, RM11
   */
  async nextFrame(
    room: string,
    position: string,
    options: PollOptions,
    cancelled: AbortSignal,
  ): Promise<void> {
    this.#assertServing()
    const place = this.#connections.reserve()
    const { waitMs, documents, part } = options
    const poll = new Poll(documents, part)
    place.keep(poll)
    const cancelTimer = this.#clock.after(waitMs, poll.end)
    cancelled.addEventListener('abort', poll.end, { once: true })
    if (cancelled.aborted) poll.end()
    try {
      await this.#rooms.follow(room, poll, (known) => this.#rooms.versionOf(position, known))
    } finally {
      cancelled.removeEventListener('abort', poll.end)
      cancelTimer()
      place.release()
    }
  }

  /**
   * Tells a subscriber of a room until it is closed: each frame once; a snapshot or the whole list
   * comes first.
   *
   * @throws {Problem} bad-room, room-full, too-many-rooms, too-many-connections, shutting-down
   */
  async subscribe(
    room: string,
    request: SubscriptionRequest,
    subscriber: RoomSubscriber,
  ): Promise<void> {
    const attendance = await this.#attend(checkRoom(room), request.caller)
    // It may have gone by now.
    if (subscriber.closed) return attendance.release()
    const { lastEventId } = request
    const { frames } = attendance.room
    const version = this.#versionOf(lastEventId, attendance.room)
    const position = lastEventId ?? formatPosition({ epoch: frames.epoch, version: 0 })
    const subscription = new Subscription(request, version, position, subscriber)
    subscriber.add(admit(attendance, subscription))
    subscription.open(this.#hello(room, attendance.self))
    if (!subscriber.closed) frames.catchUp(subscription)
  }

  /**
   * Streams a room as an HTTP answer. The caller calls what it answers when the response closes,
   * however it closes.
   *
   * @throws {Problem} bad-room, room-full, too-many-rooms, too-many-connections, shutting-down
   * @see PROTOCOL.md §7
   */
  async connect(
    room: string,
    request: StreamRequest,
    response: ServerResponse,
  ): Promise<() => void> {
    const attendance = await this.#attend(checkRoom(room), request.caller, request.at)
    const { frames } = attendance.room
    // Its reader may be gone by now.
    if (response.closed) {
      attendance.release()
      return () => {}
    }
    const version = this.#versionOf(request.lastEventId, attendance.room)
    const connection = new Connection(request, version, response, this.#undrained)
    connection.onDrain = () => frames.catchUp(connection)
    const release = admit(attendance, connection)
    try {
      connection.open(this.#hello(room, attendance.self), randomRetryMs())
      frames.catchUp(connection)
      if (version !== undefined) connection.confirm()
    } catch (error) {
      // Somebody else has answered meanwhile, a timeout of the application's for one.
      release()
      throw error
    }
    return release
  }

  /** Goodbye to everybody, before the platform waits for its connections. FR7, FR9 */
  async goodbye(): Promise<void> {
    this.#stage = 'draining'
    await this.#connections.drain(this.options.goodbyeMs)
    this.#stage = 'closed'
    this.documents.finish()
    this.#rooms.stop()
    await this.#connections.close(randomRetryMs)
  }

  /** After the last answer: tells the other processes that this one is gone. @see PROTOCOL.md EX4 */
  async release(): Promise<void> {
    await this.#rooms.close()
  }

  /** Takes a place among the connections, and part in a room. FR10 */
  async #attend(name: string, member: Participant | undefined, at?: string): Promise<Attendance> {
    this.#assertStaying()
    const place = this.#connections.reserve()
    try {
      const attendance = await this.#join(name, place, member, at)
      if (this.#stage === 'open') return attendance
      attendance.release()
    } catch (error) {
      place.release()
      throw error
    }
    this.#refuse()
  }

  /** Takes part in a room: as a member, or watching. */
  async #join(
    name: string,
    place: Place,
    member: Participant | undefined,
    at: string | undefined,
  ): Promise<Attendance> {
    const room = this.#rooms.open(name)
    const leaveBy = (operation: Operation) => () => {
      place.release()
      room.commitQuietly(operation)
    }
    if (member === undefined) {
      await room.commit({ do: 'watch' })
      return { room, place, self: null, release: leaveBy({ do: 'unwatch' }) }
    }
    const id = this.#memberId(name, member.key, member.user)
    await room.commit({ do: 'open', id, user: member.user, at })
    return { room, place, self: id, release: leaveBy({ do: 'close', id }) }
  }

  #versionOf(position: string | undefined, room: HostedRoom): number | undefined {
    return position === undefined ? undefined : this.#rooms.versionOf(position, room)
  }

  #hello(room: string, self: string | null): Hello {
    const { heartbeatMs, leaseMs, maxLocationBytes } = this.options
    return { protocol: PROTOCOL_VERSION, self, room, heartbeatMs, leaseMs, maxLocationBytes }
  }

  /** Whether it is here to stay. */
  #assertStaying(): void {
    if (this.#stage !== 'open') this.#refuse()
  }

  /** Whether it serves who is here already. */
  #assertServing(): void {
    if (this.#stage === 'closed') this.#refuse()
  }

  #refuse(): never {
    throw shuttingDown()
  }

  #memberId(room: string, key: string, user: UserClaim): string {
    return this.#memberIds.of(room, user.id ?? '', key)
  }

  #checkLocation(location: Json, textBytes: number): void {
    const { maxLocationBytes } = this.options
    // Nearly all are short, and writing one down again takes longer than finding its member.
    if (textBytes * LONGER_REWRITTEN <= maxLocationBytes) return
    if (Buffer.byteLength(JSON.stringify(location)) <= maxLocationBytes) return
    throw new Problem(
      'too-large',
      `A location is at most ${maxLocationBytes} bytes of JSON text.`,
      {
        limitBytes: maxLocationBytes,
      },
    )
  }
}

/** From now on a reader is told all that happens. Answers what ends that, and the attendance. */
function admit(
  { room: { frames }, place, release }: Attendance,
  reader: Reader & Kept,
): () => void {
  frames.add(reader)
  place.keep(reader)
  return () => {
    frames.remove(reader)
    release()
  }
}

/** What a reader at a version lacks; `undefined` if nothing that it wants to know. */
function newsSince(
  { frames }: HostedRoom,
  version: number,
  documents: boolean,
  part: string | undefined,
): RoomPatch | RoomSnapshot | undefined {
  const catchUp = frames.room.since(version, part)
  if (catchUp.kind === 'nothing') return undefined
  const id = frames.position
  const news = documents ? documentNews(catchUp.updates) : {}
  if (catchUp.kind === 'snapshot') return { id, ...catchUp.snapshot, ...news }
  const { patch } = catchUp
  return isEmpty(patch) && isEmpty(news) ? undefined : { id, patch, ...news }
}

/** An error that says what follows from another, with the stack of that one. */
function withCause(message: string, cause: unknown): Error {
  const error = new Error(message, { cause })
  const stack = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  error.stack = `${message}: ${stack}`
  return error
}

/** @throws {Problem} bad-room */
export function checkRoom(room: string): string {
  if (isRoomName(room)) return room
  throw new Problem('bad-room', 'A room name is 1 to 128 characters of A-Z a-z 0-9 . _ : ~ and -.')
}

function randomRetryMs(): number {
  return RETRY_LEAST_MS + Math.floor(Math.random() * RETRY_SPREAD_MS)
}
