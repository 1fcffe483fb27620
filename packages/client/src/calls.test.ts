import { expect, it } from 'vitest'
import { Calls } from './calls.js'

it('[CL60] who must wait for a shared stream polls meanwhile', async () => {
  const asked: string[] = []
  const refuse = (_: unknown, init?: RequestInit) => {
    asked.push(init?.body as string)
    const headers = { 'retry-after': '30', 'content-type': 'application/problem+json' }
    return Promise.resolve(Response.json({ status: 429 }, { status: 429, headers }))
  }
  const calls = new Calls({
    base: 'http://localhost',
    room: 'a',
    member: 'm',
    watch: true,
    fetch: refuse,
    headers: undefined,
    credentials: undefined,
    user: () => ({}),
    promise: () => undefined,
    polls: () => false,
    document: () => true,
    part: () => null,
    unanswered: () => undefined,
    ready: undefined,
  })
  const subscriptions: object[] = []
  const { signal } = new AbortController()
  await expect(calls.streams({ subscriptions }, signal)).rejects.toMatchObject({ status: 429 })
  const poll = { poll: true, subscriptions } as const
  const soon = AbortSignal.timeout(5_000)
  await expect(calls.streams(poll, soon)).rejects.toMatchObject({ status: 429 })
  expect(asked).toHaveLength(2)
  // Each is made again only when its own time is over.
  for (const body of [{ subscriptions }, poll]) {
    const end = new AbortController()
    const again = calls.streams(body, end.signal)
    await new Promise((resolve) => setImmediate(resolve))
    end.abort(new Error('enough'))
    await expect(again).rejects.toThrow('enough')
  }
  expect(asked).toHaveLength(2)
})
