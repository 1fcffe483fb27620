import { Problem } from '@whereabouts/protocol'
import type { Clock } from '../stream/clock.js'
import type { HostedRoom } from './hosted-rooms.js'

/** The callbacks to the owner of a table. */
export interface RoomTableHooks<R> {
  /** @throws {Problem} internal */
  make(name: string): R
  /** Called when a room becomes empty. */
  emptied(name: string): void
  /** Called when an unused room was removed. */
  forgotten(room: R): void
  /** Called with each sweep. */
  swept?(nowMs: number): void
}

/** How often leases are checked, and so how late a member may leave. */
const SWEEP_MS = 100
/** How much too late a sweep is after which it waits for the signs of life that came in meanwhile. */
const LATE_MS = 1_000
/** How long an empty room is remembered, so that a returning reader can resume. */
const FORGET_MS = 60_000

/** The rooms of a process by name. Lets their leases run out, and forgets those that are idle. */
export class RoomTable<R extends HostedRoom> {
  readonly #rooms = new Map<string, R>()
  /** Idle rooms and when they became idle, the longest idle first. */
  readonly #idle = new Map<string, number>()
  #cancel: (() => void) | undefined

  constructor(
    private readonly limits: { readonly maxRooms: number },
    private readonly clock: Clock,
    private readonly hooks: RoomTableHooks<R>,
  ) {}

  get size(): number {
    return this.#rooms.size
  }

  /** How many more rooms fit, as idle ones make way. */
  get places(): number {
    return this.limits.maxRooms - this.#rooms.size + this.#idle.size
  }

  values(): Iterable<R> {
    return this.#rooms.values()
  }

  find(name: string): R | undefined {
    return this.#rooms.get(name)
  }

  /** @throws {Problem} too-many-rooms, internal */
  open(name: string): R {
    return this.#rooms.get(name) ?? this.#make(name)
  }

  /** Call after anything that may change whether a room is idle. */
  noteUse(room: R): void {
    const { name } = room
    // A room that is only looked at isn't in the table.
    if (this.#rooms.get(name) !== room) return
    if (!room.isIdle) this.#idle.delete(name)
    else if (!this.#idle.has(name)) {
      this.#idle.set(name, this.clock.now())
      this.hooks.emptied(name)
    }
    this.#sweepLater()
  }

  /** Removes a failed room. */
  remove(room: R): void {
    if (this.#rooms.get(room.name) !== room) return
    this.#rooms.delete(room.name)
    this.#idle.delete(room.name)
  }

  stopFrames(): void {
    this.#cancel?.()
    for (const { frames } of this.#rooms.values()) frames.stop()
  }

  #make(name: string): R {
    if (this.#rooms.size >= this.limits.maxRooms) this.#forgetLongestIdle()
    const room = this.hooks.make(name)
    this.#rooms.set(name, room)
    this.#idle.set(name, this.clock.now())
    this.#sweepLater()
    return room
  }

  #forgetLongestIdle(): void {
    for (const [name] of this.#idle) {
      const room = this.#rooms.get(name)
      if (room?.isIdle === true) return this.#forget(room)
    }
    throw new Problem(
      'too-many-rooms',
      `The server has its maximum of ${this.limits.maxRooms} rooms. Use an existing room, or try again later.`,
    )
  }

  #forget(room: R): void {
    this.remove(room)
    room.frames.stop()
    room.guard.run(() => room.end())
    this.hooks.forgotten(room)
  }

  #sweepLater(inMs = SWEEP_MS): void {
    const dueMs = this.clock.now() + inMs
    this.#cancel ??= this.clock.after(inMs, () => this.#sweep(dueMs))
  }

  /** @see PROTOCOL.md CO10 */
  #sweep(dueMs: number): void {
    this.#cancel = undefined
    const nowMs = this.clock.now()
    if (nowMs - dueMs > LATE_MS) return this.#sweepLater(LATE_MS)
    for (const room of this.#rooms.values()) room.guard.run(() => room.tick())
    this.hooks.swept?.(nowMs)
    for (const [name, sinceMs] of this.#idle) {
      if (nowMs - sinceMs < FORGET_MS) break
      const room = this.#rooms.get(name)
      // A look at a room doesn't call `noteUse`, so the room may be in use again.
      if (room?.isIdle === true) this.#forget(room)
      else this.#idle.delete(name)
    }
    if (this.#rooms.size > 0) this.#sweepLater()
  }
}
