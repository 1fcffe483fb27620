import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { AT_ONCE_MS } from 'whereabouts-conformance/deadline'
import { call } from 'whereabouts-conformance/http'
import { startApp } from '../servers/nest.js'
import { startServer } from '../servers/standalone.js'

interface Server extends AsyncDisposable {
  readonly baseUrl: string
}

const startNest = (kind: 'express' | 'fastify') => (): Promise<Server> =>
  startApp(kind, {
    imports: [WhereaboutsModule.forRoot({ secret: 'the secret of these tests' })],
  })

const SERVERS: Record<string, () => Promise<Server>> = {
  standalone: () => startServer(),
  'Nest on Express': startNest('express'),
  'Nest on Fastify': startNest('fastify'),
}

async function open({ baseUrl }: Server, text: string): Promise<Socket> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {
    // Only the end of the connection matters.
  })
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

const request = (target: string, method = 'GET', head = '', body = '') =>
  `${method} ${target} HTTP/1.1\r\nhost: x\r\n${head}\r\n${body}`
const post = (location: string) =>
  request(
    '/rooms/x/location?member=ann',
    'POST',
    `content-type: application/json\r\ncontent-length: ${location.length}\r\n`,
    location,
  )

async function room({ baseUrl }: Server): Promise<{ members: unknown[]; watching: number }> {
  const { text } = await call(`${baseUrl}/rooms/x/location`)
  return JSON.parse(text) as { members: unknown[]; watching: number }
}

describe.each(Object.entries(SERVERS))('%s', (_, start) => {
  it('[FR15] opens no stream for a connection that ended before its turn', async () => {
    await using server = await start()
    const streams = request('/rooms/x/events?watch=1') + request('/rooms/x/events').repeat(10)
    const socket = await open(server, streams)
    await expect.poll(async () => (await room(server)).watching).toBe(1)
    expect((await room(server)).members).toEqual([])
    socket.destroy()
    await expect.poll(async () => (await room(server)).watching).toBe(0)
    expect((await room(server)).members).toEqual([])
  })

  it('[HT25] ends a stream when its reader has gone, even if nobody has read a body of its request', async () => {
    await using server = await start()
    const body = 'x'.repeat(500_000)
    const head = `content-length: ${body.length}\r\n`
    const socket = await open(server, request('/rooms/x/events?watch=1', 'GET', head, body))
    await expect.poll(async () => (await room(server)).watching).toBe(1)
    socket.destroy()
    // A heartbeat would find it out, too, but only after 15 s.
    await expect.poll(async () => (await room(server)).watching, { timeout: AT_ONCE_MS }).toBe(0)
  })

  it('[FR15] ends a connection with too many waiting calls', async () => {
    await using server = await start()
    const wait = request('/rooms/x/events?watch=1').repeat(40)
    const socket = await open(server, wait)
    socket.resume()
    await once(socket, 'close')
    await expect.poll(async () => (await room(server)).watching).toBe(0)
  })

  it('[FR15] answers calls in the order of their arrival', async () => {
    await using server = await start()
    const socket = await open(
      server,
      ['1', '2', '3'].map(post).join('') + request('/rooms/x/location'),
    )
    let text = ''
    for await (const chunk of socket) {
      text += String(chunk)
      if (text.includes('"members"')) break
    }
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(4)
    expect(text).toContain('"location":3')
  })
})
