// What people who know the provider of Hocuspocus expect of ours, by behaviour. docs/comparison.md has what doesn't apply.
import { joinRoom, type JoinOptions, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import type { WhereaboutsOptions } from '@whereabouts/server'
import { afterEach, describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { type RunningPlain, startPlain } from '../servers/plain.js'
import { until } from './until.js'

const rooms: Room[] = []
const servers: RunningPlain[] = []

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

async function start(options: WhereaboutsOptions = {}): Promise<RunningPlain> {
  const server = await startPlain(options)
  servers.push(server)
  return server
}

interface Client {
  readonly room: Room
  readonly doc: Doc
  readonly provider: RoomProvider
  /** The events of the provider, as texts. */
  readonly heard: string[]
  /** The addresses that it has posted to. */
  readonly posts: string[]
}

function open(
  { baseUrl }: RunningPlain,
  options: Partial<JoinOptions> = {},
  doc = new Doc(),
): Client {
  const posts: string[] = []
  const counting: typeof fetch = (input, init) => {
    if (init?.method === 'POST') posts.push(new URL(String(input)).pathname.split('/').at(-1)!)
    return fetch(input, init)
  }
  const room = joinRoom({ url: baseUrl, room: 'minutes', fetch: counting, ...options })
  rooms.push(room)
  const provider = new RoomProvider(room, doc)
  const heard: string[] = []
  provider.on('status', ({ status }) => void heard.push(status))
  provider.on('synced', (isSynced) => void heard.push(`synced ${isSynced}`))
  provider.on('saved', (isSaved) => void heard.push(`saved ${isSaved}`))
  return { room, doc, provider, heard, posts }
}

async function opened(...args: Parameters<typeof open>): Promise<Client> {
  const client = open(...args)
  await expect.poll(() => client.provider.synced).toBe(true)
  return client
}

const map = (doc: Doc) => doc.getMap('map')
const isSaved = ({ provider }: Client) => expect.poll(() => provider.saved).toBe(true)
const states = ({ provider }: Client) => [...provider.awareness.getStates().values()]
const names = (client: Client) => states(client).map((state) => state['player'])
const withEntry = (doc = new Doc()) => {
  map(doc).set('a', 1)
  return doc
}

/** Everybody is known by the header, and `viewer` may only read. */
const USERS: WhereaboutsOptions = {
  authenticate: ({ headers: { authorization: id } }) => (id ? { id } : null),
  authorize: ({ user, action }) => user?.id !== 'viewer' || action !== 'write',
}
const as = (authorization: string): Partial<JoinOptions> => ({ headers: () => ({ authorization }) })

describe('connecting', () => {
  it('[YJ1] is told when it connects, and synced comes once the document is there', async () => {
    const server = await start()
    await server.whereabouts.rooms.transact('minutes', withEntry)
    const client = open(server)
    const atSync = new Promise((resolve) => {
      client.provider.once('synced', () => resolve(map(client.doc).get('a')))
    })
    expect(await atSync).toBe(1)
    expect(client.heard.indexOf('connected')).toBeLessThan(client.heard.indexOf('synced true'))
    expect(client.provider.synced).toBe(true)
  })

  it.each<[string, WhereaboutsOptions]>([
    ['the login', { ...USERS, authenticate: () => later({ id: 'ada' }) }],
    ['the first content', { onLoadDocument: () => later({ update: first() }) }],
  ])('[CL27] is synced with everything even if %s takes its time', async (_what, options) => {
    const server = await start(options)
    if (options.onLoadDocument === undefined) {
      await server.whereabouts.rooms.transact('minutes', withEntry)
    }
    const { doc } = await opened(server)
    expect(map(doc).get('a')).toBe(1)
  })

  it('[YJ1] [YJ2] is told when it disconnects and connects again, and hears nothing once destroyed', async () => {
    const server = await start()
    const client = await opened(server)
    await isSaved(client)
    client.heard.length = 0
    client.provider.disconnect()
    expect(client.heard).toContain('disconnected')
    client.provider.connect()
    await expect.poll(() => client.provider.synced).toBe(true)
    expect(client.heard.slice(-1)).not.toEqual(['disconnected'])
    await client.provider.destroy()
    client.heard.length = 0
    await client.room.leave()
    withEntry(client.doc)
    expect(client.heard).toEqual([])
  })
})

describe('what isn’t saved', () => {
  it('[CL28] a new document is saved with its first sync, and after it an edit isn’t until it is confirmed', async () => {
    const server = await start()
    const client = open(server)
    expect([client.provider.saved, client.provider.synced]).toEqual([false, false])
    await isSaved(client)
    expect(client.posts).not.toContain('document')
    withEntry(client.doc)
    expect(client.provider.saved).toBe(false)
    await isSaved(client)
  })

  it.each([
    ['nothing', () => new Doc(), () => {}, true],
    ['content from before', () => withEntry(), () => {}, false],
    ['an edit of its own', () => new Doc(), (doc: Doc) => void map(doc).set('b', 2), false],
    ['a deletion of its own', () => new Doc(), (doc: Doc) => map(doc).delete('a'), false],
  ])(
    '[CL55] a viewer with %s, also after an edit of somebody else',
    async (_what, make, edit, saved) => {
      const server = await start(USERS)
      await server.whereabouts.rooms.transact('minutes', (doc) => void map(doc).set('a', 0))
      const viewer = await opened(server, as('viewer'), make())
      expect(viewer.provider.readOnly).toBe(true)
      edit(viewer.doc)
      const editor = await opened(server, as('ada'))
      expect(editor.provider.readOnly).toBe(false)
      map(editor.doc).set('theirs', 1)
      await isSaved(editor)
      await expect.poll(() => map(viewer.doc).get('theirs')).toBe(1)
      await expect.poll(() => viewer.provider.saved).toBe(saved)
      expect(viewer.posts).not.toContain('document')
      expect(map(editor.doc).toJSON()).toEqual({ a: 0, theirs: 1 })
    },
  )

  it('[CL39] rapid edits are few posts, which another client has in the end', async () => {
    const server = await start()
    const client = await opened(server)
    for (let count = 0; count < 100; count++) map(client.doc).set(`key ${count}`, count)
    await isSaved(client)
    expect(client.posts.filter((call) => call === 'document')).toHaveLength(1)
    const reader = await opened(server)
    expect(map(reader.doc).size).toBe(100)
  })
})

describe('observers of the document', () => {
  it.each([
    ['one change', (doc: Doc) => withEntry(doc), 1],
    ['three changes', (doc: Doc) => [1, 2, 3].map((value) => map(doc).set('a', value)), 3],
    [
      'one transaction',
      (doc: Doc) => doc.transact(() => [1, 2].map((value) => map(doc).set('a', value))),
      1,
    ],
  ])(
    '[CL20] are called for %s as Yjs calls them, and not again for its echo',
    async (_what, change, calls) => {
      const server = await start()
      const client = await opened(server)
      let observed = 0
      map(client.doc).observe(() => (observed += 1))
      map(client.doc).observeDeep(() => (observed += 1))
      change(client.doc)
      await isSaved(client)
      // An edit of somebody else is there after all that came before.
      const other = await opened(server)
      other.doc.getText('end').insert(0, 'x')
      await expect.poll(() => client.doc.getText('end').length).toBe(1)
      expect(observed).toBe(2 * calls)
    },
  )
})

describe('the login', () => {
  it.each<[string, JoinOptions['headers']]>([
    ['a value', () => ({ authorization: 'ada' })],
    ['a promise', async () => later({ authorization: 'ada' })],
  ])('[CL53] headers may be a function of %s', async (_what, headers) => {
    const server = await start(USERS)
    const { room } = await opened(server, headers && { headers })
    expect(room.getSnapshot().members[0]?.user.id).toBe('ada')
  })

  it('[CL53] a login that was refused is asked for again, and the provider goes on with the new one', async () => {
    const server = await start(USERS)
    let asked = 0
    const headers = () => ({ authorization: asked++ === 0 ? '' : 'ada' })
    const { provider } = await opened(server, { headers })
    expect(asked).toBeGreaterThan(1)
    expect(provider.problem).toBeNull()
  })

  it('[CL53] a refused login closes the provider and says why, and another one with a login works', async () => {
    const server = await start(USERS)
    const refused = open(server)
    await until(refused.room, ({ status }) => status === 'closed')
    expect(refused.provider.problem).toMatchObject({ problem: 'unauthorized' })
    expect(refused.heard).toContain('disconnected')
    expect(refused.provider.synced).toBe(false)
    const { provider } = await opened(server, as('ada'))
    expect(provider.problem).toBeNull()
  })
})

describe('awareness', () => {
  it('[CL26] tells of the own state, and shares it with those who are there or come later', async () => {
    const server = await start()
    const one = await opened(server)
    const two = await opened(server)
    const changes: number[][] = []
    one.provider.awareness.on('change', ({ updated }) => void changes.push(updated))
    one.provider.awareness.setLocalStateField('player', 1)
    expect(changes).toEqual([[one.doc.clientID]])
    two.provider.awareness.setLocalStateField('player', 2)
    await expect.poll(() => names(one)).toEqual(expect.arrayContaining([1, 2]))
    await expect.poll(() => names(two)).toEqual(expect.arrayContaining([1, 2]))
    const late = await opened(server)
    await expect.poll(() => names(late)).toEqual(expect.arrayContaining([1, 2]))
  })

  it('[CL15] is removed for others when a client is destroyed or leaves', async () => {
    const server = await start()
    const watcher = await opened(server)
    for (const end of [
      ({ provider }: Client) => provider.destroy(),
      ({ room }: Client) => room.leave(),
    ]) {
      const going = await opened(server)
      going.provider.awareness.setLocalStateField('player', 'going')
      await expect.poll(() => names(watcher)).toContain('going')
      await end(going)
      await expect.poll(() => names(watcher)).not.toContain('going')
    }
  })

  it('[CL15] isn’t shown in other rooms, and what comes from others is posted by nobody again', async () => {
    const server = await start()
    const one = await opened(server)
    const two = await opened(server)
    const elsewhere = await opened(server, { room: 'elsewhere' })
    expect(states(two)).toHaveLength(1)
    // Its own, with which the awareness begins.
    await expect.poll(() => two.posts).toContain('location')
    two.posts.length = 0
    one.provider.awareness.setLocalStateField('player', 1)
    await expect.poll(() => names(two)).toContain(1)
    // Posts are made in order, so this is after any echo.
    two.doc.getText('end').insert(0, 'x')
    await isSaved(two)
    expect(two.posts).not.toContain('location')
    expect(states(elsewhere)).toHaveLength(1)
  })

  it('[CL3] many states at once are few posts', async () => {
    const server = await start()
    const one = await opened(server)
    const two = await opened(server)
    one.posts.length = 0
    for (let count = 1; count <= 50; count++) {
      one.provider.awareness.setLocalStateField('player', count)
    }
    await expect.poll(() => names(two)).toContain(50)
    expect(one.posts.filter((call) => call === 'location').length).toBeLessThan(5)
  })
})

it('[EV4] messages that aren’t kept go to the others as events of the room', async () => {
  const server = await start()
  const one = await opened(server)
  const two = await opened(server)
  const heard = new Promise((resolve) => two.room.onEvent(resolve))
  await one.room.broadcast({ saved: true })
  expect(await heard).toEqual({ saved: true })
})

it('[CL42] one document can have several providers, each for its own room', async () => {
  const server = await start()
  const one = await opened(server)
  const two = await opened(server, { room: 'copy' }, one.doc)
  withEntry(one.doc)
  await isSaved(one)
  await isSaved(two)
  const reader = await opened(server, { room: 'copy' })
  expect(map(reader.doc).get('a')).toBe(1)
  await two.provider.destroy()
  map(one.doc).set('b', 2)
  await isSaved(one)
  expect(map((await opened(server)).doc).toJSON()).toEqual({ a: 1, b: 2 })
})

function first(): Uint8Array {
  return encodeStateAsUpdate(withEntry())
}

/** Resolves a moment later. */
function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), 100))
}
