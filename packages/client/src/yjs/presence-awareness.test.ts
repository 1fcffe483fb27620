import type { Json } from '@whereabouts/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRelativePositionFromTypeIndex, Doc } from 'yjs'
import { member, ScriptedServer, type Exchange } from '../../../../test/client/scripted-server.js'
import { until } from '../../../../test/client/until.js'
import { joinRoom, type Room } from '../index.js'
import { PresenceAwareness, type AwarenessChanges } from './index.js'
import { withState } from './presence-location.js'

const rooms: Room[] = []

interface Present {
  readonly room: Room
  readonly doc: Doc
  readonly awareness: PresenceAwareness
  readonly stream: Exchange
  /** Every change event, of the own state and of others. */
  readonly told: [changes: AwarenessChanges, origin: string][]
}

async function present(server: ScriptedServer): Promise<Present> {
  const room = joinRoom({ url: server.url, room: 'budget' })
  rooms.push(room)
  const doc = new Doc()
  const awareness = new PresenceAwareness(room, doc)
  const told: Present['told'] = []
  awareness.on('change', (...said) => void told.push(said))
  const stream = await server.take('GET events')
  stream.stream().snapshot('e:1', [member('me'), member('a', { clientID: 7, cell: 'A1' })])
  await until(room, ({ status }) => status === 'online')
  return { room, doc, awareness, stream, told }
}

/** Accepts the next post and returns its location. */
async function posted(server: ScriptedServer): Promise<Json> {
  const post = await server.take('POST location')
  post.answer(200, { self: 'me', id: 'e:2' })
  return JSON.parse(post.body) as Json
}

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
  for (const room of rooms.splice(0)) void room.leave()
})

describe('the own state', () => {
  it("[CL15] is posted beside the application's location, and removed with the awareness", async () => {
    await using server = await ScriptedServer.listen()
    const { room, doc, awareness } = await present(server)
    const { clientID } = awareness
    expect(clientID).toBe(doc.clientID)
    expect(await posted(server)).toEqual({ clientID })
    room.move({ sheet: 's1', cell: 'C5' })
    expect(await posted(server)).toEqual({ sheet: 's1', cell: 'C5', clientID })
    const position = createRelativePositionFromTypeIndex(doc.getText('body'), 0)
    const cursor = { anchor: position, head: position }
    awareness.setLocalStateField('cursor', cursor)
    expect(awareness.getLocalState()).toEqual({ cursor })
    const asJson = JSON.parse(JSON.stringify(cursor)) as Json
    expect(await posted(server)).toEqual({ sheet: 's1', cell: 'C5', clientID, cursor: asJson })
    room.move({ sheet: 's1', cell: 'C6' })
    expect(await posted(server)).toMatchObject({ cell: 'C6', cursor: asJson })
    awareness.setLocalState(null)
    expect(await posted(server)).toEqual({ sheet: 's1', cell: 'C6' })
    awareness.setLocalStateField('cursor', cursor)
    expect(awareness.getLocalState()).toBeNull()
  })

  it('[CL26] keeps to the contract of y-protocols', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, awareness } = await present(server)
    const own = awareness.clientID
    const heard: string[] = []
    awareness.on('change', ({ updated }) => void heard.push(`change ${updated.length}`))
    awareness.on('update', ({ updated }) => void heard.push(`update ${updated.length}`))
    awareness.once('update', () => void heard.push('once'))
    const { clock } = awareness.meta.get(own)!
    awareness.setLocalState({ x: { y: [1] } })
    awareness.setLocalState({ x: { y: [1] } })
    expect(heard).toEqual(['change 1', 'update 1', 'once', 'update 1'])
    expect(awareness.meta.get(own)!.clock).toBe(clock + 2)
    const told: [AwarenessChanges, string][] = []
    awareness.on('change', (...said) => void told.push(said))
    doc.clientID = 12
    expect(awareness.clientID).toBe(12)
    expect(told).toEqual([[{ added: [12], updated: [], removed: [own] }, 'local']])
    expect([...awareness.getStates()].filter(([client]) => client !== 7)).toEqual([
      [12, { x: { y: [1] } }],
    ])
    let destroyed: unknown
    awareness.on('destroy', (which) => (destroyed = which))
    doc.destroy()
    expect(destroyed).toBe(awareness)
    expect(awareness.getLocalState()).toBeNull()
  })

  it('[ST16] [CL49] uses the space that the server announces', async () => {
    await using server = await ScriptedServer.listen()
    const room = joinRoom({ url: server.url, room: 'budget' })
    rooms.push(room)
    const awareness = new PresenceAwareness(room, new Doc())
    const { clientID } = awareness
    awareness.setLocalState({ cursor: 'x'.repeat(2_000) })
    const stream = await server.take('GET events')
    expect(await posted(server)).toEqual({ clientID })
    stream.stream({ maxLocationBytes: 4_096 }).snapshot('e:1', [member('me')])
    expect(await posted(server)).toEqual({ clientID, cursor: 'x'.repeat(2_000) })
    awareness.setLocalState({ cursor: 1 })
    const post = await server.take('POST location')
    post.refuse('too-large', { limitBytes: 8 })
    await until(room, ({ problem }) => problem?.problem === 'too-large')
  })

  it('[CL15] is removed with its own awareness, and a later awareness keeps its state', async () => {
    await using server = await ScriptedServer.listen()
    const { room, awareness } = await present(server)
    await posted(server)
    const other = new PresenceAwareness(room, new Doc())
    expect(await posted(server)).toEqual({ clientID: other.clientID })
    awareness.destroy()
    other.setLocalStateField('cursor', 1)
    expect(await posted(server)).toEqual({ clientID: other.clientID, cursor: 1 })
    other.destroy()
    expect(await posted(server)).toBeNull()
  })

  it('[CL15] emits the same events as any awareness', async () => {
    await using server = await ScriptedServer.listen()
    const { awareness, told } = await present(server)
    const own = [awareness.clientID]
    told.length = 0
    const updates: number[][] = []
    awareness.on('update', ({ updated }) => void updates.push(updated))
    awareness.setLocalStateField('user', { name: 'Ann' })
    awareness.setLocalState(null)
    awareness.setLocalState({ cursor: null })
    expect(told).toEqual([
      [{ added: [], updated: own, removed: [] }, 'local'],
      [{ added: [], updated: [], removed: own }, 'local'],
      [{ added: own, updated: [], removed: [] }, 'local'],
    ])
    expect(updates).toEqual([own, [], []])
  })

  it('[CL15] is cut to fit: the application’s fields come first, then the cursor, then the others', () => {
    const state = {
      user: { name: 'Ann' },
      note: 'x'.repeat(600),
      small: 1,
      cursor: 'y'.repeat(300),
    }
    expect(withState(null, 7, null, 1_024)).toBeNull()
    expect(withState(null, 7, state, 1_024)).toEqual({
      clientID: 7,
      cursor: state.cursor,
      note: state.note,
      small: 1,
    })
    const roomy = { cell: 'x'.repeat(400) }
    expect(withState(roomy, 7, state, 1_024)).toEqual({
      ...roomy,
      clientID: 7,
      cursor: state.cursor,
      small: 1,
    })
    const full = { cell: 'é'.repeat(505) }
    expect(withState(full, 7, state, 1_024)).toBe(full)
    expect(withState({ small: 9 }, 7, { small: 1 }, 1_024)).toEqual({ small: 9, clientID: 7 })
    expect(withState(null, 7, { cursor: 'c', small: 1 }, 26)).toEqual({ clientID: 7, small: 1 })
    for (const plain of ['A1', 5, ['A1']]) expect(withState(plain, 7, state, 1_024)).toBe(plain)
  })
})

describe("the others' states", () => {
  it('[CL15] come, change and go with the members, under the names and colors of the room', async () => {
    await using server = await ScriptedServer.listen()
    const { room, awareness, stream, told } = await present(server)
    const { user } = member('a')
    expect(awareness.getStates().get(7)).toEqual({ cell: 'A1', user })
    expect(awareness.getStates().has(awareness.clientID)).toBe(true)
    expect(told.at(-1)).toEqual([{ added: [7], updated: [], removed: [] }, 'room'])
    const settled = async (id: string, patch: { readonly [field: string]: Json }) => {
      told.length = 0
      const before = room.getSnapshot()
      stream.event('patch', patch, id)
      await until(room, (now) => now !== before)
      return told.map(([changes]) => changes)
    }
    const move = { a: { clientID: 7, cursor: { head: 1 }, user: 'me', __proto__: 1 } }
    expect(await settled('e:2', { move })).toEqual([{ added: [], updated: [7], removed: [] }])
    expect(awareness.getStates().get(7)).toEqual({ cursor: { head: 1 }, user })
    expect(await settled('e:3', { watching: 1 })).toEqual([])
    const status = { a: 'away' }
    expect(await settled('e:4', { status })).toEqual([{ added: [], updated: [], removed: [7] }])
    expect(awareness.getStates().has(7)).toBe(false)
    const back = { status: { a: 'online' } }
    expect(await settled('e:5', back)).toEqual([{ added: [7], updated: [], removed: [] }])
    // After a reload of the page, the same member has another document.
    const reloaded = { move: { a: { clientID: 8 } } }
    expect(await settled('e:6', reloaded)).toEqual([{ added: [8], updated: [], removed: [7] }])
    expect(await settled('e:7', { leave: ['a'] })).toEqual([
      { added: [], updated: [], removed: [8] },
    ])
  })

  it('[CL15] don’t exist for a location without a client id', async () => {
    await using server = await ScriptedServer.listen()
    const { room, awareness, stream } = await present(server)
    const locations: Json[] = [null, 'A1', { clientID: '7' }, { clientID: 0.5 }, [7]]
    const others = locations.map((location, at) => member(`m${at}`, location))
    stream.snapshot('e:2', [member('me'), ...others])
    await until(room, ({ others }) => others.length === locations.length)
    expect([...awareness.getStates().keys()]).toEqual([awareness.clientID])
  })

  it('[CL15] are removed when the room is closed', async () => {
    await using server = await ScriptedServer.listen()
    const { room, awareness } = await present(server)
    void room.leave()
    expect([...awareness.getStates().keys()]).toEqual([awareness.clientID])
  })
})
