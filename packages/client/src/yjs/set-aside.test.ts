import { applyUpdate, Doc, encodeStateAsUpdate, UndoManager } from 'yjs'
import { describe, expect, it } from 'vitest'
import {
  answerSync,
  EMPTY,
  keepSynced,
  type Kept,
  nextEvent,
  retryAtOnceAndLeaveAll,
  textOf,
} from './kept.fixture.js'
import { type Exchange, ScriptedServer } from '../../../../test/client/scripted-server.js'

const TYPING = 'typing'
const IMAGE = 'much too large'

retryAtOnceAndLeaveAll()

/** Types some text, and then inserts something that the server refuses for good. */
async function setAside(server: ScriptedServer): Promise<Kept & { undo: UndoManager }> {
  const kept: Kept & { stream: Exchange } = await keepSynced(server)
  const { doc, provider } = kept
  const scope = [doc.getText('body'), doc.getMap('sheet')]
  const undo = new UndoManager(scope, { trackedOrigins: new Set([TYPING]), captureTimeout: 0 })
  doc.transact(() => doc.getText('body').insert(0, 'before '), TYPING)
  ;(await server.take('POST document')).answer(200, { id: 'e:2' })
  doc.transact(() => doc.getMap('sheet').set('image', IMAGE), TYPING)
  const isSetAside = nextEvent(provider, 'setAside')
  ;(await server.take('POST document')).refuse('too-large', { limitBytes: 8 })
  expect(await isSetAside).toBe(true)
  return { ...kept, undo }
}

describe('when an edit is set aside', () => {
  it('[CL30] later edits have another client id, which is announced', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const before = doc.clientID
    const { awareness } = provider
    doc.getMap('sheet').set('image', IMAGE)
    const changed = nextEvent(provider, 'clientID')
    ;(await server.take('POST document')).refuse('too-large', { limitBytes: 8 })
    const now = await changed
    expect(now).not.toBe(before)
    expect([doc.clientID, awareness.clientID]).toEqual([now, now])
    expect([...awareness.getStates().keys()]).toEqual([now])
    expect(provider.doc).toBe(doc)
  })

  it('[CL30] undo reverts later edits, earlier edits, and the refused edit', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, undo } = await setAside(server)
    doc.transact(() => doc.getText('body').insert(7, 'after'), TYPING)
    ;(await server.take('POST document')).answer(200, { id: 'e:3' })
    undo.undo()
    expect(textOf(doc)).toBe('before ')
    undo.redo()
    expect(textOf(doc)).toBe('before after')
    undo.undo()
    undo.undo()
    expect(doc.getMap('sheet').toJSON()).toEqual({})
    expect(provider.setAside).toBe(false)
    undo.undo()
    expect(textOf(doc)).toBe('')
    const theirs = new Doc()
    const saved = nextEvent(provider, 'saved')
    applyPost(theirs, await server.take('POST document'))
    expect(await saved).toBe(true)
    expect([textOf(theirs), theirs.getMap('sheet').size]).toEqual(['', 0])
  })

  it('[CL30] undo doesn’t revert what others typed meanwhile', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, undo } = await setAside(server)
    const others = new Doc()
    others.getText('body').insert(0, 'theirs ')
    applyUpdate(doc, encodeStateAsUpdate(others), 'others')
    while (undo.canUndo()) undo.undo()
    expect(textOf(doc)).toBe('theirs ')
  })

  it('[CL30] undo starts again in a rebuilt document, and the old undo manager does no harm', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const undo = new UndoManager(doc, { trackedOrigins: new Set([TYPING]) })
    doc.transact(() => doc.getMap('sheet').set('image', IMAGE), TYPING)
    const refused = await server.take('POST document')
    // Its clocks follow those of the refused edit.
    doc.transact(() => doc.getText('body').insert(0, 'before '), TYPING)
    const reloaded = nextEvent(provider, 'reload')
    refused.refuse('too-large', { limitBytes: 8 })
    answerSync(await server.take('POST sync'), EMPTY)
    const rebuilt = await reloaded
    const later = new UndoManager(rebuilt, { trackedOrigins: new Set([TYPING]) })
    rebuilt.transact(() => rebuilt.getText('body').insert(0, 'new '), TYPING)
    expect(undo.undo()).not.toBeNull()
    expect(textOf(rebuilt)).toBe('new before ')
    later.undo()
    expect(textOf(rebuilt)).toBe('before ')
  })
})

function applyPost(doc: Doc, post: Exchange): void {
  applyUpdate(doc, post.bytes)
  post.answer(200, { id: 'e:9' })
}
