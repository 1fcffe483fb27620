import type { ServerResponse } from 'node:http'
import { type Action, formatPosition, type Hello, PROTOCOL_VERSION } from '@whereabouts/protocol'
import type { Caller } from './access/caller.js'
import type { MemberIds } from './access/member-id.js'
import { type Admission, ownAdmission, type Permissions } from './access/permissions.js'
import { shuttingDown } from './document/documents.js'
import type { ResolvedOptions } from './options.js'
import type { RoomName } from './room/ids.js'
import type { Operation } from './room/operation.js'
import type { HostedRoom, HostedRooms } from './rooms/hosted-rooms.js'
import { checkRoom } from './room-name.js'
import type { Serving } from './serving.js'
import type { Clock } from './stream/clock.js'
import { Connection } from './stream/connection.js'
import { Connections, type Kept, type Place } from './stream/connections.js'
import type { Faults } from './stream/faults.js'
import type { Reader } from './stream/frames.js'
import type { Look } from './stream/look.js'
import { Poll } from './stream/poll.js'
import { type Subscriber, Subscription } from './stream/subscription.js'
import { Undrained } from './stream/undrained.js'
import { type Disconnection, type Revalidation, type Stay, type Visitor, Visits } from './visits.js'

/** The request of a subscriber inside the process. */
export interface SubscriptionRequest extends Look {
  readonly lastEventId: string | undefined
  /** `undefined` for a reader who only watches. */
  readonly caller: Participant | undefined
  /** The user that the application reads for, if it named one. */
  readonly userId: string | undefined
}

/** Receives the events of a room inside the process. */
export interface RoomSubscriber extends Subscriber {
  readonly closed: boolean
  /** Adds a callback for when it is closed; calls back at once if it already is. */
  add(teardown: () => void): void
}

/** A member that takes part in a room. */
export type Participant = Pick<Caller, 'key' | 'user'>

/** The request of a stream over HTTP. */
export interface StreamRequest extends Look {
  /** The part of the document that the caller is in, unless its location says so. */
  readonly at: string | undefined
  /** Whether the reader takes gzip. */
  readonly gzip: boolean
  readonly lastEventId: string | undefined
  /** `undefined` for a reader who only watches. */
  readonly caller: Caller | undefined
  /** Within what time the caller promises to confirm. */
  readonly nextWithinMs: number | undefined
  readonly admission: Admission
}

/** What a stream says of its member. */
type Said = Partial<Pick<StreamRequest, 'at' | 'nextWithinMs'>>

/** The changes that a long-poll waits for. */
export interface PollOptions extends Pick<Look, 'documents' | 'part'> {
  readonly admission: Admission
  readonly waitMs: number
}

/** A caller's place in a room. */
interface Attendance extends Stay {
  readonly room: HostedRoom
  readonly place: Place
  /** Ends the attendance and releases the place. Called once. */
  readonly release: () => void
}

const nothing = (): void => {}

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
  /** A number from 0 to 1. */
  readonly random: () => number
}

/** The readers of rooms: streams over HTTP, long-polls, and subscribers inside the process. */
export class Readers {
  readonly #connections: Connections
  readonly #undrained: Undrained
  readonly #visits: Visits

  constructor(private readonly context: ReadersContext) {
    const { options, clock, faults, permissions, random } = context
    const { revalidateMs } = options
    this.#visits = new Visits({ permissions, revalidateMs, clock, faults, random })
    this.#connections = new Connections(options, clock, faults, random)
    this.#undrained = new Undrained(options.stuckMs, clock, faults)
  }

  /** The number of readers. */
  get size(): number {
    return this.#connections.size
  }

  /**
   * Waits for the next frame of a room after a position.
   *
   * @param options how long to wait, and for which changes
   * @param cancelled ends the waiting early
   * @returns what the caller may do, if that changed meanwhile
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
    const place = this.#connections.reserve()
    const { waitMs, documents, part, admission } = options
    const poll = new Poll(documents, part)
    place.keep(poll)
    const end = this.#visits.begin(poll, admission, { roomName, self: null, leave: nothing })
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
    const attendance = await this.#attend(checkRoom(roomName), request.caller)
    // The subscriber may have closed during the `await`.
    if (subscriber.closed) return attendance.release()
    const { lastEventId } = request
    const { frames } = attendance.room
    const version = versionOf(lastEventId, attendance.room)
    const position = lastEventId ?? formatPosition({ epoch: frames.epoch, version: 0 })
    const subscription = new Subscription(request, version, position, subscriber)
    const admission = ownAdmission(request.userId)
    subscriber.add(this.#begin(attendance, subscription, admission))
    subscription.open(this.#hello(attendance, admission))
    if (!subscriber.closed) frames.catchUp(subscription)
  }

  /**
   * Streams a room as an HTTP answer. Returns a function that the caller must call when the response has
   * closed for any reason.
   *
   * @throws {Problem} bad-room, room-full, too-many-rooms, too-many-connections, shutting-down
   * @see PROTOCOL.md §8
   */
  async connect(
    roomName: string,
    request: StreamRequest,
    response: ServerResponse,
  ): Promise<() => void> {
    const attendance = await this.#attend(checkRoom(roomName), request.caller, request)
    const { frames } = attendance.room
    // The reader may have disconnected during the `await`.
    if (response.closed) {
      attendance.release()
      return () => {}
    }
    const version = versionOf(request.lastEventId, attendance.room)
    const connection = new Connection(request, version, response, this.#undrained)
    connection.onDrain = () => frames.catchUp(connection)
    const { admission } = request
    const release = this.#begin(attendance, connection, admission)
    try {
      connection.open(this.#hello(attendance, admission), this.#randomRetryMs())
      frames.catchUp(connection)
      if (version !== undefined) connection.confirm()
    } catch (error) {
      // Other code, such as an application's timeout, may have answered already.
      release()
      throw error
    }
    return release
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

  /** Ends the readers of a room on this node, or all of them. @see PROTOCOL.md AC32 */
  endAll(roomName: string | undefined): void {
    this.#visits.endAll(roomName)
  }

  /** Says goodbye to all readers, spread over `goodbyeMs`. @see PROTOCOL.md FR9 */
  async drain(): Promise<void> {
    await this.#connections.drain(this.context.options.goodbyeMs)
  }

  /** Says goodbye to the remaining readers, and ends their connections. @see PROTOCOL.md FR7 */
  async close(): Promise<void> {
    await this.#connections.close(this.#randomRetryMs)
  }

  /** Takes a place among the connections, then joins or watches a room. FR10 */
  async #attend(
    name: RoomName,
    member: Participant | undefined,
    said: Said = {},
  ): Promise<Attendance> {
    this.context.serving.assertOpen()
    const place = this.#connections.reserve()
    try {
      const attendance = await this.#join(name, place, member, said)
      if (this.context.serving.isOpen) return attendance
      attendance.release()
    } catch (error) {
      place.release()
      throw error
    }
    throw shuttingDown()
  }

  /** Joins a room as a member, or watches it. */
  async #join(
    name: RoomName,
    place: Place,
    member: Participant | undefined,
    { at, nextWithinMs }: Said,
  ): Promise<Attendance> {
    const room = this.context.rooms.open(name)
    const leaveBy = (operation: Operation) => () => {
      place.release()
      room.commitQuietly(operation)
    }
    if (member === undefined) {
      await room.commit({ do: 'watch' })
      const release = leaveBy({ do: 'unwatch' })
      return { roomName: name, room, place, self: null, leave: nothing, release }
    }
    const id = this.context.memberIds.of(name, member.user.id ?? '', member.key)
    await room.commit({ do: 'open', id, user: member.user, at, nextWithinMs })
    const leave = () => room.commitQuietly({ do: 'leave', id })
    const release = leaveBy({ do: 'close', id })
    return { roomName: name, room, place, self: id, leave, release }
  }

  /** Returns the `hello` of a reader. With a view link, it doesn't contain the room's own name. @see PROTOCOL.md SR6 */
  #hello({ roomName, self }: Stay, { asker, can }: Admission): Hello {
    const { heartbeatMs, leaseMs, confirmMs, maxLocationBytes } = this.context.options
    return {
      protocol: PROTOCOL_VERSION,
      self,
      room: asker?.link ?? roomName,
      heartbeatMs,
      leaseMs,
      confirmMs,
      maxLocationBytes,
      can,
    }
  }

  /** Begins to send frames to a reader. Returns a function that ends this and the attendance. */
  #begin(
    attendance: Attendance,
    reader: Reader & Kept & Visitor,
    admission: Admission,
  ): () => void {
    const { room, place, release } = attendance
    room.frames.add(reader)
    place.keep(reader)
    const end = this.#visits.begin(reader, admission, attendance)
    return () => {
      end()
      room.frames.remove(reader)
      release()
    }
  }

  readonly #randomRetryMs = (): number =>
    RETRY_LEAST_MS + Math.floor(this.context.random() * RETRY_SPREAD_MS)
}

function versionOf(position: string | undefined, { frames }: HostedRoom): number | undefined {
  return position === undefined ? undefined : frames.versionOf(position)
}
