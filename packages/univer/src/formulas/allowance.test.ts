import { describe, expect, it } from 'vitest'
import { Allowance, OutOfBounds } from './allowance.js'
import { BOUNDS } from './bounds.js'

/** Returns an allowance whose clock stands still until it is set. */
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

describe('the allowance of a formula', () => {
  it('[SH51] limits values, separately for each formula', () => {
    const { allowance } = startAt(0)
    for (let formula = 0; formula < 3; formula++) {
      allowance.begin()
      take(allowance, BOUNDS.formula.values)
      allowance.end()
    }
    allowance.begin()
    expect(() => take(allowance, BOUNDS.formula.values + 1_000)).toThrow(OutOfBounds)
  })

  it('[SH51] limits time', () => {
    const { allowance, clock } = startAt(5)
    allowance.begin()
    clock.nowMs += BOUNDS.formula.ms
    take(allowance, 10_000)
    clock.nowMs += 1
    expect(() => take(allowance, 10_000)).toThrow(OutOfBounds)
  })

  it('[SH51] limits characters, in one text and in all of them', () => {
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

  it('[SH51] is used up once it was exceeded', () => {
    const { allowance } = startAt(0)
    allowance.begin()
    expect(() => allowance.take(BOUNDS.textCharacters + 1)).toThrow(OutOfBounds)
    expect(() => allowance.take()).toThrow(OutOfBounds)
    expect(() => allowance.take(1)).toThrow(OutOfBounds)
    allowance.end()
    allowance.begin()
    expect(() => allowance.take(1)).not.toThrow()
  })

  it('[SH52] is small once a run takes long, and nothing once it takes very long', () => {
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

  it('[SH51] counts nothing between formulas', () => {
    const { allowance } = startAt(0)
    allowance.begin()
    allowance.end()
    expect(() => take(allowance, BOUNDS.formula.values + 1_000)).not.toThrow()
  })

  it('[SH51] never keeps more values than the limit', () => {
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
