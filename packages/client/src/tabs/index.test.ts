import { expect, it, vi } from 'vitest'
import { acrossTabs, type SharedRoom } from './index.js'

it('[CL81] each room has its own ways outside of a page', () => {
  const transport = vi.fn<() => Promise<void>>()
  const own = { stream: transport, 'post-stream': transport, 'long-poll': transport }
  const room: SharedRoom = {
    base: 'http://localhost',
    isPlain: true,
    own,
    ready: undefined,
    subscription: () => ({}),
    position: () => null,
    waitMs: () => 1,
    renew: () => undefined,
    request: () => Promise.reject(new Error('not asked')),
  }
  expect(acrossTabs()(room)).toBe(own)
})
