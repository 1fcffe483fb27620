import type { Moved, RoomAnswer } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { AT_ONCE_MS, LATE_MS } from '../deadline.js'
import { call, callJson, expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import type { Suite } from '../suite.js'
import { openSocket } from '../socket.js'
import { openStream } from '../stream.js'

/** PROTOCOL.md section 7 but the article's calls. */
export function callRules(suite: Suite): void {
  describe('the calls', () => {
    streams(suite)
    posts(suite)
    reads(suite)
    longPolls(suite)
    leaves(suite)
    otherMethods(suite)
    operations(suite)
    caching(suite)
  })
}

function streams({ calm }: Suite): void {
  it('[HT1] GET events joins and streams', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using own = await room.join(memberKey(), { name: 'Ada', view: 'patch' })
    const { self } = await room.move(memberKey(), 1)
    const { members } = await own.until('the other', (state) => state.members.has(self))
    expect(members.get(own.self)?.user.name).toBe('Ada')
  })

  it('[HT1] watch=0 joins', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using own = await room.join(memberKey(), { watch: 0 })
    expect(own.state.members.has(own.self)).toBe(true)
  })

  it('[HT2] POST events answers with the same stream', async () => {
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    await using get = await room.join(member, { name: 'Ada' })
    const json = { member, name: 'Ada', view: 'patch' }
    await using post = await openStream(room.url('events'), { json })
    expect((await post.next('hello')).data).toEqual(get.hello)
    await post.next('snapshot')
    expect(post.state).toEqual(get.state)
    const { self } = await room.move(memberKey(), 1)
    await post.until('the other', ({ members }) => members.has(self))
    await get.until('the other', ({ members }) => members.has(self))
    expect(post.arrived.filter(({ name }) => name === 'patch')).toMatchObject(
      get.arrived.filter(({ name }) => name === 'patch').map(({ id, data }) => ({ id, data })),
    )
  })

  it('[HT2] parameters in the query work as well, with and without a body', async () => {
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    await using bare = await openStream(room.url('events', { member }), { method: 'POST' })
    await bare.next('snapshot')
    await using both = await openStream(room.url('events', { member }), { json: { watch: 1 } })
    await both.next('snapshot')
    expect(both.hello.self).toBeNull()
    await using list = await openStream(room.url('events', { view: 'list' }), { json: { member } })
    expect((await list.next()).name).toBe('message')
  })

  it.each(['[]', '5', '"text"', 'null'])('[HT2] a body that is %s has no fields', async (body) => {
    const room = new TestRoom(calm.baseUrl)
    const headers = { 'content-type': 'application/json' }
    const answer = await call(room.url('events'), { headers, body })
    expect(answer).toMatchObject({ status: 400 })
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })
}

function posts({ calm }: Suite): void {
  it('[HT3] POST location answers with self and the position after the commit', async () => {
    const room = new TestRoom(calm.baseUrl)
    const url = room.url('location', { member: memberKey() })
    const answer = await call(url, { json: { cell: 'C5' } })
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.headers['content-type']).toMatch(/^application\/json\b/)
    const moved = JSON.parse(answer.text) as Moved
    expect(Object.keys(moved).toSorted()).toEqual(['id', 'self'])
    const read = await room.read()
    expect(read).toMatchObject({ id: moved.id, members: [{ id: moved.self }] })
  })

  it('[HT3] the position is one that the stream knows', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using own = await room.join(key)
    const { id } = await room.move(key, 1)
    await own.until('the move', ({ members }) => members.get(own.self)?.location === 1)
    expect(own.position).toBe(id)
  })

  it('[HT3] two posts written at once on one connection are answered in order', async () => {
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    const path = room.url('location', { member }).slice(calm.baseUrl.length)
    const post = (body: string) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`
    await using socket = await openSocket(calm.baseUrl)
    socket.write(post('"first"') + post('"second"'))
    const answers = await socket.until('two answers', (text) => {
      const found = text.match(/\{"self":[^}]*\}/g)
      return found?.length === 2 ? found.map((json) => JSON.parse(json) as Moved) : undefined
    })
    expect(socket.text.match(/HTTP\/1\.1 200 /g)).toHaveLength(2)
    const [first, second] = answers.map(({ id }) => versionOf(id))
    expect(second).toBe(first! + 1)
    expect(await room.read()).toMatchObject({ members: [{ location: 'second' }] })
  })
}

function reads({ calm }: Suite): void {
  it('[HT4] GET location answers with position, members and watching, and joins nobody', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using _viewer = await room.watch()
    const { self, id } = await room.move(memberKey(), 1)
    const answer = await call(room.url('location', { member: memberKey() }))
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.headers['content-type']).toMatch(/^application\/json\b/)
    const { broadcast: _number, ...told } = JSON.parse(answer.text) as RoomAnswer
    expect(told).toEqual({
      id,
      members: [expect.objectContaining({ id: self, location: 1 })],
      watching: 1,
    })
  })

  it('[HT4] members come in the order in which they joined', async () => {
    const room = new TestRoom(calm.baseUrl)
    const selves = []
    for (let count = 0; count < 5; count++) selves.push((await room.move(memberKey(), count)).self)
    expect((await room.read()).members.map(({ id }) => id)).toEqual(selves)
  })

  it('[HT5] since answers with a patch, with 204, or with everything', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    const { id } = await room.move(key, 1)
    expect(await room.poll(id)).toMatchObject({ status: 204, text: '' })
    const { id: later, self } = await room.move(key, 2)
    expect(await room.since(id)).toEqual({ id: later, patch: { move: { [self]: 2 } } })
  })

  it.each(['garbage', '6f2c81', 'x:y:z', 'a:-1', ':', 'x'.repeat(2_000), 'a:99999999999999999999'])(
    '[HT5] since=%s is no error and gets everything',
    async (since) => {
      const room = new TestRoom(calm.baseUrl)
      await room.move(memberKey(), 1)
      const everything = { ...(await room.read()), resync: { document: true } }
      expect(await room.since(since)).toEqual(everything)
      expect(await room.since(since, { waitMs: 5_000 }), 'at once').toEqual(everything)
    },
  )

  it('[HT5] since given twice is refused or answered, not a crash', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { status } = await call(`${room.url('location')}?since=a:1&since=a:2`)
    expect([200, 400]).toContain(status)
  })
}

function longPolls({ calm }: Suite): void {
  it('[HT20] a long-poll is answered by the change that it waits for', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    const { id, self } = await room.move(key, 1)
    const poll = room.poll(id, 10_000)
    // Whether the poll is there before the post or not, it has to be answered with it.
    const moved = await room.move(key, 2)
    expect(JSON.parse((await poll).text)).toEqual({ id: moved.id, patch: { move: { [self]: 2 } } })
  })

  it('[HT26] changes answers the same as a POST, with its parameters in the body or the query', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    const { id, self } = await room.move(key, 1)
    expect(await callJson(room.url('changes'), { json: {} })).toEqual(await room.read())
    expect(await call(room.url('changes'), { json: { since: id } })).toMatchObject({ status: 204 })
    const poll = callJson(room.url('changes', { nonce: 7 }), {
      json: { since: id, waitMs: 10_000 },
    })
    const moved = await room.move(key, 2)
    const patch = { id: moved.id, patch: { move: { [self]: 2 } } }
    expect(await poll).toEqual(patch)
    expect(await callJson(room.url('changes', { since: id }), { method: 'POST' })).toEqual(patch)
    await expectRefused('bad-parameter', room.url('changes'), { json: [] })
    await expectRefused('bad-parameter', room.url('changes'), { json: { waitMs: 'soon' } })
    await expectRefused('method-not-allowed', room.url('changes'))
  })

  it('[HT20] a long-poll that waits is answered promptly', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using watcher = await room.watch()
    const { id } = await room.move(key, 1)
    const poll = room.poll(id, 10_000)
    await watcher.quiet(3)
    const before = performance.now()
    await room.move(key, 2)
    expect(await poll).toMatchObject({ status: 200 })
    expect(performance.now() - before).toBeLessThan(AT_ONCE_MS)
  })

  it('[HT20] a long-poll without a change ends with 204 after its time', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { id } = await room.move(memberKey(), 1)
    const before = performance.now()
    expect(await room.poll(id, 300)).toMatchObject({ status: 204, text: '' })
    const took = performance.now() - before
    expect(took).toBeGreaterThan(280)
    expect(took).toBeLessThan(300 + LATE_MS)
    expect(await room.poll(id, 0)).toMatchObject({ status: 204 })
  })

  it('[HT5] polling from answer to answer misses nothing', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    let { id } = await room.move(key, 0)
    const seen = []
    const writer = (async () => {
      for (let location = 1; location <= 20; location++) await room.move(key, location)
    })()
    for (let last = 0; last < 20;) {
      const answer = JSON.parse((await room.poll(id, 3_000)).text) as {
        readonly id: string
        readonly patch: { readonly move: Record<string, number> }
      }
      expect(versionOf(answer.id)).toBeGreaterThan(versionOf(id))
      id = answer.id
      last = Object.values(answer.patch.move)[0]!
      seen.push(last)
    }
    await writer
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(20)
  })

  it('[HT20] a long-poll on a room that does not exist ends like any other', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { id } = await room.read()
    expect(await room.poll(id, 200)).toMatchObject({ status: 204 })
    const poll = room.poll(id, 10_000)
    const { self } = await room.move(memberKey(), 1)
    expect((await poll).text).toContain(self)
  })
}

function leaves({ calm }: Suite): void {
  it.each([
    ['no body', {}],
    ['what sendBeacon says', { headers: { 'content-type': 'text/plain;charset=UTF-8' }, body: '' }],
    ['a text', { headers: { 'content-type': 'text/plain' }, body: 'bye' }],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' }],
    ['broken JSON', { headers: { 'content-type': 'application/json' }, body: '{' }],
    ['an unknown type', { headers: { 'content-type': 'application/octet-stream' }, body: '\0' }],
  ])('[HT6] leave answers 204, whatever its body: %s', async (_, options) => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await room.move(key, 1)
    const answer = await call(room.url('leave', { member: key }), { method: 'POST', ...options })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect((await room.read()).members).toEqual([])
  })

  it('[HT6] leave takes its parameters from a JSON body too', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [one, other] = [memberKey(), memberKey()]
    const { self } = await room.move(one, 1)
    await room.move(other, 1)
    const soon = { json: { member: one, soon: '1' } }
    expect(await call(room.url('leave'), soon)).toMatchObject({ status: 204 })
    expect(await room.member(self)).toMatchObject({ status: 'away' })
    expect(await call(room.url('leave'), { json: { member: other } })).toMatchObject({
      status: 204,
    })
    expect((await room.read()).members).toMatchObject([{ id: self }])
  })

  it('[HT6] soon=1 answers 204, and the member is away', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    const { self } = await room.move(key, 1)
    await room.leave(key, { soon: 1 })
    expect(await room.member(self)).toMatchObject({ status: 'away' })
  })
}

function otherMethods({ calm }: Suite): void {
  it.each([
    ['DELETE', 'location', ['GET', 'POST']],
    ['PUT', 'location', ['GET', 'POST']],
    ['PATCH', 'events', ['GET', 'POST']],
    ['GET', 'leave', ['POST']],
    ['DELETE', 'leave', ['POST']],
  ])('[HT7] %s %s is method-not-allowed, with Allow', async (method, path, allowed) => {
    const room = new TestRoom(calm.baseUrl)
    const answer = await call(room.url(path), { method })
    expect(answer).toMatchObject({ status: 405 })
    expect(answer.text).toContain('urn:whereabouts:problem:method-not-allowed')
    const methods = (answer.headers.allow ?? '').split(/, */)
    expect(methods.filter((name) => name !== 'HEAD' && name !== 'OPTIONS')).toEqual(allowed)
  })

  it.each(['/rooms/x/nothing', '/rooms/x/location/y', '/rooms/x/', '/rooms/x', '/rooms/', '/x'])(
    '[HT7] %s is no call: here, where the application has nothing else, it is 404',
    async (path) => {
      for (const options of [{}, { json: {} }, { method: 'DELETE' }]) {
        const answer = await call(`${calm.baseUrl}${path}`, options)
        expect(answer).toMatchObject({ status: 404 })
        expect(answer.text).not.toContain('urn:whereabouts')
      }
    },
  )
}

function operations({ start, calm }: Suite): void {
  it('[HT8] live and ready answer 200', async () => {
    expect(await call(`${calm.operationsUrl}/health/live`)).toMatchObject({ status: 200 })
    expect(await call(`${calm.operationsUrl}/health/ready`)).toMatchObject({ status: 200 })
  })

  it('[HT8] metrics are in the Prometheus text format', async () => {
    const { status, headers, text } = await call(`${calm.operationsUrl}/metrics`)
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^text\/plain\b.*version=/)
    expect(text).toMatch(/^# HELP \S+ /m)
    for (const line of text.split('\n')) {
      expect(line).toMatch(/^$|^(# (HELP|TYPE) .*|[a-zA-Z_:][\w:]*(\{.*\})? [-+\w.]+( \d+)?)$/)
    }
  })

  it('[HT8] the first who asks for metrics is told of the process as well', async () => {
    await using server = await start()
    const { text } = await call(`${server.baseUrl}/metrics`)
    const lagS = Number(/^nodejs_eventloop_lag_mean_seconds (\S+)$/m.exec(text)?.[1])
    expect(lagS).toBeGreaterThan(0)
    expect(lagS).toBeLessThan(10)
  })

  it('[HT8] the metrics say nothing of rooms or keys', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    const { self } = await room.move(key, 1)
    const { text } = await call(`${calm.operationsUrl}/metrics`)
    for (const secret of [key, room.name, self]) expect(text).not.toContain(secret)
  })

  it('[HT8] the description names every call', async () => {
    const described = await callJson(`${calm.operationsUrl}/openapi.json`)
    const { openapi, paths } = described as unknown as {
      readonly openapi: string
      readonly paths: { readonly [path: string]: { readonly [method: string]: unknown } }
    }
    expect(openapi).toMatch(/^3\.1\./)
    const methods = (path: string) => Object.keys(paths[path] ?? {}).toSorted()
    expect(methods('/rooms/{room}/events')).toEqual(expect.arrayContaining(['get', 'post']))
    expect(methods('/rooms/{room}/location')).toEqual(expect.arrayContaining(['get', 'post']))
    expect(methods('/rooms/{room}/leave')).toContain('post')
    expect(methods('/location')).toContain('post')
    expect(methods('/location/sse')).toContain('get')
  })
}

function caching({ calm }: Suite): void {
  it('[HT9] no answer may be cached', async () => {
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    const moved = await call(room.url('location', { member }), { json: 1 })
    const { id } = JSON.parse(moved.text) as Moved
    const answers = [
      moved,
      await call(room.url('location')),
      await room.poll(id),
      await room.poll('garbage'),
      await call(room.url('leave', { member }), { method: 'POST' }),
      await call(`${calm.articleUrl}/location?id=${member}`, { json: null }),
      await call(`${calm.operationsUrl}/health/live`),
      await call(`${calm.operationsUrl}/health/ready`),
      await call(`${calm.operationsUrl}/metrics`),
    ]
    for (const { headers } of answers) expect(headers['cache-control']).toBe('no-store')
    await using stream = await room.watch()
    expect(stream.headers['cache-control']).toBe('no-cache, no-transform')
  })

  it('[HT9] no answer can be revalidated: there is no ETag', async () => {
    const room = new TestRoom(calm.baseUrl)
    await room.move(memberKey(), 1)
    expect((await call(room.url('location'))).headers.etag).toBeUndefined()
  })

  it('[HT9] a caller who offers a validator still gets the whole answer', async () => {
    const room = new TestRoom(calm.baseUrl)
    await room.move(memberKey(), 1)
    const headers = { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() }
    expect(await call(room.url('location'), { headers })).toMatchObject({ status: 200 })
  })
}
