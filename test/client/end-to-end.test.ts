import { joinRoom, type JoinOptions, type Room, type RoomSnapshot } from '@whereabouts/client'
import { EventSource } from 'eventsource'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Random } from '../simulation/random.js'
import { Application } from './application.js'
import { Proxy } from './proxies.js'
import { until } from './until.js'

const rooms: Room[] = []

function join(options: Partial<JoinOptions> & { readonly url: string }): Room {
  const room = joinRoom({ room: 'budget', ...options })
  rooms.push(room)
  return room
}

const isOnline = ({ status }: RoomSnapshot) => status === 'online'
const sees =
  (...locations: unknown[]) =>
  ({ others }: RoomSnapshot) =>
    JSON.stringify(others.map(({ location }) => location)) === JSON.stringify(locations)

/** Both members have a location, so any later change is a new one. */
const seesAllSomewhere = ({ members }: RoomSnapshot) =>
  members.length === 2 && members.every(({ location }) => location !== null)

/** Records every status and every list of others that a room shows from now on. */
function watchOver(room: Room): { statuses: Set<string>; others: Set<string> } {
  const seen = { statuses: new Set<string>(), others: new Set<string>() }
  room.subscribe(() => {
    const { status, others } = room.getSnapshot()
    seen.statuses.add(status)
    seen.others.add(
      others.map((other) => `${JSON.stringify(other.location)} ${other.status}`).join(),
    )
  })
  return seen
}

beforeEach(() => {
  // Not a constant, as Nest tells modules apart by random numbers.
  const random = new Random(1)
  vi.spyOn(Math, 'random').mockImplementation(() => 0.25 + random.next() / 10)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
})

describe('two clients', () => {
  it('[CL1] see each other join, move and leave', async () => {
    await using server = await Application.listen()
    const ann = join({ url: server.url, user: { name: 'Ann', color: '#e11d48' } })
    const bob = join({ url: server.url, user: { name: 'Bob' }, location: { cell: 'A1' } })
    const { others } = await until(ann, sees({ cell: 'A1' }))
    expect(others[0]).toMatchObject({ status: 'online', user: { name: 'Bob' } })
    ann.move({ cell: 'C5' })
    const seen = await until(bob, sees({ cell: 'C5' }))
    expect(seen.others[0]?.user).toMatchObject({ name: 'Ann', color: '#e11d48' })
    expect(seen.others[0]?.id).toBe(ann.getSnapshot().self)
    ann.setUser({ name: 'Anna' })
    await until(bob, ({ others: [other] }) => other?.user.name === 'Anna')
    await ann.leave()
    await until(bob, sees())
  })

  it('[CL3] end up at their last location, however fast they move', async () => {
    await using server = await Application.listen()
    const ann = join({ url: server.url })
    const bob = join({ url: server.url })
    await until(ann, isOnline)
    const { others } = watchOver(bob)
    for (let row = 1; row <= 1000; row++) ann.move({ row })
    await until(bob, sees({ row: 1000 }))
    expect(others.size).toBeLessThan(10)
  })

  it('[MB3] see a lost member as away, and then no longer', async () => {
    await using server = await Application.listen({ leaseMs: 1_000 })
    await using proxy = await Proxy.forgetful(server.port)
    const ann = join({ url: server.url })
    const bob = join({ url: proxy.url, location: 1 })
    await until(ann, sees(1))
    await until(bob, isOnline)
    await proxy[Symbol.asyncDispose]()
    await until(ann, ({ others }) => others[0]?.status === 'away')
    const { others } = await until(ann, ({ others: [other] }) => other?.status !== 'away')
    expect(others).toEqual([])
  })
})

describe('a client that looks at one part', () => {
  const seesMember = (id: string | null) => (snapshot: RoomSnapshot) =>
    snapshot.others.some((other) => other.id === id)

  it('[CL16] sees the members in its part, counts the others, and may look at another part', async () => {
    await using server = await Application.listen()
    const { url } = server
    const ann = join({ url, part: 's1', location: { at: 's1', cell: 'A1' } })
    const bob = join({ url, location: { at: 's2', cell: 'B1' } })
    await until(bob, sees({ at: 's1', cell: 'A1' }))
    const { others } = await until(ann, ({ elsewhere }) => elsewhere['s2'] === 1)
    expect(others).toEqual([])
    const seenByBob = watchOver(bob)
    ann.look('s2')
    ann.move({ at: 's2', cell: 'C1' })
    await until(ann, seesMember(bob.getSnapshot().self))
    await until(bob, sees({ at: 's2', cell: 'C1' }))
    ann.look(null)
    await until(
      ann,
      ({ others: [other], elsewhere }) => other !== undefined && !('s2' in elsewhere),
    )
    expect([...seenByBob.others].filter((others) => others === '')).toEqual([])
  })

  it(
    '[CL16] [CL9] does the same over a network that lets no stream through',
    { timeout: 30_000 },
    async () => {
      await using server = await Application.listen()
      await using proxy = await Proxy.buffering(server.port, ({ url = '' }) =>
        url.includes('/events'),
      )
      const bob = join({ url: server.url, location: { at: 's2', cell: 'B1' } })
      const ann = join({ url: proxy.url, part: 's1', location: { at: 's1' } })
      await until(ann, ({ elsewhere }) => elsewhere['s2'] === 1)
      expect(ann.getSnapshot().others).toEqual([])
      bob.move({ at: 's1' })
      await until(ann, seesMember(bob.getSnapshot().self))
    },
  )
})

describe('a server that restarts', () => {
  it('[CL5 CL6] loses no member: each is shown as away until it is back, with its location', async () => {
    await using server = await Application.listen()
    const ann = join({ url: server.url, location: 'A1' })
    const bob = join({ url: server.url, location: 'B2' })
    await Promise.all([until(ann, seesAllSomewhere), until(bob, seesAllSomewhere)])
    const seen = [watchOver(ann), watchOver(bob)]
    const isLost = ({ status }: RoomSnapshot) => status === 'reconnecting'
    const lost = Promise.all([until(ann, isLost), until(bob, isLost)])
    await server.restart()
    await lost
    const isBack = (snapshot: RoomSnapshot) =>
      isOnline(snapshot) && snapshot.others[0]?.status === 'online'
    await Promise.all([until(ann, isBack), until(bob, isBack)])
    await Promise.all([until(ann, sees('B2')), until(bob, sees('A1'))])
    for (const { statuses, others } of seen) {
      expect([...statuses]).toEqual(['reconnecting', 'online'])
      expect([...others]).not.toContain('')
    }
  })
})

describe('a connection that is silently dead', () => {
  it('[CL4] is detected after two and a half heartbeats, and the client catches up', async () => {
    await using server = await Application.listen({ heartbeatMs: 100 })
    await using proxy = await Proxy.forgetful(server.port)
    const ann = join({ url: proxy.url })
    const bob = join({ url: server.url, location: 1 })
    await until(ann, sees(1))
    const { statuses } = watchOver(ann)
    proxy.forget()
    bob.move(2)
    await until(ann, sees(2))
    expect([...statuses]).toEqual(['reconnecting', 'online'])
  })
})

describe('a proxy that buffers answers', () => {
  const isStream = (url = '') => url.includes('/events')

  it('[CL9] to GET only is bypassed by a POST stream', { timeout: 20_000 }, async () => {
    await using server = await Application.listen()
    await using proxy = await Proxy.buffering(
      server.port,
      ({ method, url }) => method === 'GET' && isStream(url),
    )
    const ann = join({ url: proxy.url, location: 1 })
    const bob = join({ url: server.url })
    await until(ann, isOnline)
    bob.move(2)
    await until(ann, sees(2))
    const { others } = await until(bob, sees(1))
    expect(others[0]?.id).toBe(ann.getSnapshot().self)
  })

  it('[CL9] of all streams is bypassed by long-polling', { timeout: 30_000 }, async () => {
    await using server = await Application.listen()
    await using proxy = await Proxy.buffering(server.port, ({ url }) => isStream(url))
    const ann = join({ url: proxy.url })
    const bob = join({ url: server.url })
    await until(ann, isOnline)
    ann.move(1)
    bob.move(2)
    await until(ann, sees(2))
    const { others } = await until(bob, sees(1))
    expect(others[0]?.id).toBe(ann.getSnapshot().self)
    bob.move(3)
    await until(ann, sees(3))
    await ann.leave()
    await until(bob, sees())
  })
})

describe('a plain EventSource', () => {
  it('[CL10] receives the list of locations without any client code', async () => {
    await using server = await Application.listen()
    const source = new EventSource(`${server.url}/rooms/budget/events?view=list&member=bare`)
    const lists: unknown[] = []
    await new Promise<void>((resolve) => {
      source.addEventListener('message', ({ data }) => {
        lists.push(JSON.parse(data))
        if (lists.length === 1) join({ url: server.url, location: { x: 2, y: 2 } })
        else resolve()
      })
    })
    source.close()
    expect(lists).toEqual([[], [{ x: 2, y: 2 }]])
  })

  it('[CL10] receives everything through the named events', async () => {
    await using server = await Application.listen()
    const room = join({ url: server.url, location: 1 })
    await until(room, isOnline)
    const source = new EventSource(`${server.url}/rooms/budget/events?watch=1`)
    const next = (name: string) =>
      new Promise<MessageEvent>((resolve) => source.addEventListener(name, resolve, { once: true }))
    const [hello, snapshot] = await Promise.all([next('hello'), next('snapshot')])
    expect(JSON.parse(hello.data)).toMatchObject({ self: null, room: 'budget' })
    expect(JSON.parse(snapshot.data).members).toHaveLength(1)
    const patched = next('patch')
    room.move(2)
    const { self } = room.getSnapshot()
    expect(JSON.parse((await patched).data)).toMatchObject({ move: { [String(self)]: 2 } })
    source.close()
  })
})
