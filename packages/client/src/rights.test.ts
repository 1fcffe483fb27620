import type { Json, ProblemName } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { ids, isOnline, JoinedRooms } from '../../../test/client/joined.js'
import { type Exchange, member, ScriptedServer } from '../../../test/client/scripted-server.js'
import { until } from '../../../test/client/until.js'
import { joinRoom } from './index.js'
import { readCan } from './rights.js'

const { join, joinOnline } = new JoinedRooms(joinRoom)

const ALL = ['watch', 'join', 'move', 'write', 'comment']

describe('what a client may do', () => {
  it.each<[said: unknown, before: string[] | null, can: string[]]>([
    [undefined, null, ALL],
    [undefined, ['watch'], ['watch']],
    [['write', 'watch'], null, ['watch', 'write']],
    [['watch', 'fly', 5, null], ALL, ['watch']],
    [['manage', 'comment'], null, ['comment', 'manage']],
    [[], ALL, []],
    [null, ALL, []],
    ['watch', ALL, []],
    [{ watch: true }, null, []],
  ])('[CL50 CL51] is read from %j, after %j, as %j', (said, before, can) => {
    expect(readCan(said, before as never)).toEqual(can)
  })

  it('[CL50] is the same object until it changes', () => {
    const before = readCan(ALL, null)
    expect(readCan([...ALL].toReversed(), before)).toBe(before)
  })

  it('[CL50] is unknown before hello, follows it, and changes at once', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    expect(room.getSnapshot().can).toBeNull()
    const stream = (await server.take('GET events')).stream({ can: ALL })
    expect((await until(room, ({ can }) => can !== null)).can).toEqual(ALL)
    stream.snapshot('e:1', [member('me')]).event('can', { can: ['watch', 'join'] })
    await until(room, ({ can }) => can?.length === 2)
    stream.end()
    const again = await server.take('GET events')
    expect(room.getSnapshot().can).toEqual(['watch', 'join'])
    again.stream({ can: ALL })
    await until(room, ({ can }) => can?.length === 5)
    void room.leave()
    expect(room.getSnapshot()).toMatchObject({ status: 'closed', can: ALL })
  })

  it('[CL51] is all of the calls at a server without rights', async () => {
    await using server = await ScriptedServer.listen()
    const { room } = await joinOnline(server, {}, { can: undefined as never })
    expect(room.getSnapshot().can).toEqual(ALL)
  })
})

describe('a client that may not move', () => {
  it.each([[['watch']], [['watch', 'join']], [['watch', 'move']]])(
    '[CL52] posts nothing while it may %j, and then the last location',
    async (can) => {
      await using server = await ScriptedServer.listen()
      const { room, stream } = await joinOnline(server, {}, { can })
      room.move(1)
      room.setUser({ name: 'Ann' })
      room.move(2)
      stream.event('patch', { watching: 1 }, 'e:2')
      await until(room, ({ watching }) => watching === 1)
      expect(server.waiting('POST location')).toBe(0)
      stream.event('can', { can: ALL })
      const post = await server.take('POST location')
      expect([post.body, post.query.get('name')]).toEqual(['2', 'Ann'])
    },
  )

  it('[CL52] posts where it was before, when it may again', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, { location: 'C5' }, { can: ALL })
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:2' })
    stream.event('can', { can: ['watch', 'join'] })
    await until(room, ({ can }) => can?.length === 2)
    stream.event('can', { can: ALL })
    expect((await server.take('POST location')).body).toBe('"C5"')
  })

  it('[CL52] posts only a new user, if it was never anywhere', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, {}, { can: ['watch', 'join'] })
    stream.event('can', { can: ALL })
    await until(room, ({ can }) => can?.length === 5)
    expect(server.waiting('POST location')).toBe(0)
    stream.event('can', { can: ['watch', 'join'] })
    await until(room, ({ can }) => can?.length === 2)
    room.setUser({ name: 'Ann' })
    stream.event('can', { can: ALL })
    expect((await server.take('POST location')).query.get('name')).toBe('Ann')
  })

  it('[CL52] has no self while it may not join, and then opens another stream', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, { location: 'C5' }, { can: ALL })
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:1' })
    stream.event('can', { can: ['watch'] }).event('patch', { leave: ['me'], watching: 1 }, 'e:2')
    const watching = await until(room, (snapshot) => snapshot.watching === 1)
    expect([watching.self, ids(watching)]).toEqual([null, ['a']])
    expect(server.waiting('GET events')).toBe(0)
    stream.event('can', { can: ALL })
    const next = await server.take('GET events')
    expect(next.query.get('lastEventId')).toBe('e:2')
    expect((await server.take('POST location')).body).toBe('"C5"')
    next.stream({ can: ALL })
    await until(room, ({ self }) => self === 'me')
  })

  it('[CL52] has no self by an answer that comes after the right is gone', async () => {
    await using server = await ScriptedServer.listen()
    const { answered, fetchWhole } = whenAnswered()
    const { room, stream } = await joinOnline(server, { fetch: fetchWhole }, { can: ALL })
    room.move('C5')
    const post = await server.take('POST location')
    stream.event('can', { can: ['watch'] })
    await until(room, ({ self }) => self === null)
    post.answer(200, { self: 'me', id: 'e:2' })
    await answered
    expect(room.getSnapshot().self).toBeNull()
  })

  it('[CL52] stays a viewer if it only watches', async () => {
    await using server = await ScriptedServer.listen()
    const watching = { self: null, can: ['watch'] }
    const { room, stream } = await joinOnline(server, { watch: true }, watching)
    stream.event('can', { can: ALL }).event('patch', { watching: 7 }, 'e:2')
    await until(room, (snapshot) => snapshot.watching === 7)
    room.move(1)
    expect([server.waiting('GET events'), server.waiting('POST location')]).toEqual([0, 0])
  })

  it('[CL54] shows a move that was forbidden, and keeps the location', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, {}, { can: ALL })
    room.move('C5')
    ;(await server.take('POST location')).refuse('forbidden')
    const refused = await until(room, ({ problem }) => problem !== null)
    expect(refused).toMatchObject({ status: 'online', problem: { problem: 'forbidden' } })
    stream.event('can', { can: ['watch', 'join'] })
    await until(room, ({ problem }) => problem === null)
    stream.event('can', { can: ALL })
    expect((await server.take('POST location')).body).toBe('"C5"')
  })

  it('[CL54] says nothing of a move that was forbidden after the rights had changed', async () => {
    await using server = await ScriptedServer.listen()
    const { answered, fetchWhole } = whenAnswered()
    const { room, stream } = await joinOnline(server, { fetch: fetchWhole }, { can: ALL })
    room.move('C5')
    const post = await server.take('POST location')
    stream.event('can', { can: ['watch', 'join'] })
    await until(room, ({ can }) => can?.length === 2)
    post.refuse('forbidden')
    await answered
    expect(room.getSnapshot().problem).toBeNull()
    stream.event('can', { can: ALL })
    expect((await server.take('POST location')).body).toBe('"C5"')
  })

  it('[CL54] closes the room if the stream is forbidden', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    ;(await server.take('GET events')).refuse('forbidden')
    expect(await until(room, ({ status }) => status === 'closed')).toMatchObject({
      problem: { problem: 'forbidden', status: 403, detail: 'because of forbidden' },
    })
  })
})

describe('a session that has ended', () => {
  it('[CL54] is shown while the stream is open, until a post is answered', async () => {
    await using server = await ScriptedServer.listen()
    const { room } = await joinOnline(server)
    room.move('A1')
    const first = await server.take('POST location')
    room.move('A2')
    first.refuse('unauthorized')
    await until(room, ({ problem }) => problem?.problem === 'unauthorized')
    expect(room.status).toBe('online')
    const second = await server.take('POST location')
    expect(second.body).toBe('"A2"')
    second.answer(200, { self: 'me', id: 'e:2' })
    await until(room, ({ problem }) => problem === null)
  })

  it('[CL54] doesn’t take back the location that was posted', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server)
    room.move('A1')
    ;(await server.take('POST location')).refuse('unauthorized')
    await until(room, ({ problem }) => problem?.problem === 'unauthorized')
    stream.snapshot('e:2', [member('me')])
    expect((await server.take('POST location')).body).toBe('"A1"')
  })
})

describe('a token that has run out', () => {
  const tokens = () => {
    let made = 0
    return { headers: () => ({ authorization: `Bearer ${++made}` }) }
  }
  const tokenOf = ({ request }: Exchange) => request.headers.authorization

  it.each(['GET events', 'POST location'])('[CL53] is replaced once for %s', async (call) => {
    await using server = await ScriptedServer.listen()
    const room = join(server, { ...tokens(), location: 'C5' })
    const first = await server.take(call)
    first.refuse('unauthorized')
    const second = await server.take(call)
    expect(tokenOf(second)).not.toBe(tokenOf(first))
    expect(second.body).toBe(first.body)
    expect(room.status).toBe('connecting')
    second.refuse('unauthorized')
    const { problem } = await until(room, ({ status }) => status === 'closed')
    expect(problem?.problem).toBe('unauthorized')
    expect(server.waiting(call)).toBe(0)
  })

  it('[CL53] is not waited for without headers', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    ;(await server.take('GET events')).refuse('unauthorized')
    await until(room, ({ status }) => status === 'closed')
    expect(server.waiting('GET events')).toBe(0)
  })

  it('[CL53] is replaced in a stream that ends because of it', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await joinOnline(server, tokens())
    stream.event('problem', { ...problemOf('unauthorized') }).end()
    const next = await server.take('GET events')
    expect([tokenOf(next), next.query.get('lastEventId')]).toEqual(['Bearer 2', 'e:1'])
    next.stream()
    await until(room, isOnline)
  })
})

/** Fetches, and tells when the answer to a post has been read. */
function whenAnswered() {
  let resolve: () => void
  const answered = new Promise<void>((done) => (resolve = done))
  const fetchWhole: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (init?.method !== 'POST') return response
    const whole = new Response(await response.text(), response)
    setTimeout(() => resolve())
    return whole
  }
  return { answered, fetchWhole }
}

function problemOf(name: ProblemName): { readonly [field: string]: Json } {
  return { type: `urn:whereabouts:problem:${name}`, title: '', status: 401, detail: 'over' }
}
