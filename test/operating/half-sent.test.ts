import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { type RunningServer, startServer } from '../servers/standalone.js'

const COUNT = 1_500
const BODY_BYTES = 1_000_000
const HALF = 'x'.repeat(BODY_BYTES / 2)
const HEAD = `POST /rooms/half/document HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: ${BODY_BYTES}\r\n\r\n`
const TEXT = JSON.stringify('in two parts')

function memoryOf({ pid }: RunningServer): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]
  return Number(kilobytes) * 1_024
}

/** Opens a connection from one of the addresses of this machine. */
async function open({ baseUrl }: RunningServer, localAddress: string): Promise<Socket> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect({ host: hostname, port: Number(port), localAddress })
  socket.on('error', () => {
    // Only what the server takes matters.
  })
  await once(socket, 'connect')
  return socket
}

/** Posts a location whose body comes in two parts. Returns the status of the answer. */
async function postInParts(server: RunningServer): Promise<string> {
  const socket = await open(server, '127.0.0.1')
  const url = new URL(`/rooms/half/location?member=${memberKey()}`, server.baseUrl)
  const head = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${TEXT.length}\r\n\r\n`
  socket.write(head + TEXT.slice(0, 5))
  setImmediate(() => socket.write(TEXT.slice(5)))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString('latin1', 9, 12)
}

it.each([
  ['one address', () => '127.0.0.1', 64_000_000],
  [
    'as many addresses',
    (count: number) => `127.0.${1 + Math.floor(count / 250)}.${1 + (count % 250)}`,
    96_000_000,
  ],
])(
  `[FR14] [FR29] ${COUNT} bodies that come by half from %s take a bounded amount of memory, and keep nobody waiting`,
  async (_what, addressOf, mostMoreBytes) => {
    await using server = await startServer()
    const room = new TestRoom(server.baseUrl)
    for (let count = 0; count < 200; count++) await room.move(memberKey(), count)
    const before = memoryOf(server)
    const sockets: Socket[] = []
    let most = 0
    for (let count = 0; count < COUNT; count++) {
      const socket = await open(server, addressOf(count))
      socket.write(HEAD + HALF)
      sockets.push(socket)
      if (count % 50 === 0) {
        expect((await call(room.url('location'))).status).toBe(200)
        expect(await postInParts(server)).toBe('200')
        most = Math.max(most, memoryOf(server))
      }
    }
    await room.move(memberKey(), 1)
    most = Math.max(most, memoryOf(server))
    for (const socket of sockets) socket.destroy()
    expect(most - before).toBeLessThan(mostMoreBytes)
  },
)
