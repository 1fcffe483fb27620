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
  it('forRoot() throws a TypeError that names every fault', () => {
    const message = messageOf(() => WhereaboutsModule.forRoot(BAD))
    for (const option of Object.keys(BAD)) expect(message).toContain(option)
  })

  it('forRoot() refuses what is no option, and names it', () => {
    const misspelt: object = { leaseMillis: 5, heartBeatMs: 100 }
    const message = messageOf(() => WhereaboutsModule.forRoot(misspelt))
    expect(message).toContain('leaseMillis')
    expect(message).toContain('heartBeatMs')
  })

  it('forRoot() says nothing of the secret itself', () => {
    const message = messageOf(() => WhereaboutsModule.forRoot({ ...BAD, secret: 'hunter2' }))
    expect(message).not.toContain('hunter2')
  })

  it('forRootAsync() throws when the application is made', async () => {
    const imports = [WhereaboutsModule.forRootAsync({ useFactory: () => BAD })]
    const started = startApp('express', { imports })
    await expect(started).rejects.toThrow(TypeError)
    await expect(started).rejects.toThrow(/leaseMs[^]*maxMembers/)
  })

  it('every option has a default', () => {
    expect(() => WhereaboutsModule.forRoot()).not.toThrow()
    expect(() => WhereaboutsModule.forRoot({})).not.toThrow()
  })
})
