import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { expect, it } from 'vitest'
import { sampleUpdates } from '../../packages/server/src/document/updates.fixture.js'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { firstSeed, size } from '../size.js'
import { HealthCheck } from '../requests/health.js'

const COUNT = size(2_000, 20_000)
const AT_ONCE = 8
/** Rooms whose documents each take so many before the next one. */
const UPDATES_A_ROOM = 100
const MAX_GROWTH_BYTES = 150_000_000
const MAX_HEALTH_MS = 200
const HUNG_MS = 2_000
const PATIENCE_MS = size(240_000, 1_800_000)
const HEADERS = { 'content-type': 'application/octet-stream' }

interface Answered {
  readonly status: number
  readonly text: string
  readonly ms: number
}

async function post(url: string, agent: Agent, body: Uint8Array): Promise<Answered> {
  const beganMs = performance.now()
  const headers = { ...HEADERS, 'content-length': body.length }
  const call = request(url, { method: 'POST', agent, headers }).end(body)
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await once(response, 'end')
  return { status: response.statusCode!, text, ms: performance.now() - beganMs }
}

/** Whether an answer is the right one to some update, known or unknown. */
const isRight = ({ status, text }: Answered): boolean =>
  [200, 400].includes(status) || text.includes('urn:whereabouts:problem:document-full')

/** Posts all updates, each by itself or as a state vector; returns how often each status came. */
async function postAll(
  server: RunningServer,
  seed: number,
  all: readonly Uint8Array[],
): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  const updates = all.entries()
  const work = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (const [index, update] of updates) {
      const path = index % 10 === 0 ? 'document/sync' : 'document'
      const url = `${server.baseUrl}/rooms/r${Math.floor(index / UPDATES_A_ROOM)}/${path}`
      const answer = await post(url, agent, update)
      const what = `UPDATE_SEED=${seed}, number ${index}: ${answer.status} after ${answer.ms} ms`
      expect(answer.ms, what).toBeLessThan(HUNG_MS)
      expect(isRight(answer), `${what} ${answer.text.slice(0, 500)}`).toBe(true)
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1)
    }
    agent.destroy()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return counts
}

it(
  `[DO12 DO17 HT24] answers each of ${COUNT} broken updates, and stays well`,
  { timeout: PATIENCE_MS },
  async () => {
    const seed = firstSeed('UPDATE_SEED')
    // Before anything is measured, as it takes this process a while.
    const updates = sampleUpdates(COUNT, seed)
    await using server = await startServer({}, 0, [], { WHEREABOUTS_BUDGET_SCALE: '0' })
    await using health = new HealthCheck(server)
    const counts = await postAll(server, seed, updates)
    expect(await health.p99Ms()).toBeLessThan(MAX_HEALTH_MS)
    expect(health.growthBytes()).toBeLessThan(MAX_GROWTH_BYTES)
    expect(server.output()).not.toMatch(/"level":[56]0/)
    for (const status of [200, 400]) expect(counts.get(status)).toBeGreaterThan(COUNT / 10)
  },
)
