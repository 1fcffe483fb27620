import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { Problem } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import { RecordingLog } from '../../../../test/servers/log.js'
import type { After } from '../in-time.js'
import type { Authenticate, Authorize } from '../options.js'
import { Permissions } from './permissions.js'
import { NO_SHARING } from './no-sharing.fixture.js'
import { Users } from './users.js'

const NEVER = new Promise<never>(() => {})
const request = new IncomingMessage(new Socket())
const asker = { request, user: undefined, roomName: 'r', account: '' }

/** A clock that the test advances. */
function patience() {
  const waiting = new Map<() => void, number>()
  const after: After = (ms, callback) => {
    waiting.set(callback, ms)
    return () => waiting.delete(callback)
  }
  const pass = (toMs: number) => {
    for (const [callback, ms] of waiting) if (ms <= toMs) callback()
  }
  return { after, pass, waiting }
}

function permissions(authorize: Authorize) {
  const log = new RecordingLog()
  const { after, ...time } = patience()
  return { permissions: new Permissions({ authorize }, log, after, NO_SHARING), log, ...time }
}

it('[AC8] [AC9] no answer within 10 s counts as a refusal', async () => {
  const { permissions: asked, log, pass, waiting } = permissions(() => NEVER)
  const asserted = asked.assert(asker, 'watch')
  await expect.poll(() => waiting.size).toBe(1)
  pass(9_999)
  expect(log.warnings).toEqual([])
  pass(10_000)
  await expect(asserted).rejects.toMatchObject({ problem: 'forbidden' })
  expect(log.warnings.join()).toContain('no answer within 10000 ms')
  expect(waiting.size).toBe(0)
})

it('[AC8] an answer in time leaves no timer behind', async () => {
  const { permissions: asked, waiting } = permissions(async () => true)
  await asked.assert(asker, 'watch', 'join')
  expect(waiting.size).toBe(0)
})

it('[AC8] an answer that comes too late does not count', async () => {
  let settle: (answer: boolean) => void
  const late = new Promise<boolean>((resolve) => {
    settle = resolve
  })
  const { permissions: asked, pass, waiting } = permissions(() => late)
  const granted = asked.granted(asker, ['watch'])
  await expect.poll(() => waiting.size).toBe(1)
  pass(10_000)
  settle!(true)
  expect(await granted).toEqual([])
})

it('[AC8] an exception after that is ignored and ends nothing', async () => {
  let fail: (error: Error) => void
  const late = new Promise<boolean>((_, reject) => {
    fail = reject
  })
  const { permissions: asked, pass, waiting } = permissions(() => late)
  const granted = asked.granted(asker, ['watch'])
  await expect.poll(() => waiting.size).toBe(1)
  pass(10_000)
  expect(await granted).toEqual([])
  fail!(new Error('too late'))
  await expect(late).rejects.toThrow('too late')
})

it('[AC14] asks about all actions at the same time', async () => {
  let open = 0
  let most = 0
  const { permissions: asked } = permissions(async () => {
    open += 1
    most = Math.max(most, open)
    await Promise.resolve()
    open -= 1
    return true
  })
  expect(await asked.granted(asker, ['watch', 'join', 'move'])).toHaveLength(3)
  expect(most).toBe(3)
})

it('[AC27] a caller who isn’t identified within 10 s is unauthorized', async () => {
  const log = new RecordingLog()
  const { after, pass, waiting } = patience()
  const authenticate: Authenticate = () => NEVER
  const calling = new Users({ authenticate }, log, after).calling(request)
  await expect.poll(() => waiting.size).toBe(1)
  pass(9_999)
  expect(log.warnings).toEqual([])
  pass(10_000)
  await expect(calling).rejects.toMatchObject({ problem: 'unauthorized' })
  expect(log.warnings.join()).toContain('no answer')
})

it('[SR18] a store that can not be asked refuses nobody, and is said', async () => {
  const { permissions: asked } = permissions(() => {
    throw new Problem('store-failed', 'It is away.')
  })
  await expect(asked.assert(asker, 'watch')).rejects.toMatchObject({ problem: 'store-failed' })
  await expect(asked.admit(asker)).rejects.toMatchObject({ problem: 'store-failed' })
})
