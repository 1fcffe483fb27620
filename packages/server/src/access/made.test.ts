import { expect, it } from 'vitest'
import { Made } from './made.js'

function counting(most: number, mostTogether = 1_000_000) {
  const there = new Set<string>()
  const time = { nowMs: 0 }
  const looked = { count: 0 }
  const isThere = (name: string) => {
    looked.count += 1
    return there.has(name)
  }
  return { made: new Made(most, mostTogether, isThere, () => time.nowMs), there, time, looked }
}

it('[BU19] what is being made counts, so that many calls at once don’t exceed the limit', () => {
  const { made } = counting(10)
  const allowed = Array.from({ length: 500 }, (_, index) => made.add('ann', `room ${index}`))
  expect(allowed.filter(Boolean)).toHaveLength(10)
  expect(made.add('bob', 'room 1')).toBe(true)
})

it('[BU19] what was never made counts for 3 s at most', () => {
  const { made, time } = counting(3)
  for (const name of ['a', 'b', 'c']) expect(made.add('ann', name)).toBe(true)
  time.nowMs = 2_999
  expect(made.add('ann', 'd')).toBe(false)
  time.nowMs = 3_000
  for (const name of ['d', 'e', 'f']) expect(made.add('ann', name)).toBe(true)
  expect(made.add('ann', 'g')).toBe(false)
})

it('[BU7] [BU19] what is there counts as long as it is, and no longer', () => {
  const { made, there, time } = counting(2)
  for (const name of ['a', 'b']) {
    expect(made.add('ann', name)).toBe(true)
    there.add(name)
  }
  for (const nowMs of [0, 10_000, 3_600_000]) {
    time.nowMs = nowMs
    expect(made.add('ann', 'c')).toBe(false)
    expect(made.add('ann', 'a')).toBe(true)
  }
  expect(made.add('ann', 'c')).toBe(false)
  there.delete('b')
  expect(made.add('ann', 'c')).toBe(true)
})

it('[BU19] a call over the limit costs the same, however much its account has made', () => {
  const { made, there, looked, time } = counting(10_000)
  for (let index = 0; index < 10_000; index++) {
    made.add('ann', `room ${index}`)
    there.add(`room ${index}`)
  }
  for (let times = 0; times < 100; times++) made.add('ann', `more ${times}`)
  expect(looked.count).toBeLessThanOrEqual(100 * 50)
  time.nowMs = 3_000
  there.delete('room 9999')
  const calls = Array.from({ length: 10_000 / 50 + 1 }, () => made.add('ann', 'another'))
  expect(calls).toContain(true)
})

it('[BU19] those of all accounts are looked at once a second at most, and forgotten when gone', () => {
  const { made, time, looked } = counting(10, 100)
  for (let index = 0; index < 5_000; index++) made.add(`account ${index}`, 'room')
  expect(looked.count).toBeLessThanOrEqual(201)
  time.nowMs = 5_000
  made.add('ann', 'room')
  const before = looked.count
  for (let index = 0; index < 100; index++) made.add(`other ${index}`, 'room')
  expect(looked.count).toBe(before)
})
