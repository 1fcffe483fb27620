import { describe, expect, it } from 'vitest'
import { FickleExchange } from '../../../../test/exchange/fickle-exchange.js'
import { KeptPromises } from '../../../../test/exchange/kept-promises.js'
import { nodeId } from '../../../../test/exchange/node-id.js'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Faults } from '../stream/faults.js'
import type { Numbered } from './outcomes.js'
import { SharedRooms } from './shared-rooms.js'

const OTHER = nodeId('other')
const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 10,
  maxLeavers: 10,
  maxRecentDocumentBytes: 1_000,
  maxRecentBroadcastBytes: 1_000,
  maxRooms: 10,
  frameIntervalMs: 33,
  frameCostMs: 0,
}
const WITHIN_MS = 18_000
const open = (id: string) => ({ do: 'open', id, user: {}, nextWithinMs: WITHIN_MS }) as const
/** Lets what waits for an answer go on. */
const settle = () => new Promise(setImmediate)

async function start() {
  const clock = new VirtualClock()
  const promises = new KeptPromises(() => clock.now())
  const exchange = new FickleExchange<Numbered>(promises, () => clock.now())
  const hooks = {
    faults: new Faults((message, cause) => {
      throw new Error(message, { cause })
    }),
    merge: (updates: readonly Uint8Array[]) => updates,
    emptied: () => {},
    updated: () => {},
    untold: { note: async () => {}, untold: async () => [], told: async () => {} },
  }
  const rooms = new SharedRooms(exchange, LIMITS, clock, hooks, () => 0)
  const room = rooms.open('budget')
  await settle()
  const pass = async (ms: number) => {
    for (const endMs = clock.now() + ms; clock.now() < endMs; await settle()) clock.advance(100)
  }
  const said = () =>
    exchange.log.flatMap(({ operations }) => operations.map(([, { do: is }]) => is))
  const status = (id: string) => room.room.get(id)?.status
  return { clock, exchange, promises, room, pass, said, status }
}

describe('the promises of a room with other nodes', () => {
  it('[CO8] tells them nothing of a confirmation that changes nothing', async () => {
    const { exchange, room, pass, said, status } = await start()
    await room.commit(open('ann'))
    for (let count = 0; count < 10; count++) {
      await pass(12_000)
      expect(await room.confirm('ann', { nextWithinMs: WITHIN_MS })).toMatch(/^shared:/)
    }
    expect(status('ann')).toBe('online')
    expect(said()).toEqual(['open'])
    expect(exchange.kept).toBe(0)
  })

  it('[CO2 CO8] tells them that a member is overdue, that it is back, and that it is gone', async () => {
    const { room, pass, said, status } = await start()
    await room.commit(open('ann'))
    await pass(WITHIN_MS + 500)
    expect(status('ann')).toBe('away')
    await room.confirm('ann', { nextWithinMs: WITHIN_MS })
    expect(status('ann')).toBe('online')
    expect(said()).toEqual(['open', 'overdue', 'confirm'])
    await pass(WITHIN_MS + LIMITS.leaseMs + 1_000)
    expect(status('ann')).toBeUndefined()
    const others = said().filter((each) => each !== 'expire')
    expect(others).toEqual(['open', 'overdue', 'confirm', 'overdue'])
    expect(await room.confirm('ann', { nextWithinMs: WITHIN_MS })).toBeUndefined()
  })

  it('[CO8] asks the exchange whether another node took the confirmation', async () => {
    const { promises, room, pass, said, status } = await start()
    await room.commit(open('ann'))
    for (let count = 0; count < 5; count++) {
      await pass(12_000)
      promises.keep('ann', WITHIN_MS)
    }
    expect(status('ann')).toBe('online')
    await pass(WITHIN_MS + 500)
    expect(status('ann')).toBe('away')
    promises.keep('ann', WITHIN_MS)
    await pass(1_500)
    expect(status('ann')).toBe('online')
    expect(said()).toEqual(['open', 'overdue', 'confirm'])
  })

  it('[CO4 CO8] doesn’t count a longer promise from before', async () => {
    const { promises, room, pass, said, status } = await start()
    await room.commit({ ...open('ann'), nextWithinMs: 90_000 })
    promises.keep('ann', 90_000)
    await room.confirm('ann', { nextWithinMs: WITHIN_MS })
    expect(said()).toEqual(['open', 'confirm'])
    await pass(WITHIN_MS + 500)
    expect(status('ann')).toBe('away')
  })

  it('[CO8 CO11] tells them that a member polls, and when it no longer does', async () => {
    const { room, said, status } = await start()
    await room.commit(open('ann'))
    for (const polls of [true, true, false, true])
      await room.confirm('ann', { nextWithinMs: WITHIN_MS, polls })
    expect(said()).toEqual(['open', 'confirm', 'confirm', 'confirm'])
    await room.commit({ do: 'close', id: 'ann' })
    expect(status('ann')).toBe('online')
  })

  it('[CO8] keeps a confirmation for the node that the member is connected to, and judges it not', async () => {
    const { exchange, promises, room, pass, status } = await start()
    exchange.tell(OTHER, [[1, open('ann')]])
    expect(await room.confirm('ann', { nextWithinMs: WITHIN_MS })).toMatch(/^shared:/)
    expect(promises.read('ann')).toEqual({ withinMs: WITHIN_MS, leftMs: WITHIN_MS })
    await pass(10 * WITHIN_MS)
    expect(status('ann')).toBe('online')
    exchange.tell(OTHER, [[2, { do: 'overdue', id: 'ann' }]])
    expect(status('ann')).toBe('away')
    await room.confirm('ann', { nextWithinMs: WITHIN_MS })
    expect(status('ann')).toBe('online')
  })

  it('[CO8] shows nobody as away while the exchange is lost, and gives everybody time afterwards', async () => {
    const { exchange, room, pass, status } = await start()
    await room.commit(open('ann'))
    exchange.lose()
    await pass(10 * WITHIN_MS)
    expect(status('ann')).toBe('online')
    exchange.find()
    await pass(WITHIN_MS - 1_000)
    expect(status('ann')).toBe('online')
    await pass(1_500)
    expect(status('ann')).toBe('away')
  })
})
