import type { ServerResponse } from 'node:http'
import {
  type Action,
  formatPosition,
  type Hello,
  Problem,
  PROTOCOL_VERSION,
  type Transport,
} from '@whereabouts/protocol'
import type { EndedLogins } from './access/ended-logins.js'
import type { MemberIds } from './access/member-id.js'
import { type Admission, type Asker, ownAdmission, type Permissions } from './access/permissions.js'
import { type Attendance, Attendances, type Attendant } from './attendance.js'
import { shuttingDown } from './document/documents.js'
import type { ResolvedOptions } from './options.js'
import type {
  PollOptions,
  RoomRequest,
  RoomSubscriber,
  StreamRequest,
  SubscriptionRequest,
} from './reader-requests.js'
import type { MemberId, RoomName } from './room/ids.js'
import type { HostedRooms } from './rooms/hosted-rooms.js'
import { checkRoom } from './room-name.js'
import type { Serving } from './serving.js'
import type { Clock } from './stream/clock.js'
import { Connection, type Outlet } from './stream/connection.js'
import { Connections, type Place } from './stream/connections.js'
import type { Faults } from './stream/faults.js'
import type { Frames, Reader } from './stream/frames.js'
import { OpenResponse } from './stream/open-response.js'
import { Poll } from './stream/poll.js'
import { type Channel, SharedStream } from './stream/shared-stream.js'
import { Subscription } from './stream/subscription.js'
import { Undrained } from './stream/undrained.js'
import { UnattendedMembers } from './unattended.js'
import {
  type Disconnection,
  type Revalidation,
  type Visible,
  type Visitor,
  Visits,
  type Whispered,
} from './visits.js'

const nothing = (): void => {}

/** What a reader that waits without joining has of its room. */
const NOBODY = { selves: [], leave: nothing, unlock: nothing, part: nothing }

const RETRY_LEAST_MS = 1_000
const RETRY_SPREAD_MS = 2_000

/** The context of a server's readers. */
export interface ReadersContext {
  readonly options: ResolvedOptions
  readonly rooms: HostedRooms
  readonly memberIds: MemberIds
  readonly serving: Serving
  readonly clock: Clock
  readonly faults: Faults
  readonly permissions: Permissions
  readonly ended: EndedLogins
  /** A number from 0 to 1. */
  readonly random: () => number
}

/** What a stream holds until its response closes. */
interface OpenStream {
  readonly end: () => void
  readonly attendance: Attendance
  readonly connection: Connection
  readonly admission: Admission
  readonly out: OpenResponse
  readonly place: Place
}

/** The readers of rooms: streams over HTTP, long-polls, and subscribers inside the process. */
export class Readers {
  readonly #connections: Connections
  readonly #undrained: Undrained
  readonly #visits: Visits
  readonly #attendances: Attendances
  readonly #unattended: UnattendedMembers

  constructor(private readonly context: ReadersContext) {
    const { options, rooms, memberIds, clock, faults, permissions, ended, random } = context
    const { revalidateMs, leaseMs } = options
    this.#visits = new Visits({ permissions, ended, revalidateMs, clock, faults, random })
    this.#connections = new Connections(options, clock, faults, random)
    this.#undrained = new Undrained(options.stuckMs, clock, faults)
    this.#attendances = new Attendances(rooms, memberIds, leaseMs, clock)
    this.#unattended = new UnattendedMembers(this.#visits, rooms, clock)
  }

  /** How many more connections there may be. @see PROTOCOL.md BU32 */
  get left(): number {
    return this.context.options.maxConnections - this.#connections.size
  }

  /** The number of readers. */
  get size(): number {
    return this.#connections.size
  }

  /** The readers by the way in which they are served. @see PROTOCOL.md HT45 */
  get readerships(): Connections['readerships'] {
    return this.#connections.readerships
  }

  /**
   * Waits for the next frame of a room after a position.
   *
   * @param options how long to wait, and for which changes
   * @param cancelled ends the waiting early
   * @returns what the caller may do, if it was told of a change meanwhile
   * @throws {Problem} bad-room, forbidden, too-many-connections, shutting-down
   * @see PROTOCOL.md HT5, RM11, AC17, AC30
   */
  async nextFrame(
    roomName: string,
    position: string,
    options: PollOptions,
    cancelled: AbortSignal,
  ): Promise<readonly Action[] | undefined> {
    this.context.serving.assertServing()
    const checked = checkRoom(roomName)
    const place = this.#connections.reserve('long-poll')
    const { waitMs, documents, part, admission } = options
    const poll = new Poll(documents, part)
    place.keep(poll)
    const end = this.#visits.begin(poll, admission, { roomName, ...NOBODY })
    const cancelTimer = this.context.clock.after(waitMs, poll.end)
    cancelled.addEventListener('abort', poll.end, { once: true })
    if (cancelled.aborted) poll.end()
    try {
      await this.context.rooms.follow(checked, poll, position)
      return poll.can
    } finally {
      cancelled.removeEventListener('abort', poll.end)
      cancelTimer()
      end()
      place.release()
    }
  }

  /**
   * Sends a subscriber each frame of a room once, until it is closed. A snapshot or the whole list comes
   * first.
   *
   * @throws {Problem} bad-room, room-full, too-many-rooms, too-many-connections, shutting-down
   */
  async subscribe(
    roomName: string,
    request: SubscriptionRequest,
    subscriber: RoomSubscriber,
  ): Promise<void> {
    const { caller, lastEventId } = request
    const members = caller === undefined ? [] : [caller]
    const { place, attendance } = await this.#attend(checkRoom(roomName), members, 'process')
    // The subscriber may have closed during the `await`.
    if (subscriber.closed) return leave(attendance, place)
    const { frames } = attendance.room
    const version = versionOf(lastEventId, frames)
    const position = lastEventId ?? formatPosition({ epoch: frames.epoch, version: 0 })
    const subscription = new Subscription(request, version, position, subscriber)
    const admission = ownAdmission(request.userId)
    const giveUp = () => leave(attendance, place)
    const end = this.#begin(attendance, subscription, admission, giveUp)
    place.keep(subscription)
    subscriber.add(() => {
      this.#end(end, attendance, subscription, admission)
      leave(attendance, place)
    })
    subscription.open(this.#hello(attendance, admission))
    if (!subscriber.closed) frames.catchUp(subscription)
  }

  /**
   * Streams a room as an HTTP answer. Returns a function that the caller must call when the response has
   * closed for any reason.
   *
   * @param gzip whether the reader takes gzip
   * @throws {Problem} bad-room, room-full, too-many-rooms, too-many-connections, shutting-down
   * @see PROTOCOL.md §8
   */
  async connect(
    roomName: string,
    request: StreamRequest,
    response: ServerResponse,
    gzip: boolean,
  ): Promise<() => void> {
    const { transport, members, admission } = request
    const { place, attendance } = await this.#attend(checkRoom(roomName), members, transport)
    // The reader may have disconnected during the `await`.
    if (response.closed) {
      leave(attendance, place)
      return nothing
    }
    const out = new OpenResponse(response, gzip, this.#undrained)
    const connection = this.#connection(attendance, request, out)
    const giveUp = () => leave(attendance, place)
    const end = this.#begin(attendance, connection, admission, giveUp)
    const release = this.#releaseOf({ end, attendance, connection, admission, out, place })
    try {
      place.keep(connection)
      out.open(() => {
        connection.open(this.#hello(attendance, admission), this.#randomRetryMs())
        connection.follow(attendance.room.frames)
      })
    } catch (error) {
      // Other code, such as an application's timeout, may have answered already.
      release()
      throw error
    }
    return release
  }

  /**
   * Begins a stream of several rooms as an HTTP answer.
   *
   * @param count how many connections it counts as
   * @throws {Problem} too-many-connections, shutting-down
   * @see PROTOCOL.md MS1, MS12
   */
  share(response: ServerResponse, gzip: boolean, count: number): SharedStream {
    this.context.serving.assertOpen()
    const place = this.#connections.reserve('shared-stream', count)
    const stream = new SharedStream(new OpenResponse(response, gzip, this.#undrained))
    response.once('close', () => {
      place.release()
      stream.closed()
    })
    place.keep(stream)
    stream.open(this.#randomRetryMs())
    return stream
  }

  /**
   * Streams a room through a channel of a stream of several.
   *
   * @throws {Problem} bad-room, room-full, too-many-rooms, shutting-down
   * @see PROTOCOL.md MS3, MS6, MS14, MS15
   */
  async enter(roomName: string, request: RoomRequest, channel: Channel): Promise<void> {
    this.context.serving.assertOpen()
    const attendance = await this.#attendances.open(checkRoom(roomName), request.members)
    // The reader may have disconnected during the `await`.
    if (channel.isOver) return attendance.linger()
    const connection = this.#connection(attendance, request, channel)
    const giveUp = () => attendance.release()
    const end = this.#begin(attendance, connection, request.admission, giveUp)
    channel.onEnd = (how) => {
      this.#end(end, attendance, connection, request.admission)
      if (how === 'closed') attendance.linger()
      else attendance.release()
    }
    const { selves } = attendance
    connection.open({ ...this.#hello(attendance, request.admission), selves })
    connection.follow(attendance.room.frames)
  }

  /** Tells a reader that a room can't be opened. @see PROTOCOL.md MS8 */
  refuse(channel: Channel, error: unknown): void {
    if (error instanceof Problem) return channel.refuse(error)
    this.context.faults.refuse('A room of a stream could not be opened', error)
    channel.refuse(new Problem('internal', 'The server failed. Try again in a moment.'))
  }

  /**
   * Notes that a member is there by a call other than a stream.
   *
   * @param id of the member, as the room answered
   * @param asOf how often the application had called `revalidate` when it was asked about the call
   * @see PROTOCOL.md AC41
   */
  notePresence(asker: Asker, id: string, asOf: number): void {
    const { roomName, user } = asker
    if (!this.#isAskedAbout(asker) || this.#hasReader(roomName, id)) return
    const [userId, session] = [user?.claim.id, user?.session]
    const of = { asker, userId, session, expiresAtMs: undefined }
    const admission = { ...of, can: [], asOf, atMs: 0 }
    this.#unattended.keep(roomName, id as MemberId, admission)
  }

  #isAskedAbout(asker: Asker): boolean {
    return this.context.permissions.asksAbout(asker) || asker.user?.session !== undefined
  }

  #hasReader(roomName: string, id: string): boolean {
    return (this.context.rooms.find(roomName)?.room.connections.of(id) ?? 0) > 0
  }

  /** The members of a reader that has ended may stay for a while. @see PROTOCOL.md AC41 */
  #keepMembers({ roomName, selves }: Attendance, admission: Admission): void {
    const { asker } = admission
    if (asker === undefined || !this.#isAskedAbout(asker) || !this.context.serving.isOpen) return
    for (const id of selves) this.#unattended.keep(roomName, id, admission)
  }

  /** Revalidates the readers on this node. @see PROTOCOL.md AC20 */
  revalidate(revalidation: Revalidation): void {
    this.#visits.revalidate(revalidation)
  }

  /** Ends readers on this node. @see PROTOCOL.md AC23 */
  disconnect(disconnection: Disconnection): void {
    this.#visits.disconnect(disconnection)
  }

  /** Ends the readers of a login on this node. @see PROTOCOL.md AC31 */
  endSession(session: string): void {
    this.#visits.endSession(session)
  }

  /** Sends an event to some readers on this node. @see PROTOCOL.md EV10 */
  whisper(whispered: Whispered): void {
    this.#visits.whisper(whispered)
  }

  /** Ends the readers of a room on this node, or all of them. @see PROTOCOL.md AC32 */
  endAll(roomName: string | undefined): void {
    this.#visits.endAll(roomName)
  }

  /** Returns the readers of a room on this node, with the ids of their members. @see PROTOCOL.md IN4 */
  inRoom(roomName: string): readonly Visible[] {
    return this.#visits.inRoom(roomName)
  }

  /** Says goodbye to all readers, spread over `goodbyeMs`. @see PROTOCOL.md FR9 */
  async drain(): Promise<void> {
    await this.#connections.drain(this.context.options.goodbyeMs)
  }

  /** Says goodbye to the remaining readers, and ends their connections. @see PROTOCOL.md FR7 */
  async close(): Promise<void> {
    await this.#connections.close(this.#randomRetryMs)
    this.#attendances.finish()
  }

  /** Takes a place among the connections, then joins or watches a room. FR10 */
  async #attend(
    name: RoomName,
    members: readonly Attendant[],
    transport: Transport,
  ): Promise<{ readonly place: Place; readonly attendance: Attendance }> {
    this.context.serving.assertOpen()
    const place = this.#connections.reserve(transport)
    try {
      const attendance = await this.#attendances.open(name, members)
      if (this.context.serving.isOpen) return { place, attendance }
      attendance.release()
    } catch (error) {
      place.release()
      throw error
    }
    place.release()
    throw shuttingDown()
  }

  /** Returns the `hello` of a reader. With a view link, it doesn't contain the room's own name. @see PROTOCOL.md SR6 */
  #hello({ roomName, selves }: Attendance, { asker, can }: Admission): Hello {
    const { heartbeatMs, leaseMs, confirmMs, maxLocationBytes } = this.context.options
    return {
      protocol: PROTOCOL_VERSION,
      self: selves[0] ?? null,
      room: asker?.link ?? roomName,
      heartbeatMs,
      leaseMs,
      confirmMs,
      maxLocationBytes,
      can,
    }
  }

  #connection({ room: { frames } }: Attendance, request: RoomRequest, out: Outlet): Connection {
    return new Connection(request, versionOf(request.since, frames), out)
  }

  /**
   * Begins to send frames to a reader.
   *
   * @param giveUp called if it can't be begun, so that it takes no place
   * @returns a function that ends its visit, for {@link #end}
   */
  #begin(
    attendance: Attendance,
    reader: Reader & Visitor,
    admission: Admission,
    giveUp: () => void,
  ): () => void {
    try {
      attendance.room.frames.add(reader)
      return this.#visits.begin(reader, admission, attendance)
    } catch (error) {
      giveUp()
      throw error
    }
  }

  /** Ends what {@link #begin} began. @param endVisit what it returned */
  #end(endVisit: () => void, attendance: Attendance, reader: Reader, admission: Admission): void {
    endVisit()
    attendance.room.frames.remove(reader)
    this.#keepMembers(attendance, admission)
  }

  /** Returns a function that ends a stream. It is kept as long as the stream is open, and keeps nothing else. */
  #releaseOf(stream: OpenStream): () => void {
    return () => {
      const { end, attendance, connection, admission, out, place } = stream
      this.#end(end, attendance, connection, admission)
      out.closed()
      leave(attendance, place)
    }
  }

  readonly #randomRetryMs = (): number =>
    RETRY_LEAST_MS + Math.floor(this.context.random() * RETRY_SPREAD_MS)
}

function leave(attendance: Attendance, place: Place): void {
  place.release()
  attendance.release()
}

function versionOf(position: string | undefined, frames: Frames): number | undefined {
  return position === undefined ? undefined : frames.versionOf(position)
}
