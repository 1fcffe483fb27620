import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { call } from 'whereabouts-conformance/http'
import { type RunningServer, startServer } from '../servers/standalone.js'

const BYTES = 'content-type: application/octet-stream\r\n'
const STUCK_MS = 5_000
const LARGE_BYTES = 20_000_000
/** Four of these are more than an account's share. FR11 */
const READERS = 8

async function open(server: RunningServer, text: string): Promise<Socket> {
  const { hostname, port } = new URL(server.baseUrl)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {
    // Only the end of the connection matters.
  })
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

const halves = {
  'half of a body': `POST /rooms/x/document HTTP/1.1\r\nhost: x\r\n${BYTES}content-length: 1000\r\n\r\nhalf`,
  'half of a head': 'POST /rooms/x/document HTTP/1.1\r\nhost: x\r\n',
  'half of a body to an unknown address':
    'POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf',
}

const HALF_BYTES = 200_000
const head = (room: number) =>
  `POST /rooms/r${room}/document HTTP/1.1\r\nhost: x\r\n${BYTES}content-length: ${2 * HALF_BYTES}\r\n\r\n`

// They wait, each for a server of its own.
describe.concurrent('a request that comes to a standstill', () => {
  it.for(Object.entries(halves))(
    '[FR13] does not keep the server from stopping: %s',
    async ([, text], { expect }) => {
      const server = await startServer()
      const sockets = await Promise.all(Array.from({ length: 20 }, () => open(server, text)))
      // Waits until the server has received them.
      await setTimeout(300)
      // `stop()` fails if it takes more than 5 s.
      await expect(server.stop()).resolves.toBeUndefined()
      for (const socket of sockets) socket.destroy()
    },
  )

  it('[HT23] loses its connection', async ({ expect }) => {
    await using server = await startServer()
    const still = await open(server, `${head(0)}half`)
    const closed = once(still, 'close')
    const startMs = performance.now()
    await closed
    expect(performance.now() - startMs).toBeLessThan(25_000)
  })
})

describe('bodies that are sent on purpose to take memory', () => {
  const COUNT = 1_500
  const WARM_UP = 3_000
  /** Node collects the buffers of bodies that it has given up when it needs to; here when it is told to. */
  const COLLECTS = ['--expose-gc', '--import', 'data:text/javascript,process.on("SIGUSR2", gc)']
  async function usedBytes({ pid, baseUrl }: RunningServer): Promise<number> {
    process.kill(pid, 'SIGUSR2')
    // It answers after it has collected.
    expect((await call(`${baseUrl}/health/live`)).status).toBe(200)
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1_024
  }

  it('[FR14] 1,500 of them that stop halfway take at most 64 MB', async () => {
    await using server = await startServer({}, 0, COLLECTS)
    // The young generation grows to its full size with any work, and isn't theirs.
    for (let round = 0; round < WARM_UP / 100; round++) {
      const room = `${server.baseUrl}/rooms/x${round}/location`
      await Promise.all(Array.from({ length: 100 }, () => call(room, { json: 1 })))
    }
    const before = await usedBytes(server)
    const half = 'x'.repeat(HALF_BYTES)
    const sockets: Socket[] = []
    for (let room = 0; room < COUNT; room++) sockets.push(await open(server, head(room) + half))
    await expect
      .poll(() => sockets.filter(({ bytesRead }) => bytesRead > 0).length, { timeout: 30_000 })
      .toBeGreaterThan(COUNT / 2)
    expect((await usedBytes(server)) - before).toBeLessThan(64_000_000)
    expect((await call(`${server.baseUrl}/health/ready`)).status).toBe(200)
    for (const socket of sockets) socket.destroy()
  })
})

describe('a large document', () => {
  async function startLarge(maxWaitingBytes = 268_435_456): Promise<RunningServer> {
    const bytes = 2 * LARGE_BYTES
    const limits = {
      maxUpdateBytes: bytes,
      maxArrivingBytes: bytes,
      stuckMs: STUCK_MS,
      maxWaitingBytes,
    }
    const proxies = { WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' }
    const server = await startServer(limits, 0, [], proxies)
    await fill(server, 'large', LARGE_BYTES)
    return server
  }

  async function fill(server: RunningServer, room: string, bytes: number): Promise<void> {
    const doc = new Doc()
    doc.getText('t').insert(0, 'x'.repeat(bytes))
    const body = Uint8Array.from(encodeStateAsUpdate(doc))
    const headers = { 'content-type': 'application/octet-stream' }
    const url = `${server.baseUrl}/rooms/${room}/document`
    const answer = await fetch(url, { method: 'POST', headers, body })
    expect(answer.status).toBe(200)
  }

  const GET = 'GET /rooms/large/document HTTP/1.1\r\nhost: x\r\n\r\n'

  it('[FR11 FR12] is refused while too many wait for it, and callers that don’t read are disconnected', async () => {
    await using server = await startLarge()
    const sockets = await Promise.all(Array.from({ length: READERS }, () => open(server, GET)))
    const refused = async () => (await call(`${server.baseUrl}/rooms/large/document`)).status
    await expect.poll(refused, { interval: 20 }).toBe(503)
    // They are one account's, and others have their share.
    const headers = { 'x-forwarded-for': '192.0.2.7' }
    const other = await call(`${server.baseUrl}/rooms/large/document`, { headers })
    expect(other.status).toBe(200)
    // No caller reads, so all are disconnected, and then there is room again.
    await expect.poll(refused, { timeout: STUCK_MS * 10 }).toBe(200)
    for (const socket of sockets) socket.destroy()
  })

  it('[HT50] [FR11] whoever reads no faster than they must, with many connections, keeps nobody out', async () => {
    // Four of the large answers.
    await using server = await startLarge(4 * LARGE_BYTES + 100_000)
    await fill(server, 'small', 200_000)
    const residentBytes = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1]) * 1_024
    const before = residentBytes()
    const from = (address: number) =>
      `GET /rooms/large/document HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.${address}\r\n\r\n`
    const attackers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => open(server, from(n % 8))),
    )
    for (const socket of attackers) readSlowly(socket)
    const read = async () => {
      const headers = { 'x-forwarded-for': '192.0.2.77' }
      return (await call(`${server.baseUrl}/rooms/small/document`, { headers })).status
    }
    // For longer than a reader may take nothing.
    const endMs = performance.now() + 2 * STUCK_MS
    while (performance.now() < endMs) expect(await read()).toBe(200)
    expect(attackers.some(({ destroyed }) => !destroyed)).toBe(true)
    expect(residentBytes() - before).toBeLessThan(20 * LARGE_BYTES)
    for (const socket of attackers) socket.destroy()
  })

  /** Takes a little more than 64 KiB in each `stuckMs`. */
  function readSlowly(socket: Socket): void {
    let bytes = 0
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes < 65_536) return
      bytes = 0
      socket.pause()
      void setTimeout(STUCK_MS / 2).then(() => socket.resume())
    })
  }

  it('[FR12] arrives completely at a slow reader', async () => {
    await using server = await startLarge()
    const socket = await open(server, GET)
    let bytes = 0
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      socket.pause()
      void setTimeout(bytes < LARGE_BYTES / 10 ? 20 : 0).then(() => socket.resume())
    })
    await expect.poll(() => bytes, { timeout: 60_000 }).toBeGreaterThan(LARGE_BYTES)
    socket.destroy()
  })
})
