import { expect, it } from 'vitest'
import { Repeats } from './repeats.js'

it('[DO9] a repeated request is processed once, even if the first is still in progress', async () => {
  const repeats = new Repeats<number>()
  let done = 0
  const work = async () => ++done
  const answers = [repeats.once('a', work), repeats.once('a', work), repeats.once('b', work)]
  expect(await Promise.all(answers)).toEqual([1, 1, 2])
  expect(await repeats.once('a', work)).toBe(1)
})

it('[DO9] a request that failed is processed again', async () => {
  const repeats = new Repeats<number>()
  await expect(repeats.once('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await repeats.once('a', async () => 1)).toBe(1)
})

it('[DO9] the oldest keys are forgotten', async () => {
  const repeats = new Repeats<number>()
  for (let key = 0; key < 10_001; key++) await repeats.once(String(key), async () => key)
  expect(await repeats.once('0', async () => -1)).toBe(-1)
  expect(await repeats.once('10000', async () => -1)).toBe(10_000)
})
