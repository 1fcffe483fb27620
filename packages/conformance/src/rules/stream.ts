import type { Goodbye, Json } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { AT_ONCE_MS, DEADLINE_MS, LATE_MS } from '../deadline.js'
import { call } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import { NotChecked, type Suite } from '../suite.js'
import { openSocket } from '../socket.js'
import { end, openStream } from '../stream.js'

/** PROTOCOL.md section 8. */
export function streamRules(suite: Suite): void {
  describe('the stream', () => {
    opening(suite)
    patches(suite)
    heartbeats(suite)
    lists(suite)
    resuming(suite)
    goodbyes(suite)
    escapes(suite)
    heads(suite)
  })
}

function opening({ calm }: Suite): void {
  it('[ST1] the headers of a stream, as the answer to a GET and to a POST', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using get = await openStream(room.url('events'))
    await using post = await openStream(room.url('events'), { method: 'POST', json: {} })
    await using list = await room.list()
    for (const { headers } of [get, post, list]) {
      expect(headers['content-type']).toMatch(/^text\/event-stream(; *charset=utf-8)?$/i)
      expect(headers['cache-control']).toBe('no-cache, no-transform')
      expect(headers['x-accel-buffering']).toBe('no')
      expect(headers['content-length']).toBeUndefined()
      expect(headers['content-encoding']).toBeUndefined()
    }
  })

  it('[ST1] headers and first event go out at once', async () => {
    const room = new TestRoom(calm.baseUrl)
    const before = performance.now()
    await using stream = await room.stream({})
    expect(performance.now() - before).toBeLessThan(AT_ONCE_MS)
    expect(stream.arrived.map(({ name }) => name)).toEqual(['hello', 'snapshot'])
  })

  it('[ST2] it opens with retry, different from stream to stream', async () => {
    const room = new TestRoom(calm.baseUrl)
    const retries = []
    for (let count = 0; count < 6; count++) {
      await using stream = await room.watch()
      expect(stream.text).toMatch(/^retry: [0-9]+\n/)
      retries.push(stream.retries[0]!)
    }
    expect(new Set(retries).size).toBeGreaterThan(2)
    expect(Math.min(...retries)).toBeGreaterThan(0)
    await using list = await room.list()
    await list.next()
    expect(list.text).toMatch(/^retry: [0-9]+\n/)
  })

  it('[ST3] [ST16] the first event is hello', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using own = await openStream(room.url('events', { member: memberKey() }))
    const hello = await own.next()
    expect(hello).toMatchObject({ name: 'hello', id: undefined })
    expect(hello.data).toEqual({
      protocol: 1,
      self: expect.stringMatching(/^[A-Za-z0-9_-]{16}$/),
      room: room.name,
      heartbeatMs: calm.heartbeatMs,
      leaseMs: calm.leaseMs,
      confirmMs: expect.any(Number),
      maxLocationBytes: calm.maxLocationBytes,
      can: expect.arrayContaining(['watch', 'join']),
    })
    await using viewer = await room.watch()
    expect(viewer.hello.self).toBeNull()
  })

  it('[ST4] the next event is the snapshot, which includes the caller', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { self } = await room.move(memberKey(), { cell: 'C5' })
    await using own = await openStream(room.url('events', { member: memberKey() }))
    await own.next('hello')
    const { name, data } = await own.next()
    expect(name).toBe('snapshot')
    expect(data).toMatchObject({
      members: [
        { id: self, location: { cell: 'C5' } },
        { id: own.self, location: null, status: 'online' },
      ],
      watching: 0,
    })
    expect(await own.quiet(), 'the caller is not told of its own join again').toEqual([])
    await using viewer = await room.watch()
    expect(viewer.state.watching).toBe(1)
  })

  it('[ST4] the snapshot is what a read says', async () => {
    const room = new TestRoom(calm.baseUrl)
    await room.move(memberKey(), 1, { name: 'Ada' })
    await using own = await room.join(memberKey(), { name: 'Bob' })
    const { id, ...snapshot } = await room.read()
    expect(own.arrived[1]).toMatchObject({ id, data: snapshot })
  })
}

function patches({ calm }: Suite): void {
  it('[ST5] a patch has the fields in which there is something, and no others', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [ada, bob] = [memberKey(), memberKey()]
    await using watcher = await room.watch()
    const next = async () => (await watcher.next('patch')).data
    const { self } = await room.move(ada, 1)
    expect(await next()).toEqual({ join: [await room.member(self)] })
    await room.move(ada, { cell: 'C6' })
    expect(await next()).toEqual({ move: { [self]: { cell: 'C6' } } })
    await room.move(ada, null)
    expect(await next()).toEqual({ move: { [self]: null } })
    await room.leave(ada, { soon: 1 })
    expect(await next()).toEqual({ status: { [self]: 'away' } })
    await room.leave(ada)
    expect(await next()).toEqual({ leave: [self] })
    await using _viewer = await room.watch()
    expect(await next()).toEqual({ watching: 2 })
    await using own = await room.join(bob)
    expect(await next()).toEqual({ join: [await room.member(own.self)] })
  })

  it("[ST6] positions only grow, and the last one is the room's", async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using own = await room.join(key)
    for (let location = 0; location < 20; location++) await room.move(key, location)
    await own.until('the last move', ({ members }) => members.get(own.self)?.location === 19)
    const named = own.arrived.filter(({ id }) => id !== undefined)
    expect(new Set(named.map(({ name }) => name))).toEqual(new Set(['snapshot', 'patch']))
    const versions = named.map(({ id }) => versionOf(id!))
    expect(versions.length).toBeGreaterThan(1)
    for (const [index, version] of versions.slice(1).entries()) {
      expect(version).toBeGreaterThan(versions[index]!)
    }
    expect(own.position).toBe((await room.read()).id)
  })
}

function heartbeats({ calm }: Suite): void {
  it('[ST7] a ping goes out every heartbeat, also on a quiet stream', async () => {
    const room = new TestRoom(calm.baseUrl)
    const before = performance.now()
    await using watcher = await room.watch()
    const { heartbeatMs } = calm
    needHeartbeat(heartbeatMs, 30_000)
    const pings = []
    for (let count = heartbeatMs < 1_000 ? 6 : 2; count > 0; count--) {
      pings.push(await watcher.next('ping', heartbeatMs + DEADLINE_MS))
    }
    for (const ping of pings) expect(ping).toMatchObject({ data: {}, id: undefined })
    // The first may be due as soon as the stream is open; what is late has no bearing on the least time.
    const took = pings.at(-1)!.at - before
    expect(took).toBeGreaterThan((pings.length - 1) * heartbeatMs * 0.9)
    expect(took).toBeLessThan(pings.length * heartbeatMs + LATE_MS)
  })

  it('[ST7] a ping goes out on a busy stream as well', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using watcher = await room.watch()
    needHeartbeat(calm.heartbeatMs, 1_000)
    const pings = () => watcher.arrived.filter(({ name }) => name === 'ping').length
    // Patches go on between the pings.
    const isOver = () => pings() >= 3 && watcher.patches.length > 3
    for (let location = 0; !isOver(); location++) {
      const { self } = await room.move(key, location)
      // Within what a server takes from one member.
      await watcher.until('the move', ({ members }) => members.get(self)?.location === location)
    }
    expect(watcher.arrived.findLastIndex(({ name }) => name === 'patch')).toBeGreaterThan(
      watcher.arrived.findIndex(({ name }) => name === 'ping'),
    )
  })
}

/** Nobody waits for a heartbeat that is slower. */
function needHeartbeat(heartbeatMs: number, mostMs: number): void {
  if (heartbeatMs > mostMs)
    throw new NotChecked(`needs a server with heartbeatMs=${mostMs} or less`)
}

function lists({ calm }: Suite): void {
  it('[ST19] the first event comes at once, and then one whenever the array changed', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [ada, bob, cat] = [memberKey(), memberKey(), memberKey()]
    await using list = await room.list()
    const next = async () => (await list.next()).data
    expect(await next()).toEqual([])
    await room.move(ada, { x: 1 })
    expect(await next()).toEqual([{ x: 1 }])
    await room.move(bob, 'b')
    expect(await next()).toEqual(['b', { x: 1 }])
    await room.move(cat, 0)
    expect(await next()).toEqual([0, 'b', { x: 1 }])
    await room.move(ada, false)
    expect(await next()).toEqual([false, 0, 'b'])
    await room.move(bob, null)
    expect(await next()).toEqual([false, 0])
    await room.leave(ada)
    expect(await next()).toEqual([0])
    await room.leave(cat)
    expect(await next()).toEqual([])
  })

  it('[ST19] what does not change the array is no event', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await room.move(key, 1)
    await using list = await room.list()
    expect((await list.next()).data).toEqual([1])
    await using _own = await room.join(memberKey())
    await using _viewer = await room.watch()
    await room.leave(key, { soon: 1 })
    await room.move(memberKey(), null)
    expect(await list.quiet(3)).toEqual([])
  })

  it('[ST8] the order is that of the last post, also of the same location again', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [ada, bob] = [memberKey(), memberKey()]
    await room.move(ada, 'a')
    await room.move(bob, 'b')
    await using list = await room.list()
    expect((await list.next()).data).toEqual(['b', 'a'])
    await room.move(ada, 'a')
    expect((await list.next()).data).toEqual(['a', 'b'])
  })

  it('[ST8 ST20] every event is unnamed and has a position; the heartbeat is a comment', async () => {
    needHeartbeat(calm.heartbeatMs, 1_000)
    const room = new TestRoom(calm.baseUrl)
    await using list = await room.list()
    await room.move(memberKey(), 1)
    await list.quiet(3)
    const names = new Set(list.arrived.map(({ name }) => name))
    expect(names).toEqual(new Set(['message', 'comment']))
    const messages = list.arrived.filter(({ name }) => name === 'message')
    const versions = messages.map(({ id }) => versionOf(id!))
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    expect(list.position).toBe((await room.read()).id)
    expect(list.text).not.toMatch(/^event:/m)
  })

  it('[ST8 ST19] a newcomer gets everybody, and joins in the list view too', async () => {
    const room = new TestRoom(calm.baseUrl)
    await room.move(memberKey(), 1)
    await using list = await openStream(room.url('events', { view: 'list', member: memberKey() }))
    expect((await list.next()).data).toEqual([1])
    expect((await room.read()).members).toHaveLength(2)
  })
}

function resuming({ calm }: Suite): void {
  const names = (arrived: readonly { readonly name: string }[]) =>
    arrived.map(({ name }) => name).filter((name) => name !== 'ping')

  it('[ST9 ST17] with nothing new, a ping says so, and nothing else comes', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using first = await room.join(key)
    const url = room.url('events', { member: key, lastEventId: first.position! })
    await using second = await openStream(url)
    await second.next('hello')
    await second.next('ping')
    expect(await second.quiet(3)).toEqual([])
    expect(await first.quiet(), 'nor to the others').toEqual([])
    await room.move(key, 1)
    expect((await second.next()).data).toEqual({ move: { [first.self]: 1 } })
  })

  it.each(['header', 'query', 'field'])(
    '[ST9] the stream goes on from there: %s',
    async (where) => {
      const room = new TestRoom(calm.baseUrl)
      const [ada, bob] = [memberKey(), memberKey()]
      const before = await room.join(bob)
      await before.close()
      const { self } = await room.move(ada, 'while away')
      const lastEventId = before.position!
      const query = where === 'query' ? { member: bob, lastEventId } : { member: bob }
      await using after = await openStream(room.url('events', query), {
        ...(where === 'header' && { headers: { 'last-event-id': lastEventId } }),
        ...(where === 'field' && { json: { lastEventId } }),
      })
      await after.next('hello')
      const { name, data } = await after.next()
      expect(name).toBe('patch')
      expect(data).toMatchObject({ join: [{ id: self, location: 'while away' }] })
      expect(names(after.arrived)).not.toContain('snapshot')
    },
  )

  it('[ST9] the parameter wins over the header', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using own = await room.join(memberKey())
    const { self } = await room.move(memberKey(), 1)
    const url = room.url('events', { watch: 1, lastEventId: own.arrived[1]!.id! })
    await using viewer = await openStream(url, { headers: { 'last-event-id': 'other:1' } })
    await viewer.next('hello')
    const { name, data } = await viewer.next()
    expect(name).toBe('patch')
    expect(data).toMatchObject({ join: [{ id: self }] })
  })

  const unknown = [
    'lost-epoch:7',
    'garbage',
    '1',
    'a:b:c',
    '💥',
    '%00',
    'x'.repeat(500),
    ':',
    '-1:5',
  ]
  it.each(unknown)(
    '[ST21] a position that is not known gets resync and a snapshot: %s',
    async (id) => {
      const room = new TestRoom(calm.baseUrl)
      const { self } = await room.move(memberKey(), 1)
      await using own = await openStream(room.url('events', { watch: 1, lastEventId: id }))
      await own.next('snapshot')
      expect(names(own.arrived)).toEqual(['hello', 'resync', 'snapshot'])
      expect([...own.state.members.keys()]).toEqual([self])
    },
  )

  it('[ST21] a Last-Event-ID header that cannot be read is no error either', async () => {
    const room = new TestRoom(calm.baseUrl)
    for (const garbage of ['garbage', '\u00ff\u00fe', 'a, b', '5'.repeat(4_000)]) {
      const headers = { 'last-event-id': garbage }
      await using own = await openStream(room.url('events', { watch: 1 }), { headers })
      await own.next('snapshot')
      expect(names(own.arrived)).toEqual(['hello', 'resync', 'snapshot'])
    }
  })

  it('[ST21] a position ahead of the room is one that the room does not know', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { id } = await room.move(memberKey(), 1)
    const ahead = `${id.slice(0, id.indexOf(':'))}:${versionOf(id) + 1_000}`
    await using own = await room.watch({ lastEventId: ahead })
    expect(names(own.arrived)).toEqual(['hello', 'resync', 'snapshot'])
  })

  it('[ST9 ST19] in the list view whatever is resumed from gives the array', async () => {
    const room = new TestRoom(calm.baseUrl)
    await room.move(memberKey(), 1)
    await using list = await room.list({ lastEventId: 'garbage' })
    const first = await list.next()
    expect(first).toMatchObject({ name: 'message', data: [1] })
    await room.move(memberKey(), 2)
    await using after = await room.list({ lastEventId: first.id! })
    expect(await after.next()).toMatchObject({ name: 'message', data: [2, 1] })
    expect(new Set(names([...list.arrived, ...after.arrived]))).not.toContain('resync')
  })
}

function goodbyes({ start }: Suite): void {
  it('[ST10] goodbye says when to be back, retry says the same, and the stream ends', async () => {
    await using server = await start({})
    const room = new TestRoom(server.baseUrl)
    await using own = await room.join(memberKey())
    const stopped = server.stop()
    const { data } = await own.next('goodbye')
    const { reconnectInMs } = data as unknown as Goodbye
    expect(reconnectInMs).toBeGreaterThan(0)
    await end(own)
    expect(own.arrived.at(-1)?.name).toBe('goodbye')
    expect(own.retries.at(-1)).toBe(reconnectInMs)
    expect(own.retries.length).toBe(2)
    await stopped
  })
}

function escapes({ calm }: Suite): void {
  it('[ST12] no field carries CR or NUL, whatever a location holds', async () => {
    const room = new TestRoom(calm.baseUrl)
    const location: Json = { 'a\r\nid: evil:9': 'b\n\nevent: goodbye\rdata: {}\0\u2028' }
    await using watcher = await room.watch()
    await using list = await room.list()
    const { self } = await room.move(memberKey(), location)
    const { members } = await watcher.until('the move', (state) => state.members.has(self))
    expect(members.get(self)?.location).toEqual(location)
    expect((await list.next('message')).data).toEqual([])
    expect((await list.next('message')).data).toEqual([location])
    for (const { text } of [watcher, list]) {
      expect(text).not.toMatch(/[\r\0]/)
      for (const line of text.split('\n')) expect(line).toMatch(/^$|^:|^(retry|id|event|data): /)
    }
  })
}

function heads({ calm }: Suite): void {
  it.each(['events', 'events?view=list'])('[ST13] HEAD on %s opens no stream', async (path) => {
    const room = new TestRoom(calm.baseUrl)
    await using watcher = await room.watch()
    const url = `${room.url('')}${path}`
    const headers = { 'whereabouts-member': memberKey() }
    const { status, text } = await call(url, { method: 'HEAD', headers })
    expect(text).toBe('')
    expect([200, 204, 405]).toContain(status)
    expect(await watcher.quiet()).toEqual([])
    expect(await room.read()).toMatchObject({ members: [], watching: 1 })
  })

  it("[ST13] HEAD ends on the wire, also on the article's stream", async () => {
    const { name } = new TestRoom(calm.articleUrl)
    await using socket = await openSocket(calm.articleUrl)
    socket.write('HEAD /location/sse?id=head HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.write(`GET /rooms/${name}/location HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    await socket.until('both answers', (text) => text.match(/HTTP\/1\.1 [0-9]+ /g)?.[1])
    await socket.closed
    expect(socket.text).toMatch(/ 200 OK\r\n[^]*$/)
    expect(socket.text).not.toContain('retry:')
  })
}
