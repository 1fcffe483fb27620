import { expect, it } from 'vitest'
import { VerifiedTokens } from './verified-tokens.js'

it('[OP15] a token is remembered for a minute at most, and not after its end', () => {
  const clock = { nowMs: 1_000_000 }
  const tokens = new VerifiedTokens<string>(() => clock.nowMs)
  tokens.add('short', 'ann', clock.nowMs + 10_000)
  tokens.add('long', 'bob', clock.nowMs + 3_600_000)
  expect([tokens.get('short'), tokens.get('long'), tokens.get('other')]).toEqual([
    'ann',
    'bob',
    undefined,
  ])
  clock.nowMs += 9_999
  expect(tokens.get('short')).toBe('ann')
  clock.nowMs += 1
  expect(tokens.get('short')).toBeUndefined()
  clock.nowMs += 49_999
  expect(tokens.get('long')).toBe('bob')
  clock.nowMs += 1
  expect(tokens.get('long')).toBeUndefined()
})

it('[OP15] only the latest tokens are remembered', () => {
  const tokens = new VerifiedTokens<number>()
  for (let count = 0; count < 25_000; count++) tokens.add(`token ${count}`, count, Infinity)
  const known = Array.from({ length: 25_000 }, (_, count) => tokens.get(`token ${count}`))
  expect(known.filter((each) => each !== undefined).length).toBeLessThanOrEqual(20_000)
  expect(known.slice(15_000)).toEqual(Array.from({ length: 10_000 }, (_, count) => 15_000 + count))
})
