import { describe, expect, it } from 'vitest'
import { Deafness } from './deafness.js'

describe('[EX1] a connection for messages', () => {
  it('counts as lost after a time, however often it is checked', () => {
    const deafness = new Deafness()
    const looks = [0, 1, 2, 50, 399].map((nowMs) => deafness.isLong(false, nowMs))
    expect(looks).not.toContain(true)
    expect(deafness.isLong(false, 400)).toBe(true)
    expect(deafness.isLong(false, 10_000)).toBe(true)
  })

  it('no longer counts as lost once it is back', () => {
    const deafness = new Deafness()
    deafness.isLong(false, 0)
    expect(deafness.isLong(true, 500)).toBe(false)
    expect(deafness.isLong(false, 600)).toBe(false)
    expect(deafness.isLong(false, 999)).toBe(false)
    expect(deafness.isLong(false, 1_000)).toBe(true)
  })
})
