import { describe, expect, it } from 'vitest'
import { LATE_MS } from '../deadline.js'
import { call, expectRefused, open } from '../http.js'
import { flood, LARGE_BYTES, openStuckReader } from '../flood.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import type { Suite } from '../suite.js'
import { openSocket } from '../socket.js'
import { openStream } from '../stream.js'

/** PROTOCOL.md section 9 but shutdown. */
export function frameRules(suite: Suite): void {
  describe('frames', () => {
    describe('gathering', () => gathering(suite))
    sameBytes(suite)
    slowReaders(suite)
    release(suite)
    maxConnections(suite)
  })
}

const INTERVAL_MS = 1_000
const HEARTBEAT_MS = 100
/** Longer than a frame interval, in heartbeats. */
const QUIET_SPELL = INTERVAL_MS / HEARTBEAT_MS + 2
const STUCK_MS = 400

function gathering({ share }: Suite): void {
  const server = share({
    frameIntervalMs: INTERVAL_MS,
    frameCostMs: 0,
    heartbeatMs: HEARTBEAT_MS,
  })

  it('[FR1] the first change after a quiet spell goes out at once, the next with its frame', async () => {
    const room = new TestRoom(server.baseUrl)
    const key = memberKey()
    await using own = await room.join(key)
    for (let round = 0; round < 2; round++) {
      await own.quiet(QUIET_SPELL)
      const before = performance.now()
      await room.move(key, `first ${round}`)
      const first = await own.next('patch')
      expect(first.at - before, 'at once').toBeLessThan(INTERVAL_MS * 0.8)
      await room.move(key, `second ${round}`)
      const second = await own.next('patch')
      expect(second.at - before, 'a frame later').toBeGreaterThan(INTERVAL_MS * 0.9)
      expect(second.at - before).toBeLessThan(INTERVAL_MS + LATE_MS)
      expect(second.data).toEqual({ move: { [own.self]: `second ${round}` } })
    }
  })

  it('[FR1] [FR2] 50 moves in a burst are a frame or two, and the last one counts', async () => {
    const room = new TestRoom(server.baseUrl)
    const key = memberKey()
    await using own = await room.join(key)
    await own.quiet(QUIET_SPELL)
    const from = own.patches.length
    const begin = performance.now()
    await room.move(key, 1)
    // At once: each by itself would take a node on Redis a frame.
    const between = Array.from({ length: 48 }, (_, index) => room.move(key, index + 2))
    await Promise.all(between)
    await room.move(key, 50)
    const took = performance.now() - begin
    await own.until('the last move', ({ members }) => members.get(own.self)?.location === 50)
    const patches = own.patches.slice(from)
    expect(patches.length).toBeGreaterThan(1)
    expect(patches.length).toBeLessThanOrEqual(2 + Math.ceil(took / INTERVAL_MS))
    for (const patch of patches) expect(Object.keys(patch)).toEqual(['move'])
    expect(patches[0]?.move).toEqual({ [own.self]: 1 })
    expect(await own.quiet(QUIET_SPELL), 'once').toEqual([])
  })

  it('[FR2] a frame carries everybody who moved, once', async () => {
    const room = new TestRoom(server.baseUrl)
    const keys = Array.from({ length: 20 }, memberKey)
    await Promise.all(keys.map((key) => room.move(key, 0)))
    await using watcher = await room.watch()
    await watcher.quiet(QUIET_SPELL)
    const selves = await Promise.all(keys.map(async (key) => (await room.move(key, 1)).self))
    await watcher.until('all', ({ members }) =>
      selves.every((id) => members.get(id)?.location === 1),
    )
    expect(watcher.patches.length).toBeLessThanOrEqual(3)
    const moved = watcher.patches.flatMap(({ move = {} }) => Object.keys(move))
    expect(moved.toSorted()).toEqual(selves.toSorted())
  })

  it('[FR1] rooms have frames of their own', async () => {
    const [busy, calm] = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
    const key = memberKey()
    await using own = await calm.join(key)
    await own.quiet(QUIET_SPELL)
    await busy.move(key, 1)
    await busy.move(key, 2)
    const before = performance.now()
    await calm.move(key, 1)
    expect((await own.next('patch')).at - before).toBeLessThan(INTERVAL_MS * 0.8)
  })
}

function sameBytes({ calm }: Suite): void {
  it('[FR3] everybody who is up to date gets the same bytes', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using one = await room.join(key)
    await using two = await room.watch()
    await using three = await room.watch()
    await one.until('both viewers', ({ watching }) => watching === 2)
    await Promise.all([one, two, three].map((stream) => stream.quiet()))
    const from = [one, two, three].map(({ text }) => text.length)
    for (let location = 0; location < 30; location++) await room.move(key, location)
    for (const stream of [one, two, three]) {
      await stream.until('the last', ({ members }) => members.get(one.self)?.location === 29)
    }
    const frames = [one, two, three].map(({ text }, index) => patchesIn(text.slice(from[index])))
    expect(frames[0]!.length).toBeGreaterThan(0)
    expect(frames[1]).toEqual(frames[0])
    expect(frames[2]).toEqual(frames[0])
  })
}

const patchesIn = (text: string) =>
  text.split('\n\n').filter((event) => event.includes('event: patch'))

function slowReaders({ start }: Suite): void {
  const settings = { maxLocationBytes: LARGE_BYTES, frameIntervalMs: 5, heartbeatMs: HEARTBEAT_MS }

  it('[FR4] a reader that does not drain gets one catch-up when it does', async () => {
    await using server = await start(settings)
    const room = new TestRoom(server.baseUrl)
    const [mover, slow] = [memberKey(), memberKey()]
    await using reader = await room.watch()
    const { self } = await room.move(mover, 'begin')
    await using stuck = await openStuckReader(room, slow)
    await reader.until('the stuck reader', ({ members }) => members.size === 2)
    await flood(room, reader)
    const { id } = await room.move(mover, 'the end')
    await reader.until('the end', ({ members }) => members.get(self)?.location === 'the end')
    await stuck.until('the catch-up', (text) => text.includes('"the end"') || undefined)
    expect(stuck.text.length).toBeLessThan(reader.text.length * 0.8)
    const positions = [...stuck.text.matchAll(/^id: (.*)$/gm)].map((match) => match[1]!)
    expect(positions.at(-1)).toBe(id)
    const versions = positions.map(versionOf)
    const gaps = versions.slice(1).filter((version, index) => version - versions[index]! > 8)
    expect(gaps, 'one catch-up').toHaveLength(1)
  })

  it('[FR4] after its catch-up a reader goes on with the frames of all', async () => {
    await using server = await start(settings)
    const room = new TestRoom(server.baseUrl)
    const mover = memberKey()
    const { self } = await room.move(mover, 'before')
    await using reader = await room.watch()
    await using slow = await room.watch()
    slow.pause()
    await flood(room, reader)
    slow.resume()
    await slow.until('the catch-up', () => slow.position === reader.position)
    expect(slow.state).toEqual(reader.state)
    await room.move(mover, 'after')
    for (const stream of [reader, slow]) {
      await stream.until('after', ({ members }) => members.get(self)?.location === 'after')
    }
    expect(patchesIn(slow.text).at(-1)).toBe(patchesIn(reader.text).at(-1))
    expect(slow.patches.length).toBeLessThan(reader.patches.length)
  })

  it('[FR5] a reader that stays undrained is closed, and its member away', async () => {
    await using server = await start({ ...settings, stuckMs: STUCK_MS })
    const room = new TestRoom(server.baseUrl)
    const mover = memberKey()
    await using reader = await room.watch()
    await room.move(mover, 'begin')
    await using stuck = await openStuckReader(room, memberKey())
    await reader.until('the stuck reader', ({ members }) => members.size === 2)
    const id = [...reader.state.members.keys()][1]!
    const away = reader.until('away', ({ members }) => members.get(id)?.status === 'away')
    await flood(room, reader)
    expect((await away).members.get(id)?.location).toBeNull()
    stuck.read()
    await stuck.closed
    expect(stuck.text).not.toContain('event: goodbye')
  })
}

function release({ start }: Suite): void {
  it('[FR6] what a connection holds is released, however it closes', async () => {
    await using server = await start({ maxConnections: 2, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    await using watcher = await room.watch()
    const path = room.url('events', { watch: 1 }).slice(server.baseUrl.length)
    for (let round = 0; round < 15; round++) {
      await using socket = await openSocket(server.baseUrl)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await socket.until('the stream', (text) => text.includes('event: snapshot') || undefined)
      await watcher.until('the viewer', ({ watching }) => watching === 2)
      if (round % 3 === 0) socket.reset()
      if (round % 3 === 1) socket.finish()
      if (round % 3 === 2) await socket[Symbol.asyncDispose]()
      await watcher.until('nobody else', ({ watching }) => watching === 1)
    }
    await using last = await room.watch()
    expect(last.state.watching).toBe(2)
  })

  it('[FR6] also while the request is still being answered', async () => {
    await using server = await start({ maxConnections: 3, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    await using watcher = await room.watch()
    const path = room.url('events', { watch: 1 }).slice(server.baseUrl.length)
    for (let round = 0; round < 30; round++) {
      await using socket = await openSocket(server.baseUrl)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      if (round % 2 === 0) await call(`${server.baseUrl}/health/live`)
      socket.reset()
    }
    await watcher.quiet(3)
    expect(watcher.state.watching).toBe(1)
    expect(await room.read()).toMatchObject({ members: [], watching: 1 })
    await using _one = await room.watch()
    await using _two = await room.watch()
  })
}

function maxConnections({ start }: Suite): void {
  it('[FR8] too-many-connections: one more is refused, posts are not', async () => {
    await using server = await start({ maxConnections: 2, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    const key = memberKey()
    await using one = await room.join(key)
    const two = await new TestRoom(server.baseUrl).watch()
    const before = await room.read()
    await expectRefused('too-many-connections', room.url('events', { watch: 1 }))
    await expectRefused('too-many-connections', room.url('events'), { json: {} })
    await expectRefused('too-many-connections', `${server.baseUrl}/location/sse`)
    expect(await room.read(), 'a refusal changes nothing').toEqual(before)
    await room.move(key, 1)
    await one.until('the move', ({ members }) => members.get(one.self)?.location === 1)
    await two.close()
    await one.quiet()
    await using three = await openStream(room.url('events', { watch: 1 }))
    await three.next('snapshot')
    await one.until('the viewer', ({ watching }) => watching === 1)
  })

  it('[FR10] of those who come at once no more are let in than the bound', async () => {
    await using server = await start({ maxConnections: 5, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => open(room.url('events', { member: memberKey() }))),
    )
    const statuses = answers.map(({ statusCode }) => statusCode)
    expect(statuses.filter((status) => status === 200)).toHaveLength(5)
    expect(statuses.filter((status) => status === 503)).toHaveLength(45)
    expect((await room.read()).members).toHaveLength(5)
    for (const answer of answers) answer.destroy()
  })
}
