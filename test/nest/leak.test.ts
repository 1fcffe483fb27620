import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { RoomAnswer } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { call } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { openSocket } from 'whereabouts-conformance/socket'
import { PLATFORMS, type Platform } from '../servers/nest.js'
import { size } from '../size.js'

const SERVER = fileURLToPath(new URL('leak.server.mjs', import.meta.url))
const START_MS = 20_000
const ROUNDS = 5
const STREAMS_A_ROUND = 250
const AT_ONCE = 25
/** A connection takes several kilobytes, so a leaked one exceeds this. */
const MOST_BYTES_A_STREAM = 1_024
/** Measured: 15 and 11 kilobytes, including what the platform and Node hold for a request. */
const MOST_BYTES_AN_OPEN_STREAM = { express: 18_000, fastify: 14_000 }

/** The resources that the server reports. */
interface Held {
  readonly heapBytes: number
  readonly listeners: { readonly server: number; readonly process: number }
  /** By kind; a timer is a `Timeout`. */
  readonly resources: { readonly [kind: string]: number }
  readonly connections: number
  readonly room: RoomAnswer
}

async function ask<T = Held>(server: ChildProcess, message?: object): Promise<T> {
  const answered = once(server, 'message')
  if (message !== undefined) server.send(message)
  const [answer] = (await within(answered, 'an answer of the server', START_MS)) as [
    { readonly measured: T },
  ]
  return answer.measured
}

async function startServer(platform: Platform) {
  const server = fork(SERVER, [platform], { execArgv: ['--expose-gc'] })
  const { port } = await ask<{ readonly port: number }>(server)
  return {
    process: server,
    room: new TestRoom(`http://127.0.0.1:${port}`, 'leak'),
    async [Symbol.asyncDispose]() {
      const exited = once(server, 'exit')
      server.disconnect()
      try {
        await within(exited, 'the end of the server')
      } finally {
        server.kill('SIGKILL')
      }
    },
  }
}

/** Opens a stream and closes it in one of the ways in which streams close. */
async function openAndClose(room: TestRoom, index: number): Promise<void> {
  const query = index % 2 === 0 ? { member: `key-${index % 20}` } : { watch: 1, view: 'list' }
  const path = room.url('events', query).slice(room.baseUrl.length)
  await using socket = await openSocket(room.baseUrl)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  // One in four disconnects before its answer starts.
  if (index % 4 !== 3)
    await socket.until('the stream', (text) => text.includes('data:') || undefined)
  if (index % 4 === 0) socket.finish()
  else socket.reset()
}

async function round(room: TestRoom): Promise<void> {
  for (let first = 0; first < STREAMS_A_ROUND; first += AT_ONCE) {
    const indices = Array.from({ length: AT_ONCE }, (_, index) => first + index)
    const streams = indices.map((index) => openAndClose(room, index))
    await room.move(`key-${first % 20}`, first)
    await Promise.all(streams)
  }
}

/** Waits until the last lease has expired, so that only leaks are left. */
async function emptied(room: TestRoom): Promise<void> {
  await using watcher = await room.watch()
  await watcher.until('nobody', ({ members, watching }) => members.size === 0 && watching === 1)
}

/** Returns the resources other than the heap. */
function inventory({ listeners, resources, connections, room: { members, watching } }: Held) {
  return { listeners, timers: resources['Timeout'] ?? 0, connections, members, watching }
}

// Fastify is another mount of the same streams.
describe.each(size<readonly Platform[]>(['express'], PLATFORMS))('leaks on %s', (platform) => {
  it('[FR6] 1,000 streams leak no listeners, timers, rooms or memory', async () => {
    await using server = await startServer(platform)
    const held: Held[] = []
    for (let count = 0; count <= ROUNDS; count++) {
      await round(server.room)
      await emptied(server.room)
      held.push(await ask(server.process, { ask: 'measure' }))
    }
    // The first two rounds warm up caches and pools; the thousand streams come after them.
    const [, before] = held
    const after = held.at(-1)!
    expect(inventory(after)).toEqual(inventory(before!))
    expect(after.room).toMatchObject({ members: [], watching: 0 })
    const streams = (ROUNDS - 1) * STREAMS_A_ROUND
    expect(streams).toBe(1_000)
    expect(after.heapBytes - before!.heapBytes).toBeLessThan(streams * MOST_BYTES_A_STREAM)
    const metrics = await call(`${server.room.baseUrl}/metrics`)
    expect(metrics.text).toMatch(/^whereabouts\w*connections\w*(\{\})? 0$/m)
  }, 120_000)

  it('[FR6] 1,000 subscriptions of own routes leak nothing', async () => {
    await using server = await startServer(platform)
    await ask(server.process, { ask: 'watch', count: 1_000 })
    await emptied(server.room)
    const before = await ask(server.process, { ask: 'measure' })
    await ask(server.process, { ask: 'watch', count: 1_000 })
    await emptied(server.room)
    const after = await ask(server.process, { ask: 'measure' })
    expect(inventory(after)).toEqual(inventory(before))
    expect(after.room).toMatchObject({ members: [], watching: 0 })
    expect(after.heapBytes - before.heapBytes).toBeLessThan(1_000 * MOST_BYTES_A_STREAM)
  }, 60_000)

  it('[FR6] an open stream takes only a few kilobytes', async () => {
    await using server = await startServer(platform)
    const { room } = server
    await using _warm = await room.watch()
    const before = await ask(server.process, { ask: 'measure' })
    const streams = await Promise.all(
      Array.from({ length: STREAMS_A_ROUND }, (_, index) => room.join(`open-${index}`)),
    )
    const after = await ask(server.process, { ask: 'measure' })
    const bytes = (after.heapBytes - before.heapBytes) / streams.length
    expect(bytes).toBeLessThan(MOST_BYTES_AN_OPEN_STREAM[platform])
    await Promise.all(streams.map((stream) => stream.close()))
  })
})
