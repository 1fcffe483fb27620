import type { Json } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { TestDocument } from '../document.js'
import { flood, LARGE_BYTES } from '../flood.js'
import { call, callJson, expectProblem, expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import { end, type EventStream, openStream, type RoomEvents } from '../stream.js'
import { HEARTBEAT_MS, LEASE_MS, type Served, type Suite } from '../suite.js'

/** PROTOCOL.md section 8, Several rooms on one stream, and the calls for them. */
export function severalRoomsRules(suite: Suite): void {
  describe('several rooms on one stream', () => {
    body(suite)
    events(suite)
    members(suite)
    refusals(suite)
    limits(suite)
    changes(suite)
    lingering(suite)
    frames(suite)
    polls(suite)
  })
}

/** A subscription as a caller sends it. */
type Subscription = { readonly [field: string]: Json }

const addressOf = ({ baseUrl }: { readonly baseUrl: string }) => `${baseUrl}/streams`

/** Opens a stream of several rooms. */
function openRooms(
  server: { readonly baseUrl: string },
  subscriptions: readonly Subscription[],
  headers: { readonly [name: string]: string } = {},
): Promise<EventStream> {
  return openStream(addressOf(server), { json: { subscriptions }, headers })
}

const roomsOf = (server: Served, count: number) =>
  Array.from({ length: count }, () => new TestRoom(server.baseUrl))

/** Returns the ids that `hello` has for the members of a subscription. */
async function selvesOf(events: RoomEvents): Promise<readonly string[]> {
  if (events.hello === undefined) await events.next('hello')
  return events.hello.selves!
}

const statusOf = (id: string, status: string) => (state: RoomEvents['state']) =>
  state.members.get(id)?.status === status
const changesOf = (stream: RoomEvents, id: string) =>
  stream.patches.flatMap(({ status, leave = [], join = [] }) => [
    ...(status?.[id] === undefined ? [] : [status[id]]),
    ...(leave.includes(id) ? ['left'] : []),
    ...(join.some((member) => member.id === id) ? ['joined'] : []),
  ])

function body({ calm }: Suite): void {
  const fine = { key: 'a', room: 'x' }
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ key: `k${index}`, room: 'x' }))

  it.each<[what: string, json: Json]>([
    ['no object', [fine]],
    ['no subscriptions', {}],
    ['subscriptions that are no array', { subscriptions: fine }],
    ['no subscription', { subscriptions: [] }],
    ['65 subscriptions', { subscriptions: many(65) }],
    ['a subscription that is no object', { subscriptions: [fine, 'b'] }],
    ['a subscription without a key', { subscriptions: [{ room: 'x' }] }],
    ['a key with a space', { subscriptions: [{ key: 'a b', room: 'x' }] }],
    ['a key of 65 characters', { subscriptions: [{ key: 'a'.repeat(65), room: 'x' }] }],
    ['a key that is a number', { subscriptions: [{ key: 1, room: 'x' }] }],
    ['two of the same key', { subscriptions: [fine, fine] }],
    ['no room', { subscriptions: [{ key: 'a' }] }],
    ['a room that is a number', { subscriptions: [{ key: 'a', room: 1 }] }],
    ['members that are no array', { subscriptions: [{ ...fine, members: 'k' }] }],
    ['a member without a key', { subscriptions: [{ ...fine, members: [{ name: 'Ada' }] }] }],
    ['a member that is a number', { subscriptions: [{ ...fine, members: [1] }] }],
  ])('[MS1] a body with %s is refused as a whole', async (_what, json) => {
    await expectRefused('bad-parameter', addressOf(calm), { json })
  })

  it('[MS6] a member that is named twice is refused', async () => {
    const members = ['k', { member: 'k' }]
    const json = { subscriptions: [{ ...fine, members }] }
    await expectRefused('bad-parameter', addressOf(calm), { json })
  })

  it('[MS12] more than 128 members are refused, and nobody joins', async () => {
    const [one, two] = roomsOf(calm, 2)
    const keys = (count: number) => Array.from({ length: count }, memberKey)
    const subscriptions = [
      { key: 'a', room: one!.name, members: keys(65) },
      { key: 'b', room: two!.name, members: keys(64) },
    ]
    await expectRefused('bad-parameter', addressOf(calm), { json: { subscriptions } })
    expect(await one!.read()).toMatchObject({ members: [] })
  })

  it('[HT35] a body over 65,536 bytes is too large, and one below it is not', async () => {
    const padded = (bytes: number) => ({ subscriptions: [fine], padding: 'x'.repeat(bytes) })
    const problem = await expectRefused('too-large', addressOf(calm), { json: padded(65_536) })
    expect(problem.extensions).toEqual({ limitBytes: 65_536 })
    await using stream = await openStream(addressOf(calm), { json: padded(60_000) })
    await stream.room('a').next('snapshot')
  })

  it('[HT35] only POST is allowed, and of the query only the version counts', async () => {
    const answer = await call(addressOf(calm))
    expectProblem(answer, 'method-not-allowed')
    expect(answer.headers['allow']).toBe('POST')
    const url = `${addressOf(calm)}?room=other&watch=1&poll=1`
    await using stream = await openStream(url, { json: { subscriptions: [fine] } })
    expect((await stream.room('a').next('hello')).data).toMatchObject({ room: 'x' })
    const other = `${addressOf(calm)}?protocol=2`
    await expectRefused('bad-parameter', other, { json: { subscriptions: [fine] } })
    const json = { subscriptions: [fine], protocol: 2 }
    await expectRefused('bad-parameter', addressOf(calm), { json })
  })

  it.each(['{', '', '{"subscriptions":'])(
    '[HT35] a body that isn’t JSON is refused: %j',
    async (text) => {
      const headers = { 'content-type': 'application/json' }
      await expectRefused('bad-json', addressOf(calm), { method: 'POST', headers, body: text })
    },
  )
}

function events({ calm }: Suite): void {
  it('[MS2] [MS3] each room begins with its own hello and snapshot, and on says whose events follow', async () => {
    const [one, two] = roomsOf(calm, 2)
    const mover = memberKey()
    const { self } = await one!.move(mover, 'A1')
    await using stream = await openRooms(calm, [
      { key: 'a', room: one!.name },
      { key: 'b.2', room: two!.name, members: [memberKey()] },
    ])
    const [a, b] = [stream.room('a'), stream.room('b.2')]
    await a.next('snapshot')
    await b.next('snapshot')
    expect(a.hello).toMatchObject({ room: one!.name, self: null, protocol: 1 })
    expect(b.hello).toMatchObject({ room: two!.name, self: expect.any(String) })
    expect([...a.state.members.keys()]).toEqual([self])
    expect([...b.state.members.keys()]).toEqual([b.self])
    const { id } = await one!.move(mover, 'A2')
    await a.until('the move', ({ members }) => members.get(self)?.location === 'A2')
    expect(a.position).toBe(id)
    expect(b.patches).toEqual([])
    expect(stream.retries).toHaveLength(1)
  })

  it('[MS2] on comes only where the room changes, and has no id', async () => {
    const rooms = roomsOf(calm, 2)
    const mover = memberKey()
    await using stream = await openRooms(
      calm,
      rooms.map(({ name }, index) => ({ key: `${index}`, room: name })),
    )
    for (const index of [0, 1]) await stream.room(`${index}`).next('snapshot')
    for (const index of [1, 1, 0, 0, 0, 1]) {
      const { id } = await rooms[index]!.move(mover, index)
      await stream.room(`${index}`).until('the move', () => stream.room(`${index}`).position === id)
    }
    await stream.quiet()
    const named = stream.arrived.filter(({ name }) => name === 'on')
    for (const { id } of named) expect(id).toBeUndefined()
    const keys = named.map(({ data }) => (data as { key: string }).key)
    expect(keys.filter((key, index) => key === keys[index - 1])).toEqual([])
  })

  it('[MS2] a heartbeat is one ping for the whole stream', async () => {
    const subscriptions = roomsOf(calm, 8).map(({ name }, index) => ({
      key: `${index}`,
      room: name,
    }))
    await using stream = await openRooms(calm, subscriptions)
    for (const { key } of subscriptions) await stream.room(key).next('snapshot')
    const from = stream.arrived.length
    const begin = performance.now()
    await stream.quiet(3)
    const beats = (performance.now() - begin) / HEARTBEAT_MS
    const pings = stream.arrived.slice(from).filter(({ name }) => name === 'ping')
    expect(pings.length).toBeLessThanOrEqual(beats + 2)
  })

  it('[MS1] a room can be there several times, such as with parts of its document', async () => {
    const [room] = roomsOf(calm, 1)
    const { name } = room!
    const { self } = await room!.move(memberKey(), { at: 's1' })
    await using stream = await openRooms(calm, [
      { key: 'a', room: name, at: 's1', only: true },
      { key: 'b', room: name, at: 's2', only: true },
    ])
    await stream.room('a').next('snapshot')
    await stream.room('b').next('snapshot')
    expect([...stream.room('a').state.members.keys()]).toEqual([self])
    expect([...stream.room('b').state.members.keys()]).toEqual([])
    expect(stream.room('b').state.elsewhere).toEqual({ s1: 1 })
  })

  it('[MS3] the document comes with its room, unless it isn’t wanted', async () => {
    const [room] = roomsOf(calm, 1)
    await using stream = await openRooms(calm, [
      { key: 'a', room: room!.name },
      { key: 'b', room: room!.name, document: false },
    ])
    await stream.room('a').next('snapshot')
    await stream.room('b').next('snapshot')
    await new TestDocument(room!).post('A1')
    await stream.room('a').next('document')
    expect(await stream.room('b').quiet()).toEqual([])
  })

  it('[MS7] each resumes from its own position: nothing new, a patch, or all of it', async () => {
    const rooms = roomsOf(calm, 3)
    const mover = memberKey()
    const before = await Promise.all(rooms.map((room) => room.move(mover, 1)))
    const after = await rooms[1]!.move(mover, 2)
    const since = [before[0]!.id, before[1]!.id, 'other:1']
    const headers = { 'last-event-id': before[0]!.id }
    const subscriptions = rooms.map(({ name }, index) => ({
      key: `${index}`,
      room: name,
      since: since[index]!,
      // Keeps the version of the room as it is.
      members: [mover],
    }))
    await using stream = await openRooms(calm, subscriptions, headers)
    const [same, moved, unknown] = [0, 1, 2].map((index) => stream.room(`${index}`))
    await same!.next('hello')
    expect((await same!.next('ping')).data).toEqual({})
    expect((await moved!.next()).name).toBe('hello')
    expect(await moved!.next()).toMatchObject({
      name: 'patch',
      id: after.id,
      data: { move: { [after.self]: 2 } },
    })
    expect((await unknown!.next()).name).toBe('hello')
    expect((await unknown!.next()).name).toBe('resync')
    expect((await unknown!.next()).name).toBe('snapshot')
    await using fresh = await openRooms(calm, [{ key: 'a', room: rooms[0]!.name }], headers)
    expect((await fresh.room('a').next('snapshot')).id).toBeDefined()
  })

  it('[MS3] the stream can be compressed', async () => {
    const rooms = roomsOf(calm, 2)
    const subscriptions = rooms.map(({ name }, index) => ({ key: `${index}`, room: name }))
    await using stream = await openRooms(calm, subscriptions, { 'accept-encoding': 'gzip' })
    expect(stream.headers['content-encoding']).toBe('gzip')
    for (const [index, room] of rooms.entries()) {
      const events = stream.room(`${index}`)
      await events.next('snapshot')
      const { self } = await room.move(memberKey(), index)
      await events.until('the move', ({ members }) => members.has(self))
    }
  })
}

function members({ calm, brief }: Suite): void {
  it('[MS4] [MS6] several members of a room are each a member of their own', async () => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const keys = [memberKey(), memberKey(), memberKey()]
    await using stream = await openRooms(calm, [{ key: 'a', room: room!.name, members: keys }])
    const events = stream.room('a')
    await events.next('snapshot')
    const selves = await selvesOf(events)
    expect(new Set(selves).size).toBe(3)
    expect(events.hello.self).toBe(selves[0])
    for (const [index, key] of keys.entries()) {
      expect((await room!.move(key, index)).self).toBe(selves[index])
    }
    await watcher.until('all moves', ({ members: all }) =>
      selves.every((id, index) => all.get(id)?.location === index),
    )
    await room!.leave(keys[1]!)
    await watcher.until('the leave', ({ members: all }) => !all.has(selves[1]!))
    expect(watcher.state.members.size).toBe(2)
    await events.until('the leave', ({ members: all }) => !all.has(selves[1]!))
  })

  it('[MS4] each member has a promise of its own', async () => {
    const [room] = roomsOf(brief, 1)
    await using watcher = await room!.watch()
    const hasty = { member: memberKey(), nextWithinMs: 300 }
    const calmly = { member: memberKey(), nextWithinMs: 90_000 }
    await using stream = await openRooms(brief, [
      { key: 'a', room: room!.name, members: [hasty, calmly] },
    ])
    const [one, two] = await selvesOf(stream.room('a'))
    await watcher.until('the first away', statusOf(one!, 'away'))
    await watcher.until('its leave', ({ members: all }) => !all.has(one!))
    expect(watcher.state.members.get(two!)?.status).toBe('online')
  })

  it('[MS5] a member’s own name, color and part count in place of the subscription’s', async () => {
    const [room] = roomsOf(calm, 1)
    const own = { member: memberKey(), name: 'Eve', color: '#112233', at: 's2' }
    const shared = { name: 'Ada', color: '#e11d48', at: 's1' }
    const subscription = { key: 'a', room: room!.name, members: [memberKey(), own], ...shared }
    await using stream = await openRooms(calm, [subscription])
    await stream.room('a').next('snapshot')
    const users = [...stream.room('a').state.members.values()].map(({ user }) => user)
    expect(users).toMatchObject([
      { name: 'Ada', color: '#e11d48' },
      { name: 'Eve', color: '#112233' },
    ])
    await using part = await room!.watch({ at: 's2', only: 1 })
    expect([...part.state.members.keys()]).toEqual([(await selvesOf(stream.room('a')))[1]])
  })

  it('[MS4] [MS6] without members, it watches; headers and cookies name nobody', async () => {
    const [room] = roomsOf(calm, 1)
    const key = memberKey()
    const headers = { 'whereabouts-member': key, cookie: `whereabouts-member=${key}` }
    await using stream = await openRooms(calm, [{ key: 'a', room: room!.name }], headers)
    await stream.room('a').next('snapshot')
    expect(stream.room('a').hello).toMatchObject({ self: null, selves: [] })
    expect(stream.headers['set-cookie']).toBeUndefined()
    expect(await room!.read()).toMatchObject({ members: [], watching: 1 })
  })
}

function refusals({ calm, start }: Suite): void {
  it('[MS8] a room that is refused says why, and the others are opened', async () => {
    const [room] = roomsOf(calm, 1)
    const { name } = room!
    const bad: readonly (readonly [problem: string, subscription: Subscription])[] = [
      ['bad-room', { key: '0', room: 'a/b' }],
      ['bad-room', { key: '1', room: '..' }],
      ['bad-member-key', { key: '2', room: name, members: ['not a key'] }],
      ['bad-name', { key: '3', room: name, members: [memberKey()], name: '' }],
      ['bad-color', { key: '4', room: name, members: [memberKey()], color: 'red' }],
      ['bad-parameter', { key: '5', room: name, view: 'list' }],
      ['bad-parameter', { key: '6', room: name, only: true }],
      ['bad-parameter', { key: '7', room: name, members: [memberKey()], nextWithinMs: 0 }],
      ['bad-parameter', { key: '8', room: name, at: 'a b' }],
    ]
    const subscriptions = [...bad.map(([, each]) => each), { key: 'good', room: name }]
    await using stream = await openRooms(calm, subscriptions)
    await stream.room('good').next('snapshot')
    for (const [index, [problem]] of bad.entries()) {
      const refused = await stream.room(`${index}`).next('refused')
      expect(refused.id).toBeUndefined()
      expect(refused.data).toMatchObject({ type: `urn:whereabouts:problem:${problem}` })
      expect(stream.room(`${index}`).arrived).toHaveLength(1)
    }
    const { self } = await room!.move(memberKey(), 1)
    await stream.room('good').until('the move', (state) => state.members.has(self))
    expect(await room!.read()).toMatchObject({ members: [{ id: self }], watching: 1 })
  })

  it('[MS9] a stream without any room left ends', async () => {
    await using stream = await openRooms(calm, [
      { key: 'a', room: 'a/b' },
      { key: 'b', room: 'c/d' },
    ])
    await end(stream)
    expect(stream.isWhole).toBe(true)
    for (const key of ['a', 'b']) expect(stream.room(key).arrived).toHaveLength(1)
  })

  it('[MS11] a room that is full refuses all of its members, and none of them stays', async () => {
    await using server = await start({ maxMembers: 3, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    const known = memberKey()
    const { self } = await room.move(known, 'here')
    const members = [known, memberKey(), memberKey(), memberKey()]
    const subscription = { key: 'a', room: room.name, members }
    await using stream = await openRooms(server, [subscription, { key: 'b', room: room.name }])
    const { data } = await stream.room('a').next('refused')
    expect(data).toMatchObject({ type: 'urn:whereabouts:problem:room-full' })
    await stream.room('b').next('snapshot')
    const there = async () => (await room.read()).members
    await expect.poll(there).toMatchObject([{ id: self, location: 'here' }])
  })
}

function limits({ start }: Suite): void {
  it('[MS12] a stream counts as many connections as it has members, and viewers', async () => {
    await using server = await start({ maxConnections: 4, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    const members = (count: number) => Array.from({ length: count }, memberKey)
    const subscriptions = (count: number) => [
      { key: 'a', room: room.name, members: members(count) },
      { key: 'b', room: room.name },
    ]
    const refused = { json: { subscriptions: subscriptions(4) } }
    await expectRefused('too-many-connections', addressOf(server), refused)
    expect(await room.read()).toMatchObject({ members: [], watching: 0 })
    const stream = await openRooms(server, subscriptions(3))
    await stream.room('a').next('snapshot')
    await expectRefused('too-many-connections', room.url('events', { watch: 1 }))
    await stream.close()
    await expect.poll(() => room.read()).toMatchObject({ watching: 0 })
    await using again = await openRooms(server, subscriptions(3))
    await again.room('a').next('snapshot')
  })
}

function changes({ calm, start }: Suite): void {
  it('[MS2] [FR7] a server that shuts down says one goodbye, and the stream ends properly', async () => {
    await using server = await start({ heartbeatMs: HEARTBEAT_MS })
    const rooms = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
    const subscriptions = rooms.map(({ name }, index) => ({
      key: `${index}`,
      room: name,
      members: [memberKey()],
    }))
    await using stream = await openRooms(server, subscriptions)
    for (const { key } of subscriptions) await stream.room(key).next('snapshot')
    const stopped = server.stop()
    const { reconnectInMs } = (await stream.next('goodbye')).data as { reconnectInMs: number }
    await end(stream)
    await stopped
    expect(stream.isWhole).toBe(true)
    expect(stream.retries.at(-1)).toBe(reconnectInMs)
    expect(stream.arrived.filter(({ name }) => name === 'goodbye')).toHaveLength(1)
  })

  it('[MS13] the next stream takes over from the one before, and nobody sees a change', async () => {
    const [one, two, three] = roomsOf(calm, 3)
    await using watcher = await one!.watch()
    const member = memberKey()
    const at = (room: TestRoom, key: string) => ({ key, room: room.name, members: [member] })
    const first = await openRooms(calm, [at(one!, 'a'), at(two!, 'b')])
    await first.room('a').next('snapshot')
    const { self } = first.room('a')
    await watcher.until('the join', ({ members: all }) => all.has(self))
    await using second = await openRooms(calm, [
      { ...at(one!, 'x'), since: first.room('a').position! },
      at(three!, 'y'),
    ])
    await second.room('x').next('hello')
    await second.room('y').next('hello')
    await first.close()
    const { self: other } = first.room('b')
    // The room that isn't on the next stream.
    await expect
      .poll(async () => (await two!.member(other))?.status, { timeout: calm.leaseMs })
      .toBe('away')
    expect(await watcher.quiet()).toEqual([])
    expect(await one!.member(self)).toMatchObject({ status: 'online' })
    await one!.move(member, 'B2')
    // It resumes, so that it has no snapshot.
    await second
      .room('x')
      .until('the move', () => second.room('x').patches.some(({ move }) => move?.[self] === 'B2'))
    expect(changesOf(watcher, self)).toEqual(['joined'])
  })
}

function lingering({ calm, brief }: Suite): void {
  it('[MS14] a stream that closes leaves its members connected until another one takes over', async () => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const members = [memberKey(), memberKey()]
    const subscription = { key: 'a', room: room!.name, members }
    const first = await openRooms(calm, [subscription])
    const selves = await selvesOf(first.room('a'))
    await watcher.until('the joins', ({ members: all }) => all.size === 2)
    await first.close()
    await watcher.quiet()
    await using second = await openRooms(calm, [subscription])
    await second.room('a').next('hello')
    // Longer than what is left of a third of the lease.
    await new Promise((resolve) => setTimeout(resolve, calm.leaseMs / 3 + 500))
    for (const id of selves) expect(changesOf(watcher, id)).toEqual(['joined'])
  })

  it('[MS14] without another one they are away after a third of the lease, and gone after a lease', async () => {
    const [room] = roomsOf(brief, 1)
    await using watcher = await room!.watch()
    const stream = await openRooms(brief, [{ key: 'a', room: room!.name, members: [memberKey()] }])
    const [self] = await selvesOf(stream.room('a'))
    await watcher.until('the join', ({ members: all }) => all.has(self!))
    const before = performance.now()
    await stream.close()
    await watcher.until('away', statusOf(self!, 'away'))
    const awayMs = performance.now()
    expect(awayMs - before).toBeGreaterThan((LEASE_MS / 3) * 0.9)
    await watcher.until('the leave', ({ members: all }) => !all.has(self!))
    expect(performance.now() - before).toBeGreaterThan((4 / 3) * LEASE_MS * 0.9)
  })

  it.each([
    ['leave', {}, 'left'],
    ['soon', { soon: 1 }, 'away'],
  ] as const)('[MS14] after the close, %s applies at once', async (_name, said, seen) => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const member = memberKey()
    const stream = await openRooms(calm, [{ key: 'a', room: room!.name, members: [member] }])
    const [self] = await selvesOf(stream.room('a'))
    await watcher.until('the join', ({ members: all }) => all.has(self!))
    const before = performance.now()
    await stream.close()
    await room!.leave(member, said)
    await watcher.until('the change', () => changesOf(watcher, self!).length > 1)
    expect(performance.now() - before).toBeLessThan(calm.leaseMs / 3)
    expect(changesOf(watcher, self!)[1]).toBe(seen)
  })

  it('[MS14] a member that another stream took over leaves soon at once', async () => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const member = memberKey()
    const subscription = { key: 'a', room: room!.name, members: [member] }
    const first = await openRooms(calm, [subscription])
    const [self] = await selvesOf(first.room('a'))
    await first.close()
    await watcher.quiet()
    await using second = await openRooms(calm, [subscription])
    await second.room('a').next('hello')
    const before = performance.now()
    await room!.leave(member, { soon: 1 })
    await watcher.until('away', statusOf(self!, 'away'))
    expect(performance.now() - before).toBeLessThan(calm.leaseMs / 3)
  })

  it('[MS14] a member whose other stream was open already leaves soon at once', async () => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const member = memberKey()
    const subscription = { key: 'a', room: room!.name, members: [member] }
    const first = await openRooms(calm, [subscription])
    const [self] = await selvesOf(first.room('a'))
    await using second = await openRooms(calm, [subscription])
    await second.room('a').next('hello')
    await first.close()
    await watcher.quiet()
    const before = performance.now()
    await room!.leave(member, { soon: 1 })
    await watcher.until('away', statusOf(self!, 'away'))
    expect(performance.now() - before).toBeLessThan(calm.leaseMs / 3)
  })
}

function frames({ calm, start }: Suite): void {
  it('[FR25] a frame is the bytes that the other readers of its room get', async () => {
    const [one, two] = roomsOf(calm, 2)
    const mover = memberKey()
    const { self } = await one!.move(mover, -1)
    await using alone = await one!.watch()
    await using stream = await openRooms(calm, [
      { key: 'a', room: one!.name },
      { key: 'b', room: two!.name },
    ])
    await stream.room('a').next('snapshot')
    await alone.until('the other viewer', ({ watching }) => watching === 2)
    await Promise.all([alone.quiet(), stream.quiet()])
    const from = [alone.text.length, stream.text.length]
    for (let location = 0; location < 20; location++) {
      await one!.move(mover, location)
      await two!.move(mover, location)
    }
    for (const events of [alone, stream.room('a')]) {
      await events.until('the last', ({ members: all }) => all.get(self)?.location === 19)
    }
    const patches = [alone.text.slice(from[0]), stream.text.slice(from[1])].map((text) =>
      text.split('\n\n').filter((event) => event.includes(self)),
    )
    expect(patches[0]!.length).toBeGreaterThan(0)
    expect(patches[1]).toEqual(patches[0])
  })

  it('[FR26] a stream that does not drain gets one catch-up for each room when it does', async () => {
    const settings = {
      maxLocationBytes: LARGE_BYTES,
      frameIntervalMs: 5,
      heartbeatMs: HEARTBEAT_MS,
    }
    await using server = await start(settings)
    const rooms = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
    const mover = memberKey()
    for (const room of rooms) await room.move(mover, 'before')
    await using reader = await rooms[0]!.watch()
    await using other = await rooms[1]!.watch()
    await using slow = await openRooms(
      server,
      rooms.map(({ name }, index) => ({ key: `${index}`, room: name })),
    )
    for (const index of [0, 1]) await slow.room(`${index}`).next('snapshot')
    await reader.until('the viewer', ({ watching }) => watching === 2)
    slow.pause()
    await flood(rooms[0]!, reader)
    const frames = 100
    for (let location = 0; location < frames; location++) await rooms[1]!.move(mover, location)
    const { id } = await rooms[1]!.move(mover, 'the end')
    await other.until('the end', () => other.position === id)
    slow.resume()
    for (const [index, fast] of [reader, other].entries()) {
      const events = slow.room(`${index}`)
      await events.until('the catch-up', () => events.position === fast.position)
      expect(events.state).toEqual(fast.state)
      const versions = events.arrived.flatMap(({ id: at }) =>
        at === undefined ? [] : [versionOf(at)],
      )
      expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    }
    expect(slow.room('1').patches.length).toBeLessThan(5)
    expect(slow.room('0').patches.length).toBeLessThan(reader.patches.length)
  })
}

function polls({ calm }: Suite): void {
  const poll = (server: Served, subscriptions: readonly Subscription[], waitMs = 0) =>
    call(addressOf(server), { json: { subscriptions, poll: true, waitMs } })
  const toldBy = (text: string) =>
    (JSON.parse(text) as { subscriptions: readonly { [field: string]: Json }[] }).subscriptions

  it('[HT37] a poll answers what is new in each room, and leaves out the others', async () => {
    const rooms = roomsOf(calm, 4)
    const mover = memberKey()
    const before = await Promise.all(rooms.map((room) => room.move(mover, 1)))
    const { self, id } = await rooms[1]!.move(mover, 2)
    const subscriptions = [
      { key: 'same', room: rooms[0]!.name, since: before[0]!.id },
      { key: 'moved', room: rooms[1]!.name, since: before[1]!.id, members: [memberKey()] },
      { key: 'all', room: rooms[2]!.name },
      { key: 'unknown', room: rooms[3]!.name, since: 'other:1' },
      { key: 'bad', room: 'a/b' },
    ]
    const { status, text, headers } = await poll(calm, subscriptions, 20_000)
    const unknown = await rooms[3]!.since('other:1')
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(toldBy(text)).toEqual([
      { key: 'moved', id, patch: { move: { [self]: 2 } } },
      { key: 'all', ...(await rooms[2]!.read()) },
      { key: 'unknown', ...unknown },
      {
        key: 'bad',
        problem: expect.objectContaining({ type: 'urn:whereabouts:problem:bad-room' }) as Json,
      },
    ])
    expect(await rooms[1]!.read()).toMatchObject({ members: [{ id: self }], watching: 0 })
  })

  it('[HT38] without news it waits for the first, and is 204 if there is none', async () => {
    const rooms = roomsOf(calm, 3)
    const mover = memberKey()
    const before = await Promise.all(rooms.map((room) => room.move(mover, 1)))
    const subscriptions = rooms.map(({ name }, index) => ({
      key: `${index}`,
      room: name,
      since: before[index]!.id,
    }))
    expect(await poll(calm, subscriptions)).toMatchObject({ status: 204, text: '' })
    expect(await poll(calm, subscriptions, 300)).toMatchObject({ status: 204, text: '' })
    const waiting = poll(calm, subscriptions, 30_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const { self, id } = await rooms[2]!.move(mover, 2)
    const { text } = await waiting
    expect(toldBy(text)).toEqual([{ key: '2', id, patch: { move: { [self]: 2 } } }])
    for (const json of [
      { subscriptions, poll: true, waitMs: 30_001 },
      { subscriptions, poll: 'yes' },
    ]) {
      await expectRefused('bad-parameter', addressOf(calm), { json })
    }
  })

  it('[HT37] the document comes with a poll as with one for one room', async () => {
    const [room] = roomsOf(calm, 1)
    const { id } = await room!.move(memberKey(), 1)
    await new TestDocument(room!).post('A1')
    const since = { room: room!.name, since: id }
    const { text } = await poll(calm, [
      { key: 'a', ...since },
      { key: 'b', ...since, document: false },
    ])
    const single = (await callJson(room!.url('location', { since: id }))) as Subscription
    expect(toldBy(text)).toEqual([{ key: 'a', ...single }])
    expect(single['document']).toEqual(expect.any(String))
  })
}
