import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { within } from 'whereabouts-conformance/deadline'
import type { RunningServer } from '../servers/standalone.js'
import { type Served, Session, startTls } from './served.js'

const MB = 1_000_000
const LONG_MS = 60_000
const LARGE_BYTES = 3 * MB

const statusOf = async (session: Session, path = '/health/live') =>
  (await session.ask(path)).headers[':status']

const usedBytes = ({ pid }: RunningServer) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1_024

/** Whether a stream or a connection has ended, whichever side ended it. */
const isOver = (each: ClientHttp2Stream | Socket) => each.closed || each.destroyed

function openTcp({ baseUrl }: Served): Socket {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  // A reset is one way to end it.
  return socket.on('error', () => {})
}

/** A frame of HTTP/2. RFC 9113, 4.1 */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

describe('headers over HTTP/2', () => {
  it('[HT33] that unpack to hundreds of megabytes end their streams, and take no memory', async () => {
    await using served = await startTls()
    using other = new Session(served.baseUrl)
    expect(await statusOf(other)).toBe(200)
    const before = usedBytes(served.server)
    // All but the first are one byte each on the wire.
    const bomb = { 'x-bomb': Array<string>(1_000).fill('x'.repeat(2_900)) }
    for (let sent = 0; sent < 200; sent += 20) {
      using attacker = new Session(served.baseUrl)
      const streams = Array.from({ length: 20 }, () => attacker.begin('/health/live', bomb))
      for (const stream of streams) {
        await expect.poll(() => isOver(stream), { timeout: LONG_MS }).toBe(true)
        expect(stream.rstCode).not.toBe(constants.NGHTTP2_NO_ERROR)
      }
      expect(await statusOf(other)).toBe(200)
    }
    expect(usedBytes(served.server) - before).toBeLessThan(150 * MB)
  })

  it('[HT33] that never end have their connection ended', async () => {
    await using served = await startTls()
    const { hostname, port } = new URL(served.baseUrl)
    const options = { ALPNProtocols: ['h2'], rejectUnauthorized: false }
    const socket = connectTls({ host: hostname, port: Number(port), ...options })
    socket.on('error', () => {})
    await within(once(socket, 'secureConnect'), 'a connection')
    socket.resume()
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    socket.write(frame(4, 0, 0, Buffer.alloc(0)))
    const method = Buffer.from([0x82, 0x84, 0x87, 0x41, 9, ...Buffer.from('localhost')])
    // Without the flag that ends the headers.
    socket.write(frame(1, 1, 1, method))
    const field = Buffer.concat([Buffer.from([0, 1, 0x78, 100]), Buffer.alloc(100, 'y')])
    const more = frame(9, 0, 1, Buffer.concat(Array<Buffer>(150).fill(field)))
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    let written = 0
    while (!isOver(socket) && written < 64 * MB) {
      written += more.length
      const drained = new Promise<void>((resolve) => socket.write(more, () => resolve()))
      await Promise.race([drained, closed])
    }
    await within(closed, 'the end of the connection', LONG_MS)
    expect(written).toBeLessThan(64 * MB)
    using other = new Session(served.baseUrl)
    expect(await statusOf(other)).toBe(200)
  })
})

it('[HT33 HT42] sockets are bounded, and one without a handshake is ended', async () => {
  await using served = await startTls({ WHEREABOUTS_MAX_CONNECTIONS: '3' })
  const silent = Array.from({ length: 6 }, () => openTcp(served))
  await Promise.all(silent.map((socket) => within(once(socket, 'connect'), 'a connection')))
  const seventh = openTcp(served)
  await within(once(seventh, 'close'), 'the end of one too many')
  expect(seventh.bytesRead).toBe(0)
  expect(silent.filter(isOver)).toEqual([])
  for (const socket of silent)
    await expect.poll(() => isOver(socket), { timeout: LONG_MS }).toBe(true)
  using session = new Session(served.baseUrl)
  expect(await statusOf(session)).toBe(200)
})

it('[HT33 FR5 FR12] readers over HTTP/2 that read nothing are ended', async () => {
  await using served = await startTls({
    WHEREABOUTS_STUCK_MS: '2000',
    WHEREABOUTS_MAX_UPDATE_BYTES: String(2 * LARGE_BYTES),
  })
  using writer = new Session(served.baseUrl)
  const doc = new Doc()
  doc.getText('t').insert(0, 'x'.repeat(LARGE_BYTES))
  const posted = writer.begin('/rooms/large/document', {
    ':method': 'POST',
    'content-type': 'application/octet-stream',
  })
  posted.end(encodeStateAsUpdate(doc))
  const [answer] = (await within(once(posted, 'response'), 'the answer')) as [object]
  expect(answer).toMatchObject({ ':status': 200 })
  using reader = new Session(served.baseUrl)
  // Nobody listens to their data, so a client reads no more than its window.
  const stuck = ['/rooms/large/document', '/rooms/large/events?watch=1'].map((path) =>
    reader.begin(path),
  )
  await Promise.all(stuck.map((stream) => within(once(stream, 'response'), 'an answer')))
  for (let member = 0; member < 200; member++) {
    const path = `/rooms/large/location?member=m${member}`
    await writer.ask(path, {}, JSON.stringify('x'.repeat(1_000)))
  }
  for (const stream of stuck)
    await expect.poll(() => isOver(stream), { timeout: LONG_MS }).toBe(true)
  expect(await statusOf(writer, '/rooms/large/document')).toBe(200)
  const { text } = await writer.ask('/metrics')
  expect(text).toContain('\nwhereabouts_connections 0\n')
})

it('[FR11 FR12] answers that nobody takes end, however small they are', async () => {
  await using served = await startTls({ WHEREABOUTS_STUCK_MS: '1000' })
  const session = connectHttp2(served.baseUrl, {
    rejectUnauthorized: false,
    settings: { initialWindowSize: 0 },
  })
  session.on('error', () => {})
  const streams = Array.from({ length: 100 }, () =>
    session.request({ ':path': '/rooms/x/location' }).on('error', () => {}),
  )
  let bytes = 0
  for (const stream of streams) stream.on('data', (chunk: Buffer) => (bytes += chunk.length))
  await within(Promise.all(streams.map((stream) => once(stream, 'response'))), 'the heads')
  for (const stream of streams) {
    await expect.poll(() => isOver(stream), { timeout: LONG_MS }).toBe(true)
  }
  // None of them had a byte of its body.
  expect(bytes).toBe(0)
  session.destroy()
  using other = new Session(served.baseUrl)
  expect(await statusOf(other, '/rooms/x/location')).toBe(200)
})
