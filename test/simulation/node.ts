import type { Exchange } from '../../packages/server/src/exchange/exchange.js'
import type { Operation } from '../../packages/server/src/room/operation.js'
import { Faults } from '../../packages/server/src/stream/faults.js'
import { OPERATION_CODEC } from '../../packages/server/src/rooms/operation-codec.js'
import type { Numbered, Told } from '../../packages/server/src/rooms/outcomes.js'
import type { SharedRoom } from '../../packages/server/src/rooms/shared-room.js'
import { SharedRooms } from '../../packages/server/src/rooms/shared-rooms.js'
import { merge } from './document.js'
import { KEYS, Machine } from './machine.js'
import type { ModelNetwork } from './model-network.js'
import type { ModelUntold } from './model-untold.js'
import type { NodeReader } from './node-reader.js'

export const ROOM = 'budget'
export const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 100,
  maxLeavers: 1_000,
  maxRecentDocumentBytes: 1_000,
  maxRecentBroadcastBytes: 1_000,
  maxRooms: 4,
  frameIntervalMs: 33,
  frameCostMs: 1,
} as const

/** Too large for a message to the other nodes. */
const LARGE_BYTES = 65_537
const ROOM_KEY = KEYS.room(ROOM)

/** Wraps a node's exchange to plant a fault. */
export type Plant = (exchange: Exchange<Numbered>, node: SimulatedNode) => Exchange<Numbered>

/** The settings of a node in a run. */
export interface NodeSettings {
  readonly network: ModelNetwork
  /** The document updates in the store, which all nodes share. */
  readonly stored: ReadonlySet<number>
  readonly untold: ModelUntold
  readonly maxRecentDocumentBytes: number
  readonly checkpointBatches: number
  readonly plant: Plant
  /** Receives the error of a failed room or reader. */
  readonly failed: (what: string, cause: unknown) => void
}

/** A node with its rooms, like a server without HTTP. */
export class SimulatedNode {
  readonly machine: Machine<Numbered>
  readonly rooms: SharedRooms
  readonly readers = new Set<NodeReader>()
  /** Whether it records updates that it stores while cut off. */
  leavesWord = true
  /** The loaded document. */
  #copy: Set<number> | undefined

  constructor(
    readonly name: string,
    private readonly settings: NodeSettings,
  ) {
    const { network, maxRecentDocumentBytes, checkpointBatches, plant } = settings
    this.machine = new Machine(name, network, OPERATION_CODEC)
    this.rooms = new SharedRooms(
      plant(this.machine.exchange, this),
      { ...LIMITS, maxRecentDocumentBytes, checkpointBatches },
      this.machine.host,
      {
        faults: new Faults((message, cause) => settings.failed(`${name}: ${message}`, cause)),
        merge,
        emptied: () => {
          this.#copy = undefined
        },
        updated: (_, update) => this.#learn(update),
        untold: {
          note: () => this.#note(),
          untold: async () => settings.untold.list(ROOM),
          told: async (room) => settings.untold.told(room),
        },
      },
      () => network.random.next(),
    )
  }

  get running(): boolean {
    return this.machine.host.running
  }

  /** Whether it runs and shares its room with the other nodes. */
  get isShared(): boolean {
    const { room, machine, settings } = this
    const { epoch, life } = settings.network.redis.placeOf(ROOM_KEY)
    if (!this.running || !machine.exchange.live || machine.exchange.epoch !== epoch) return false
    return room === undefined || (room.frames.epoch === epoch && room.frames.room.version >= life)
  }

  get room(): SharedRoom | undefined {
    return this.rooms.find(ROOM)
  }

  /** Commits an operation to the room. */
  async commit(operation: Operation): Promise<Told> {
    return this.rooms.open(ROOM).tell(operation)
  }

  /** Removes a member without creating a room. Resolves with whether the node is cut off. */
  async leave(id: string, isSoon: boolean): Promise<boolean> {
    const operation = { do: isSoon ? 'soon' : 'leave', id } as const
    return this.rooms.look(ROOM, async (room) => {
      const { isShared } = await room.tell(operation)
      return !isShared
    })
  }

  /** Locks a key for a member. Resolves with the number of its lock, if it still has it then. */
  async lock(id: string, key: string): Promise<number | undefined> {
    const { room } = await this.rooms.lock(ROOM, { do: 'lock', id, key })
    const lock = room.lockOn(key)
    return lock?.memberId === id ? lock.number : undefined
  }

  /** Tells the room about an update that is already stored. */
  async tell(update: number, isSmall: boolean): Promise<void> {
    this.#copy?.add(update)
    const bytes = isSmall ? Uint8Array.of(update) : new Uint8Array(LARGE_BYTES)
    await this.rooms.update(ROOM, { changed: true, bytes })
  }

  /** Returns what `GET /document` would answer. */
  async read(): Promise<ReadonlySet<number>> {
    const { room } = this
    if (room === undefined) this.#copy = undefined
    else await room.begun
    this.#copy ??= new Set(this.settings.stored)
    return this.#copy
  }

  async #note(): Promise<void> {
    const { network, untold } = this.settings
    await new Promise<void>((resolve) => {
      this.machine.host.after(network.random.below(20), resolve)
    })
    if (this.leavesWord) untold.note()
  }

  #learn(update: Uint8Array | undefined): void {
    if (update === undefined) this.#copy = undefined
    else for (const each of update) this.#copy?.add(each)
  }
}
