import { describe, expect, it } from 'vitest'
import { Backoff } from './backoff.js'

const whole = () => 1

describe('Backoff', () => {
  it('[CL4] doubles up to a bound and starts again after a reset', () => {
    const backoff = new Backoff(whole)
    const waits = Array.from({ length: 8 }, () => backoff.next())
    expect(waits).toEqual([1000, 2000, 4000, 7500, 7500, 7500, 7500, 7500])
    backoff.reset()
    expect(backoff.next()).toBe(1000)
  })

  it('[CL4] waits for a random share of the delay', () => {
    const backoff = new Backoff(() => 0.25)
    expect([backoff.next(), backoff.next()]).toEqual([250, 500])
  })

  it('[CL4] starts with the time that the server asks for, even beyond the bound', () => {
    const backoff = new Backoff(whole)
    backoff.startAt(1830)
    expect([backoff.next(), backoff.next()]).toEqual([1830, 3660])
    backoff.startAt(60_000)
    expect(backoff.next()).toBe(60_000)
  })

  it('[CL17] reconnects immediately, once, if the server asks for it', () => {
    const backoff = new Backoff(whole)
    backoff.startAt(0)
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([0, 2000, 4000])
  })
})
