import type { Json } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { documentEvents, EMPTY, getDocument, postUpdate, TestDocument } from '../document.js'
import { call, expectProblem, expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import { openSocket } from '../socket.js'
import { openStream, type EventStream } from '../stream.js'
import type { Suite } from '../suite.js'

/** PROTOCOL.md section 12: how it is read. */
export function documentRules(suite: Suite): void {
  describe('the document', () => {
    reads(suite)
    suite.describeAlone('in frames', () => inFrames(suite))
    catchingUp(suite)
    withoutIt(suite)
    longPolls(suite)
  })
}

const HEARTBEAT_MS = 100
/** The longest that HT5 allows: a disk that is busy with something else keeps a write waiting. */
const LONGEST_WAIT_MS = 30_000

function names(stream: EventStream): string[] {
  return stream.arrived
    .map(({ name }) => name)
    .filter((name) => name !== 'ping' && name !== 'comment')
}

function reads({ calm, start }: Suite): void {
  it('[DO1] is the empty update where nobody wrote, else all of it, or what the reader lacks', async () => {
    const room = new TestRoom(calm.baseUrl)
    expect([...(await getDocument(room))]).toEqual(EMPTY)
    const writer = new TestDocument(room)
    await writer.post('A1')
    const reader = await new TestDocument(room).fetch()
    expect(reader.cells).toEqual({ A1: 'A1' })
    await writer.post('A2', { nested: ['x'.repeat(2_000)] })
    const all = await getDocument(room)
    expect(new TestDocument(room).take(all).cells).toEqual(writer.cells)
    expect((await reader.fetch()).cells).toEqual(writer.cells)
    await reader.fetch()
    expect(await getDocument(room, { sv: 'AA' })).toEqual(all)
  })

  it.each(['', '!', 'a b', '_w', 'AQ', '%FF'])('[DO1] sv=%s is bad-parameter', async (sv) => {
    const room = new TestRoom(calm.baseUrl)
    const problem = await expectRefused('bad-parameter', room.url('document', { sv }))
    expect(problem.extensions).toEqual({ parameter: 'sv' })
  })

  it('[DO10] reading joins nobody and makes no room', async () => {
    // Of its own: elsewhere the rooms of other tests go while this one counts.
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    await getDocument(room)
    const answer = await call(room.url('document', { member: memberKey(), name: 'Ada' }))
    expect(answer.headers).not.toHaveProperty('set-cookie')
    const { text } = await call(`${server.baseUrl}/metrics`)
    expect(/^whereabouts_rooms (\d+)$/m.exec(text)?.[1]).toBe('0')
    expect(await room.read()).toMatchObject({ members: [], watching: 0 })
  })

  it('[DO1] [NM1] a room name of 128 characters has a document, and a bad one has none', async () => {
    const room = new TestRoom(calm.baseUrl, `~${memberKey()}`.padEnd(128, ':'))
    const writer = new TestDocument(room)
    await writer.post('A1')
    expect((await new TestDocument(room).fetch()).cells).toEqual({ A1: 'A1' })
    const bad = new TestRoom(calm.baseUrl, 'x'.repeat(129))
    await expectRefused('bad-room', bad.url('document'))
    expectProblem(await postUpdate(bad, Buffer.from(EMPTY)), 'bad-room')
  })

  it('[HT7] has GET, POST and DELETE only', async () => {
    const room = new TestRoom(calm.baseUrl)
    for (const method of ['PUT', 'PATCH']) {
      const answer = await call(room.url('document'), { method })
      expectProblem(answer, 'method-not-allowed')
      expect(answer.headers.allow).toBe('GET, POST, DELETE')
    }
  })
}

function inFrames({ share }: Suite): void {
  // Time enough for a busy machine to make all posts of one frame.
  const server = share({ frameIntervalMs: 2_000, frameCostMs: 0, heartbeatMs: HEARTBEAT_MS })

  it('[DO31] the updates of a frame are one event, the same for everybody', async () => {
    const room = new TestRoom(server.baseUrl)
    await using one = await room.watch()
    await using two = await room.watch()
    await two.quiet(8)
    const writer = new TestDocument(room)
    let last = ''
    for (let row = 0; row < 6; row++) last = (await writer.post(`A${row}`)).id
    for (const stream of [one, two]) {
      // The first of them may be a frame of its own.
      const { id } = await stream.next('document')
      if (id !== last) expect((await stream.next('document')).id).toBe(last)
      expect(new TestDocument(room).takeEvents(stream).cells).toEqual(writer.cells)
      expect(await stream.quiet(8)).toEqual([])
    }
    expect(documentEvents(one)).toEqual(documentEvents(two))
  })

  it('[DO31] [ST6] after the patch of the same frame, and the position is on the last event', async () => {
    const room = new TestRoom(server.baseUrl)
    const key = memberKey()
    await using own = await room.join(key)
    await own.quiet(8)
    await room.move(key, 1)
    await own.next('patch')
    const { id } = await new TestDocument(room).post('A1')
    const moved = await room.move(key, 2)
    expect(await own.next()).toMatchObject({ name: 'patch', id: undefined })
    expect(await own.next()).toMatchObject({ name: 'document', id: moved.id })
    expect(versionOf(moved.id)).toBe(versionOf(id) + 1)
  })
}

function catchingUp({ start, calm, itAlone }: Suite): void {
  it('[DO4] who resumes gets what it missed, once', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using _other = await room.watch()
    const stream = await room.join(memberKey())
    const writer = new TestDocument(room)
    await writer.post('A1')
    await stream.next('document')
    const reader = new TestDocument(room).takeEvents(stream)
    await stream.close()
    await writer.post('A2')
    await writer.post('A3')
    const lastEventId = stream.position!
    await using again = await openStream(room.url('events', { member: memberKey(), lastEventId }))
    await again.next('document')
    expect(names(again)).toEqual(['hello', 'patch', 'document'])
    expect(reader.takeEvents(again).cells).toEqual(writer.cells)
    expect(await again.quiet()).toEqual([])
  })

  it('[DO4] who was away too long gets resync, and fetches what it lacks', async () => {
    await using server = await start({ maxRecentDocumentBytes: 200, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    await using _other = await room.watch()
    const writer = new TestDocument(room)
    const { id: lastEventId } = await writer.post('A0')
    const reader = await new TestDocument(room).fetch()
    for (let row = 1; row <= 20; row++) await writer.post(`A${row}`, 'x'.repeat(50))
    const url = room.url('events', { watch: 1, lastEventId })
    await using again = await openStream(url)
    const resync = await again.next('resync')
    expect(resync).toMatchObject({ id: undefined, data: { document: true } })
    expect(await again.next('patch')).toMatchObject({ data: { watching: 2 } })
    expect(names(again).slice(0, 3)).toEqual(['hello', 'resync', 'patch'])
    expect(names(again)).not.toContain('document')
    await again.quiet()
    expect((await reader.fetch()).cells).toEqual(writer.cells)
    await writer.post('B1')
    await again.next('document')
    expect(reader.takeEvents(again).cells).toEqual(writer.cells)
  })

  it('[DO4 DO32] one of another epoch gets resync for both', async () => {
    const room = new TestRoom(calm.baseUrl)
    const url = room.url('events', { watch: 1, lastEventId: 'another:7' })
    await using stream = await openStream(url)
    await stream.next('snapshot')
    expect(names(stream)).toEqual(['hello', 'resync', 'snapshot'])
    expect(stream.arrived.find(({ name }) => name === 'resync')?.data).toEqual({ document: true })
  })

  it('[DO33] one that comes without a position is sent nothing of before, and fetches it', async () => {
    const room = new TestRoom(calm.baseUrl)
    const writer = new TestDocument(room)
    await writer.post('A1')
    await using stream = await room.watch()
    const reader = await new TestDocument(room).fetch()
    await writer.post('A2')
    await stream.next('document')
    expect(names(stream)).toEqual(['hello', 'snapshot', 'document'])
    expect(reader.takeEvents(stream).cells).toEqual(writer.cells)
  })

  itAlone(
    '[DO4] [FR4] a reader that fell behind is brought up to date, and nobody waits for it',
    async () => {
      const large = 200_000
      const maxRecentDocumentBytes = large * 10
      await using server = await start({ heartbeatMs: HEARTBEAT_MS, maxRecentDocumentBytes })
      const room = new TestRoom(server.baseUrl)
      await using stuck = await openSocket(server.baseUrl)
      const path = room.url('events', { member: memberKey() }).slice(server.baseUrl.length)
      stuck.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await using reader = await room.watch()
      const writer = new TestDocument(room)
      // More than the kernel's buffers hold for one that doesn't read.
      for (let row = 0; row < 60; row++) {
        await writer.post('A1', `${row} ${'x'.repeat(large)}`)
        await reader.next('document')
      }
      expect(new TestDocument(room).takeEvents(reader).cells).toEqual(writer.cells)
      await stuck.until('a resync', (text) => /^event: resync$/m.exec(text)?.[0])
      await stuck.until(
        'what comes after it',
        (text) =>
          /event: resync\ndata: \{"document":true\}\n\nid: [^\n]+\nevent: patch\n/.exec(text)?.[0],
      )
    },
  )
}

function withoutIt({ calm }: Suite): void {
  it('[DO5] document=0 and the list view have none of it', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using bare = await room.join(key, { document: 0 })
    await using posted = await openStream(room.url('events'), {
      json: { watch: true, document: false },
    })
    await using list = await room.list()
    await using full = await room.watch({ document: 1 })
    await new TestDocument(room).post('A1')
    await full.next('document')
    await room.move(key, 1)
    for (const stream of [bare, posted]) {
      await stream.until('the move', ({ members }) => members.get(bare.self)?.location === 1)
      expect(names(stream)).not.toContain('document')
    }
    await list.quiet()
    expect(new Set(names(list))).toEqual(new Set(['message']))
  })

  it('[DO5] nor are they told to fetch it', async () => {
    const room = new TestRoom(calm.baseUrl)
    const parameters = { watch: 1, document: 0, lastEventId: 'another:7' }
    await using stream = await openStream(room.url('events', parameters))
    expect((await stream.next('resync')).data).toEqual({})
  })

  it('[DO5] [NM7] any other value is bad-parameter', async () => {
    const room = new TestRoom(calm.baseUrl)
    for (const path of ['events', 'location'] as const) {
      const problem = await expectRefused('bad-parameter', room.url(path, { document: 'no' }))
      expect(problem.extensions).toEqual({ parameter: 'document' })
    }
  })
}

function longPolls({ start, calm, itAlone }: Suite): void {
  const since = async (room: TestRoom, id: string, parameters = {}) =>
    (await room.since(id, parameters)) as unknown as { readonly [field: string]: Json }

  it('[DO6] is told the updates as one, also while it waits', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { id } = await room.move(memberKey(), 1)
    const writer = new TestDocument(room)
    const waiting = since(room, id, { waitMs: LONGEST_WAIT_MS })
    await writer.post('A1')
    const first = await waiting
    const { id: last } = await writer.post('A2')
    const all = await since(room, id)
    expect(all).toEqual({ id: last, patch: {}, document: expect.any(String) })
    const reader = new TestDocument(room).take(Buffer.from(first['document'] as string, 'base64'))
    expect(reader.cells).toHaveProperty('A1')
    expect(reader.take(Buffer.from(all['document'] as string, 'base64')).cells).toEqual(
      writer.cells,
    )
  })

  it('[DO6] is told to fetch what the room no longer has', async () => {
    await using server = await start({ maxRecentDocumentBytes: 100 })
    const room = new TestRoom(server.baseUrl)
    const { id } = await room.move(memberKey(), 1)
    const writer = new TestDocument(room)
    for (let row = 0; row < 10; row++) await writer.post(`A${row}`, 'x'.repeat(50))
    expect(await since(room, id)).toMatchObject({ patch: {}, resync: { document: true } })
    expect(await since(room, 'another:1')).toEqual({
      ...(await room.read()),
      resync: { document: true },
    })
  })

  itAlone('[DO6] on a room where nobody is, it ends with the first update', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { id } = await room.read()
    const waiting = since(room, id, { waitMs: LONGEST_WAIT_MS })
    const { id: later } = await new TestDocument(room).post('A1')
    expect(await waiting).toMatchObject({ id: later, resync: { document: true } })
  })

  it('[DO5] with document=0 it waits for something else', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { id } = await room.move(memberKey(), 1)
    const waiting = since(room, id, { waitMs: LONGEST_WAIT_MS, document: 0 })
    await new TestDocument(room).post('A1')
    const url = room.url('location', { since: id, document: 0 })
    expect(await call(url)).toMatchObject({ status: 204 })
    const moved = await room.move(memberKey(), 2)
    expect(await waiting).toEqual({ id: moved.id, patch: { join: [expect.anything()] } })
  })
}
