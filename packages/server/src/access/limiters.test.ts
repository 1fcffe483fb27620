import { expect, it } from 'vitest'
import { WindowLimiter } from './limiters.js'

it('[BU29] what is refused isn’t counted, what was given already is, and a new window begins with nothing', () => {
  let nowMs = 0
  const limiter = new WindowLimiter(10, 2, () => nowMs)
  expect(limiter.take('ann', 11)).toBe(2_000)
  expect(limiter.take('ann', 6)).toBe(0)
  nowMs = 500
  expect(limiter.take('ann', 5)).toBe(1_500)
  expect(limiter.take('ann', 4)).toBe(0)
  expect(limiter.take('ben', 10)).toBe(0)
  limiter.charge('ann', 50)
  expect(limiter.take('ann', 0)).toBe(1_500)
  nowMs = 2_000
  expect(limiter.take('ann', 10)).toBe(0)
})
