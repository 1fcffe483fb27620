import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createHttpServer } from './http-server.js'

const IDLE_MS = 1_000

async function listen(handle: RequestListener) {
  const server = createHttpServer(IDLE_MS, handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const end = async () => {
    socket.destroy()
    server.close()
    await once(server, 'close')
  }
  return { socket, [Symbol.asyncDispose]: end }
}

const ask = (socket: Socket) => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')

it('keeps a connection as long as requests come on it, and closes it when none did for a while', async () => {
  await using server = await listen((_request, response) => response.end('here'))
  const { socket } = server
  let text = ''
  socket.setEncoding('latin1').on('data', (part: string) => (text += part))
  for (let count = 1; count <= 6; count++) {
    ask(socket)
    await expect.poll(() => text.split('here').length - 1, { interval: 10 }).toBe(count)
    await sleep(IDLE_MS / 4)
  }
  const askedMs = performance.now()
  await once(socket, 'close')
  expect(performance.now() - askedMs).toBeLessThan(IDLE_MS * 4)
})

it('keeps a connection as long as something goes out on it', async () => {
  await using server = await listen((_request, response) => {
    let count = 0
    const timer = setInterval(() => {
      count += 1
      response.write(`part ${count} `)
      if (count === 6) clearInterval(timer)
    }, IDLE_MS / 4)
  })
  const { socket } = server
  let text = ''
  socket.setEncoding('latin1').on('data', (part: string) => (text += part))
  ask(socket)
  await once(socket, 'close')
  expect(text).toContain('part 6')
})

it('closes a connection on which no request ever comes', async () => {
  await using server = await listen(() => {})
  await once(server.socket.resume(), 'close')
  expect(server.socket.bytesRead).toBe(0)
})
