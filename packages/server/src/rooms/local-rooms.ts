import { formatPosition, parsePosition } from '@whereabouts/protocol'
import { Room } from '../room/room.js'
import type { Clock } from '../stream/clock.js'
import { Frames, type Reader, UNKNOWN_VERSION } from '../stream/frames.js'
import { Pace } from '../stream/pace.js'
import type { Poll } from '../stream/poll.js'
import { newEpoch } from './epoch.js'
import type { HostedRooms, HostedRoomsLimits, RoomHooks, StoredUpdate } from './hosted-rooms.js'
import { LocalRoom, type LocalRoomContext } from './local-room.js'
import { RoomGuard } from './room-guard.js'
import { RoomTable } from './room-table.js'

/** The rooms of a process that has no others beside it. */
export class LocalRooms implements HostedRooms {
  readonly ready = true
  readonly #context: LocalRoomContext
  readonly #table: RoomTable<LocalRoom>
  /** Those who wait for a room that doesn't exist. */
  readonly #waiting = new Map<string, Set<Reader>>()
  /** No room that was forgotten had a higher version. @see PROTOCOL.md RM9 */
  #version = 0

  /** @param random a number from 0 to 1 */
  constructor(limits: HostedRoomsLimits, clock: Clock, hooks: RoomHooks, random: () => number) {
    const pace = new Pace(limits.frameIntervalMs, clock)
    const changed = (room: LocalRoom) => this.#table.noteUse(room)
    const failed = (room: LocalRoom) => this.#failed(room)
    this.#context = { epoch: newEpoch(random), limits, clock, pace, hooks, changed, failed }
    this.#table = new RoomTable(limits, clock, {
      make: (name) => this.#make(name),
      emptied: (name) => hooks.emptied(name),
      forgotten: (room) => this.#forgotten(room),
    })
  }

  get size(): number {
    return this.#table.size
  }

  values(): Iterable<LocalRoom> {
    return this.#table.values()
  }

  find(name: string): LocalRoom | undefined {
    return this.#table.find(name)
  }

  open(name: string): LocalRoom {
    return this.#table.open(name)
  }

  async look<T>(name: string, work: (room?: LocalRoom) => T | Promise<T>): Promise<T> {
    return work(this.#table.find(name))
  }

  positionOf(room: LocalRoom | undefined): string {
    if (room !== undefined) return room.frames.position
    return formatPosition({ epoch: this.#context.epoch, version: this.#version })
  }

  versionOf(position: string): number {
    const parsed = parsePosition(position)
    return parsed?.epoch === this.#context.epoch ? parsed.version : UNKNOWN_VERSION
  }

  /**
   * Doesn't create the room: whoever comes back with an older position finds that it doesn't name
   * the room's version any more.
   */
  async update(name: string, { changed, bytes }: StoredUpdate): Promise<string> {
    const room = this.#table.find(name)
    if (!changed) return this.positionOf(room)
    if (room !== undefined) return room.commit({ do: 'update', bytes })
    this.#version += 1
    this.#tellWaiting(name)
    return this.positionOf(undefined)
  }

  /** The one process that writes a document has all of it. */
  async isUpToDate(): Promise<boolean> {
    return true
  }

  async follow(
    name: string,
    poll: Poll,
    versionOf: (room: LocalRoom | undefined) => number,
  ): Promise<void> {
    const room = this.#table.find(name)
    poll.version = versionOf(room)
    if (room === undefined) this.#wait(name, poll)
    else room.frames.add(poll)
    try {
      await poll.ended
    } finally {
      room?.frames.remove(poll)
      // The room may have been created or forgotten meanwhile.
      this.#table.find(name)?.frames.remove(poll)
      this.#waitNoMore(name, poll)
    }
  }

  stop(): void {
    this.#table.stop()
  }

  async close(): Promise<void> {}

  #make(name: string): LocalRoom {
    const room = new LocalRoom(name, this.#version, this.#context)
    for (const reader of this.#waiting.get(name) ?? []) room.frames.add(reader)
    this.#waiting.delete(name)
    return room
  }

  #forgotten(room: LocalRoom): void {
    this.#used(room)
    for (const reader of room.frames.readers) this.#wait(room.name, reader)
  }

  /** The next caller gets a room that begins again. @see PROTOCOL.md RM14 */
  #failed(room: LocalRoom): void {
    this.#table.remove(room)
    this.#used(room)
  }

  #used({ room }: LocalRoom): void {
    this.#version = Math.max(this.#version, room.version + 1)
  }

  #wait(name: string, reader: Reader): void {
    const readers = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, readers.add(reader))
  }

  #waitNoMore(name: string, reader: Reader): void {
    const readers = this.#waiting.get(name)
    if (readers?.delete(reader) === true && readers.size === 0) this.#waiting.delete(name)
  }

  /** Those who wait for a room that doesn't exist hear that its document changed. */
  #tellWaiting(name: string): void {
    const readers = this.#waiting.get(name)
    if (readers === undefined) return
    const { epoch, limits, clock, pace, hooks } = this.#context
    const source = { epoch, room: new Room(name, limits, this.#version) }
    const guard = new RoomGuard(name, hooks.faults, (problem) => frames.fail(problem))
    const frames = new Frames(source, clock, pace, hooks.merge, guard)
    for (const reader of readers) if (reader.documents) frames.catchUp(reader)
  }
}
