import type { Action, Json } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { TestDocument } from 'whereabouts-conformance/document'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { end, type EventStream, openStream } from 'whereabouts-conformance/stream'
import { startPlain } from '../servers/plain.js'
import { ALL, as, Office, SERVERS, start, type Started } from './application.js'

/** Longer than any test, so that only `revalidate` causes new checks. */
const RARELY = { revalidateMs: 3_600_000 }
const FORBIDDEN = { type: 'urn:whereabouts:problem:forbidden', status: 403 }

type Subscription = { readonly [field: string]: Json }

const body = (...subscriptions: readonly Subscription[]) => ({ json: { subscriptions } })

function openRooms(
  { baseUrl }: { readonly baseUrl: string },
  user: string,
  ...subscriptions: readonly Subscription[]
): Promise<EventStream> {
  return openStream(`${baseUrl}/streams`, { ...body(...subscriptions), ...as(user) })
}

/** An application in which ada may do everything everywhere, and eve something in each room. */
function newOffice(rights: { readonly [room: string]: readonly Action[] }) {
  const office = new Office()
  const now = new Map(Object.entries(rights))
  office.answer = ({ user, room, action }) =>
    user?.id === 'ada' || (now.get(room)?.includes(action) ?? false)
  return { office, now }
}

describe.each(SERVERS)('a stream of several rooms on %s', (server) => {
  it('[MS8] [AC10] is decided about room by room, and a caller who is unknown gets none', async () => {
    const { office } = newOffice({ open: ALL, look: ['watch', 'write'] })
    await using running = await start(server, { ...office.options, ...RARELY })
    await expectRefused('unauthorized', `${running.baseUrl}/streams`, body({ key: 'a', room: 'x' }))
    const members = [memberKey()]
    const subscriptions = ['open', 'look', 'closed'].map((room) => ({ key: room, room, members }))
    await using stream = await openRooms(running, 'eve', ...subscriptions)
    const [free, look, closed] = ['open', 'look', 'closed'].map((key) => stream.room(key))
    expect((await closed!.next('refused')).data).toMatchObject(FORBIDDEN)
    expect((await free!.next('hello')).data).toMatchObject({
      can: ALL,
      selves: [expect.any(String)],
    })
    expect((await look!.next('hello')).data).toMatchObject({
      can: ['watch', 'write'],
      self: null,
      selves: [],
    })
    expect(await running.rooms.members('look')).toMatchObject({ members: [], watching: 1 })
    expect(await running.rooms.members('closed')).toMatchObject({ members: [], watching: 0 })
    const requests = new Set(office.asked.map(({ request }) => request))
    expect(requests.size).toBe(1)
  })

  it('[MS3] [MS9] [AC16] [AC17] [AC18] is asked about again for each room, and a room that is lost ends alone', async () => {
    const { office, now } = newOffice({ a: ALL, b: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const members = [memberKey(), memberKey()]
    await using stream = await openRooms(
      running,
      'eve',
      { key: 'a', room: 'a', members },
      { key: 'b', room: 'b', members },
    )
    const [a, b] = [stream.room('a'), stream.room('b')]
    await a.next('snapshot')
    await b.next('snapshot')
    now.set('a', ['watch'])
    now.delete('b')
    await running.rooms.revalidate({ user: 'eve' })
    expect((await a.next('can')).data).toEqual({ can: ['watch'] })
    expect((await b.next('problem')).data).toMatchObject(FORBIDDEN)
    await expect.poll(() => running.rooms.members('b')).toMatchObject({ members: [] })
    await expect.poll(() => running.rooms.members('a')).toMatchObject({ members: [] })
    const { self } = await running.rooms.move('a', 'other', 'A1')
    await running.rooms.move('b', 'other', 'secret')
    await a.until('the move', (state) => state.members.has(self))
    expect(stream.text).not.toContain('secret')
    now.delete('a')
    await running.rooms.revalidate({ user: 'eve' })
    expect((await a.next('problem')).data).toMatchObject(FORBIDDEN)
    await end(stream)
  })

  it('[MS10] [AC23] loses the one member that is disconnected, and ends a room with its last', async () => {
    const { office } = newOffice({})
    await using running = await start(server, { ...office.options, ...RARELY })
    const members = [memberKey(), memberKey()]
    await using stream = await openRooms(
      running,
      'ada',
      { key: 'a', room: 'a', members },
      { key: 'b', room: 'b' },
    )
    const a = stream.room('a')
    await a.next('snapshot')
    await stream.room('b').next('snapshot')
    const [one, two] = a.hello.selves!
    await running.rooms.disconnect('a', { memberId: one!, reason: 'Bye.' })
    const { data } = await a.next('problem')
    expect(data).toMatchObject({ ...FORBIDDEN, detail: 'Bye.', member: one })
    await a.until('the leave', (state) => !state.members.has(one!))
    expect(a.state.members.get(two!)?.status).toBe('online')
    // It isn't connected any more, so a post of it lasts for a lease alone.
    await callJson(new TestRoom(running.baseUrl, 'a').url('location', { member: members[1]! }), {
      ...as('ada'),
      json: 'B2',
    })
    await a.until('the move', (state) => state.members.get(two!)?.location === 'B2')
    await running.rooms.disconnect('a', { memberId: two! })
    const last = await a.next('problem')
    expect(last.data).not.toHaveProperty('member')
    const { self } = await running.rooms.move('b', 'other', 1)
    await stream.room('b').until('the move', (state) => state.members.has(self))
    await running.rooms.disconnect('b', { userId: 'ada' })
    expect((await stream.room('b').next('problem')).data).toMatchObject(FORBIDDEN)
    await end(stream)
  })

  it('[MS16] [AC3] says one goodbye before its user expires, and then every room ends', async () => {
    const { office } = newOffice({})
    const expiresAtMs = Date.now() + 2_000
    office.details = () => ({ expiresAtMs })
    await using running = await start(server, { ...office.options, ...RARELY })
    const subscriptions = ['a', 'b', 'c'].map((key) => ({ key, room: key, members: ['k'] }))
    await using stream = await openRooms(running, 'ada', ...subscriptions)
    for (const { key } of subscriptions) {
      const { data } = await stream.room(key).next('problem')
      expect(data).toMatchObject({ status: 401 })
    }
    await end(stream)
    expect(stream.arrived.filter(({ name }) => name === 'goodbye')).toHaveLength(1)
  })
})

describe('a stream of several rooms', () => {
  it('[MS3] [SR6] reads a room by its view link, under the link’s name', async () => {
    await using server = await startPlain()
    const room = new TestRoom(server.baseUrl)
    await room.move(memberKey(), 1)
    const json = { revision: 0, viewLink: true }
    const { access } = (await callJson(room.url('access'), { json })) as {
      access: { viewLink: string }
    }
    const members = [memberKey()]
    await using stream = await openStream(
      `${server.baseUrl}/streams`,
      body(
        { key: 'a', room: access.viewLink, members },
        { key: 'b', room: `view~${'x'.repeat(32)}` },
      ),
    )
    const a = stream.room('a')
    await a.next('snapshot')
    expect(a.hello).toMatchObject({ room: access.viewLink, can: ['watch'], selves: [] })
    expect(a.state.members.size).toBe(1)
    expect((await stream.room('b').next('refused')).data).toMatchObject(FORBIDDEN)
    expect(stream.text).not.toContain(room.name)
  })

  it('[RM19] offers to watch a full room at the path that the calls are mounted at', async () => {
    await using server = await startPlain({ path: 'live', maxMembers: 1 })
    const room = new TestRoom(`${server.baseUrl}/live`)
    await room.move(memberKey(), 1)
    await using stream = await openStream(
      `${server.baseUrl}/live/streams`,
      body({ key: 'a', room: room.name, members: [memberKey()] }),
    )
    const { data } = await stream.room('a').next('refused')
    expect(data).toMatchObject({ watch: `/live/rooms/${room.name}/events?watch=1` })
  })

  it('[MS15] lets a member go at once if its room ends alone', async () => {
    await using server = await startPlain({ heartbeatMs: 100 })
    const room = new TestRoom(server.baseUrl)
    await new TestDocument(room).post('A1')
    await using stream = await openStream(
      `${server.baseUrl}/streams`,
      body({ key: 'a', room: room.name, members: [memberKey()] }, { key: 'b', room: 'other' }),
    )
    const a = stream.room('a')
    await a.next('snapshot')
    const { self } = a
    await server.whereabouts.administration.deleteDocument(room.name, { as: 'operator' })
    expect((await a.next('problem')).data).toMatchObject({ status: 410 })
    // Sooner than a third of the lease.
    const status = async () => (await room.member(self))?.status
    await expect.poll(status, { timeout: 4_500 }).toBe('away')
    await stream.room('b').quiet()
  })

  it('[MS12] [BU2] counts once for every eight members in the budget of streams', async () => {
    // 12 streams in 60 s for an address.
    await using server = await startPlain({ budgetScale: 0.001 })
    const members = (count: number) => Array.from({ length: count }, memberKey)
    const send = (count: number) =>
      call(`${server.baseUrl}/streams`, body({ key: 'a', room: 'a/b', members: members(count) }))
    expect(await send(64)).toMatchObject({ status: 200 })
    expect(await send(25)).toMatchObject({ status: 200 })
    const problem = expectProblem(await send(1), 'too-many-requests')
    expect(problem.extensions).toMatchObject({ budget: 'streams' })
  })

  it('[MS12] [BU6] holds as many of an account’s connections as it has members', async () => {
    await using server = await startPlain({ maxConnectionsPerCaller: 3, heartbeatMs: 100 })
    const room = new TestRoom(server.baseUrl)
    const members = (count: number) => Array.from({ length: count }, memberKey)
    const url = `${server.baseUrl}/streams`
    const wanted = (count: number) => body({ key: 'a', room: room.name, members: members(count) })
    await expectRefused('too-many-requests', url, wanted(4))
    const stream = await openStream(url, wanted(3))
    await stream.room('a').next('snapshot')
    await expectRefused('too-many-requests', room.url('events', { watch: 1 }))
    await stream.close()
    await expect.poll(async () => (await call(room.url('location'))).status).toBe(200)
    await expect.poll(() => server.whereabouts.rooms.count()).toMatchObject({ connections: 0 })
    await using again = await room.watch()
    await again.quiet()
  })

  it('[HT38] [AC17] [AC30] a poll is answered when what its caller may do in a room changes', async () => {
    const { office, now } = newOffice({ a: ALL, b: ALL })
    await using running: Started = await start('node:http', { ...office.options, ...RARELY })
    const since = async (room: string) => (await running.rooms.members(room)).id
    const subscriptions = [
      { key: 'a', room: 'a', since: await since('a') },
      { key: 'b', room: 'b', since: await since('b') },
    ]
    const poll = () =>
      callJson(`${running.baseUrl}/streams`, {
        json: { subscriptions, poll: true, waitMs: 30_000 },
        ...as('eve'),
      })
    let waiting = poll()
    await expect.poll(() => running.rooms.count()).toMatchObject({ connections: 2 })
    now.set('b', ['watch'])
    await running.rooms.revalidate({ room: 'b' })
    const told = [{ key: 'b', id: subscriptions[1]!.since, patch: {}, can: ['watch'] }]
    expect(await waiting).toEqual({ subscriptions: told })
    await expect.poll(() => running.rooms.count()).toMatchObject({ connections: 0 })
    waiting = poll()
    await expect.poll(() => running.rooms.count()).toMatchObject({ connections: 2 })
    now.delete('a')
    await running.rooms.revalidate({ room: 'a' })
    expect(await waiting).toMatchObject({ subscriptions: [{ key: 'a', problem: FORBIDDEN }] })
  })
})
