import type { Action } from '@whereabouts/protocol'
import type { AskedAction, Rooms, WhereaboutsOptions } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { call, callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openSocket } from 'whereabouts-conformance/socket'
import { end, type EventStream, openStream } from 'whereabouts-conformance/stream'
import { ALL, as, Office, SERVERS, start } from './application.js'

/** Longer than any test, so that only `revalidate` causes new checks. */
const RARELY = { revalidateMs: 3_600_000 }
const OFTEN = { revalidateMs: 100 }

const without = (...actions: readonly Action[]) => ALL.filter((each) => !actions.includes(each))

/** Waits until a stream gets a problem and ends. */
async function ended(stream: EventStream): Promise<unknown> {
  const { data, id } = await stream.next('problem')
  expect(id).toBeUndefined()
  await end(stream)
  return data
}

/** A promise that the test settles. */
function later<T>() {
  let settle!: (value: T) => void
  const promise = new Promise<T>((resolve) => {
    settle = resolve
  })
  return { promise, settle }
}

describe.each(SERVERS)('an open reader on %s', (server) => {
  it('[AC15] [AC16] is checked again regularly, with the request that opened it', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, { ...office.options, ...OFTEN })
    const room = new TestRoom(running.baseUrl)
    await using stream = await room.join('k', {}, as('ada'))
    const [first] = office.asked
    office.rights.set('ada', ['watch', 'join'])
    const { data, id } = await stream.next('can')
    expect({ data, id }).toEqual({ data: { can: ['watch', 'join'] }, id: undefined })
    expect(office.asked.at(-1)!.request).toBe(first!.request)
    expect(office.asked.at(-1)!.user).toBe(first!.user)
    office.rights.set('ada', ALL)
    expect((await stream.next('can')).data).toEqual({ can: ALL })
    expect(stream.arrived.filter(({ name }) => name === 'can')).toHaveLength(2)
  })

  it('[AC16] gets no event while its rights stay the same', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, { ...office.options, ...OFTEN })
    await using stream = await new TestRoom(running.baseUrl).join('k', {}, as('ada'))
    await expect.poll(() => office.asked.length).toBeGreaterThan(5 * ALL.length)
    expect(stream.arrived.filter(({ name }) => name === 'can')).toEqual([])
  })

  it('[AC17] [AC18] ends when it may no longer watch, and its member leaves', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await using ada = await room.join('k', {}, as('ada'))
    await using eve = await room.join('k', {}, as('eve'))
    await using list = await openStream(room.url('events', { view: 'list' }), as('eve'))
    const { id } = await running.rooms.members(room.name)
    const poll = call(room.url('location', { since: id, waitMs: 30_000 }), as('eve'))
    await expect.poll(async () => (await running.rooms.count()).connections).toBe(4)
    office.rights.delete('eve')
    await running.rooms.revalidate({ user: 'eve' })
    expect(await ended(eve)).toMatchObject({ type: 'urn:whereabouts:problem:forbidden' })
    await end(list)
    expect(list.text).not.toContain('problem')
    expectProblem(await within(poll, 'the end of the poll'), 'forbidden')
    await ada.until('that eve has left', ({ members }) => members.size === 1)
    expect(ada.patches.at(-1)).toMatchObject({ leave: expect.any(Array) as unknown })
    await expectRefused('forbidden', room.url('events'), as('eve'))
  })

  it('[AC17] gets no more events once it may no longer watch', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await using eve = await room.join('k', {}, as('eve'))
    office.rights.delete('eve')
    await running.rooms.revalidate()
    await ended(eve)
    await running.rooms.move(room.name, 'other', 'secret')
    expect(eve.text).not.toContain('secret')
    await expect.poll(() => running.rooms.count()).toMatchObject({ connections: 0 })
  })

  it('[AC18] becomes a viewer when it may no longer join, and joins again when it may', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await using ada = await room.join('k', {}, as('ada'))
    await using eve = await room.join('k', {}, as('eve'))
    office.rights.set('eve', ['watch'])
    await running.rooms.revalidate({ room: room.name })
    expect((await eve.next('can')).data).toEqual({ can: ['watch'] })
    await ada.until('that eve has left', ({ members }) => !members.has(eve.self))
    await callJson(room.url('location', { member: 'k' }), { ...as('ada'), json: 'C5' })
    await eve.until('a move', ({ members }) => members.get(ada.self)?.location === 'C5')
    const post = room.url('location', { member: 'k' })
    await expectRefused('forbidden', post, { ...as('eve'), json: 1 })
    office.rights.set('eve', ALL)
    await running.rooms.revalidate({ room: room.name })
    await eve.next('can')
    await callJson(post, { ...as('eve'), json: 'B1' })
    await ada.until('eve', ({ members }) => members.get(eve.self)?.location === 'B1')
  })

  it('[AC10] every post is checked separately, whatever the stream was told', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await using stream = await room.join('k', {}, as('ada'))
    office.rights.set('ada', without('move', 'write'))
    await expectRefused('forbidden', room.url('location', { member: 'k' }), {
      ...as('ada'),
      json: 'late',
    })
    const headers = { ...as('ada').headers, 'content-type': 'application/octet-stream' }
    await expectRefused('forbidden', room.url('document'), { headers, body: 'x' })
    expect(await stream.quiet()).toEqual([])
  })

  it.each<[what: string, before: readonly Action[], after: readonly Action[]]>([
    ['may no longer write', ALL, ['watch', 'join', 'move']],
    ['may write from now on', ['watch'], ['watch', 'write']],
    ['may no longer join', ALL, ['watch', 'write']],
  ])(
    '[AC30] that waits in a long-poll is told at once when it %s',
    async (_what, before, after) => {
      const office = new Office({ eve: before })
      await using running = await start(server, { ...office.options, ...RARELY })
      const room = new TestRoom(running.baseUrl)
      const { id } = await running.rooms.members(room.name)
      for (const [url, options] of [
        [room.url('location', { since: id, waitMs: 30_000 }), {}],
        [room.url('changes'), { json: { since: id, waitMs: 30_000 } }],
      ] as const) {
        office.rights.set('eve', before)
        const poll = callJson(url, { ...options, ...as('eve') })
        await expect.poll(async () => (await running.rooms.count()).connections).toBe(1)
        office.rights.set('eve', after)
        await running.rooms.revalidate({ user: 'eve' })
        expect(await within(poll, 'the answer')).toEqual({ id, patch: {}, can: after })
      }
    },
  )

  it('[AC35] [AC17] that waits in a long-poll gets no news once it may no longer watch', async () => {
    const office = new Office()
    const isAsked = later<void>()
    const may = later<boolean>()
    let hasChanged = false
    office.answer = ({ action }) => {
      if (!hasChanged) return true
      isAsked.settle()
      return action === 'watch' ? may.promise : true
    }
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    const { id } = await running.rooms.members(room.name)
    const poll = call(room.url('location', { since: id, waitMs: 30_000 }), as('eve'))
    await expect.poll(async () => (await running.rooms.count()).connections).toBe(1)
    hasChanged = true
    await running.rooms.revalidate({ room: room.name })
    await isAsked.promise
    await running.rooms.move(room.name, 'k', 'a secret')
    // The news is there, and what eve may do isn't said yet.
    await call(`${running.baseUrl}/rooms/${room.name}/leave?member=k`, {
      ...as('ada'),
      method: 'POST',
    })
    may.settle(false)
    const answer = await within(poll, 'the answer')
    expectProblem(answer, 'forbidden')
    expect(answer.text).not.toContain('secret')
  })

  it('[AC30] that waits in a long-poll whose rights stay the same goes on waiting', async () => {
    const office = new Office({ eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    const { id } = await running.rooms.members(room.name)
    const poll = call(room.url('location', { since: id, waitMs: 1_500 }), as('eve'))
    await expect.poll(async () => (await running.rooms.count()).connections).toBe(1)
    const before = office.asked.length
    await running.rooms.revalidate()
    await expect.poll(() => office.asked.length).toBeGreaterThan(before)
    expect((await poll).status).toBe(204)
  })

  it('[AC20] only the selected readers are checked', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const rooms = [new TestRoom(running.baseUrl), new TestRoom(running.baseUrl)] as const
    const streams = []
    for (const room of rooms) {
      for (const user of ['ada', 'eve']) streams.push(await room.join('k', {}, as(user)))
    }
    const askedAfter = async (...which: Parameters<Rooms['revalidate']>) => {
      office.asked.length = 0
      await running.rooms.revalidate(...which)
      await expect.poll(() => office.asked.length).toBeGreaterThan(0)
      return new Set(office.asked.map(({ user, room }) => `${user!.id} ${room}`))
    }
    const [one, two] = rooms.map(({ name }) => name)
    expect(await askedAfter({ user: 'eve', room: two! })).toEqual(new Set([`eve ${two}`]))
    expect(await askedAfter({ user: 'ada' })).toEqual(new Set([`ada ${one}`, `ada ${two}`]))
    expect(await askedAfter({ room: one! })).toEqual(new Set([`ada ${one}`, `eve ${one}`]))
    expect((await askedAfter()).size).toBe(4)
    for (const stream of streams) await stream.close()
  })

  it('[AC20] an invalid user or room is a bad parameter', async () => {
    await using running = await start(server, { ...new Office().options, ...RARELY })
    const { rooms } = running
    await expect(rooms.revalidate({ user: 7 as never })).rejects.toMatchObject({
      problem: 'bad-parameter',
    })
    await expect(rooms.revalidate({ room: 'a b' })).rejects.toMatchObject({ problem: 'bad-room' })
  })

  it('[AC21] an answer from before a change of rights is ignored', async () => {
    const office = new Office()
    const { promise, settle } = later<boolean>()
    const begun = later<void>()
    let isFirst = true
    office.answer = () => {
      if (!isFirst) return false
      begun.settle()
      return promise
    }
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    const opened = call(room.url('events'), as('eve'))
    await begun.promise
    isFirst = false
    await running.rooms.revalidate()
    settle(true)
    expectProblem(await opened, 'forbidden')
    expect(await running.rooms.count()).toMatchObject({ rooms: 0, members: 0 })
  })

  it('[AC21] a check in progress is repeated', async () => {
    const office = new Office({ eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    await using stream = await new TestRoom(running.baseUrl).join('k', {}, as('eve'))
    const { promise, settle } = later<boolean>()
    const begun = later<void>()
    office.answer = () => {
      begun.settle()
      return promise
    }
    await running.rooms.revalidate()
    await begun.promise
    office.answer = () => false
    await running.rooms.revalidate()
    settle(true)
    await ended(stream)
  })

  it('[AC8] [AC17] an exception, a text or a rejection ends a reader too', async () => {
    const answers: readonly ((asked: AskedAction) => unknown)[] = [
      () => 'yes',
      () => Promise.reject(new Error('no database')),
      () => {
        throw new Error('no database')
      },
    ]
    for (const answer of answers) {
      const office = new Office({ ada: ALL })
      await using running = await start(server, { ...office.options, ...RARELY })
      await using stream = await new TestRoom(running.baseUrl).join('k', {}, as('ada'))
      office.answer = answer
      await running.rooms.revalidate()
      await ended(stream)
    }
  })

  it('[AC19] readers without an answer don’t delay others', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const [slow, quick] = [new TestRoom(running.baseUrl), new TestRoom(running.baseUrl)]
    const streams = []
    for (let count = 0; count < 150; count++) {
      streams.push(await slow.stream({ watch: 1 }, as('eve')))
    }
    await using stream = await quick.join('k', {}, as('ada'))
    const never = later<boolean>()
    office.answer = ({ room, action }) => (room === slow.name ? never.promise : action === 'watch')
    await running.rooms.revalidate()
    expect((await stream.next('can', 5_000)).data).toEqual({ can: ['watch'] })
    never.settle(true)
    for (const each of streams) await each.close()
  })

  it('[AC25] a post is refused if the right is lost while the body arrives', async () => {
    const office = new Office({ ada: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    const posts = [
      ['location', 'application/json', '"late"'],
      ['document', 'application/octet-stream', '\0\0'],
    ] as const
    for (const [path, type, body] of posts) {
      office.rights.set('ada', ALL)
      office.asked.length = 0
      await using socket = await openSocket(running.baseUrl)
      socket.write(
        `POST /rooms/${room.name}/${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ada\r\n` +
          `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body[0]!}`,
      )
      await expect.poll(() => office.asked.length).toBeGreaterThan(0)
      office.rights.delete('ada')
      await running.rooms.revalidate()
      socket.write(body.slice(1))
      const status = await socket.until('an answer', (text) => /^HTTP\/1\.1 (\d+)/.exec(text)?.[1])
      expect(status).toBe('403')
    }
    expect(await running.rooms.count()).toMatchObject({ rooms: 0, members: 0 })
  })
})

describe.each(SERVERS)('a caller who is disconnected on %s', (server) => {
  it('[AC23] [AC24] gets the reason, and its member leaves immediately', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await using ada = await room.join('k', {}, as('ada'))
    await using one = await room.join('k', {}, as('eve'))
    await using two = await room.join('l', {}, as('eve'))
    await running.rooms.disconnect(room.name, { memberId: one.self, reason: 'Please be kind.' })
    expect(await ended(one)).toMatchObject({ status: 403, detail: 'Please be kind.' })
    await ada.until('one has left', ({ members }) => !members.has(one.self))
    const statuses = ada.patches.flatMap(({ status = {} }) => Object.keys(status))
    expect(statuses, 'and was not away before').not.toContain(one.self)
    await two.until('one has left', ({ members }) => !members.has(one.self))
    expect(await two.quiet(1)).toEqual([])
    await using again = await room.join('k', {}, as('eve'))
    expect(again.self).toBe(one.self)
  })

  it('[AC23] a user loses all open connections to this room', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const [room, other] = [new TestRoom(running.baseUrl), new TestRoom(running.baseUrl)]
    await using ada = await room.join('k', {}, as('ada'))
    const streams = [
      await room.join('k', {}, as('eve')),
      await room.join('l', {}, as('eve')),
      await room.stream({ watch: 1 }, as('eve')),
    ]
    await callJson(room.url('location', { member: 'm' }), { ...as('eve'), json: 1 })
    await using elsewhere = await other.join('k', {}, as('eve'))
    await ada.until('all of them', ({ members, watching }) => members.size === 4 && watching === 1)
    const { id } = await running.rooms.members(room.name)
    const poll = call(room.url('location', { since: id, waitMs: 30_000 }), as('eve'))
    await expect.poll(async () => (await running.rooms.count()).connections).toBe(6)
    await running.rooms.disconnect(room.name, { userId: 'eve' })
    for (const stream of streams) await ended(stream)
    expectProblem(await within(poll, 'the end of the poll'), 'forbidden')
    await ada.until('all left', ({ members, watching }) => members.size === 1 && watching === 0)
    expect(await elsewhere.quiet(1)).toEqual([])
  })

  it('[AC31] [AC42] a login that ends loses all that is open of it in every room, and others stay', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    const { authorize } = office.options
    const authenticate: WhereaboutsOptions['authenticate'] = ({ headers }) => ({
      id: String(headers.authorization),
      session: String(headers['x-session'] ?? ''),
    })
    await using running = await start(server, { authenticate, authorize, ...RARELY })
    const [room, another] = [new TestRoom(running.baseUrl), new TestRoom(running.baseUrl)]
    const by = (user: string, session: string) => ({
      headers: { ...as(user).headers, 'x-session': session },
    })
    await using one = await room.join('one', {}, by('ada', 'first'))
    await using two = await another.join('two', {}, by('ada', 'first'))
    await using later = await room.join('later', {}, by('ada', 'second'))
    await using none = await room.join('none', {}, as('eve'))
    const { id } = await running.rooms.members(another.name)
    const poll = call(another.url('location', { since: id, waitMs: 20_000 }), by('ada', 'first'))
    await expect.poll(async () => (await running.rooms.count()).connections).toBe(5)
    expect(later.text + none.text).not.toContain('second')
    await running.rooms.endSession('first')
    for (const each of [one, two]) expect(await ended(each)).toMatchObject({ status: 401 })
    expect([401, 200]).toContain((await poll).status)
    await expectRefused('unauthorized', room.url('location'), by('ada', 'first'))
    expect(running.rooms.hasEnded('first')).toBe(true)
    expect(running.rooms.hasEnded('second')).toBe(false)
    await none.until('it has left', ({ members }) => !members.has(one.self))
    expect([...none.state.members.keys()].toSorted()).toEqual([later.self, none.self].toSorted())
    const refused = running.rooms.endSession(7 as never)
    await expect(refused).rejects.toMatchObject({ problem: 'bad-parameter' })
    expect(later.text + none.text).not.toContain('event: problem')
  })

  it('[AC41] that only posts leaves at once when it may no longer join', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await using ada = await room.join('k', {}, as('ada'))
    for (const member of ['one', 'two']) {
      const url = room.url('location', { member, nextWithinMs: 90_000 })
      await callJson(url, { ...as('eve'), json: 1 })
    }
    const confirm = room.url('confirm', { member: 'one', nextWithinMs: 90_000 })
    await callJson(confirm, { ...as('eve'), method: 'POST' })
    await ada.until('all', ({ members }) => members.size === 3)
    await running.rooms.revalidate({ user: 'eve' })
    office.rights.set('eve', without('join'))
    await running.rooms.revalidate({ user: 'ada' })
    expect(ada.state.members.size).toBe(3)
    await running.rooms.revalidate({ user: 'eve' })
    await ada.until('nobody else', ({ members }) => members.size === 1)
  })

  it('[AC41] whose stream has closed leaves at once when it may no longer join', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await using ada = await room.join('k', {}, as('ada'))
    const eve = await room.join('l', { nextWithinMs: 90_000, polls: 1 }, as('eve'))
    await ada.until('eve', ({ members }) => members.has(eve.self))
    await eve[Symbol.asyncDispose]()
    await expect.poll(async () => (await running.rooms.count()).connections).toBe(1)
    office.rights.delete('eve')
    await running.rooms.revalidate({ room: room.name })
    await ada.until('nobody else', ({ members }) => members.size === 1)
  })

  it('[AC41] [AC15] that only posts is checked again regularly', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...OFTEN })
    const room = new TestRoom(running.baseUrl)
    await using ada = await room.join('k', {}, as('ada'))
    await callJson(room.url('location', { member: 'l', nextWithinMs: 90_000 }), {
      ...as('eve'),
      json: 1,
    })
    await ada.until('eve', ({ members }) => members.size === 2)
    office.rights.delete('eve')
    await ada.until('nobody else', ({ members }) => members.size === 1)
  })

  it('[AC41] [AC31] that only posts leaves when its login ends', async () => {
    const authenticate = () => ({ id: 'ada', session: 'first' })
    await using running = await start(server, { authenticate, authorize: () => true, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await callJson(room.url('location', { member: 'l', nextWithinMs: 90_000 }), { json: 1 })
    const members = async () => (await running.rooms.members(room.name)).members.length
    expect(await members()).toBe(1)
    await running.rooms.endSession('first')
    await expect.poll(members).toBe(0)
  })

  it('[AC23] works in open mode too, where each member is a user', async () => {
    await using running = await start(server, { auth: 'open' })
    const room = new TestRoom(running.baseUrl)
    await using own = await room.join(memberKey())
    await using watcher = await room.watch()
    await running.rooms.disconnect(room.name, { userId: own.self })
    await ended(own)
    await watcher.until('it has left', ({ members }) => members.size === 0)
  })

  it('[AC23] naming no user or two users is a bad parameter', async () => {
    await using running = await start(server, { ...new Office().options, ...RARELY })
    const bad: readonly unknown[] = [
      {},
      { memberId: 'a', userId: 'b' },
      { memberId: 7 },
      { userId: null },
      { userId: 'a', reason: 7 },
      { userId: 'a', reason: 'x'.repeat(1_025) },
    ]
    for (const whom of bad) {
      await expect(running.rooms.disconnect('r', whom as never)).rejects.toMatchObject({
        problem: 'bad-parameter',
      })
    }
    const elsewhere = running.rooms.disconnect('a b', { userId: 'a' })
    await expect(elsewhere).rejects.toMatchObject({ problem: 'bad-room' })
    await running.rooms.disconnect('nobody-is-here', { userId: '__proto__' })
    expect(await running.rooms.count()).toMatchObject({ rooms: 0 })
  })
})
