import assert from 'node:assert/strict'
import { FIRST_INCARNATION } from './store.js'
import {
  append,
  compact,
  NOTHING,
  oneByte,
  opened,
  type StoreCheck,
  type StorePlace,
  update,
} from './store-contract-place.js'

/** The contract of a store for the comments on documents. */
export const COMMENTS_CONTRACT: readonly StoreCheck[] = [
  { name: '[CM2] stores comments on a document that is there', check: storesComments },
  { name: '[CM2] stores no comments without their document', check: refusesOrphans },
  { name: '[CM2] stores no comments that are for a removed document', check: refusesEarlier },
  { name: '[CM6] removes comments with their document, and nothing else', check: removesBoth },
  {
    name: '[CM6] has no comments left of a document that is removed meanwhile',
    check: removesBeside,
  },
  { name: '[CM6] keeps a document whose comments were used', check: keepsUsed },
  { name: '[CM4] counts comments as part of their document', check: countsComments },
]

const COMMENTS = 'comments~one'

async function storesComments(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const longest = 'r'.repeat(128)
  await append(store, [update('one', 1), update(longest, 1)])
  assert.equal(await store.claim(update(longest, 9)), undefined, 'it has content')
  for (const roomName of [COMMENTS, `comments~${longest}`]) {
    assert.notEqual(await store.claim(update(roomName, 2)), undefined, 'as a first update')
    assert.equal(await store.claim(update(roomName, 2)), undefined, 'which is one')
    const [first, second] = await append(store, [update(roomName, 3), update(roomName, 4)])
    const numbers = [first!, second!]
    await compact(store, { roomName, base: 0, snapshot: oneByte(9), numbers })
    const { incarnation, snapshot, updates } = await store.load(roomName)
    assert.deepEqual([incarnation, [...snapshot], updates.length], [FIRST_INCARNATION, [9], 1])
  }
}

async function refusesOrphans(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const both = [update(COMMENTS, 1), update('two', 2)]
  const stored = (await store.append(both)).map((number) => number !== undefined)
  assert.deepEqual(stored, [false, true])
  assert.equal(await store.claim(update(COMMENTS, 1)), undefined)
  await append(store, [update('one', 1)])
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.deepEqual(await store.append([update(COMMENTS, 1, 'x')]), [undefined])
  assert.equal(await store.claim(update(COMMENTS, 1, 'x')), undefined)
  assert.equal(await store.about(COMMENTS), undefined)
}

async function refusesEarlier(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  await append(store, [update('one', 1)])
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.equal(await other.incarnation(COMMENTS), 'x', 'they have that of their document')
  await append(store, [update('one', 2, 'x')])
  const late = [update(COMMENTS, 3), update(COMMENTS, 4, 'x')]
  const stored = (await other.append(late)).map((number) => number !== undefined)
  assert.deepEqual(stored, [false, true], 'though nothing was removed of the comments')
  const { incarnation, generation, updates } = await store.load(COMMENTS)
  assert.deepEqual([incarnation, updates.map(({ bytes }) => [...bytes])], ['x', [[4]]])
  const old = { roomName: COMMENTS, base: generation, snapshot: oneByte(8), numbers: [] }
  assert.equal(await compact(store, old), undefined, 'nor a compaction')
}

async function removesBoth(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  const rooms = ['one', COMMENTS, 'two', 'comments~two']
  const [, number] = await append(
    store,
    rooms.map((roomName) => update(roomName, 1)),
  )
  await compact(store, { roomName: COMMENTS, base: 0, snapshot: oneByte(7), numbers: [number!] })
  await append(store, [update(COMMENTS, 2)])
  assert.equal(await store.remove({ roomName: 'one', incarnation: 'x' }), true)
  const { incarnation, snapshot, updates } = await other.load(COMMENTS)
  assert.deepEqual([incarnation, snapshot.byteLength, updates], ['x', 0, []])
  assert.equal(await other.about(COMMENTS), undefined)
  assert.equal((await other.load('comments~two')).updates.length, 1, 'other comments stay')
  const { removed, ...left } = await store.totals()
  assert.deepEqual({ ...left, removed: 0 }, { ...NOTHING, documents: 1, commented: 1, bytes: 2 })
  assert(removed <= 1, 'comments leave no trace')
  await append(store, [update('one', 5, 'x')])
  assert.deepEqual((await other.load(COMMENTS)).updates, [], 'nor are they there with another one')
}

async function removesBeside(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  let incarnation = FIRST_INCARNATION
  for (const next of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    await append(store, [update('one', 1, incarnation)])
    await Promise.all([
      other.append([update(COMMENTS, 2, incarnation), update('one', 3, incarnation)]),
      store.remove({ roomName: 'one', incarnation: next }),
      other.append([update(COMMENTS, 4, incarnation), update('two', 5)]),
    ])
    assert.equal(await other.about(COMMENTS), undefined)
    assert.deepEqual((await store.load(COMMENTS)).updates, [])
    incarnation = next
  }
}

async function keepsUsed(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await append(store, [update('one', 1), update(COMMENTS, 2)])
  const { usedAtMs } = await store.load('one')
  while (Date.now() <= usedAtMs) await new Promise(setImmediate)
  await store.touch(COMMENTS)
  const used = (await store.about(COMMENTS))!.usedAtMs
  const removal = { roomName: 'one', incarnation: 'x' }
  assert.equal(await store.remove({ ...removal, unusedSinceMs: used }), false)
  assert.equal((await store.load(COMMENTS)).updates.length, 1)
  assert.equal(await store.remove({ ...removal, unusedSinceMs: used + 1 }), true)
}

async function countsComments(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const rooms = ['one', COMMENTS, 'two', 'comments~two']
  await append(
    store,
    rooms.map((roomName) => update(roomName, 1)),
  )
  await append(store, [update(COMMENTS, 2)])
  await store.putRecord('one', { json: '{}', owner: 'ada' }, 0)
  const listed = await store.list({ limit: 10 })
  assert.deepEqual(
    listed.map(({ roomName }) => roomName),
    ['one', 'two'],
    'they are in no list',
  )
  const ada = { ...NOTHING, documents: 1, commented: 1, bytes: 3, records: 1, recordBytes: 2 }
  assert.deepEqual(await store.totals('ada'), ada)
  assert.deepEqual(await store.totals(), { ...ada, documents: 2, commented: 2, bytes: 5 })
}

/** Checks that the removal of comments is listed as untold, as that of their document is. */
export async function notesCommentsRemoved(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await append(store, [update('one', 1), update(COMMENTS, 2)])
  await store.remove({ roomName: 'one', incarnation: 'x' })
  const untold = (await store.untold?.list()) ?? []
  assert.deepEqual(untold.map(({ roomName }) => roomName).toSorted(), [COMMENTS, 'one'])
}
