import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import type { AddedMetric } from '@whereabouts/server'
import { Proxies } from '@whereabouts/server/mount'
import { shareSockets } from './socket-shares.js'

const MOST = 400

/** A server that says hello to connections that it keeps. */
async function start(trusted: readonly string[] = []) {
  const server = createServer()
  server.maxConnections = MOST
  const warnings: string[] = []
  const log = { info: () => {}, warn: (line: string) => void warnings.push(line), error: () => {} }
  const metrics = new Map<string, () => number>()
  const addMetric = ({ name, read }: AddedMetric) => void metrics.set(name, read)
  shareSockets(server, { proxies: new Proxies(trusted), log, addMetric })
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    if (!socket.destroyed) socket.write('hello')
  })
  await once(server.listen(0, '0.0.0.0'), 'listening')
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  /** Opens connections from an address, and returns how many are kept. */
  const open = async (localAddress: string, count: number) => {
    const kept = Array.from({ length: count }, async () => {
      const socket = connect({ port, host: '127.0.0.1', localAddress })
      sockets.push(socket)
      socket.on('error', () => {})
      const hello = once(socket, 'data').then(() => true)
      return Promise.race([hello, once(socket, 'close').then(() => false)])
    })
    return (await Promise.all(kept)).filter(Boolean).length
  }
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await once(server.close(), 'close')
  }
  const ended = () => metrics.get('ended_connections')!()
  return { open, server, sockets, warnings, ended, [Symbol.asyncDispose]: close }
}

it('[BU28] an address has no more connections than it leaves to others', async () => {
  await using server = await start()
  expect(await server.open('127.0.0.2', MOST)).toBe(MOST / 2)
  expect(await server.open('127.0.0.3', MOST)).toBe(MOST / 4)
  expect(await server.open('127.0.0.4', 10)).toBe(10)
  expect(server.ended()).toBe(MOST / 2 + (3 * MOST) / 4)
  expect(server.warnings).toEqual([
    expect.stringMatching(/name it in WHEREABOUTS_TRUSTED_PROXIES: 127\.0\.0\.2$/),
  ])
})

it('[BU28] connections that are closed leave their places', async () => {
  await using server = await start()
  await server.open('127.0.0.2', MOST)
  for (const socket of server.sockets) socket.destroy()
  const count = () =>
    new Promise((resolve) => server.server.getConnections((_, open) => resolve(open)))
  await expect.poll(count).toBe(0)
  expect(await server.open('127.0.0.2', 100)).toBe(100)
})

it('[BU28] a trusted proxy may have all', async () => {
  await using server = await start(['127.0.0.2'])
  expect(await server.open('127.0.0.2', MOST)).toBe(MOST)
  expect(server.ended()).toBe(0)
  expect(server.warnings).toEqual([])
})
