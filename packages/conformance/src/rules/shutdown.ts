import { describe, expect, it } from 'vitest'
import { END_MS, within } from '../deadline.js'
import { flood, LARGE_BYTES, openStuckReader } from '../flood.js'
import { call } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import type { Suite } from '../suite.js'
import { openSocket } from '../socket.js'
import { end, type EventStream } from '../stream.js'

/** PROTOCOL.md FR7 and FR9, and what section 6 says of it. */
export function shutdownRules({ start, platformRefuses }: Suite): void {
  describe('shutdown', () => {
    everybodyIsTold(start)
    latecomers(start, platformRefuses)
  })
  describe('going away over a time', () => {
    inSteps(start)
    servedMeanwhile(start)
  })
}

function everybodyIsTold(start: Suite['start']): void {
  it('[FR7 ST20] every connection gets goodbye and its end', async () => {
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
    expect(performance.now() - before).toBeLessThan(END_MS)
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
    expect(performance.now() - before).toBeLessThan(END_MS)
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
    expect(performance.now() - before).toBeLessThan(END_MS)
    expect([200, 204, 503, 'cut off']).toContain(await within(poll, 'the end of the poll'))
  })

  it('[FR7] an idle connection does not hold the server up', async () => {
    await using server = await start()
    await using idle = await openSocket(server.baseUrl)
    idle.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n')
    await idle.until('an answer', (text) => text.includes(' 200 ') || undefined)
    const before = performance.now()
    await within(server.stop(), 'the end of the server')
    expect(performance.now() - before).toBeLessThan(END_MS)
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
    '[FR19] a stream asked for after that is shutting-down, with Retry-After: %s',
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

/** Closes a stream when its goodbye has come, as a client does that has another one; says when that was. */
async function leaveWhenTold(stream: EventStream): Promise<number> {
  const { at, data } = await stream.next('goodbye')
  expect(data).toMatchObject({ reconnectInMs: expect.toSatisfy((ms: number) => ms <= 300) })
  await stream.close()
  return at
}

function inSteps(start: Suite['start']): void {
  it('[FR9 FR21] 40 streams are told in steps, and the server ends when they have gone', async () => {
    await using server = await start({ goodbyeMs: 2_000 })
    const room = new TestRoom(server.baseUrl)
    const streams = await Promise.all(Array.from({ length: 40 }, () => room.join(memberKey())))
    const before = performance.now()
    const stopped = server.stop()
    const times = await Promise.all(streams.map(leaveWhenTold))
    await within(stopped, 'the end of the server')
    // Without the two seconds that those have who don't go.
    expect(performance.now() - Math.max(...times)).toBeLessThan(1_900)
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1_000)
    const inFirstHalf = times.filter((at) => at < before + 1_000)
    expect(inFirstHalf.length).toBeGreaterThan(5)
    expect(inFirstHalf.length).toBeLessThan(35)
  })

  it('[FR21] who does not go is told again, with a longer time, and ended', async () => {
    await using server = await start({ goodbyeMs: 100, heartbeatMs: 200 })
    const room = new TestRoom(server.baseUrl)
    await using list = await room.list()
    await list.next()
    await using stream = await room.watch()
    const before = performance.now()
    const stopped = server.stop()
    await stream.next('goodbye')
    expect(await stream.quiet(4)).toEqual([])
    const { data } = await stream.next('goodbye')
    expect(performance.now() - before).toBeGreaterThan(2_000)
    expect(data).toMatchObject({ reconnectInMs: expect.toSatisfy((ms: number) => ms >= 1_000) })
    await Promise.all([end(stream), end(list)])
    expect(list.retries.at(-1)).toBeGreaterThanOrEqual(1_000)
    await within(stopped, 'the end of the server')
  })
}

function servedMeanwhile(start: Suite['start']): void {
  it('[FR20] new streams are refused, and everything else is served as before', async () => {
    await using server = await start({ goodbyeMs: 1_000 })
    const room = new TestRoom(server.baseUrl)
    const member = memberKey()
    await using stream = await room.join(member)
    const stopped = server.stop()
    await stream.next('goodbye')
    const { self, id } = await room.move(member, 'C5')
    await stream.until('its own post', ({ members }) => members.get(self)?.location === 'C5')
    expect((await room.read()).members).toHaveLength(1)
    expect(await room.poll(id, 0)).toMatchObject({ status: 204 })
    const refused = await call(room.url('events', { member: memberKey() }))
    expect(refused).toMatchObject({ status: 503 })
    expect(refused.text).toContain('urn:whereabouts:problem:shutting-down')
    expect(await call(`${server.baseUrl}/health/ready`)).toMatchObject({ status: 503 })
    expect(await call(`${server.baseUrl}/health/live`)).toMatchObject({ status: 200 })
    await stream.close()
    await within(stopped, 'the end of the server')
  })

  it('[FR9 HT20] a long-poll that waits is answered, and so is one that comes then', async () => {
    await using server = await start({ goodbyeMs: 1_000 })
    const room = new TestRoom(server.baseUrl)
    await using stream = await room.watch()
    const { id } = await room.read()
    const asked = () => within(room.poll(id, 30_000), 'the answer to a long-poll')
    const waiting = asked()
    const stopped = server.stop()
    await stream.next('goodbye')
    expect(await waiting).toMatchObject({ status: 204 })
    expect(await asked()).toMatchObject({ status: 204 })
    await stream.close()
    await within(stopped, 'the end of the server')
  })
}
