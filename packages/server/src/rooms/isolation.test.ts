import { type Json, parsePosition, type Problem, type View } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import type { Exchange, Follower, Following, GoneListener } from '../exchange/exchange.js'
import { MemoryExchange, MemoryLogs } from '../../../../test/exchange/memory-exchange.js'
import { Faults } from '../stream/faults.js'
import type { Frame } from '../stream/frame.js'
import type { MergeUpdates, Reader } from '../stream/frames.js'
import { ROOM_LIMITS } from './limits.fixture.js'
import type { HostedRoom } from './hosted-rooms.js'
import { LocalRooms } from './local-rooms.js'
import type { Numbered } from './outcomes.js'
import { type SharedRoomHooks, SharedRooms } from './shared-rooms.js'
import { Poll } from '../stream/poll.js'
import type { NodeId } from '../room/ids.js'
import { nodeId } from '../../../../test/exchange/node-id.js'

const LIMITS = { ...ROOM_LIMITS, checkpointBatches: 2 }
const LEASE_AND_SWEEP_MS = LIMITS.leaseMs + 200
const FORGET_MS = 60_000
const BAD = 'bad'
const GOOD = 'good'
const OTHER = nodeId('other')

/** Throws in the bad room while it is armed. */
class Fault {
  isArmed = false

  readonly go = (room = BAD): void => {
    if (this.isArmed && room === BAD) throw new Error('planted')
  }

  /** A location that can be posted, but not serialized once the fault is armed. */
  get location(): Json {
    const toJSON = () => {
      this.go()
      return 'A1'
    }
    return { toJSON } as unknown as Json
  }
}

class RecordingReader implements Reader {
  readonly documents = true
  readonly part = undefined
  readonly failures: string[] = []
  ready = true
  frames = 0
  version: number | undefined = undefined

  constructor(readonly view: View = 'patch') {}

  send(_frame: Frame): void {
    this.frames += 1
  }

  fail({ problem }: Problem): void {
    this.failures.push(problem)
  }
}

/** The faults of an exchange, by method. */
type Planted = Partial<Record<keyof Following<Numbered> | 'nodes', (room: string) => void>>

/** An exchange with planted faults, which also lets a test send messages that no node sends. */
class PlantedExchange implements Exchange<Numbered> {
  readonly #inner: MemoryExchange<Numbered>
  readonly followers = new Map<string, Follower<Numbered>>()
  readonly listeners: GoneListener[] = []

  constructor(
    logs: MemoryLogs<Numbered>,
    private readonly planted: Planted,
    private readonly clock: VirtualClock,
  ) {
    this.#inner = new MemoryExchange(logs)
  }

  readonly isReachable = true

  get node(): NodeId {
    return this.#inner.node
  }

  follow(room: string, follower: Follower<Numbered>): Following<Numbered> {
    this.followers.set(room, follower)
    const following = this.#inner.follow(room, {
      begin: (history) => follower.begin(history),
      batch: (batch) => follower.batch({ ...batch, atMs: this.clock.now() }),
      lost: () => follower.lost(),
      broken: (error) => follower.broken(error),
    })
    const plant = <T extends unknown[], R>(
      name: keyof Following<Numbered>,
      work: (...args: T) => R,
    ) => {
      return (...args: T): R => {
        this.planted[name]?.(room)
        return work(...args)
      }
    }
    return {
      append: plant('append', (operations: readonly Numbered[]) => following.append(operations)),
      checkpoint: plant('checkpoint', (number: number, state: string) =>
        following.checkpoint(number, state),
      ),
      end: plant('end', (version?: number) => following.end(version)),
      discard: plant('discard', (version?: number) => following.discard(version)),
    }
  }

  onGone(listener: GoneListener): void {
    this.listeners.push(listener)
  }

  async nodes(): Promise<ReadonlySet<NodeId>> {
    this.planted.nodes?.(BAD)
    return this.#inner.nodes()
  }

  promise(...kept: Parameters<Exchange<Numbered>['promise']>): Promise<void> {
    return this.#inner.promise(...kept)
  }

  promised(
    ...asked: Parameters<Exchange<Numbered>['promised']>
  ): ReturnType<Exchange<Numbered>['promised']> {
    return this.#inner.promised(...asked)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

interface Setting {
  readonly hooks?: Partial<SharedRoomHooks>
  /** The faults of the exchange; without this there is no exchange. */
  readonly planted?: Planted
}

function start({ hooks, planted }: Setting = {}) {
  const clock = new VirtualClock()
  const logged: string[] = []
  const logs = new MemoryLogs<Numbered>(1_000)
  const shared = planted && new PlantedExchange(logs, planted, clock)
  const faults = new Faults((message) => logged.push(message))
  const untold = { note: async () => {}, untold: async () => [], told: async () => {} }
  const merge = (updates: readonly Uint8Array[]) => updates
  const nothing = { faults, merge, emptied: () => {}, updated: () => {}, untold }
  const all = { ...nothing, ...hooks }
  const rooms =
    shared === undefined
      ? new LocalRooms(LIMITS, clock, all, () => 0)
      : new SharedRooms(shared, LIMITS, clock, all, () => 0)
  const read = (name: string, view?: View) => {
    const reader = new RecordingReader(view)
    const { frames } = rooms.open(name)
    frames.add(reader)
    frames.catchUp(reader)
    return reader
  }
  const move = (name: string, location: Json) =>
    rooms.open(name).commit({ do: 'move', id: 'ann', user: {}, location })
  return { clock, rooms, logged, logs, faults, exchange: shared!, read, move }
}

type World = ReturnType<typeof start>

/** A fault: where it is planted, and how it is set off. */
interface Case extends Setting {
  readonly before?: (world: World) => Promise<unknown> | void
  readonly setOff: (world: World) => Promise<unknown> | void
}

const fault = new Fault()
const spoiltMerge: MergeUpdates = (updates) => {
  fault.go()
  return updates
}
const bytes = Uint8Array.of(1)
const update = { do: 'update', bytes } as const
const settle = (work: Promise<unknown>) => work.catch(() => {})
const leave = ({ rooms }: World) => rooms.open(BAD).commitQuietly({ do: 'leave', id: 'ann' })
const isShared: Planted = {}

const CASES: Readonly<Record<string, Case>> = {
  'a frame of the room': {
    setOff: ({ move, clock }) => settle(move(BAD, fault.location).then(() => clock.advance(50))),
  },
  'a later turn of a frame': {
    async setOff({ rooms, read, clock }) {
      for (let count = 0; count < 600; count++) read(BAD, 'list')
      read(BAD)
      await settle(
        rooms
          .open(BAD)
          .commit(update)
          .then(() => clock.advance(50)),
      )
    },
    hooks: { merge: spoiltMerge },
  },
  'merging the updates of the document': {
    hooks: { merge: spoiltMerge },
    setOff: ({ rooms, clock }) =>
      settle(rooms.update(BAD, { changed: true, bytes }).then(() => clock.advance(50))),
  },
  'the catch-up of a slow reader': {
    before: ({ move }) => move(BAD, fault.location),
    setOff({ rooms }) {
      const { frames } = rooms.open(BAD)
      for (const reader of frames.readers) {
        reader.version = undefined
        frames.catchUp(reader)
      }
    },
  },
  'the end of a lease': {
    before: ({ move }) => move(BAD, 'A1'),
    hooks: { emptied: fault.go },
    setOff: ({ clock }) => clock.advance(LEASE_AND_SWEEP_MS),
  },
  'announcing the end of a lease to other nodes': {
    planted: { append: fault.go },
    before: ({ move }) => move(BAD, 'A1'),
    setOff: ({ clock }) => clock.pass(LEASE_AND_SWEEP_MS, () => {}),
  },
  'the close of a stream': {
    before: ({ move }) => move(BAD, 'A1'),
    hooks: { emptied: fault.go },
    setOff: leave,
  },
  'a call': {
    hooks: { emptied: fault.go },
    setOff: ({ rooms }) => settle(rooms.open(BAD).commit({ do: 'leave', id: 'ann' })),
    before: ({ move }) => move(BAD, 'A1'),
  },
  'a message from the exchange': {
    planted: isShared,
    setOff({ exchange }) {
      const batch = { number: 99, atMs: 0, node: OTHER, operations: [null as never] }
      exchange.followers.get(BAD)!.batch(batch)
    },
  },
  'the effect of a message': {
    planted: isShared,
    hooks: { updated: fault.go },
    setOff({ exchange }) {
      const operations = [[1, update]] as const
      exchange.followers.get(BAD)!.batch({ number: 99, atMs: 0, node: OTHER, operations })
    },
  },
  'the start of the log': {
    planted: isShared,
    setOff({ exchange }) {
      const checkpoint = { number: 1, state: '{' }
      exchange.followers.get(BAD)!.begin({ epoch: 'e', firstVersion: 1, checkpoint })
    },
  },
  'a log that can’t be read': {
    planted: isShared,
    setOff: ({ exchange }) => exchange.followers.get(BAD)!.broken(new Error('planted')),
  },
  'a checkpoint': {
    planted: { checkpoint: fault.go },
    setOff: async ({ move }) => {
      for (let count = 0; count < LIMITS.checkpointBatches; count++) await settle(move(BAD, count))
    },
  },
  'restating what this node has': {
    planted: { append: fault.go },
    before: ({ move }) => move(BAD, 'A1'),
    async setOff({ exchange }) {
      exchange.followers.get(BAD)!.begin({ epoch: 'e', firstVersion: 1, checkpoint: null })
      await Promise.resolve()
    },
  },
  'checking which nodes are gone': {
    planted: { nodes: fault.go },
    async setOff({ exchange }) {
      exchange.followers.get(BAD)!.begin({ epoch: 'e', firstVersion: 1, checkpoint: null })
      await new Promise(setImmediate)
    },
  },
  'a node that is gone': {
    planted: { append: fault.go },
    before: async ({ exchange, rooms }) => {
      await rooms.open(BAD).commit({ do: 'watch' })
      const operations = [[1, { do: 'watch' }]] as const
      exchange.followers.get(BAD)!.batch({ number: 99, atMs: 0, node: OTHER, operations })
    },
    async setOff({ exchange }) {
      for (const listener of exchange.listeners) listener(OTHER, false)
      await new Promise(setImmediate)
    },
  },
}

describe('[RM13 RM14 RM15 RM17] a fault ends its own room and no other:', () => {
  it.each(Object.entries(CASES))('%s', async (_, { before, setOff, ...setting }) => {
    fault.isArmed = false
    const world = start(setting)
    const { clock, rooms, logged, faults, read, move } = world
    const [bad, good] = [read(BAD), read(GOOD)]
    await before?.(world)
    await clock.pass(100, () => {})
    const version = rooms.open(BAD).room.version
    fault.isArmed = true
    await setOff(world)
    await clock.pass(200, () => {})
    fault.isArmed = false
    expect(bad.failures).toEqual(['internal'])
    expect(faults.rooms).toBe(1)
    expect(logged).toEqual([
      `The room ${BAD} failed; its readers were disconnected, and it starts again`,
    ])
    expect(good.failures).toEqual([])
    const frames = good.frames
    await move(GOOD, 'B2')
    await clock.pass(100, () => {})
    expect(good.frames).toBe(frames + 1)
    expect(parsePosition(await move(BAD, 'C3'))!.version).toBeGreaterThan(version)
    // Leases are still checked.
    await clock.pass(LEASE_AND_SWEEP_MS, () => {})
    expect(rooms.open(GOOD).room.size).toBe(0)
  })
})

it('[RM13] a room that can’t be released doesn’t keep other rooms from being forgotten', async () => {
  fault.isArmed = true
  const { clock, rooms, faults, move } = start({ planted: { end: fault.go } })
  await move(BAD, 1)
  await move(GOOD, 1)
  await clock.pass(LEASE_AND_SWEEP_MS + FORGET_MS, () => {})
  expect(rooms.size).toBe(0)
  expect(faults.rooms).toBe(1)
})

it('[RM13 EX13] a room that can’t be told of updates stored while cut off doesn’t keep others from it', async () => {
  const told: string[] = []
  const list = [BAD, GOOD].map((roomName) => ({ roomName, number: 1 }))
  const untold = {
    note: async () => {},
    untold: async () => list,
    told: async ({ roomName }: { roomName: string }) => void told.push(roomName),
  }
  fault.isArmed = true
  const world = start({ planted: {}, hooks: { untold, updated: fault.go } })
  await world.move('another', 1)
  await world.clock.pass(2_000, () => {})
  expect(told).toContain(GOOD)
  expect(told).not.toContain(BAD)
})

it('[RM14] a waiting long-poll is answered with internal when its room fails', async () => {
  fault.isArmed = false
  const { clock, rooms, move } = start()
  await move(BAD, 1)
  const poll = new Poll(true, undefined)
  const position = await rooms.look(BAD, ({ frames }: HostedRoom) => frames.position)
  const followed = rooms.follow(BAD, poll, position)
  const refused = expect(followed).rejects.toMatchObject({ problem: 'internal' })
  fault.isArmed = true
  await move(BAD, fault.location)
  await clock.pass(100, () => {})
  await refused
})

it('[RM15 EX9] a failed room starts again on all nodes, and its old log is no longer read', async () => {
  fault.isArmed = false
  const world = start({ planted: {}, hooks: { merge: spoiltMerge } })
  const { clock, rooms, logs, read, move, faults } = world
  read(BAD)
  await move(BAD, 'A1')
  const begins: number[] = []
  new MemoryExchange(logs).follow(BAD, {
    begin: ({ firstVersion }) => begins.push(firstVersion),
    batch: () => {},
    lost: () => {},
    broken: () => {},
  })
  const epoch = rooms.open(BAD).frames.epoch
  fault.isArmed = true
  await rooms.update(BAD, { changed: true, bytes })
  await clock.pass(100, () => {})
  expect(faults.rooms).toBe(1)
  // The fault is still armed, but nothing in the new room sets it off.
  const reader = read(BAD)
  await move(BAD, 'A2')
  await clock.pass(100, () => {})
  expect(faults.rooms).toBe(1)
  expect(reader.failures).toEqual([])
  expect(rooms.open(BAD).frames.epoch).toBe(epoch)
  expect(begins).toHaveLength(2)
  expect(begins[1]).toBeGreaterThan(begins[0]!)
})

it('[RM15 RM9] the versions of a failed room go on, however many there were', async () => {
  fault.isArmed = false
  const { clock, rooms, move, faults } = start()
  for (let count = 0; count < 5_000; count++) await move(BAD, count)
  const { version } = rooms.open(BAD).room
  fault.isArmed = true
  const reader = new RecordingReader()
  rooms.open(BAD).frames.add(reader)
  await move(BAD, fault.location)
  await clock.pass(100, () => {})
  expect(faults.rooms).toBe(1)
  expect(parsePosition(await move(BAD, 'on'))!.version).toBeGreaterThan(version)
})

it('[RM16] only the reader that throws is ended', async () => {
  const { clock, faults, read, move, logged } = start()
  const [bad, good] = [read(GOOD), read(GOOD)]
  bad.send = () => {
    throw new Error('planted')
  }
  await move(GOOD, 1)
  await clock.pass(100, () => {})
  await move(GOOD, 2)
  await clock.pass(100, () => {})
  expect(bad.failures).toEqual(['internal'])
  expect(good).toMatchObject({ frames: 3, failures: [] })
  expect([faults.rooms, faults.readers]).toEqual([0, 1])
  expect(logged).toHaveLength(1)
})

it('[RM17] a room that keeps failing for the same reason is logged once', async () => {
  fault.isArmed = true
  const { clock, faults, read, move, logged } = start()
  for (let count = 0; count < 3; count++) {
    read(BAD)
    await move(BAD, fault.location)
    await clock.pass(100, () => {})
  }
  expect(faults.rooms).toBe(3)
  expect(logged).toHaveLength(1)
})
