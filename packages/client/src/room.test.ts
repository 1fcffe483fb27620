import type { Json } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { ids, isOnline, JoinedRooms } from '../../../test/client/joined.js'
import { member, ScriptedServer } from '../../../test/client/scripted-server.js'
import { until } from '../../../test/client/until.js'
import { joinRoom } from './index.js'

const { join, joinOnline } = new JoinedRooms(joinRoom)

describe('the view of a room', () => {
  it('[CL1] follows snapshots and patches; an unchanged member stays the same object', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    stream.event('patch', { join: [{ ...member('b', 2) }] as unknown as Json }, 'e:2')
    const first = await until(room, ({ others }) => others.length === 2)
    expect(first).toMatchObject({ self: 'me', watching: 0, problem: null })
    stream.event('patch', { move: { b: 5, nobody: 7 }, watching: 4 }, 'e:3')
    const second = await until(room, (now) => now !== first)
    expect(ids(second)).toEqual(['me', 'a', 'b'])
    expect(second.members[1]).toBe(first.members[1])
    expect(second.members[2]).toMatchObject({ location: 5 })
    expect(second.watching).toBe(4)
  })

  it('[CL1] of a viewer has no self, and moving does nothing', async () => {
    await using server = await ScriptedServer.listen()
    const { room } = await joinOnline(server, { watch: true, location: 3 }, { self: null })
    room.move(4)
    expect(room.getSnapshot().self).toBeNull()
    expect(room.getSnapshot().others).toHaveLength(2)
    expect(server.waiting('POST location')).toBe(0)
  })
})

describe('a server of another version of the protocol', () => {
  it('[OF33] closes the room, and says what to do', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    ;(await server.take('GET events')).stream({ protocol: 2 })
    const { problem } = await until(room, ({ status }) => status === 'closed')
    expect(problem).toMatchObject({
      problem: 'bad-parameter',
      detail: 'The server has another version than this page. Reload it.',
    })
  })
})

describe('moving', () => {
  it('[CL3] sends one post at a time, and then only the latest location', async () => {
    await using server = await ScriptedServer.listen()
    const { room } = await joinOnline(server)
    for (const location of [1, 2, 3]) room.move(location)
    const first = await server.take('POST location')
    expect(first.body).toBe('1')
    expect(server.waiting('POST location')).toBe(0)
    room.move({ cell: 'C5' })
    first.answer(200, { self: 'me', id: 'e:2' })
    expect((await server.take('POST location')).body).toBe('{"cell":"C5"}')
  })

  it('[CL3] retries a failed post with the latest location', async () => {
    await using server = await ScriptedServer.listen()
    const { room } = await joinOnline(server)
    room.move(1)
    const first = await server.take('POST location')
    room.move(2)
    first.answer(503)
    const second = await server.take('POST location')
    expect(second.body).toBe('2')
    second.response.destroy()
    expect((await server.take('POST location')).body).toBe('2')
  })

  it('[CL11] drops a location that the server refuses, reports the problem, and goes on', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    room.move('x'.repeat(2000))
    ;(await server.take('POST location')).refuse('too-large')
    const refused = await until(room, ({ problem }) => problem !== null)
    expect(refused).toMatchObject({ status: 'online', problem: { problem: 'too-large' } })
    stream.snapshot('e:2', [member('me')])
    await until(room, ({ members }) => members.length === 1)
    room.move('y')
    expect(room.getSnapshot().problem).toBeNull()
    expect((await server.take('POST location')).body).toBe('"y"')
  })

  it('[CL6] posts a location again only if it is missing in a snapshot', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    room.move('C5')
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:2' })
    stream.event('patch', { move: { me: 'C5' } }, 'e:2')
    await until(room, ({ members }) => members[0]?.location === 'C5')
    stream.snapshot('e:3', [member('me', 'C5')])
    await until(room, ({ members }) => members.length === 1)
    room.move('D6')
    const next = await server.take('POST location')
    expect(next.body).toBe('"D6"')
    next.answer(200, { self: 'me', id: 'e:4' })
    stream.snapshot('f:1', [member('me')])
    expect((await server.take('POST location')).body).toBe('"D6"')
  })

  it('[CL6] doesn’t post again if the snapshot is older than the post', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server, { location: 'C5' })
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:9' })
    await until(room, ({ self }) => self === 'me')
    ;(await server.take('GET events')).stream().snapshot('e:8', [member('me')])
    await until(room, isOnline)
    room.move('D6')
    expect((await server.take('POST location')).body).toBe('"D6"')
  })

  it('[ID4] posts a new name and color with the location, and drops a refused name', async () => {
    await using server = await ScriptedServer.listen()
    const { room } = await joinOnline(server, { user: { name: 'Ann' }, location: 'C5' })
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:2' })
    room.setUser({ color: '#00ff00' })
    const painted = await server.take('POST location')
    expect([...painted.query.values()].slice(1)).toEqual(['Ann', '#00ff00'])
    expect(painted.body).toBe('"C5"')
    painted.answer(200, { self: 'me', id: 'e:3' })
    room.setUser({ name: '\u202e' })
    ;(await server.take('POST location')).refuse('bad-name')
    const again = await server.take('POST location')
    expect([again.query.get('name'), again.body]).toEqual(['Ann', '"C5"'])
    expect(room.getSnapshot().problem?.problem).toBe('bad-name')
  })
})

describe('leaving', () => {
  it('[MB5] ends the stream, waits for the post in flight, and says goodbye', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    room.move(1)
    const post = await server.take('POST location')
    room.move(2)
    const left = room.leave()
    expect(room.getSnapshot()).toMatchObject({ status: 'closed', members: [], self: null })
    await stream.closed
    expect(server.waiting('POST leave')).toBe(0)
    post.answer(200, { self: 'me', id: 'e:2' })
    const leave = await server.take('POST leave')
    expect(leave.query.get('member')).toBe(stream.query.get('member'))
    leave.answer(204)
    await left
    room.move(3)
    expect(server.waiting('POST location')).toBe(0)
  })

  it('[MB9] happens once even if called twice, and doesn’t wait for a server that is gone', async () => {
    const { room } = await (async () => {
      await using server = await ScriptedServer.listen()
      return await joinOnline(server)
    })()
    expect(room.leave()).toBe(room.leave())
    await room.leave()
    expect(room.status).toBe('closed')
  })
})

describe('options', () => {
  it('[CL8] each room outside of a page gets its own member key of 128 random bits', async () => {
    await using server = await ScriptedServer.listen()
    join(server)
    join(server)
    const [one, two] = [await server.take('GET events'), await server.take('GET events')]
    const keys = [one, two].map(({ query }) => query.get('member'))
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
    expect(keys[0]).not.toBe(keys[1])
  })

  it('[ID5] a `headers` function is called before every request', async () => {
    await using server = await ScriptedServer.listen()
    let token = 0
    const headers = async () => ({ authorization: `Bearer ${++token}` })
    const { room, stream } = await joinOnline(server, { headers })
    room.move(1)
    const post = await server.take('POST location')
    const tokens = [stream, post].map(({ request }) => request.headers.authorization)
    expect(tokens).toEqual(['Bearer 1', 'Bearer 2'])
    expect(post.request.headers['content-type']).toBe('application/json')
  })

  it('[HT1] all calls go below the path of the URL', async () => {
    await using server = await ScriptedServer.listen()
    join(server, { url: `${server.url}/api/` })
    const { request } = await server.take('GET events')
    expect(request.url).toMatch(/^\/api\/rooms\/budget\/events\?/)
  })

  it('[NM1] invalid options throw a TypeError', () => {
    const url = 'http://127.0.0.1:1'
    for (const room of ['', 'a/b', '.', '..', 'x'.repeat(129)]) {
      expect(() => joinRoom({ url, room })).toThrow(TypeError)
    }
    expect(() => joinRoom({ url, room: 'budget', member: 'no spaces' })).toThrow(TypeError)
    expect(() => joinRoom({ room: 'budget' })).toThrow(TypeError)
  })
})
