import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { OpenRooms } from './open-rooms.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 10,
  maxLeavers: 10,
  maxRooms: 2,
  frameIntervalMs: 33,
}

function start() {
  const clock = new VirtualClock()
  const rooms = new OpenRooms('e', LIMITS, clock)
  const move = (name: string) => {
    const frames = rooms.open(name)
    frames.room.move('ann', {}, 1, clock.now())
    rooms.changed(frames)
    return frames
  }
  return { clock, rooms, move }
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
