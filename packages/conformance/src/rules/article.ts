import type { Json } from '@whereabouts/protocol'
import { EventSource } from 'eventsource'
import { describe, expect, it } from 'vitest'
import { within } from '../deadline.js'
import { call, expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import type { Suite } from '../suite.js'
import { openStream, type EventStream } from '../stream.js'

/** PROTOCOL.md section 7, the article's calls. Those who look at all of their one room have a server each. */
export function articleRules(suite: Suite): void {
  describe("the article's calls", () => {
    posting(suite)
    streaming(suite)
    callers(suite)
  })
}

const SETTINGS = { heartbeatMs: 100 }
const post = (baseUrl: string, json: Json, query = '') =>
  call(`${baseUrl}/location${query}`, { json })

function posting({ start, calm }: Suite): void {
  it('[AR1] POST /location answers 201 and the text ok, in the room default', async () => {
    const location = { x: 2, of: memberKey() }
    const answer = await post(calm.baseUrl, location)
    expect(answer).toMatchObject({ status: 201, text: 'ok' })
    expect(answer.headers['content-type']).toMatch(/^text\/plain\b/)
    const { members } = await new TestRoom(calm.baseUrl, 'default').read()
    expect(members).toContainEqual(expect.objectContaining({ location, status: 'online' }))
  })

  it('[AR1] is as strict as the other calls', async () => {
    await using server = await start(SETTINGS)
    const url = `${server.baseUrl}/location`
    const headers = { 'content-type': 'application/json' }
    await expectRefused('bad-json', url, { headers, body: '{' })
    await expectRefused('too-large', url, { json: 'x'.repeat(2_000) })
    await expectRefused('unsupported-media-type', url, {
      headers: { 'content-type': 'text/plain' },
      body: '1',
    })
    expect(await new TestRoom(server.baseUrl, 'default').read()).toMatchObject({ members: [] })
  })
}

function streaming({ start, calm }: Suite): void {
  it("[AR2] the article's own client prints everybody first, then every change", async () => {
    await using server = await start(SETTINGS)
    const source = new EventSource(`${server.baseUrl}/location/sse`)
    const printed: MessageEvent[] = []
    let notify = () => {}
    source.onmessage = (event: MessageEvent) => {
      printed.push(event)
      notify()
    }
    const lines = (count: number) =>
      within(
        new Promise<void>((resolve) => {
          notify = () => printed.length >= count && resolve()
          notify()
        }),
        `${count} lines`,
      )
    try {
      await lines(1)
      await post(server.baseUrl, { x: 2, y: 2 }, '?id=ada')
      await lines(2)
      await post(server.baseUrl, { x: 3, y: 3 }, '?id=ada')
      await lines(3)
    } finally {
      source.close()
    }
    expect(printed.map(({ data }) => data as string)).toEqual([
      '[]',
      '[{"x":2,"y":2}]',
      '[{"x":3,"y":3}]',
    ])
    expect(new Set(printed.map(({ lastEventId }) => lastEventId)).size).toBe(3)
  })

  it('[AR2] two streams open and one post: each gets it once', async () => {
    await using server = await start(SETTINGS)
    await using one = await openStream(`${server.baseUrl}/location/sse`)
    await using two = await openStream(`${server.baseUrl}/location/sse`)
    expect([(await one.next()).data, (await two.next()).data]).toEqual([[], []])
    await post(server.baseUrl, { x: 2, y: 2 })
    expect((await one.next()).data).toEqual([{ x: 2, y: 2 }])
    expect((await two.next()).data).toEqual([{ x: 2, y: 2 }])
    expect(await one.quiet()).toEqual([])
    expect(await two.quiet()).toEqual([])
  })

  it('[AR2] the stream of a caller with a key joins as that member', async () => {
    const key = memberKey()
    await using stream = await openStream(`${calm.articleUrl}/location/sse?id=${key}`)
    await stream.next('message')
    const room = new TestRoom(calm.baseUrl, 'default')
    const { members } = await room.read()
    const location = { x: 1, of: key }
    const { self, id } = await room.move(key, location)
    expect(members).toContainEqual(
      expect.objectContaining({ id: self, location: null, status: 'online' }),
    )
    let shown = await stream.next('message')
    // Who was in the room before may leave it meanwhile.
    while (versionOf(shown.id!) < versionOf(id)) shown = await stream.next('message')
    expect(shown.data).toContainEqual(location)
  })
}

function callers({ start, calm }: Suite): void {
  it('[AR3] id is the member key: the same id moves, another one joins', async () => {
    await using server = await start(SETTINGS)
    await using stream = await openStream(`${server.baseUrl}/location/sse`)
    await stream.next('message')
    await post(server.baseUrl, 1, '?id=ada')
    expect((await stream.next()).data).toEqual([1])
    await post(server.baseUrl, 2, '?id=ada')
    expect((await stream.next()).data).toEqual([2])
    await post(server.baseUrl, 3, '?id=bob')
    expect((await stream.next()).data).toEqual([3, 2])
  })

  it('[AR3] id is the same key that member is', async () => {
    const key = memberKey()
    const room = new TestRoom(calm.baseUrl, 'default')
    await post(calm.baseUrl, `${key} first`, `?id=${key}`)
    const { self } = await room.move(key, `${key} second`)
    const own = (await room.read()).members.filter(({ location }) =>
      String(location).startsWith(key),
    )
    expect(own).toMatchObject([{ id: self, location: `${key} second` }])
  })

  it('[AR3] without id the cookie counts', async () => {
    await using server = await start(SETTINGS)
    const headers = { cookie: 'whereabouts-member=ada' }
    const url = `${server.baseUrl}/location`
    await call(url, { headers, json: 1 })
    await call(url, { headers, json: 2 })
    await call(`${url}?id=bob`, { headers, json: 3 })
    const { members } = await new TestRoom(server.baseUrl, 'default').read()
    expect(members.map(({ location }) => location)).toEqual([2, 3])
  })

  it('[AR3] a caller with neither is a new member a post, and leaves with its lease', async () => {
    await using server = await start({ ...SETTINGS, leaseMs: 1_000 })
    await using stream = await openStream(`${server.baseUrl}/location/sse?id=${memberKey()}`)
    await stream.next('message')
    const cookie = (await post(server.baseUrl, 0)).headers['set-cookie']
    expect(cookie?.join()).toMatch(/^whereabouts-member=/)
    // All at once, so that the first is still there when the last comes.
    await Promise.all([1, 2, 3, 4].map((location) => post(server.baseUrl, location)))
    const lengths = [0]
    while (lengths.at(-1)! < 5) lengths.push(await lengthOf(stream))
    while (lengths.at(-1)! > 0) lengths.push(await lengthOf(stream))
    expect(Math.max(...lengths)).toBe(5)
    const { members } = await new TestRoom(server.baseUrl, 'default').read()
    expect(members).toMatchObject([{ location: null }])
  })
}

const lengthOf = async (stream: EventStream) =>
  ((await stream.next('message')).data as readonly Json[]).length
