import { expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { type Exchange, ExchangeLost } from '../exchange/exchange.js'
import { FickleExchange } from '../../../../test/exchange/fickle-exchange.js'
import { MemoryExchange, MemoryLogs } from '../../../../test/exchange/memory-exchange.js'
import { Faults } from '../stream/faults.js'
import { Pace } from '../stream/pace.js'
import { Poll } from '../stream/poll.js'
import type { Numbered } from './outcomes.js'
import { Host } from './role.js'
import { SharedRoom } from './shared-room.js'
import { nodeId } from '../../../../test/exchange/node-id.js'

const OWN = nodeId('own')
const OTHER = nodeId('other')
const limits = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 2,
  maxLeavers: 10,
  maxRecentDocumentBytes: 1_000,
  maxRecentBroadcastBytes: 1_000,
  maxRooms: 10,
  frameIntervalMs: 33,
  frameCostMs: 1,
}
const open = (id: string) => ({ do: 'open', id, user: {} }) as const
const move = (id: string, location: string) => ({ do: 'move', id, user: {}, location }) as const

function start(exchange: Exchange<Numbered>) {
  const clock = new VirtualClock()
  const told: string[] = []
  let number = 0
  const faults = new Faults(() => {})
  const context = {
    exchange,
    limits,
    clock,
    random: () => 0.5,
    nextNumber: () => ++number,
    pace: new Pace(limits, clock),
    hooks: {
      faults,
      merge: (updates: readonly Uint8Array[]) => updates,
      emptied: () => {},
    },
    changed: () => {},
    updated: (_: string, bytes: Uint8Array | undefined) => told.push(bytes?.join() ?? 'fetch it'),
    failed: () => {},
  }
  const room = new SharedRoom('budget', context, new Host(exchange.node))
  const where = () => room.room.snapshot().members.map(({ id, location }) => `${id} ${location}`)
  return { clock, room, told, where }
}

it('[EX1] a room is the same on two nodes, version for version', async () => {
  const logs = new MemoryLogs<Numbered>(100)
  const [one, two] = [1, 2].map(() => start(new MemoryExchange(logs)))
  await one!.room.commit(open('ann'))
  await two!.room.commit(move('ben', 'B1'))
  await one!.room.commit(move('ann', 'A1'))
  expect(one!.where()).toEqual(['ann A1', 'ben B1'])
  expect(two!.where()).toEqual(one!.where())
  expect(two!.room.room.version).toBe(one!.room.room.version)
  expect(two!.room.epoch).toBe(one!.room.epoch)
  const late = start(new MemoryExchange(logs))
  expect(late.room.room.version).toBe(one!.room.room.version)
  expect(late.where()).toEqual(one!.where())
})

it('[RM8] a member who doesn’t fit into the shared room is refused by the node that it asked', async () => {
  const logs = new MemoryLogs<Numbered>(100)
  const [one, two] = [1, 2].map(() => start(new MemoryExchange(logs)))
  await one!.room.commit(open('ann'))
  await two!.room.commit(open('ben'))
  await expect(one!.room.commit(open('cem'))).rejects.toMatchObject({ problem: 'room-full' })
  expect(two!.where()).toEqual(['ann null', 'ben null'])
})

it('[EX3] a room goes on alone without the exchange, and afterwards restates what it has', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room, told, where } = start(exchange)
  await room.commit(open('ann'))
  const { epoch } = room
  exchange.lose()
  expect(room.epoch).not.toBe(epoch)
  await room.commit(move('ann', 'A2'))
  expect(where()).toEqual(['ann A2'])
  exchange.log.push({ node: OTHER, operations: [[1, move('ben', 'B1')]] })
  exchange.find()
  // The shared room isn't shown before it has the members of this node.
  expect(where()).toEqual(['ann A2'])
  await room.commit(move('ann', 'A3'))
  expect(where()).toEqual(['ann A3', 'ben B1'])
  expect(room.epoch).toBe(epoch)
  expect(told).toEqual(['fetch it', 'fetch it'])
})

it('[EX2 EX3] a room brings all members into an exchange that came back empty', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room, where } = start(exchange)
  await room.commit(open('ann'))
  exchange.tell(OTHER, [[1, open('ben')]])
  exchange.lose()
  exchange.log.length = 0
  exchange.find('another')
  await room.commit(move('ann', 'A1'))
  expect(where()).toEqual(['ann A1', 'ben null'])
  const [, ben] = room.room.snapshot().members
  expect(ben).toMatchObject({ status: 'away' })
  expect(room.epoch).toBe('another')
})

it('[EX4] a node that others reported gone restates what it has', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room } = start(exchange)
  await room.commit(open('ann'))
  exchange.tell(OTHER, [[1, { do: 'gone', node: OWN, hasLeft: false }]])
  await room.commit({ do: 'watch' })
  expect(room.room.snapshot()).toMatchObject({ members: [{ status: 'online' }], watching: 1 })
})

it('[EX13] a room learns updates from other nodes, or is told to fetch them', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room, told } = start(exchange)
  await room.commit({ do: 'update', bytes: Uint8Array.of(0, 0) })
  exchange.tell(OTHER, [[1, { do: 'update', bytes: Uint8Array.of(1, 0) }]])
  exchange.tell(OTHER, [[2, { do: 'update' }]])
  exchange.tell(OTHER, [[3, { do: 'gone', node: nodeId('third'), hasLeft: false }]])
  // A node that leaves in order has sent all its updates, so nothing has to be fetched.
  exchange.tell(OTHER, [[4, { do: 'gone', node: nodeId('fourth'), hasLeft: true }]])
  // The first fetch is for a document that was loaded before the room was followed.
  expect(told).toEqual(['fetch it', '1,0', 'fetch it', 'fetch it'])
})

it('[AD3] ends its readers when the document is deleted, on whichever node', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room, told } = start(exchange)
  await room.commit({ do: 'update', bytes: Uint8Array.of(0, 0) })
  for (const node of [OTHER, OWN]) {
    const reader = new Poll(true, undefined)
    reader.version = room.room.version
    room.frames.add(reader)
    exchange.tell(node, [[1, { do: 'update', isDeleted: true }]])
    await expect(reader.ended).rejects.toMatchObject({ problem: 'document-deleted' })
    expect(room.frames.readers.size).toBe(0)
  }
  expect(room.room.since(0)).toMatchObject({ updates: undefined })
  expect(told).toEqual(['fetch it', 'fetch it'])
  exchange.lose()
  const reader = new Poll(true, undefined)
  reader.version = room.room.version
  room.frames.add(reader)
  await room.commit({ do: 'update', isDeleted: true })
  await expect(reader.ended).rejects.toMatchObject({ problem: 'document-deleted' })
})

it('[EX7] a commit that the exchange doesn’t accept is refused and changes nothing', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room, where } = start(exchange)
  exchange.reachable = false
  await expect(room.commit(open('ann'))).rejects.toMatchObject({ problem: 'exchange-busy' })
  expect(where()).toEqual([])
})

it('[EX4] a node that was reported gone also restates members whose lease expired meanwhile', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room, where } = start(exchange)
  await room.commit(open('ann'))
  await room.commit(move('ann', 'A1'))
  // The node receives all of this but can't send anything.
  exchange.reachable = false
  exchange.tell(OTHER, [[1, { do: 'gone', node: OWN, hasLeft: false }]])
  exchange.tell(OTHER, [[2, { do: 'expire' }]], 20_000)
  exchange.lose()
  expect(where()).toEqual([])
  exchange.find()
  await room.commit({ do: 'watch' })
  expect(room.room.snapshot()).toMatchObject({
    members: [{ id: 'ann', location: 'A1', status: 'online' }],
  })
})

it('[EX3 RM8] a member who took the place of another during a partition keeps it', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room, where } = start(exchange)
  await room.commit(open('ann'))
  await room.commit(open('ben'))
  exchange.lose()
  await room.commit({ do: 'close', id: 'ann' })
  await room.commit({ do: 'leave', id: 'ann' })
  await room.commit(open('cem'))
  // Ann is refused, so she has not come back.
  await expect(room.commit(move('ann', 'A1'))).rejects.toMatchObject({ problem: 'room-full' })
  exchange.find()
  await room.commit(move('cem', 'C1'))
  expect(where()).toEqual(['ben null', 'cem C1'])
})

it('[RM9] a commit that failed because of a fault in the exchange leaves nothing behind', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room } = start(exchange)
  exchange.fault = new RangeError('planted')
  await expect(room.commit(open('ann'))).rejects.toThrow('planted')
  await expect(room.commit({ do: 'watch' })).rejects.toThrow('planted')
  expect(room.isIdle).toBe(true)
})

it('[RM9] a commit that the exchange delivers despite a fault takes effect', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room, where } = start(exchange)
  exchange.fault = new RangeError('planted')
  const opened = room.commit(open('ann'))
  exchange.tell(OWN, [[1, open('ann')]])
  await opened
  expect(where()).toEqual(['ann null'])
  expect(room.isIdle).toBe(false)
})

const broadcast = (event: string) => ({ do: 'broadcast', event }) as const

/** What the room has told all nodes about broadcasts. */
const toldOf = ({ log }: FickleExchange<Numbered>) =>
  log
    .flatMap(({ operations }) => operations.map(([, operation]) => operation))
    .filter(
      (operation) =>
        operation.do === 'broadcast' ||
        (operation.do === 'restate' && operation.broadcasts !== undefined),
    )

it('[EV12] a room that was alone tells the others how many broadcasts they missed', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room } = start(exchange)
  await room.commit(open('ann'))
  await room.commit(broadcast('before'))
  const before = room.room.broadcasts
  const { version } = room.room
  exchange.lose()
  await room.commit(broadcast('alone'))
  await room.commit(broadcast('alone again'))
  exchange.find()
  await room.commit(broadcast('after'))
  expect(toldOf(exchange)).toMatchObject([
    { do: 'broadcast', event: 'before' },
    { do: 'restate', broadcasts: 2 },
    { do: 'broadcast', event: 'after' },
  ])
  expect(room.room.broadcasts).toBe(before + 3)
  expect(room.room.since(version)).toMatchObject({
    patch: { broadcast: before + 2 },
    broadcasts: [{ number: before + 3, event: 'after' }],
  })
})

it('[EV11] a broadcast that may have been sent isn’t sent again', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room } = start(exchange)
  let appends = 0
  const fault = () => (++appends === 1 ? new ExchangeLost('on the way') : undefined)
  Object.defineProperty(exchange, 'fault', { get: fault })
  await expect(room.commit(broadcast('once'))).rejects.toMatchObject({ problem: 'exchange-busy' })
  await room.commit({ do: 'watch' })
  expect(toldOf(exchange)).toEqual([])
})

it('[LK15 LK16] a room that is alone shows no locks and decides about none, and has them again when it is back', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room } = start(exchange)
  for (const id of ['ann', 'ben']) await room.commit(open(id))
  await room.commit({ do: 'lock', id: 'ann', key: 'a' })
  const held = room.room.lockOn('a')!
  const lock = { key: 'a', number: held.number }
  exchange.lose()
  expect(room.room.snapshot().locks).toBeUndefined()
  expect(room.room.since(held.number)).toMatchObject({ patch: { locks: { a: null } } })
  const position = room.frames.position
  for (const operation of [
    { do: 'lock', id: 'ben', key: 'b' },
    { do: 'unlock', id: 'ann', lock },
    { do: 'rely', memberId: 'ann', lock },
    { ...move('ann', 'A1'), lock },
    { ...broadcast('named'), from: 'ann', lock },
  ] as const) {
    await expect(room.commit(operation)).rejects.toMatchObject({ problem: 'exchange-busy' })
  }
  expect(room.frames.position).toBe(position)
  exchange.find()
  await room.commit({ do: 'rely', memberId: 'ann', lock })
  expect(room.room.lockOn('a')).toEqual(held)
  // What its node knew is not what the exchange knows once it is empty.
  exchange.lose()
  exchange.log.length = 0
  exchange.find('another')
  await room.commit(move('ann', 'A2'))
  expect(room.room.snapshot().locks).toBeUndefined()
  const relied = room.commit({ do: 'rely', memberId: 'ann', lock })
  await expect(relied).rejects.toMatchObject({ problem: 'locked' })
})

it('[LK15] [EX1] forgetting all locks is an operation, and the same on all nodes', async () => {
  const logs = new MemoryLogs<Numbered>(100)
  const nodes = [1, 2].map(() => start(new MemoryExchange(logs)).room)
  const [one, two] = nodes as [SharedRoom, SharedRoom]
  await one.commit(open('ann'))
  for (const key of ['a', 'b']) await one.commit({ do: 'lock', id: 'ann', key })
  await two.commit({ do: 'forgetLocks' })
  await two.commit({ do: 'lock', id: 'ann', key: 'b' })
  const late = start(new MemoryExchange(logs)).room
  for (const { room } of [one, two, late]) {
    expect(room.version).toBe(one.room.version)
    expect(Object.keys(room.snapshot().locks!)).toEqual(['b'])
    expect(room.lockOn('b')).toEqual(one.room.lockOn('b'))
  }
})

it('[LK15] a lock that may have been granted before the exchange was lost is not answered', async () => {
  const exchange = new FickleExchange<Numbered>()
  const { room } = start(exchange)
  await room.commit(open('ann'))
  exchange.fault = new ExchangeLost('on the way')
  const locking = room.commit({ do: 'lock', id: 'ann', key: 'a' })
  exchange.lose()
  await expect(locking).rejects.toMatchObject({ problem: 'exchange-busy' })
})
