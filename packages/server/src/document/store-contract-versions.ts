import assert from 'node:assert/strict'
import {
  append,
  opened,
  type OpenedStore,
  type StoreCheck,
  type StorePlace,
  update,
} from './store-contract-place.js'
import { FIRST_INCARNATION } from './store.js'
import type { NewVersion, VersionStore } from './version-store.js'

const PART_BYTES = 1_048_576

/** The contract of a store for versions of documents. A store that keeps none passes. */
export const VERSIONS_CONTRACT: readonly StoreCheck[] = [
  { name: '[HY7] has the versions of each room, the last one first', check: withVersions(lists) },
  { name: '[HY8] has large versions, byte for byte', check: withVersions(keepsBytes) },
  { name: '[HY2] adds one of two versions after the same one', check: withVersions(addsOne) },
  { name: '[HY3] knows who has written since the last version', check: withVersions(knowsWriters) },
  { name: '[HY4] removes versions together with adding one', check: withVersions(replaces) },
  { name: '[HY5] counts versions among the totals', check: withVersions(counts) },
  {
    name: '[HY8] keeps versions when a document is compacted',
    check: withVersions(survivesCompaction),
  },
  { name: '[HY9] names versions', check: withVersions(renames) },
  { name: '[HY10] has no versions of a removed document', check: withVersions(goesWithDocument) },
]

type Opened = OpenedStore & { readonly versions: VersionStore }

function withVersions(check: (store: Opened, place: StorePlace) => Promise<void>) {
  return async (place: StorePlace): Promise<void> => {
    await using store = await opened(place)
    const { versions } = store
    if (versions !== undefined) await check(Object.assign(store, { versions }), place)
  }
}

function version(after: number, said: Partial<NewVersion> = {}): NewVersion {
  return {
    roomName: 'one',
    incarnation: FIRST_INCARNATION,
    after,
    atMs: 1_000 + after,
    hash: `hash ${after}`,
    authors: [],
    content: Uint8Array.of(after % 256),
    writers: [],
    removed: [],
    ...said,
  }
}

async function add(store: Opened, said: NewVersion): Promise<number> {
  const id = await store.versions.add(said)
  assert(id !== undefined, 'a version after the last one is added')
  return id
}

async function idsOf({ versions }: Opened, roomName = 'one'): Promise<number[]> {
  return (await versions.list(roomName, { limit: 100 })).map(({ id }) => id)
}

async function lists(store: Opened, place: StorePlace): Promise<void> {
  const { versions } = store
  assert.deepEqual(await versions.list('one', { limit: 10 }), [])
  assert.equal(await versions.add(version(0)), undefined, 'there is no document')
  await append(store, [update('one', 1), update('two', 1)])
  const authors = [{ id: 'ada', name: 'Ada “Countess” 🦊' }, {}]
  const first = await add(store, version(0, { authors, name: 'sent' }))
  const second = await add(store, version(first))
  const other = await add(store, version(0, { roomName: 'two' }))
  assert(first < second, 'ids grow')
  assert.deepEqual(await idsOf(store), [second, first])
  assert.deepEqual(await idsOf(store, 'two'), [other])
  await using again = await opened(place)
  const [found, ...others] = await again.versions!.list('one', { before: second, limit: 1 })
  assert.deepEqual(others, [])
  const { bytes, ...rest } = found!
  assert.deepEqual(rest, { id: first, atMs: 1_000, hash: 'hash 0', name: 'sent', authors })
  assert(bytes >= 1)
  assert.equal((await versions.list('one', { limit: 1 })).length, 1)
}

async function keepsBytes(store: Opened): Promise<void> {
  await append(store, [update('one', 1)])
  const content = Uint8Array.from({ length: 2 * PART_BYTES + 3 }, (_, at) => at % 251)
  const id = await add(store, version(0, { content }))
  const read = await store.versions.read('one', id)
  assert.equal(Buffer.compare(Buffer.from(read!), Buffer.from(content)), 0)
  assert.equal(await store.versions.read('two', id), undefined, 'another room has it not')
  assert.equal(await store.versions.read('one', id + 1), undefined)
}

async function addsOne(store: Opened, place: StorePlace): Promise<void> {
  await using other = await opened(place)
  await append(store, [update('one', 1)])
  const both = await Promise.all([
    store.versions.add(version(0)),
    other.versions!.add(version(0, { content: new Uint8Array(PART_BYTES + 1) })),
  ])
  const added = both.filter((id) => id !== undefined)
  assert.equal(added.length, 1, 'only one of them is added')
  assert.deepEqual(await idsOf(store), added)
  assert.equal(await store.versions.add(version(0)), undefined)
  await add(store, version(added[0]!))
}

async function knowsWriters(store: Opened): Promise<void> {
  const { versions } = store
  await versions.wrote('one', { id: 'ada' })
  assert.deepEqual(await versions.writers('one'), [], 'there is no document')
  await append(store, [update('one', 1)])
  await versions.wrote('one', { id: 'ada', name: 'Ada' })
  await versions.wrote('one', { name: 'Bob' })
  await versions.wrote('one', { id: 'ada', name: 'Ada' })
  const writers = await versions.writers('one')
  assert.deepEqual(
    writers.map(({ author }) => author),
    [{ name: 'Bob' }, { id: 'ada', name: 'Ada' }],
  )
  await versions.wrote('one', { name: 'Bob' })
  await add(store, version(0, { writers }))
  const left = await versions.writers('one')
  assert.deepEqual(
    left.map(({ author }) => author),
    [{ name: 'Bob' }],
    'who wrote meanwhile stays',
  )
}

async function replaces(store: Opened): Promise<void> {
  await append(store, [update('one', 1), update('two', 1)])
  const first = await add(store, version(0))
  const other = await add(store, version(0, { roomName: 'two' }))
  const second = await add(store, version(first))
  const third = await add(store, version(second, { removed: [first, other, 12_345] }))
  assert.deepEqual(await idsOf(store), [third, second])
  assert.equal(await store.versions.read('one', first), undefined)
  assert.deepEqual(await idsOf(store, 'two'), [other], 'other rooms stay')
  const late = version(second, { removed: [second] })
  assert.equal(await store.versions.add(late), undefined)
  assert.deepEqual(await idsOf(store), [third, second], 'what isn’t added removes nothing')
}

async function counts(store: Opened): Promise<void> {
  await append(store, [update('one', 1), update('two', 1)])
  await store.putRecord('one', { json: '{}', owner: 'ada' }, 0)
  const id = await add(store, version(0, { content: new Uint8Array(1_000) }))
  const [{ bytes } = { bytes: 0 }] = await store.versions.list('one', { limit: 1 })
  assert(bytes >= 1_000)
  assert.equal((await store.about('one'))?.historyBytes, bytes)
  assert.equal((await store.about('one'))?.bytes, 1, 'the document’s own size is told apart')
  assert.equal((await store.totals()).bytes, bytes + 2)
  assert.equal((await store.totals('ada')).bytes, bytes + 1)
  assert.equal(await store.versions.remove('one', id), true)
  assert.equal(await store.versions.remove('one', id), false)
  assert.equal((await store.totals()).bytes, 2)
}

async function survivesCompaction(store: Opened): Promise<void> {
  const numbers = await append(store, [update('one', 1)])
  const content = Uint8Array.of(1, 2, 3)
  const id = await add(store, version(0, { content }))
  const compaction = { roomName: 'one', incarnation: FIRST_INCARNATION, base: 0, numbers }
  await store.compact({ ...compaction, snapshot: Uint8Array.of(9) })
  assert.deepEqual([...(await store.versions.read('one', id))!], [1, 2, 3])
  assert.deepEqual([...(await store.load('one')).snapshot], [9])
  await store.versions.remove('one', id)
  assert.deepEqual([...(await store.load('one')).snapshot], [9])
}

async function renames(store: Opened): Promise<void> {
  const { versions } = store
  await append(store, [update('one', 1)])
  const id = await add(store, version(0))
  assert.equal(await versions.rename('one', id, 'sent'), true)
  assert.equal((await versions.list('one', { limit: 1 }))[0]?.name, 'sent')
  assert.equal(await versions.rename('one', id, undefined), true)
  assert.equal((await versions.list('one', { limit: 1 }))[0]?.name, undefined)
  assert.equal(await versions.rename('two', id, 'sent'), false)
}

async function goesWithDocument(store: Opened): Promise<void> {
  const { versions } = store
  await append(store, [update('one', 1)])
  const id = await add(store, version(0))
  await versions.wrote('one', { id: 'ada' })
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.deepEqual(await idsOf(store), [])
  assert.equal(await versions.read('one', id), undefined)
  assert.equal((await store.totals()).bytes, 0)
  await append(store, [update('one', 2, 'x')])
  assert.deepEqual(await idsOf(store), [], 'the next document has no versions')
  assert.deepEqual(await versions.writers('one'), [])
  assert.equal((await store.about('one'))?.historyBytes, 0)
  assert.equal(await versions.add(version(0)), undefined, 'one of the removed document isn’t added')
}
