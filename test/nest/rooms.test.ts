import { Controller, Get, Inject, Query, Sse, type MessageEvent } from '@nestjs/common'
import { DEFAULTS, Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { type Json, type Member, type ProblemName, readSyncAnswer } from '@whereabouts/protocol'
import { firstValueFrom, lastValueFrom, type Observable, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { expectRefused } from 'whereabouts-conformance/http'
import { PLATFORMS, startApp } from '../servers/nest.js'

/** Passes on its callers' parameters unchecked. */
@Controller('own')
class OwnController {
  constructor(@Inject(Rooms) private readonly rooms: Rooms) {}

  @Sse('events')
  events(
    @Query('room') room: string,
    @Query('id') id: string,
    @Query('part') part?: string,
  ): Observable<MessageEvent> {
    return this.rooms.watch(room, { as: id, view: 'patch', part })
  }

  @Get('members')
  async members(@Query('room') room: string): Promise<readonly Member[]> {
    return (await this.rooms.members(room)).members
  }

  @Get('move')
  async move(@Query('id') id: string, @Query('name') name: string): Promise<string> {
    return (await this.rooms.move('own', id, 1, { name })).self
  }
}

const start = (platform: (typeof PLATFORMS)[number] = 'express') =>
  startApp(platform, {
    imports: [WhereaboutsModule.forRoot({ heartbeatMs: 100, secret: 'the secret of these tests' })],
    controllers: [OwnController],
  })

it('[EV16] tells what happens in the rooms as an Observable, until that is over', async () => {
  await using server = await start()
  const rooms = server.app.get(Rooms)
  const told = lastValueFrom(rooms.watchAll().pipe(toArray()))
  const first = firstValueFrom(rooms.watchAll())
  const { self } = await rooms.move('r', 'ada', null)
  expect(await first).toEqual({ type: 'created', room: 'r' })
  await server.stop()
  expect(await told).toMatchObject([
    { type: 'created', room: 'r' },
    { type: 'join', room: 'r', memberId: self },
  ])
})

const OF_PROBLEM = (problem: ProblemName) => expect.objectContaining({ problem })
const NO_TEXTS: readonly unknown[] = [null, 5, true, {}, ['a'], { length: 1 }]
const NO_KEYS = [...NO_TEXTS, '', 'a.b', 'a'.repeat(129)]
const NO_ROOMS = [...NO_TEXTS, undefined, '', '..', 'a b', 'a'.repeat(129)]
const NO_PARTS = [...NO_TEXTS, '', 'a b', 'a'.repeat(65)]
const NO_FLAGS: readonly unknown[] = [null, 0, 1, '1', 'true', {}]
const NO_BYTES: readonly unknown[] = [null, 5, 'AAA', {}, [0, 0], new ArrayBuffer(2)]
const NO_USERS: readonly unknown[] = [
  null,
  false,
  5,
  'ada',
  { id: undefined },
  { id: null },
  { id: '' },
  { id: 5, name: 'Ada' },
  { id: {} },
]

/** A call of `Rooms` with an argument of any type. */
type Using = (rooms: Rooms, value: never) => unknown

const REFUSED: readonly (readonly [what: string, ProblemName, readonly unknown[], Using])[] = [
  ['room of move', 'bad-room', NO_ROOMS, (rooms, room) => rooms.move(room, 'k', 1)],
  ['room of leave', 'bad-room', NO_ROOMS, (rooms, room) => rooms.leave(room, 'k')],
  ['room of members', 'bad-room', NO_ROOMS, (rooms, room) => rooms.members(room)],
  ['room of since', 'bad-room', NO_ROOMS, (rooms, room) => rooms.since(room, 'x:1')],
  ['room of document', 'bad-room', NO_ROOMS, (rooms, room) => rooms.document(room)],
  ['room of sync', 'bad-room', NO_ROOMS, (rooms, room) => rooms.sync(room, new Uint8Array(1))],
  ['room of update', 'bad-room', NO_ROOMS, (rooms, room) => rooms.update(room, new Uint8Array(2))],
  ['room of watch', 'bad-room', NO_ROOMS, (rooms, room) => rooms.watch(room)],
  ['room of transact', 'bad-room', NO_ROOMS, (rooms, room) => rooms.transact(room, () => 1)],
  ['room of deleteDocument', 'bad-room', NO_ROOMS, (rooms, room) => rooms.deleteDocument(room)],
  ['source of copyDocument', 'bad-room', NO_ROOMS, (rooms, room) => rooms.copyDocument(room, 'r')],
  ['target of copyDocument', 'bad-room', NO_ROOMS, (rooms, room) => rooms.copyDocument('r', room)],
  [
    'owner of copyDocument',
    'bad-parameter',
    [...NO_TEXTS, ''],
    (rooms, owner) => rooms.copyDocument('r', 's', { owner }),
  ],
  ['key of move', 'bad-member-key', NO_KEYS, (rooms, key) => rooms.move('r', key, 1)],
  [
    'key of leave',
    'bad-member-key',
    [...NO_KEYS, undefined],
    (rooms, key) => rooms.leave('r', key),
  ],
  ['key of watch', 'bad-member-key', NO_KEYS, (rooms, as) => rooms.watch('r', { as })],
  ['user of move', 'unauthorized', NO_USERS, (rooms, user) => rooms.move('r', 'k', 1, user)],
  ['user of leave', 'unauthorized', NO_USERS, (rooms, user) => rooms.leave('r', 'k', { user })],
  ['user of watch', 'unauthorized', NO_USERS, (rooms, user) => rooms.watch('r', { as: 'k', user })],
  ['user of a viewer', 'unauthorized', NO_USERS, (rooms, user) => rooms.watch('r', { user })],
  [
    'name in move',
    'bad-name',
    [...NO_TEXTS, '\n'],
    (rooms, name) => rooms.move('r', 'k', 1, { name }),
  ],
  ['name in watch', 'bad-name', NO_TEXTS, (rooms, name) => rooms.watch('r', { user: { name } })],
  [
    'color in leave',
    'bad-color',
    [...NO_TEXTS, 'red'],
    (rooms, color) => rooms.leave('r', 'k', { user: { color } }),
  ],
  ['part of members', 'bad-parameter', NO_PARTS, (rooms, part) => rooms.members('r', part)],
  ['part of since', 'bad-parameter', NO_PARTS, (rooms, part) => rooms.since('r', 'x:1', { part })],
  [
    'part of watch',
    'bad-parameter',
    NO_PARTS,
    (rooms, part) => rooms.watch('r', { view: 'patch', part }),
  ],
  ['part of the list', 'bad-parameter', ['s1'], (rooms, part) => rooms.watch('r', { part })],
  ['view', 'bad-parameter', [...NO_TEXTS, '', 'grid'], (rooms, view) => rooms.watch('r', { view })],
  [
    'documents of watch',
    'bad-parameter',
    NO_FLAGS,
    (rooms, documents) => rooms.watch('r', { documents }),
  ],
  [
    'documents of since',
    'bad-parameter',
    NO_FLAGS,
    (rooms, documents) => rooms.since('r', 'x:1', { documents }),
  ],
  ['soon', 'bad-parameter', NO_FLAGS, (rooms, soon) => rooms.leave('r', 'k', { soon })],
  [
    'lastEventId',
    'bad-parameter',
    NO_TEXTS,
    (rooms, lastEventId) => rooms.watch('r', { lastEventId }),
  ],
  [
    'position of since',
    'bad-parameter',
    [...NO_TEXTS, undefined],
    (rooms, position) => rooms.since('r', position),
  ],
  [
    'since of document',
    'bad-parameter',
    NO_TEXTS,
    (rooms, since) => rooms.document('r', undefined, since),
  ],
  [
    'vector of sync',
    'bad-parameter',
    [...NO_BYTES, undefined],
    (rooms, vector) => rooms.sync('r', vector),
  ],
  [
    'since of sync',
    'bad-parameter',
    NO_TEXTS,
    (rooms, since) => rooms.sync('r', new Uint8Array(1), since),
  ],
  ['state vector', 'bad-parameter', NO_BYTES, (rooms, vector) => rooms.document('r', vector)],
  ['update', 'bad-update', [...NO_BYTES, undefined], (rooms, update) => rooms.update('r', update)],
  [
    'idempotency key',
    'bad-parameter',
    NO_KEYS,
    (rooms, key) => rooms.update('r', new Uint8Array(2), key),
  ],
]

describe('the arguments of Rooms', () => {
  it('[ID11 ID15] are checked like those of HTTP calls', async () => {
    await using server = await start()
    const rooms = server.app.get(Rooms)
    for (const [what, problem, values, using] of REFUSED) {
      for (const value of values) {
        const told = async () => await using(rooms, value as never)
        await expect(told(), `${what}: ${JSON.stringify(value)}`).rejects.toEqual(
          OF_PROBLEM(problem),
        )
      }
    }
    expect(await rooms.members('r')).toMatchObject({ members: [], watching: 0 })
    expect(await rooms.count()).toMatchObject({ connections: 0 })
  })

  it('[ID11] may include an unreadable position', async () => {
    await using server = await start()
    const rooms = server.app.get(Rooms)
    const { self } = await rooms.move('r', 'k', 1)
    expect(await rooms.since('r', 'no position')).toMatchObject({ members: [{ id: self }] })
  })

  it.each([
    ['nothing', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a large number', 10n],
    ['a circular value', recursive()],
    ['too deep', deep(50_000)],
  ])('[ID11] are refused with bad-json if the location is %s', async (_what, location) => {
    await using server = await start()
    const moved = server.app.get(Rooms).move('r', 'k', location as Json)
    await expect(moved).rejects.toEqual(OF_PROBLEM('bad-json'))
  })

  it('[ID12] can’t switch off the size limit of a location', async () => {
    await using server = await start()
    const rooms = server.app.get(Rooms)
    const large = 'x'.repeat(2_000)
    for (const extra of [[], [{}], [{}, 0], [{}, 1], [undefined, -1], [{}, NaN]]) {
      const moved = Reflect.apply(rooms.move.bind(rooms), rooms, ['r', 'k', large, ...extra])
      await expect(moved).rejects.toEqual(OF_PROBLEM('too-large'))
    }
    const said = { toJSON: () => large } as unknown as Json
    await expect(rooms.move('r', 'k', said)).rejects.toEqual(OF_PROBLEM('too-large'))
  })

  it('[ID12] can’t contain a state vector larger than the limit of an update', async () => {
    await using server = await start()
    const rooms = server.app.get(Rooms)
    const large = new Uint8Array(DEFAULTS.maxUpdateBytes + 1)
    await expect(rooms.sync('r', large)).rejects.toEqual(OF_PROBLEM('too-large'))
    await expect(rooms.document('r', large)).rejects.toEqual(OF_PROBLEM('too-large'))
  })

  it('[ID12] are copied: a state vector', async () => {
    await using server = await start()
    const rooms = server.app.get(Rooms)
    const doc = new Doc()
    doc.getText('page').insert(0, 'known')
    await rooms.update('r', encodeStateAsUpdate(doc))
    const nothing = encodeStateAsUpdate(new Doc())
    const changing = (ask: (vector: Uint8Array) => Promise<Uint8Array>) => {
      const vector = encodeStateVector(doc)
      const answer = ask(vector)
      vector.fill(0)
      return answer
    }
    expect(await changing((vector) => rooms.document('r', vector))).toEqual(nothing)
    const synced = readSyncAnswer(await changing((vector) => rooms.sync('r', vector)))
    expect(synced?.update).toEqual(nothing)
  })

  it('[ID12] are copied: a location, as JSON', async () => {
    await using server = await start()
    const rooms = server.app.get(Rooms)
    const location: { [key: string]: Json } = { cell: 'C5', at: new Date(0) as unknown as Json }
    await rooms.move('r', 'k', location)
    location['cell'] = 'x'.repeat(2_000)
    const { members } = await rooms.members('r')
    expect(members[0]?.location).toEqual({ cell: 'C5', at: '1970-01-01T00:00:00.000Z' })
  })
})

describe.each(PLATFORMS)('the parameters of own routes on %s', (platform) => {
  it('[ID11] a repeated parameter is a problem, not a server error', async () => {
    await using server = await start(platform)
    const url = `${server.baseUrl}/own`
    await expectRefused('bad-room', `${url}/members?room=a&room=b`)
    await expectRefused('bad-room', `${url}/members`)
    await expectRefused('bad-room', `${url}/events?room=a&room=b&id=k`)
    await expectRefused('bad-member-key', `${url}/events?room=a&id=k&id=l`)
    await expectRefused('bad-parameter', `${url}/events?room=a&id=k&part=s1&part=s2`)
    await expectRefused('bad-member-key', `${url}/move?id=k&id=l`)
    await expectRefused('bad-name', `${url}/move?id=k&name=Ada&name=Bob`)
  })
})

function recursive(): unknown {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}
