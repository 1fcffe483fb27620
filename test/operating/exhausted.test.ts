import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { openSocket } from 'whereabouts-conformance/socket'
import { startServer } from '../servers/standalone.js'

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url))
const ASSETS = fileURLToPath(new URL('../../apps/office/dist/assets/', import.meta.url))
/** Enough for the server itself, and for few connections. */
const DESCRIPTORS = 300

/** A standalone server that may open so few files. */
async function startPoor(): Promise<
  AsyncDisposable & { readonly port: number; readonly pid: number; readonly output: () => string }
> {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-poor-'))
  const command = `ulimit -n ${DESCRIPTORS}; exec "$0" "$1"`
  const child = spawn('bash', ['-c', command, process.execPath, MAIN], {
    env: { PATH: process.env['PATH'], PORT: '0', WHEREABOUTS_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = once(child, 'close')
  const port = await new Promise<number>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      output += chunk.toString()
      const found = /localhost:(\d+)/.exec(output)?.[1]
      if (found !== undefined) resolve(Number(found))
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    void ended.then(() => reject(new Error(output)))
  })
  return {
    port,
    pid: child.pid!,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Asks on a connection that stays open. */
async function statusOf(port: number, path: string, agent: Agent): Promise<number | undefined> {
  const call = get({ port, host: '127.0.0.1', path, agent })
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

it('[AD15] a server without file descriptors says so, and is well when there are some again', async () => {
  await using server = await startPoor()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ready = () => statusOf(server.port, '/health/ready', agent)
  expect(await ready()).toBe(200)
  const sockets: Socket[] = []
  for (let count = 0; count < 2 * DESCRIPTORS; count++) {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
  }
  await expect.poll(ready).toBe(503)
  await expect.poll(server.output).toContain('no file descriptors are left')
  for (const socket of sockets) socket.destroy()
  await expect.poll(ready).toBe(200)
  expect(server.output().split('no file descriptors').length).toBe(2)
  agent.destroy()
})

/** Asks for a file and breaks off after the first bytes. */
async function breakOff(port: number, path: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await once(socket, 'data')
  socket.resetAndDestroy()
}

it('[OP40] downloads that are broken off hold no file descriptors', async () => {
  await using server = await startPoor()
  const baseUrl = `http://127.0.0.1:${server.port}`
  const files = await readdir(ASSETS)
  const file = files.find((name) => /^open-sheet-.*\.js$/.test(name))
  for (let count = 0; count < 2 * DESCRIPTORS; count += 50) {
    await Promise.all(Array.from({ length: 50 }, () => breakOff(server.port, `/assets/${file}`)))
  }
  const opened = async () => (await readdir(`/proc/${server.pid}/fd`)).length
  await expect.poll(opened).toBeLessThan(DESCRIPTORS / 2)
  expect((await call(`${baseUrl}/assets/${file}`)).status).toBe(200)
  expect((await call(`${baseUrl}/assets/none.js`)).status).toBe(404)
})

const HEAD = (path: string, type: string) =>
  [
    `POST /rooms/budget/${path} HTTP/1.1`,
    'Host: localhost',
    `Content-Type: ${type}`,
    'Content-Length: 1000',
    '',
    '',
  ].join('\r\n')

it('[HT42] a server without TLS has so many connections and no more', async () => {
  // One that isn't a trusted proxy has no more than it leaves to others. BU28
  const variables = { WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' }
  await using server = await startServer({ maxConnections: 1 }, 0, [], variables)
  const sockets = await Promise.all(Array.from({ length: 1_002 }, () => openSocket(server.baseUrl)))
  await using more = await openSocket(server.baseUrl)
  more.read()
  await more.closed
  expect(more.text).toBe('')
  expect(sockets.filter(({ isClosed }) => isClosed)).toEqual([])
  for (const socket of sockets) await socket[Symbol.asyncDispose]()
  const status = async () => (await call(`${server.baseUrl}/health/live`)).status
  await expect.poll(status).toBe(200)
})

it('[AD16] a caller who goes away in the middle of a body is no error in the log', async () => {
  await using server = await startServer()
  const bytes = 'application/octet-stream'
  const heads = [
    HEAD('location?member=k', 'application/json'),
    HEAD('events?member=k', 'application/json'),
    HEAD('document', bytes),
    HEAD('document/sync', bytes),
  ]
  for (const head of heads) {
    for (const sent of [head, `${head}half a body`, `${head}${head}`]) {
      const socket = await openSocket(server.baseUrl)
      socket.write(sent)
      // In another turn of the server than it came in.
      await fetch(`${server.baseUrl}/health/live`)
      await socket[Symbol.asyncDispose]()
    }
  }
  await expect
    .poll(async () => (await fetch(`${server.baseUrl}/rooms/budget/location`)).json())
    .toMatchObject({ members: [] })
  expect(server.output()).not.toMatch(/"level":(50|60)|Error|stack/)
})
