import { Problem } from '@whereabouts/protocol'
import { Room, type RoomLimits } from '../room/room.js'
import type { Clock } from './clock.js'
import { Frames, type MergeUpdates, type Reader } from './frames.js'
import { Pace } from './pace.js'

/** What bounds and paces the rooms of a server. */
export interface OpenRoomsLimits extends RoomLimits {
  readonly maxRooms: number
  readonly frameIntervalMs: number
}

/** What rooms leave to those who know what a document is. */
export interface DocumentHooks {
  readonly merge: MergeUpdates
  /** Nobody is in a room any more. */
  readonly emptied: (room: string) => void
}

/** How often leases are looked at; a member is gone that much late at the most. */
const SWEEP_MS = 100
/** How long a room is remembered that nobody is in, so that who returns can resume. */
const FORGET_MS = 60_000

/**
 * The rooms that a server knows, each with its frames. Makes them, lets leases run out, forgets
 * those that are empty.
 */
export class OpenRooms {
  readonly #rooms = new Map<string, Frames>()
  /** Empty rooms and since when, the longest empty first. */
  readonly #empty = new Map<string, number>()
  /** Who waits for a room that isn't there. */
  readonly #awaited = new Map<string, Set<Reader>>()
  /** No room that is forgotten had a higher version: a new one goes on from here. RM9 */
  #version = 0
  readonly #pace: Pace
  #cancel: (() => void) | undefined

  constructor(
    readonly epoch: string,
    private readonly limits: OpenRoomsLimits,
    private readonly clock: Clock,
    private readonly documents: DocumentHooks,
  ) {
    this.#pace = new Pace(limits.frameIntervalMs, clock)
  }

  get size(): number {
    return this.#rooms.size
  }

  /** The version of a room that isn't there. */
  get version(): number {
    return this.#version
  }

  values(): Iterable<Frames> {
    return this.#rooms.values()
  }

  /** The room of that name if there is one. @see PROTOCOL.md RM11 */
  find(name: string): Frames | undefined {
    return this.#rooms.get(name)
  }

  /**
   * The room of that name, made if need be.
   *
   * @throws {Problem} too-many-rooms
   */
  open(name: string): Frames {
    return this.#rooms.get(name) ?? this.#make(name)
  }

  /**
   * The document of a room took an update in. Answers the position after it.
   *
   * A room that isn't there isn't made for it: whoever comes back with a position from before finds
   * that it is not the room's any more.
   *
   * @see PROTOCOL.md DO2, DO3, DO4
   */
  update(name: string, update: Uint8Array): string {
    const frames = this.#rooms.get(name)
    if (frames !== undefined) {
      frames.room.update(update)
      this.changed(frames)
      return frames.position
    }
    this.#version += 1
    const nobody = this.#framesOf(name)
    for (const reader of this.#awaited.get(name) ?? []) if (reader.documents) nobody.catchUp(reader)
    return nobody.position
  }

  /** Tells a reader of the next frames of a room, without making the room. @see PROTOCOL.md RM11 */
  follow(name: string, reader: Reader): void {
    const frames = this.#rooms.get(name)
    if (frames !== undefined) return frames.add(reader)
    const readers = this.#awaited.get(name) ?? new Set()
    this.#awaited.set(name, readers.add(reader))
  }

  unfollow(name: string, reader: Reader): void {
    this.#rooms.get(name)?.remove(reader)
    const readers = this.#awaited.get(name)
    if (readers?.delete(reader) === true && readers.size === 0) this.#awaited.delete(name)
  }

  /** Call after whatever may have changed a room: its frame goes out, its emptiness is noticed. */
  changed(frames: Frames): void {
    frames.changed()
    const { name, empty } = frames.room
    if (!empty) this.#empty.delete(name)
    else if (!this.#empty.has(name)) {
      this.#empty.set(name, this.clock.now())
      this.documents.emptied(name)
    }
    this.#cancel ??= this.clock.after(SWEEP_MS, () => this.#sweep())
  }

  stop(): void {
    this.#cancel?.()
    for (const frames of this.#rooms.values()) frames.stop()
  }

  #make(name: string): Frames {
    if (this.#rooms.size >= this.limits.maxRooms) this.#forgetLongestEmpty()
    const frames = this.#framesOf(name)
    for (const reader of this.#awaited.get(name) ?? []) frames.add(reader)
    this.#awaited.delete(name)
    this.#rooms.set(name, frames)
    this.#empty.set(name, this.clock.now())
    return frames
  }

  /** A room that begins where those that are forgotten left off. */
  #framesOf(name: string): Frames {
    const room = new Room(name, this.limits, this.#version)
    return new Frames(room, this.epoch, this.clock, this.#pace, this.documents.merge)
  }

  #forgetLongestEmpty(): void {
    const [longest] = this.#empty.keys()
    if (longest === undefined) {
      throw new Problem(
        'too-many-rooms',
        `This server holds its ${this.limits.maxRooms} rooms; use one that is there, or try again later.`,
      )
    }
    this.#forget(longest)
  }

  #forget(name: string): void {
    const frames = this.#rooms.get(name)
    if (frames === undefined) return
    frames.stop()
    this.#version = Math.max(this.#version, frames.room.version)
    this.#rooms.delete(name)
    this.#empty.delete(name)
    for (const reader of frames.readers) this.follow(name, reader)
  }

  #sweep(): void {
    this.#cancel = undefined
    const nowMs = this.clock.now()
    for (const frames of this.#rooms.values()) {
      if (frames.room.nextDeadlineMs > nowMs) continue
      frames.room.expire(nowMs)
      this.changed(frames)
    }
    for (const [name, sinceMs] of this.#empty) {
      if (nowMs - sinceMs < FORGET_MS) break
      this.#forget(name)
    }
    if (this.#rooms.size > 0) this.#cancel ??= this.clock.after(SWEEP_MS, () => this.#sweep())
  }
}
