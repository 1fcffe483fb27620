import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '@whereabouts/protocol'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate, encodeStateAsUpdateV2 } from 'yjs'
import {
  accepted,
  BYTES,
  documentEvents,
  getDocument,
  postUpdate,
  TestDocument,
} from '../document.js'
import { call, expectProblem, expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import { openSocket } from '../socket.js'
import { openStream, type EventStream } from '../stream.js'
import { share, type Suite } from '../suite.js'

/** PROTOCOL.md section 11. */
export function documentRules(suite: Suite): void {
  describe('the document', () => {
    reads(suite)
    posts(suite)
    suite.describeAlone('in frames', () => inFrames(suite))
    catchingUp(suite)
    withoutIt(suite)
    longPolls(suite)
    refusals(suite)
    describe('its limits', () => limits(suite))
    repeats(suite)
    stores(suite)
  })
}

const HEARTBEAT_MS = 100
/** The longest that HT5 allows: a disk that is busy with something else keeps a write waiting. */
const LONGEST_WAIT_MS = 30_000
const EMPTY = [0, 0]

function names(stream: EventStream): string[] {
  return stream.arrived.map(({ name }) => name).filter((name) => name !== 'ping')
}

function reads({ calm }: Suite): void {
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
    const room = new TestRoom(calm.baseUrl)
    const count = async () => {
      const { text } = await call(`${calm.baseUrl}/metrics`)
      return /^whereabouts_rooms (\d+)$/m.exec(text)?.[1]
    }
    const before = await count()
    await getDocument(room)
    const answer = await call(room.url('document', { member: memberKey(), name: 'Ada' }))
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(await count()).toBe(before)
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

  it('[HT7] there are GET and POST, and nothing else', async () => {
    const room = new TestRoom(calm.baseUrl)
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await call(room.url('document'), { method })
      expectProblem(answer, 'method-not-allowed')
      expect(answer.headers.allow).toBe('GET, POST')
    }
  })
}

function posts({ calm }: Suite): void {
  it('[DO2] is answered with the position that the stream shows, and joins nobody', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.watch()
    const { id } = await new TestDocument(room).post('A1')
    const event = await stream.next('document')
    expect(event.id).toBe(id)
    expect(new TestDocument(room).takeEvents(stream).cells).toEqual({ A1: 'A1' })
    expect(await room.read()).toMatchObject({ id, members: [], watching: 1 })
  })

  it('[DO2] in a room where nobody is makes no room, and its position grows', async () => {
    const room = new TestRoom(calm.baseUrl)
    const before = await room.read()
    const { id } = await new TestDocument(room).post('A1')
    expect(versionOf(id)).toBeGreaterThan(versionOf(before.id))
    expect((await new TestDocument(room).fetch()).cells).toEqual({ A1: 'A1' })
  })

  it('[DO3] what brings nothing new is answered, and is no commit', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.watch()
    const update = new TestDocument(room).write('A1')
    const { id } = accepted(await postUpdate(room, update))
    await stream.next('document')
    expect(accepted(await postUpdate(room, update))).toEqual({ id })
    expect(accepted(await postUpdate(room, Buffer.from(EMPTY)))).toEqual({ id })
    expect(await stream.quiet()).toEqual([])
  })

  it('[DO3] updates that come in the wrong order are together in the end', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.watch()
    const writer = new TestDocument(room)
    const updates = ['A1', 'A2', 'A3'].map((cell) => writer.write(cell))
    for (const update of updates.toReversed()) accepted(await postUpdate(room, update))
    expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
    while (documentEvents(stream).length < 1) await stream.next('document')
    await stream.quiet()
    expect(new TestDocument(room).takeEvents(stream).cells).toEqual(writer.cells)
  })

  it('[DO3] five writers at once and a reader of the stream have the same in the end', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.watch()
    const writers = Array.from({ length: 5 }, () => new TestDocument(room))
    const write = async (writer: TestDocument, index: number) => {
      for (let row = 0; row < 20; row++) await writer.post(`${index}:${row}`)
    }
    await Promise.all(writers.map(write))
    await stream.quiet()
    const { cells } = new TestDocument(room).takeEvents(stream)
    expect(Object.keys(cells as object)).toHaveLength(100)
    expect((await new TestDocument(room).fetch()).cells).toEqual(cells)
  })
}

function inFrames({ start }: Suite): void {
  const server = share(start, { frameIntervalMs: 400, heartbeatMs: HEARTBEAT_MS })

  it('[DO3] the updates of a frame are one event, the same for everybody', async () => {
    const room = new TestRoom(server.baseUrl)
    await using one = await room.watch()
    await using two = await room.watch()
    await two.quiet(8)
    const writer = new TestDocument(room)
    let last = ''
    for (let row = 0; row < 6; row++) last = (await writer.post(`A${row}`)).id
    for (const stream of [one, two]) {
      await stream.next('document')
      expect((await stream.next('document')).id).toBe(last)
      expect(new TestDocument(room).takeEvents(stream).cells).toEqual(writer.cells)
      expect(await stream.quiet(8)).toEqual([])
    }
    expect(documentEvents(one)).toEqual(documentEvents(two))
  })

  it('[DO3] [ST6] after the patch of the same frame, and the position is on the last event', async () => {
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

  it('[DO4] one of another epoch gets resync for both', async () => {
    const room = new TestRoom(calm.baseUrl)
    const url = room.url('events', { watch: 1, lastEventId: 'another:7' })
    await using stream = await openStream(url)
    await stream.next('snapshot')
    expect(names(stream)).toEqual(['hello', 'resync', 'snapshot'])
    expect(stream.arrived.find(({ name }) => name === 'resync')?.data).toEqual({ document: true })
  })

  it('[DO4] one that comes without a position is sent nothing of before, and fetches it', async () => {
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
    expect(new Set(names(list))).toEqual(new Set(['message', 'comment']))
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

function refusals({ calm }: Suite): void {
  const doc = new Doc()
  doc.getText('page').insert(0, 'Hello')
  const update = encodeStateAsUpdate(doc)

  it.each([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('Hello, world')],
    ['JSON', Buffer.from('{"x":2,"y":2}')],
    ['one that is cut off', update.subarray(0, update.length - 1)],
    ['one with something after it', Uint8Array.of(...update, 0)],
    ['one in the other encoding', encodeStateAsUpdateV2(doc)],
    ['noise', Uint8Array.from({ length: 500 }, (_, index) => (index * 7_919) % 256)],
  ])('[DO7] %s is bad-update, and stores nothing', async (_, body) => {
    const room = new TestRoom(calm.baseUrl)
    expectProblem(await postUpdate(room, body), 'bad-update')
    expect([...(await getDocument(room))]).toEqual(EMPTY)
    const position = (await room.read()).id
    accepted(await postUpdate(room, Buffer.from(EMPTY)))
    expect((await room.read()).id).toBe(position)
  })

  it.each([
    { 'content-type': 'application/json' },
    { 'content-type': 'text/plain' },
    { 'content-type': '' },
    { 'content-encoding': 'gzip' },
  ])('[DO7] [ER4] with %j it is unsupported-media-type', async (headers) => {
    const room = new TestRoom(calm.baseUrl)
    expectProblem(await postUpdate(room, update, headers), 'unsupported-media-type')
    expect([...(await getDocument(room))]).toEqual(EMPTY)
  })

  it('[DO7] without any media type it is unsupported-media-type', async () => {
    const room = new TestRoom(calm.baseUrl)
    const options = { method: 'POST', body: Buffer.from(update) }
    await expectRefused('unsupported-media-type', room.url('document'), options)
  })
}

function limits({ start }: Suite): void {
  const server = share(start, { maxUpdateBytes: 2_000, maxDocumentBytes: 6_000 })

  it('[DO7] [ER3] an update over the limit is too-large; one at the limit is not', async () => {
    const room = new TestRoom(server.baseUrl)
    const most = update(2_000 - (update(1_000).length - 1_000))
    expect(most).toHaveLength(2_000)
    accepted(await postUpdate(room, most))
    const problem = expectProblem(await postUpdate(room, new Uint8Array(2_001)), 'too-large')
    expect(problem.extensions).toEqual({ limitBytes: 2_000 })
    const headers = { ...BYTES, 'content-length': 10_000_000 }
    await expectRefused('too-large', room.url('document'), {
      headers,
      body: Buffer.from(update(9)),
    })
  })

  it('[DO7] a document over its limit is document-full, and stays as it was', async () => {
    const room = new TestRoom(server.baseUrl)
    const writer = new TestDocument(room)
    for (let row = 0; row < 5; row++) await writer.post(`A${row}`, 'x'.repeat(1_000))
    const reader = await new TestDocument(room).fetch()
    const { id } = await room.read()
    const answer = await postUpdate(room, writer.write('A9', 'x'.repeat(1_000)))
    expect(expectProblem(answer, 'document-full').extensions).toEqual({ limitBytes: 6_000 })
    expect(await room.read()).toMatchObject({ id })
    expect((await new TestDocument(room).fetch()).cells).toEqual(reader.cells)
  })

  it('[DO7] what was overwritten makes room before a document is full', async () => {
    const room = new TestRoom(server.baseUrl)
    const writer = new TestDocument(room)
    for (let row = 0; row < 20; row++) await writer.post('A1', `${row} ${'x'.repeat(1_000)}`)
    expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
  })
}

function repeats({ calm }: Suite): void {
  it('[DO9] a repeated post with the same key is one commit with one answer', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.watch()
    const writer = new TestDocument(room)
    const key = { 'idempotency-key': memberKey() }
    const update = writer.write('A1')
    const answers = await Promise.all([
      postUpdate(room, update, key),
      postUpdate(room, update, key),
    ])
    const [first, second] = answers.map(accepted)
    expect(second).toEqual(first)
    await writer.post('A2')
    expect(accepted(await postUpdate(room, update, key))).toEqual(first)
    await stream.quiet()
    expect(new TestDocument(room).takeEvents(stream).cells).toEqual(writer.cells)
    expect(versionOf((await room.read()).id)).toBe(versionOf(first!.id) + 1)
  })

  it('[DO9] the same key with another update, or in another room, is another commit', async () => {
    const [room, other] = [new TestRoom(calm.baseUrl), new TestRoom(calm.baseUrl)]
    await using _stream = await room.watch()
    const writer = new TestDocument(room)
    const key = { 'idempotency-key': memberKey() }
    const update = writer.write('A1')
    const { id } = accepted(await postUpdate(room, update, key))
    const next = accepted(await postUpdate(room, writer.write('A2'), key))
    expect(versionOf(next.id)).toBe(versionOf(id) + 1)
    accepted(await postUpdate(other, update, key))
    expect((await new TestDocument(other).fetch()).cells).toEqual({ A1: 'A1' })
  })

  it.each(['a b', 'x'.repeat(129), 'ä', '"quoted"'])(
    '[DO9] the key %s is bad-parameter',
    async (key) => {
      const room = new TestRoom(calm.baseUrl)
      const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') }
      const answer = await postUpdate(room, update(1), headers)
      expect(expectProblem(answer, 'bad-parameter').extensions).toEqual({
        parameter: 'Idempotency-Key',
      })
      expect([...(await getDocument(room))]).toEqual(EMPTY)
    },
  )
}

function stores({ start, itAlone }: Suite): void {
  it('[DO8] what was acknowledged is there after a restart', async () => {
    await using folder = await newFolder()
    const writers = new Map<string, TestDocument>()
    for (let run = 0; run < 3; run++) {
      await using server = await start({ dataDir: folder.path })
      for (const name of ['one', '__proto__']) {
        const writer = new TestDocument(new TestRoom(server.baseUrl, name))
        writer.take(encodeStateAsUpdate(writers.get(name)?.doc ?? new Doc()))
        writers.set(name, writer)
        await writer.post(`${name} ${run}`)
        expect((await new TestDocument(writer.room).fetch()).cells).toEqual(writer.cells)
      }
    }
    expect(Object.keys(writers.get('one')!.cells as object)).toHaveLength(3)
  })

  itAlone(
    '[DO8] [HT8] a store that fails is store-failed and not ready, until it works again',
    async () => {
      await using folder = await newFolder()
      await using server = await start({ dataDir: folder.path })
      const room = new TestRoom(server.baseUrl)
      const writer = new TestDocument(room)
      await writer.post('A1')
      await using stream = await room.watch()
      const lost = writer.write('A2')
      const ready = `${server.baseUrl}/health/ready`
      expect(await call(ready)).toMatchObject({ status: 200 })
      const lock = new Database(join(folder.path, 'documents.sqlite'))
      lock.exec('BEGIN EXCLUSIVE')
      const answer = await postUpdate(room, lost)
      expectProblem(answer, 'store-failed')
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      await expectRefused('store-failed', ready)
      lock.exec('ROLLBACK')
      lock.close()
      expect((await new TestDocument(room).fetch()).cells).toEqual({ A1: 'A1' })
      expect(names(stream)).not.toContain('document')
      expect(await call(ready)).toMatchObject({ status: 200 })
      accepted(await postUpdate(room, lost))
      await stream.next('document')
      expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
    },
  )

  itAlone('[DO11] a store of a newer version is refused at start, and left as it is', async () => {
    await using folder = await newFolder()
    const file = join(folder.path, 'documents.sqlite')
    const database = new Database(file)
    database.exec('CREATE TABLE other (x); PRAGMA user_version = 2')
    database.close()
    const before = readFileSync(file)
    await expect(start({ dataDir: folder.path })).rejects.toThrow(/newer version/)
    expect(readFileSync(file)).toEqual(before)
  })
}

/** An update of a document of its own. */
function update(length: number): Uint8Array {
  const doc = new Doc()
  // Of the same length in every update.
  doc.clientID = 2 ** 31
  doc.getText('page').insert(0, 'x'.repeat(length))
  return encodeStateAsUpdate(doc)
}

async function newFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
