import { formatPosition, type Problem } from '@whereabouts/protocol'
import { documentDeleted } from '../room/document-deleted.js'
import { deletesDocument, type Operation, type Presence } from '../room/operation.js'
import { applyObserved } from '../room/observed.js'
import { Promises } from '../room/promises.js'
import { Room } from '../room/room.js'
import type { Clock } from '../stream/clock.js'
import { Frames } from '../stream/frames.js'
import { type Pace, RoomPace } from '../stream/pace.js'
import type { HostedRoom, HostedRoomsLimits, RoomHooks } from './hosted-rooms.js'
import { RoomGuard } from './room-guard.js'
import type { NodeId } from '../room/ids.js'

/** The shared context of the rooms of a process. */
export interface LocalRoomContext {
  readonly epoch: string
  readonly limits: HostedRoomsLimits
  readonly clock: Clock
  readonly pace: Pace
  readonly hooks: RoomHooks
  /** Called when something may have changed. */
  readonly changed: (room: LocalRoom) => void
  readonly failed: (room: LocalRoom) => void
}

const BEGUN = Promise.resolve()

/** A room of this process alone, to which operations are applied at once. */
export class LocalRoom implements HostedRoom {
  readonly begun = BEGUN
  readonly room: Room
  readonly guard: RoomGuard
  readonly frames: Frames
  readonly #promises = new Promises((id) => this.room.connections.of(id) > 0)

  /** @param version the version that the room continues from */
  constructor(
    readonly name: string,
    version: number,
    private readonly context: LocalRoomContext,
  ) {
    const { limits, clock, pace, hooks } = context
    this.room = new Room(name, limits, version)
    this.guard = new RoomGuard(name, hooks.faults, (problem) => this.#fail(problem))
    this.frames = new Frames(this, clock, new RoomPace(pace), hooks.merge, this.guard)
  }

  get epoch(): string {
    return this.context.epoch
  }

  get isIdle(): boolean {
    return this.room.empty
  }

  async commit(operation: Operation): Promise<string> {
    return this.guard.do(() => {
      this.#apply(operation)
      return formatPosition({ epoch: this.epoch, version: this.room.version })
    })
  }

  commitQuietly(operation: Operation): void {
    this.guard.watch(this.commit(operation))
  }

  async confirm(id: string, presence: Presence): Promise<string | undefined> {
    if (this.room.get(id) === undefined) return undefined
    return this.commit({ do: 'confirm', id, ...presence })
  }

  tick(): void {
    const nowMs = this.context.clock.now()
    if (nowMs >= this.room.nextDeadlineMs) this.#apply({ do: 'expire' })
    for (const id of this.#promises.takeDue(nowMs)) this.#apply({ do: 'overdue', id })
  }

  end(): void {}

  #fail(problem: Problem): void {
    this.context.failed(this)
    this.frames.fail(problem)
  }

  #apply(operation: Operation): void {
    const nowMs = this.context.clock.now()
    const observer = this.context.hooks.observer?.()
    applyObserved(this.room, operation, { node: NODE, nowMs }, observer)
    this.#promises.heed(operation, nowMs)
    if (deletesDocument(operation)) this.frames.fail(documentDeleted())
    this.frames.changed()
    this.context.changed(this)
  }
}

/** Names this process among the nodes; it is the only one. */
const NODE = '' as NodeId
