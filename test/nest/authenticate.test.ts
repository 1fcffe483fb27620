import type { IncomingMessage } from 'node:http'
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common'
import { APP_INTERCEPTOR } from '@nestjs/core'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import type { User } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { openStream } from 'whereabouts-conformance/stream'
import { PLATFORMS, startApp } from '../servers/nest.js'

const USERS: { readonly [token: string]: User } = {
  'token-ada': { id: 'ada', name: 'Ada Lovelace', color: '#e11d48' },
  'token-bob': { id: 'bob', name: 'Bob', color: '#2563eb' },
}
const INSIDE = 'the database password is hunter2'

async function authenticate({ headers }: IncomingMessage): Promise<User | null> {
  const token = await Promise.resolve(headers.authorization ?? '')
  return USERS[token] ?? null
}

const as = (token: string) => ({ headers: { authorization: token } })

/** An interceptor that throws if the caller asks for it. */
class Crash implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
    const { headers } = context.switchToHttp().getRequest<IncomingMessage>()
    if (headers.authorization === 'crash') throw new Error(INSIDE)
    return next.handle()
  }
}

describe.each(PLATFORMS)('an application that authenticates on %s', (platform) => {
  const start = () =>
    startApp(platform, {
      imports: [
        WhereaboutsModule.forRoot({
          heartbeatMs: 100,
          secret: 'the secret of these tests',
          operations: true,
          authenticate,
        }),
      ],
      providers: [{ provide: APP_INTERCEPTOR, useClass: Crash }],
    })

  it('[ID5] answers every call of a refused caller with unauthorized', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    for (const token of ['', 'token-eve']) {
      await expectRefused('unauthorized', room.url('events'), as(token))
      await expectRefused('unauthorized', room.url('events', { watch: 1 }), as(token))
      await expectRefused('unauthorized', room.url('events'), { ...as(token), json: {} })
      await expectRefused('unauthorized', room.url('location'), as(token))
      await expectRefused('unauthorized', room.url('location', { since: 'x:1' }), as(token))
      await expectRefused('unauthorized', room.url('location'), { ...as(token), json: 1 })
      await expectRefused('unauthorized', room.url('leave'), { ...as(token), method: 'POST' })
      await expectRefused('unauthorized', room.url('document'), as(token))
      await expectRefused('unauthorized', room.url('document'), { ...as(token), json: 1 })
      await expectRefused('unauthorized', `${server.baseUrl}/location`, { ...as(token), json: 1 })
      await expectRefused('unauthorized', `${server.baseUrl}/location/sse`, as(token))
    }
    const read = await callJson(room.url('location'), as('token-ada'))
    expect(read).toMatchObject({ members: [] })
  })

  it('[ID5] reports no other fault in a refused caller’s request', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    const headers = { 'content-type': 'application/json' }
    await expectRefused('unauthorized', room.url('events', { view: 'grid', member: 'a.b' }))
    await expectRefused('unauthorized', room.url('events', { name: '\n' }))
    await expectRefused('unauthorized', room.url('events'), { headers, body: '{' })
    await expectRefused('unauthorized', room.url('location', { since: 'x:1', waitMs: -1 }))
    await expectRefused('unauthorized', room.url('location'), { headers, body: '{' })
    await expectRefused('unauthorized', room.url('location'), { json: 'x'.repeat(5_000) })
    await expectRefused('unauthorized', room.url('leave', { soon: 'x' }), { method: 'POST' })
  })

  it('[ID5] takes the user from `authenticate` only', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    const mine = { member: 'k', name: 'Root', color: '#000000' }
    await using own = await room.join('k', mine, as('token-ada'))
    await callJson(room.url('location', mine), { ...as('token-ada'), json: 1 })
    const fields = { ...as('token-bob'), json: mine }
    await using other = await openStream(room.url('events'), fields)
    await other.next('snapshot')
    const users = [...other.state.members.values()].map(({ user }) => user)
    expect(users).toEqual(Object.values(USERS))
    expect(other.self).not.toBe(own.self)
  })

  it('[ID5] ignores the name and color in the query, even if they are invalid', async () => {
    await using server = await start()
    const url = new TestRoom(server.baseUrl).url('location', { name: '\n', color: 'red' })
    expect(await call(url, { ...as('token-ada'), json: 1 })).toMatchObject({ status: 200 })
  })

  it('[ID3] has two members if two users choose the same key', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    const url = room.url('location', { member: 'same' })
    for (const token of Object.keys(USERS)) await callJson(url, { ...as(token), json: token })
    const read = await callJson(room.url('location'), as('token-ada'))
    expect(read).toMatchObject({ members: [{ location: 'token-ada' }, { location: 'token-bob' }] })
    await call(room.url('leave', { member: 'same' }), { ...as('token-bob'), method: 'POST' })
    const after = await callJson(room.url('location'), as('token-ada'))
    expect(after).toMatchObject({ members: [{ user: USERS['token-ada']! }] })
  })

  it('[ER5] answers an unexpected error with internal, without details of the error', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    for (const options of [as('crash'), { ...as('crash'), json: {} }]) {
      const answer = await call(room.url('events'), options)
      expectProblem(answer, 'internal')
      expect(answer.text).not.toContain('hunter2')
      expect(answer.text).not.toMatch(/Error|\.ts|\.js|at /)
    }
    await using own = await room.stream({}, as('token-ada'))
    expect(own.state.members.size, 'and goes on').toBe(1)
  })

  it('[ID5] needs no user for health and the OpenAPI description', async () => {
    await using server = await start()
    expect(await call(`${server.baseUrl}/health/live`)).toMatchObject({ status: 200 })
  })
})
