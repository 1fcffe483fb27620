import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { startApp } from '../servers/nest.js'

const BAD = { leaseMs: -1, heartbeatMs: 0.5, maxMembers: 0, maxLocationBytes: Infinity, secret: '' }

function messageOf(construct: () => unknown): string {
  try {
    construct()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  throw new Error('nothing was thrown')
}

describe('the options of the module', () => {
  it('forRoot() throws a TypeError that lists every fault', () => {
    const message = messageOf(() => WhereaboutsModule.forRoot(BAD))
    for (const option of Object.keys(BAD)) expect(message).toContain(option)
  })

  it('forRoot() refuses unknown options by name', () => {
    const misspelt: object = { leaseMillis: 5, heartBeatMs: 100 }
    const message = messageOf(() => WhereaboutsModule.forRoot(misspelt))
    expect(message).toContain('leaseMillis')
    expect(message).toContain('heartBeatMs')
  })

  it('forRoot() doesn’t reveal the secret', () => {
    const message = messageOf(() => WhereaboutsModule.forRoot({ ...BAD, secret: 'hunter2' }))
    expect(message).not.toContain('hunter2')
  })

  it('forRootAsync() throws when the application is created', async () => {
    const imports = [WhereaboutsModule.forRootAsync({ useFactory: () => BAD })]
    const started = startApp('express', { imports })
    await expect(started).rejects.toThrow(TypeError)
    await expect(started).rejects.toThrow(/leaseMs[^]*maxMembers/)
  })

  it('[NE1] forRoot() reports faults of the mount together with the others', () => {
    const mount: object = {
      path: 'a b',
      operations: 'yes',
      article: 0,
      isGlobal: null,
      leaseMs: -1,
    }
    const message = messageOf(() => WhereaboutsModule.forRoot(mount))
    for (const option of Object.keys(mount)) expect(message).toContain(option)
  })

  it.each(['rooms/:room', '*', '../up', '//', 'a//b', '?x', 5])(
    '[NE1] %s is not a valid path',
    (path: unknown) => {
      const message = messageOf(() => WhereaboutsModule.forRoot({ path: path as string }))
      expect(message).toContain('path')
    },
  )

  it('[NE1] forRootAsync() reports invalid and unknown options beside the factory', () => {
    const useFactory = () => ({})
    const wrong: object = { path: 'a b', leaseMs: 5_000, isGlobal: 1 }
    const message = messageOf(() => WhereaboutsModule.forRootAsync({ ...wrong, useFactory }))
    for (const option of Object.keys(wrong)) expect(message).toContain(option)
  })

  it('[NE1] a factory can’t set options that are set at import', async () => {
    const useFactory = (): object => ({ path: 'presence' })
    const imports = [WhereaboutsModule.forRootAsync({ useFactory })]
    await expect(startApp('express', { imports })).rejects.toThrow(/path/)
  })

  it('[NE1] an undefined option is like a missing one', () => {
    const nothing = { path: undefined, operations: undefined, isGlobal: undefined } as object
    expect(() => WhereaboutsModule.forRoot(nothing)).not.toThrow()
    expect(() => WhereaboutsModule.forRoot({ ...nothing, leaseMs: 5_000 })).not.toThrow()
  })

  it('every option has a default', () => {
    expect(() => WhereaboutsModule.forRoot()).not.toThrow()
    expect(() => WhereaboutsModule.forRoot({})).not.toThrow()
  })
})
