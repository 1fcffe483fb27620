import { derived, get } from 'svelte/store'
import { roomStores, type RoomStores, shallow } from '@whereabouts/client/svelte'
import { roomStores as documentStores } from '@whereabouts/client/svelte-yjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Exchange, member, ScriptedServer } from './scripted-server.js'

type Place = { readonly x: number }
type Said = { readonly say: string }
type Stores = RoomStores<Place, { readonly team: string }, Said>

const leaves: (() => void)[] = []

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => {
  vi.restoreAllMocks()
  for (const leave of leaves.splice(0)) leave()
})

function storesOf(server: ScriptedServer): Stores {
  return roomStores({ room: 'budget', url: server.url })
}

/** Resolves when a store has a value that fulfils a condition. */
function until<Value>(
  { subscribe }: { subscribe: (run: (value: Value) => void) => () => void },
  isAsItShouldBe: (value: Value) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    leaves.push(subscribe((value) => isAsItShouldBe(value) && resolve()))
  })
}

async function opened(server: ScriptedServer, stores: Stores): Promise<Exchange> {
  leaves.push(stores.visit())
  const stream = await server.take('GET events')
  stream.stream().snapshot('e:1', [member('me', { x: 7 }), member('a', { x: 1 })])
  await until(stores.status, (status) => status === 'online')
  return stream
}

describe('Svelte', () => {
  it('[CL103] a store is told when its own value changes, by Svelte’s contract', async () => {
    await using server = await ScriptedServer.listen()
    const stores = storesOf(server)
    const counts: number[] = []
    const places: number[][] = []
    const count = derived(stores.others, (others) => others.length)
    leaves.push(count.subscribe((value) => void counts.push(value)))
    const xs = stores.select(
      ({ others }) => others.map(({ location }) => location?.x ?? -1),
      shallow,
    )
    leaves.push(xs.subscribe((value) => void places.push([...value])))
    const stream = await opened(server, stores)
    stream.event('patch', { move: { a: { x: 2 } } }, 'e:2')
    await until(xs, ([x]) => x === 2)
    stream.event('patch', { watching: 4 }, 'e:3')
    await until(stores.snapshot, ({ watching }) => watching === 4)
    expect([counts, places]).toEqual([
      [0, 1],
      [[], [1], [2]],
    ])
    expect(get(stores.self)?.id).toBe('me')
    expect(get(stores.othersMapped(({ user }) => user.name))).toEqual([['a', 'Guest']])
  })

  it('[CL104 CL105] joins when it is visited, once, and leaves with the last visit', async () => {
    await using server = await ScriptedServer.listen()
    const stores = storesOf(server)
    expect(get(stores.status)).toBe('connecting')
    const stream = await opened(server, stores)
    const leave = stores.visit()
    leaves.pop()?.()
    leaves.splice(0).forEach((end) => end())
    expect([server.waiting('GET events'), server.waiting('POST leave')]).toEqual([0, 0])
    leave()
    stores.visit()()
    await server.take('POST leave')
    await stream.closed
    expect(server.waiting('GET events')).toBe(0)
  })

  it('[CL104] a visit that follows another one at once goes on with the same room', async () => {
    await using server = await ScriptedServer.listen()
    const stores = storesOf(server)
    const sent = stores.broadcast({ say: 'ho' })
    stores.visit()()
    await opened(server, stores)
    ;(await server.take('POST broadcast')).answer(200, { id: 'e:2' })
    await expect(sent).resolves.toBeUndefined()
  })

  it('[CL106] a location is set and updated, and there at once', async () => {
    await using server = await ScriptedServer.listen()
    const stores = storesOf(server)
    await opened(server, stores)
    expect(get(stores.myLocation)).toEqual({ x: 7 })
    stores.myLocation.update((place) => ({ x: (place?.x ?? 0) + 1 }))
    expect(get(stores.myLocation)).toEqual({ x: 8 })
    expect((await server.take('POST location')).body).toBe('{"x":8}')
    stores.myLocation.set(null)
    expect(get(stores.myLocation)).toBeNull()
  })

  it.each(['too-large', 'locked'] as const)(
    '[CL106] a location that the server refuses (%s) is shown no longer',
    async (problem) => {
      await using server = await ScriptedServer.listen()
      const stores = storesOf(server)
      await opened(server, stores)
      stores.myLocation.set({ x: 8 })
      expect(get(stores.myLocation)).toEqual({ x: 8 })
      ;(await server.take('POST location')).refuse(problem)
      await until(stores.myLocation, (place) => place?.x === 7)
      expect(get(stores.snapshot).problem?.problem).toBe(problem)
    },
  )

  it('[CL118] a move of one that only watches is ignored, before and after it is joined', async () => {
    await using server = await ScriptedServer.listen()
    const stores = roomStores<Place>({
      room: 'budget',
      url: server.url,
      watch: true,
      location: { x: 1 },
    })
    stores.myLocation.set({ x: 2 })
    expect(get(stores.myLocation)).toBeNull()
    leaves.push(stores.visit())
    const stream = await server.take('GET events')
    stream.stream({ self: null }).snapshot('e:1', [member('a', { x: 1 })])
    await until(stores.status, (status) => status === 'online')
    stores.myLocation.set({ x: 3 })
    expect(get(stores.myLocation)).toBeNull()
  })

  it('[CL118] a move in a room that is closed is ignored', async () => {
    await using server = await ScriptedServer.listen()
    const stores = storesOf(server)
    await opened(server, stores)
    stores.myLocation.set({ x: 8 })
    void stores.room.leave()
    expect(get(stores.status)).toBe('closed')
    stores.myLocation.set({ x: 9 })
    expect(get(stores.myLocation)).toEqual({ x: 8 })
  })

  it('[CL106] whoever leaves and comes back is where it was', async () => {
    await using server = await ScriptedServer.listen()
    const stores = storesOf(server)
    const stream = await opened(server, stores)
    stores.myLocation.set({ x: 8 })
    ;(await server.take('POST location')).answer(200, { self: 'me', id: 'e:2' })
    for (const leave of leaves.splice(0)) leave()
    await server.take('POST leave')
    await stream.closed
    stores.myLocation.update((place) => ({ x: (place?.x ?? 0) + 1 }))
    leaves.push(stores.visit())
    expect((await server.take('POST location')).body).toBe('{"x":9}')
  })

  it('events reach a listener that was there before the room was joined', async () => {
    await using server = await ScriptedServer.listen()
    const stores = storesOf(server)
    const heard = new Promise<Said>((resolve) => stores.onEvent(resolve))
    const sent = stores.broadcast({ say: 'ho' })
    const stream = await opened(server, stores)
    stream.event('broadcast', { number: 1, from: 'a', event: { say: 'hi' } }, 'e:2')
    expect(await heard).toEqual({ say: 'hi' })
    const call = await server.take('POST broadcast')
    expect(call.body).toBe('{"say":"ho"}')
    call.answer(200, { id: 'e:3' })
    await sent
  })

  it('[CL113] edits can be undone though nobody shows whether', () => {
    const { document, undo, redo } = documentStores({ room: 'budget', url: 'http://127.0.0.1:9' })
    const text = get(document).doc.getText('body')
    text.insert(0, 'x')
    undo()
    expect(text.toJSON()).toBe('')
    redo()
    expect(text.toJSON()).toBe('x')
  })

  it('[CL113] a document is wanted with the first stream, and its edits can be undone', async () => {
    await using server = await ScriptedServer.listen()
    const stores = documentStores({ room: 'budget', url: server.url })
    leaves.push(stores.visit())
    expect((await server.take('GET events')).query.get('document')).toBeNull()
    const states: boolean[] = []
    leaves.push(stores.history.subscribe(({ canUndo }) => void states.push(canUndo)))
    const { doc } = get(stores.document)
    doc.getText('body').insert(0, 'x')
    stores.undo()
    expect([states, doc.getText('body').toJSON()]).toEqual([[false, true, false], ''])
    stores.redo()
    expect(doc.getText('body').toJSON()).toBe('x')
  })
})
