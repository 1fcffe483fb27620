import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { describe, expect, it } from 'vitest'
import {
  EMPTY,
  keep,
  keepSynced,
  retryAtOnceAndLeaveAll,
  nextEvent,
  textOf,
  typed,
  Uncaught,
  untilText,
  answerSync,
} from './kept.fixture.js'
import { member, ScriptedServer } from '../../../../test/client/scripted-server.js'
import { until } from '../../../../test/client/until.js'

retryAtOnceAndLeaveAll()

describe('the server’s document', () => {
  it('[CL20] is fetched after hello, and updated by events from then on', async () => {
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
    expect(await nextEvent(provider, 'synced')).toBe(true)
    expect(textOf(doc)).toBe('Hello')
    theirs.on('update', (update: Uint8Array) => void stream.document(update, 'e:2'))
    theirs.getText('body').insert(5, ' world')
    await untilText(doc, 'Hello world')
    expect(provider.saved).toBe(true)
  })

  it('[CL20] is not fetched again if the stream resumes after the last document event', async () => {
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

  it('[CL20] is resumed from before a frame that was cut off, as only its last event has a position', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await keepSynced(server)
    stream.event('patch', { watching: 3 }).end()
    const again = await server.take('GET events')
    expect(again.query.get('lastEventId')).toBe('e:1')
    again.stream().event('patch', { watching: 4 }, 'e:2')
    await until(room, ({ watching }) => watching === 4)
  })

  it('[CL20 EX8] is fetched again after a resync of the document, but not after another resync', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('a')
    const { room, doc, provider, stream } = await keepSynced(server, theirs)
    stream.event('resync', {}).snapshot('e:5', [member('me')], 1)
    await until(room, ({ watching }) => watching === 1)
    expect(server.waiting('POST sync')).toBe(0)
    theirs.getText('body').insert(1, 'b')
    stream.event('resync', { document: true }).event('patch', {}, 'e:6')
    const fetched = await server.take('POST sync')
    // `since` tells another server which position this client has reached.
    expect(fetched.query.get('since')).toBe('e:6')
    expect(provider.synced).toBe(false)
    answerSync(fetched, theirs)
    await untilText(doc, 'ab')
  })

  it('[CL20] is fetched again after a resync during a fetch', async () => {
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

  it('[CL20] is fetched repeatedly until a fetch succeeds', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = keep(server)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    ;(await server.take('POST sync')).refuse('store-failed')
    ;(await server.take('POST sync')).response.destroy()
    answerSync(await server.take('POST sync'), typed('x'))
    await untilText(doc, 'x')
    expect(provider.problem).toBeNull()
  })

  it('[CL20] may be refused, which the provider reports', async () => {
    await using server = await ScriptedServer.listen()
    const { provider } = keep(server)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    ;(await server.take('POST sync')).refuse('unauthorized')
    expect(await nextEvent(provider, 'problem')).toMatchObject({ problem: 'unauthorized' })
    expect(provider).toMatchObject({ synced: false, problem: { problem: 'unauthorized' } })
  })

  it('[CL37] is requested with a state vector of any length', async () => {
    await using server = await ScriptedServer.listen()
    const crowd = new Doc()
    for (let client = 1; client <= 1_500; client++) {
      const doc = new Doc()
      doc.clientID = 2 ** 31 + client
      doc.getMap('m').set(String(client), 1)
      applyUpdate(crowd, encodeStateAsUpdate(doc))
    }
    const { provider } = keep(server, crowd)
    const stream = (await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    const first = await server.take('POST sync')
    // For a document from elsewhere, the client can't know what the server has.
    expect(first.bytes).toEqual(Buffer.from(encodeStateVector(EMPTY)))
    answerSync(first, crowd)
    expect(await nextEvent(provider, 'saved')).toBe(true)
    stream.event('resync', { document: true }).event('patch', {}, 'e:6')
    const second = await server.take('POST sync')
    expect(second.bytes).toEqual(Buffer.from(encodeStateVector(crowd)))
    answerSync(second, crowd)
    expect(await nextEvent(provider, 'synced')).toBe(true)
  })

  it('[CL37 CL23] is merged with a document that was never synced and has the same client id', async () => {
    await using server = await ScriptedServer.listen()
    const [own, theirs] = [typed('own'), new Doc()]
    theirs.clientID = own.clientID
    theirs.getText('body').insert(0, 'their')
    const { provider } = keep(server, own)
    const reloaded = nextEvent(provider, 'reload')
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    for (let times = 0; times < 2; times++) answerSync(await server.take('POST sync'), theirs)
    expect(['owntheir', 'theirown']).toContain(textOf(await reloaded))
    answerSync(await server.take('POST sync'), theirs)
    const posted = await server.take('POST document')
    applyUpdate(theirs, posted.bytes)
    expect(textOf(theirs)).toBe(textOf(provider.doc))
    posted.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL129] that deletes what was written here and never sent gives way to it', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    provider.disconnect()
    doc.getText('body').insert(0, 'own')
    const theirs = deletedBefore(doc)
    const reloaded = nextEvent(provider, 'reload')
    provider.connect()
    for (let times = 0; times < 2; times++) answerSync(await server.take('POST sync'), theirs)
    expect(textOf(await reloaded)).toBe('own')
    answerSync(await server.take('POST sync'), theirs)
    const posted = await server.take('POST document')
    applyUpdate(theirs, posted.bytes)
    expect(textOf(theirs)).toBe('own')
    posted.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL129] that has some of it from another page with the same copy deletes the rest', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    provider.disconnect()
    doc.getText('body').insert(0, 'own words')
    const theirs = new Doc()
    applyUpdate(theirs, encodeStateAsUpdate(doc))
    theirs.getText('body').delete(0, 4)
    provider.connect()
    answerSync(await server.take('POST sync'), theirs)
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(provider.doc).toBe(doc)
    expect(textOf(doc)).toBe('words')
  })

  it('[CL129] that deletes what was sent, and may have been stored, deletes it here', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    doc.getText('body').insert(0, 'own')
    await server.take('POST document')
    stream.document(encodeStateAsUpdate(deletedBefore(doc)), 'e:2')
    await untilText(doc, '')
    expect(provider.doc).toBe(doc)
  })

  it('[CL27] counts as synced after a reconnect only once the first event arrives', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('a')
    const { room, provider, stream } = await keepSynced(server, theirs)
    stream.end()
    const again = await server.take('GET events')
    again.stream()
    await until(room, ({ status }) => status === 'online')
    expect([provider.synced, provider.saved]).toEqual([false, true])
    const synced = nextEvent(provider, 'synced')
    again.event('ping', {})
    expect(await synced).toBe(true)
    again.end()
    // The restarted server doesn't know the position any more.
    const restarted = await server.take('GET events')
    const heard: boolean[] = []
    provider.on('synced', (isSynced) => void heard.push(isSynced))
    restarted.stream()
    await until(room, ({ status }) => status === 'online')
    restarted.event('resync', { document: true }).snapshot('f:1', [member('me')])
    const asked = await server.take('POST sync')
    expect([provider.synced, provider.saved, heard]).toEqual([false, false, []])
    answerSync(asked, theirs)
    expect(await nextEvent(provider, 'synced')).toBe(true)
  })

  it('[CL20] is still received, over the same stream, if an observer throws', async () => {
    await using server = await ScriptedServer.listen()
    const { room, doc, stream } = await keepSynced(server)
    using uncaught = new Uncaught()
    const fault = new Error('an observer that throws')
    doc.getText('body').observe(() => {
      throw fault
    })
    stream.document(encodeStateAsUpdate(typed('a')), 'e:2').event('patch', { watching: 1 }, 'e:3')
    await until(room, ({ watching }) => watching === 1)
    expect(uncaught.errors).toEqual([fault])
    expect(textOf(doc)).toBe('a')
    expect(server.waiting('GET events')).toBe(0)
  })
})

/** Returns a document in which somebody else wrote and deleted under the clocks of a document's own words. */
function deletedBefore(doc: Doc): Doc {
  const theirs = new Doc()
  theirs.clientID = doc.clientID
  theirs.getText('body').insert(0, 'x'.repeat(100))
  theirs.getText('body').delete(0, 100)
  return theirs
}
