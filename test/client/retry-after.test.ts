import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { expect, it } from 'vitest'
import { TestRoom } from 'whereabouts-conformance/room'
import * as Y from 'yjs'
import { startPlain } from '../servers/plain.js'

interface Made {
  readonly call: string
  readonly status: number
  readonly atMs: number
  readonly retryAfterS: number
}

/** A `fetch` that notes what was asked and answered. */
function noting(made: Made[]): typeof fetch {
  return async (input, init) => {
    const atMs = performance.now()
    const response = await fetch(input, init)
    const call = `${init?.method ?? 'GET'} ${/\/(\w+)\?/.exec(String(input))?.[1]}`
    const retryAfterS = Number(response.headers.get('retry-after'))
    made.push({ call, status: response.status, atMs, retryAfterS })
    return response
  }
}

/** No call comes sooner than the answer before it to the same call allowed. */
function expectPatience(made: readonly Made[]): void {
  const refused = made.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  for (const { call, atMs, retryAfterS } of refused) {
    const next = made.find((other) => other.call === call && other.atMs > atMs)
    if (next !== undefined) expect(next.atMs - atMs).toBeGreaterThan(retryAfterS * 1_000 - 50)
  }
}

it('[CL60 BU4] a client over its budget waits as long as it is told, and its last location arrives', async () => {
  await using server = await startPlain({ budgetScale: 0.01 })
  const made: Made[] = []
  const { name } = new TestRoom(server.baseUrl)
  const room = joinRoom({ url: server.baseUrl, room: name, fetch: noting(made) })
  await expect.poll(() => room.status).toBe('online')
  for (let at = 0; at <= 20; at++) {
    room.move({ at })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const reader = new TestRoom(server.baseUrl, name)
  await expect
    .poll(async () => (await reader.read()).members[0]?.location, { timeout: 15_000 })
    .toEqual({ at: 20 })
  expectPatience(made)
  expect(room.status).toBe('online')
  await room.leave()
})

it('[CL60 BU4] a document over its budget is saved in the end, and says so only then', async () => {
  await using server = await startPlain({ budgetScale: 0.001 })
  const made: Made[] = []
  const { name } = new TestRoom(server.baseUrl)
  const room = joinRoom({ url: server.baseUrl, room: name, watch: false, fetch: noting(made) })
  const doc = new Y.Doc()
  const provider = new RoomProvider(room, doc)
  await expect.poll(() => provider.synced).toBe(true)
  for (let at = 0; at < 20; at++) {
    doc.getText('text').insert(at, 'x')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await expect.poll(() => provider.saved, { timeout: 30_000 }).toBe(true)
  const kept = new Y.Doc()
  const answer = await fetch(`${server.baseUrl}/rooms/${name}/document`)
  Y.applyUpdate(kept, new Uint8Array(await answer.arrayBuffer()))
  expect(kept.getText('text').toJSON()).toBe('x'.repeat(20))
  expectPatience(made)
  await provider.destroy()
  await room.leave()
})
