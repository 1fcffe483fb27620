import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openSocket, type RawSocket } from 'whereabouts-conformance/socket'
import { CERTIFICATE, PRIVATE_KEY } from '../../../test/nest/certificate.js'
import { Http2Server } from './http2-server.js'
import { HttpServer, type NodeServer, plainServer } from './http-server.js'

const IDLE_MS = 1_000

async function listen(handle: RequestListener, node: NodeServer = plainServer(10, handle)) {
  const server = new HttpServer(IDLE_MS, node)
  const baseUrl = await server.listen(0, '127.0.0.1')
  return { baseUrl, [Symbol.asyncDispose]: () => server.close() }
}

const ask = (socket: RawSocket) => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')

it('says what to do if its port is in use', async () => {
  await using first = await listen(() => {})
  const port = new URL(first.baseUrl).port
  const second = new HttpServer(
    IDLE_MS,
    plainServer(10, () => {}),
  )
  await expect(second.listen(Number(port), '127.0.0.1')).rejects.toThrow(
    `port ${port} of 127.0.0.1 is in use. End what uses it, or set PORT to another one.`,
  )
})

it('[HT42] keeps a connection open while requests arrive, and closes it after a time without any', async () => {
  await using server = await listen((_request, response) => response.end('here'))
  await using socket = await openSocket(server.baseUrl)
  for (let count = 1; count <= 6; count++) {
    ask(socket)
    await socket.until('an answer', (text) => text.split('here').length > count || undefined)
    await sleep(IDLE_MS / 4)
  }
  const sinceMs = performance.now()
  await socket.closed
  expect(performance.now() - sinceMs).toBeLessThan(IDLE_MS * 8)
})

it('[HT42] keeps a connection open while data is sent over it', async () => {
  await using server = await listen((_request, response) => {
    let count = 0
    const timer = setInterval(() => {
      count += 1
      response.write(`part ${count} `)
      if (count === 6) clearInterval(timer)
    }, IDLE_MS / 4)
  })
  await using socket = await openSocket(server.baseUrl)
  ask(socket)
  socket.read()
  await socket.closed
  expect(socket.text).toContain('part 6')
})

it('[HT42] closes a connection without any request', async () => {
  await using server = await listen(() => {})
  await using socket = await openSocket(server.baseUrl)
  socket.read()
  await socket.closed
  expect(socket.text).toBe('')
})

it('[HT42] closes a connection of HTTP/2 after a time without any request', async () => {
  const handle: RequestListener = (_request, response) => response.end('here')
  const tls = { cert: Buffer.from(CERTIFICATE), key: Buffer.from(PRIVATE_KEY) }
  await using server = await listen(handle, new Http2Server(tls, 10, handle))
  const session = connect(server.baseUrl, { rejectUnauthorized: false })
  const ended = once(session, 'close')
  const stream = session.request({ ':path': '/' })
  stream.resume()
  await once(stream, 'close')
  await ended
  expect(stream.rstCode).toBe(0)
})
