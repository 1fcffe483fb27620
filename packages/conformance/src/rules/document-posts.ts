import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate, encodeStateAsUpdateV2, encodeStateVector } from 'yjs'
import {
  accepted,
  BYTES,
  documentEvents,
  EMPTY,
  getDocument,
  postUpdate,
  TestDocument,
} from '../document.js'
import { expectProblem, expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import type { Suite } from '../suite.js'

/** PROTOCOL.md section 12: what is posted, and what becomes of it. */
export function documentPostRules(suite: Suite): void {
  describe('posts of the document', () => {
    posts(suite)
    refusals(suite)
    conflicts(suite)
    describe('its limits', () => limits(suite))
    repeats(suite)
    stores(suite)
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

  it('[DO3 DO21] updates that come in the wrong order are together in the end', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.watch()
    const writer = new TestDocument(room)
    const updates = ['A1', 'A2', 'A3'].map((cell) => writer.write(cell))
    for (const [index, update] of updates.toReversed().entries()) {
      accepted(await postUpdate(room, update), index < 2)
    }
    expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
    while (documentEvents(stream).length < 1) await stream.next('document')
    await stream.quiet()
    expect(new TestDocument(room).takeEvents(stream).cells).toEqual(writer.cells)
  })

  it('[DO21] an update isn’t pending because of what somebody else posted', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [writer, other] = [new TestDocument(room), new TestDocument(room)]
    writer.write('A1')
    accepted(await postUpdate(room, writer.write('A2')), true)
    await other.post('B1')
  })

  it('[DO21] a deletion of what isn’t there yet is pending', async () => {
    const room = new TestRoom(calm.baseUrl)
    const writer = new TestDocument(room)
    const written = writer.write('A1')
    const vector = encodeStateVector(writer.doc)
    writer.doc.getMap('cells').delete('A1')
    const deleted = encodeStateAsUpdate(writer.doc, vector)
    accepted(await postUpdate(room, deleted), true)
    accepted(await postUpdate(room, written))
    expect((await new TestDocument(room).fetch()).cells).toEqual({})
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
  ])('[DO7] [DO12] %s is bad-update, and stores nothing', async (_, body) => {
    const room = new TestRoom(calm.baseUrl)
    const problem = expectProblem(await postUpdate(room, body), 'bad-update')
    expect(problem.extensions).toEqual({ reason: 'malformed' })
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

function conflicts({ calm }: Suite): void {
  const by = (clientID: number, value: unknown) => {
    const doc = Object.assign(new Doc(), { clientID })
    doc.getMap('cells').set('A1', value)
    return encodeStateAsUpdate(doc)
  }

  it('[DO15] other content under a client’s clocks is clock-taken, and is shown to nobody', async () => {
    const room = new TestRoom(calm.baseUrl)
    accepted(await postUpdate(room, by(7, 'mine')))
    await using stream = await room.watch()
    const problem = expectProblem(await postUpdate(room, by(7, 'other')), 'bad-update')
    expect(problem.extensions).toEqual({ reason: 'clock-taken' })
    expect(await stream.quiet()).toEqual([])
    expect((await new TestDocument(room).fetch()).cells).toEqual({ A1: 'mine' })
    accepted(await postUpdate(room, by(7, 'mine')))
  })

  it('[DO13] JSON that is nested too deep is too-deep, and harms nobody', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using stream = await room.watch()
    let value: unknown = 1
    for (let depth = 0; depth < 1_000; depth++) value = [value]
    const posts = [7, 8, 9].map((client) => postUpdate(room, by(client, value)))
    for (const answer of await Promise.all(posts)) {
      expect(expectProblem(answer, 'bad-update').extensions).toEqual({ reason: 'too-deep' })
    }
    await new TestDocument(room).post('A2')
    expect((await stream.next('document')).name).toBe('document')
  })
}

function limits({ share }: Suite): void {
  const server = share({ maxUpdateBytes: 2_000, maxDocumentBytes: 6_000 })

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

  it('[DO34] a document over its limit is document-full, and stays as it was', async () => {
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

  it('[DO34] what was overwritten makes room before a document is full', async () => {
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
    const [first, second] = answers.map((answer) => accepted(answer))
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

function stores({ start }: Suite): void {
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

  it('[DO16] what waits is there after a restart, and in its place when the rest comes', async () => {
    await using folder = await newFolder()
    const writer = new TestDocument(new TestRoom('http://nowhere'))
    const [first, second] = ['A1', 'A2'].map((cell) => writer.write(cell))
    {
      await using server = await start({ dataDir: folder.path })
      accepted(await postUpdate(new TestRoom(server.baseUrl, 'waiting'), second!), true)
    }
    await using server = await start({ dataDir: folder.path })
    const room = new TestRoom(server.baseUrl, 'waiting')
    accepted(await postUpdate(room, second!), true)
    accepted(await postUpdate(room, first!))
    accepted(await postUpdate(room, second!))
    expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
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
