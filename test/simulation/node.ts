import type { Exchange } from '../../packages/server/src/exchange/exchange.js'
import type { Operation } from '../../packages/server/src/room/operation.js'
import { Faults } from '../../packages/server/src/stream/faults.js'
import { type OpenRoom, OpenRooms } from '../../packages/server/src/rooms/open-rooms.js'
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
  maxRooms: 4,
  frameIntervalMs: 33,
} as const

const ROOM_KEY = KEYS.room(ROOM)

/** What can be planted between a node and its exchange. */
export type Plant = (exchange: Exchange, node: SimulatedNode) => Exchange

/** How a node of a run is made. */
export interface NodeSettings {
  readonly network: ModelNetwork
  /** Updates of the document that are in the store, which all nodes share. */
  readonly stored: ReadonlySet<number>
  readonly untold: ModelUntold
  readonly maxRecentDocumentBytes: number
  readonly checkpointBatches: number
  readonly plant: Plant
  /** Is told of whatever a room or a reader failed with. */
  readonly failed: (what: string, cause: unknown) => void
}

/** A node with its rooms, and what a server makes of them, without HTTP. */
export class SimulatedNode {
  readonly machine: Machine
  readonly rooms: OpenRooms
  readonly readers = new Set<NodeReader>()
  /** Whether it notes what it takes in while it is alone. */
  leavesWord = true
  /** What is loaded of the document. */
  #copy: Set<number> | undefined

  constructor(
    readonly name: string,
    private readonly settings: NodeSettings,
  ) {
    const { network, maxRecentDocumentBytes, checkpointBatches, plant } = settings
    this.machine = new Machine(name, network)
    this.rooms = new OpenRooms(
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

  /** Whether it runs, and its room is that of the others. */
  get isShared(): boolean {
    const { room, machine, settings } = this
    const { epoch, life } = settings.network.redis.placeOf(ROOM_KEY)
    if (!this.running || !machine.exchange.live || machine.exchange.epoch !== epoch) return false
    return room === undefined || (room.frames.epoch === epoch && room.frames.room.version >= life)
  }

  get room(): OpenRoom | undefined {
    return this.rooms.find(ROOM)
  }

  /** Does something to the room. */
  async commit(operation: Operation): Promise<void> {
    await this.rooms.open(ROOM).shared.commit(operation)
  }

  /** A member leaves, which makes no room. Answers whether that is shared with nobody. */
  async leave(id: string, isSoon: boolean): Promise<boolean> {
    const operation = { do: isSoon ? 'soon' : 'leave', id } as const
    return this.rooms.look(ROOM, async (room) => {
      await room?.shared.commit(operation)
      return room?.shared.isAlone === true
    })
  }

  /** The document took an update in, which is in the store by now. */
  async tell(update: number, isSmall: boolean): Promise<void> {
    this.#copy?.add(update)
    const bytes = isSmall ? Buffer.from([update]).toString('base64') : undefined
    await this.rooms.update(ROOM, { do: 'update', bytes })
  }

  /** What `GET /document` answers. */
  async read(): Promise<ReadonlySet<number>> {
    const { room } = this
    if (room === undefined) this.#copy = undefined
    else await room.shared.ready
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

  #learn(update: string | undefined): void {
    if (update === undefined) this.#copy = undefined
    else for (const each of Buffer.from(update, 'base64')) this.#copy?.add(each)
  }
}
