import type { Json } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectRefused } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import type { Suite } from '../suite.js'

/** PROTOCOL.md section 2. */
export function nameRules(suite: Suite): void {
  describe('names and limits', () => {
    roomNames(suite)
    memberKeys(suite)
    userNames(suite)
    colors(suite)
    locations(suite)
    parameters(suite)
  })
}

function roomNames({ calm }: Suite): void {
  it.each([
    ['a single character', 'a'],
    ['every kind of character', 'Az09._:~-'],
    ['128 characters', 'x'.repeat(128)],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['hasOwnProperty', 'hasOwnProperty'],
    ['three dots', '...'],
  ])('[NM1] a room may be called by %s', async (_, name) => {
    const room = new TestRoom(calm.baseUrl, name)
    await using watcher = await room.watch()
    expect(watcher.hello.room).toBe(name)
    const { self } = await room.move(memberKey(), { here: name })
    await watcher.until('the member', ({ members }) => members.has(self))
    expect((await room.member(self))?.location).toEqual({ here: name })
  })

  it('[NM1] a percent-encoded room is the same as the plain one', async () => {
    const name = `a:b~${memberKey()}`
    const { self } = await new TestRoom(calm.baseUrl, name).move(memberKey(), 1)
    const room = await callJson(`${calm.baseUrl}/rooms/${name}/location`)
    expect(room).toMatchObject({ members: [{ id: self }] })
  })

  const bad: [string, string][] = [
    ['129 characters', 'x'.repeat(129)],
    ['a space', 'a%20b'],
    ['a slash', 'a%2Fb'],
    ['a letter beyond ASCII', '%C3%A4'],
    ['an emoji', '%F0%9F%90%B8'],
    ['NUL', 'a%00'],
    ['a line break', 'a%0D%0Ab'],
    ['an asterisk', '*'],
    ['a dot', '%2E'],
    ['two dots', '%2e%2E'],
  ]
  it.each(bad)('[NM9] bad-room: %s', async (_, name) => {
    const address = `${calm.baseUrl}/rooms/${name}`
    await expectRefused('bad-room', `${address}/location`, { method: 'POST', json: 1 })
    await expectRefused('bad-room', `${address}/location`)
    await expectRefused('bad-room', `${address}/events`)
    await expectRefused('bad-room', `${address}/events`, { method: 'POST', json: {} })
    await expectRefused('bad-room', `${address}/leave`, { method: 'POST' })
  })

  it('[NM9] an address with a broken percent-encoding is refused by who routes it', async () => {
    const address = `${calm.baseUrl}/rooms/%E0%A4%A`
    for (const path of ['location', 'events']) {
      expect(await call(`${address}/${path}`)).toMatchObject({ status: 400 })
      expect(await call(`${address}/${path}`, { json: 1 })).toMatchObject({ status: 400 })
    }
  })
}

function memberKeys({ calm }: Suite): void {
  it.each([
    ['a single character', 'k'],
    ['128 characters', 'K'.repeat(128)],
    ['__proto__', '__proto__'],
  ])('[NM2] a member key may be %s', async (_, key) => {
    const room = new TestRoom(calm.baseUrl)
    const { self } = await room.move(key, 1)
    expect((await room.read()).members.map(({ id }) => id)).toEqual([self])
  })

  it.each([
    ['129 characters', 'k'.repeat(129)],
    ['a dot', 'a.b'],
    ['a space', 'a b'],
    ['a letter beyond ASCII', 'é'],
    ['a line break', 'a\r\nb'],
  ])('[NM2] bad-member-key: %s', async (_, member) => {
    const room = new TestRoom(calm.baseUrl)
    await expectRefused('bad-member-key', room.url('location', { member }), { json: 1 })
    await expectRefused('bad-member-key', room.url('events', { member }))
    await expectRefused('bad-member-key', room.url('leave', { member }), { method: 'POST' })
    await expectRefused(
      'bad-member-key',
      `${calm.articleUrl}/location?id=${encodeURIComponent(member)}`,
      {
        json: 1,
      },
    )
    expect((await room.read()).members).toEqual([])
  })

  it('[NM2] bad-member-key: in the header, and in a body', async () => {
    const room = new TestRoom(calm.baseUrl)
    const headers = { 'whereabouts-member': 'a.b' }
    await expectRefused('bad-member-key', room.url('location'), { headers, json: 1 })
    await expectRefused('bad-member-key', room.url('events'), { json: { member: 'a.b' } })
  })

  it('[NM2] parameters that are given twice are no crash', async () => {
    const room = new TestRoom(calm.baseUrl)
    const twice = 'member=a&member=b&name=x&name=y&color=%23000000&color=%23ffffff'
    const { status } = await call(`${room.url('location')}?${twice}`, { json: 1 })
    expect([200, 400]).toContain(status)
  })
}

function userNames({ calm }: Suite): void {
  it.each([
    ['emoji', '🐸 Frosch 👩‍👩‍👧'],
    ['Chinese, Japanese, Korean', '山田太郎 김철수'],
    ['right to left', 'אדה לאבלייס'],
    ['Arabic', 'عائشة'],
    ['combining marks', 'Zoë̈ Ångström'],
    ['markup', '<b>"&\'</b>'],
    ['64 characters', 'n'.repeat(64)],
    ['64 emoji, each two UTF-16 units', '🐸'.repeat(64)],
    ['__proto__', '__proto__'],
  ])('[NM3] a name may be %s', async (_, name) => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.join(memberKey(), { name })
    expect(stream.state.members.get(stream.self)?.user.name).toBe(name)
  })

  it('[NM3] white space around a name is removed', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { self } = await room.move(memberKey(), 1, { name: '  Ada Lovelace ' })
    expect((await room.member(self))?.user.name).toBe('Ada Lovelace')
  })

  const hidden: readonly string[] = [
    '\u061C',
    '\u200E',
    '\u200F',
    '\u202A',
    '\u202E',
    '\u2066',
    '\u2069',
    '\u2028',
    '\u2029',
  ]
  it.each([
    ['65 characters', 'n'.repeat(65)],
    ['nothing but white space', '   '],
    ['a line break', 'Ada\nLovelace'],
    ['NUL', 'Ada\0'],
    ['a control character of C1', 'Ada\u0085Lovelace'],
    ...hidden.map((mark): [string, string] => [codePoint(mark), `Ada${mark}x`]),
  ])('[NM3 NM10] bad-name: %s', async (_, name) => {
    const room = new TestRoom(calm.baseUrl)
    await expectRefused('bad-name', room.url('events', { name }))
    await expectRefused('bad-name', room.url('events'), { json: { name } })
    await expectRefused('bad-name', room.url('location', { name }), { json: 1 })
    expect((await room.read()).members).toEqual([])
  })

  it('[NM10] bad-name: an unpaired surrogate', async () => {
    const room = new TestRoom(calm.baseUrl)
    const headers = { 'content-type': 'application/json' }
    await expectRefused('bad-name', room.url('events'), { headers, body: '{"name":"a\\ud83d"}' })
  })
}

const codePoint = (character: string) => `U+${character.charCodeAt(0).toString(16)}`

function colors({ calm }: Suite): void {
  it.each(['#e11d48', '#ABCDEF', '#000000'])('[NM4] a color may be %s', async (color) => {
    const room = new TestRoom(calm.baseUrl)
    const { self } = await room.move(memberKey(), 1, { color })
    const member = await room.member(self)
    expect(member?.user.color.toLowerCase()).toBe(color.toLowerCase())
  })

  it.each(['red', '#fff', '#e11d4', '#e11d488', 'e11d48', '#e11d4g', '#e11d48;x', ' #e11d48'])(
    '[NM4] bad-color: %s',
    async (color) => {
      const room = new TestRoom(calm.baseUrl)
      await expectRefused('bad-color', room.url('events', { color }))
      await expectRefused('bad-color', room.url('location', { color }), { json: 1 })
    },
  )

  it('[NM5] a caller who says nothing is called Guest, in a color of its own', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [ada, bob] = [memberKey(), memberKey()]
    await using stream = await room.join(ada)
    const { user } = stream.state.members.get(stream.self)!
    expect(user).toMatchObject({ name: 'Guest', color: expect.stringMatching(/^#[0-9a-f]{6}$/i) })
    await room.leave(ada)
    const { self } = await room.move(ada, 1)
    expect((await room.member(self))?.user).toEqual(user)
    await room.move(bob, 1)
  })

  it('[NM5] the color follows from the member id', async () => {
    const room = new TestRoom(calm.baseUrl)
    const keys = Array.from({ length: 12 }, memberKey)
    for (const key of keys) await room.move(key, 1)
    const found = new Set((await room.read()).members.map(({ user }) => user.color))
    expect(found.size).toBeGreaterThan(2)
  })
}

function locations({ calm, start }: Suite): void {
  const values: readonly (readonly [string, Json])[] = [
    ['an object', { sheet: 's1', cell: 'C5' }],
    ['an array', [1, 'two', null, { three: 3 }]],
    ['a number', 42.5],
    ['zero', 0],
    ['a string', 'C5'],
    ['an empty string', ''],
    ['true', true],
    ['false', false],
    ['null', null],
    ['an empty object', {}],
    ['emoji', '🐸'],
    ['line breaks and NUL', 'a\r\nb\nc\rd\0e\u2028f'],
  ]
  it.each(values)('[NM6] a location may be %s', async (_, location) => {
    const room = new TestRoom(calm.baseUrl)
    await using watcher = await room.watch()
    const { self } = await room.move(memberKey(), { before: 1 })
    await watcher.until('the join', ({ members }) => members.has(self))
    const key = memberKey()
    const other = await room.move(key, location)
    const state = await watcher.until('the other', ({ members }) => members.has(other.self))
    expect(state.members.get(other.self)?.location).toEqual(location)
    expect((await room.member(other.self))?.location).toEqual(location)
  })

  it.each(['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}'])(
    '[NM6] a location may be %s, and comes back as it was',
    async (body) => {
      const room = new TestRoom(calm.baseUrl)
      const headers = { 'content-type': 'application/json' }
      const moved = await call(room.url('location', { member: memberKey() }), { headers, body })
      expect(moved).toMatchObject({ status: 200 })
      expect((await call(room.url('location'))).text).toContain(`"location":${body}`)
    },
  )

  it('[NM6] as many bytes of UTF-8 as the limit are a location, one more is too large', async () => {
    const room = new TestRoom(calm.baseUrl)
    const limitBytes = calm.maxLocationBytes
    const textBytes = limitBytes - '""'.length
    const most = '🐸'.repeat(Math.floor(textBytes / 4)) + 'x'.repeat(textBytes % 4)
    expect(Buffer.byteLength(JSON.stringify(most))).toBe(limitBytes)
    const { self } = await room.move(memberKey(), most)
    expect((await room.member(self))?.location).toBe(most)
    const problem = await expectRefused('too-large', room.url('location'), { json: `${most}c` })
    expect(problem.extensions).toEqual({ limitBytes })
  })

  it('[NM6] the limit can be set otherwise', async () => {
    await using server = await start({ maxLocationBytes: 16 })
    const room = new TestRoom(server.baseUrl)
    await room.move(memberKey(), 'x'.repeat(14))
    const problem = await expectRefused('too-large', room.url('location'), { json: 'x'.repeat(15) })
    expect(problem.extensions).toEqual({ limitBytes: 16 })
  })
}

function parameters({ calm }: Suite): void {
  it.each([
    ['view', 'grid'],
    ['view', ''],
    ['view', 'constructor'],
    ['watch', 'maybe'],
  ])('[NM7] bad-parameter: %s=%s on a stream', async (name, value) => {
    const room = new TestRoom(calm.baseUrl)
    const problem = await expectRefused('bad-parameter', room.url('events', { [name]: value }))
    expect(problem.detail).toContain(name)
    const inBody = await expectRefused('bad-parameter', room.url('events'), {
      json: { [name]: value },
    })
    expect(inBody.detail).toContain(name)
  })

  it.each(['-1', '30001', 'soon', 'NaN', 'Infinity'])(
    '[NM7] bad-parameter: waitMs=%s',
    async (waitMs) => {
      const room = new TestRoom(calm.baseUrl)
      const { id } = await room.move(memberKey(), 1)
      const url = room.url('location', { since: id, waitMs })
      expect((await expectRefused('bad-parameter', url)).detail).toContain('waitMs')
    },
  )

  it('[NM7] bad-parameter: soon=perhaps changes nothing', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    const { self } = await room.move(key, 1)
    const url = room.url('leave', { member: key, soon: 'perhaps' })
    expect((await expectRefused('bad-parameter', url, { method: 'POST' })).detail).toContain('soon')
    expect(await room.member(self)).toMatchObject({ status: 'online' })
  })

  it('[NM7] bad-parameter: a body field of another type', async () => {
    const room = new TestRoom(calm.baseUrl)
    const problem = await expectRefused('bad-parameter', room.url('events'), { json: { view: 5 } })
    expect(problem.detail).toContain('view')
  })
}
