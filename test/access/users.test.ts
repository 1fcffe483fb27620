import type { Json, Member } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { AT_ONCE_MS, within } from 'whereabouts-conformance/deadline'
import { call, callJson, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { end, openStream } from 'whereabouts-conformance/stream'
import { ALL, as, everyCall, Office, SERVERS, start } from './application.js'

const AVATAR = 'https://pictures.example/ada.png?size=64'

const cycle = (): object => {
  const meta: { self?: object } = {}
  meta.self = meta
  return meta
}

/** Invalid avatars, by the test's name for them. */
const NO_AVATARS: readonly (readonly [string, unknown])[] = [
  ['plain http', 'http://pictures.example/ada.png'],
  ['a script', 'javascript:alert(1)'],
  ['its data', 'data:image/png;base64,AAAA'],
  ['a path', '/ada.png'],
  ['no text', 7],
  ['nothing in it', ''],
  ['a password', 'https://ada:secret@pictures.example/'],
  ['too much', `https://pictures.example/${'a'.repeat(2_048)}`],
]

/** Invalid values of meta. */
const NO_METAS: readonly (readonly [string, () => unknown])[] = [
  ['more than 1,024 bytes', () => 'x'.repeat(1_023)],
  ['more than 1,024 bytes of UTF-8', () => 'ä'.repeat(600)],
  ['a cycle', cycle],
  ['a big integer', () => ({ balance: 7n })],
  ['a function', () => () => {}],
  [
    'a method that throws',
    () => ({
      toJSON() {
        throw new Error('no')
      },
    }),
  ],
]

describe.each(SERVERS)('a user from the application on %s', (server) => {
  const started = async (details: () => { readonly [field: string]: unknown }) => {
    const office = new Office({ ada: ALL })
    office.details = details
    const running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    const post = (json: Json) =>
      callJson(room.url('location', { member: 'k' }), { ...as('ada'), json })
    const read = async () => (await running.rooms.members(room.name)).members[0] as Member
    return { office, running, room, post, read }
  }

  it('[HT40] removes the member that another user was under the same key, and nobody else', async () => {
    const office = new Office({ guest: ALL, ada: ALL, eve: ALL })
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    const post = async (user: string, member: string) =>
      (await callJson(room.url('location', { member }), { ...as(user), json: user })) as {
        self: string
      }
    const leave = (user: string, member: string, self: string) =>
      call(room.url('leave', { member, self }), { ...as(user), method: 'POST' })
    const shown = async () =>
      (await running.rooms.members(room.name)).members.map(({ location }) => location)
    const { self } = await post('guest', 'k')
    await post('ada', 'k')
    expect(await leave('eve', 'another', self)).toMatchObject({ status: 204 })
    expect(await shown()).toEqual(['guest', 'ada'])
    expect(await leave('ada', 'k', self)).toMatchObject({ status: 204 })
    expect(await shown()).toEqual(['ada'])
  })

  it('[AC4] [AC5] has an avatar and meta that others see', async () => {
    const meta = { role: 'author', ä: [1, null], ['__proto__']: 7 }
    const { running, room, post, read } = await started(() => ({ avatar: AVATAR, meta }))
    await using _ = running
    await post(1)
    expect((await read()).user).toMatchObject({ id: 'ada', avatar: AVATAR, meta })
    await using stream = await room.stream({ watch: 1 }, as('ada'))
    expect([...stream.state.members.values()][0]!.user).toEqual((await read()).user)
  })

  it('[AC4] [AC5] is sent to others again only if the avatar or meta changes', async () => {
    let meta: Json = { mood: 'calm' }
    const { running, room, post } = await started(() => ({
      meta: JSON.parse(JSON.stringify(meta)) as Json,
    }))
    await using _ = running
    await using stream = await room.stream({ watch: 1 }, as('ada'))
    await post(1)
    await post(2)
    await stream.until('2', ({ members }) => [...members.values()][0]?.location === 2)
    expect(stream.patches.filter(({ join }) => join !== undefined)).toHaveLength(1)
    meta = { mood: 'busy' }
    await post(3)
    await stream.until('the change', ({ members }) =>
      JSON.stringify([...members.values()][0]?.user.meta).includes('busy'),
    )
  })

  it.each(['__proto__', 'constructor', 'toString'])('[ID8] may have the id %s', async (id) => {
    const office = new Office({ [id]: [] })
    office.rights.set(id, ALL)
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl, id)
    await using stream = await room.join(id, {}, as(id))
    expect(stream.state.members.get(stream.self)?.user.id).toBe(id)
    await running.rooms.disconnect(id, { userId: id })
    await stream.next('problem')
    await end(stream)
  })

  it('[AC5] meta is a copy', async () => {
    const meta = { mood: 'calm' }
    const { running, post, read } = await started(() => ({ meta }))
    await using _ = running
    await post(1)
    meta.mood = 'busy'
    expect((await read()).user.meta).toEqual({ mood: 'calm' })
  })

  it.each(NO_AVATARS)('[AC4] [ID10] an avatar that is %s is dropped', async (_what, avatar) => {
    const { running, post, read } = await started(() => ({ avatar }))
    await using _ = running
    await post(1)
    expect((await read()).user).not.toHaveProperty('avatar')
    expect(running.log.warnings.join()).toContain('avatar')
  })

  it.each(NO_METAS)('[AC5] [ID10] meta with %s is dropped', async (_what, meta) => {
    const { running, post, read } = await started(() => ({ meta: meta() }))
    await using _ = running
    await post(1)
    expect((await read()).user).not.toHaveProperty('meta')
    expect(running.log.warnings.join()).toContain('meta')
  })

  it('[AC4] [AC5] null counts as unset', async () => {
    const { running, post, read } = await started(() => ({ avatar: null, meta: null }))
    await using _ = running
    await post(1)
    const { user } = await read()
    expect(Object.keys(user).toSorted()).toEqual(['color', 'id', 'name'])
    expect(running.log.warnings).toEqual([])
  })

  it.each(['id', 'name', 'avatar', 'expiresAtMs', 'meta'])(
    '[ID8] [ID9] whose %s throws when it is read is unauthorized',
    async (field) => {
      const office = new Office({ ada: ALL })
      const authenticate = () => {
        const user = { id: 'ada' }
        return Object.defineProperty(user, field, {
          enumerable: true,
          get() {
            throw new Error('hunter2')
          },
        })
      }
      await using running = await start(server, { ...office.options, authenticate })
      for (const [url, options] of everyCall(running.baseUrl, as('ada'))) {
        const { detail } = await expectRefused('unauthorized', url, options)
        expect(detail).not.toContain('hunter2')
      }
      expect(running.log.warnings).toHaveLength(1)
    },
  )

  it('[AC1] who has expired, or whose expiry is invalid, is unauthorized on every call', async () => {
    const times = [0, Date.now() - 1, NaN, Infinity, -Infinity, null, '2999-01-01', new Date(), {}]
    let expiresAtMs: unknown
    const { running, office } = await started(() => ({ expiresAtMs }))
    await using _ = running
    for (expiresAtMs of times) {
      for (const [url, options] of everyCall(running.baseUrl, as('ada')).slice(0, 4)) {
        await expectRefused('unauthorized', url, options)
      }
    }
    for (const [url, options] of everyCall(running.baseUrl, as('ada'))) {
      await expectRefused('unauthorized', url, options)
    }
    expect(office.asked).toEqual([])
    expiresAtMs = Date.now() + 60_000
    expect(await call(new TestRoom(running.baseUrl).url('location'), as('ada'))).toMatchObject({
      status: 200,
    })
    await expect(
      running.rooms.move('r', 'k', 1, { id: 'ada', expiresAtMs: 1 } as never),
    ).rejects.toMatchObject({ problem: 'unauthorized' })
  })

  it('[AC2] [AC3] who is about to expire is asked to reconnect, and then the stream ends', async () => {
    const LEFT_MS = 3_000
    const atMs = Date.now() + LEFT_MS
    const { running, room } = await started(() => ({ expiresAtMs: atMs }))
    await using _ = running
    await using stream = await room.join('k', {}, as('ada'))
    await using list = await openStream(room.url('events', { view: 'list' }), as('ada'))
    const { data } = await stream.next('goodbye')
    const saidMs = atMs - Date.now()
    // A tenth of the remaining time, or up to twice that, minus the delay of a busy machine.
    expect(saidMs).toBeLessThanOrEqual((LEFT_MS / 10) * 2)
    const { reconnectInMs } = data as { readonly reconnectInMs: number }
    expect(reconnectInMs).toBeLessThanOrEqual(300)
    await running.rooms.move(room.name, 'other', 'still here')
    const problem = (await stream.next('problem')).data
    expect(problem).toMatchObject({ type: 'urn:whereabouts:problem:unauthorized', status: 401 })
    expect(Date.now()).toBeGreaterThanOrEqual(atMs)
    await end(stream)
    await end(list, AT_ONCE_MS)
    expect(list.text).not.toContain('problem')
    expect(list.retries).toHaveLength(2)
  })

  it.each([
    ['a'.repeat(255), true],
    ['a'.repeat(256), false],
    [`${'é'.repeat(127)}a`, true],
    ['é'.repeat(128), false],
    ['😀'.repeat(64), false],
    ['😀'.repeat(63), true],
    ['a\u0000b', false],
    ['a\nb', false],
    ['a\ud83d', false],
    ['a b', true],
    ['a\u00a0', false],
    [' a', false],
    ['a\u200bb', false],
    ['a\u202eb', false],
    ['a\u2028b', false],
  ])('[ID16] with the id %s is known: %s', async (id, isKnown) => {
    const office = new Office({ [id]: ALL })
    const authenticate = () => ({ id })
    await using running = await start(server, { ...office.options, authenticate })
    const room = new TestRoom(running.baseUrl)
    if (isKnown) await callJson(room.url('location'), { ...as('any'), json: 1 })
    const calls = isKnown ? [] : everyCall(running.baseUrl, as('any'), room)
    for (const [url, options] of calls) expect((await call(url, options)).status, url).toBe(401)
    const said = running.rooms.move(room.name, 'k', 1, { id })
    if (isKnown) await said
    else await expect(said).rejects.toMatchObject({ problem: 'unauthorized' })
  })

  it('[AC2] a waiting long-poll is answered when its user has to reconnect', async () => {
    const { running, room } = await started(() => ({ expiresAtMs: Date.now() + 2_000 }))
    await using _ = running
    const { id } = await running.rooms.members(room.name)
    const poll = call(room.url('location', { since: id, waitMs: 30_000 }), as('ada'))
    expect(await within(poll, 'the answer')).toMatchObject({ status: 204 })
  })

  it('[AC2] who reconnects in time stays the same member and is not seen to leave', async () => {
    let expiresAtMs = Date.now() + 2_000
    const { running, room } = await started(() => ({ expiresAtMs }))
    await using _ = running
    await using first = await room.join('k', {}, as('ada'))
    await using watcher = openWatcher(running.rooms, room.name)
    // Immediately, as a busy machine may need all the time that is left after the goodbye.
    expiresAtMs += 60_000
    await using second = await room.join('k', {}, as('ada'))
    await end(first)
    expect(second.self).toBe(first.self)
    await second.quiet(3)
    expect(watcher.patches.filter(({ leave, status }) => leave ?? status)).toEqual([])
  })
})

/** Reads a room within the process, without a user. */
function openWatcher(rooms: Awaited<ReturnType<typeof start>>['rooms'], room: string) {
  const patches: { readonly leave?: Json; readonly status?: Json }[] = []
  let teardown = () => {}
  rooms.events(room, { view: 'patch' }).subscribe({
    closed: false,
    next: ({ type, data }) => {
      if (type === 'patch') patches.push(JSON.parse(data!) as object)
    },
    error: () => {},
    complete: () => {},
    add: (each) => {
      teardown = each
    },
  })
  return {
    patches,
    async [Symbol.asyncDispose]() {
      teardown()
    },
  }
}
