import type { Lock, Locked, Patch, RoomPatch } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { BYTES, TestDocument } from '../document.js'
import { call, callJson, type CallOptions, expectProblem, expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import { openStream, type RoomEvents } from '../stream.js'
import type { Suite } from '../suite.js'

/** PROTOCOL.md section 6, Locks. */
export function lockRules(suite: Suite): void {
  describe('locks', () => {
    calls(suite)
    holders(suite)
    streams(suite)
    named(suite)
  })
}

/** Locks a key, which must be granted. */
async function lock(room: TestRoom, member: string, key: string): Promise<Locked> {
  const answer = await callJson(room.url('lock', { member, key }), { method: 'POST' })
  return answer as unknown as Locked
}

async function unlock(room: TestRoom, member: string, { key, number }: Locked): Promise<string> {
  const url = room.url('unlock', { member, key, number })
  return ((await callJson(url, { method: 'POST' })) as { readonly id: string }).id
}

/** A room with members, and their keys. */
async function roomOf(baseUrl: string, ...names: string[]) {
  const room = new TestRoom(baseUrl)
  const members = await Promise.all(
    names.map(async (name) => {
      const key = memberKey()
      const { self } = await room.move(key, 0, { name })
      return { key, self }
    }),
  )
  return { room, members }
}

const locksOf = ({ state }: RoomEvents) => state.locks

function calls({ calm }: Suite): void {
  it('[LK1 LK3 LK4] a lock is one commit, in the query as in a JSON body; its holder gets it again, with the same number', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann')
    const [ann] = members
    const before = versionOf((await room.read()).id)
    const first = await lock(room, ann!.key, 's1:C6')
    expect(first).toEqual({ key: 's1:C6', number: expect.any(Number), id: (await room.read()).id })
    expect(versionOf(first.id)).toBe(before + 1)
    const json = { member: ann!.key, key: 's1:C6' }
    expect(await callJson(room.url('lock'), { json })).toEqual(first)
    const second = await lock(room, ann!.key, 'constructor')
    expect(second.number).toBeGreaterThan(first.number)
    expect((await room.read()).locks).toEqual({
      's1:C6': { memberId: ann!.self, number: first.number },
      constructor: { memberId: ann!.self, number: second.number },
    })
  })

  it('[LK2] a key has 1 to 128 characters of some', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann')
    const member = members[0]!.key
    for (const key of ['x'.repeat(128), 'aZ0._:~-', '__proto__']) await lock(room, member, key)
    const { locks = {} } = await room.read()
    expect(Object.keys(locks)).toHaveLength(3)
    expect(Object.hasOwn(locks, '__proto__')).toBe(true)
    for (const key of ['', 'x'.repeat(129), 'a b', 'a/b', 'ä', 'a;1']) {
      const url = room.url('lock', { member, key })
      const { extensions } = await expectRefused('bad-parameter', url, { method: 'POST' })
      expect(extensions['parameter']).toBe('key')
    }
    await expectRefused('bad-parameter', room.url('lock', { member }), { method: 'POST' })
    await expectRefused('bad-parameter', room.url('unlock', { member, key: 'a' }), { json: {} })
  })

  it('[LK3] while a member holds a key, another one is told who it is', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann', 'Ben')
    const [ann, ben] = members
    const held = await lock(room, ann!.key, 'a')
    const url = room.url('lock', { member: ben!.key, key: 'a' })
    const { extensions, detail } = await expectRefused('locked', url, { method: 'POST' })
    expect(extensions).toEqual({ key: 'a', holder: { memberId: ann!.self, name: 'Ann' } })
    expect(detail).toContain('Ann')
    await lock(room, ben!.key, 'b')
    await unlock(room, ann!.key, held)
    const taken = await lock(room, ben!.key, 'a')
    expect(taken.number).toBeGreaterThan(held.number)
  })

  it('[LK3] of many who lock a key at once, one gets it', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `Member ${index}`)
    const { room, members } = await roomOf(calm.baseUrl, ...names)
    const answers = await Promise.all(
      members.map(({ key: member }) =>
        call(room.url('lock', { member, key: 'a' }), { method: 'POST' }),
      ),
    )
    const granted = answers.filter(({ status }) => status === 200)
    expect(granted).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9)
  })

  it('[LK5] nobody but a member can lock, and the call makes no room, no member and no cookie', async () => {
    const room = new TestRoom(calm.baseUrl)
    const post = { method: 'POST' }
    const url = room.url('lock', { member: memberKey(), key: 'a' })
    await expectRefused('forbidden', url, post)
    const answer = await call(room.url('lock', { key: 'a' }), post)
    expectProblem(answer, 'forbidden')
    expect(answer.headers['set-cookie']).toBeUndefined()
    await using watcher = await room.watch()
    const before = watcher.position
    await expectRefused('forbidden', url, post)
    expect(await room.read()).toMatchObject({ id: before, members: [] })
  })

  it('[LK5] a lock doesn’t make its member online', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    await using watcher = await room.watch()
    const stream = await room.join(ann)
    await stream.close()
    const isAway = () => watcher.state.members.get(stream.self)?.status === 'away'
    await watcher.until('away', isAway)
    await lock(room, ann, 'a')
    await watcher.until('the lock', (state) => 'a' in state.locks)
    expect(isAway()).toBe(true)
  })

  it('[LK7] whoever doesn’t hold a key with that number releases nothing, and is not told so', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann', 'Ben')
    const [ann, ben] = members
    const old = await lock(room, ann!.key, 'a')
    const released = await unlock(room, ann!.key, old)
    expect(versionOf(released)).toBe(versionOf(old.id) + 1)
    expect(await unlock(room, ann!.key, old)).toBe(released)
    const held = await lock(room, ann!.key, 'a')
    for (const [member, given] of [
      [ann!.key, old],
      [ben!.key, held],
      [memberKey(), held],
    ] as const) {
      expect(await unlock(room, member, given)).toBe(held.id)
    }
    const json = { member: ann!.key, key: 'a', number: held.number }
    await callJson(room.url('unlock'), { json })
    expect((await room.read()).locks).toBeUndefined()
  })

  it('[LK17] a member holds at most 64 locks', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann', 'Ben')
    const [ann, ben] = members
    const held = await Promise.all(
      Array.from({ length: 64 }, (_, index) => lock(room, ann!.key, `${index}`)),
    )
    const url = room.url('lock', { member: ann!.key, key: 'more' })
    const { extensions } = await expectRefused('too-many-locks', url, { method: 'POST' })
    expect(extensions['limit']).toBe(64)
    expect(await lock(room, ann!.key, '7')).toEqual({ ...held[7], id: (await room.read()).id })
    await lock(room, ben!.key, 'more')
    await unlock(room, ann!.key, held[0]!)
    await lock(room, ann!.key, 'another')
  })
}

function holders({ calm, brief }: Suite): void {
  it('[LK6] a member that leaves releases its locks, with the same commit', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann', 'Ben')
    const [ann, ben] = members
    await lock(room, ann!.key, 'a')
    await lock(room, ben!.key, 'b')
    const { id } = await lock(room, ann!.key, 'c')
    await room.leave(ann!.key)
    const news = (await room.since(id)) as RoomPatch
    expect(versionOf(news.id)).toBe(versionOf(id) + 1)
    expect(news.patch).toEqual({ leave: [ann!.self], locks: { a: null, c: null } })
    expect(Object.keys((await room.read()).locks!)).toEqual(['b'])
  })

  it('[LK6] a member that comes back in time keeps its locks, and one that doesn’t loses them', async () => {
    const room = new TestRoom(brief.baseUrl)
    const ann = memberKey()
    await using watcher = await room.watch()
    const first = await room.join(ann)
    const { number } = await lock(room, ann, 'a')
    await first.close()
    await watcher.until('away', ({ members }) => members.get(first.self)?.status === 'away')
    const second = await room.join(ann)
    expect(locksOf(second)).toEqual({ a: { memberId: first.self, number } })
    await second.close()
    await watcher.until('gone', ({ members }) => members.size === 0)
    expect(locksOf(watcher)).toEqual({})
  })
}

function streams({ calm }: Suite): void {
  it('[LK9] every reader sees which locks were granted and released, also one of another part, on a stream of several rooms, and one that resumes', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann')
    const { key: ann, self } = members[0]!
    await using own = await room.join(ann)
    await using part = await room.watch({ at: 's1', only: 1 })
    await using several = await openStream(`${calm.baseUrl}/streams`, {
      json: { subscriptions: [{ key: 'a', room: room.name }] },
    })
    const there = several.room('a')
    await there.next('snapshot')
    const a = await lock(room, ann, 'a')
    const b = await lock(room, ann, 'b')
    const all: { [key: string]: Lock } = {
      a: { memberId: self, number: a.number },
      b: { memberId: self, number: b.number },
    }
    for (const stream of [own, part, there]) {
      await stream.until('two locks', (state) => Object.keys(state.locks).length === 2)
      expect(locksOf(stream)).toEqual(all)
    }
    await using late = await room.watch()
    expect(late.arrived.find(({ name }) => name === 'snapshot')!.data).toMatchObject({ locks: all })
    await unlock(room, ann, a)
    for (const stream of [own, part, there, late])
      await stream.until('one lock', (state) => Object.keys(state.locks).join() === 'b')
    expect(late.patches.findLast(({ locks }) => locks)!.locks).toEqual({ a: null })
    const url = room.url('events', { watch: 1, lastEventId: a.id })
    await using resumed = await openStream(url)
    const { data } = await resumed.next('patch')
    expect((data as Patch).locks).toEqual({ a: null, b: all['b'] })
  })

  it('[LK9] a long-poll is answered when a key is locked, and a read since a position has it', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann')
    const { key: ann, self } = members[0]!
    const { id } = await room.read()
    const waiting = room.poll(id, 30_000)
    const held = await lock(room, ann, 'a')
    const told = { id: held.id, patch: { locks: { a: { memberId: self, number: held.number } } } }
    expect(JSON.parse((await waiting).text)).toEqual(told)
    expect(await room.since(id)).toEqual(told)
  })

  it('[LK10] the list view gets nothing of a lock', async () => {
    const { room, members } = await roomOf(calm.baseUrl, 'Ann')
    await using list = await room.list()
    await list.next('message')
    await unlock(room, members[0]!.key, await lock(room, members[0]!.key, 'a'))
    expect(await list.quiet()).toEqual([])
  })
}

function named({ calm }: Suite): void {
  it.each(['location', 'broadcast', 'document'] as const)(
    '[LK11 LK12] a %s that names a lock is refused unless its member holds it',
    async (name) => {
      const { room, members } = await roomOf(calm.baseUrl, 'Ann', 'Ben')
      const [ann, ben] = members
      const old = await lock(room, ann!.key, 'a')
      await unlock(room, ann!.key, old)
      const free = await refusal(room, name, ann!.key, old)
      expect(free).toEqual({ key: 'a' })
      const held = await lock(room, ann!.key, 'a')
      const { id } = await room.read()
      const holder = { memberId: ann!.self, name: 'Ann' }
      // EV3 comes before: a stranger can't broadcast, whatever it names.
      const stranger = name === 'broadcast' ? ben!.key : memberKey()
      for (const [member, given] of [
        [ann!.key, old],
        [ben!.key, held],
        [stranger, held],
      ] as const) {
        expect(await refusal(room, name, member, given)).toEqual({ key: 'a', holder })
      }
      expect((await room.read()).id).toBe(id)
      const { url, options } = naming(room, name, ann!.key, held)
      expect(await call(url, options)).toMatchObject({ status: 200 })
      const headers = { ...options.headers, 'whereabouts-lock': `a;${held.number}` }
      const bare = room.url(name, { member: ann!.key })
      expect(await call(bare, { ...options, headers })).toMatchObject({ status: 200 })
      const wrong = { ...options, headers: { ...headers, 'whereabouts-lock': `a;${old.number}` } }
      await expectRefused('locked', bare, wrong)
      // The parameter counts, and not the header.
      expect(await call(url, wrong)).toMatchObject({ status: 200 })
    },
  )

  it.each(['', 'a', 'a;', ';1', 'a;-1', 'a;1.5', 'a;99999999999999999', 'a b;1', 'a;1;2'])(
    '[LK11] %j names no lock',
    async (text) => {
      const { room, members } = await roomOf(calm.baseUrl, 'Ann')
      const url = room.url('location', { member: members[0]!.key, lock: text })
      const { extensions } = await expectRefused('bad-parameter', url, { json: 1 })
      expect(extensions['parameter']).toBe('lock')
    },
  )
}

/** Returns a call that names a lock. */
function naming(
  room: TestRoom,
  name: string,
  member: string,
  { key, number }: Locked,
): { readonly url: string; readonly options: CallOptions } {
  const url = room.url(name, { member, lock: `${key};${number}` })
  if (name !== 'document') return { url, options: { json: 'C6', headers: {} } }
  const body = Buffer.from(new TestDocument(room).write('A1'))
  return { url, options: { headers: BYTES, body } }
}

/** Returns what a call is told that names a lock, and is refused. */
async function refusal(room: TestRoom, name: string, member: string, lockedAs: Locked) {
  const { url, options } = naming(room, name, member, lockedAs)
  return (await expectRefused('locked', url, options)).extensions
}
