import { describe, expect, it } from 'vitest'
import { BOUNDS } from './bounds.js'
import { Strikes } from './strikes.js'

const cell = { unit: 'w', sheet: 's', row: 1, column: 2 }
const other = { ...cell, row: 2 }

describe('a formula at which a worker was ended', () => {
  it('[SH96] is tried again at once the first time, and waits longer and longer after that', () => {
    let nowMs = 0
    const strikes = new Strikes(() => nowMs)
    strikes.add(cell)
    expect(strikes.waiting).toEqual([])
    let lastWaitMs = 0
    for (let time = 0; time < 20; time++) {
      strikes.add(cell)
      expect(strikes.waiting).toEqual([cell])
      const beganMs = nowMs
      while (strikes.waiting.length > 0) nowMs += 1_000
      const waitMs = nowMs - beganMs
      expect(waitMs).toBeGreaterThanOrEqual(lastWaitMs)
      lastWaitMs = waitMs
    }
    expect(lastWaitMs).toBe(BOUNDS.longestWaitMs)
  })

  it('[SH96] doesn’t wait once it is another one, and neither do others', () => {
    const strikes = new Strikes(() => 0)
    for (let time = 0; time < 3; time++) strikes.add(cell)
    strikes.add(other)
    expect(strikes.waiting).toEqual([cell])
    strikes.forget([cell])
    expect(strikes.waiting).toEqual([])
    strikes.add(cell)
    expect(strikes.waiting).toEqual([])
  })
})
