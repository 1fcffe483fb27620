import assert from 'node:assert/strict'
import type { DocumentStore, Page } from './store.js'
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

/** The contract of a store for its list of documents and the records of rooms. */
export const CATALOG_CONTRACT: readonly StoreCheck[] = [
  { name: '[AD7] lists its documents in the order of their names, in pages', check: lists },
  { name: '[AD7] knows how large a document is, and all of them together', check: weighs },
  { name: '[AD8] keeps a record, and changes it only if it is as expected', check: keepsRecord },
  { name: '[AD8] counts one of two changes of a record at the same time', check: countsOneChange },
  { name: '[AD18] stores a first update with its record, or neither', check: claims },
  { name: '[AD18] counts one of two claims at the same time', check: countsOneClaim },
  { name: '[AD10] stores a first update without a record, once', check: storesFirst },
  { name: '[AD8] finds a room by its link, which no two rooms have', check: findsByLink },
]

const NAMES = ['b', 'B', 'a~', 'a.', '__proto__', 'a', '~', '0']

async function lists(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  assert.deepEqual(await store.list({ limit: 10 }), [])
  await append(
    store,
    [...NAMES, 'a'].map((name) => update(name, 1)),
  )
  const inOrder = NAMES.toSorted((one, other) => (one < other ? -1 : 1))
  assert.deepEqual(await namesOf(store, { limit: 100 }), inOrder)
  assert.deepEqual(await namesOf(store, { limit: 3 }), inOrder.slice(0, 3))
  assert.deepEqual(await namesOf(store, { after: inOrder[2]!, limit: 2 }), inOrder.slice(3, 5))
  assert.deepEqual(await namesOf(store, { after: 'A', limit: 1 }), ['B'], 'it needn’t be there')
}

async function weighs(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const sinceMs = Date.now()
  assert.deepEqual(await store.totals(), NOTHING)
  const large = { ...update('one', 1), bytes: new Uint8Array(300) }
  const numbers = await append(store, [large, update('one', 2), update('two', 3)])
  const before = await store.about('one')
  assert.equal(before?.bytes, 301)
  assert.deepEqual(await store.totals(), { ...NOTHING, documents: 2, bytes: 302 })
  const own = numbers.slice(0, 1)
  const snapshot = new Uint8Array(20)
  const generation = await compact(store, { roomName: 'one', base: 0, snapshot, numbers: own })
  assert.equal((await store.about('one'))?.bytes, 21)
  const rest = { base: generation!, snapshot: oneByte(1), numbers: numbers.slice(1, 2) }
  await compact(store, { roomName: 'one', ...rest })
  assert.equal((await store.about('one'))?.bytes, 1)
  assert(before.createdAtMs >= sinceMs && before.createdAtMs <= before.updatedAtMs)
  assert(before.usedAtMs >= before.updatedAtMs)
}

async function keepsRecord(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  assert.equal(await store.getRecord('one'), undefined)
  assert.equal(await store.putRecord('one', { json: '{"a":1}' }, 7), undefined, 'there is none')
  const first = await store.putRecord('one', { json: '{"a":1}', owner: 'ada' }, 0)
  assert(first !== undefined && first !== 0)
  const stored = { revision: first, json: '{"a":1}', owner: 'ada' }
  assert.deepEqual(await other.getRecord('one'), stored)
  assert.equal(await other.putRecord('one', { json: '{}' }, 0), undefined, 'there is one')
  const second = await other.putRecord('one', { json: '{"b":"ü"}' }, first)
  assert.deepEqual(await store.getRecord('one'), { revision: second, json: '{"b":"ü"}' })
  assert.deepEqual(await store.totals('ada'), NOTHING)
  const empty = { ...NOTHING, documents: 1, records: 1, recordBytes: 10 }
  assert.deepEqual(await store.totals(), empty, 'a record counts with its bytes in UTF-8')
  assert.equal((await store.about('one'))?.bytes, 0, 'a room with a record has a document')
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.equal(await store.putRecord('one', { json: '{}' }, second!), undefined)
  const third = await store.putRecord('one', { json: '{}', owner: 'ada' }, 0)
  assert(third !== first && third !== second, 'no revision comes back')
  await append(store, [update('one', 1, 'x'), update('two', 2)])
  const adas = { ...NOTHING, documents: 1, bytes: 1, records: 1, recordBytes: 2 }
  assert.deepEqual(await store.totals('ada'), adas)
  assert.deepEqual(await store.totals(), { ...adas, documents: 2, bytes: 2 })
}

async function countsOneChange(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  for (let expected = 0, round = 0; round < 5; round++) {
    const revisions = await Promise.all([
      store.putRecord('one', { json: '"store"' }, expected),
      other.putRecord('one', { json: '"other"' }, expected),
    ])
    const counted = revisions.filter((revision) => revision !== undefined)
    assert.equal(counted.length, 1, 'one of two changes of the same record counts')
    const json = revisions[0] === undefined ? '"other"' : '"store"'
    assert.deepEqual(await store.getRecord('one'), { revision: counted[0], json })
    expected = counted[0]!
  }
}

async function claims(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  const record = { json: '{"a":1}', owner: 'ada', link: 'first' }
  const number = await store.claim({ ...update('one', 1), bytes: oneByte(7) }, record)
  assert(number !== undefined, 'a room without a document can be claimed')
  const stored = await other.getRecord('one')
  assert.deepEqual(stored, { ...record, revision: stored?.revision })
  const { updates } = await other.load('one')
  assert.deepEqual(
    updates.map((each) => [each.number, ...each.bytes]),
    [[number, 7]],
  )
  const adas = { ...NOTHING, documents: 1, bytes: 1, records: 1, recordBytes: 7 }
  assert.deepEqual(await store.totals('ada'), adas)
  await append(store, [update('two', 1)])
  await store.putRecord('three', { json: '{}' }, 0)
  for (const taken of ['one', 'two', 'three']) {
    const before = await store.load(taken)
    assert.equal(
      await other.claim(update(taken, 2), { json: '{}', owner: 'eve' }),
      undefined,
      taken,
    )
    assert.deepEqual(await store.load(taken), before, 'a claim that does not count stores nothing')
    assert.notEqual((await store.getRecord(taken))?.owner, 'eve', taken)
  }
  await assert.rejects(other.claim(update('four', 1), { json: '{}', link: 'first' }))
  assert.equal(await store.about('four'), undefined, 'what is rejected changes nothing')
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.equal(await store.claim(update('one', 1), record), undefined, 'of another incarnation')
  assert.notEqual(await store.claim(update('one', 1, 'x'), record), undefined)
  assert.equal((await store.getRecord('one'))?.owner, 'ada')
}

async function countsOneClaim(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  for (let round = 0; round < 5; round++) {
    const roomName = `room ${round}`
    const numbers = await Promise.all([
      store.claim(update(roomName, 1), { json: '{}', owner: 'store' }),
      other.claim(update(roomName, 2), { json: '{}', owner: 'other' }),
      other.append([update(roomName, 3)]).then(() => undefined),
    ])
    const owners = ['store', 'other'].filter((_, index) => numbers[index] !== undefined)
    assert(owners.length <= 1, 'one of two claims counts')
    assert.equal((await store.getRecord(roomName))?.owner, owners[0])
  }
}

async function storesFirst(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  await store.putRecord('recorded', { json: '{}', owner: 'ada' }, 0)
  for (const roomName of ['one', 'two', 'three', 'four', 'recorded']) {
    const numbers = await Promise.all([
      store.claim(update(roomName, 1)),
      other.claim(update(roomName, 2)),
    ])
    const counted = numbers.filter((number) => number !== undefined)
    assert.equal(counted.length, 1, 'one of two first updates counts')
    const { updates } = await store.load(roomName)
    assert.deepEqual(
      updates.map(({ number }) => number),
      counted,
    )
  }
  assert.equal((await store.getRecord('recorded'))?.owner, 'ada')
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.equal(await store.claim(update('one', 3)), undefined, 'of another incarnation')
  assert.notEqual(await store.claim(update('one', 3, 'x')), undefined)
  assert.equal((await store.about('one'))?.bytes, 1)
}

async function findsByLink(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const revision = await store.putRecord('one', { json: '{}', link: 'first' }, 0)
  assert.equal(await store.findByLink('first'), 'one')
  assert.equal(await store.findByLink('FIRST'), undefined)
  await assert.rejects(store.putRecord('two', { json: '{}', link: 'first' }, 0))
  assert.equal(await store.getRecord('two'), undefined, 'what is rejected changes nothing')
  assert.equal(await store.findByLink('first'), 'one')
  await store.putRecord('one', { json: '{}', link: 'second' }, revision!)
  assert.equal(await store.findByLink('first'), undefined)
  assert.equal(await store.findByLink('second'), 'one')
}

async function namesOf(store: DocumentStore, page: Page): Promise<string[]> {
  return (await store.list(page)).map(({ roomName }) => roomName)
}
