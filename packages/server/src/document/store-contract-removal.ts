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

/** The contract of a store for removed documents. */
export const REMOVAL_CONTRACT: readonly StoreCheck[] = [
  { name: '[AD1] has nothing of a room that was removed, and all of the others', check: removes },
  { name: '[AD2] stores nothing that is for a removed document', check: refusesEarlier },
  {
    name: '[DO47] begins a document under a name, once, and only where nothing else is',
    check: begins,
  },
  { name: '[AD2] counts no compaction of a removed document', check: refusesCompaction },
  { name: '[AD2] has either none or all of an append beside a removal', check: removesBeside },
  { name: '[AD6] removes what was unused, and nothing that was used since', check: removesUnused },
]

async function removes(place: StorePlace): Promise<void> {
  await removeOne(place)
  await using store = await opened(place)
  const { incarnation, snapshot, updates } = await store.load('one')
  assert.deepEqual([incarnation, snapshot.byteLength, updates], ['x', 0, []])
  assert.equal(await store.incarnation('one'), 'x')
  assert.equal(await store.getRecord('one'), undefined)
  assert.equal(await store.findByLink('a token'), undefined)
  assert.equal(await store.about('one'), undefined)
  assert.deepEqual(await store.totals('ada'), NOTHING)
  const { removed, ...left } = await store.totals()
  assert.deepEqual({ ...left, removed: 0 }, { ...NOTHING, documents: 1, bytes: 1 })
  assert(removed <= 1, 'at most a trace of each removed document is kept')
  assert.equal((await store.load('two')).updates.length, 1, 'other rooms stay')
}

async function removeOne(place: StorePlace): Promise<void> {
  await using first = await opened(place)
  assert.equal((await first.load('one')).incarnation, FIRST_INCARNATION)
  assert.equal(await first.incarnation('one'), FIRST_INCARNATION)
  const [number] = await append(first, [update('one', 1), update('one', 2), update('two', 3)])
  await compact(first, { roomName: 'one', base: 0, snapshot: oneByte(9), numbers: [number!] })
  await first.putRecord('one', { json: '{}', link: 'a token', owner: 'ada' }, 0)
  assert.equal(await first.remove({ roomName: 'one', incarnation: 'x' }), true)
  assert.equal(await first.remove({ roomName: 'one', incarnation: 'y' }), false, 'it is gone')
  assert.equal(await first.remove({ roomName: 'never', incarnation: 'y' }), false)
}

async function refusesEarlier(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  await append(store, [update('one', 1)])
  await store.remove({ roomName: 'one', incarnation: 'x' })
  const late = [update('one', 2), update('two', 3), update('one', 4, 'x'), update('one', 5, 'y')]
  const stored = (await other.append(late)).map((number) => number !== undefined)
  assert.deepEqual(stored, [false, true, true, false], 'only what is current is stored')
  const { updates, incarnation } = await store.load('one')
  assert.deepEqual([incarnation, updates.map(({ bytes }) => [...bytes])], ['x', [[4]]])
  assert.equal((await store.about('one'))?.bytes, 1)
  await other.remove({ roomName: 'one', incarnation: 'z' })
  assert.deepEqual(await store.append([update('one', 6, 'x')]), [undefined])
  assert.equal((await store.load('one')).incarnation, 'z')
}

async function begins(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  const first = { ...update('one', 1, 'a'), begins: FIRST_INCARNATION }
  const late = { ...update('one', 2, 'b'), begins: FIRST_INCARNATION }
  assert.deepEqual(await store.append([{ ...first, begins: 'x' }]), [undefined])
  assert.equal(await store.claim({ ...first, begins: 'x' }, { json: '{}' }), undefined)
  await append(store, [first, { ...first, bytes: oneByte(3) }])
  assert.deepEqual(await other.append([late]), [undefined], 'another one is there')
  assert.equal((await other.load('one')).incarnation, 'a')
  assert.equal((await other.load('one')).updates.length, 2)
  assert.equal(await store.remove({ roomName: 'one', incarnation: 'x', current: 'b' }), false)
  assert.equal(await store.remove({ roomName: 'one', incarnation: 'x', current: 'a' }), true)
  assert.deepEqual(await other.append([late, first]), [undefined, undefined])
  const next = { ...update('one', 4, 'c'), begins: 'x' }
  assert.notEqual(await other.claim(next, { json: '{}' }), undefined)
  assert.equal(await store.incarnation('one'), 'c')
  await store.putRecord('two', { json: '{}' }, 0)
  assert.equal(await store.incarnation('two'), FIRST_INCARNATION, 'a record begins no document')
  assert.notEqual(await store.claim({ ...first, roomName: 'two' }), undefined)
  assert.equal(await store.incarnation('two'), 'a')
  assert.equal(await store.incarnation('comments~two'), 'a')
}

async function refusesCompaction(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const numbers = await append(store, [update('one', 1)])
  await store.remove({ roomName: 'one', incarnation: 'x' })
  const late = { roomName: 'one', base: 0, snapshot: oneByte(8), numbers }
  assert.equal(await compact(store, late), undefined)
  await append(store, [update('one', 2, 'x')])
  assert.equal(await compact(store, late), undefined, 'not even if there is another document')
  const { snapshot, updates } = await store.load('one')
  assert.deepEqual([snapshot.byteLength, updates.length], [0, 1])
}

async function removesBeside(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  for (const incarnation of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    const before = (await store.load('one')).incarnation
    await append(store, [update('one', 1, before)])
    await Promise.all([
      other.append([update('one', 2, before), update('one', 3, before)]),
      store.remove({ roomName: 'one', incarnation }),
    ])
    const { updates } = await other.load('one')
    assert.deepEqual(updates, [], 'nothing of a removed document comes back')
    assert.equal(await other.about('one'), undefined)
  }
}

async function removesUnused(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await append(store, [update('one', 1)])
  const { usedAtMs } = await store.load('one')
  const removal = { roomName: 'one', incarnation: 'x' }
  assert.equal(await store.remove({ ...removal, unusedSinceMs: usedAtMs }), false, 'it was used')
  assert.equal((await store.load('one')).updates.length, 1)
  await store.touch('one')
  assert(((await store.about('one'))?.usedAtMs ?? 0) >= usedAtMs, 'opening it is a use')
  await store.touch('never')
  assert.equal(await store.about('never'), undefined, 'opening nothing makes no document')
  assert.equal(await store.remove({ ...removal, unusedSinceMs: Date.now() + 60_000 }), true)
}

/** Checks that a removal is listed as untold, since a node may die before it tells the others. */
export async function notesRemovals(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await store.remove({ roomName: 'never', incarnation: 'x' })
  assert.deepEqual(await store.untold?.list(), [])
  await append(store, [update('one', 1)])
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.deepEqual(
    (await store.untold?.list())?.map(({ roomName }) => roomName),
    ['one'],
  )
}
