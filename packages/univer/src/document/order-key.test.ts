import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOrderKey, keyBetween, keyInRun, type OrderKey } from './order-key.js'

const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
  minLength: 1,
  maxLength: 30,
})

function chanceOf(values: readonly number[]) {
  let at = 0
  return () => values[at++ % values.length]!
}

describe('order keys', () => {
  it('[SD4 SD32] leave room between any two, even for a whole run', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), chances, (places, values) => {
        const chance = chanceOf(values)
        const keys: OrderKey[] = [0, 1, 2].map((index) => keyInRun('i', index))
        for (const place of places) {
          const at = place % (keys.length + 1)
          const key = keyBetween(keys[at - 1] ?? null, keys[at] ?? null, chance)
          keys.splice(at, 0, ...[0, 1, 35, 36].map((index) => keyInRun(key, index)))
        }
        expect(keys).toEqual(keys.toSorted())
        expect(new Set(keys).size).toBe(keys.length)
        expect(keys.every(isOrderKey)).toBe(true)
      }),
    )
  })

  it('[SD4] are told from invalid ones, and two without room between still give a key', () => {
    for (const wrong of ['', '0', 'a0', 'A', 'é', 'i'.repeat(5_000), 7, null, undefined, {}]) {
      expect(isOrderKey(wrong)).toBe(false)
    }
    expect(isOrderKey(keyBetween('i', 'i', Math.random))).toBe(true)
    expect(isOrderKey(keyBetween('z', 'a', Math.random))).toBe(true)
  })

  it('[SD33] differ when two hundred people insert at the same place', () => {
    const keys = Array.from({ length: 200 }, () =>
      keyBetween(keyInRun('i', 4), keyInRun('i', 5), Math.random),
    )
    expect(new Set(keys).size).toBe(200)
  })

  it('[SD4] stay short when a thousand rows are inserted, each before the last', () => {
    let key = keyInRun('i', 5)
    for (let n = 0; n < 1_000; n++) {
      key = keyInRun(keyBetween(keyInRun('i', 4), key, Math.random), 0)
    }
    expect(key.length).toBeLessThan(1_200)
  })
})
