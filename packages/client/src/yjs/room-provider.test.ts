import type { Json } from '@whereabouts/protocol'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVectorFromUpdate } from 'yjs'
import { describe, expect, it, vi } from 'vitest'
import {
  EMPTY,
  join,
  keep,
  keepSynced,
  retryAtOnceAndLeaveAll,
  provide,
  nextEvent,
  textOf,
  typed,
  Uncaught,
  untilText,
  answerSync,
} from './kept.fixture.js'
import { member, ScriptedServer } from '../../../../test/client/scripted-server.js'
import { until } from '../../../../test/client/until.js'
import type { Room } from '../index.js'
import { RoomProvider } from './index.js'

retryAtOnceAndLeaveAll()

describe('a provider', () => {
  it('[CL20 CL38] that is created for an open room reopens its stream', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    const stream = await server.take('GET events')
    expect(stream.query.get('document')).toBe('0')
    stream.stream().snapshot('e:1', [member('me')])
    await until(room, ({ status }) => status === 'online')
    const { provider } = provide(room)
    const again = await server.take('GET events')
    expect([again.query.get('document'), again.query.get('lastEventId')]).toEqual([null, null])
    // The client syncs immediately, and again once the new stream is open.
    answerSync(await server.take('POST sync'), EMPTY)
    again.stream().snapshot('e:1', [member('me')])
    answerSync(await server.take('POST sync'), EMPTY)
    expect(await nextEvent(provider, 'synced')).toBe(true)
  })

  it('[CL20] receives the same from a long-poll as from a stream', async () => {
    await using server = await ScriptedServer.listen()
    const theirs = typed('a')
    const { doc } = keep(server)
    // It doesn't answer, so the long-poll is opened beside it.
    await server.take('GET events')
    const news = (answer: { readonly [field: string]: Json }) => ({ patch: {}, ...answer })
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:1' })
    ;(await server.take('POST changes')).answer(200, {
      id: 'e:1',
      members: [JSON.parse(JSON.stringify(member('me'))) as Json],
      watching: 0,
    })
    answerSync(await server.take('POST sync'), theirs)
    await untilText(doc, 'a')
    theirs.getText('body').insert(1, 'b')
    const document = Buffer.from(encodeStateAsUpdate(theirs)).toString('base64')
    const poll = await server.take('POST changes')
    expect([poll.query.get('since'), poll.query.has('document')]).toEqual(['e:1', false])
    poll.answer(200, news({ id: 'e:2', document }))
    await untilText(doc, 'ab')
    theirs.getText('body').insert(2, 'c')
    ;(await server.take('POST changes')).answer(
      200,
      news({ id: 'e:9', resync: { document: true } }),
    )
    answerSync(await server.take('POST sync'), theirs)
    await untilText(doc, 'abc')
  })

  it('[YJ1] reports its own status, the room’s, and why the room is closed', async () => {
    await using server = await ScriptedServer.listen()
    const { provider } = keep(server)
    const [error, status] = [nextEvent(provider, 'problem'), nextEvent(provider, 'status')]
    ;(await server.take('GET events')).refuse('room-full')
    expect(await status).toEqual({ status: 'disconnected' })
    expect(await error).toMatchObject({ problem: 'room-full' })
    expect(provider).toMatchObject({ synced: false, status: 'closed' })
    expect(provider.problem).toMatchObject({ problem: 'room-full' })
  })

  it('[CL48] posts its edits when it is destroyed, and then stops listening', async () => {
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

  it('[CL48] that is destroyed before it has synced syncs first, then posts', async () => {
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
    '[CL25] and other listeners keep working while listeners of %s throw, and each error is reported',
    async (event) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      const faults = [new Error('a listener that throws'), new Error('another one')]
      for (const fault of faults) {
        doc.on(event, () => {
          throw fault
        })
      }
      using uncaught = new Uncaught()
      const heard: string[] = []
      doc.on('update', () => void heard.push(textOf(doc)))
      for (const text of ['a', 'ab']) {
        doc.getText('body').insert(0, text)
        ;(await server.take('POST document')).answer(200, { id: 'e:2' })
        expect(await nextEvent(provider, 'saved')).toBe(true)
      }
      expect(heard).toEqual(['a', 'aba'])
      expect(uncaught.errors).toEqual([...faults, ...faults])
    },
  )

  it('[CL25] passes an observer’s exception to the editing code, and reports a listener’s', async () => {
    await using server = await ScriptedServer.listen()
    const { doc } = await keepSynced(server)
    const [observed, heard] = [new Error('an observer that throws'), new Error('a listener')]
    doc.getText('body').observe(() => {
      throw observed
    })
    doc.on('update', () => {
      throw heard
    })
    using uncaught = new Uncaught()
    expect(() => doc.getText('body').insert(0, 'a')).toThrow(observed)
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(uncaught.errors).toEqual([heard])
  })

  it.each(['observe', 'observeDeep'] as const)(
    '[CL25] keeps working while a callback of %s throws',
    async (how) => {
      await using server = await ScriptedServer.listen()
      const { doc, provider } = await keepSynced(server)
      doc.getText('body')[how](() => {
        throw new Error('an observer that throws')
      })
      for (const text of ['a', 'b']) {
        expect(() => doc.getText('body').insert(0, text)).toThrow('an observer that throws')
        ;(await server.take('POST document')).answer(200, { id: 'e:2' })
        expect(await nextEvent(provider, 'saved')).toBe(true)
      }
    },
  )

  it('[CL25] repairs a document that a listener broke before', async () => {
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
    const { provider } = keep(server, doc)
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    answerSync(await server.take('POST sync'), EMPTY)
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(heard).toEqual(['ab'])
    doc.getText('body').insert(2, 'c')
    ;(await server.take('POST document')).answer(200, { id: 'e:3' })
    expect(heard).toEqual(['ab', 'abc'])
  })

  it('[CL42] relays the updates of another provider of the same document, without an echo', async () => {
    await using one = await ScriptedServer.listen()
    await using two = await ScriptedServer.listen()
    const { doc, stream } = await keepSynced(one)
    const other = keep(two, doc)
    ;(await two.take('GET events')).stream().snapshot('e:1', [member('me')])
    answerSync(await two.take('POST sync'), EMPTY)
    await nextEvent(other.provider, 'synced')
    const theirs = typed('a')
    const first = encodeStateAsUpdate(theirs)
    theirs.getText('body').insert(1, 'b')
    const second = encodeStateAsUpdate(theirs, encodeStateVectorFromUpdate(first))
    // One server sends the second update first; it is pending until the other server sends the first.
    stream.document(second, 'e:2')
    const later = await two.take('POST document')
    later.answer(200, { id: 'e:2', pending: true })
    applyUpdate(theirs, later.bytes)
    const server = new Doc()
    applyUpdate(server, later.bytes)
    answerSync(await two.take('POST sync'), server)
    const settled = nextEvent(other.provider, 'synced')
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

  it('sends no request to a closed room', async () => {
    await using server = await ScriptedServer.listen()
    const { room, stream } = await keepSynced(server)
    const left = room.leave()
    ;(await server.take('POST leave')).answer(204)
    await Promise.all([left, stream.closed])
    const asked = vi.spyOn(globalThis, 'fetch')
    const late = provide(room, typed('a')).provider
    expect(late).toMatchObject({ status: 'closed', synced: false, saved: false, problem: null })
    await fetch(`${server.url}/page`)
    expect(asked.mock.calls).toEqual([[`${server.url}/page`]])
  })

  it('throws for a room that joinRoom didn’t return', () => {
    const { getSnapshot, subscribe, ...room } = {} as Room
    expect(() => new RoomProvider({ ...room, getSnapshot, subscribe }, new Doc())).toThrow(
      TypeError,
    )
  })
})
