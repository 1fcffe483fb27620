import { expect, it } from 'vitest'
import { FickleExchange } from '../../../../test/exchange/fickle-exchange.js'
import { nodeId } from '../../../../test/exchange/node-id.js'
import { SlowExchange } from '../../../../test/exchange/slow-exchange.js'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { NO_LOG } from '../log.js'
import { StoreCalls } from '../store-calls.js'
import { Faults } from '../stream/faults.js'
import { ROOM_LIMITS } from './limits.fixture.js'
import type { Numbered } from './outcomes.js'
import { SharedRooms } from './shared-rooms.js'
import type { UntoldRoom } from './untold.js'

const BYTES = Uint8Array.of(1, 0)
const SWEEP_MS = 100
const LOOK_MS = 2_000

/** Stands in for the document store's notes of rooms with untold updates. */
class Notes {
  readonly rooms: string[] = []
  readonly toldOf: string[] = []
  isFailing = false

  async note(roomName: string): Promise<void> {
    if (this.isFailing) throw new Error('planted')
    this.rooms.push(roomName)
  }

  async untold(): Promise<readonly UntoldRoom[]> {
    return this.rooms.map((roomName, number) => ({ roomName, number }))
  }

  async told({ roomName }: UntoldRoom): Promise<void> {
    this.toldOf.push(roomName)
  }
}

function start(limits: Partial<typeof ROOM_LIMITS> = {}) {
  const clock = new VirtualClock()
  const exchange = new FickleExchange<Numbered>()
  const untold = new Notes()
  /** Called when readers have to fetch the document. */
  const listeners: (() => void)[] = []
  /** Whose change was the last one, as this node heard it. */
  const heard: string[] = []
  const documentChanges = {
    changed: (name: string) => void heard.push(`${name}: own`),
    ordered: (name: string, isOwn: boolean) =>
      void heard.push(`${name}: ordered as ${isOwn ? 'own' : 'another’s'}`),
  }
  const hooks = {
    documentChanges,
    faults: new Faults(() => {}),
    merge: (updates: readonly Uint8Array[]) => updates,
    emptied: () => {},
    updated: () => listeners.splice(0).forEach((listener) => listener()),
    untold,
  }
  const rooms = new SharedRooms(exchange, { ...ROOM_LIMITS, ...limits }, clock, hooks, () => 0)
  const updates = () =>
    exchange.log.flatMap(({ operations }) => operations).filter(([, each]) => each.do === 'update')
  return { clock, exchange, rooms, untold, listeners, updates, heard }
}

it('[EX13] an update stored while cut off is recorded, even if the exchange is back right after', async () => {
  const { exchange, rooms, untold } = start()
  rooms.open('budget')
  exchange.lose()
  const updated = rooms.update('budget', { changed: true, bytes: BYTES })
  exchange.find()
  await updated
  expect(untold.rooms).toEqual(['budget'])
})

it('[EX13] an update that every node was told of is not recorded, even if the exchange is lost right after', async () => {
  const { exchange, rooms, untold } = start()
  rooms.open('budget')
  const updated = rooms.update('budget', { changed: true, bytes: BYTES })
  exchange.lose()
  await updated
  expect(untold.rooms).toEqual([])
})

it('[EX13] a node that was cut off told no other, even if the exchange is back right after', async () => {
  const { clock, exchange, rooms, untold, listeners, updates } = start()
  rooms.open('budget')
  await untold.note('budget')
  exchange.lose()
  listeners.push(() => queueMicrotask(() => exchange.find()))
  await clock.pass(SWEEP_MS, () => {})
  expect(updates()).toEqual([])
  expect(untold.toldOf).toEqual([])
  await clock.pass(LOOK_MS + SWEEP_MS, () => {})
  expect(updates().length).toBeGreaterThan(0)
  expect(untold.toldOf).toContain('budget')
})

it('[RS11] a node that tells of an update has the last change', async () => {
  const { clock, rooms, untold, heard } = start()
  rooms.open('budget')
  await untold.note('budget')
  await clock.pass(SWEEP_MS, () => {})
  expect(heard).toEqual(['budget: own', 'budget: ordered as own'])
})

it('[EX13] an update that could not be recorded is sent to the others when it is posted again', async () => {
  const { exchange, rooms, untold, updates } = start()
  rooms.open('budget')
  exchange.lose()
  untold.isFailing = true
  await expect(rooms.update('budget', { changed: true, bytes: BYTES })).rejects.toThrow('planted')
  exchange.find()
  await rooms.update('budget', { changed: false, bytes: BYTES })
  expect(updates()).toHaveLength(1)
})

it('[EX13] an update to a room that this node has no place for is told like any other', async () => {
  const { rooms, untold, updates } = start({ maxRooms: 1 })
  rooms.open('another')
  await rooms.update('budget', { changed: true, bytes: BYTES })
  expect(updates()).toHaveLength(1)
  expect(rooms.find('budget')).toBeUndefined()
  expect(untold.rooms).toEqual([])
})

it('[EX13] an update that can’t be told is recorded, whatever its caller does then', async () => {
  const { exchange, rooms, untold } = start()
  rooms.open('budget')
  exchange.fault = new Error('planted')
  await expect(rooms.update('budget', { changed: true, bytes: BYTES })).rejects.toThrow()
  expect(untold.rooms).toEqual(['budget'])
})

it('[RS11] the calls of a node wait for the order of its own changes, and only for that', async () => {
  const clock = new VirtualClock()
  const exchange = new SlowExchange<Numbered>()
  const calls: string[] = []
  const storing = new StoreCalls({
    name: 'onStoreDocument',
    call: async (name) => calls.push(name),
    limits: { storeDebounceMs: 2_000, storeMaxWaitMs: 10_000 },
    clock,
    log: NO_LOG,
  })
  const hooks = {
    documentChanges: storing,
    faults: new Faults(() => {}),
    merge: (updates: readonly Uint8Array[]) => updates,
    emptied: () => {},
    updated: () => {},
    untold: new Notes(),
  }
  const rooms = new SharedRooms(exchange, ROOM_LIMITS, clock, hooks, () => 0)
  const room = rooms.open('budget')
  await room.begun
  exchange.stop()
  const updated = rooms.update('budget', { changed: true, bytes: BYTES })
  const others = { number: 1, node: nodeId('other'), atMs: 0 }
  room.batch({ ...others, operations: [[1, { do: 'update', bytes: BYTES }]] })
  await clock.pass(3_000, () => {})
  exchange.letGo()
  await updated
  await clock.pass(1_999, () => {})
  expect(calls).toEqual([])
  await clock.pass(1, () => {})
  expect(calls).toEqual(['budget'])
  room.batch({ ...others, operations: [[2, { do: 'update', bytes: BYTES }]] })
  await clock.pass(60_000, () => {})
  expect(calls).toEqual(['budget'])
})
