import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { OpenRooms } from './open-rooms.js'
import { Poll } from './poll.js'

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
  const rooms = new OpenRooms('e', LIMITS, clock, {
    merge: (updates) => updates,
    emptied: (room) => emptied.push(room),
  })
  const move = (name: string) => {
    const frames = rooms.open(name)
    frames.room.move('ann', {}, 1, clock.now())
    rooms.changed(frames)
    return frames
  }
  return { clock, rooms, move, emptied }
}

describe('rooms', () => {
  it('[RM10] are no more than the server holds', () => {
    const { rooms, move } = start()
    move('one')
    move('two')
    expect(() => move('three')).toThrow(expect.objectContaining({ problem: 'too-many-rooms' }))
    expect(rooms.size).toBe(2)
    move('one')
  })

  it('[RM9] that are empty make place at once for a new one, the longest empty first', () => {
    const { clock, rooms, move } = start()
    const one = move('one')
    const two = move('two')
    two.room.leave('ann')
    rooms.changed(two)
    clock.advance(10)
    one.room.leave('ann')
    rooms.changed(one)
    move('three')
    expect(rooms.find('two')).toBeUndefined()
    expect(rooms.find('one')).toBe(one)
  })

  it('[RM9] are forgotten a minute after the last one has left, and their versions go on', () => {
    const { clock, rooms, move } = start()
    move('one')
    clock.advance(LIMITS.leaseMs + 59_000)
    expect(rooms.find('one')).toBeDefined()
    clock.advance(1_000)
    expect(rooms.find('one')).toBeUndefined()
    expect(rooms.version).toBe(2)
    expect(move('one').position).toBe('e:3')
  })

  it('[MB4] let leases run out by themselves', () => {
    const { clock, move } = start()
    const { room } = move('one')
    clock.advance(LIMITS.leaseMs - 1)
    expect(room.size).toBe(1)
    clock.advance(101)
    expect(room.size).toBe(0)
  })
})

describe('updates of documents', () => {
  it('[DO2 DO4] make no room, and whoever was there before finds that something changed', () => {
    const { clock, rooms, move } = start()
    const room = move('one').room
    clock.advance(LIMITS.leaseMs + 61_000)
    expect(rooms.find('one')).toBeUndefined()
    expect(rooms.version).toBe(room.version)
    expect(rooms.update('one', Uint8Array.of(1))).toBe(`e:${room.version + 1}`)
    expect(rooms.find('one')).toBeUndefined()
    expect(rooms.open('one').room.since(room.version)).toMatchObject({
      kind: 'snapshot',
      updates: undefined,
    })
  })

  it('[DO6] end the wait of who waits for a room that is not there, if it wants the document', () => {
    const { rooms } = start()
    const polls = [true, false].map((documents) => new Poll(rooms.version, documents, undefined))
    const ended: Poll[] = []
    for (const poll of polls) {
      rooms.follow('one', poll)
      const { end } = poll
      poll.end = () => {
        ended.push(poll)
        end()
      }
    }
    rooms.update('one', Uint8Array.of(1))
    expect(ended).toEqual([polls[0]])
  })

  it('[RM9] are told of when nobody is in the room any more, once', () => {
    const { rooms, move, emptied } = start()
    const frames = move('one')
    rooms.update('one', Uint8Array.of(1))
    expect(emptied).toEqual([])
    frames.room.leave('ann')
    rooms.changed(frames)
    rooms.update('one', Uint8Array.of(2))
    expect(emptied).toEqual(['one'])
  })
})
