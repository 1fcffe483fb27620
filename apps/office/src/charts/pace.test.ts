import { describe, expect, it } from 'vitest'
import { Pace } from './pace.js'

/** A clock that goes on as far as it is told. */
function paced() {
  const clock = { nowMs: 1_000 }
  return { clock, pace: new Pace(() => clock.nowMs) }
}
const LARGE = 21_021

describe('the charts of a window', () => {
  it('[SH211] are all read at once if they are small', () => {
    const { pace } = paced()
    const read: number[] = []
    const charts = Array.from({ length: 50 }, (_, at) => at)
    const waitMs = pace.turn(
      charts,
      () => false,
      (at) => read.push(at) && 30,
    )
    expect([read, waitMs]).toEqual([charts, 0])
  })

  it('[SH211] are read one after the other if they are large', () => {
    const { clock, pace } = paced()
    let left = Array.from({ length: 50 }, (_, at) => at)
    let turns = 0
    while (left.length > 0) {
      const waitMs = pace.turn(
        left,
        () => false,
        (at) => {
          left = left.filter((other) => other !== at)
          return LARGE
        },
      )
      turns += 1
      clock.nowMs += waitMs
    }
    expect(turns).toBe(50)
  })

  it('[SH211] take at most a quarter of the time, except for what the user changes', () => {
    const { clock, pace } = paced()
    const take = (ms: number) => () => {
      clock.nowMs += ms
      return LARGE
    }
    const never = () => false
    expect(pace.turn(['a', 'b'], never, take(80))).toBe(240)
    clock.nowMs += 239
    expect(pace.turn(['b'], never, take(80))).toBe(1)
    clock.nowMs += 1
    expect(pace.turn(['b', 'a'], never, take(1))).toBe(100)
    let own = ''
    const read = (name: string) => {
      own += name
      return LARGE
    }
    expect(pace.turn(['a', 'b'], (name) => name === 'b', read)).toBe(100)
    expect(own).toBe('b')
  })

  it('[SH211] begin at once after a while without any', () => {
    const { clock, pace } = paced()
    const read = () => 5
    expect(pace.turn([], () => false, read)).toBe(0)
    expect(pace.turn(['a'], () => false, read)).toBe(0)
    clock.nowMs += 99
    expect(pace.turn(['a'], () => false, read)).toBe(1)
    clock.nowMs += 1
    expect(pace.turn(['a'], () => false, read)).toBe(0)
  })
})
