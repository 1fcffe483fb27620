import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { openSocket, type RawSocket } from 'whereabouts-conformance/socket'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { type RunningServer, startServer } from '../servers/standalone.js'

const COUNT = 1_500
const BODY_BYTES = 1_000_000
const HALF = 'x'.repeat(BODY_BYTES / 2)
const MOST_MORE_BYTES = 64_000_000
const HEAD = `POST /rooms/half/document HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: ${BODY_BYTES}\r\n\r\n`

function memoryOf({ pid }: RunningServer): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]
  return Number(kilobytes) * 1_024
}

it(`[FR14] ${COUNT} bodies that somebody sends by half take no more than 64 MB, and keep nobody waiting`, async () => {
  await using server = await startServer()
  const room = new TestRoom(server.baseUrl)
  for (let count = 0; count < 200; count++) await room.move(memberKey(), count)
  const before = memoryOf(server)
  const sockets: RawSocket[] = []
  let most = 0
  for (let count = 0; count < COUNT; count++) {
    const socket = await openSocket(server.baseUrl)
    socket.write(HEAD + HALF)
    sockets.push(socket)
    if (count % 50 === 0) {
      const { status } = await call(room.url('location'))
      expect(status).toBe(200)
      most = Math.max(most, memoryOf(server))
    }
  }
  await room.move(memberKey(), 1)
  most = Math.max(most, memoryOf(server))
  for (const socket of sockets) await socket[Symbol.asyncDispose]()
  expect(most - before).toBeLessThan(MOST_MORE_BYTES)
})
