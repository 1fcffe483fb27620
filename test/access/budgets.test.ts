import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { call, expectProblem, type Answer } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import type { EventStream } from 'whereabouts-conformance/stream'
import { type AuditEntry, sharedAccess, type WhereaboutsOptions } from '@whereabouts/server'
import * as Y from 'yjs'
import { authors } from './authors.js'
import { startPlain } from '../servers/plain.js'

const BYTES = { 'content-type': 'application/octet-stream' }
/** This machine counts as a proxy, so each test's caller can have any address. */
const PROXIED = { trustedProxies: ['127.0.0.1'] }
const at = (address: string) => ({ 'x-forwarded-for': address })
const ANN = at('192.0.2.1')
const BOB = at('192.0.2.2')
/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
/** Users who name themselves in a header, in documents whose owners say who may do what. */
const USERS: WhereaboutsOptions = {
  authenticate: ({ headers }) => ({ id: String(headers['x-user']) }),
  authorize: sharedAccess,
}

function refused(answer: Answer, budget: string): void {
  const problem = expectProblem(answer, 'too-many-requests')
  expect(problem.extensions).toMatchObject({ budget })
  const { retryAfterS } = problem.extensions
  expect(retryAfterS).toBeGreaterThan(0)
  expect(retryAfterS).toBeLessThanOrEqual(60)
  expect(answer.headers['retry-after']).toBe(String(retryAfterS))
}

/** Calls until one is refused; returns how many were accepted. */
async function untilRefused(most: number, send: () => Promise<Answer>): Promise<[number, Answer]> {
  for (let count = 0; count <= most; count++) {
    const answer = await send()
    if (answer.status === 429) return [count, answer]
    expect(answer.status).toBeLessThan(300)
  }
  throw new Error(`${most} calls, and none was refused`)
}

/** A budget, or two of them if the time of the first ended between. */
function expectAbout(count: number, budget: number): void {
  expect(count).toBeGreaterThanOrEqual(budget)
  expect(count).toBeLessThanOrEqual(2 * budget)
}

it('[BU1 BU2 BU4] refuses a caller over its budget, changes nothing, and serves all others', async () => {
  // 40 posts in 2 s for an address.
  await using server = await startPlain({ ...PROXIED, budgetScale: 0.01 })
  const room = new TestRoom(server.baseUrl)
  const post = (headers: object, member = memberKey()) =>
    call(room.url('location', { member }), { headers: { ...headers }, json: 1 })
  const [count, answer] = await untilRefused(200, () => post(ANN))
  expectAbout(count, 40)
  refused(answer, 'posts')
  const { members } = await room.read()
  expect(members).toHaveLength(count)
  expect(await post(BOB)).toMatchObject({ status: 200 })
})

it('[BU3] a member that posts too much is refused, and others at its address are not', async () => {
  await using server = await startPlain({ budgetScale: 0.01 })
  const room = new TestRoom(server.baseUrl)
  const member = memberKey()
  const [count, answer] = await untilRefused(20, () =>
    call(room.url('location', { member }), { json: 1 }),
  )
  expectAbout(count, 3)
  refused(answer, 'posts')
  expect(answer.text).not.toContain(member)
  expect(server.log.warnings.join()).toContain('refused: a member key of address 127.0.0.1, posts')
  expect(server.log.warnings.join()).not.toContain(member)
  expect(await call(room.url('location', { member: memberKey() }), { json: 1 })).toMatchObject({
    status: 200,
  })
})

it('[BU16] a caller that was refused is served evenly from then on', async () => {
  // 50 polls in 2 s for an address, so one each 40 ms.
  await using server = await startPlain({ budgetScale: 0.005 })
  const room = new TestRoom(server.baseUrl)
  const read = () => call(room.url('location'))
  await untilRefused(500, read)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const before = performance.now()
  const answers = await Promise.all(Array.from({ length: 25 }, read))
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  expect(performance.now() - before).toBeGreaterThan(900)
})

/** 134,218 bytes in 2 s for an address: two answers of 90 kB, since the one that goes beyond is sent. */
const FEW_POLL_BYTES = { ...PROXIED, budgetScale: 0.001, maxLocationBytes: 40_000 }

/** Returns a room that takes 90 kB to read. */
async function largeRoom(baseUrl: string): Promise<TestRoom> {
  const room = new TestRoom(baseUrl)
  for (let count = 0; count < 3; count++) await room.move(memberKey(), 'x'.repeat(30_000))
  return room
}

it('[BU23] a caller that reads a large room too often is refused, and others are not', async () => {
  await using server = await startPlain(FEW_POLL_BYTES)
  const room = await largeRoom(server.baseUrl)
  const polls = { poll: true, subscriptions: [{ key: 'a', room: room.name }] }
  const read = () => call(room.url('location'), { headers: ANN })
  const [count, answer] = await untilRefused(9, read)
  expect(count).toBeLessThan(5)
  refused(answer, 'pollBytes')
  expect(await call(room.url('location'), { headers: BOB })).toMatchObject({ status: 200 })
  const together = async () =>
    (await call(`${server.baseUrl}/streams`, { json: polls, headers: ANN })).text
  await expect.poll(together, { interval: 1 }).toContain('pollBytes')
})

it('[BU23] rooms and polls that are asked for together are counted one after the other', async () => {
  await using server = await startPlain(FEW_POLL_BYTES)
  const room = await largeRoom(server.baseUrl)
  const subscriptions = Array.from({ length: 16 }, (_, index) => ({
    key: `${index}`,
    room: room.name,
  }))
  const ask = (headers: object) =>
    call(`${server.baseUrl}/streams`, {
      json: { poll: true, subscriptions },
      headers: { ...headers },
    })
  const texts = (await Promise.all([ask(ANN), ask(ANN)])).map(({ text }) => text).join('')
  expect(texts.match(/"members"/g)).toHaveLength(2)
  expect(texts.match(/"pollBytes"/g)!.length).toBeGreaterThan(16)
  expect((await ask(BOB)).text).toContain('"members"')
})

it.each([
  ['too many rooms', Array.from({ length: 65 }, (_, index) => ({ key: `${index}`, room: 'r' }))],
  ['a room without a key', [{ room: 'r' }]],
])('[BU30] a call for several rooms is counted before it is read: %s', async (_, subscriptions) => {
  // 10 in 2 s for an address.
  await using server = await startPlain({ ...PROXIED, budgetScale: 0.001 })
  const ask = (headers: object) =>
    call(`${server.baseUrl}/streams`, { headers: { ...headers }, json: { subscriptions } })
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask(ANN)))
  const statuses = answers.map(({ status }) => status)
  expectAbout(statuses.filter((status) => status === 400).length, 10)
  refused(
    answers.find(({ status }) => status === 429)!,
    'polls',
  )
  expectProblem(await ask(BOB), 'bad-parameter')
})

it('[BU30] a poll of several rooms counts once for every eight of them', async () => {
  // 100 in 2 s for an address.
  await using server = await startPlain({ budgetScale: 0.01 })
  const subscriptions = Array.from({ length: 64 }, (_, index) => ({ key: `${index}`, room: 'r' }))
  const json = { poll: true, subscriptions }
  const [count, answer] = await untilRefused(40, () => call(`${server.baseUrl}/streams`, { json }))
  expectAbout(count, 12)
  refused(answer, 'polls')
})

it('[BU15] a caller whose logins are refused is held back, and users at its address are not', async () => {
  // 20 refused calls in 60 s for an address.
  const authenticate: WhereaboutsOptions['authenticate'] = ({ headers }) =>
    headers['x-user'] === 'ann' ? { id: 'ann' } : null
  await using server = await startPlain({ authenticate, authorize: () => true, budgetScale: 0.01 })
  const room = new TestRoom(server.baseUrl)
  const read = (user: string) => call(room.url('location'), { headers: { 'x-user': user } })
  const answers = []
  for (let count = 0; count < 20; count++) answers.push(read('forged'))
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([401]))
  refused(await read('forged'), 'logins')
  expect(await read('ann')).toMatchObject({ status: 200 })
})

it('[BU5] a caller whose posts are refused can still read, rejoin and leave', async () => {
  await using server = await startPlain({ budgetScale: 0.01 })
  const room = new TestRoom(server.baseUrl)
  const member = memberKey()
  await untilRefused(20, () => call(room.url('location', { member }), { json: 1 }))
  expect((await room.read()).members).toHaveLength(1)
  expect(await call(room.url('document'))).toMatchObject({ status: 200 })
  await using stream = await room.join(member)
  expect(stream.self).toBeDefined()
  const confirm = () =>
    call(room.url('confirm', { member, nextWithinMs: 60_000 }), { method: 'POST' })
  expect(await confirm()).toMatchObject({ status: 200 })
  // 40 confirmations in 2 s for an address.
  const [count, answer] = await untilRefused(200, confirm)
  expectAbout(count + 1, 40)
  refused(answer, 'confirmations')
  await room.leave(member)
  expect((await room.read()).members).toHaveLength(0)
})

it.each([
  ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', true],
  ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
  ['::ffff:192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7:1234', '192.0.2.7', true],
  ['192.0.2.7:1234', '192.0.2.8:1234', false],
  ['[2001:db8:0:1::1]:443', '2001:db8:0:1::2', true],
  ['192.0.2.7:_http', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
])('[BU1] %s and %s are one account: %s', async (one, other, isSame) => {
  await using server = await startPlain({ ...PROXIED, budgetScale: 0.001 })
  const url = new TestRoom(server.baseUrl).url('location')
  const poll = (address: string) => call(url, { headers: at(address) })
  await untilRefused(60, () => poll(one))
  expect((await poll(other)).status).toBe(isSame ? 429 : 200)
})

it('[BU1] users are counted individually, whatever their address', async () => {
  await using server = await startPlain({
    ...PROXIED,
    budgetScale: 0.004,
    authenticate: ({ headers }) => ({ id: String(headers['x-user']) }),
    authorize: () => true,
  })
  const url = new TestRoom(server.baseUrl).url('location')
  const post = (user: string, address: object) =>
    call(url, { headers: { 'x-user': user, ...address }, json: 1 })
  const [count] = await untilRefused(20, () => post('ann', ANN))
  expectAbout(count, 3)
  expect(await post('ann', BOB)).toMatchObject({ status: 429 })
  expect(await post('bob', ANN)).toMatchObject({ status: 200 })
})

it('[BU7] one caller can’t use up all rooms', async () => {
  await using server = await startPlain({ ...PROXIED, maxRooms: 50, maxRoomsPerCaller: 10 })
  const make = (headers: object) =>
    call(new TestRoom(server.baseUrl).url('location'), { headers: { ...headers }, json: 1 })
  const [count, answer] = await untilRefused(60, () => make(ANN))
  expect(count).toBe(10)
  refused(answer, 'rooms')
  expect(await make(BOB)).toMatchObject({ status: 200 })
})

it('[BU31] a few callers with as many rooms as they can get keep nobody else out, and idle rooms take no place', async () => {
  await using server = await startPlain({ ...PROXIED, maxRooms: 100, maxRoomsPerCaller: 60 })
  const enter = (room: TestRoom, headers: object, key: string) =>
    call(room.url('location', { member: key }), { headers: { ...headers }, json: 1 })
  const made: { readonly room: TestRoom; readonly key: string; readonly from: object }[] = []
  const make = async (from: object) => {
    const one = { room: new TestRoom(server.baseUrl), key: memberKey(), from }
    const answer = await enter(one.room, from, one.key)
    if (answer.status === 200) made.push(one)
    return answer
  }
  for (const [address, most] of [
    ['192.0.2.1', 50],
    ['192.0.2.2', 25],
    ['192.0.2.3', 20],
  ] as const) {
    const [count, answer] = await untilRefused(100, () => make(at(address)))
    expect(count).toBe(most)
    refused(answer, 'rooms')
  }
  expect(await make(at('192.0.2.4'))).toMatchObject({ status: 200 })
  for (const { room, key } of made.slice(0, 50)) await room.leave(key)
  for (let count = 0; count < 10; count++) {
    expect(await make(at('192.0.2.2'))).toMatchObject({ status: 200 })
  }
})

it('[BU7] a forgotten room no longer counts, and an existing room is open to all callers', async () => {
  await using server = await startPlain({ ...PROXIED, maxRooms: 3, maxRoomsPerCaller: 2 })
  const rooms = Array.from({ length: 4 }, () => new TestRoom(server.baseUrl))
  const keys = rooms.map(() => memberKey())
  const enter = (which: number, headers: object) =>
    call(rooms[which]!.url('location', { member: keys[which]! }), {
      headers: { ...headers },
      json: 1,
    })
  expect(await enter(0, ANN)).toMatchObject({ status: 200 })
  expect(await enter(1, ANN)).toMatchObject({ status: 200 })
  refused(await enter(2, ANN), 'rooms')
  expect(await enter(2, BOB)).toMatchObject({ status: 200 })
  expect(await enter(2, ANN)).toMatchObject({ status: 200 })
  // Empty rooms make way for others.
  await rooms[0]!.leave(keys[0]!)
  expect(await enter(3, BOB)).toMatchObject({ status: 200 })
  expect(await enter(0, at('192.0.2.3'))).toMatchObject({ status: 503 })
})

it('[DO63] nobody fills a document with authors, so that others can’t write in it', async () => {
  // 5 authors a day for an address.
  await using server = await startPlain({ ...PROXIED, budgetScale: 0.005 })
  const room = new TestRoom(server.baseUrl)
  const write = (headers: object, update: Uint8Array) =>
    call(room.url('document'), { headers: { ...headers, ...BYTES }, body: Buffer.from(update) })
  const author = () => {
    const doc = new Y.Doc()
    doc.getMap('m').set('key', 'value')
    return Y.encodeStateAsUpdate(doc)
  }
  // As when somebody copies a document with a long history.
  expect(await write(ANN, authors(12_500))).toMatchObject({ status: 200 })
  const known = author()
  expect(await write(ANN, known)).toMatchObject({ status: 200 })
  const [count, answer] = await untilRefused(10, () => write(ANN, author()))
  expect(count).toBe(4)
  const problem = expectProblem(answer, 'too-many-requests')
  expect(problem.extensions).toMatchObject({ budget: 'authors' })
  expect(await write(ANN, known)).toMatchObject({ status: 200 })
  expect(await write(BOB, author())).toMatchObject({ status: 200 })
  const { store } = await documentOf(room)
  expect(store.clients.size).toBe(12_500 + 1 + 4 + 1)
})

it('[BU29] [DO64] an update with too many authors takes nothing of their budget', async () => {
  // 5 authors a day for an address.
  await using server = await startPlain({ budgetScale: 0.005 })
  const room = new TestRoom(server.baseUrl)
  const write = (count: number, first: number) =>
    call(room.url('document'), { headers: BYTES, body: Buffer.from(authors(count, first)) })
  expect(await write(12_500, 1)).toMatchObject({ status: 200 })
  const never = expectProblem(await write(6, 20_000), 'document-full')
  expect(never.extensions).toEqual({ limit: 5, of: 'authors' })
  expect(await write(4, 30_000)).toMatchObject({ status: 200 })
  for (let time = 0; time < 2; time++) expectProblem(await write(2, 40_000), 'too-many-requests')
  expect(await write(1, 50_000)).toMatchObject({ status: 200 })
  expectProblem(await write(1, 60_000), 'too-many-requests')
})

async function documentOf(room: TestRoom): Promise<Y.Doc> {
  const doc = new Y.Doc()
  const response = await fetch(room.url('document'))
  Y.applyUpdate(doc, new Uint8Array(await response.arrayBuffer()))
  return doc
}

it('[BU27] a few callers with as many members as they can get keep nobody else out', async () => {
  await using server = await startPlain({ ...PROXIED, maxMembers: 100, maxMembersPerCaller: 60 })
  const room = new TestRoom(server.baseUrl)
  const join = (headers: object) =>
    call(room.url('location', { member: memberKey() }), { headers: { ...headers }, json: 1 })
  for (const [address, most] of [
    ['192.0.2.1', 50],
    ['192.0.2.2', 25],
    ['192.0.2.3', 20],
  ] as const) {
    const [count, answer] = await untilRefused(100, () => join(at(address)))
    expect(count).toBe(most)
    refused(answer, 'members')
  }
  expect(await join(at('192.0.2.4'))).toMatchObject({ status: 200 })
})

it('[LK27] a few callers with as many locks as they can get keep nobody else from locking', async () => {
  await using server = await startPlain({ ...USERS, authorize: () => true, budgetScale: 10 })
  const room = new TestRoom(server.baseUrl)
  const send = (what: 'location' | 'lock', user: string, parameters: object) =>
    call(room.url(what, { ...parameters }), {
      method: 'POST',
      headers: { 'x-user': user },
      json: {},
    })
  const lockAll = async (user: string) => {
    for (let count = 0; ; count++) {
      const member = `${user}-${Math.floor(count / 64)}`
      if (count % 64 === 0) await send('location', user, { member, nextWithinMs: 90_000 })
      const answer = await send('lock', user, { member, key: `${user}-${count}` })
      if (answer.status !== 200) return { count, answer }
    }
  }
  const limited = (answer: Answer, limit: number) =>
    expect(expectProblem(answer, 'too-many-locks').extensions).toEqual({ limit })
  for (const [user, most] of [
    ['eve', 512],
    ['mallory', 256],
  ] as const) {
    const { count, answer } = await lockAll(user)
    expect(count).toBe(most)
    limited(answer, most)
  }
  await send('location', 'ann', { member: 'k' })
  expect(await send('lock', 'ann', { member: 'k', key: 'cell-1' })).toMatchObject({ status: 200 })
  // A key that is held already is granted again; locks that ended count no more.
  const held = { member: 'eve-0', key: 'eve-0' }
  expect(await send('lock', 'eve', held)).toMatchObject({ status: 200 })
  await send('location', 'eve', { member: 'another' })
  limited(await send('lock', 'eve', { member: 'another', key: 'another' }), 255)
  await server.whereabouts.rooms.disconnect(room.name, { userId: 'eve' })
  await send('location', 'eve', { member: 'another' })
  const again = await send('lock', 'eve', { member: 'another', key: 'another' })
  expect(again).toMatchObject({ status: 200 })
})

it('[BU32] a few callers with as many streams as they can get keep nobody else out', async () => {
  const limits = { maxConnections: 100, maxConnectionsPerCaller: 60 }
  await using server = await startPlain({ ...PROXIED, ...limits })
  const room = new TestRoom(server.baseUrl)
  const open: EventStream[] = []
  for (const [address, most] of [
    ['192.0.2.1', 50],
    ['192.0.2.2', 25],
    ['192.0.2.3', 20],
  ] as const) {
    const headers = at(address)
    for (let count = 0; count < most; count++)
      open.push(await room.stream({ watch: 1 }, { headers }))
    refused(await call(room.url('events', { watch: 1 }), { headers }), 'streams')
  }
  open.push(await room.stream({ watch: 1 }, { headers: at('192.0.2.4') }))
  await Promise.all(open.map((stream) => stream.close()))
})

it('[BU7] one caller can’t fill a room', async () => {
  await using server = await startPlain({ ...PROXIED, maxMembers: 20, maxMembersPerCaller: 5 })
  const room = new TestRoom(server.baseUrl)
  const enter = (headers: object, member = memberKey()) =>
    call(room.url('location', { member }), { headers: { ...headers }, json: 1 })
  const first = memberKey()
  expect(await enter(ANN, first)).toMatchObject({ status: 200 })
  const [count, answer] = await untilRefused(30, () => enter(ANN))
  expect(count).toBe(4)
  refused(answer, 'members')
  refused(await call(room.url('events', { member: memberKey() }), { headers: ANN }), 'members')
  expect(await enter(ANN, first)).toMatchObject({ status: 200 })
  expect(await enter(BOB)).toMatchObject({ status: 200 })
  await room.leave(first)
  expect(await enter(ANN)).toMatchObject({ status: 200 })
})

it('[BU6] one caller can’t take all connections, and a stream that ends releases its place', async () => {
  await using server = await startPlain({ ...PROXIED, maxConnectionsPerCaller: 2 })
  const room = new TestRoom(server.baseUrl)
  await using first = await room.stream({ watch: 1 }, { headers: ANN })
  await using _second = await room.stream({ watch: 1 }, { headers: ANN })
  refused(await call(room.url('events', { watch: 1 }), { headers: ANN }), 'streams')
  const { id } = await room.read()
  const poll = { since: id, waitMs: 1_000 }
  refused(await call(room.url('location', poll), { headers: ANN }), 'streams')
  await using _bobs = await room.stream({ watch: 1 }, { headers: BOB })
  await first.close()
  await expect
    .poll(async () => (await call(room.url('location', poll), { headers: ANN })).status)
    .toBeLessThan(300)
})

it('[BU9] the metrics count refused callers, and the log names each once', async () => {
  await using server = await startPlain({ ...PROXIED, budgetScale: 0.001 })
  const url = new TestRoom(server.baseUrl).url('location')
  await Promise.all(Array.from({ length: 15 }, () => call(url, { headers: ANN })))
  const { text } = await call(`${server.baseUrl}/metrics`)
  expect(text).toMatch(/^whereabouts_refused_requests_total\{budget="polls"\} 5$/m)
  const said = server.log.warnings.filter((line) => line.includes('budget'))
  expect(said).toHaveLength(1)
  expect(said[0]).toContain('192.0.2.1')
})

it('[BU10] a full store refuses writes, reports it, and serves everything else', async () => {
  await using server = await startPlain({ maxStoredBytes: 2_000 })
  const room = new TestRoom(server.baseUrl)
  const doc = new Y.Doc()
  const write = (text: string) => {
    doc.getText('text').insert(0, text)
    const body = Buffer.from(Y.encodeStateAsUpdate(doc))
    return call(room.url('document'), { headers: BYTES, method: 'POST', body })
  }
  expect(await write('a')).toMatchObject({ status: 200 })
  const kept = (await call(room.url('document'))).text
  for (let times = 0; times < 3; times++) {
    expectProblem(await write('b'.repeat(3_000)), 'storage-full')
  }
  const said = server.log.warnings.filter((line) => line.includes('maxStoredBytes'))
  expect(said).toHaveLength(1)
  expect((await call(room.url('document'))).text).toBe(kept)
  expect(await call(room.url('location'), { json: 1 })).toMatchObject({ status: 200 })
})

it('[BU18] refused and repeated updates take no space, and a restart changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  const doc = new Y.Doc()
  doc.getText('text').insert(0, 'a'.repeat(1_000))
  const body = Buffer.from(Y.encodeStateAsUpdate(doc))
  const post = (room: TestRoom, bytes: Buffer) =>
    call(room.url('document'), { headers: BYTES, method: 'POST', body: bytes })
  // Versions take space.
  const settings = { dataDir: folder, maxStoredBytes: 3_500, historyEveryMs: 0 }
  const room = new TestRoom('')
  for (const _start of ['first', 'again']) {
    await using server = await startPlain(settings)
    const here = new TestRoom(server.baseUrl, room.name)
    for (let times = 0; times < 5; times++) {
      expect((await post(here, body)).status).toBe(200)
      expect((await post(here, Buffer.alloc(1_000, 'x'))).status).toBe(400)
    }
  }
  await using server = await startPlain(settings)
  const other = () => new TestRoom(server.baseUrl)
  expect((await post(other(), body)).status).toBe(200)
  expectProblem(await post(other(), body), 'storage-full')
  await rm(folder, { recursive: true })
})

it('[BU11] an owner with too much writes no more, and all others do', async () => {
  await using server = await startPlain({
    maxOwnerBytes: 4_000,
    authenticate: ({ headers }) => ({ id: String(headers['x-user']) }),
    authorize: sharedAccess,
  })
  const write = (room: TestRoom, user: string, text: string) => {
    const doc = new Y.Doc()
    doc.getText('text').insert(0, text)
    const body = Buffer.from(Y.encodeStateAsUpdate(doc))
    const headers = { ...BYTES, 'x-user': user }
    return call(room.url('document'), { headers, method: 'POST', body })
  }
  const [one, two, other] = [1, 2, 3].map(() => new TestRoom(server.baseUrl))
  expect(await write(one!, 'ann', 'a'.repeat(1_500))).toMatchObject({ status: 200 })
  expectProblem(await write(two!, 'ann', 'b'.repeat(1_500)), 'storage-full')
  expectProblem(await write(one!, 'bob', 'b'.repeat(1_500)), 'storage-full')
  expect(await write(other!, 'bob', 'b'.repeat(1_500))).toMatchObject({ status: 200 })
})

it('[BU25] [BU26] documents without content and access records take space, and end by making it', async () => {
  // For one document of a letter, with a record of 20 users and at most 1,465 bytes.
  await using server = await startPlain({ ...USERS, maxOwnerBytes: 7_620 })
  const ann = { 'x-user': 'ann' }
  const [room, other] = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
  const write = (at: TestRoom, user: string) =>
    call(at.url('document'), { headers: { ...BYTES, 'x-user': user }, body: UPDATE })
  expect(await write(room, 'ann')).toMatchObject({ status: 200 })
  const accessOf = async () => (await call(room.url('access'), { headers: ann })).text
  const change = async (users: object) => {
    const { revision } = (JSON.parse(await accessOf()) as { access: { revision: number } }).access
    return call(room.url('access'), { headers: ann, json: { revision, users } as never })
  }
  const named = (from: number, name: string) =>
    Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`user-${from + n}`, { role: 'viewer', name }]),
    )
  expect(await change(named(0, 'A name'))).toMatchObject({ status: 200 })
  const before = await accessOf()
  expectProblem(await change(named(20, 'Another name')), 'storage-full')
  expect(await accessOf()).toBe(before)
  expectProblem(await write(other, 'ann'), 'storage-full')
  expect(await write(other, 'bob')).toMatchObject({ status: 200 })
  expect(await change({ 'user-1': null })).toMatchObject({ status: 200 })
})

it('[BU25] [BU26] without users, view links of rooms without a document take space of all', async () => {
  await using server = await startPlain({ maxStoredBytes: 2_500 })
  const change = (room: TestRoom, revision: number, viewLink: boolean) =>
    call(room.url('access'), { json: { revision, viewLink } })
  const rooms = Array.from({ length: 3 }, () => new TestRoom(server.baseUrl))
  const answers = []
  for (const room of rooms) answers.push(await change(room, 0, true))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 507])
  const { access } = JSON.parse(answers[0]!.text) as { access: { revision: number } }
  expect(await change(rooms[0]!, access.revision, false)).toMatchObject({ status: 200 })
  expect(await call(rooms[2]!.url('location'), { json: 1 })).toMatchObject({ status: 200 })
})

it('[SR19] [SR21] a document that is given away takes nobody’s space unasked, and has to fit', async () => {
  await using server = await startPlain({
    maxOwnerBytes: 10_000,
    authenticate: ({ headers }) => ({ id: String(headers['x-user']) }),
    authorize: sharedAccess,
  })
  const write = (room: TestRoom, user: string, bytes: number) => {
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'a'.repeat(bytes))
    const body = Buffer.from(Y.encodeStateAsUpdate(doc))
    return call(room.url('document'), { headers: { ...BYTES, 'x-user': user }, body })
  }
  const [anns, bobs, cems] = [1, 2, 3].map(() => new TestRoom(server.baseUrl))
  expect(await write(anns!, 'ann', 6_000)).toMatchObject({ status: 200 })
  const offer = async (user: string) => {
    const headers = { 'x-user': 'ann' }
    const { text } = await call(anns!.url('access'), { headers })
    const { revision } = (JSON.parse(text) as { access: { revision: number } }).access
    const json = { revision, users: { [user]: { role: 'editor' } }, offeredTo: user }
    expect(await call(anns!.url('access'), { headers, json })).toMatchObject({ status: 200 })
  }
  const accept = (user: string) =>
    call(anns!.url('access/offer'), { headers: { 'x-user': user }, json: { accept: true } })
  await offer('bob')
  // Bob has all of his space, whatever is offered to him.
  expect(await write(bobs!, 'bob', 6_000)).toMatchObject({ status: 200 })
  for (let times = 0; times < 2; times++) expectProblem(await accept('bob'), 'storage-full')
  expect(await write(bobs!, 'bob', 1_000)).toMatchObject({ status: 200 })
  await offer('cem')
  expect(await accept('cem')).toMatchObject({ status: 204 })
  // It counts for Cem now, and so does what others write in it.
  expectProblem(await write(cems!, 'cem', 6_000), 'storage-full')
  expectProblem(await write(anns!, 'ann', 6_000), 'storage-full')
})

it('[BU12] new documents and records count as rooms do, and what is there does not', async () => {
  // 10 rooms and 6 changes of access in 60 s for an address.
  await using server = await startPlain({ ...PROXIED, budgetScale: 0.01 })
  const write = (room: TestRoom, headers: object) =>
    call(room.url('document'), { headers: { ...BYTES, ...headers }, body: UPDATE })
  const first = new TestRoom(server.baseUrl)
  expect(await write(first, ANN)).toMatchObject({ status: 200 })
  const [count, answer] = await untilRefused(30, () => write(new TestRoom(server.baseUrl), ANN))
  expect(count).toBe(9)
  refused(answer, 'rooms')
  const share = (room: TestRoom) =>
    call(room.url('access'), { headers: ANN, json: { revision: 0, viewLink: true } })
  const unshared = new TestRoom(server.baseUrl)
  refused(await share(unshared), 'rooms')
  const { text } = await call(unshared.url('access'), { headers: BOB })
  expect(JSON.parse(text)).toMatchObject({ access: { revision: 0 } })
  expect(await write(first, ANN)).toMatchObject({ status: 200 })
  expect(await share(first)).toMatchObject({ status: 200 })
  expect(await write(new TestRoom(server.baseUrl), BOB)).toMatchObject({ status: 200 })
})

it('[BU12 SR4] updates that are refused count as rooms, and make no owner and no document', async () => {
  await using server = await startPlain({ ...USERS, budgetScale: 0.02 })
  const headers = { ...BYTES, 'x-user': 'ann' }
  const body = Buffer.from('no update')
  const rooms = Array.from({ length: 6 }, () => new TestRoom(server.baseUrl))
  const statuses: number[] = []
  for (const room of rooms) {
    statuses.push((await call(room.url('document'), { headers, body })).status)
  }
  expect(statuses).toEqual([400, 400, 400, 400, 429, 429])
  for (const room of rooms) {
    const { text } = await call(room.url('access'), { headers: { 'x-user': 'ann' } })
    expect((JSON.parse(text) as { can: string[] }).can).not.toContain('manage')
  }
  expect(await server.whereabouts.administration.list({ limit: 10 })).toEqual([])
})

it('[BU2] changes of access have a budget of their own', async () => {
  // 6 changes of access in 60 s for an address.
  await using server = await startPlain({ ...PROXIED, budgetScale: 0.01 })
  const room = new TestRoom(server.baseUrl)
  await call(room.url('document'), { headers: { ...BYTES, ...ANN }, body: UPDATE })
  const share = (headers: object) =>
    call(room.url('access'), { headers: { ...headers }, json: { revision: -1 } })
  const answers = []
  for (let count = 0; count < 7; count++) answers.push(await share(ANN))
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 429])
  refused(answers.at(-1)!, 'shares')
  expect(await share(BOB)).toMatchObject({ status: 400 })
  expect(await call(room.url('location'), { headers: ANN, json: 1 })).toMatchObject({ status: 200 })
})

it('[BU13] a change of access counts for the users that it names', async () => {
  // 3 changes of access in 60 s for a user.
  await using server = await startPlain({ ...USERS, budgetScale: 0.05 })
  const room = new TestRoom(server.baseUrl)
  const ann = { 'x-user': 'ann' }
  await call(room.url('document'), { headers: { ...BYTES, ...ann }, body: UPDATE })
  const share = async (count: number) => {
    const { text } = await call(room.url('access'), { headers: ann })
    const { revision } = (JSON.parse(text) as { access: { revision: number } }).access
    const ids = Array.from({ length: count }, (_, n) => [`user-${n}`, { role: 'viewer' }])
    return call(room.url('access'), {
      headers: ann,
      json: { revision, users: Object.fromEntries(ids) as object as never },
    })
  }
  expect(await share(25)).toMatchObject({ status: 200 })
  refused(await share(25), 'shares')
})

it('[BU24] one user’s acts don’t push others’ out of the audit log, and none goes unnoted', async () => {
  const entries: AuditEntry[] = []
  // 10,486 bytes of entries in a day for a user, and two changes of access in 60 s.
  await using server = await startPlain({
    ...USERS,
    budgetScale: 0.02,
    audit: (entry) => void entries.push(entry),
  })
  const named = (name: string) => new TestRoom(server.baseUrl, name.padEnd(128, 'x'))
  const room = named('ann')
  const ann = { 'x-user': 'ann' }
  const write = (user: string, at: TestRoom) =>
    call(at.url('document'), { headers: { ...BYTES, 'x-user': user }, body: UPDATE })
  await write('ann', room)
  const change = async (said: object) => {
    const { text } = await call(room.url('access'), { headers: ann })
    const { revision } = (JSON.parse(text) as { access: { revision: number } }).access
    return call(room.url('access'), { headers: ann, json: { revision, ...said } })
  }
  const ids = Array.from({ length: 24 }, (_, n) => [`${n}`.padEnd(255, 'x'), { role: 'viewer' }])
  expect(await change({ users: Object.fromEntries(ids) as object })).toMatchObject({ status: 200 })
  const before = (await call(room.url('access'), { headers: ann })).text
  const removed = Object.fromEntries(ids.map(([id]) => [id, null])) as object
  const problem = expectProblem(await change({ users: removed }), 'too-many-requests')
  expect(problem.extensions).toMatchObject({ budget: 'auditBytes' })
  expect(problem.extensions['retryAfterS']).toBeLessThanOrEqual(86_400)
  const deletion = { headers: ann, method: 'DELETE' }
  // What is smaller has its place until all is taken.
  const [count] = await untilRefused(30, async () => {
    const copy = named(`copy-${entries.length}`)
    await server.whereabouts.rooms.copyDocument(room.name, copy.name, { owner: 'ann' })
    return call(copy.url('document'), deletion)
  })
  expectProblem(await call(room.url('document'), deletion), 'too-many-requests')
  expect((await call(room.url('access'), { headers: ann })).text).toBe(before)
  expect(entries[0]).toMatchObject({ who: 'user:ann', what: 'access' })
  expect(entries.filter(({ what }) => what === 'delete')).toHaveLength(count)
  const bobs = new TestRoom(server.baseUrl)
  await write('bob', bobs)
  const removal = { headers: { 'x-user': 'bob' }, method: 'DELETE' }
  expect(await call(bobs.url('document'), removal)).toMatchObject({ status: 204 })
  expect(entries.at(-1)).toMatchObject({ who: 'user:bob', what: 'delete' })
})

it('[BU2] can be turned off', async () => {
  await using server = await startPlain({ budgetScale: 0, maxRoomsPerCaller: 1 })
  for (let count = 0; count < 5; count++) {
    expect(await call(new TestRoom(server.baseUrl).url('location'), { json: 1 })).toMatchObject({
      status: 200,
    })
  }
})

it('[BU24] deletions by somebody who manages all documents are counted like those by their owners', async () => {
  const entries: AuditEntry[] = []
  // 10,486 bytes of entries in a day for a user, and 40 deletions in 60 s.
  await using server = await startPlain({
    ...USERS,
    authorize: () => true,
    budgetScale: 0.02,
    audit: (entry) => void entries.push(entry),
  })
  const manager = { 'x-user': 'm'.repeat(255) }
  const remove = async () => {
    const room = new TestRoom(server.baseUrl, `${entries.length}`.padEnd(128, 'x'))
    await server.whereabouts.rooms.update(room.name, UPDATE)
    return call(room.url('document'), { headers: manager, method: 'DELETE' })
  }
  const [count, answer] = await untilRefused(39, remove)
  const problem = expectProblem(answer, 'too-many-requests')
  expect(problem.extensions).toMatchObject({ budget: 'auditBytes' })
  expect(entries).toHaveLength(count)
  expect(JSON.stringify(entries).length).toBeLessThan(10_486 + count)
  expect(await server.whereabouts.administration.list({ limit: 10 })).toHaveLength(1)
})
