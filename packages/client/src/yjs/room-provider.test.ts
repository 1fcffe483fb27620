import { writeSyncAnswer, type Json } from '@whereabouts/protocol'
import {
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  encodeStateVectorFromUpdate,
  type Transaction,
} from 'yjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { member, ScriptedServer, type Exchange } from '../../../../test/client/scripted-server.js'
import { until } from '../../../../test/client/until.js'
import { joinRoom, type JoinOptions, type Room } from '../index.js'
import { RoomProvider, type ProviderEvents } from './index.js'

const EMPTY = new Doc()

const rooms: Room[] = []
const providers: RoomProvider[] = []

interface Kept {
  readonly room: Room
  readonly doc: Doc
  readonly provider: RoomProvider
}

function keep(server: ScriptedServer, options: Partial<JoinOptions> = {}, doc = new Doc()): Kept {
  const room = joinRoom({ url: server.url, room: 'budget', ...options })
  const provider = new RoomProvider(room, doc)
  rooms.push(room)
  providers.push(provider)
  return { room, doc, provider }
}

/** A provider that has fetched what the server has. */
async function keepSynced(
  server: ScriptedServer,
  has = EMPTY,
): Promise<Kept & { stream: Exchange }> {
  const kept = keep(server)
  const stream = await server.take('GET events')
  stream.stream().snapshot('e:1', [member('me')])
  answerSync(await server.take('POST sync'), has)
  await said(kept.provider, 'synced')
  return { ...kept, stream }
}

/** What the next event says. */
function said<Name extends keyof ProviderEvents>(
  provider: RoomProvider,
  name: Name,
): Promise<ProviderEvents[Name][0]> {
  return new Promise((resolve) => {
    const listener = (...[value]: ProviderEvents[Name]) => {
      provider.off(name, listener)
      resolve(value)
    }
    provider.on(name, listener)
  })
}

const textOf = (doc: Doc) => doc.getText('body').toJSON()
const keyOf = ({ request }: Exchange) => request.headers['idempotency-key']

/** The server's step of a sync, by a document that is the server's. */
function answerSync(exchange: Exchange, has: Doc): void {
  const lacks = exchange.bytes.length > 0 ? exchange.bytes : undefined
  const update = encodeStateAsUpdate(has, lacks)
  exchange.answerBytes(writeSyncAnswer({ vector: encodeStateVector(has), update }))
}

/** A server's document that somebody typed into. */
function typed(text: string): Doc {
  const doc = new Doc()
  doc.getText('body').insert(0, text)
  return doc
}

/** Resolves with the text once it is this one. */
function untilText(doc: Doc, text: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (_event?: unknown, _transaction?: Transaction) => {
      if (textOf(doc) !== text) return
      doc.getText('body').unobserve(look)
      resolve()
    }
    doc.getText('body').observe(look)
    look()
  })
}

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})

afterEach(async () => {
  vi.restoreAllMocks()
  for (const provider of providers.splice(0)) await provider.destroy()
  for (const room of rooms.splice(0)) void room.leave()
})

describe('what the server has', () => {
  it('[CL20] is fetched after hello, and comes with the events from then on', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('Hello')
    const { doc, provider } = keep(server)
    const stream = await server.take('GET events')
    expect(stream.query.has('document')).toBe(false)
    expect(server.waiting('POST sync')).toBe(0)
    stream.stream().snapshot('e:1', [member('me')])
    const fetched = await server.take('POST sync')
    expect(provider.synced).toBe(false)
    answerSync(fetched, theirs)
    expect(await said(provider, 'synced')).toBe(true)
    expect(textOf(doc)).toBe('Hello')
    theirs.on('update', (update: Uint8Array) => void stream.document(update, 'e:2'))
    theirs.getText('body').insert(5, ' world')
    await untilText(doc, 'Hello world')
    expect(provider.saved).toBe(true)
  })

  it('[CL20] is not fetched again by a stream that resumes from behind the last document event', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('a')
    const { doc, provider, stream } = await keepSynced(server, theirs)
    theirs.getText('body').insert(1, 'b')
    stream.event('patch', {}).document(encodeStateAsUpdate(theirs), 'e:7')
    await untilText(doc, 'ab')
    stream.end()
    const again = await server.take('GET events')
    expect(again.query.get('lastEventId')).toBe('e:7')
    expect(provider.synced).toBe(false)
    theirs.getText('body').insert(2, 'c')
    again.stream().document(encodeStateAsUpdate(theirs), 'e:8')
    await untilText(doc, 'abc')
    expect(provider.synced).toBe(true)
    expect(server.waiting('POST sync')).toBe(0)
  })

  it('[CL20] a frame that was cut off comes again: its position is on its last event', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await keepSynced(server)
    stream.event('patch', { watching: 3 }).end()
    const again = await server.take('GET events')
    expect(again.query.get('lastEventId')).toBe('e:1')
    again.stream().event('patch', { watching: 4 }, 'e:2')
    await until(room, ({ watching }) => watching === 4)
  })

  it('[CL20 EX8] is fetched after a resync that says so, and only then', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('a')
    const { room, doc, provider, stream } = await keepSynced(server, theirs)
    stream.event('resync', {}).snapshot('e:5', [member('me')], 1)
    await until(room, ({ watching }) => watching === 1)
    expect(server.waiting('POST sync')).toBe(0)
    theirs.getText('body').insert(1, 'b')
    stream.event('resync', { document: true }).event('patch', {}, 'e:6')
    const fetched = await server.take('POST sync')
    // Another server is told by that how far this one is.
    expect(fetched.query.get('since')).toBe('e:6')
    expect(provider.synced).toBe(false)
    answerSync(fetched, theirs)
    await untilText(doc, 'ab')
  })

  it('[CL20] is fetched once more when a resync comes while it is on its way', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('a')
    const { doc, provider } = keep(server)
    const stream = (await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    const first = await server.take('POST sync')
    const before = new Doc()
    applyUpdate(before, encodeStateAsUpdate(theirs))
    theirs.getText('body').insert(1, 'b')
    stream.event('resync', { document: true }).event('patch', { watching: 1 }, 'e:6')
    await until(provider.room, ({ watching }) => watching === 1)
    answerSync(first, before)
    const second = await server.take('POST sync')
    expect(provider.synced).toBe(false)
    answerSync(second, theirs)
    await untilText(doc, 'ab')
    expect(provider.synced).toBe(true)
  })

  it('[CL20] is fetched until it is there', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = keep(server)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    ;(await server.take('POST sync')).refuse('store-failed')
    ;(await server.take('POST sync')).response.destroy()
    answerSync(await server.take('POST sync'), typed('x'))
    await untilText(doc, 'x')
    expect(provider.problem).toBeNull()
  })

  it('[CL20] may be refused, which the provider says', async () => {
    await using server = await ScriptedServer.listen()
    const { provider } = keep(server)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    ;(await server.take('POST sync')).refuse('unauthorized')
    expect(await said(provider, 'problem')).toMatchObject({ problem: 'unauthorized' })
    expect(provider).toMatchObject({ synced: false, problem: { problem: 'unauthorized' } })
  })

  it('[CL20] is asked for with a state vector of any length', async () => {
    await using server = await ScriptedServer.listen()
    const crowd = new Doc()
    for (let client = 1; client <= 1_500; client++) {
      const doc = new Doc()
      doc.clientID = 2 ** 31 + client
      doc.getMap('m').set(String(client), 1)
      applyUpdate(crowd, encodeStateAsUpdate(doc))
    }
    const { provider } = keep(server, {}, crowd)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    const fetched = await server.take('POST sync')
    expect(fetched.bytes).toEqual(Buffer.from(encodeStateVector(crowd)))
    answerSync(fetched, crowd)
    expect(await said(provider, 'saved')).toBe(true)
  })

  it('[CL20] an observer that throws neither ends the stream nor keeps the rest from coming', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, stream } = await keepSynced(server)
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
    const listeners = process.listeners('uncaughtException')
    for (const listener of listeners.slice(0, -1)) process.off('uncaughtException', listener)
    doc.getText('body').observe(() => {
      throw new Error('an observer that throws')
    })
    const theirs = typed('a')
    stream.document(encodeStateAsUpdate(theirs), 'e:2')
    await expect(uncaught).resolves.toMatchObject({ message: 'an observer that throws' })
    for (const listener of listeners.slice(0, -1)) process.on('uncaughtException', listener)
    expect(textOf(doc)).toBe('a')
    expect(server.waiting('GET events')).toBe(0)
  })
})

describe('edits', () => {
  it('[CL21] of one go are one post, and those of while it is in flight are the next', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const theirs = new Doc()
    const body = doc.getText('body')
    for (const [at, letter] of [...'abc'].entries()) body.insert(at, letter)
    expect(provider.saved).toBe(false)
    const first = await server.take('POST document')
    expect(first.request.headers['content-type']).toBe('application/octet-stream')
    for (const [at, letter] of [...'def'].entries()) body.insert(3 + at, letter)
    expect(server.waiting('POST document')).toBe(0)
    applyUpdate(theirs, first.bytes)
    expect(textOf(theirs)).toBe('abc')
    first.answer(200, { id: 'e:2' })
    const second = await server.take('POST document')
    expect(provider.saved).toBe(false)
    expect(keyOf(second)).toMatch(/^[0-9a-f]{32}$/)
    expect(keyOf(second)).not.toBe(keyOf(first))
    applyUpdate(theirs, second.bytes)
    expect(textOf(theirs)).toBe('abcdef')
    second.answer(200, { id: 'e:3' })
    expect(await said(provider, 'saved')).toBe(true)
  })

  it('[CL21] are posted again, the same with the same key, until they are acknowledged', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const first = await server.take('POST document')
    doc.getText('body').insert(1, 'b')
    expect(provider.retrying).toBe(false)
    const retrying = said(provider, 'retrying')
    // The server has stored it, and its answer is lost.
    first.response.destroy()
    expect(await retrying).toBe(true)
    const second = await server.take('POST document')
    second.refuse('store-failed')
    const third = await server.take('POST document')
    for (const again of [second, third]) {
      expect(keyOf(again)).toBe(keyOf(first))
      expect(again.bytes.equals(first.bytes)).toBe(true)
    }
    expect(provider.problem).toBeNull()
    third.answer(200, { id: 'e:2' })
    const next = await server.take('POST document')
    next.answer(200, { id: 'e:3' })
    expect(await said(provider, 'saved')).toBe(true)
    expect(provider.retrying).toBe(false)
    const theirs = new Doc()
    for (const { bytes } of [first, next]) applyUpdate(theirs, bytes)
    expect(textOf(theirs)).toBe('ab')
  })

  it('[CL21] of others are not posted', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    stream.document(encodeStateAsUpdate(typed('theirs')), 'e:2')
    await untilText(doc, 'theirs')
    expect(provider.saved).toBe(true)
    expect(server.waiting('POST document')).toBe(0)
  })

  it('[CL21] wait for what the server has, and go together with what it lacks', async () => {
    await using server = await ScriptedServer.listen()
    const before = typed('offline ')
    const { doc, provider } = keep(server, {}, before)
    doc.getText('body').insert(8, 'edit')
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    const fetched = await server.take('POST sync')
    expect([provider.saved, server.waiting('POST document')]).toEqual([false, 0])
    answerSync(fetched, EMPTY)
    const posted = await server.take('POST document')
    const theirs = new Doc()
    applyUpdate(theirs, posted.bytes)
    expect(textOf(theirs)).toBe('offline edit')
    posted.answer(200, { id: 'e:2' })
    expect(await said(provider, 'saved')).toBe(true)
    expect(server.waiting('POST document')).toBe(0)
  })

  it('[CL21] larger than the server takes go in parts', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const cells = doc.getMap('cells')
    doc.transact(() => {
      for (let row = 0; row < 100; row++) cells.set(`row ${row}`, 'x'.repeat(50))
    })
    ;(await server.take('POST document')).refuse('too-large', { limitBytes: 2_000 })
    const theirs = new Doc()
    let parts = 0
    const saved = said(provider, 'saved')
    while (theirs.getMap('cells').size < 100) {
      const part = await server.take('POST document')
      expect(part.bytes.length).toBeLessThanOrEqual(2_000)
      applyUpdate(theirs, part.bytes)
      parts += 1
      part.answer(200, { id: `e:${parts}` })
    }
    expect(await saved).toBe(true)
    expect(parts).toBeGreaterThan(3)
    expect(theirs.getMap('cells').toJSON()).toEqual(cells.toJSON())
  })

  it('[CL21] for which there is no room are kept and said, and tried again with the next one', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const body = doc.getText('body')
    body.insert(0, 'too much')
    const refused = said(provider, 'problem')
    ;(await server.take('POST document')).refuse('document-full', { limitBytes: 60 })
    expect(await refused).toMatchObject({ problem: 'document-full' })
    expect([provider.saved, provider.setAside]).toEqual([false, false])
    expect(server.waiting('POST document')).toBe(0)
    body.delete(0, 8)
    body.insert(0, 'less')
    const again = await server.take('POST document')
    // What was deleted is not sent any more.
    expect(again.body).not.toContain('too much')
    again.answer(200, { id: 'e:2' })
    expect(await said(provider, 'saved')).toBe(true)
    expect(provider.problem).toBeNull()
  })

  it('[CL21] of a caller who isn’t known are tried again when the room is online again', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const refused = said(provider, 'problem')
    ;(await server.take('POST document')).refuse('unauthorized')
    expect(await refused).toMatchObject({ problem: 'unauthorized' })
    expect(provider.saved).toBe(false)
    stream.end()
    ;(await server.take('GET events')).stream()
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await said(provider, 'saved')).toBe(true)
    expect(provider.problem).toBeNull()
  })

  it.each(['too-large', 'bad-update'] as const)(
    '[CL22] that are refused for good (%s) are set aside, and what comes after them goes on',
    async (name) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      doc.getMap('sheet').set('A1', 'much too much')
      const setAside = said(provider, 'setAside')
      ;(await server.take('POST document')).refuse(name, { limitBytes: 8 })
      expect(await setAside).toBe(true)
      expect(provider.problem).toMatchObject({ problem: name })
      doc.getText('body').insert(0, 'later')
      const later = await server.take('POST document')
      expect(later.body).not.toContain('much')
      const theirs = new Doc()
      applyUpdate(theirs, later.bytes)
      expect(textOf(theirs)).toBe('later')
      later.answer(200, { id: 'e:2' })
      expect(provider.saved).toBe(false)
      doc.getMap('sheet').delete('A1')
      const undone = await server.take('POST document')
      expect(undone.body).not.toContain('much')
      applyUpdate(theirs, undone.bytes)
      undone.answer(200, { id: 'e:3' })
      expect(await said(provider, 'saved')).toBe(true)
      expect([provider.setAside, provider.problem]).toEqual([false, null])
      expect(encodeStateVector(theirs)).toEqual(encodeStateVector(doc))
    },
  )

  it('[CL22] that depend by their clocks on what is set aside get new ones', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const reloaded = said(provider, 'reload')
    doc.getMap('sheet').set('A1', 'much too much')
    const refused = await server.take('POST document')
    doc.getText('body').insert(0, 'later')
    refused.refuse('bad-update')
    answerSync(await server.take('POST sync'), EMPTY)
    expect(await reloaded).toBe(provider.doc)
    answerSync(await server.take('POST sync'), EMPTY)
    const later = await server.take('POST document')
    const theirs = new Doc()
    applyUpdate(theirs, later.bytes)
    expect([textOf(theirs), theirs.getMap('sheet').size]).toEqual(['later', 0])
    expect(provider.doc.getMap('sheet').toJSON()).toEqual({ A1: 'much too much' })
    later.answer(200, { id: 'e:2' })
  })

  it.each([
    ['a page', { 'content-type': 'text/html' }, '<html>Log in</html>'],
    ['JSON without an id', { 'content-type': 'application/json' }, '{"ok":true}'],
    ['JSON by its text alone', { 'content-type': 'text/plain' }, '{"id":"e:2"}'],
  ])('[CL18] aren’t saved by %s with 200', async (_what, headers, body) => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const retrying = said(provider, 'retrying')
    ;(await server.take('POST document')).response.writeHead(200, headers).end(body)
    expect(await retrying).toBe(true)
    expect(provider.saved).toBe(false)
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await said(provider, 'saved')).toBe(true)
  })

  it('[CL18] aren’t saved by where a redirect leads', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const { response } = await server.take('POST document')
    response.writeHead(307, { location: `${server.url}/rooms/other/document` }).end()
    const again = await server.take('POST document')
    expect(again.request.url).not.toContain('other')
    again.answer(200, { id: 'e:2' })
    expect(await said(provider, 'saved')).toBe(true)
  })

  it('[CL21] of which the server says that something is missing are followed by what it lacks', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    ;(await server.take('POST document')).answer(200, { id: 'e:2', pending: true })
    answerSync(await server.take('POST sync'), EMPTY)
    const again = await server.take('POST document')
    const theirs = new Doc()
    applyUpdate(theirs, again.bytes)
    expect(textOf(theirs)).toBe('a')
    expect(provider.saved).toBe(false)
    again.answer(200, { id: 'e:3' })
    expect(await said(provider, 'saved')).toBe(true)
  })

  it('[CL20] that the server hasn’t, though it has later ones, are sent', async () => {
    await using server = await ScriptedServer.listen()
    const author = new Doc()
    const updates: Uint8Array[] = []
    author.on('update', (update: Uint8Array) => void updates.push(update))
    for (const letter of 'abc') author.getArray('list').push([letter])
    const theirs = new Doc()
    for (const update of [updates[0]!, updates[2]!]) applyUpdate(theirs, update)
    const { provider } = keep(server, {}, author)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    answerSync(await server.take('POST sync'), theirs)
    const posted = await server.take('POST document')
    expect(provider.saved).toBe(false)
    applyUpdate(theirs, posted.bytes)
    expect(theirs.getArray('list').toJSON()).toEqual(['a', 'b', 'c'])
    posted.answer(200, { id: 'e:2' })
    expect(await said(provider, 'saved')).toBe(true)
  })

  it('[CL22] of one long text go in parts, none of which ends within an emoji', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const text = '👨‍👩‍👧😀'.repeat(300)
    doc.getText('body').insert(0, text)
    ;(await server.take('POST document')).refuse('too-large', { limitBytes: 1_000 })
    const theirs = new Doc()
    const saved = said(provider, 'saved')
    while (textOf(theirs).length < text.length) {
      const part = await server.take('POST document')
      expect(part.bytes.length).toBeLessThanOrEqual(1_000)
      applyUpdate(theirs, part.bytes)
      part.answer(200, { id: 'e:2' })
    }
    expect(await saved).toBe(true)
    expect(textOf(theirs)).toBe(text)
  })

  it.each(['POST document', 'document event'] as const)(
    '[CL23] under clocks that somebody else has used get new ones (%s)',
    async (how) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider, stream } = await keepSynced(server)
      doc.getText('body').insert(0, 'own')
      const theirs = new Doc()
      theirs.clientID = doc.clientID
      theirs.getText('body').insert(0, 'their')
      const reloaded = said(provider, 'reload')
      const post = await server.take('POST document')
      if (how === 'document event') stream.document(encodeStateAsUpdate(theirs), 'e:2')
      post.refuse('bad-update', { reason: 'clock-taken' })
      answerSync(await server.take('POST sync'), theirs)
      const rebuilt = await reloaded
      expect(provider.doc).toBe(rebuilt)
      expect(['owntheir', 'theirown']).toContain(textOf(rebuilt))
      answerSync(await server.take('POST sync'), theirs)
      const again = await server.take('POST document')
      applyUpdate(theirs, again.bytes)
      expect(textOf(theirs)).toBe(textOf(rebuilt))
      again.answer(200, { id: 'e:3' })
      expect(await said(provider, 'saved')).toBe(true)
      rebuilt.getText('body').insert(0, '!')
      ;(await server.take('POST document')).answer(200, { id: 'e:4' })
    },
  )

  it('[CL21] that the server has lost are sent again', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, stream } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    stream.event('resync', { document: true }).event('patch', {}, 'f:1')
    answerSync(await server.take('POST sync'), EMPTY)
    const again = await server.take('POST document')
    const theirs = new Doc()
    applyUpdate(theirs, again.bytes)
    expect(textOf(theirs)).toBe('a')
    again.answer(200, { id: 'f:2' })
  })
})

describe('a provider', () => {
  it('[CL20] that comes to a room which is open already has the stream opened anew', async () => {
    await using server = await ScriptedServer.listen()
    const room = joinRoom({ url: server.url, room: 'budget' })
    rooms.push(room)
    const stream = await server.take('GET events')
    expect(stream.query.get('document')).toBe('0')
    stream.stream().snapshot('e:1', [member('me')])
    await until(room, ({ status }) => status === 'online')
    const provider = new RoomProvider(room, new Doc())
    providers.push(provider)
    const again = await server.take('GET events')
    expect([again.query.get('document'), again.query.get('lastEventId')]).toEqual([null, 'e:1'])
    again.stream()
    answerSync(await server.take('POST sync'), EMPTY)
    expect(await said(provider, 'synced')).toBe(true)
  })

  it('[CL20] is told by the long-poll as by a stream', async () => {
    await using server = await ScriptedServer.listen()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const theirs = typed('a')
    const { doc } = keep(server)
    for (const call of ['GET events', 'POST events']) {
      await server.take(call)
      vi.advanceTimersByTime(5_000)
    }
    vi.useRealTimers()
    const news = (answer: { readonly [field: string]: Json }) => ({ patch: {}, ...answer })
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:1' })
    ;(await server.take('GET location')).answer(200, {
      id: 'e:1',
      members: [JSON.parse(JSON.stringify(member('me'))) as Json],
      watching: 0,
    })
    answerSync(await server.take('POST sync'), theirs)
    await untilText(doc, 'a')
    theirs.getText('body').insert(1, 'b')
    const document = Buffer.from(encodeStateAsUpdate(theirs)).toString('base64')
    const poll = await server.take('GET location')
    expect([poll.query.get('since'), poll.query.has('document')]).toEqual(['e:1', false])
    poll.answer(200, news({ id: 'e:2', document }))
    await untilText(doc, 'ab')
    theirs.getText('body').insert(2, 'c')
    ;(await server.take('GET location')).answer(
      200,
      news({ id: 'e:9', resync: { document: true } }),
    )
    answerSync(await server.take('POST sync'), theirs)
    await untilText(doc, 'abc')
  })

  it('says its status and that of the room, and why it is closed', async () => {
    await using server = await ScriptedServer.listen()
    const { provider } = keep(server)
    const [error, status] = [said(provider, 'problem'), said(provider, 'status')]
    ;(await server.take('GET events')).refuse('room-full')
    expect(await status).toBe('closed')
    expect(await error).toMatchObject({ problem: 'room-full' })
    expect(provider).toMatchObject({ synced: false, problem: { problem: 'room-full' } })
  })

  it('[CL25] posts what it has once more when it is destroyed, and hears no more', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream, room } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const saved = provider.destroy()
    ;(await server.take('POST document')).response.destroy()
    expect(await saved).toBe(false)
    doc.getText('body').insert(1, 'b')
    stream.document(encodeStateAsUpdate(typed('c')), 'e:2').event('patch', { watching: 1 }, 'e:3')
    await until(room, ({ watching }) => watching === 1)
    expect(textOf(doc)).toBe('ab')
    expect(server.waiting('POST document')).toBe(0)
  })

  it('[CL25] that is destroyed early asks first and posts then', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = keep(server)
    doc.getText('body').insert(0, 'a')
    const saved = provider.destroy()
    answerSync(await server.take('POST sync'), EMPTY)
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await saved).toBe(true)
    expect(await keep(server).provider.destroy(), 'nothing was edited').toBe(true)
  })

  it.each(['update', 'afterTransaction', 'afterTransactionCleanup', 'beforeTransaction'] as const)(
    '[CL25] goes on, and so do all others, while a listener of %s throws',
    async (event) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      const fault = new Error('a listener that throws')
      doc.on(event, () => {
        throw fault
      })
      const heard: string[] = []
      doc.on('update', () => void heard.push(textOf(doc)))
      for (const text of ['a', 'ab']) {
        expect(() => doc.getText('body').insert(0, text)).toThrow(fault)
        ;(await server.take('POST document')).answer(200, { id: 'e:2' })
        expect(await said(provider, 'saved')).toBe(true)
      }
      expect(heard).toEqual(['a', 'aba'])
    },
  )

  it.each(['observe', 'observeDeep'] as const)(
    '[CL25] goes on while what looks on with %s throws',
    async (how) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      doc.getText('body')[how](() => {
        throw new Error('an observer that throws')
      })
      for (const text of ['a', 'b']) {
        expect(() => doc.getText('body').insert(0, text)).toThrow('an observer that throws')
        ;(await server.take('POST document')).answer(200, { id: 'e:2' })
        expect(await said(provider, 'saved')).toBe(true)
      }
    },
  )

  it('[CL25] mends a document that a listener has broken before', async () => {
    await using server = await ScriptedServer.listen()
    const doc = new Doc()
    const broken = () => {
      throw new Error('a listener that throws')
    }
    doc.on('update', broken)
    expect(() => doc.getText('body').insert(0, 'a')).toThrow()
    doc.off('update', broken)
    const heard: string[] = []
    doc.getText('body').observe(() => void heard.push(textOf(doc)))
    doc.getText('body').insert(1, 'b')
    expect(heard).toEqual([])
    const { provider } = keep(server, {}, doc)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    answerSync(await server.take('POST sync'), EMPTY)
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await said(provider, 'saved')).toBe(true)
    expect(heard).toEqual(['ab'])
    doc.getText('body').insert(2, 'c')
    ;(await server.take('POST document')).answer(200, { id: 'e:3' })
    expect(heard).toEqual(['ab', 'abc'])
  })

  it('[CL21] beside another one passes on what that one is told, and doesn’t echo', async () => {
    await using one = await ScriptedServer.listen()
    await using two = await ScriptedServer.listen()
    const { doc, stream } = await keepSynced(one)
    const other = keep(two, {}, doc)
    ;(await two.take('GET events')).stream().snapshot('e:1', [member('me')])
    answerSync(await two.take('POST sync'), EMPTY)
    await said(other.provider, 'synced')
    const theirs = typed('a')
    const first = encodeStateAsUpdate(theirs)
    theirs.getText('body').insert(1, 'b')
    const second = encodeStateAsUpdate(theirs, encodeStateVectorFromUpdate(first))
    // The second comes first by the one, and waits until the other brings what it needs.
    stream.document(second, 'e:2')
    const later = await two.take('POST document')
    later.answer(200, { id: 'e:2', pending: true })
    applyUpdate(theirs, later.bytes)
    const server = new Doc()
    applyUpdate(server, later.bytes)
    answerSync(await two.take('POST sync'), server)
    const settled = said(other.provider, 'synced')
    two.waiting('POST document')
    applyUpdate(doc, first, other.provider)
    await settled.catch(() => undefined)
    expect(textOf(doc)).toBe('ab')
    const passedOn = await one.take('POST document')
    const had = new Doc()
    applyUpdate(had, second)
    applyUpdate(had, passedOn.bytes)
    expect(textOf(had)).toBe('ab')
    passedOn.answer(200, { id: 'e:3' })
  })

  it('asks nothing of a room that is closed', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await keepSynced(server)
    const left = room.leave()
    ;(await server.take('POST leave')).answer(204)
    await Promise.all([left, stream.closed])
    const asked = vi.spyOn(globalThis, 'fetch')
    const late = new RoomProvider(room, typed('a'))
    providers.push(late)
    expect(late).toMatchObject({ status: 'closed', synced: false, saved: false, problem: null })
    await fetch(`${server.url}/page`)
    expect(asked.mock.calls).toEqual([[`${server.url}/page`]])
  })

  it('wants a room of joinRoom', () => {
    const { getSnapshot, subscribe, ...room } = {} as Room
    expect(() => new RoomProvider({ ...room, getSnapshot, subscribe }, new Doc())).toThrow(
      TypeError,
    )
  })
})
