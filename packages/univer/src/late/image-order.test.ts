import { describe, expect, it } from 'vitest'
import type { Image } from '../document/images.js'
import { isOrderKey } from '../document/order-key.js'
import { orderEntries } from './image-order.js'

const image = (id: string, at: string): Image => ({
  id,
  at,
  source: '',
  place: { cell: '0:0', x: 0, y: 0, isWithin: false },
  size: { width: 1, height: 1 },
  alt: '',
})

/** Returns the ids in the order that entries give them, the backmost one first. */
function ordered(all: readonly Image[], entries: Readonly<Record<string, string>>): string[] {
  const keys = new Map(all.map(({ id, at }) => [id, at]))
  for (const [entry, key] of Object.entries(entries)) keys.set(entry.split('/')[0]!, key)
  for (const key of keys.values()) expect(isOrderKey(key)).toBe(true)
  return [...keys].toSorted(([, a], [, b]) => (a < b ? -1 : 1)).map(([id]) => id)
}

describe('an image that is put in front or behind', () => {
  const all = [image('a', '3'), image('b', 'k'), image('c', 'u')]

  it('[SH183] gets a key beyond the others, and only that is written', () => {
    const front = orderEntries('a', all, 'front')
    expect(Object.keys(front)).toEqual(['a/at'])
    expect(ordered(all, front)).toEqual(['b', 'c', 'a'])
    expect(ordered(all, orderEntries('c', all, 'back'))).toEqual(['c', 'a', 'b'])
    expect(ordered(all, orderEntries('new', all, 'front'))).toEqual(['a', 'b', 'c', 'new'])
  })

  it('[SD76] has a key that counts where a stranger has taken the last or the first one', () => {
    const last = [...all, image('z', 'z'.repeat(4_096))]
    expect(ordered(last, orderEntries('a', last, 'front'))).toEqual(['b', 'c', 'z', 'a'])
    expect(ordered(last, orderEntries('new', last, 'front'))).toEqual(['a', 'b', 'c', 'z', 'new'])
    const first = [image('0', `${'0'.repeat(4_095)}1`), ...all]
    expect(ordered(first, orderEntries('c', first, 'back'))).toEqual(['c', '0', 'a', 'b'])
    for (const key of Object.values(orderEntries('a', last, 'front')))
      expect(key.length).toBeLessThan(50)
  })
})
