import type { OnStoreDocument, WhereaboutsOptions } from '@whereabouts/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  accepted,
  getDocument,
  postUpdate,
  syncDocument,
  TestDocument,
} from 'whereabouts-conformance/document'
import { expectProblem } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { type RunningPlain, startPlain } from '../servers/plain.js'
import { newPlace, type Place } from './place.js'

const LONG_MS = 60_000
const OPERATOR = { as: 'operator' } as const
/** An update without content. */
const EMPTY = Uint8Array.of(0, 0)
let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

async function node(options: WhereaboutsOptions = {}): Promise<RunningPlain> {
  const server = await startPlain({ ...place.settings, ...options })
  await expect.poll(() => server.whereabouts.rooms.isShared).toBe(true)
  return server
}

const ascending = (one: number, other: number) => one - other
const numbers = (doc: Doc) => doc.getArray<number>('numbers')

it('[RS1] [EX1] readers at another node get what a transaction changed, and so do its transactions', async () => {
  await using one = await node()
  await using two = await node()
  const room = new TestRoom(one.baseUrl)
  await using stream = await room.join(memberKey())
  await two.whereabouts.rooms.transact(room.name, (doc) => numbers(doc).push([1]))
  await stream.next('document')
  expect(numbers(new TestDocument(room).takeEvents(stream).doc).toJSON()).toEqual([1])
  for (const [before, { whereabouts }] of [
    [1, one],
    [2, two],
    [3, one],
  ] as const) {
    const { rooms } = whereabouts
    const count = () => rooms.transact(room.name, (doc) => numbers(doc).length)
    await expect.poll(count).toBe(before)
    await rooms.transact(room.name, (doc) => numbers(doc).push([before + 1]))
  }
  const position = (await room.read()).id
  const { doc } = new TestDocument(room).take(await getDocument(room, { since: position }))
  expect(numbers(doc).toJSON()).toEqual([1, 2, 3, 4])
  expect(doc.store.clients.size).toBe(2)
})

it('[EX17] of contradicting posts at two nodes at the same moment one is accepted, and all nodes have that', async () => {
  await using one = await node()
  await using two = await node()
  const here = new TestRoom(one.baseUrl)
  const there = new TestRoom(two.baseUrl, here.name)
  await using _here = await here.join(memberKey())
  await using _there = await there.join(memberKey())
  const expected: Record<string, number> = {}
  for (let pair = 0; pair < 25; pair++) {
    const posts = [here, there].map((room, place) => {
      const document = new TestDocument(room)
      document.doc.clientID = 1_000 + pair
      return postUpdate(room, document.write(`pair ${pair}`, place))
    })
    const answers = await Promise.all(posts)
    const winner = answers.findIndex(({ status }) => status === 200)
    expected[`pair ${pair}`] = winner
    accepted(answers[winner]!)
    const refused = expectProblem(answers[1 - winner]!, 'bad-update')
    expect(refused.extensions).toEqual({ reason: 'clock-taken' })
  }
  const cellsAt = async ({ baseUrl }: RunningPlain) =>
    (await new TestDocument(new TestRoom(baseUrl, here.name)).fetch()).cells
  await using third = await node()
  for (const each of [one, two, third]) expect(await cellsAt(each)).toEqual(expected)
})

it('[EX15] two people who type at two nodes at once lose nothing', async () => {
  await using one = await node()
  await using two = await node()
  const here = new TestRoom(one.baseUrl)
  const there = new TestRoom(two.baseUrl, here.name)
  await using _here = await here.join(memberKey())
  await using _there = await there.join(memberKey())
  const keys = (place: number) => Array.from({ length: 50 }, (_, index) => `${place} ${index}`)
  const typed = [here, there].map(async (room, place) => {
    const document = new TestDocument(room)
    for (const key of keys(place)) await document.post(key)
  })
  await Promise.all(typed)
  await using third = await node()
  const all = Object.fromEntries([...keys(0), ...keys(1)].map((key) => [key, key]))
  for (const { baseUrl } of [one, two, third]) {
    const document = await new TestDocument(new TestRoom(baseUrl, here.name)).fetch()
    expect(document.cells).toEqual(all)
  }
})

it('[RS6] a document gets its first content once, however many open it at all nodes', async () => {
  let asked = 0
  const onLoadDocument = async () => {
    asked += 1
    // Until both have asked, so that one of them is second in the store.
    await expect.poll(() => asked % 2).toBe(0)
    const doc = new Doc()
    numbers(doc).push([7])
    return { update: encodeStateAsUpdate(doc) }
  }
  await using one = await node({ onLoadDocument })
  await using two = await node({ onLoadDocument })
  for (let count = 0; count < 5; count++) {
    const room = new TestRoom(one.baseUrl)
    const there = new TestRoom(two.baseUrl, room.name)
    await using _stream = await there.join(memberKey())
    const read = async (at: TestRoom) => (await syncDocument(at, new Uint8Array())).update
    const read4 = [room, there, room, there].map(read)
    for (const update of await Promise.all(read4)) {
      expect(numbers(new TestDocument(room).take(update).doc).toJSON()).toEqual([7])
    }
  }
  expect(asked).toBe(10)
})

it('[RS11] one node calls onStoreDocument, whichever had the last change', async () => {
  const calls: { readonly node: number; readonly state: Uint8Array }[] = []
  const storing = (index: number): WhereaboutsOptions => ({
    storeDebounceMs: 700,
    onStoreDocument: (_room, state) => void calls.push({ node: index, state }),
  })
  await using one = await node(storing(1))
  await using two = await node(storing(2))
  const room = new TestRoom(one.baseUrl)
  // Both host it.
  await using _here = await room.join(memberKey())
  await using _there = await new TestRoom(two.baseUrl, room.name).join(memberKey())
  for (const { whereabouts } of [one, two, one, two]) {
    await whereabouts.rooms.transact(room.name, (doc) => numbers(doc).push([1]))
  }
  await expect.poll(() => calls.length).toBe(1)
  const [{ node: by, state }] = calls as [(typeof calls)[number]]
  expect(by).toBe(2)
  expect(numbers(new TestDocument(room).take(state).doc).toJSON()).toEqual([1, 1, 1, 1])
  await one.whereabouts.rooms.transact(room.name, (doc) => numbers(doc).push([1]))
  await expect.poll(() => calls.length).toBe(2)
  // What the others waited for is over.
  await one.stop()
  await two.stop()
  expect(calls.map((call) => call.node)).toEqual([2, 1])
})

it(
  '[RS11] over a Redis that is lost and regained, the application gets all that was stored, and once',
  { timeout: 2 * LONG_MS },
  async () => {
    const calls: { readonly node: number; readonly items: readonly number[] }[] = []
    const storing = (index: number): WhereaboutsOptions => ({
      storeDebounceMs: 700,
      onStoreDocument: (roomName, state) => {
        const { doc } = new TestDocument(new TestRoom('', roomName)).take(state)
        calls.push({ node: index, items: numbers(doc).toArray() })
      },
    })
    await using one = await node(storing(1))
    await using two = await node(storing(2))
    const nodes = [one, two]
    const areShared = (isShared: boolean) =>
      expect.poll(() => nodes.every(({ whereabouts: { rooms } }) => rooms.isShared === isShared), {
        timeout: LONG_MS,
      })
    const push = ({ whereabouts: { rooms } }: RunningPlain, item: number) =>
      rooms.transact(room.name, (doc) => numbers(doc).push([item]))
    const items = ({ whereabouts: { rooms } }: RunningPlain) =>
      rooms.transact(room.name, (doc) => numbers(doc).toArray().toSorted(ascending))
    const room = new TestRoom(one.baseUrl)
    await using _here = await room.join(memberKey())
    await using _there = await new TestRoom(two.baseUrl, room.name).join(memberKey())
    await place.redis.kill()
    await areShared(false).toBe(true)
    await push(one, 1)
    await push(two, 2)
    // Alone, each calls for what it stored.
    await expect.poll(() => new Set(calls.map(({ node: by }) => by))).toEqual(new Set([1, 2]))
    await place.redis.restart()
    await areShared(true).toBe(true)
    for (const each of nodes) await expect.poll(() => items(each)).toEqual([1, 2])
    await expect.poll(() => calls.at(-1)!.items.toSorted(ascending)).toEqual([1, 2])
    await push(one, 3)
    // Each node calls for its own change if the other one learns of it late, and the one whose change
    // both learn of last is the one to call for all.
    const callsWithAll = () => calls.filter(({ items: all }) => all.includes(3))
    await expect.poll(() => callsWithAll().length).toBe(1)
    // What the others waited for is over.
    await one.stop()
    await two.stop()
    expect(callsWithAll().length).toBe(1)
    expect(calls.at(-1)!.items.toSorted(ascending)).toEqual([1, 2, 3])
  },
)

it(
  '[RS11] another node calls if the one that had the last change is killed',
  { timeout: LONG_MS },
  async () => {
    const called: string[] = []
    const onStoreDocument: OnStoreDocument = (room) => void called.push(room)
    await using left = await node({ onStoreDocument, storeDebounceMs: 100 })
    const killed = await place.node()
    const room = new TestRoom(killed.baseUrl)
    await using _here = await new TestRoom(left.baseUrl, room.name).join(memberKey())
    await using _there = await room.join(memberKey())
    await new TestDocument(room).post('A1')
    await killed.kill()
    await expect.poll(() => called, { timeout: LONG_MS }).toEqual([room.name])
  },
)

it('[RS13] a node that closes calls for what waits', async () => {
  const called: string[] = []
  const onStoreDocument: OnStoreDocument = (room) => void called.push(room)
  await using leaving = await node({ onStoreDocument })
  await leaving.whereabouts.rooms.transact('waits', (doc) => numbers(doc).push([1]))
  await leaving.stop()
  expect(called).toEqual(['waits'])
})

it.each([
  ['without a record', false],
  ['into a room with a record', true],
])('[AD10] of two imports at once at two nodes, %s, one is stored', async (_how, hasRecord) => {
  await using one = await node()
  await using two = await node()
  for (let count = 0; count < 10; count++) {
    const room = new TestRoom(one.baseUrl)
    const importAt = (at: RunningPlain, number: number) => {
      const doc = new Doc()
      numbers(doc).push([number])
      return at.whereabouts.administration.importDocument(
        room.name,
        encodeStateAsUpdate(doc),
        OPERATOR,
      )
    }
    const record = { json: JSON.stringify({ users: {}, owner: 'ada' }) }
    const { administration } = one.whereabouts
    if (hasRecord) await administration.importDocument(room.name, EMPTY, OPERATOR, record)
    const imports = await Promise.allSettled([importAt(one, 1), importAt(two, 2)])
    const refused = imports.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(refused).toMatchObject([{ problem: 'document-exists' }])
    const { doc } = new TestDocument(room).take(await getDocument(room, {}))
    expect(numbers(doc).toJSON()).toEqual([imports[0].status === 'fulfilled' ? 1 : 2])
  }
})
