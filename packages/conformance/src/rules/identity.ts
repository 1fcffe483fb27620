import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Moved } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { call, callJson, type Answer } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import type { Suite } from '../suite.js'
import { openStream } from '../stream.js'

/** PROTOCOL.md section 3; ID5 needs an application that authenticates. */
export function identityRules(suite: Suite): void {
  describe('who is calling', () => {
    keys(suite)
    cookies(suite)
    ids(suite)
    users(suite)
  })
}

const COOKIE = 'whereabouts-member'
const HEADER = 'whereabouts-member'

function keys({ calm }: Suite): void {
  it('[ID1] the key is the one of the query, else of the header, else of the cookie', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [a, b, c] = [memberKey(), memberKey(), memberKey()]
    const selfOf = async (parameters: { readonly member?: string }, headers: object) => {
      const options = { headers: { ...headers }, json: 1 }
      const moved = await callJson(room.url('location', { ...parameters }), options)
      return (moved as unknown as Moved).self
    }
    const [self, header, cookie] = [
      await selfOf({ member: a }, {}),
      await selfOf({}, { [HEADER]: b }),
      await selfOf({}, { cookie: `other=1; ${COOKIE}=${c}; more=2` }),
    ]
    expect(new Set([self, header, cookie]).size).toBe(3)
    const all = { [HEADER]: b, cookie: `${COOKIE}=${c}` }
    expect(await selfOf({ member: a }, all)).toBe(self)
    expect(await selfOf({}, all)).toBe(header)
    expect(await selfOf({ member: c }, {})).toBe(cookie)
  })

  it('[ID1] a stream, a stream as the answer to a POST, and a post know the same key', async () => {
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    await using get = await room.join(member)
    await using post = await openStream(room.url('events'), { json: { member } })
    await post.next('hello')
    await using header = await openStream(room.url('events'), { headers: { [HEADER]: member } })
    await header.next('hello')
    const { self } = await room.move(member, 1)
    expect([get.self, post.self, header.self]).toEqual([self, self, self])
  })

  it('[ID13] the key is in nothing that others are sent', async () => {
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    await using watcher = await room.watch()
    const own = await room.join(member, { name: 'Ada' })
    await room.move(member, 1)
    await watcher.until('the move', ({ members }) => members.get(own.self)?.location === 1)
    await own.close()
    await watcher.until('away', ({ members }) => members.get(own.self)?.status === 'away')
    const read = await call(room.url('location'))
    expect(watcher.text + own.text + read.text).not.toContain(member)
  })
}

function cookies({ calm }: Suite): void {
  const cookieOf = ({ headers }: Pick<Answer, 'headers'>) => headers['set-cookie']?.join('\n') ?? ''

  it('[ID2] a caller without a key gets one in a cookie, and is who it was with it', async () => {
    const room = new TestRoom(calm.baseUrl)
    const first = await call(room.url('location'), { json: 1 })
    const cookie = cookieOf(first)
    expect(cookie).toMatch(new RegExp(`^${COOKIE}=[A-Za-z0-9_-]{22,128};`))
    expect(cookie).toMatch(/; *HttpOnly/i)
    expect(cookie).toMatch(/; *SameSite=Lax/i)
    expect(cookie).toMatch(/; *Path=\/(;|$)/i)
    expect(cookie).not.toMatch(/; *Secure/i)
    const { self } = JSON.parse(first.text) as Moved
    const headers = { cookie: cookie.slice(0, cookie.indexOf(';')) }
    const again = await call(room.url('location'), { headers, json: 2 })
    expect(JSON.parse(again.text)).toMatchObject({ self })
    expect(cookieOf(again)).toBe('')
    expect((await room.read()).members).toMatchObject([{ id: self, location: 2 }])
  })

  it('[ID2] a stream gives the cookie too', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.stream({})
    const cookie = cookieOf(stream)
    expect(cookie).toMatch(new RegExp(`^${COOKIE}=`))
    const headers = { cookie: cookie.slice(0, cookie.indexOf(';')) }
    const moved = await callJson(room.url('location'), { headers, json: 1 })
    expect(moved).toMatchObject({ self: stream.self })
  })

  it('[ID2] two callers get two keys; a caller with a key gets no cookie', async () => {
    const room = new TestRoom(calm.baseUrl)
    const answers = await Promise.all([1, 2].map((json) => call(room.url('location'), { json })))
    expect(new Set(answers.map(cookieOf)).size).toBe(2)
    await using stream = await room.join(memberKey())
    expect(stream.headers['set-cookie']).toBeUndefined()
  })
}

function ids({ start }: Suite): void {
  const selfAt = async (baseUrl: string, room: string, key: string) =>
    (await new TestRoom(baseUrl, room).move(key, 1)).self

  it('[ID3 ID14] an id has 16 characters and follows from secret, room and key alone', async () => {
    const secret = 'a secret that two servers share, and nobody else'
    const other = 'another secret, which nobody shares with anybody'
    await using one = await start({ secret })
    await using two = await start({ secret })
    await using three = await start({ secret: other })
    const self = await selfAt(one.baseUrl, 'budget', 'ada')
    expect(self).toMatch(/^[A-Za-z0-9_-]{16}$/)
    expect(await selfAt(two.baseUrl, 'budget', 'ada')).toBe(self)
    expect(await selfAt(three.baseUrl, 'budget', 'ada')).not.toBe(self)
    expect(await selfAt(one.baseUrl, 'plan', 'ada')).not.toBe(self)
    expect(await selfAt(one.baseUrl, 'budget', 'bob')).not.toBe(self)
    expect(await selfAt(one.baseUrl, 'budge', 'tada')).not.toBe(self)
    const [first, second] = await Promise.all(
      [one, two].map((server) => new TestRoom(server.baseUrl, 'budget').member(self)),
    )
    expect(first?.user.color, '[NM5] the color is the same everywhere').toBe(second?.user.color)
  })

  it('[ID6] ids survive a restart, with a secret and with a data folder', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-'))
    try {
      for (const settings of [{ secret: 'kept by the operator, not by us' }, { dataDir }]) {
        const before = await start(settings)
        const self = await selfAt(before.baseUrl, 'budget', 'ada')
        await before.stop()
        await using after = await start(settings)
        expect(await selfAt(after.baseUrl, 'budget', 'ada')).toBe(self)
      }
    } finally {
      await rm(dataDir, { recursive: true })
    }
  })
}

function users({ calm }: Suite): void {
  it('[ID4] name and color come with every call that joins; the user id is the member id', async () => {
    const room = new TestRoom(calm.baseUrl)
    const said = { name: 'Ada', color: '#e11d48' }
    await using get = await room.join(memberKey(), said)
    const json = { member: memberKey(), ...said }
    await using post = await openStream(room.url('events'), { json })
    await post.next('hello')
    const moved = await room.move(memberKey(), 1, said)
    const { members } = await room.read()
    expect(members.map(({ id }) => id).toSorted()).toEqual(
      [get.self, post.self, moved.self].toSorted(),
    )
    for (const { id, user } of members) expect(user).toEqual({ id, ...said })
  })

  it('[ID4] leaving name and color out later keeps what the member had', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using stream = await room.join(key, { name: 'Ada', color: '#e11d48' })
    const { self } = await room.move(key, 1)
    expect((await room.member(self))?.user).toMatchObject({ name: 'Ada', color: '#e11d48' })
    await room.move(key, 2, { name: 'Countess' })
    const state = await stream.until(
      'the new name',
      ({ members }) => members.get(self)?.user.name === 'Countess',
    )
    expect(state.members.get(self)).toMatchObject({ location: 2, user: { color: '#e11d48' } })
    expect(stream.patches.flatMap(({ leave = [] }) => leave)).toEqual([])
  })

  it('[ID4] a new name of somebody who comes back is seen without a leave', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using watcher = await room.watch()
    const before = await room.join(key, { name: 'Ada' })
    await before.close()
    await using after = await room.join(key, { name: 'Countess' })
    await watcher.until(
      'the new name',
      ({ members }) => members.get(after.self)?.user.name === 'Countess',
    )
    expect(watcher.patches.flatMap(({ leave = [] }) => leave)).toEqual([])
  })
}
