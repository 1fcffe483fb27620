import { describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { PLATFORMS } from '../servers/nest.js'
import { startServer } from '../servers/standalone.js'
import { Random } from '../simulation/random.js'
import { size } from '../size.js'
import { QUERIES, randomTarget } from './mutations.js'
import { expectedOf } from './oracle.js'
import { rawCall, type RawRequest } from 'whereabouts-conformance/raw-call'
import { documentWith, GuardedApp, LONG_SECRET, SECRET } from './world.js'

const SEED = 20_261_128
const COUNT = size(5_000, 50_000)
/** Proves that the server doesn't simply refuse everything. */
const LEAST_DONE = 150
const UPDATE = Buffer.from(documentWith('x')).toString('latin1')

/** Generates requests to odd addresses, the same ones for the same seed. */
function* requests(): Generator<RawRequest> {
  const random = new Random(SEED)
  for (let count = 1; count <= COUNT; count++) {
    const target = randomTarget(random)
    yield random.pick<RawRequest>([
      { method: 'GET', target },
      { method: 'POST', target, headers: ['Content-Type: application/json'], body: `"${count}"` },
      {
        method: 'POST',
        target,
        headers: ['Content-Type: application/octet-stream'],
        body: UPDATE,
      },
    ])
  }
}

/** Whether a server has to serve the request. */
function isRight({ method, target, headers = [] }: RawRequest): boolean {
  const { call: name } = expectedOf(target) ?? {}
  const query = target.includes('?') ? target.slice(target.indexOf('?')) : ''
  if (name === undefined || !QUERIES.includes(query)) return false
  if (method === 'GET') return !['leave', 'document/sync', 'changes'].includes(name)
  const isOfBytes = headers[0]?.includes('octet-stream') === true
  return (
    name === 'leave' || (name === 'document' && isOfBytes) || (name === 'location' && !isOfBytes)
  )
}

describe.each(PLATFORMS)('5,000 odd addresses on %s', (platform) => {
  it('[HT10] [HT11] [ID7] [HT13] are answered, and each call acts on the room that the guard saw', async () => {
    await using app = await GuardedApp.start(platform)
    let done = 0
    for (const request of requests()) {
      const { status, room, text } = await app.call(request)
      const expected = expectedOf(request.target)
      if (status < 300) expect(room, request.target).toBe(expected?.room)
      const isAllowed = ![SECRET, LONG_SECRET, 'default'].includes(expected?.room ?? '')
      if (!isRight(request) || !isAllowed) continue
      expect(status, `${request.method} ${request.target} ${text}`).toBeLessThan(300)
      done += 1
    }
    expect(done).toBeGreaterThan(LEAST_DONE)
    await app.expectUntouched()
  })
})

it('[HT10] [HT11] [HT13] 5,000 odd addresses on the standalone server are answered', async () => {
  await using server = await startServer()
  let done = 0
  for (const request of requests()) {
    const what = `${request.method} ${request.target}`
    const { status, text } = await rawCall(server.baseUrl, request)
    expect(status, what).toBeLessThan(500)
    const expected = expectedOf(request.target)
    if (expected === undefined) continue
    if (isRight(request)) {
      expect(status, `${what} ${text}`).toBeLessThan(300)
      done += 1
    }
    if (!text.includes('{"self":"') || request.method === 'GET') continue
    const room = await call(`${server.baseUrl}/rooms/${expected.room}/location`)
    expect(room.text, what).toContain(`"location":${request.body}`)
  }
  expect(done).toBeGreaterThan(LEAST_DONE)
})
