import { applyUpdate, Doc } from 'yjs'
import { expect, it } from 'vitest'
import { ScriptedServer } from '../../../../test/client/scripted-server.js'
import {
  answerSync,
  EMPTY,
  keepSynced,
  nextEvent,
  retryAtOnceAndLeaveAll,
  textOf,
  typed,
  untilText,
} from './kept.fixture.js'

retryAtOnceAndLeaveAll()

it('[DO49] each post says which document it is for', async () => {
  await using server = await ScriptedServer.listen()
  const { doc } = await keepSynced(server)
  doc.getText('body').insert(0, 'a')
  const first = await server.take('POST document')
  expect(first.query.get('incarnation')).toBe('0')
  first.answer(200, { id: 'e:2' })
})

it('[DO50 DO51] a document that was deleted while everything was saved is dropped, and another one is begun', async () => {
  await using server = await ScriptedServer.listen()
  const { doc, provider, stream } = await keepSynced(server, typed('erased'))
  expect(textOf(doc)).toBe('erased')
  const reloaded = nextEvent(provider, 'reload')
  stream.event('resync', { document: true })
  answerSync(await server.take('POST sync'), EMPTY, '1-x')
  const begun = await reloaded
  expect(begun).not.toBe(doc)
  expect(provider.doc).toBe(begun)
  expect(textOf(begun)).toBe('')
  expect(provider.former).toBeNull()
  const next = await server.take('POST sync')
  expect([...next.bytes]).toEqual([0])
  answerSync(next, typed('another'), '1-x')
  await untilText(begun, 'another')
  begun.getText('body').insert(7, ' text')
  const post = await server.take('POST document')
  expect(post.query.get('incarnation')).toBe('1-x')
  const theirs = new Doc()
  applyUpdate(theirs, post.bytes)
  expect(theirs.store.pendingStructs?.update.length, 'nothing of the deleted one').toBeLessThan(60)
  post.answer(200, { id: 'e:3' })
  expect(await nextEvent(provider, 'saved')).toBe(true)
  expect(server.waiting('POST document')).toBe(0)
})

it('[DO51] what the server never had of a deleted document is handed over until it is dropped', async () => {
  await using server = await ScriptedServer.listen()
  const { doc, provider } = await keepSynced(server, typed('erased'))
  doc.getText('body').insert(6, ' and mine')
  const former = nextEvent(provider, 'former')
  const post = await server.take('POST document')
  post.refuse('document-deleted')
  answerSync(await server.take('POST sync'), EMPTY, '1-x')
  expect(textOf((await former)!)).toBe('erased and mine')
  answerSync(await server.take('POST sync'), EMPTY, '1-x')
  expect(await nextEvent(provider, 'saved')).toBe(true)
  expect(textOf(provider.doc)).toBe('')
  expect(server.waiting('POST document')).toBe(0)
  const dropped = nextEvent(provider, 'former')
  provider.dropFormer()
  expect(await dropped).toBeNull()
})

it('[DO50] two deletions in a row: what was never saved of both is handed over', async () => {
  await using server = await ScriptedServer.listen()
  const { doc, provider } = await keepSynced(server)
  doc.getText('body').insert(0, 'first')
  for (const [incarnation, text] of [
    ['1-x', 'second'],
    ['2-y', 'third'],
  ] as const) {
    const reloaded = nextEvent(provider, 'reload')
    ;(await server.take('POST document')).refuse('document-deleted')
    answerSync(await server.take('POST sync'), EMPTY, incarnation)
    const begun = await reloaded
    answerSync(await server.take('POST sync'), EMPTY, incarnation)
    begun.getText('body').insert(0, text)
  }
  const post = await server.take('POST document')
  expect(post.query.get('incarnation')).toBe('2-y')
  post.answer(200, { id: 'e:2' })
  expect(textOf(provider.doc)).toBe('third')
  expect(textOf(provider.former!)).toMatch(/^(firstsecond|secondfirst)$/)
})
