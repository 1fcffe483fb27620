import { expect, it } from 'vitest'
import { DEFAULTS, findFaults, resolveOptions } from './options.js'

it('fills in every default', () => {
  expect(resolveOptions({})).toEqual(DEFAULTS)
})

it('reports all faults at once', () => {
  const options = { leaseMs: -1, maxMembers: 1.5, secret: 'short', leasMs: 1 }
  const faults = /leaseMs: .*\n.*maxMembers: .*\n.*secret: .*\n.*leasMs/s
  expect(() => resolveOptions(options)).toThrow(TypeError)
  expect(() => resolveOptions(options)).toThrow(faults)
})

it.each([
  [{ leaseMs: Number.NaN }, 'leaseMs: must be a number, not NaN'],
  [{ leaseMs: 'soon' }, 'leaseMs: must be a number, not "soon"'],
  [{ maxMembers: 1.5 }, 'maxMembers: must be a whole number, not 1.5'],
  [{ maxStoredBytes: -1 }, 'maxStoredBytes: must be at least 0'],
  [{ budgetScale: 1_001 }, 'budgetScale: must be at most 1000'],
  [{ linkGives: 'all' }, 'linkGives: must be "nothing" or "view" or "comment" or "edit"'],
  [{ secret: 'short' }, 'secret: must have at least 16 characters'],
  [{ secret: 12_345 }, 'secret: must be a text'],
  [{ trustedProxies: 'all' }, 'trustedProxies: must be a list'],
  [{ authenticate: 5 }, 'authenticate: must be a function'],
  [{ authorize: true }, 'authorize: must be a function'],
  [{ log: 'console' }, 'log: must be an object'],
  [{ leasMs: 1 }, 'options: has no option "leasMs"; check the spelling'],
])('says what %j must be', (options, what) => {
  expect(
    findFaults(options as never).map(({ option, message }) => `${option}: ${message}`),
  ).toEqual([what])
})

it('[FR14] bodies may be at least as large as the largest update', () => {
  expect(() => resolveOptions({ maxUpdateBytes: 1_000, maxArrivingBytes: 999 })).toThrow(
    /maxArrivingBytes: must be at least maxUpdateBytes/,
  )
  expect(resolveOptions({ maxUpdateBytes: 1_000, maxArrivingBytes: 1_000 })).toMatchObject({
    maxArrivingBytes: 1_000,
  })
})
