import { expect, it } from 'vitest'
import { Blocks, Gathered } from './blocks.js'

const BLOCK_BYTES = 16_384
const LIMIT_BYTES = 1_000_000

/** Bytes that tell where they are. */
const bytesOf = (length: number, from = 0) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (from + index) % 251))

it.each([1, 7, 1_000, 16_383, 16_384, 16_385, 200_000])(
  '[FR29] a body is whole in chunks of %i bytes, and holds at most a block more than twice as much as has come',
  (size) => {
    const gathered = new Gathered(new Blocks(), LIMIT_BYTES)
    const total = Math.max(size * 3, Math.min(size * 200, 300_000))
    for (let at = 0; at < total; at += size) {
      expect(gathered.add(bytesOf(Math.min(size, total - at), at))).toBe(true)
      expect(gathered.heldBytes).toBeLessThanOrEqual(2 * gathered.bytes + BLOCK_BYTES)
      if (gathered.bytes < 1_000) expect(gathered.heldBytes).toBeLessThanOrEqual(2_000)
    }
    expect(gathered.whole().equals(bytesOf(total))).toBe(true)
  },
)

it('[FR29] what a body leaves is used by the next one', () => {
  const blocks = new Blocks()
  const first = new Gathered(blocks, LIMIT_BYTES)
  first.add(bytesOf(20_000))
  first.add(bytesOf(1))
  expect(first.heldBytes).toBe(2 * BLOCK_BYTES)
  first.letGo()
  expect(first.heldBytes).toBe(0)
  const left = [blocks.take(), blocks.take()]
  blocks.giveBack(left)
  expect(new Set([blocks.take(), blocks.take()])).toEqual(new Set(left))
  expect(left).not.toContain(blocks.take())
})

it('[FR14] a body as large as may be counts as much as that, and not its last block', () => {
  const gathered = new Gathered(new Blocks(), 100_000)
  gathered.add(bytesOf(50_000))
  gathered.add(bytesOf(50_000))
  expect(gathered.heldBytes).toBe(100_000)
})

it('[FR14] a body takes nothing beyond its limit', () => {
  const gathered = new Gathered(new Blocks(), 100)
  expect(gathered.add(bytesOf(100))).toBe(true)
  expect(gathered.add(bytesOf(1))).toBe(false)
  expect(gathered.whole()).toHaveLength(100)
})
