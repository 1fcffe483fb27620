import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, UndoManager } from 'yjs'
import { describe, expect, it, vi } from 'vitest'
import {
  EMPTY,
  keep,
  keepSynced,
  retryAtOnceAndLeaveAll,
  nextEvent,
  textOf,
  typed,
  untilText,
  answerSync,
  keyOf,
} from './kept.fixture.js'
import { readUpdate } from './update.js'
import { member, ScriptedServer } from '../../../../test/client/scripted-server.js'

/** For a test of what is sent at once: well below the 30 s after which it is sent anyway. */
const AT_ONCE = { timeout: 15_000 }

function typedBy(client: number, text: string): Doc {
  const doc = new Doc()
  doc.clientID = client
  doc.getText('body').insert(0, text)
  return doc
}

retryAtOnceAndLeaveAll()

describe('edits', () => {
  it('[CL39] made synchronously are one post, and those made while it is in flight are the next', async () => {
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
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL134] are posted again with the same key if no answer comes', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    const limits: number[] = []
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      if (ms < 15_000) return timeout(ms)
      limits.push(ms)
      return timeout(100)
    })
    doc.getText('body').insert(0, 'a'.repeat(40_000))
    const first = await server.take('POST document')
    const again = await server.take('POST document')
    expect(keyOf(again)).toBe(keyOf(first))
    // What is posted is a little more than the text.
    expect(limits.map((ms) => Math.round(ms / 1_000))).toEqual([23, 23])
    again.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it.each([
    ['drops', true],
    ['keeps', false],
  ])('[GC4] that were deleted before they were posted: a document %s them', async (_what, gc) => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server, EMPTY, new Doc({ gc }))
    // Until it can be undone, Yjs keeps the content in any document.
    const undo = new UndoManager(doc.getText('body'))
    doc.getText('body').insert(0, 'a secret')
    doc.getText('body').delete(0, 8)
    const post = await server.take('POST document')
    expect(new TextDecoder('latin1').decode(post.bytes).includes('a secret')).toBe(!gc)
    post.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    undo.destroy()
  })

  it('[CL40] are posted again, unchanged and with the same key, until they are acknowledged', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const first = await server.take('POST document')
    doc.getText('body').insert(1, 'b')
    expect(provider.retrying).toBe(false)
    const retrying = nextEvent(provider, 'retrying')
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
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(provider.retrying).toBe(false)
    const theirs = new Doc()
    for (const { bytes } of [first, next]) applyUpdate(theirs, bytes)
    expect(textOf(theirs)).toBe('ab')
  })

  it('[DO54 CL28 CL40] that came back in an event are saved once their post or a sync is answered', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    doc.getText('body').insert(0, 'mine')
    const first = await server.take('POST document')
    stream.document(first.bytes, 'e:2')
    stream.document(encodeStateAsUpdate(typed('theirs')), 'e:3')
    await vi.waitUntil(() => textOf(doc).includes('theirs'))
    expect(provider.saved).toBe(false)
    first.response.destroy()
    const asked = await server.take('POST sync')
    expect(provider.saved).toBe(false)
    answerSync(asked, doc)
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(server.waiting('POST document')).toBe(0)
  })

  it('[CL21] of others are not posted', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    stream.document(encodeStateAsUpdate(typed('theirs')), 'e:2')
    await untilText(doc, 'theirs')
    expect(provider.saved).toBe(true)
    expect(server.waiting('POST document')).toBe(0)
  })

  it('[CL21] wait for the sync, and are posted with everything else that the server lacks', async () => {
    await using server = await ScriptedServer.listen()
    const before = typed('offline ')
    const { doc, provider } = keep(server, before)
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
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(server.waiting('POST document')).toBe(0)
  })

  it('[CL22] that exceed the server’s limit are posted in parts', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const cells = doc.getMap('cells')
    doc.transact(() => {
      for (let row = 0; row < 100; row++) cells.set(`row ${row}`, 'x'.repeat(50))
    })
    ;(await server.take('POST document')).refuse('too-large', { limitBytes: 2_000 })
    const theirs = new Doc()
    let parts = 0
    const saved = nextEvent(provider, 'saved')
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

  it(
    '[CL45] that don’t fit into the document are kept and reported, and posted again with the next edit',
    AT_ONCE,
    async () => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      const body = doc.getText('body')
      body.insert(0, 'too much')
      const refused = nextEvent(provider, 'problem')
      ;(await server.take('POST document')).refuse('document-full', { limitBytes: 60 })
      expect(await refused).toMatchObject({ problem: 'document-full' })
      expect([provider.saved, provider.setAside]).toEqual([false, false])
      expect(server.waiting('POST document')).toBe(0)
      body.delete(0, 8)
      body.insert(0, 'less')
      const again = await server.take('POST document')
      // Deleted content is not sent any more.
      expect(again.body).not.toContain('too much')
      again.answer(200, { id: 'e:2' })
      expect(await nextEvent(provider, 'saved')).toBe(true)
      expect(provider.problem).toBeNull()
    },
  )

  it(
    '[CL22 CL45] that don’t fit into the document are not sent any more when they are undone',
    AT_ONCE,
    async () => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      const body = doc.getText('body')
      // It keeps what it has deleted.
      const undo = new UndoManager(body)
      body.insert(0, 'too much')
      const refused = nextEvent(provider, 'problem')
      ;(await server.take('POST document')).refuse('document-full', { limitBytes: 60 })
      await refused
      undo.undo()
      const again = await server.take('POST document')
      expect(again.body).not.toContain('too much')
      again.answer(200, { id: 'e:2' })
      expect(await nextEvent(provider, 'saved')).toBe(true)
      undo.redo()
      const redone = await server.take('POST document')
      redone.answer(200, { id: 'e:3' })
      const theirs = new Doc()
      for (const { bytes } of [again, redone]) applyUpdate(theirs, bytes)
      expect(textOf(theirs)).toBe('too much')
      expect(await nextEvent(provider, 'saved')).toBe(true)
    },
  )

  it(
    '[CL62] that don’t fit are posted again at once if they were undone meanwhile',
    AT_ONCE,
    async () => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      const body = doc.getText('body')
      body.insert(0, 'too much')
      const first = await server.take('POST document')
      body.delete(0, 8)
      first.refuse('document-full', { limitBytes: 60 })
      const again = await server.take('POST document')
      expect(again.body).not.toContain('too much')
      again.answer(200, { id: 'e:2' })
      expect(await nextEvent(provider, 'saved')).toBe(true)
      expect(provider.problem).toBeNull()
    },
  )

  it(
    '[CL45] of an unauthorized caller are posted again when the room is online again',
    AT_ONCE,
    async () => {
      await using server = await ScriptedServer.listen()
      const { doc, provider, stream } = await keepSynced(server)
      doc.getText('body').insert(0, 'a')
      const refused = nextEvent(provider, 'problem')
      ;(await server.take('POST document')).refuse('unauthorized')
      expect(await refused).toMatchObject({ problem: 'unauthorized' })
      expect(provider.saved).toBe(false)
      stream.end()
      ;(await server.take('GET events')).stream()
      ;(await server.take('POST document')).answer(200, { id: 'e:2' })
      expect(await nextEvent(provider, 'saved')).toBe(true)
      expect(provider.problem).toBeNull()
    },
  )

  it.each(['too-large', 'bad-update'] as const)(
    '[CL43] that are refused for good (%s) are set aside, and later edits are still sent',
    async (name) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      doc.getMap('sheet').set('A1', 'much too much')
      const setAside = nextEvent(provider, 'setAside')
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
      expect(await nextEvent(provider, 'saved')).toBe(true)
      expect([provider.setAside, provider.problem]).toEqual([false, null])
      expect(encodeStateVector(theirs)).toEqual(encodeStateVector(doc))
    },
  )

  it('[CL43 CL30] whose clocks follow an edit that was set aside get new clocks', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const reloaded = nextEvent(provider, 'reload')
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
    ['JSON with another content type', { 'content-type': 'text/plain' }, '{"id":"e:2"}'],
  ])(
    '[CL18] don’t count as saved if the answer is %s with status 200',
    async (_what, headers, body) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      doc.getText('body').insert(0, 'a')
      const retrying = nextEvent(provider, 'retrying')
      ;(await server.take('POST document')).response.writeHead(200, headers).end(body)
      expect(await retrying).toBe(true)
      expect(provider.saved).toBe(false)
      ;(await server.take('POST document')).answer(200, { id: 'e:2' })
      expect(await nextEvent(provider, 'saved')).toBe(true)
    },
  )

  it('[CL36] don’t count as saved if a redirect answers', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const { response } = await server.take('POST document')
    response.writeHead(307, { location: `${server.url}/rooms/other/document` }).end()
    const again = await server.take('POST document')
    expect(again.request.url).not.toContain('other')
    again.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL41] that the server stores as pending are followed by what it lacks', async () => {
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
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL41 DO67] that the server can’t keep waiting are posted again with what it lacks', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    ;(await server.take('POST document')).refuse('bad-update', { reason: 'pending' })
    answerSync(await server.take('POST sync'), EMPTY)
    const again = await server.take('POST document')
    const theirs = new Doc()
    applyUpdate(theirs, again.bytes)
    expect(textOf(theirs)).toBe('a')
    again.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(provider.problem).toBeNull()
  })

  it('[CL37] that the server lacks are posted even if it has later ones', async () => {
    await using server = await ScriptedServer.listen()
    const author = new Doc()
    const updates: Uint8Array[] = []
    author.on('update', (update: Uint8Array) => void updates.push(update))
    for (const letter of 'abc') author.getArray('list').push([letter])
    const theirs = new Doc()
    for (const update of [updates[0]!, updates[2]!]) applyUpdate(theirs, update)
    const { provider } = keep(server, author)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    answerSync(await server.take('POST sync'), theirs)
    const posted = await server.take('POST document')
    expect(provider.saved).toBe(false)
    applyUpdate(theirs, posted.bytes)
    expect(theirs.getArray('list').toJSON()).toEqual(['a', 'b', 'c'])
    posted.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL22] of one long text are posted in parts, without splitting an emoji', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepSynced(server)
    const text = '👨‍👩‍👧😀'.repeat(300)
    doc.getText('body').insert(0, text)
    ;(await server.take('POST document')).refuse('too-large', { limitBytes: 1_000 })
    const theirs = new Doc()
    const saved = nextEvent(provider, 'saved')
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
    '[CL23 CL47] whose clocks another client has used get new ones (%s)',
    async (how) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider, stream } = await keepSynced(server)
      doc.getText('body').insert(0, 'own')
      const theirs = new Doc()
      theirs.clientID = doc.clientID
      theirs.getText('body').insert(0, 'their')
      const reloaded = nextEvent(provider, 'reload')
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
      expect(await nextEvent(provider, 'saved')).toBe(true)
      rebuilt.getText('body').insert(0, '!')
      ;(await server.take('POST document')).answer(200, { id: 'e:4' })
    },
  )

  it.each(['POST document', 'document event'] as const)(
    '[CL131] whose clocks are taken again wait for another document, and say why (%s)',
    AT_ONCE,
    async (how) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider, stream } = await keepSynced(server)
      doc.getText('body').insert(0, 'own')
      const taken = typedBy(doc.clientID, 'their')
      const reloaded = nextEvent(provider, 'reload')
      ;(await server.take('POST document')).refuse('bad-update', { reason: 'clock-taken' })
      answerSync(await server.take('POST sync'), taken)
      const rebuilt = await reloaded
      const rebuiltMs = performance.now()
      answerSync(await server.take('POST sync'), taken)
      const again = await server.take('POST document')
      const [id] = readUpdate(again.bytes).structs.map((struct) => struct.id.client)
      applyUpdate(taken, encodeStateAsUpdate(typedBy(id!, 'more')))
      const problem = nextEvent(provider, 'problem')
      if (how === 'document event') stream.document(encodeStateAsUpdate(taken), 'e:2')
      again.refuse('bad-update', { reason: 'clock-taken' })
      expect(await problem).toMatchObject({ problem: 'bad-update' })
      // Neither an edit nor a stream that opens again ends the wait.
      rebuilt.getText('body').insert(0, '!')
      stream.event('resync', { document: true }).event('patch', {}, 'f:1')
      const reloadedAgain = nextEvent(provider, 'reload')
      answerSync(await server.take('POST sync'), taken)
      expect(performance.now() - rebuiltMs).toBeGreaterThan(4_900)
      const last = await reloadedAgain
      answerSync(await server.take('POST sync'), taken)
      const post = await server.take('POST document')
      applyUpdate(taken, post.bytes)
      post.answer(200, { id: 'f:2' })
      expect(await nextEvent(provider, 'saved')).toBe(true)
      expect(provider.problem).toBeNull()
      for (const word of ['own', 'their', 'more', '!']) expect(textOf(taken)).toContain(word)
      expect(textOf(taken)).toBe(textOf(last))
    },
  )

  it('[CL21 CL28] that the server has lost are posted again, and don’t count as saved meanwhile', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    const unsaved = nextEvent(provider, 'saved')
    stream.event('resync', { document: true }).event('patch', {}, 'f:1')
    expect(await unsaved).toBe(false)
    answerSync(await server.take('POST sync'), EMPTY)
    // The server lacks an edit that it had acknowledged, so all earlier knowledge of it is void.
    const second = await server.take('POST sync')
    expect(second.bytes).toEqual(Buffer.from(encodeStateVector(EMPTY)))
    answerSync(second, EMPTY)
    const again = await server.take('POST document')
    expect(provider.saved).toBe(false)
    const theirs = new Doc()
    applyUpdate(theirs, again.bytes)
    expect(textOf(theirs)).toBe('a')
    again.answer(200, { id: 'f:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL23 CL28] that the server has lost are kept, even if another client has used their clocks since', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('a')
    const other = typed('b')
    applyUpdate(theirs, encodeStateAsUpdate(other))
    const { doc, provider, stream } = await keepSynced(server, theirs)
    doc.getText('body').insert(0, 'own')
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    // The backup is from before `b`, and another client has used the author's clocks.
    const restored = new Doc()
    restored.clientID = doc.clientID
    restored.getText('body').insert(0, 'stranger')
    const reloaded = nextEvent(provider, 'reload')
    stream.event('resync', { document: true }).event('patch', {}, 'f:1')
    for (let times = 0; times < 3; times++) answerSync(await server.take('POST sync'), restored)
    const text = textOf(await reloaded)
    for (const word of ['own', 'a', 'b', 'stranger']) expect(text).toContain(word)
  })
})
