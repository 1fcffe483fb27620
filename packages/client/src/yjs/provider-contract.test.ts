import { Awareness } from 'y-protocols/awareness'
import { applyUpdate, applyUpdateV2, Doc, encodeStateAsUpdate, encodeStateAsUpdateV2 } from 'yjs'
import { describe, expect, it } from 'vitest'
import { member, ScriptedServer } from '../../../../test/client/scripted-server.js'
import { until } from '../../../../test/client/until.js'
import {
  answerSync,
  EMPTY,
  join,
  keepSynced,
  nextEvent,
  provide,
  retryAtOnceAndLeaveAll,
  textOf,
  typed,
  untilText,
} from './kept.fixture.js'
import type { PresenceAwareness, RoomProvider } from './index.js'

retryAtOnceAndLeaveAll()

/** Collects the events that y-websocket's provider has, too. */
function heardBy(provider: RoomProvider): unknown[] {
  const heard: unknown[] = []
  provider.on('status', (said) => void heard.push(said))
  provider.on('sync', (isSynced) => void heard.push(`sync ${isSynced}`))
  provider.on('synced', (isSynced) => void heard.push(`synced ${isSynced}`))
  return heard
}

describe('a provider for bindings', () => {
  it('[YJ1] [YJ3] connects when it is told to, and says so in the words of y-websocket', async () => {
    await using server = await ScriptedServer.listen()
    const room = join(server)
    const { provider, doc } = provide(room, new Doc(), { connect: false })
    const heard = heardBy(provider)
    provider.disconnect()
    const stream = await server.take('GET events')
    expect(stream.query.get('document')).toBe('0')
    stream.stream().snapshot('e:1', [member('me')])
    await until(room, ({ status }) => status === 'online')
    doc.getText('body').insert(0, 'a')
    expect([heard, server.waiting('POST sync')]).toEqual([[], 0])
    provider.connect()
    provider.connect()
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    answerSync(await server.take('POST sync'), EMPTY)
    answerSync(await server.take('POST sync'), EMPTY)
    ;(await server.take('POST document')).answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(provider.synced).toBe(true)
    const last = heard.slice(heard.findLastIndex((said) => typeof said === 'object'))
    expect(last).toEqual([{ status: 'connected' }, 'synced true', 'sync true'])
    expect(heard).not.toContainEqual({ status: 'disconnected' })
  })

  it('[YJ2] posts and receives nothing while it is disconnected, and merges all when it connects', async () => {
    await using server = await ScriptedServer.listen()
    const { provider, doc, room, stream } = await keepSynced(server)
    const heard = heardBy(provider)
    const theirs = typed('their ')
    provider.disconnect()
    doc.getText('body').insert(0, 'mine ')
    stream.document(encodeStateAsUpdate(theirs), 'e:2').event('patch', { watching: 1 }, 'e:3')
    await until(room, ({ watching }) => watching === 1)
    expect([textOf(doc), provider.saved, provider.synced]).toEqual(['mine ', false, false])
    expect([server.waiting('POST document'), server.waiting('POST sync')]).toEqual([0, 0])
    provider.connect()
    answerSync(await server.take('POST sync'), theirs)
    ;(await server.take('POST document')).answer(200, { id: 'e:4' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    expect(textOf(doc)).toContain('their ')
    expect(heard).toEqual([
      { status: 'disconnected' },
      'synced false',
      'sync false',
      { status: 'connected' },
      'synced true',
      'sync true',
    ])
  })

  it('[YJ2] applies no answer that comes after disconnect, and posts nothing when it is destroyed then', async () => {
    await using server = await ScriptedServer.listen()
    const { provider, doc, stream } = await keepSynced(server)
    stream.event('resync', { document: true })
    const late = await server.take('POST sync')
    provider.disconnect()
    const answered = late.closed
    answerSync(late, typed('late'))
    await answered
    doc.getText('body').insert(0, 'mine')
    expect(await provider.destroy()).toBe(false)
    provider.connect()
    expect([textOf(doc), server.waiting('POST document')]).toEqual(['mine', 0])
  })

  it('[YJ2] goes on as if nothing had been when it is connected again at once, as in React’s StrictMode', async () => {
    await using server = await ScriptedServer.listen()
    const { provider, doc, stream } = await keepSynced(server)
    provider.disconnect()
    provider.connect()
    answerSync(await server.take('POST sync'), EMPTY)
    expect(await nextEvent(provider, 'synced')).toBe(true)
    stream.document(encodeStateAsUpdate(typed('a')), 'e:2')
    await untilText(doc, 'a')
    expect(server.waiting('GET events')).toBe(0)
  })

  it('[YJ2] hides cursors while it is disconnected, and keeps its own for later', async () => {
    await using server = await ScriptedServer.listen()
    const { provider, stream, room } = await keepSynced(server)
    const { awareness } = provider
    const own = awareness.clientID
    const posted = async () => {
      const post = await server.take('POST location')
      post.answer(200, { self: 'me', id: 'e:2' })
      return JSON.parse(post.body) as unknown
    }
    awareness.setLocalStateField('cursor', 1)
    await expect.poll(posted).toEqual({ clientID: own, cursor: 1 })
    stream.event('patch', { join: [member('a', { clientID: 7, cursor: 2 })] }, 'e:3')
    await until(room, ({ others }) => others.length === 1)
    expect([...awareness.getStates().keys()]).toEqual([own, 7])
    const changes: unknown[] = []
    awareness.on('change', (change) => void changes.push(change))
    provider.disconnect()
    expect(changes).toEqual([{ added: [], updated: [], removed: [7] }])
    expect(await posted()).toBeNull()
    awareness.setLocalStateField('cursor', 3)
    stream.event('patch', { move: { a: { clientID: 7, cursor: 4 } } }, 'e:4')
    await until(room, ({ others }) => others[0]?.location !== null)
    expect([...awareness.getStates()]).toEqual([[own, { cursor: 3 }]])
    provider.connect()
    expect(await posted()).toEqual({ clientID: own, cursor: 3 })
    expect(awareness.getStates().get(7)).toMatchObject({ cursor: 4 })
    answerSync(await server.take('POST sync'), EMPTY)
  })

  it('[YJ4] the document says itself whether it is synced', async () => {
    await using server = await ScriptedServer.listen()
    const { provider, doc } = await keepSynced(server)
    await Promise.all([doc.whenSynced, doc.whenLoaded])
    expect([doc.isSynced, doc.isLoaded]).toEqual([true, true])
    provider.disconnect()
    expect(doc.isSynced).toBe(false)
  })

  it('[YJ7] posts and receives what an application reads and writes in encoding version 2', async () => {
    await using server = await ScriptedServer.listen()
    const { provider, doc, stream } = await keepSynced(server)
    const other = new Doc()
    doc.on('updateV2', (update) => applyUpdateV2(other, update))
    applyUpdateV2(doc, encodeStateAsUpdateV2(typed('a')))
    const post = await server.take('POST document')
    const stored = new Doc()
    applyUpdate(stored, post.bytes)
    expect(textOf(stored)).toBe('a')
    post.answer(200, { id: 'e:2' })
    expect(await nextEvent(provider, 'saved')).toBe(true)
    stored.getText('body').insert(1, 'b')
    stream.document(encodeStateAsUpdate(stored), 'e:3')
    await untilText(other, 'ab')
  })

  it('[CL26] the awareness says of its own state what that of y-protocols says', async () => {
    await using server = await ScriptedServer.listen()
    const { provider } = await keepSynced(server)
    const theirs = new Awareness(new Doc())
    expect(told(provider.awareness)).toEqual(told(theirs))
    theirs.destroy()
  })
})

/** Returns what an awareness tells and holds while its state changes, without its client id. */
function told(awareness: Awareness | PresenceAwareness): unknown[] {
  const heard: unknown[] = []
  const numbers = (of: { added: number[]; updated: number[]; removed: number[] }) =>
    [of.added, of.updated, of.removed].map((clients) => clients.length)
  const listen = (name: string) => (changes: Parameters<typeof numbers>[0], origin: unknown) =>
    void heard.push([name, ...numbers(changes), origin])
  const both = awareness as PresenceAwareness
  both.on('change', listen('change'))
  both.on('update', listen('update'))
  const look = () => heard.push(both.getLocalState(), both.getStates().size)
  look()
  for (const state of [{ a: 1 }, { a: 1 }, { a: { b: [null] } }, null, null, {}]) {
    both.setLocalState(state)
    look()
  }
  both.setLocalStateField('user', { name: 'Ann' })
  both.setLocalStateField('cursor', null)
  look()
  both.setLocalState(null)
  both.setLocalStateField('cursor', 1)
  look()
  return heard
}
