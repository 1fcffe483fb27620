import { expect, it } from 'vitest'
import { slotOf } from './redis-slot.js'

it('knows the slot of a key, as the specification of Redis Cluster has it', () => {
  // The check value of CRC16-XMODEM is 0x31c3.
  expect(slotOf('123456789')).toBe(0x31_c3)
  expect(slotOf('foo')).toBe(12_182)
  expect(slotOf('{user1000}.following')).toBe(slotOf('user1000'))
  expect(slotOf('whereabouts:{foo}:batches')).toBe(slotOf('foo'))
})
