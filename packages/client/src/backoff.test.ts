import { describe, expect, it } from 'vitest'
import { Backoff, backoffMs } from './backoff.js'

const waits = (askedMs: number, count: number) =>
  Array.from({ length: count }, (_, failures) => backoffMs(failures, askedMs, 1))

describe('the wait after a failure', () => {
  it('[CL4] doubles up to a bound and starts again after a reset', () => {
    const backoff = new Backoff(() => 1)
    const all = Array.from({ length: 5 }, () => backoff.next())
    expect(all).toEqual([1000, 2000, 4000, 4000, 4000])
    backoff.reset()
    expect(backoff.next()).toBe(1000)
  })

  it('[CL4] is a random share of the delay', () => {
    const backoff = new Backoff(() => 0.25)
    expect([backoff.next(), backoff.next()]).toEqual([250, 500])
  })

  it('[CL4] starts with the time that the server asks for, even beyond the bound', () => {
    expect(waits(1830, 3)).toEqual([1830, 3660, 4000])
    expect(waits(60_000, 2)).toEqual([60_000, 60_000])
  })

  it('[CL17] is none, once, if the server asks for that', () => {
    expect(waits(0, 3)).toEqual([0, 2000, 4000])
  })
})
