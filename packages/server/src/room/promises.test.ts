import { describe, expect, it } from 'vitest'
import { DrivenRoom } from '../../../../test/simulation/driven-room.js'
import { nodeId } from '../../../../test/exchange/node-id.js'
import { Promises } from './promises.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 3,
  maxLeavers: 2,
  maxRecentDocumentBytes: 4,
  maxRecentBroadcastBytes: 1_000,
}
const statusesOf = (room: DrivenRoom) =>
  room.snapshot().members.map(({ id, status }) => `${id} ${status}`)

describe('a room', () => {
  it('[CO2] begins the lease of a connected member that is overdue, and removes it', () => {
    const room = new DrivenRoom('budget', LIMITS)
    room.open('ann', {}, 0)
    room.overdue('ann', 20_000)
    expect(statusesOf(room)).toEqual(['ann away'])
    room.overdue('ann', 30_000)
    room.expire(34_999)
    expect(room.size).toBe(1)
    room.expire(35_000)
    expect(room.size).toBe(0)
    expect(room.connections.of('ann')).toBe(1)
  })

  it('[CO3 RM2] takes an overdue member back, and makes no commit for one that was online', () => {
    const room = new DrivenRoom('budget', LIMITS)
    room.open('ann', {}, 0)
    const { version } = room
    room.confirm('ann', 18_000, 1_000)
    expect(room.version).toBe(version)
    room.overdue('ann', 20_000)
    room.confirm('ann', 18_000, 21_000)
    room.expire(100_000)
    expect(statusesOf(room)).toEqual(['ann online'])
    expect(room.version).toBe(version + 2)
  })

  it('[CO5] keeps an unconnected member for its promise, and then away for a lease', () => {
    const room = new DrivenRoom('budget', LIMITS)
    room.move('ann', {}, 'A1', 0)
    room.confirm('ann', 60_000, 1_000)
    room.expire(60_999)
    expect(statusesOf(room)).toEqual(['ann online'])
    room.expire(61_000)
    expect(statusesOf(room)).toEqual(['ann away'])
    room.expire(75_999)
    expect(room.size).toBe(1)
    room.expire(76_000)
    expect(room.size).toBe(0)
  })

  it('[CO6] adds nobody by a confirmation, and lets a member who leaves soon leave', () => {
    const room = new DrivenRoom('budget', LIMITS)
    room.confirm('ann', 60_000, 0)
    expect(room.size).toBe(0)
    room.open('ann', {}, 0)
    room.leaveSoon('ann', 0)
    room.confirm('ann', 60_000, 1_000)
    expect(statusesOf(room)).toEqual(['ann away'])
    room.expire(2_000)
    expect(room.size).toBe(0)
  })

  it('[CO8] keeps promises and overdue members through checkpoints and restatements', () => {
    const before = new DrivenRoom('budget', LIMITS)
    before.apply(
      { do: 'open', id: 'ann', user: {}, nextWithinMs: 18_000 },
      { node: nodeId('n1'), nowMs: 0 },
    )
    const known = DrivenRoom.load('budget', LIMITS, before.save())
    expect(known.presence('ann').nextWithinMs).toBe(18_000)
    const after = new DrivenRoom('budget', LIMITS)
    const ann = {
      id: 'ann',
      user: {},
      location: null,
      posted: { agoMs: 0 },
      connections: 1,
      promisedMs: 18_000,
      isOverdue: true,
    }
    after.restate({ members: [ann], left: [], onlookers: [], watching: 0 }, 'n1', 1_000)
    expect(statusesOf(after)).toEqual(['ann away'])
    expect(after.presence('ann').nextWithinMs).toBe(18_000)
    after.expire(16_000)
    expect(after.size).toBe(0)
  })
})

describe('promises', () => {
  it('[CO2 CO4] are due once, and only while their member is connected and promises', () => {
    const connected = new Set(['ann', 'bob', 'cem'])
    const promises = new Promises((id) => connected.has(id))
    promises.note('ann', 1_000, 0)
    promises.note('bob', 1_000, 0)
    promises.note('cem', 1_000, 0)
    promises.note('dan', 1_000, 0)
    promises.note('bob', undefined, 500)
    connected.delete('cem')
    expect(promises.takeDue(999)).toEqual([])
    expect(promises.takeDue(1_000)).toEqual(['ann'])
    expect(promises.takeDue(90_000)).toEqual([])
    promises.note('ann', 1_000, 90_000)
    expect(promises.takeDue(91_000)).toEqual(['ann'])
    expect(promises.size).toBe(1)
  })
})
