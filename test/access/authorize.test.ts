import { type Action, type Hello, Problem } from '@whereabouts/protocol'
import type { AskedAction } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import { EMPTY, getDocument, postUpdate, TestDocument } from 'whereabouts-conformance/document'
import { call, callJson, expectRefused, open } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openStream } from 'whereabouts-conformance/stream'
import { startPlain } from '../servers/plain.js'
import { ALL, as, everyCall, Office, SERVERS, start } from './application.js'

const INSIDE = 'the database password is hunter2'

type Then = (take: (answer: unknown) => void, fail: (error: unknown) => void) => void

/** Makes an object that `await` treats as a promise. */
// oxlint-disable-next-line unicorn/no-thenable -- an application may return this by mistake
const withThen = (then: Then): unknown => Object.fromEntries([['then', then]])

/** Invalid answers of an application, with the test's name for them. */
const NO_ANSWERS: readonly (readonly [string, () => unknown])[] = [
  ['false', () => false],
  ['a promise of false', async () => false],
  ['nothing', () => undefined],
  ['a text', () => 'true'],
  ['a number', () => 1],
  ['an object', () => ({ allowed: true })],
  ['a promise of a text', async () => 'yes'],
  ['a boolean object', () => Object(true) as unknown],
  [
    'an exception',
    () => {
      throw new Error(INSIDE)
    },
  ],
  ['a rejection', () => Promise.reject(new Error(INSIDE))],
  [
    'a `then` that throws',
    () =>
      withThen(() => {
        throw new Error(INSIDE)
      }),
  ],
  ['a `then` that fails', () => withThen((_take, fail) => fail(0))],
  [
    'a `then` that answers several times',
    () =>
      withThen((take, fail) => {
        fail(0)
        take(true)
      }),
  ],
]

describe.each(SERVERS)('an application that authorizes on %s', (server) => {
  it('[AC6] is asked with the request, its own user, the room and the action', async () => {
    const office = new Office({ ada: ALL })
    office.details = () => ({ name: 'Ada', meta: { role: 'owner' } })
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl, '__proto__')
    await callJson(room.url('location', { member: 'k' }), { ...as('ada'), json: 1 })
    expect(office.asked.map(({ action }) => action)).toEqual(['join', 'move'])
    for (const { request, user, room: name } of office.asked) {
      expect(name).toBe('__proto__')
      expect(user).toEqual({ id: 'ada', name: 'Ada', meta: { role: 'owner' } })
      expect(request.headers.authorization).toBe('ada')
    }
  })

  it('[AC10] is asked once for each action that a call needs', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, office.options)
    for (const [url, options, needs] of everyCall(running.baseUrl, as('ada'))) {
      office.asked.length = 0
      const response = await open(url, options)
      response.destroy()
      // This server keeps no versions.
      if (response.statusCode === 404) expect(url).toContain('document/version')
      else expect(response.statusCode, url).toBeLessThan(300)
      const path = url.slice(running.baseUrl.length)
      // Others are asked about as well when a document is deleted. AC41
      const ofCall = office.asked.filter(({ request }) => request.url === path)
      const asked = ofCall.map(({ action }) => action)
      // The reader also receives its rights.
      const isReader = /events|sse|location|changes|access$/.test(url) && needs[0] === 'watch'
      expect(asked, url).toEqual(isReader ? ALL : needs)
    }
  })

  it('[AC10] [AC11] a call without the right is forbidden and changes nothing', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, office.options)
    for (const [index, [, , needs]] of everyCall('', {}).entries()) {
      const room = new TestRoom(running.baseUrl)
      for (const missing of needs) {
        office.rights.set(
          'eve',
          ALL.filter((action) => action !== missing),
        )
        const [url, options] = everyCall(running.baseUrl, as('eve'), room)[index]!
        await expectRefused('forbidden', url, options)
      }
      office.rights.delete('eve')
      const [url, options] = everyCall(running.baseUrl, as('eve'), room)[index]!
      await expectRefused('forbidden', url, options)
    }
    expect(await running.rooms.count()).toMatchObject({ rooms: 0, members: 0, connections: 0 })
  })

  it('[AC10] leaving needs no right', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    await callJson(room.url('location', { member: 'k' }), { ...as('ada'), json: 1 })
    office.rights.delete('ada')
    const left = await call(room.url('leave', { member: 'k' }), { ...as('ada'), method: 'POST' })
    expect(left).toMatchObject({ status: 204 })
    expect(await running.rooms.members(room.name)).toMatchObject({ members: [] })
  })

  it('[AC10] an unknown caller is unauthorized without asking `authorize`', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, office.options)
    for (const [url, options] of everyCall(running.baseUrl, {})) {
      await expectRefused('unauthorized', url, options)
    }
    expect(office.asked).toEqual([])
  })

  it('[AC11] a forbidden update is not stored', async () => {
    const office = new Office({ ada: ALL, eve: ['watch', 'join', 'move'] })
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    const update = new TestDocument(room).write('theirs')
    const answer = await postUpdate(room, update, as('eve').headers)
    expect(answer).toMatchObject({ status: 403 })
    const read = new TestDocument(room)
    read.take(await getDocument(room, {}, as('ada')))
    expect(read.cells).toEqual({})
  })

  it('[AC12] a forbidden caller learns no other fault of its request', async () => {
    const office = new Office()
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    const eve = as('eve')
    const headers = { ...eve.headers, 'content-type': 'application/json' }
    for (const [url, options] of [
      [room.url('events', { view: 'grid', member: 'a.b', protocol: 7 }), eve],
      [room.url('events'), { headers, body: '{' }],
      [room.url('location', { since: 'x:1', waitMs: -1 }), eve],
      [room.url('location'), { headers, body: '{' }],
      [room.url('location'), { ...eve, json: 'x'.repeat(5_000) }],
      [room.url('document', { sv: '!' }), eve],
      [room.url('document'), { headers: { ...headers, 'idempotency-key': '!' }, body: 'x' }],
    ] as const) {
      await expectRefused('forbidden', url, options)
    }
  })

  it('[AC12] the answer is the same whether the room exists or not', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, office.options)
    const full = new TestRoom(running.baseUrl)
    const { id } = await running.rooms.move(full.name, 'k', 'secret')
    const update = new TestDocument(full).write('secret')
    const posted = { 'idempotency-key': 'key', ...as('ada').headers }
    expect(await postUpdate(full, update, posted)).toMatchObject({ status: 200 })
    const none = new TestRoom(running.baseUrl)
    const asked = async (room: TestRoom) => {
      const answers = [
        await call(room.url('events', { lastEventId: id }), as('eve')),
        await call(room.url('location'), as('eve')),
        await call(room.url('location', { since: id, waitMs: 10 }), as('eve')),
        await call(room.url('document', { since: id }), as('eve')),
        await call(room.url('location', { member: 'k' }), { ...as('eve'), json: 1 }),
        await postUpdate(room, update, { ...posted, ...as('eve').headers }),
      ]
      for (const [url, options] of everyCall(running.baseUrl, as('eve'), room))
        answers.push(await call(url, options))
      return answers.map(({ status, text }) => ({ status, text }))
    }
    expect(await asked(full)).toEqual(await asked(none))
  })

  it('[AC12] a position or key from another room reveals nothing about that room', async () => {
    const office = new Office()
    await using running = await start(server, office.options)
    const [own, theirs] = [new TestRoom(running.baseUrl), new TestRoom(running.baseUrl)]
    office.answer = ({ room, user }) => room === own.name || user?.id === 'ada'
    const update = new TestDocument(theirs).write('secret')
    const key = { 'idempotency-key': 'key' }
    await postUpdate(theirs, update, { ...key, ...as('ada').headers })
    const { id } = await running.rooms.move(theirs.name, 'k', 'secret')
    await using stream = await openStream(own.url('events', { lastEventId: id }), as('eve'))
    await stream.next('hello')
    const polled = await call(own.url('location', { since: id }), as('eve'))
    const mine = await postUpdate(own, update, { ...key, ...as('eve').headers })
    expect(mine).toMatchObject({ status: 200 })
    expect(stream.text + polled.text).not.toContain('secret')
    const read = new TestDocument(own)
    read.take(await getDocument(own, {}, as('eve')))
    expect(read.cells).toEqual({ secret: 'secret' })
  })

  it('[DO58] a document is posted and synced for no other user than it is named for', async () => {
    const office = new Office({ ada: ALL, 'eve/1': ALL })
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    const update = new TestDocument(room).write('kept')
    const named = (who: string, user: string) => ({
      ...as(who).headers,
      'whereabouts-user': encodeURIComponent(user),
    })
    for (const [who, user] of [
      ['eve/1', 'ada'],
      ['ada', 'eve/1'],
      ['ada', ''],
    ] as const) {
      const headers = { ...named(who, user), 'content-type': 'application/octet-stream' }
      for (const name of ['document', 'document/sync'])
        await expectRefused('other-user', room.url(name), { headers, body: Buffer.from(update) })
    }
    expect([...(await getDocument(room, {}, as('ada')))]).toEqual(EMPTY)
    expect(await postUpdate(room, update, named('eve/1', 'eve/1'))).toMatchObject({ status: 200 })
  })

  it('[DO9] [BU1] a key of somebody else says and changes nothing in the same room', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    const update = new TestDocument(room).write('A1')
    const post = async (who: string) => {
      const headers = { 'idempotency-key': 'key', ...as(who).headers }
      return JSON.parse((await postUpdate(room, update, headers)).text) as unknown
    }
    const adas = await post('ada')
    const { id } = await running.rooms.move(room.name, 'k', 'elsewhere')
    // What the document has already is no commit, so eve is told the room's position of now.
    expect(await post('eve')).toEqual({ id })
    expect(await post('ada')).toEqual(adas)
    expect(await running.rooms.update(room.name, update, 'key')).toEqual({ id })
  })

  it('[AC13] [AC14] a caller who may watch but not join is served as a viewer', async () => {
    const office = new Office({ ada: ALL, eve: ['watch', 'write'] })
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    await using own = await room.join('k', {}, as('ada'))
    for (const options of [as('eve'), { ...as('eve'), json: { member: 'k' } }]) {
      await using stream = await openStream(room.url('events', { member: 'k' }), options)
      expect((await stream.next('hello')).data).toMatchObject({
        self: null,
        can: ['watch', 'write'],
      })
      await own.until('a viewer', ({ watching }) => watching === 1)
    }
    expect(own.state.members.size).toBe(1)
  })

  it('[AC14] [AC29] hello and the answer to a read list all rights of a reader', async () => {
    const office = new Office()
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    const sets: readonly (readonly Action[])[] = [ALL, ['watch'], ['watch', 'comment', 'manage']]
    for (const can of sets) {
      office.rights.set('ada', can)
      await using stream = await room.stream({ watch: 1 }, as('ada'))
      expect(stream.hello.can).toEqual(can)
      const read = await callJson(room.url('location'), as('ada'))
      expect(read).toMatchObject({ members: [], can })
      const since = await callJson(room.url('location', { since: 'x:1' }), as('ada'))
      expect(since).toMatchObject({ can })
    }
  })

  it('[AC7] without `authorize` everybody may do everything except manage', async () => {
    const { authenticate } = new Office().options
    const usual = ALL.filter((action) => action !== 'manage')
    const openOptions = { auth: 'open' } as const
    const known = server === 'node:http' ? [] : [{ authenticate }]
    for (const options of [openOptions, ...known]) {
      await using running = await start(server, options)
      const room = new TestRoom(running.baseUrl)
      await using stream = await room.join('k', {}, as('ada'))
      expect(stream.hello.can).toEqual(usual)
    }
  })

  it('[AC6] in open mode `authorize` is called without a user', async () => {
    const asked: AskedAction[] = []
    const authorize = (each: AskedAction) => asked.push(each) > 0 && each.action === 'watch'
    await using running = await start(server, { authorize })
    const room = new TestRoom(running.baseUrl)
    await using stream = await room.join(memberKey())
    expect(stream.hello).toMatchObject({ self: null, can: ['watch'] } satisfies Partial<Hello>)
    for (const { user } of asked) expect(user).toBeUndefined()
    await expectRefused('forbidden', room.url('location'), { json: 1 })
  })

  it.each(NO_ANSWERS)('[AC8] %s counts as a refusal', async (_what, answer) => {
    const office = new Office()
    office.answer = answer
    await using running = await start(server, office.options)
    for (const [url, options] of everyCall(running.baseUrl, as('ada'))) {
      const { detail } = await expectRefused('forbidden', url, options)
      expect(detail).not.toContain('hunter2')
    }
    expect(await running.rooms.count()).toMatchObject({ rooms: 0, connections: 0 })
  })

  it('[AC9] an answer other than a boolean and an exception are each logged once a minute', async () => {
    const office = new Office()
    await using running = await start(server, office.options)
    const url = new TestRoom(running.baseUrl).url('location')
    for (const answer of [() => 'yes', () => Promise.reject(new Error(INSIDE)), () => false]) {
      office.answer = answer
      for (let count = 0; count < 5; count++) await expectRefused('forbidden', url, as('ada'))
    }
    const { warnings } = running.log
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('neither true nor false')
    expect(warnings[1]).toContain(INSIDE)
  })

  it('[AC6] is not asked about an invalid room name', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl, 'a b')
    await expectRefused('bad-room', room.url('location'), as('ada'))
    await expectRefused('bad-room', room.url('events'), as('ada'))
    await expectRefused('bad-room', room.url('location'), { ...as('ada'), json: 1 })
    expect(office.asked).toEqual([])
  })

  it('[AC26] is not asked about the application’s own calls', async () => {
    const office = new Office()
    await using running = await start(server, office.options)
    await running.rooms.move('r', 'k', 1, { id: 'eve' })
    expect(await running.rooms.members('r')).toMatchObject({ members: [{ location: 1 }] })
    expect(office.asked).toEqual([])
  })

  it('[ST13] a HEAD opens no stream and reveals no rights', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, office.options)
    const url = new TestRoom(running.baseUrl).url('events')
    const statuses = []
    for (const user of ['ada', 'eve']) {
      statuses.push((await call(url, { ...as(user), method: 'HEAD' })).status)
    }
    expect(statuses).toEqual([405, 405])
    expect(await running.rooms.count()).toMatchObject({ rooms: 0, connections: 0 })
  })
})

it('[AC10] these are all calls, but for those that ask nobody', async () => {
  await using server = await startPlain()
  const { paths } = (await callJson(`${server.baseUrl}/openapi.json`)) as unknown as {
    paths: { [path: string]: object }
  }
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'parameters')
      .map((method) => `${method.toUpperCase()} ${path.replace('{room}', 'one')}`),
  )
  const room = new TestRoom(server.baseUrl, 'one')
  const tried = everyCall(server.baseUrl, {}, room).map(([url, { method, json, body }]) => {
    const usual = json === undefined && body === undefined ? 'GET' : 'POST'
    return `${method ?? usual} ${new URL(url).pathname}`
  })
  // What `POST /streams` and `GET /rooms/mine` may show is decided for each room: streams.test.ts, lists.test.ts.
  const mine = ['GET /rooms/mine', 'POST /rooms/mine']
  const others = ['POST /rooms/one/leave', 'GET /rooms', ...mine, 'POST /streams']
  expect(new Set(described)).toEqual(new Set([...tried, ...others]))
})

it('[SR18] a member still confirms that it is there while the store can’t be asked', async () => {
  let isAway = false
  await using server = await startPlain({
    authenticate: () => ({ id: 'ada' }),
    authorize: () => {
      if (isAway) throw new Problem('store-failed', 'It is away.')
      return true
    },
  })
  const room = new TestRoom(server.baseUrl)
  const member = memberKey()
  const { self } = await room.move(member, 1)
  isAway = true
  const confirm = room.url('confirm', { member, nextWithinMs: 60_000 })
  expect(await callJson(confirm, { method: 'POST' })).toMatchObject({ self })
  await expectRefused('store-failed', room.url('location', { member }), { json: 2 })
})
