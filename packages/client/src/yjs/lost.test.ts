import { applyUpdate, Doc } from 'yjs'
import { expect, it } from 'vitest'
import { member, ScriptedServer } from '../../../../test/client/scripted-server.js'
import {
  answerSync,
  EMPTY,
  keep,
  keepSynced,
  nextEvent,
  retryAtOnceAndLeaveAll,
  textOf,
  typed,
} from './kept.fixture.js'

retryAtOnceAndLeaveAll()

const EDITOR = ['watch', 'join', 'move', 'write', 'comment']
const OWNER = [...EDITOR, 'manage']

/** Answers two syncs with a document that isn't there: the second has nothing to compare. */
async function lose(server: ScriptedServer, none: string): Promise<void> {
  answerSync(await server.take('POST sync'), EMPTY, none)
  answerSync(await server.take('POST sync'), EMPTY, none)
}

it('[DO49 DO98] what begins a document says that there was none, and which one it is from the next sync on', async () => {
  await using server = await ScriptedServer.listen()
  const { doc, provider } = keep(server)
  ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
  answerSync(await server.take('POST sync'), EMPTY, '.2')
  doc.getText('body').insert(0, 'a')
  const first = await server.take('POST document')
  expect(first.query.get('incarnation')).toBe('.2')
  first.answer(200, { id: 'e:2' })
  answerSync(await server.take('POST sync'), doc, '2-x')
  await nextEvent(provider, 'saved')
  expect(provider.doc).toBe(doc)
  doc.getText('body').insert(1, 'b')
  expect((await server.take('POST document')).query.get('incarnation')).toBe('2-x')
})

it('[DO97] a document that the server has lost is given back whole, whatever was deleted there since', async () => {
  for (const none of ['.0', '.1']) {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = keep(server)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    answerSync(await server.take('POST sync'), typed('everything'), '1-x')
    await nextEvent(provider, 'saved')
    doc.getText('body').insert(10, ' and more')
    ;(await server.take('POST document')).refuse('document-deleted')
    await lose(server, none)
    const post = await server.take('POST document')
    expect(post.query.get('incarnation')).toBe('1-x')
    const given = new Doc()
    applyUpdate(given, post.bytes)
    expect(textOf(given)).toBe('everything and more')
    post.answer(200, { id: 'e:2' })
    await nextEvent(provider, 'saved')
    expect(provider.doc).toBe(doc)
    expect(provider.former).toBeNull()
  }
})

it('[DO97 DO51] a lost document that another one is in the place of is kept apart, whole', async () => {
  await using server = await ScriptedServer.listen()
  const { provider, stream } = await keepSynced(server, typed('acknowledged'))
  const reloaded = nextEvent(provider, 'reload')
  stream.event('resync', { document: true })
  answerSync(await server.take('POST sync'), typed('another'), '0-y')
  expect(textOf(await reloaded)).toBe('')
  expect(textOf(provider.former!)).toBe('acknowledged')
  expect(provider.formerWasLost).toBe(true)
  answerSync(await server.take('POST sync'), typed('another'), '0-y')
  await nextEvent(provider, 'saved')
  expect(textOf(provider.doc)).toBe('another')
  provider.dropFormer()
  expect(provider.formerWasLost).toBe(false)
})

it('[CL135] what was its user’s says so in its posts, whatever the room without it allows', async () => {
  await using server = await ScriptedServer.listen()
  const { doc, provider } = keep(server)
  const stream = await server.take('GET events')
  stream.stream({ can: OWNER }).snapshot('e:1', [member('me')])
  answerSync(await server.take('POST sync'), typed('mine'), '0-x')
  await nextEvent(provider, 'saved')
  stream.event('can', { can: EDITOR })
  stream.event('resync', { document: true })
  await lose(server, '.0')
  const post = await server.take('POST document')
  expect(post.query.get('owned')).toBe('1')
  post.answer(200, { id: 'e:2' })
  await nextEvent(provider, 'saved')
  // It has another owner now.
  stream.event('resync', { document: true })
  answerSync(await server.take('POST sync'), doc, '0-x')
  await nextEvent(provider, 'saved')
  doc.getText('body').insert(0, 'not ')
  expect((await server.take('POST document')).query.get('owned')).toBeNull()
})

it('[CL136] what only others may give back is kept, isn’t saved, and is posted after the next sync', async () => {
  await using server = await ScriptedServer.listen()
  const { doc, provider, stream } = await keepSynced(server, typed('theirs'))
  stream.event('resync', { document: true })
  await lose(server, '.0')
  const post = await server.take('POST document')
  expect(post.query.get('owned')).toBeNull()
  const told = nextEvent(provider, 'problem')
  post.refuse('document-lost')
  expect(await told).toMatchObject({ problem: 'document-lost' })
  expect(provider.saved).toBe(false)
  expect(textOf(doc)).toBe('theirs')
  stream.event('resync', { document: true })
  answerSync(await server.take('POST sync'), EMPTY, '0')
  const again = await server.take('POST document')
  expect([...again.bytes]).toEqual([...post.bytes])
  again.answer(200, { id: 'e:2' })
  await nextEvent(provider, 'saved')
  expect(provider.problem).toBeNull()
})
