import { describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { claims, signHs } from '../auth/tokens.js'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { seedsOf, size } from '../size.js'
import { HealthCheck } from './health.js'
import { mutatedRequest } from './requests.js'
import { send } from './sender.js'

const COUNT = size(2_500, 25_000)
const AT_ONCE = 16
const MAX_GROWTH_BYTES = 100_000_000
const MAX_HEALTH_MS = 200
/** Node itself answers so when it is asked for what no server of HTTP/1.1 has. */
const NODES_OWN = new Set([501, 505])
const PATIENCE_MS = size(240_000, 1_800_000)

const SECRET = 'a secret of at least 32 bytes, for HS256'

interface Place {
  readonly variables: { readonly [name: string]: string }
  /** What each caller sends. */
  readonly headers: () => Promise<readonly string[]>
}

const PLACES: Record<string, Place> = {
  'a server for anyone': { variables: {}, headers: () => Promise.resolve([]) },
  'a server that wants tokens': {
    variables: { WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWT_SECRET: SECRET },
    headers: async () => [`authorization: Bearer ${await signHs(SECRET, claims())}`],
  },
}

/** Sends the requests of all seeds; returns how often each status came. */
async function sendAll(
  server: RunningServer,
  headers: readonly string[],
): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  const seeds = seedsOf('REQUEST_SEED', COUNT).values()
  const work = async () => {
    for (const seed of seeds) {
      const request = mutatedRequest(seed, headers)
      const statuses = await send(server.baseUrl, request).catch((error: unknown) => {
        throw new Error(told(seed, request.bytes), { cause: error })
      })
      const isWrong = statuses.some((status) => status >= 500 && !NODES_OWN.has(status))
      if (isWrong) throw new Error(`${statuses.join(', ')}: ${told(seed, request.bytes)}`)
      for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return counts
}

const told = (seed: number, bytes: Buffer): string =>
  `REQUEST_SEED=${seed} sends ${JSON.stringify(bytes.toString('latin1').slice(0, 1_000))}`

describe.each(Object.entries(PLACES))('%s', (_, { variables, headers }) => {
  it(
    `[HT24 HT25] answers or ends each of ${COUNT} broken requests, and stays well`,
    { timeout: PATIENCE_MS },
    async () => {
      // Without budgets each request is worked on.
      await using server = await startServer({}, 0, [], {
        WHEREABOUTS_BUDGET_SCALE: '0',
        ...variables,
      })
      await using health = new HealthCheck(server)
      const counts = await sendAll(server, await headers())
      expect(await health.p99Ms()).toBeLessThan(MAX_HEALTH_MS)
      expect(health.growthBytes()).toBeLessThan(MAX_GROWTH_BYTES)
      expect(server.output()).not.toMatch(/"level":[56]0/)
      expect((await call(`${server.baseUrl}/health/ready`)).status).toBe(200)
      // Each kind of answer came, so that the requests were not all refused for the same reason.
      for (const status of [200, 204, 400, 404, 405, 413, 415, 431])
        expect(counts.get(status), String(status)).toBeGreaterThan(COUNT / 500)
    },
  )
})
