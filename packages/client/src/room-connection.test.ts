import { Problem, type Json } from '@whereabouts/protocol'
import { describe, expect, it, vi } from 'vitest'
import { ids, isOnline, JoinedRooms } from '../../../test/client/joined.js'
import { member, ScriptedServer } from '../../../test/client/scripted-server.js'
import { until } from '../../../test/client/until.js'
import { joinRoom, type Room } from './index.js'

const { join, joinOnline } = new JoinedRooms(joinRoom)

describe('the connection', () => {
  it('[CL4] resumes from its position when the stream ends', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    const seen: string[] = []
    room.subscribe(() => seen.push(room.status))
    stream.event('patch', { move: { a: 2 } }, 'e:5')
    stream.end()
    const next = await server.take('GET events')
    expect(next.query.get('lastEventId')).toBe('e:5')
    expect(next.query.get('member')).toBe(stream.query.get('member'))
    next.stream()
    await until(room, isOnline)
    expect(seen).toEqual(['online', 'reconnecting', 'online'])
    expect(ids(room.getSnapshot())).toEqual(['me', 'a'])
  })

  it('[CL4] reconnects after two and a half heartbeats of silence; a ping ends the silence', async () => {
    await using server = await ScriptedServer.listen()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { room, stream } = await joinOnline(server, {}, { heartbeatMs: 1000 })
    vi.advanceTimersByTime(2400)
    stream.event('ping', {}).event('patch', { move: { a: 9 } }, 'e:2')
    await until(room, ({ others }) => others[0]?.location === 9)
    await vi.advanceTimersByTimeAsync(2400)
    expect(room.status).toBe('online')
    vi.advanceTimersByTime(100)
    await stream.closed
    await until(room, ({ status }) => status === 'reconnecting')
    await vi.advanceTimersByTimeAsync(1)
    expect((await server.take('GET events')).query.get('lastEventId')).toBe('e:2')
  })

  it('[VE3] ignores unknown events, unknown fields and unknown fields of members', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, {}, { limits: { posts: 5 } })
    stream.event('lock', { number: 7 }).event('later', ['watch'])
    const joined = { ...member('c'), avatar: 'c.png', user: { ...member('c').user, meta: {} } }
    stream.event('patch', { join: [joined], locks: { A1: 'c' }, move: { a: 3 } }, 'e:2')
    const { others } = await until(room, (snapshot) => snapshot.others.length === 2)
    expect(others.map(({ id, location }) => [id, location])).toEqual([
      ['a', 3],
      ['c', member('c').location],
    ])
  })

  it('[VE4] takes the position from the last event of a frame, even an unknown event', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    stream.event('patch', { move: { a: 2 } }).event('lock', { number: 7 }, 'e:5')
    await until(room, ({ others }) => others[0]?.location === 2)
    stream.end()
    expect((await server.take('GET events')).query.get('lastEventId')).toBe('e:5')
  })

  it.each([
    [403, 'closed'],
    [503, 'reconnecting'],
  ])('[VE6] treats an unknown problem according to its status, %i', async (status, is) => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    const type = 'urn:whereabouts:problem:of-a-later-version'
    stream.event('problem', { type, title: 'New', status, detail: 'Because.' }).end()
    await until(room, (snapshot) => snapshot.status === is)
    expect(room.getSnapshot().problem?.detail).toBe(is === 'closed' ? 'Because.' : undefined)
  })

  it('[ST10] reconnects within a share of the time in goodbye', async () => {
    await using server = await ScriptedServer.listen()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const requests = vi.fn<typeof fetch>((input, init) => fetch(input, init))
    const { room, stream } = await joinOnline(server, { fetch: requests })
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    stream.event('goodbye', { reconnectInMs: 8000 }).event('patch', { move: { a: 2 } }, 'e:2')
    await until(room, ({ others }) => others[0]?.location === 2)
    await vi.advanceTimersByTimeAsync(3999)
    expect(requests).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(requests).toHaveBeenCalledTimes(2)
  })

  it('[ST10] also reconnects when the stream ends right after its goodbye', async () => {
    await using server = await ScriptedServer.listen()
    const { stream } = await joinOnline(server)
    stream.event('goodbye', { reconnectInMs: 1 }).end()
    expect((await server.take('GET events')).query.get('lastEventId')).toBe('e:1')
  })

  it('[CL17] moves to another server without a gap', async () => {
    await using first = await ScriptedServer.listen()
    await using second = await ScriptedServer.listen()
    let current = first
    const { room, stream } = await joinOnline(first, {
      fetch: (input, init) => fetch(String(input).replace(first.url, current.url), init),
    })
    const seen = new Set<string>()
    room.subscribe(() => seen.add(room.status))
    const isAt = (location: Json) => until(room, ({ others }) => others[0]?.location === location)
    current = second
    stream.event('goodbye', { reconnectInMs: 1 })
    const next = await second.take('GET events')
    expect(next.query.get('lastEventId')).toBe('e:1')
    expect(next.query.get('member')).toBe(stream.query.get('member'))
    stream.event('patch', { move: { a: 3 }, watching: 3 }, 'e:3')
    await isAt(3)
    expect(stream.response.destroyed).toBe(false)
    next.stream()
    await stream.closed
    const before = room.getSnapshot()
    // The second server is a version behind at first, and then reports both.
    next.event('patch', { move: { a: 2 } }, 'e:2').event('patch', { watching: 4 }, 'e:4')
    const after = await until(room, ({ watching }) => watching === 4)
    expect(after.members).toBe(before.members)
    expect([...seen]).toEqual(['online'])
    next.event('patch', { move: { a: 5 } }, 'e:5').end()
    expect((await second.take('GET events')).query.get('lastEventId')).toBe('e:5')
    expect(first.waiting('GET events')).toBe(0)
  })

  it('[CL33] stays online until the old stream ends if the next one can’t be opened', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    stream.event('goodbye', { reconnectInMs: 1 })
    ;(await server.take('GET events')).refuse('shutting-down')
    const next = await server.take('GET events')
    stream.event('patch', { move: { a: 2 } }, 'e:2')
    await until(room, ({ others }) => others[0]?.location === 2)
    expect(room.status).toBe('online')
    stream.event('goodbye', { reconnectInMs: 1 }).end()
    await stream.closed
    next.refuse('shutting-down')
    await until(room, ({ status }) => status === 'reconnecting')
    const last = await server.take('GET events')
    expect(last.query.get('lastEventId')).toBe('e:2')
    last.stream()
    await until(room, isOnline)
  })

  it('[CL34] skips only the old parts of the next stream’s frames', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    stream.event('goodbye', { reconnectInMs: 1 })
    const next = await server.take('GET events')
    stream.event('patch', { move: { a: 3 } }, 'e:3')
    await until(room, ({ others }) => others[0]?.location === 3)
    const seen = new Set<Json>()
    room.subscribe(() => seen.add(room.getSnapshot().others[0]?.location ?? null))
    next
      .stream()
      .event('patch', { move: { a: 2 } })
      .document(new Uint8Array([0, 0]), 'e:2')
    next.event('patch', { move: { a: 4 } }, 'e:4')
    await until(room, ({ others }) => others[0]?.location === 4)
    expect([...seen]).toEqual([4])
  })

  it('[CL16 CL17] closes both streams to show another part', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    stream.event('goodbye', { reconnectInMs: 1 })
    const next = await server.take('GET events')
    room.look('s2')
    await Promise.all([stream.closed, next.closed])
    const last = await server.take('GET events')
    expect([last.query.get('at'), last.query.get('lastEventId')]).toEqual(['s2', null])
  })

  it('[CL4] repeats a failed post as soon as it is restored', async () => {
    await using server = await ScriptedServer.listen()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { room, stream } = await joinOnline(server)
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    room.move('C5')
    ;(await server.take('POST location')).answer(503)
    stream.end()
    await until(room, ({ status }) => status === 'reconnecting')
    await vi.advanceTimersByTimeAsync(1)
    ;(await server.take('GET events')).stream()
    expect((await server.take('POST location')).body).toBe('"C5"')
  })

  it('[CL11] ends after a problem that retrying can’t solve', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    ;(await server.take('GET events')).refuse('room-full')
    const { problem } = await until(room, ({ status }) => status === 'closed')
    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({ problem: 'room-full', status: 409 })
  })

  it('[ST11 CL11] ends after a problem event that ends the stream', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    stream.event('problem', new Problem('forbidden', 'ask the owner').toJSON())
    expect(await until(room, ({ status }) => status === 'closed')).toMatchObject({
      members: [],
      problem: { problem: 'forbidden', detail: 'ask the owner' },
    })
  })

  it('[CL11 CL32] retries after 429, 5xx and a 4xx that isn’t the server’s, and says why', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    for (const status of [429, 408, 500, 503]) (await server.take('GET events')).answer(status)
    ;(await server.take('GET events')).refuse('too-many-connections')
    ;(await server.take('GET events')).answer(403, { message: 'Sign in to the network.' })
    const { problem, status } = await until(room, (snapshot) => snapshot.problem !== null)
    expect(problem).toMatchObject({ problem: 'forbidden', detail: 'Sign in to the network.' })
    expect(status).toBe('connecting')
    ;(await server.take('GET events')).stream().snapshot('e:1', [])
    expect(await until(room, isOnline)).toMatchObject({ problem: null, transport: 'stream' })
  })

  it('[CL4 CL35] retries after an answer that isn’t a stream, or a stream that isn’t valid', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    ;(await server.take('GET events')).answer(200, 'the page of a hotel')
    const stream = await server.take('GET events')
    stream.stream().response.write('event: snapshot\ndata: {"members":[\n\n')
    await stream.closed
    ;(await server.take('GET events')).stream().snapshot('e:1', [])
    expect(ids(await until(room, isOnline))).toEqual([])
  })

  it('[MB5 CL95] joins again when the server removes a connected member, and isn’t interrupted', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, { location: 'C5' })
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:2' })
    const seen = new Set<string>()
    room.subscribe(() => seen.add(room.status))
    stream.event('patch', { leave: ['me'] }, 'e:3')
    expect((await server.take('POST location')).body).toBe('"C5"')
    const next = await server.take('GET events')
    expect(next.query.get('lastEventId')).toBe('e:3')
    expect(stream.response.destroyed).toBe(false)
    next.stream()
    await stream.closed
    expect([...seen]).toEqual(['online'])
  })
})

describe('a restarted server', () => {
  it('[CL5] shows missing members as away until they are back', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    stream.end()
    const next = (await server.take('GET events')).stream().event('resync', {})
    next.snapshot('f:1', [member('me')])
    const away = await until(room, ({ others }) => others[0]?.status === 'away')
    expect(ids(away)).toEqual(['a', 'me'])
    next.event('patch', { join: [{ ...member('a', 4) }] as unknown as Json }, 'f:2')
    await until(room, ({ others }) => others[0]?.status === 'online')
  })

  it('[CL5] removes missing members when their lease has expired', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, {}, { leaseMs: 50 })
    stream.snapshot('f:1', [member('me')])
    await until(room, ({ others }) => others[0]?.status === 'away')
    expect(ids(await until(room, ({ others }) => others.length === 0))).toEqual(['me'])
  })

  it('[ID6 AC34] as another member leaves no stale copy of the former one, and removes it', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    stream.end()
    const next = (await server.take('GET events')).stream({ self: 'new' })
    next.snapshot('f:1', [member('new'), member('a')])
    expect(ids(await until(room, ({ self }) => self === 'new'))).not.toContain('me')
    const { query } = await server.take('POST leave')
    expect([query.get('self'), query.get('member'), query.get('soon')]).toEqual([
      'me',
      stream.query.get('member'),
      null,
    ])
  })
})

describe('a network that lets not everything through', () => {
  it('[CL9] takes a POST stream in place of a silent stream', async () => {
    await using server = await ScriptedServer.listen()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const room = join(server)
    await server.take('GET events')
    await vi.advanceTimersByTimeAsync(1500)
    ;(await server.take('POST changes')).answer(200, { id: 'e:1', members: [], watching: 0 })
    expect((await until(room, isOnline)).transport).toBe('long-poll')
    await vi.advanceTimersByTimeAsync(3500)
    const stream = await server.take('POST events')
    expect(stream.query.get('member')).toMatch(/^[0-9a-f]{32}$/)
    stream.stream()
    // The first says that nothing was missed.
    for (let pings = 0; pings < 2; pings++) stream.event('ping', {})
    expect((await until(room, ({ transport }) => transport !== 'long-poll')).status).toBe('online')
    stream.end()
    await until(room, ({ status }) => status === 'reconnecting')
    await vi.advanceTimersByTimeAsync(1)
    expect((await server.take('POST events')).query.get('lastEventId')).toBe('e:1')
  })

  async function joinPolling(server: ScriptedServer): Promise<Room> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
    const room = join(server)
    await server.take('GET events')
    vi.advanceTimersByTime(1500)
    const post = await server.take('POST location')
    expect(post.body).toBe('null')
    post.answer(200, { self: 'me', id: 'e:1' })
    await until(room, ({ self }) => self === 'me')
    const me = { ...member('me') } as unknown as Json
    ;(await server.take('POST changes')).answer(200, { id: 'e:1', members: [me], watching: 0 })
    await until(room, isOnline)
    await vi.advanceTimersByTimeAsync(100)
    return room
  }

  it('[CL9] is served by the long-poll, which reports the same', async () => {
    await using server = await ScriptedServer.listen()
    const room = await joinPolling(server)
    const poll = await server.take('POST changes')
    expect(poll.query.get('since')).toBe('e:1')
    poll.answer(200, { id: 'e:2', patch: { move: { me: 'C5' } } })
    await until(room, ({ members }) => members[0]?.location === 'C5')
  })

  it('[CL50 CL52] follows what the answers to long-polls say that one may do', async () => {
    await using server = await ScriptedServer.listen()
    const room = await joinPolling(server)
    const poll = await server.take('POST changes')
    poll.answer(200, { id: 'e:2', patch: {}, can: ['watch'] })
    await until(room, ({ can, self }) => can?.length === 1 && self === null)
    room.move('C5')
    const pong = vi.waitUntil(() => vi.getTimerCount() > 1)
    await pong
    await vi.advanceTimersByTimeAsync(100)
    const next = await server.take('POST changes')
    expect(server.waiting('POST location')).toBe(0)
    next.answer(200, { id: 'e:3', patch: {}, can: ['watch', 'join', 'move'] })
    expect((await server.take('POST location')).body).toBe('"C5"')
  })

  it('[MB4 CL9] keeps the member by a post after each poll', async () => {
    await using server = await ScriptedServer.listen()
    await joinPolling(server)
    const poll = await server.take('POST changes')
    const waitMs = Number(poll.query.get('waitMs'))
    expect(waitMs).toBeLessThanOrEqual(7500)
    expect(server.waiting('POST location')).toBe(0)
    vi.advanceTimersByTime(waitMs)
    poll.answer(204)
    const pong = vi.waitUntil(() => vi.getTimerCount() > 1)
    await pong
    vi.advanceTimersByTime(100)
    expect((await server.take('POST location')).body).toBe('null')
    expect((await server.take('POST changes')).query.get('since')).toBe('e:1')
  })
})

describe('confirmations', () => {
  it('[IN8] say how long the last answered one took', async () => {
    await using server = await ScriptedServer.listen()
    // Longer than any answer here takes.
    await joinOnline(server, {}, { confirmMs: 1_000 })
    const first = await server.take('POST confirm')
    expect(first.query.get('tookMs')).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, 30))
    first.answer(200, { self: 'me', id: 'e:2' })
    const second = await server.take('POST confirm')
    const tookMs = Number(second.query.get('tookMs'))
    expect(tookMs).toBeGreaterThanOrEqual(29)
    second.answer(500, {})
    const third = await server.take('POST confirm')
    expect(third.query.get('tookMs')).toBe(String(tookMs))
  })

  it('[CL68 CL73] are sent as often as the server says, and judge the stream by their answers', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, {}, { confirmMs: 1_000 })
    expect(stream.query.get('nextWithinMs')).toBe('18000')
    for (let count = 0; count < 2; count++) {
      const { query, body, answer } = await server.take('POST confirm').then((confirmation) => ({
        query: confirmation.query,
        body: confirmation.body,
        answer: () => confirmation.answer(200, { self: 'me', id: 'e:2' }),
      }))
      expect(query.get('nextWithinMs')).toBe('1800')
      expect(query.get('member')).toBe(stream.query.get('member'))
      expect(body).toBe('')
      answer()
    }
    const check = await server.take('POST changes')
    check.answer(200, { id: 'e:2', patch: { move: { a: 2 } } })
    await until(room, ({ others }) => others[0]?.location === 2)
    room.move('C5')
    expect((await server.take('POST location')).query.get('nextWithinMs')).toBe('1800')
  })

  it('[CL71] that aren’t answered show that the network is lost', async () => {
    await using server = await ScriptedServer.listen()
    const { room } = await joinOnline(server, {}, { confirmMs: 100 })
    const confirmation = await server.take('POST confirm')
    await confirmation.closed
    await server.take('POST changes')
    expect(room.status).toBe('online')
    await until(room, ({ status }) => status === 'reconnecting')
    expect((await server.take('GET events')).query.get('nextWithinMs')).toBe('180')
  })

  it('[CL72] aren’t sent by who watches, may not join, or has a server that wants none', async () => {
    await using server = await ScriptedServer.listen()
    const fast = { confirmMs: 1 }
    const watching = await joinOnline(server, { watch: true }, { ...fast, self: null })
    const reading = await joinOnline(server, {}, { ...fast, self: null, can: ['watch'] })
    await joinOnline(server, {}, { confirmMs: 0 })
    await joinOnline(server)
    expect(watching.stream.query.has('nextWithinMs')).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.waiting('POST confirm')).toBe(0)
    reading.stream.event('can', { can: ['watch', 'join', 'move'] })
    const next = await server.take('GET events')
    expect(next.query.get('nextWithinMs')).toBe('2')
    next.stream(fast)
    await server.take('POST confirm')
  })

  it('[CL72] aren’t sent by who learns from a long-poll that it may not join', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    const poll = await server.take('POST changes')
    poll.answer(200, { id: 'e:1', members: [], watching: 0, can: ['watch'] })
    await until(room, ({ can }) => can?.length === 1)
    await server.take('POST changes')
    expect(server.waiting('POST confirm')).toBe(0)
  })
})
