import type { BroadcastOperation, LockOperation, Presence } from '../room/operation.js'
import { Problem } from '@whereabouts/protocol'
import { isNothing } from '../room/nothing.js'
import type { Exchange } from '../exchange/exchange.js'
import type { Clock } from '../stream/clock.js'
import { UNKNOWN_VERSION } from '../stream/frames.js'
import { Pace } from '../stream/pace.js'
import type { Poll } from '../stream/poll.js'
import type { HostedRooms, RoomHooks, SharedRoomLimits, StoredUpdate } from './hosted-rooms.js'
import type { Numbered } from './outcomes.js'
import { RoomTable } from './room-table.js'
import { Host, type Role, Visitor } from './role.js'
import { SharedRoom, type SharedRoomContext } from './shared-room.js'
import { telling } from './telling.js'
import { Untold, type UntoldRooms } from './untold.js'

/** The callbacks of rooms to the code that handles documents. */
export interface SharedRoomHooks extends RoomHooks {
  /** Called when another node stored an update; without bytes, the document has to be fetched. */
  readonly updated: (name: string, bytes: Uint8Array | undefined, place?: number) => void
  readonly untold: UntoldRooms
}

/** The other nodes fetch larger updates from the store. */
const MAX_SHARED_BYTES = 65_536

/** The rooms of an exchange that this node hosts. */
export class SharedRooms implements HostedRooms {
  readonly #table: RoomTable<SharedRoom>
  readonly #context: SharedRoomContext
  readonly #untold: Untold

  /** @param random a number from 0 to 1 */
  constructor(
    private readonly exchange: Exchange<Numbered>,
    limits: SharedRoomLimits,
    clock: Clock,
    private readonly hooks: SharedRoomHooks,
    random: () => number,
  ) {
    let number = 0
    this.#context = {
      exchange,
      limits,
      clock,
      pace: new Pace(limits, clock),
      hooks,
      random,
      updated: hooks.updated,
      nextNumber: () => ++number,
      changed: (room) => this.#table.noteUse(room),
      failed: (room) => this.#table.remove(room),
    }
    this.#untold = new Untold(hooks.untold, (name) => this.#tell(name), random, hooks.faults)
    this.#table = new RoomTable(limits, clock, {
      make: (name) => this.#make(name, new Host(exchange.node)),
      emptied: (name) => hooks.emptied(name),
      forgotten: () => {},
      swept: (nowMs) => this.#swept(nowMs),
    })
    exchange.onGone((node, hasLeft) => {
      for (const room of this.#table.values()) room.guard.run(() => room.gone(node, hasLeft))
    })
  }

  get size(): number {
    return this.#table.size
  }

  get places(): number {
    return this.#table.places
  }

  get isShared(): boolean {
    return this.exchange.isReachable
  }

  values(): Iterable<SharedRoom> {
    return this.#table.values()
  }

  find(name: string): SharedRoom | undefined {
    return this.#table.find(name)
  }

  open(name: string): SharedRoom {
    return this.#table.open(name)
  }

  /** Follows a room that this node doesn't host until `work` is done. */
  async look<T>(name: string, work: (room: SharedRoom) => T | Promise<T>): Promise<T> {
    const hosted = this.#table.find(name)
    const room = hosted ?? this.#make(name, new Visitor())
    try {
      await room.begun
      room.guard.assertWell()
      return await work(room)
    } finally {
      if (room !== hosted) room.end()
    }
  }

  /** A node to which a member comes follows its room from then on, so that it knows how the member is. */
  async confirm(name: string, id: string, presence: Presence): Promise<string | undefined> {
    if (!(await this.#hosts(name, id))) return undefined
    const room = this.open(name)
    await room.begun
    return room.confirm(id, presence)
  }

  async broadcast(name: string, broadcast: BroadcastOperation): Promise<string> {
    const { from } = broadcast
    if (from !== undefined && (await this.#hosts(name, from))) {
      return this.open(name).commit(broadcast)
    }
    return this.look(name, (room) => room.commit(broadcast))
  }

  async lock(name: string, operation: LockOperation): Promise<SharedRoom> {
    const id = operation.do === 'lock' ? operation.id : operation.memberId
    if (id !== undefined && (await this.#hosts(name, id))) {
      const room = this.open(name)
      await room.commit(operation)
      return room
    }
    return this.look(name, async (room) => {
      await room.commit(operation)
      return room
    })
  }

  async update(name: string, update: StoredUpdate): Promise<string> {
    const { changed, bytes, place, isSecret = false } = update
    if (changed) this.hooks.observer?.()?.documentChanged(name)
    // Even an update that changes nothing may be untold: its node may have died after storing it.
    if (!changed && (isNothing(bytes) || this.#wasTold(name, bytes))) {
      return this.look(name, ({ frames }) => frames.position)
    }
    const isTold = !isSecret && bytes.byteLength <= MAX_SHARED_BYTES
    const tell = (room: SharedRoom) => room.tell({ do: 'update', ...(isTold && { bytes, place }) })
    const hosted = this.find(name)
    const tellAll = () => (hosted ? tell(hosted) : this.look(name, tell))
    const changes = changed ? this.hooks.documentChanges : undefined
    try {
      const { position, isShared } = await telling(changes, name, tellAll)
      if (!isShared) await this.hooks.untold.note(name)
      return position
    } catch (error) {
      // It is stored, so all nodes have to hear of it, whatever the caller does now.
      await this.hooks.untold.note(name)
      throw error
    }
  }

  /** Needs no retry: the store has noted the deletion, so it is told later. EX13 */
  async deleted(name: string): Promise<void> {
    this.hooks.updated(name, undefined)
    await this.look(name, (room) => room.commit({ do: 'update', isDeleted: true })).catch(
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error
      },
    )
  }

  async isUpToDate(name: string, since: string | undefined): Promise<boolean> {
    const room = this.find(name)
    await room?.begun
    // A room that is hosted here keeps its loaded document up to date.
    if (room === undefined || since === undefined) return room !== undefined
    const version = room.frames.versionOf(since)
    return version !== UNKNOWN_VERSION && version <= room.room.version
  }

  async follow(name: string, poll: Poll, position: string): Promise<void> {
    await this.look(name, async (room) => {
      poll.version = room.frames.versionOf(position)
      room.frames.add(poll)
      try {
        await poll.ended
      } finally {
        room.frames.remove(poll)
        room.guard.run(() => this.#table.noteUse(room))
      }
    })
  }

  stopFrames(): void {
    this.#table.stopFrames()
  }

  leaveExchange(): Promise<void> {
    return this.exchange.close()
  }

  #make(name: string, role: Role): SharedRoom {
    const room = new SharedRoom(name, this.#context, role)
    room.guard.assertWell()
    return room
  }

  /**
   * Returns whether this node is to host a room that a caller comes to. It follows the room of a member from
   * then on, so that it knows how the member is.
   */
  async #hosts(name: string, memberId: string): Promise<boolean> {
    if (this.#table.find(name) !== undefined) return true
    return this.look(name, ({ room }) => room.get(memberId) !== undefined)
  }

  #wasTold(name: string, bytes: Uint8Array): boolean {
    return this.find(name)?.hasShared(bytes) === true
  }

  #swept(nowMs: number): void {
    if (this.exchange.isReachable) this.#untold.look(nowMs)
  }

  /** Makes all readers of a room fetch its document. Returns whether they were told. */
  async #tell(name: string): Promise<boolean> {
    return this.look(name, async (room) => {
      this.hooks.updated(name, undefined)
      // Whoever stored the update takes this node's word for the last change.
      const tell = () => room.tell({ do: 'update' })
      const { isShared } = await telling(this.hooks.documentChanges, name, tell)
      return isShared
    })
  }
}
