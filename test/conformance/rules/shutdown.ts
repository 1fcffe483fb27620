import { describe, expect, it } from 'vitest'
import { within } from '../deadline.js'
import { flood, LARGE_BYTES, openStuckReader } from '../flood.js'
import { memberKey, TestRoom } from '../room.js'
import type { Suite } from '../suite.js'
import { openSocket } from '../socket.js'
import { end } from '../stream.js'

/** PROTOCOL.md FR7, and what section 6 says of it. */
export function shutdownRules({ start, platformRefuses }: Suite): void {
  describe('shutdown', () => {
    everybodyIsTold(start)
    latecomers(start, platformRefuses)
  })
}

function everybodyIsTold(start: Suite['start']): void {
  it('[FR7] every connection gets goodbye and its end', async () => {
    await using server = await start()
    const rooms = Array.from({ length: 4 }, () => new TestRoom(server.baseUrl))
    const streams = await Promise.all(
      rooms.flatMap((room) => [room.join(memberKey()), room.watch(), room.watch()]),
    )
    await using list = await rooms[0]!.list()
    await list.next()
    const before = performance.now()
    const stopped = server.stop()
    for (const stream of streams) await stream.next('goodbye')
    await Promise.all([...streams, list].map((stream) => end(stream)))
    await within(stopped, 'the end of the server')
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  it('[FR7] the times to be back differ, so that not all are back at once', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    const streams = await Promise.all(Array.from({ length: 6 }, () => room.watch()))
    const stopped = server.stop()
    const times = await Promise.all(
      streams.map(async (stream) => JSON.stringify((await stream.next('goodbye')).data)),
    )
    expect(new Set(times).size).toBeGreaterThan(1)
    await stopped
  })

  it('[FR7] a reader that never reads is closed all the same', async () => {
    await using server = await start({ maxLocationBytes: LARGE_BYTES, frameIntervalMs: 5 })
    const room = new TestRoom(server.baseUrl)
    await using reader = await room.watch()
    await using stuck = await openStuckReader(room, memberKey())
    await reader.until('the stuck reader', ({ members }) => members.size === 1)
    await flood(room, reader)
    const before = performance.now()
    await within(server.stop(), 'the end of the server')
    expect(performance.now() - before).toBeLessThan(3_000)
    stuck.read()
    await within(stuck.closed, 'the end of the connection')
  })

  it('[FR7] a long-poll that waits does not hold the server up', async () => {
    await using server = await start({ heartbeatMs: 100 })
    const room = new TestRoom(server.baseUrl)
    await using watcher = await room.watch()
    const poll = room.poll((await room.read()).id, 30_000).then(
      ({ status }) => status,
      () => 'cut off',
    )
    await watcher.quiet(2)
    const before = performance.now()
    await within(server.stop(), 'the end of the server')
    expect(performance.now() - before).toBeLessThan(2_000)
    expect([200, 204, 503, 'cut off']).toContain(await within(poll, 'the end of the poll'))
  })

  it('[FR7] an idle connection does not hold the server up', async () => {
    await using server = await start()
    await using idle = await openSocket(server.baseUrl)
    idle.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n')
    await idle.until('an answer', (text) => text.includes(' 200 ') || undefined)
    const before = performance.now()
    await within(server.stop(), 'the end of the server')
    expect(performance.now() - before).toBeLessThan(2_000)
  })
}

/** Asks for `path` when the shutdown has begun, on a connection that was there before. */
async function askWhileStopping(start: Suite['start'], path: string): Promise<string> {
  await using server = await start()
  const room = new TestRoom(server.baseUrl)
  await using watcher = await room.watch()
  // Half a request keeps the connection, which an idle one would not survive.
  await using late = await openSocket(server.baseUrl)
  late.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n`)
  await room.read()
  const stopped = server.stop()
  await watcher.next('goodbye')
  late.write('Connection: close\r\n\r\n')
  const answer = await late.until('an answer', (text) =>
    /\r\n\r\n[^]*[}\n]/.test(text) ? text : undefined,
  )
  await late[Symbol.asyncDispose]()
  await within(stopped, 'the end of the server')
  return answer
}

function latecomers(start: Suite['start'], platformRefuses: boolean): void {
  it.each(['/rooms/late/events', '/location/sse'])(
    '[FR7] a stream asked for after that is shutting-down, with Retry-After: %s',
    async (path) => {
      const answer = await askWhileStopping(start, path)
      expect(answer).toMatch(/^HTTP\/1\.1 503 /)
      expect(answer).toMatch(/^connection: close\r$/im)
      if (platformRefuses) return
      expect(answer).toMatch(/^retry-after: [0-9]+\r$/im)
      expect(answer).toMatch(/^content-type: application\/problem\+json\b/im)
      expect(answer).toContain('urn:whereabouts:problem:shutting-down')
    },
  )

  it('[HT8] a server that is shutting down is not ready', async () => {
    const answer = await askWhileStopping(start, '/health/ready')
    expect(answer).toMatch(/^HTTP\/1\.1 503 /)
  })
}
