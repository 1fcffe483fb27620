import { describe, expect, it } from 'vitest'
import { Allowance, OutOfBounds } from './allowance.js'
import { BOUNDS } from './bounds.js'

/** An allowance with a clock that stands still until it is set. */
function startAt(nowMs: number) {
  const clock = { nowMs }
  let forgotten = 0
  const allowance = new Allowance(
    () => void (forgotten += 1),
    () => clock.nowMs,
  )
  allowance.beginRun()
  return { allowance, clock, forgotten: () => forgotten }
}

const take = (allowance: Allowance, count: number): void => {
  for (let left = count; left > 0; left--) allowance.take()
}

describe('what a formula may take', () => {
  it('[SH51] is so many values, for each formula again', () => {
    const { allowance } = startAt(0)
    for (let formula = 0; formula < 3; formula++) {
      allowance.begin()
      take(allowance, BOUNDS.formula.values)
      allowance.end()
    }
    allowance.begin()
    expect(() => take(allowance, BOUNDS.formula.values + 1_000)).toThrow(OutOfBounds)
  })

  it('[SH51] is so much time', () => {
    const { allowance, clock } = startAt(5)
    allowance.begin()
    clock.nowMs += BOUNDS.formula.ms
    take(allowance, 10_000)
    clock.nowMs += 1
    expect(() => take(allowance, 10_000)).toThrow(OutOfBounds)
  })

  it('[SH51] is so many characters, in one text and in all of them', () => {
    const { allowance } = startAt(0)
    allowance.begin()
    allowance.take(BOUNDS.textCharacters)
    expect(() => allowance.take(BOUNDS.textCharacters + 1)).toThrow(OutOfBounds)
    allowance.end()
    allowance.begin()
    const texts = BOUNDS.formula.characters / BOUNDS.textCharacters
    for (let left = texts; left > 0; left--) allowance.take(BOUNDS.textCharacters)
    expect(() => allowance.take(1)).toThrow(OutOfBounds)
  })

  it('[SH51] is nothing more once it was too much', () => {
    const { allowance } = startAt(0)
    allowance.begin()
    expect(() => allowance.take(BOUNDS.textCharacters + 1)).toThrow(OutOfBounds)
    expect(() => allowance.take()).toThrow(OutOfBounds)
    expect(() => allowance.take(1)).toThrow(OutOfBounds)
    allowance.end()
    allowance.begin()
    expect(() => allowance.take(1)).not.toThrow()
  })

  it('[SH52] is little once a run takes long, and nothing when it takes very long', () => {
    const { allowance, clock } = startAt(0)
    clock.nowMs = BOUNDS.runMs + 1
    allowance.begin()
    take(allowance, BOUNDS.late.values)
    expect(() => take(allowance, 1_000)).toThrow(OutOfBounds)
    allowance.end()
    clock.nowMs = BOUNDS.longestRunMs + 1
    expect(() => allowance.begin()).toThrow(OutOfBounds)
    allowance.beginRun()
    allowance.begin()
    take(allowance, BOUNDS.formula.values)
  })

  it('[SH51] is not counted between formulas', () => {
    const { allowance } = startAt(0)
    allowance.begin()
    allowance.end()
    expect(() => take(allowance, BOUNDS.formula.values + 1_000)).not.toThrow()
  })

  it('[SH51] doesn’t add up to more than is kept', () => {
    const { allowance, forgotten } = startAt(0)
    const each = BOUNDS.keptValues / 4
    for (let formula = 1; formula <= 8; formula++) {
      allowance.begin()
      take(allowance, each)
      allowance.end()
      expect(forgotten()).toBe(Math.floor(formula / 4))
    }
  })
})
