import type { BroadcastOperation, LockOperation, Presence } from '../room/operation.js'
import type { Clock } from '../stream/clock.js'
import { Pace } from '../stream/pace.js'
import type { Poll } from '../stream/poll.js'
import { newEpoch } from './epoch.js'
import type { HostedRooms, HostedRoomsLimits, RoomHooks, StoredUpdate } from './hosted-rooms.js'
import { LocalRoom, type LocalRoomContext } from './local-room.js'
import { RoomTable } from './room-table.js'

/** The rooms of a process that runs alone. */
export class LocalRooms implements HostedRooms {
  readonly isShared = true
  readonly #context: LocalRoomContext
  readonly #table: RoomTable<LocalRoom>
  /** Empty rooms that a poll waits for. They don't count as rooms. */
  readonly #awaited = new Map<string, LocalRoom>()
  /** The highest version of any forgotten room. @see PROTOCOL.md RM9 */
  #version = 0

  /** @param random a number from 0 to 1 */
  constructor(limits: HostedRoomsLimits, clock: Clock, hooks: RoomHooks, random: () => number) {
    const pace = new Pace(limits, clock)
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

  get places(): number {
    return this.#table.places
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

  async look<T>(name: string, work: (room: LocalRoom) => T | Promise<T>): Promise<T> {
    return work(this.#known(name) ?? this.#new(name))
  }

  async confirm(name: string, id: string, presence: Presence): Promise<string | undefined> {
    return this.#known(name)?.confirm(id, presence)
  }

  /** In a room that isn't there, nobody hears it, but those who come back learn that they missed something. */
  async broadcast(name: string, broadcast: BroadcastOperation): Promise<string> {
    const known = this.#known(name)
    if (known !== undefined) return known.commit(broadcast)
    const room = this.#new(name)
    const sent = room.commit(broadcast)
    this.#used(room.room.version)
    return sent
  }

  async lock(name: string, operation: LockOperation): Promise<LocalRoom> {
    const room = this.#known(name) ?? this.#new(name)
    await room.commit(operation)
    return room
  }

  /** Doesn't create the room, but raises the version that it will begin with. */
  async update(name: string, { changed, bytes, isSecret = false }: StoredUpdate): Promise<string> {
    const { hooks } = this.#context
    if (changed) hooks.observer?.()?.documentChanged(name)
    if (changed) hooks.documentChanges?.changed(name)
    const room = this.#known(name)
    const told = isSecret ? undefined : bytes
    if (changed && room !== undefined) return room.commit({ do: 'update', bytes: told })
    if (changed) this.#version += 1
    return this.look(name, ({ frames }) => frames.position)
  }

  async deleted(name: string): Promise<void> {
    const room = this.#known(name)
    if (room === undefined) this.#version += 1
    else await room.commit({ do: 'update', isDeleted: true })
  }

  /** Always true, because only this process writes the document. */
  async isUpToDate(): Promise<boolean> {
    return true
  }

  async follow(name: string, poll: Poll, position: string): Promise<void> {
    const room = this.#known(name) ?? this.#await(this.#new(name))
    poll.version = room.frames.versionOf(position)
    room.frames.add(poll)
    try {
      await poll.ended
    } finally {
      room.frames.remove(poll)
      this.#awaitNoMore(room)
    }
  }

  stopFrames(): void {
    this.#table.stopFrames()
    for (const { frames } of this.#awaited.values()) frames.stop()
  }

  async leaveExchange(): Promise<void> {}

  #known(name: string): LocalRoom | undefined {
    return this.#table.find(name) ?? this.#awaited.get(name)
  }

  #new(name: string): LocalRoom {
    return new LocalRoom(name, this.#version, this.#context)
  }

  #make(name: string): LocalRoom {
    const awaited = this.#awaited.get(name)
    this.#awaited.delete(name)
    return awaited ?? this.#new(name)
  }

  #await(room: LocalRoom): LocalRoom {
    this.#awaited.set(room.name, room)
    return room
  }

  /** Gives up an awaited room without readers, unless somebody has joined it. */
  #awaitNoMore(room: LocalRoom): void {
    if (this.#awaited.get(room.name) !== room || room.frames.readers.size > 0) return
    this.#awaited.delete(room.name)
    // Keeps the version as it was, so that a poll that comes back sees no change.
    this.#used(room.room.version)
  }

  #forgotten(room: LocalRoom): void {
    if (room.frames.readers.size > 0) this.#await(room)
    this.#used(room.room.version + 1)
  }

  /** Removes a failed room, so that the next caller gets a new one. @see PROTOCOL.md RM14 */
  #failed(room: LocalRoom): void {
    this.#table.remove(room)
    if (this.#awaited.get(room.name) === room) this.#awaited.delete(room.name)
    this.#used(room.room.version + 1)
  }

  #used(version: number): void {
    this.#version = Math.max(this.#version, version)
  }
}
