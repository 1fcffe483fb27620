import { parsePosition } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Faults } from '../stream/faults.js'
import { LocalRooms } from './local-rooms.js'
import { Poll } from '../stream/poll.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 10,
  maxLeavers: 10,
  maxRooms: 2,
  maxRecentDocumentBytes: 100,
  frameIntervalMs: 33,
}

function start() {
  const clock = new VirtualClock()
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
  const version = () => parsePosition(rooms.positionOf(undefined))!.version
  return { clock, rooms, move, leave, update, version, emptied }
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

  it('[RM9] are forgotten a minute after the last member left, and their versions go on', () => {
    const { clock, rooms, move, version } = start()
    const before = move('one').room
    clock.advance(LIMITS.leaseMs + 59_000)
    expect(rooms.find('one')).toBeDefined()
    clock.advance(1_000)
    expect(rooms.find('one')).toBeUndefined()
    expect(version()).toBeGreaterThan(before.version)
    expect(move('one').room.version).toBe(version() + 1)
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

describe('updates of documents', () => {
  it('[DO2 DO4] create no room, and a reader from before learns that something changed', async () => {
    const { clock, rooms, move, update, version } = start()
    move('one')
    clock.advance(LIMITS.leaseMs + 61_000)
    expect(rooms.find('one')).toBeUndefined()
    const before = version()
    expect(await update('one')).toBe(rooms.positionOf(undefined))
    expect(version()).toBeGreaterThan(before)
    expect(rooms.find('one')).toBeUndefined()
    expect(rooms.open('one').room.since(before)).toMatchObject({
      kind: 'snapshot',
      updates: undefined,
    })
  })

  it('[DO6] end long-polls of a room that does not exist, if they want the document', () => {
    const { rooms, update, version } = start()
    const polls = [true, false].map((documents) => new Poll(documents, undefined))
    const ended: Poll[] = []
    for (const poll of polls) {
      void rooms.follow('one', poll, version)
      const { end } = poll
      poll.end = () => {
        ended.push(poll)
        end()
      }
    }
    void update('one')
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
