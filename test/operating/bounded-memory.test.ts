import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { call, expectProblem } from 'whereabouts-conformance/http'
import { openSocket, type RawSocket } from 'whereabouts-conformance/socket'
import { startPlain } from '../servers/plain.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

const BODY_BYTES = 100_000
const HALF = 'x'.repeat(BODY_BYTES / 2)
const BYTES = 'content-type: application/octet-stream\r\n'

const head = (room: string, framing = `content-length: ${BODY_BYTES}`) =>
  `POST /rooms/${room}/document HTTP/1.1\r\nhost: x\r\n${BYTES}${framing}\r\n\r\n`

/** Returns the head of an answer. */
const answered = (socket: RawSocket) =>
  socket.until('an answer', (text) => (text.includes('\r\n\r\n') ? text : undefined))

async function half(server: RunningServer, room: string): Promise<RawSocket> {
  const socket = await openSocket(server.baseUrl)
  socket.write(head(room) + HALF)
  return socket
}

function update(): Buffer {
  const doc = new Doc()
  doc.getText('t').insert(0, 'y'.repeat(BODY_BYTES - 1_000))
  return Buffer.from(encodeStateAsUpdate(doc))
}

describe('bodies that are still arriving', () => {
  it('[FR14] take no more memory than the limit, and the slowest are refused', async () => {
    // One caller may hold a quarter of it.
    const maxArrivingBytes = 16 * BODY_BYTES
    await using server = await startServer({ maxUpdateBytes: BODY_BYTES, maxArrivingBytes })
    const slow: RawSocket[] = []
    // More than fit, whatever buffers hold the halves.
    for (let index = 0; index < 12; index++) slow.push(await half(server, `r${index}`))
    const [first, second] = await Promise.all(slow.slice(0, 2).map((socket) => answered(socket)))
    for (const text of [first, second]) {
      expect(text).toMatch(/^HTTP\/1.1 503 .*retry-after: 1\r\n/is)
      expect(text).toContain('urn:whereabouts:problem:too-many-connections')
    }
    const body = update()
    const headers = { 'content-type': 'application/octet-stream' }
    const url = `${server.baseUrl}/rooms/honest/document`
    for (let times = 0; times < 10; times++) {
      expect((await call(url, { method: 'POST', headers, body })).status).toBe(200)
    }
    // The latest one is served as usual once it is complete.
    const last = slow.at(-1)!
    last.write(HALF)
    expect(await answered(last)).toContain('urn:whereabouts:problem:bad-update')
    await slow[0]!.closed
    for (const socket of slow) await socket[Symbol.asyncDispose]()
  })

  it('[FR14] a caller who sends many of them loses its own, and not those of others', async () => {
    const limits = { maxUpdateBytes: BODY_BYTES, maxArrivingBytes: 4 * BODY_BYTES }
    const proxied = { WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' }
    await using server = await startServer(limits, 0, [], proxied)
    const from = async (address: string, room: string) => {
      const socket = await openSocket(server.baseUrl)
      const forwarded = `x-forwarded-for: ${address}\r\ncontent-length: ${BODY_BYTES}`
      socket.write(head(room, forwarded) + HALF)
      return socket
    }
    await using first = await from('192.0.2.1', 'ordinary')
    const flood: RawSocket[] = []
    for (let index = 0; index < 30; index++) flood.push(await from('192.0.2.2', `f${index}`))
    await answered(flood[0]!)
    first.write(HALF)
    expect(await answered(first)).toContain('urn:whereabouts:problem:bad-update')
    for (const socket of flood) await socket[Symbol.asyncDispose]()
  })

  it('[FR14 BU1] a user loses their own, and not those of others at the same address', async () => {
    await using server = await startPlain({
      maxUpdateBytes: BODY_BYTES,
      maxArrivingBytes: 4 * BODY_BYTES,
      authenticate: ({ headers }) => ({ id: String(headers['x-user']) }),
      authorize: () => true,
    })
    const from = async (user: string, room: string) => {
      const socket = await openSocket(server.baseUrl)
      socket.write(head(room, `x-user: ${user}\r\ncontent-length: ${BODY_BYTES}`) + HALF)
      return socket
    }
    await using first = await from('ann', 'ordinary')
    const flood: RawSocket[] = []
    for (let index = 0; index < 10; index++) flood.push(await from('eve', `f${index}`))
    await answered(flood[0]!)
    first.write(HALF)
    expect(await answered(first)).toContain('urn:whereabouts:problem:bad-update')
    for (const socket of flood) await socket[Symbol.asyncDispose]()
  })

  it('[FR14] release their memory when they are complete, too large or aborted', async () => {
    const maxArrivingBytes = BODY_BYTES
    await using server = await startServer({ maxUpdateBytes: BODY_BYTES, maxArrivingBytes })
    const whole = async () => {
      await using socket = await half(server, 'whole')
      socket.write(HALF)
      return await answered(socket)
    }
    const tooLarge = async () => {
      await using socket = await openSocket(server.baseUrl)
      const chunk = `${BODY_BYTES.toString(16)}\r\n${HALF}${HALF}\r\n`
      socket.write(head('large', 'transfer-encoding: chunked') + chunk + chunk)
      return await answered(socket)
    }
    for (let times = 0; times < 5; times++) {
      expect(await whole()).toContain('urn:whereabouts:problem:bad-update')
      expect(await tooLarge()).toContain('urn:whereabouts:problem:too-large')
      const gone = await half(server, 'gone')
      gone.read()
      gone.finish()
      await gone.closed
      const lost = await half(server, 'lost')
      lost.reset()
    }
    // The server may notice an aborted body after a later request.
    await expect.poll(whole).toContain('urn:whereabouts:problem:bad-update')
  })

  it('[FR14] are complete even if they arrive byte by byte', async () => {
    await using server = await startServer()
    await using socket = await openSocket(server.baseUrl)
    // The update is ASCII only, as this socket helper writes text.
    const doc = Object.assign(new Doc(), { clientID: 1 })
    doc.getText('t').insert(0, 'y'.repeat(100))
    const crumbs = Array.from(
      encodeStateAsUpdate(doc),
      (byte) => `1\r\n${String.fromCodePoint(byte)}\r\n`,
    )
    socket.write(head('crumbs', 'transfer-encoding: chunked'))
    for (const crumb of [...crumbs, '0\r\n\r\n']) socket.write(crumb)
    expect(await answered(socket)).toMatch(/^HTTP\/1.1 200 /)
  })
})

describe('answers about members', () => {
  const LOCATION_BYTES = 65_536
  const MEMBERS = 320
  /** More than the system's buffers hold for a client that doesn't read. */
  const ANSWER_BYTES = LOCATION_BYTES * MEMBERS
  const GET = 'GET /rooms/crowd/location HTTP/1.1\r\nhost: x\r\n\r\n'
  const POLL = 'location?since=unknown:1&waitMs=1000'

  async function startCrowd(): Promise<RunningServer> {
    const server = await startServer({
      maxLocationBytes: LOCATION_BYTES,
      maxWaitingBytes: Math.round(1.5 * ANSWER_BYTES),
      leaseMs: 600_000,
    })
    const json = 'x'.repeat(LOCATION_BYTES - 8)
    for (let member = 0; member < MEMBERS; member++) {
      const url = `${server.baseUrl}/rooms/crowd/location?member=m${member}`
      expect((await call(url, { method: 'POST', json })).status).toBe(200)
    }
    return server
  }

  it.each(['location', POLL])(
    '[FR11] such as that of %s take no more memory than the limit, and none after their reader leaves',
    async (path) => {
      await using server = await startCrowd()
      const stuck = await openSocket(server.baseUrl)
      stuck.write(GET)
      const url = `${server.baseUrl}/rooms/crowd/${path}`
      await expect.poll(async () => (await call(url)).status, { interval: 20 }).toBe(503)
      const refused = await call(url)
      expectProblem(refused, 'too-many-connections')
      expect(refused.headers['retry-after']).toBe('1')
      await stuck[Symbol.asyncDispose]()
      await expect.poll(async () => (await call(url)).status).toBe(200)
      // An answer that was read to its end is released.
      for (let times = 0; times < 3; times++) expect((await call(url)).status).toBe(200)
    },
  )
})
