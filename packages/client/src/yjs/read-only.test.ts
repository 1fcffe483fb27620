import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { describe, expect, it } from 'vitest'
import {
  answerSync,
  EMPTY,
  join,
  keep,
  keepSynced,
  keyOf,
  nextEvent,
  provide,
  retryAtOnceAndLeaveAll,
  textOf,
  typed,
  untilText,
} from './kept.fixture.js'
import { type Exchange, member, ScriptedServer } from '../../../../test/client/scripted-server.js'
import { until } from '../../../../test/client/until.js'
import type { Kept } from './kept.fixture.js'

const READER = ['watch', 'join', 'move']
const WRITER = [...READER, 'write']

retryAtOnceAndLeaveAll()

/** Joins as somebody who may only read, with a document that the server has. */
async function keepAsReader(
  server: ScriptedServer,
  has: Doc,
): Promise<Kept & { stream: Exchange }> {
  const kept = keep(server)
  const stream = await server.take('GET events')
  stream.stream({ can: READER }).snapshot('e:1', [member('me')])
  answerSync(await server.take('POST sync'), has)
  await nextEvent(kept.provider, 'synced')
  return { ...kept, stream }
}

describe('a document that may only be read', () => {
  it('[CL55] is read-only, receives edits, and posts none', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('theirs')
    const { doc, provider, stream } = await keepAsReader(server, theirs)
    expect(provider).toMatchObject({ readOnly: true, saved: true, problem: null })
    theirs.getText('body').insert(6, '!')
    stream.document(encodeStateAsUpdate(theirs), 'e:2')
    await untilText(doc, 'theirs!')
    doc.getText('body').insert(0, 'mine, ')
    expect(provider).toMatchObject({ synced: true, saved: false, retrying: false })
    expect(provider.problem).toMatchObject({ problem: 'forbidden', status: 403 })
    stream.event('patch', { watching: 1 }, 'e:3')
    await until(provider.room, ({ watching }) => watching === 1)
    expect(server.waiting('POST document')).toBe(0)
  })

  it('[CL55] posts what was kept when it may be written again', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepAsReader(server, EMPTY)
    doc.getText('body').insert(0, 'kept')
    expect(provider.problem?.problem).toBe('forbidden')
    const writable = nextEvent(provider, 'readOnly')
    const solved = nextEvent(provider, 'problem')
    stream.event('can', { can: WRITER })
    expect(await writable).toBe(false)
    expect(await solved).toBeNull()
    const posted = await server.take('POST document')
    const there = new Doc()
    applyUpdate(there, posted.bytes)
    expect(textOf(there)).toBe('kept')
    expect(provider.saved).toBe(false)
    posted.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL55 CL54] keeps an edit that was in flight when the right went away', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    expect(provider.readOnly).toBe(false)
    doc.getText('body').insert(0, 'a')
    const first = await server.take('POST document')
    const readOnly = nextEvent(provider, 'readOnly')
    stream.event('can', { can: READER })
    expect(await readOnly).toBe(true)
    const refused = nextEvent(provider, 'problem')
    first.refuse('forbidden')
    expect(await refused).toMatchObject({ problem: 'forbidden' })
    expect([provider.saved, provider.status]).toEqual([false, 'online'])
    doc.getText('body').insert(1, 'b')
    stream.event('can', { can: WRITER })
    const again = await server.take('POST document')
    expect([keyOf(again), again.body]).toEqual([keyOf(first), first.body])
    again.answer(200, { id: 'e:2' })
    const next = await server.take('POST document')
    const there = new Doc()
    for (const { bytes } of [again, next]) applyUpdate(there, bytes)
    expect(textOf(there)).toBe('ab')
    next.answer(200, { id: 'e:3' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(provider.problem).toBeNull()
  })

  it('[CL55] repeats a post whose answer was lost before the right went away, with the same key', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const first = await server.take('POST document')
    const readOnly = nextEvent(provider, 'readOnly')
    stream.event('can', { can: READER })
    await readOnly
    first.response.destroy()
    stream.event('patch', { watching: 1 }, 'e:2')
    await until(provider.room, ({ watching }) => watching === 1)
    expect(provider).toMatchObject({ saved: false, problem: { problem: 'forbidden' } })
    expect(server.waiting('POST document')).toBe(0)
    stream.event('can', { can: WRITER })
    const again = await server.take('POST document')
    expect(keyOf(again)).toBe(keyOf(first))
    again.answer(200, { id: 'e:3' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL54] goes on after a post that is forbidden without word of the rights', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, stream } = await keepSynced(server)
    doc.getText('body').insert(0, 'a')
    const refused = nextEvent(provider, 'problem')
    ;(await server.take('POST document')).refuse('forbidden')
    expect(await refused).toMatchObject({ detail: 'because of forbidden' })
    expect(provider).toMatchObject({ status: 'online', saved: false, readOnly: false })
    const readOnly = nextEvent(provider, 'readOnly')
    stream.event('can', { can: READER })
    expect(await readOnly).toBe(true)
    expect(provider.problem?.detail).toBe('You can only view this document.')
    stream.event('can', { can: WRITER })
    const again = await server.take('POST document')
    again.refuse('forbidden')
    await nextEvent(provider, 'problem')
    doc.getText('body').insert(1, 'b')
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    ;(await server.take('POST document')).answer(200, { id: 'e:3' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(provider.problem).toBeNull()
  })

  it('[CL55] is closed without a post, and without a claim that all is saved', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider } = await keepAsReader(server, typed('theirs'))
    doc.getText('body').insert(0, 'mine, ')
    expect(await provider.destroy()).toBe(false)
    expect(server.waiting('POST document')).toBe(0)
  })

  it('[CL55] is writable by one who only watches, if the server says so', async () => {
    await using server = await ScriptedServer.listen()
    const { provider, doc } = provide(join(server, { watch: true }))
    const stream = await server.take('GET events')
    stream.stream({ self: null, can: ['watch'] }).snapshot('e:1', [])
    answerSync(await server.take('POST sync'), EMPTY)
    await nextEvent(provider, 'synced')
    expect(provider.readOnly).toBe(true)
    doc.getText('body').insert(0, 'a')
    stream.event('can', { can: ['watch', 'write'] })
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
  })

  it('[CL56] is read-only until the server has said otherwise, and when the room is closed', async () => {
    await using server = await ScriptedServer.listen()
    const { provider, room } = keep(server)
    expect(provider.readOnly).toBe(true)
    ;(await server.take('GET events')).stream({ can: WRITER }).snapshot('e:1', [member('me')])
    expect(await nextEvent(provider, 'readOnly')).toBe(false)
    void room.leave()
    expect(provider.readOnly).toBe(true)
  })
})
