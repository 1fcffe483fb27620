import type { Json } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { rawCall } from '../raw-call.js'
import { call, expectRefused } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import type { Suite } from '../suite.js'
import { openSocket } from '../socket.js'
import { openStream } from '../stream.js'

/** PROTOCOL.md section 7, what an address is and how it is answered. */
export function addressRules(suite: Suite): void {
  describe('addresses', () => {
    oddAddresses(suite)
    absoluteForm(suite)
    contradictions(suite)
    answers(suite)
  })
}

const JSON_TYPE = ['Content-Type: application/json']
const post = (target: string) => ({ method: 'POST', target, headers: JSON_TYPE, body: '[]' })

function oddAddresses({ calm }: Suite): void {
  it.each([
    '/rooms/ROOM/location/',
    '/rooms/ROOM/location//',
    '/rooms//location',
    '/rooms//ROOM/location',
    '//rooms/ROOM/location',
    '/rooms/x/rooms/ROOM/location',
    '/rooms/ROOM/location/x',
    '/Rooms/ROOM/location',
    '/rooms/ROOM/Location',
    '/rooms/ROOM/locatio%6e',
    '/room%73/ROOM/location',
    '/rooms/ROOM;x/location',
    '/rooms/ROOM/location;x',
    '/rooms/ROOM/location#',
    '/rooms/ROOM/location?x#y',
    '/rooms/ROOM\\location',
    '/location/',
    '/Location',
    '/location#',
    '/location;x',
    'ftp://host/rooms/ROOM/location',
    'http:///rooms/ROOM/location',
  ])('[HT10 HT22] %s is no call', async (address) => {
    const room = new TestRoom(calm.baseUrl)
    const target = address.replace('ROOM', room.name)
    expect([400, 404]).toContain((await rawCall(calm.baseUrl, post(target))).status)
    expect((await room.read()).members).toEqual([])
  })

  it('[HT21] a name may have escapes, also all of it', async () => {
    const room = new TestRoom(calm.baseUrl)
    const codes = [...room.name].map((character) => character.charCodeAt(0).toString(16))
    const target = `/rooms/${codes.map((code) => `%${code}`).join('')}/location`
    expect((await rawCall(calm.baseUrl, post(target))).status).toBe(200)
    expect((await room.read()).members).toMatchObject([{ location: [] }])
  })
}

function absoluteForm({ calm }: Suite): void {
  it.each(['http://somewhere', 'https://somewhere.else:1234', 'http://user:word@[::1]'])(
    '[HT11] %s in front of a path changes nothing',
    async (origin) => {
      const room = new TestRoom(calm.baseUrl)
      const target = `${origin}/rooms/${room.name}`
      const posted = await rawCall(calm.baseUrl, post(`${target}/location?member=ada&name=Ada`))
      expect(posted.status).toBe(200)
      const { members } = await room.read()
      expect(members).toMatchObject([{ location: [], user: { name: 'Ada' } }])
      const events = { method: 'GET', target: `${target}/events?watch=1` }
      expect((await rawCall(calm.baseUrl, events)).text).toContain(members[0]!.id)
    },
  )
}

function contradictions({ calm }: Suite): void {
  it.each<[string, string, Json]>([
    ['watch', '1', '0'],
    ['watch', '1', false],
    ['watch', '0', 1],
    ['view', 'list', 'patch'],
    ['document', '0', '1'],
    ['member', 'ada', 'bob'],
    ['name', 'Ada', 'Bob'],
    ['color', '#000000', '#ffffff'],
    ['at', 'a', 'b'],
    ['only', '0', true],
    ['lastEventId', 'x:1', 'x:2'],
  ])(
    '[HT12] bad-parameter: %s is %s in the query and %j in the body',
    async (name, inQuery, inBody) => {
      const room = new TestRoom(calm.baseUrl)
      const url = room.url('events', { [name]: inQuery })
      const problem = await expectRefused('bad-parameter', url, { json: { [name]: inBody } })
      expect(problem.extensions).toEqual({ parameter: name })
      const watching = room.url('events', { watch: 1, [name]: inQuery })
      await expectRefused('bad-parameter', watching, { json: { [name]: inBody } })
      expect((await room.read()).members).toEqual([])
    },
  )

  it.each([{ as: 'an object' }, ['a', 'list']])(
    '[HT51] %j is no parameter, and anything else in a body may be one',
    async (value) => {
      const room = new TestRoom(calm.baseUrl)
      const { extensions } = await expectRefused('bad-parameter', room.url('events'), {
        json: { member: room.name, name: value },
      })
      expect(extensions).toEqual({ parameter: 'name' })
      const json = { member: room.name, name: 'Ada', unknown: value }
      await using stream = await openStream(room.url('events'), { json })
      await stream.next('snapshot')
      expect(stream.hello.self).not.toBeNull()
    },
  )

  it('[HT51] however deep it is', async () => {
    const deep = `${'['.repeat(15_000)}${']'.repeat(15_000)}`
    const { name } = new TestRoom(calm.baseUrl)
    const subscription = `{"key":"a","room":"${name}","unknown":${deep}}`
    const body = `{"poll":true,"subscriptions":[${subscription}],"unknown":${deep}}`
    const headers = { 'content-type': 'application/json' }
    const url = `${calm.baseUrl}/streams`
    expect((await call(url, { method: 'POST', headers, body })).status).toBe(200)
  })

  it('[HT12] the same in both is no contradiction', async () => {
    const room = new TestRoom(calm.baseUrl)
    const url = room.url('events', { watch: 1, view: 'patch', document: 0 })
    const json = { watch: true, view: 'patch', document: 0 }
    await using stream = await openStream(url, { json })
    await stream.next('snapshot')
    expect(stream.hello.self).toBeNull()
  })
}

function answers({ calm }: Suite): void {
  const head = (target: string, ...headers: readonly string[]) =>
    [
      `POST ${target} HTTP/1.1`,
      'Host: x',
      'Content-Length: 2',
      ...JSON_TYPE,
      ...headers,
      '',
      '',
    ].join('\r\n')
  const statusesOf = (count: number) => (text: string) => {
    const statuses = [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map((match) => Number(match[1]))
    return statuses.length >= count ? statuses : undefined
  }

  it.each([
    '/rooms/x/rooms/y/location',
    '/rooms//events/',
    '/rooms/x/location/',
    '/x',
    '/location/',
  ])('[HT13] a post to %s is answered', async (target) => {
    expect((await rawCall(calm.baseUrl, post(target))).status).toBe(404)
  })

  it('[HT13] posts to right and wrong addresses that come together are answered in order', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using socket = await openSocket(calm.baseUrl)
    const path = `/rooms/${room.name}/location`
    const paths = [path, `${path}/`, `http://h${path}`, `/x${path}`, `/rooms//location`, path]
    socket.write(paths.map((each) => `${head(each)}[]`).join(''))
    const statuses = await socket.until('six answers', statusesOf(6))
    expect(statuses).toEqual([200, 404, 200, 404, 404, 200])
  })

  it('[HT13] a post that waits to be told to go on is answered', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using socket = await openSocket(calm.baseUrl)
    socket.write(head(`/rooms/${room.name}/location`, 'Expect: 100-continue'))
    await socket.until('100', (text) => text.includes('HTTP/1.1 100 ') || undefined)
    socket.write('[]')
    expect(await socket.until('an answer', statusesOf(1))).toEqual([200])
  })

  it('[HT13] a post that would rather talk of something else is answered', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using socket = await openSocket(calm.baseUrl)
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket']
    socket.write(`${head(`/rooms/${room.name}/location`, ...upgrade)}[]`)
    expect(await socket.until('an answer', statusesOf(1))).toEqual([200])
  })

  it('[HT13] a post whose body comes after its head is answered', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using socket = await openSocket(calm.baseUrl)
    socket.write(head(`/rooms/${room.name}/location?member=${key}`))
    await room.read()
    socket.write('77')
    expect(await socket.until('an answer', statusesOf(1))).toEqual([200])
    expect((await room.read()).members).toMatchObject([{ location: 77 }])
  })
}
