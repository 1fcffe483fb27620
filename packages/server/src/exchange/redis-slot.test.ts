import { expect, it } from 'vitest'
import { slotOf } from './redis-slot.js'

it('computes the slot of a key as Redis Cluster’s specification defines it', () => {
  // The check value of CRC16-XMODEM is 0x31c3.
  expect(slotOf('123456789')).toBe(0x31_c3)
  expect(slotOf('foo')).toBe(12_182)
  expect(slotOf('{user1000}.following')).toBe(slotOf('user1000'))
  expect(slotOf('whereabouts:{foo}:batches')).toBe(slotOf('foo'))
})
