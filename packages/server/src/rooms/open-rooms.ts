import { formatPosition, parsePosition, Problem } from '@whereabouts/protocol'
import type { Exchange } from '../exchange/exchange.js'
import type { Operation } from '../room/operation.js'
import { Room } from '../room/room.js'
import type { Clock } from '../stream/clock.js'
import type { Faults } from '../stream/faults.js'
import { Frames, type MergeUpdates, type Reader, UNKNOWN_VERSION } from '../stream/frames.js'
import { Pace } from '../stream/pace.js'
import type { Poll } from '../stream/poll.js'
import { RoomGuard } from './room-guard.js'
import { SharedRoom, type SharedRoomContext, type SharedRoomLimits } from './shared-room.js'
import { Untold, type UntoldRooms } from './untold.js'

/** What bounds and paces the rooms of a server. */
export interface OpenRoomsLimits extends SharedRoomLimits {
  readonly maxRooms: number
  readonly frameIntervalMs: number
}

/** What rooms leave to those who know what a document is, and what becomes of a fault. */
export interface RoomHooks {
  readonly faults: Faults
  readonly merge: MergeUpdates
  /** Nobody is in a room any more. */
  readonly emptied: (room: string) => void
  /** Another node took this update in, as base64; `undefined`: something that nobody said. */
  readonly updated: (room: string, update: string | undefined) => void
  readonly untold: UntoldRooms
}

/** A room that this node serves, and the frames of those who read it here. */
export interface OpenRoom {
  readonly shared: SharedRoom
  readonly frames: Frames
  /** Where all that concerns it is done. */
  readonly guard: RoomGuard
}

/** How often leases are looked at; a member is gone that much late at the most. */
const SWEEP_MS = 100
/** How long a room is remembered that nobody is in, so that who returns can resume. */
const FORGET_MS = 60_000

/**
 * The rooms that a server knows, each with its frames. Makes them, lets leases run out, forgets
 * those in which nobody is.
 */
export class OpenRooms {
  readonly #rooms = new Map<string, OpenRoom>()
  /** Idle rooms and since when, the longest idle first. */
  readonly #idle = new Map<string, number>()
  /** Who waits for a room that isn't there. */
  readonly #awaited = new Map<string, Set<Reader>>()
  readonly #context: SharedRoomContext
  readonly #pace: Pace
  readonly #untold: Untold
  #cancel: (() => void) | undefined

  constructor(
    private readonly exchange: Exchange,
    private readonly limits: OpenRoomsLimits,
    private readonly clock: Clock,
    private readonly hooks: RoomHooks,
    random: () => number,
  ) {
    let number = 0
    this.#context = { exchange, limits, clock, random, nextNumber: () => ++number }
    this.#pace = new Pace(limits.frameIntervalMs, clock)
    this.#untold = new Untold(hooks.untold, (name) => this.#tell(name), random, hooks.faults)
    exchange.onGone((node, hasLeft) => {
      for (const { guard, shared } of this.#rooms.values()) {
        guard.run(() => shared.gone(node, hasLeft))
      }
    })
  }

  get size(): number {
    return this.#rooms.size
  }

  values(): Iterable<OpenRoom> {
    return this.#rooms.values()
  }

  /** The room of that name if this node has it. */
  find(name: string): OpenRoom | undefined {
    return this.#rooms.get(name)
  }

  /**
   * Does something with the room of that name as it is now; `undefined` if there is none. One that
   * only other nodes may have is here no longer than that takes.
   *
   * @see PROTOCOL.md RM11
   */
  async look<T>(name: string, work: (room: OpenRoom | undefined) => T | Promise<T>): Promise<T> {
    const known = this.#rooms.get(name)
    if (known === undefined && this.exchange.unfollowed !== undefined) return work(undefined)
    const room = known ?? this.#newRoom(name, true)
    try {
      if (!room.shared.isReady) await room.shared.ready
      room.guard.assertWell()
      return await work(room)
    } finally {
      if (room !== known) room.shared.end()
    }
  }

  /**
   * The room of that name, made if need be.
   *
   * @throws {Problem} too-many-rooms, internal
   */
  open(name: string): OpenRoom {
    return this.#rooms.get(name) ?? this.#make(name)
  }

  /** Where a room is that nobody on any node is in. */
  get unfollowed(): string {
    return formatPosition(this.exchange.unfollowed ?? { epoch: '', version: 0 })
  }

  /** Where a room is now. */
  positionOf(room: OpenRoom | undefined): string {
    return room === undefined ? this.unfollowed : room.frames.position
  }

  /** Which version of a room a position names. */
  versionOf(position: string, room: OpenRoom | undefined): number {
    const parsed = parsePosition(position)
    const epoch = room === undefined ? this.exchange.unfollowed?.epoch : room.frames.epoch
    return parsed?.epoch === epoch ? parsed!.version : UNKNOWN_VERSION
  }

  /**
   * Tells a room that its document took an update in. Answers the position after it.
   *
   * A room that isn't there isn't made for it: whoever comes back with a position from before finds
   * that it is not the room's any more. Resolves when the other nodes were told, or can find out.
   *
   * @throws {Problem} exchange-busy, store-failed
   * @see PROTOCOL.md DO2, DO3, DO4
   */
  async update(name: string, operation: Operation & { do: 'update' }): Promise<string> {
    if (this.exchange.unfollowed === undefined || this.#rooms.has(name)) {
      const { shared } = this.open(name)
      const position = await shared.commit(operation)
      if (shared.isAlone) await this.hooks.untold.note(name)
      return position
    }
    const passing = this.#newRoom(name, true)
    const done = passing.shared.commit(operation)
    passing.shared.end()
    this.#tellAwaiting(name)
    await done
    return this.unfollowed
  }

  /**
   * Tells a poll of the next frame of a room, without making the room. Resolves when it has ended.
   *
   * @param versionOf says which version it has
   * @see PROTOCOL.md RM11
   */
  async follow(
    name: string,
    poll: Poll,
    versionOf: (room: OpenRoom | undefined) => number,
  ): Promise<void> {
    await this.look(name, async (room) => {
      poll.version = versionOf(room)
      if (room === undefined) this.#await(name, poll)
      else room.frames.add(poll)
      try {
        await poll.ended
      } finally {
        this.#unfollow(name, poll, room)
      }
    })
  }

  #unfollow(name: string, poll: Poll, room: OpenRoom | undefined): void {
    room?.frames.remove(poll)
    // It may have come to be, or be forgotten, meanwhile.
    this.#rooms.get(name)?.frames.remove(poll)
    const readers = this.#awaited.get(name)
    if (readers?.delete(poll) === true && readers.size === 0) this.#awaited.delete(name)
    room?.guard.run(() => this.#changed(name, room))
  }

  #await(name: string, reader: Reader): void {
    const readers = this.#awaited.get(name) ?? new Set()
    this.#awaited.set(name, readers.add(reader))
  }

  /** Call after whatever may have changed who is here: a room that is idle can be forgotten. */
  #noteUse(name: string, room: OpenRoom): void {
    if (!this.#isIdle(room)) this.#idle.delete(name)
    else if (!this.#idle.has(name)) {
      this.#idle.set(name, this.clock.now())
      this.hooks.emptied(name)
    }
    this.#sweepLater()
  }

  stop(): void {
    this.#cancel?.()
    for (const { frames } of this.#rooms.values()) frames.stop()
  }

  #make(name: string): OpenRoom {
    if (this.#rooms.size >= this.limits.maxRooms) this.#forgetLongestIdle()
    const room = this.#newRoom(name)
    for (const reader of this.#awaited.get(name) ?? []) room.frames.add(reader)
    this.#awaited.delete(name)
    this.#rooms.set(name, room)
    this.#idle.set(name, this.clock.now())
    this.#sweepLater()
    return room
  }

  #newRoom(name: string, isPassing = false): OpenRoom {
    // It may begin, and say so, before it is made.
    const made: { room?: OpenRoom } = {}
    const { faults, merge } = this.hooks
    const guard = new RoomGuard(name, faults, (problem) => this.#end(name, made.room, problem))
    const hooks = {
      changed: () => this.#changed(name, made.room),
      replaced: () => {
        made.room?.frames.replaced()
        this.hooks.updated(name, undefined)
      },
      updated: (update: string | undefined) => {
        // One who is alone has told its documents itself.
        if (this.exchange.unfollowed === undefined) this.hooks.updated(name, update)
      },
    }
    const shared = new SharedRoom(name, this.#context, hooks, guard, isPassing)
    guard.assertWell()
    const frames = new Frames(shared, this.clock, this.#pace, merge, guard)
    made.room = { shared, frames, guard }
    return made.room
  }

  /** A room has failed: its readers end, and whoever comes gets one that begins. RM13, RM14 */
  #end(name: string, room: OpenRoom | undefined, problem: Problem): void {
    if (room === undefined) return
    if (this.#rooms.get(name) === room) {
      this.#rooms.delete(name)
      this.#idle.delete(name)
    }
    room.frames.fail(problem)
    room.shared.fail()
  }

  #changed(name: string, room: OpenRoom | undefined): void {
    room?.frames.changed()
    // One that only passes an update on isn't kept.
    if (room !== undefined && this.#rooms.get(name) === room) this.#noteUse(name, room)
  }

  /** Everybody in a room looks its document up. Answers whether they were told. */
  async #tell(name: string): Promise<boolean> {
    return this.look(name, async (room) => {
      this.hooks.updated(name, undefined)
      await room?.shared.commit({ do: 'update' })
      return room?.shared.isAlone === false
    })
  }

  /** Who waits for a room that isn't there hears that its document changed. */
  #tellAwaiting(name: string): void {
    const { epoch, version } = this.exchange.unfollowed!
    const source = { epoch, room: new Room(name, this.limits, version) }
    // No room that is there has any part in it.
    const guard = new RoomGuard(name, this.hooks.faults, (problem) => nobody.fail(problem))
    const nobody = new Frames(source, this.clock, this.#pace, this.hooks.merge, guard)
    for (const reader of this.#awaited.get(name) ?? []) if (reader.documents) nobody.catchUp(reader)
  }

  /** Nobody here is in it or reads it. Who is in it elsewhere has it there. */
  #isIdle({ shared, frames }: OpenRoom): boolean {
    if (this.exchange.unfollowed !== undefined) return shared.room.empty
    return !shared.isNeeded && frames.readers.size === 0
  }

  #forgetLongestIdle(): void {
    for (const [name] of this.#idle) {
      const room = this.#rooms.get(name)
      if (room !== undefined && this.#isIdle(room)) return this.#forget(name)
    }
    throw new Problem(
      'too-many-rooms',
      `This server holds its ${this.limits.maxRooms} rooms; use one that is there, or try again later.`,
    )
  }

  #forget(name: string): void {
    const room = this.#rooms.get(name)
    if (room === undefined) return
    this.#rooms.delete(name)
    this.#idle.delete(name)
    room.frames.stop()
    room.guard.run(() => room.shared.end())
    for (const reader of room.frames.readers) this.#await(name, reader)
  }

  #sweepLater(): void {
    this.#cancel ??= this.clock.after(SWEEP_MS, () => this.#sweep())
  }

  #sweep(): void {
    this.#cancel = undefined
    const nowMs = this.clock.now()
    for (const { guard, shared } of this.#rooms.values()) guard.run(() => shared.tick())
    if (this.exchange.unfollowed === undefined && this.exchange.ready) this.#untold.look(nowMs)
    for (const [name, sinceMs] of this.#idle) {
      if (nowMs - sinceMs < FORGET_MS) break
      const room = this.#rooms.get(name)
      // It may be in use by now: whoever looks at a room doesn't change it.
      if (room === undefined || this.#isIdle(room)) this.#forget(name)
      else this.#idle.delete(name)
    }
    if (this.#rooms.size > 0) this.#sweepLater()
  }
}
