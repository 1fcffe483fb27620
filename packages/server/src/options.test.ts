import { expect, it } from 'vitest'
import { DEFAULTS, resolveOptions } from './options.js'

it('fills in every default', () => {
  expect(resolveOptions({})).toEqual(DEFAULTS)
})

it('reports all faults at once', () => {
  const options = { leaseMs: -1, maxMembers: 1.5, secret: 'short', leasMs: 1 }
  const faults = /leaseMs: .*\n.*maxMembers: .*\n.*secret: .*\n.*leasMs/s
  expect(() => resolveOptions(options)).toThrow(TypeError)
  expect(() => resolveOptions(options)).toThrow(faults)
})

it('[FR14] bodies may be at least as large as the largest update', () => {
  expect(() => resolveOptions({ maxUpdateBytes: 1_000, maxArrivingBytes: 999 })).toThrow(
    /maxArrivingBytes: must be at least maxUpdateBytes/,
  )
  expect(resolveOptions({ maxUpdateBytes: 1_000, maxArrivingBytes: 1_000 })).toMatchObject({
    maxArrivingBytes: 1_000,
  })
})
