import { parsePosition } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { HostClock } from '../../../../test/simulation/host-clock.js'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Faults } from '../stream/faults.js'
import { LocalRooms } from './local-rooms.js'
import type { Clock } from '../stream/clock.js'
import { Poll } from '../stream/poll.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 10,
  maxLeavers: 10,
  maxRooms: 2,
  maxRecentDocumentBytes: 100,
  maxRecentBroadcastBytes: 1_000,
  frameIntervalMs: 33,
  frameCostMs: 1,
}

function start(clock: Clock & { advance: (ms: number) => void } = new VirtualClock()) {
  const emptied: string[] = []
  const hooks = {
    faults: new Faults(() => {}),
    merge: (updates: readonly Uint8Array[]) => updates,
    emptied: (room: string) => emptied.push(room),
  }
  const rooms = new LocalRooms(LIMITS, clock, hooks, () => 0)
  // Without other nodes, a commit is synchronous.
  const move = (name: string) => {
    const room = rooms.open(name)
    void room.commit({ do: 'move', id: 'ann', user: {}, location: 1 })
    return room
  }
  const leave = (name: string) => {
    void rooms.open(name).commit({ do: 'leave', id: 'ann' })
  }
  const update = (name: string) => rooms.update(name, { changed: true, bytes: Uint8Array.of(1) })
  const position = (name: string) => rooms.look(name, ({ frames }) => frames.position)
  const version = async (name: string) => parsePosition(await position(name))!.version
  return { clock, rooms, move, leave, update, position, version, emptied }
}

describe('rooms', () => {
  it('[RM10] are limited in number', () => {
    const { rooms, move } = start()
    move('one')
    move('two')
    expect(() => move('three')).toThrow(expect.objectContaining({ problem: 'too-many-rooms' }))
    expect(rooms.size).toBe(2)
    move('one')
  })

  it('[RM9] that are empty make way for a new one immediately, the longest empty first', () => {
    const { clock, rooms, move, leave } = start()
    const one = move('one')
    move('two')
    leave('two')
    clock.advance(10)
    leave('one')
    move('three')
    expect(rooms.find('two')).toBeUndefined()
    expect(rooms.find('one')).toBe(one)
  })

  it('[RM9] are forgotten a minute after the last member left, and their versions go on', async () => {
    const { clock, rooms, move, version } = start()
    const before = move('one').room
    clock.advance(LIMITS.leaseMs + 59_000)
    expect(rooms.find('one')).toBeDefined()
    clock.advance(1_000)
    expect(rooms.find('one')).toBeUndefined()
    const after = await version('one')
    expect(after).toBeGreaterThan(before.version)
    expect(move('one').room.version).toBe(after + 1)
  })

  it('[MB4] remove members whose lease has expired', () => {
    const { clock, move } = start()
    const { room } = move('one')
    clock.advance(LIMITS.leaseMs - 1)
    expect(room.size).toBe(1)
    clock.advance(101)
    expect(room.size).toBe(0)
  })
})

describe('a room that does not exist', () => {
  it('[RM11] is not created by a long-poll, and has the same position for all readers', async () => {
    const { clock, rooms, move, position } = start()
    const now = await position('one')
    const [first, second] = [true, true].map((documents) => new Poll(documents, undefined))
    const waits = [first, second].map((poll) => rooms.follow('one', poll!, now))
    expect([rooms.size, rooms.find('one')]).toEqual([0, undefined])
    first!.end()
    await waits[0]
    expect(await position('one')).toBe(now)
    move('one')
    clock.advance(LIMITS.frameIntervalMs)
    await waits[1]
    expect(rooms.size).toBe(1)
  })

  it('[HT5] keeps its position for a long-poll that ended without changes', async () => {
    const { rooms, position } = start()
    const now = await position('one')
    for (let times = 0; times < 3; times++) {
      const poll = new Poll(true, undefined)
      const waited = rooms.follow('one', poll, now)
      poll.end()
      await waited
    }
    expect(await position('one')).toBe(now)
  })

  it('[RM9] is told to waiting long-polls when a member joins', async () => {
    const { clock, rooms, move, leave, position } = start()
    move('one')
    leave('one')
    const poll = new Poll(true, undefined)
    const waited = rooms.follow('one', poll, await position('one'))
    clock.advance(61_000)
    expect(rooms.find('one')).toBeUndefined()
    move('one')
    clock.advance(LIMITS.frameIntervalMs)
    await waited
    expect(rooms.find('one')?.frames.readers.size).toBe(0)
  })

  it('[RM9] keeps counting versions after its last long-poll has ended', async () => {
    const { clock, rooms, update, position, version } = start()
    const poll = new Poll(true, undefined)
    const waited = rooms.follow('one', poll, await position('one'))
    const updated = await update('one')
    clock.advance(LIMITS.frameIntervalMs)
    await waited
    expect(await position('one')).toBe(updated)
    await update('one')
    expect(await version('one')).toBe(parsePosition(updated)!.version + 1)
  })
})

describe('updates of documents', () => {
  it('[DO2 DO4] create no room, and a reader from before learns that something changed', async () => {
    const { clock, rooms, move, update, position, version } = start()
    move('one')
    clock.advance(LIMITS.leaseMs + 61_000)
    expect(rooms.find('one')).toBeUndefined()
    const before = await version('one')
    expect(await update('one')).toBe(await position('one'))
    expect(await version('one')).toBeGreaterThan(before)
    expect(rooms.find('one')).toBeUndefined()
    expect(rooms.open('one').room.since(before)).toMatchObject({
      kind: 'snapshot',
      updates: undefined,
    })
  })

  it('[DO6] end long-polls of a room that does not exist, if they want the document', async () => {
    const { clock, rooms, update, position } = start()
    const now = await position('one')
    const polls = [true, false].map((documents) => new Poll(documents, undefined))
    const ended: Poll[] = []
    for (const poll of polls) {
      void rooms.follow('one', poll, now)
      const { end } = poll
      poll.end = () => {
        ended.push(poll)
        end()
      }
    }
    void update('one')
    clock.advance(LIMITS.frameIntervalMs)
    expect(ended).toEqual([polls[0]])
  })

  it('[RM9] are reported once when the room has emptied', () => {
    const { move, leave, update, emptied } = start()
    move('one')
    void update('one')
    expect(emptied).toEqual([])
    leave('one')
    void update('one')
    expect(emptied).toEqual(['one'])
  })
})

describe('a process that was suspended', () => {
  it('[CO10] hears who is there before it ends promises', async () => {
    const world = new VirtualClock()
    const host = new HostClock(world, 0)
    const { rooms } = start(Object.assign(host, { advance: () => {} }))
    const room = rooms.open('budget')
    for (const id of ['ann', 'bob']) {
      await room.commit({ do: 'open', id, user: {}, nextWithinMs: 18_000 })
    }
    world.advance(10_000)
    host.pause()
    world.advance(60_000)
    host.resume(true)
    world.advance(500)
    await room.confirm('ann', { nextWithinMs: 18_000 })
    const statuses = () => room.room.snapshot().members.map(({ status }) => status)
    expect(statuses()).toEqual(['online', 'online'])
    world.advance(1_000)
    expect(statuses()).toEqual(['online', 'away'])
  })
})
