import assert from 'node:assert/strict'
import {
  type DocumentLists,
  type ListPage,
  MOST_FOLDERS,
  MOST_MARKS,
  MOST_OF_LIST,
  MOST_OF_OWNER,
} from './lists.js'
import { type DocumentStore, FIRST_INCARNATION, type RoomRecord } from './store.js'
import {
  append,
  NOTHING,
  opened,
  type OpenedStore,
  type StoreCheck,
  type StorePlace,
  update,
} from './store-contract-place.js'

/** The contract of a store that keeps the lists of users. One without them keeps it, too. */
export const LISTS_CONTRACT: readonly StoreCheck[] = [
  { name: '[HM2] lists whose documents there are', check: withLists(listsByRecord) },
  { name: '[HM2] lists what is starred and what is in the trash', check: withLists(listsMarked) },
  { name: '[HM4] lists the last changed first, in pages', check: withLists(listsInOrder) },
  { name: '[HM5] lists a bounded number of each owner', check: withLists(boundsOwners) },
  {
    name: '[HM22] lists what others share, however much some share',
    check: withLists(sharesFairly),
  },
  { name: '[HM6] keeps stars, however much is hidden', check: withLists(keepsStars) },
  { name: '[HM7] labels the document that is meant', check: withLists(labelsOne) },
  { name: '[HM42] keeps documents in the folders of a user', check: withLists(keepsFolders) },
  { name: '[HM43] renames and removes folders, and no document', check: withLists(changesFolders) },
  { name: '[HM44] keeps a bounded number of folders', check: withLists(boundsFolders) },
  { name: '[HM10] knows what has been in the trash for long', check: withLists(knowsTrash) },
  {
    name: '[HM10] removes only a document of the record that is meant',
    check: withLists(removesOf),
  },
  { name: '[BU25] counts the users whom records name', check: countsNamed },
  { name: '[AD1] removes a document from all lists', check: withLists(forgetsRemoved) },
]

type Listing = OpenedStore & { readonly lists: DocumentLists }

function withLists(check: (store: Listing, other: Listing) => Promise<void>) {
  return async (place: StorePlace): Promise<void> => {
    await using store = await opened(place)
    await using other = await opened(place)
    if (store.lists !== undefined) await check(store as Listing, other as Listing)
  }
}

const record = (owner: string, more: Omit<RoomRecord, 'json' | 'owner'> = {}): RoomRecord => ({
  json: '{}',
  owner,
  ...more,
})

async function put(store: DocumentStore, roomName: string, next: RoomRecord): Promise<void> {
  const { revision = 0 } = (await store.getRecord(roomName)) ?? {}
  assert.notEqual(await store.putRecord(roomName, next, revision), undefined)
}

async function roomsOf(
  { lists }: Listing,
  userId: string,
  list: ListPage['list'],
  page: Partial<ListPage> = {},
): Promise<string[]> {
  const listed = await lists.listOf({ userId, list, limit: 100, ...page })
  return listed.map(({ roomName }) => roomName)
}

async function listsByRecord(store: Listing, other: Listing): Promise<void> {
  await put(store, 'one', record('ada', { users: ['bob', '__proto__'] }))
  await store.claim(update('two', 1), record('ada'))
  await append(store, [update('three', 1)])
  const sorted = async (user: string, list: ListPage['list']) =>
    (await roomsOf(other, user, list)).toSorted()
  assert.deepEqual(await sorted('ada', 'own'), ['one', 'two'])
  assert.deepEqual(await sorted('ada', 'shared'), [])
  assert.deepEqual(await sorted('bob', 'own'), [])
  assert.deepEqual(await sorted('bob', 'shared'), ['one'])
  assert.deepEqual(await sorted('__proto__', 'shared'), ['one'])
  await put(other, 'one', record('bob', { users: ['ada'] }))
  assert.deepEqual(await sorted('ada', 'own'), ['two'])
  assert.deepEqual(await sorted('ada', 'shared'), ['one'])
  assert.deepEqual(await sorted('bob', 'own'), ['one'])
  assert.deepEqual(await sorted('bob', 'shared'), [])
  await put(store, 'one', record('bob'))
  assert.deepEqual(await sorted('ada', 'shared'), [], 'who is removed finds it no longer')
}

async function listsMarked(store: Listing, other: Listing): Promise<void> {
  await put(store, 'one', record('ada', { users: ['bob'] }))
  await put(store, 'two', record('ada', { users: ['bob'] }))
  await store.lists.mark('bob', 'one', { isStarred: true })
  await store.lists.mark('bob', 'two', { isHidden: true })
  await store.lists.mark('bob', 'nowhere', { isStarred: true })
  assert.deepEqual(await roomsOf(other, 'bob', 'starred'), ['one'])
  assert.deepEqual(await roomsOf(other, 'bob', 'shared'), ['one'])
  assert.deepEqual(await roomsOf(other, 'ada', 'starred'), [], 'a mark is one user’s')
  await put(store, 'two', record('ada'))
  await put(store, 'two', record('ada', { users: ['bob'] }))
  assert.deepEqual(await roomsOf(other, 'bob', 'shared'), ['one'], 'a mark outlasts its reason')
  await other.lists.mark('bob', 'two', { isHidden: false, isStarred: true })
  await other.lists.mark('bob', 'one', { isStarred: false })
  assert.deepEqual(await roomsOf(store, 'bob', 'starred'), ['two'])
  await put(store, 'two', record('ada', { users: ['bob'], trashedAtMs: 7 }))
  assert.deepEqual(await roomsOf(store, 'ada', 'own'), ['one'])
  assert.deepEqual(await roomsOf(store, 'bob', 'shared'), ['one'])
  assert.deepEqual(await roomsOf(store, 'bob', 'starred'), [])
  assert.deepEqual(await roomsOf(store, 'bob', 'trash'), [])
  const [thrown] = await store.lists.listOf({ userId: 'ada', list: 'trash', limit: 1 })
  const { isOwn, isStarred, trashedAtMs, roomName } = thrown!
  assert.deepEqual(
    { isOwn, isStarred, trashedAtMs, roomName },
    { isOwn: true, isStarred: false, trashedAtMs: 7, roomName: 'two' },
  )
  await put(store, 'two', record('ada', { users: ['bob'] }))
  assert.deepEqual(await roomsOf(store, 'bob', 'starred'), ['two'])
}

async function listsInOrder(store: Listing): Promise<void> {
  const names = ['b', 'B', 'a', '~', '0']
  for (const name of names) await put(store, name, record('ada'))
  await changedLater(store, 'a')
  const all = await store.lists.listOf({ userId: 'ada', list: 'own', limit: 100 })
  assert.equal(all[0]?.roomName, 'a')
  assert.deepEqual(
    all.map(({ roomName }) => roomName).toSorted(),
    names.toSorted(),
    'each of them once',
  )
  const paged: string[] = []
  let after: ListPage['after']
  for (;;) {
    const page = { userId: 'ada', list: 'own', limit: 2, ...(after && { after }) } as const
    const listed = await store.lists.listOf(page)
    paged.push(...listed.map(({ roomName }) => roomName))
    after = listed.at(-1)
    if (listed.length < 2) break
  }
  assert.deepEqual(
    paged,
    all.map(({ roomName }) => roomName),
  )
}

/** Changes a document until its time is later than that of all others. */
async function changedLater(store: Listing, roomName: string): Promise<void> {
  const before = await store.list({ limit: 100 })
  const lastMs = Math.max(...before.map(({ updatedAtMs }) => updatedAtMs))
  do await append(store, [update(roomName, 1)])
  while ((await store.about(roomName))!.updatedAtMs <= lastMs)
}

async function boundsOwners(store: Listing): Promise<void> {
  await put(store, 'friend', record('bob', { users: ['me'] }))
  for (let number = 0; number <= MOST_OF_OWNER + 1; number++) {
    await put(store, `spam-${number}`, record('eve', { users: ['me', 'you'] }))
  }
  const listed = await roomsOf(store, 'me', 'shared', { limit: 1_000 })
  assert.equal(listed.length, MOST_OF_OWNER + 1)
  assert(listed.includes('friend'))
  assert(!listed.includes('spam-0') && !listed.includes('spam-1'), 'the first ones went')
}

async function sharesFairly(store: Listing): Promise<void> {
  const friends = ['starred', 'first', 'second', ...numbered('more', 10)]
  for (const each of friends) await put(store, each, record('bob', { users: ['me'] }))
  await put(store, 'other', record('zoe', { users: ['me'] }))
  await store.lists.mark('me', 'starred', { isStarred: true })
  await store.lists.mark('me', 'unshared', { isStarred: true })
  const spammers = numbered('eve', MOST_OF_LIST / MOST_OF_OWNER + 1)
  for (const each of spammers) {
    const documents = numbered(`spam-${each}`, MOST_OF_OWNER)
    const shared = record(each, { users: ['me'] })
    await inBatches(documents, (one) => store.putRecord(one, shared, 0))
  }
  const listed = new Set(await roomsOf(store, 'me', 'shared', { limit: 2 * MOST_OF_LIST }))
  assert.equal(listed.size, MOST_OF_LIST)
  for (const each of [...friends, 'other']) assert(listed.has(each), each)
  for (const each of spammers) {
    const own = [...listed].filter((name) => name.startsWith(`spam-${each}-`))
    assert(own.length >= MOST_OF_LIST / (spammers.length + 3), each)
  }
  const place = { updatedAtMs: 0, roomName: '' }
  assert.deepEqual(await roomsOf(store, 'me', 'shared', { after: place }), [])
}

async function keepsStars(store: Listing): Promise<void> {
  await put(store, 'mine', record('me'))
  await store.lists.mark('me', 'mine', { isStarred: true })
  await append(
    store,
    numbered('spam', MOST_MARKS + 1).map((roomName) => update(roomName, 1)),
  )
  const spam = numbered('spam', MOST_MARKS + 1)
  await inBatches(spam, (each) => store.lists.mark('me', each, { isHidden: true }))
  assert.deepEqual(await roomsOf(store, 'me', 'starred'), ['mine'])
}

/** Calls some at once; with one connection to a database, the last one waits for all others. */
async function inBatches(
  names: readonly string[],
  call: (name: string) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < names.length; from += 10) {
    await Promise.all(names.slice(from, from + 10).map(call))
  }
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`)
}

async function labelsOne(store: Listing, other: Listing): Promise<void> {
  await store.lists.label('one', { title: 'Nothing', kind: 'sheet' })
  assert.equal(await store.about('one'), undefined, 'a label makes no document')
  await put(store, 'one', record('ada'))
  const before = await store.about('one')
  const shown = async () => {
    const [entry] = await other.lists.listOf({ userId: 'ada', list: 'own', limit: 1 })
    return [entry?.title, entry?.kind]
  }
  assert.deepEqual(await shown(), [undefined, undefined])
  await store.lists.label('one', { title: 'Budget', kind: 'sheet' }, FIRST_INCARNATION)
  assert.deepEqual(await shown(), ['Budget', 'sheet'])
  await store.lists.label('one', { title: 'Of another one', kind: 'page' }, 'x')
  assert.deepEqual(await shown(), ['Budget', 'sheet'])
  await store.lists.label('one', { title: undefined, kind: 'page' })
  assert.deepEqual(await shown(), [undefined, 'sheet'], 'a kind that was said stays')
  await store.lists.label('one', { title: undefined })
  assert.deepEqual(await shown(), [undefined, 'sheet'])
  assert.deepEqual(await store.about('one'), before, 'a label is no change')
}

const inFolder = (store: Listing, userId: string, folder: string) =>
  roomsOf(store, userId, 'folder', { folder })

async function keepsFolders(store: Listing, other: Listing): Promise<void> {
  for (const room of ['one', 'two']) await put(store, room, record('ada', { users: ['bob'] }))
  assert.deepEqual(await store.lists.folders('ada'), [])
  assert.equal(await store.lists.addFolder('ada', { id: 'f', name: 'Work “1”' }), true)
  assert.equal(await store.lists.addFolder('ada', { id: 'g', name: 'Home' }), true)
  assert.equal(await store.lists.addFolder('bob', { id: 'f', name: '工作' }), true)
  assert.deepEqual(await other.lists.folders('bob'), [{ id: 'f', name: '工作' }])
  assert.equal((await other.lists.folders('ada')).length, 2)
  assert.deepEqual(await other.lists.folders('__proto__'), [])
  assert.equal(await store.lists.place('ada', 'one', 'f'), true)
  assert.equal(await store.lists.place('ada', 'two', 'f'), true)
  assert.equal(await store.lists.place('bob', 'two', 'g'), false, 'it is another one’s')
  assert.equal(await store.lists.place('ada', 'nowhere', 'f'), true)
  assert.deepEqual((await inFolder(other, 'ada', 'f')).toSorted(), ['one', 'two'])
  assert.deepEqual(await inFolder(other, 'bob', 'f'), [])
  await store.lists.mark('ada', 'one', { isStarred: true })
  await store.lists.mark('ada', 'one', { isStarred: false })
  assert.equal(await other.lists.place('ada', 'two', 'g'), true)
  assert.deepEqual(await inFolder(store, 'ada', 'f'), ['one'])
  assert.deepEqual(await inFolder(store, 'ada', 'g'), ['two'])
  assert.deepEqual(await foldersIn(store, 'ada'), { one: 'f', two: 'g' })
  assert.deepEqual(await foldersIn(store, 'bob', 'shared'), { one: undefined, two: undefined })
  assert.equal(await store.lists.place('ada', 'two', undefined), true)
  assert.equal(await store.lists.place('ada', 'one', 'h'), false)
  assert.deepEqual(await foldersIn(other, 'ada'), { one: 'f', two: undefined })
  await put(store, 'one', record('ada', { trashedAtMs: 7 }))
  assert.deepEqual(await inFolder(other, 'ada', 'f'), [])
  await put(store, 'one', record('ada'))
  assert.deepEqual(await inFolder(other, 'ada', 'f'), ['one'], 'it comes back where it was')
}

async function foldersIn(
  { lists }: Listing,
  userId: string,
  list: ListPage['list'] = 'own',
): Promise<object> {
  const listed = await lists.listOf({ userId, list, limit: 100 })
  return Object.fromEntries(listed.map(({ roomName, folder }) => [roomName, folder]))
}

async function changesFolders(store: Listing, other: Listing): Promise<void> {
  await put(store, 'one', record('ada'))
  await store.lists.addFolder('ada', { id: 'f', name: 'Work' })
  await store.lists.addFolder('bob', { id: 'f', name: 'Bobs' })
  await store.lists.place('ada', 'one', 'f')
  assert.equal(await other.lists.renameFolder('ada', { id: 'f', name: 'Clients' }), true)
  assert.equal(await other.lists.renameFolder('ada', { id: 'g', name: 'None' }), false)
  assert.deepEqual(await store.lists.folders('ada'), [{ id: 'f', name: 'Clients' }])
  assert.equal(await store.lists.removeFolder('ada', 'g'), false)
  assert.equal(await store.lists.removeFolder('ada', 'f'), true)
  assert.deepEqual(await other.lists.folders('ada'), [])
  assert.deepEqual(await other.lists.folders('bob'), [{ id: 'f', name: 'Bobs' }])
  assert.deepEqual(await foldersIn(other, 'ada'), { one: undefined })
}

async function boundsFolders(store: Listing): Promise<void> {
  for (let number = 1; number <= MOST_FOLDERS; number++) {
    assert.equal(await store.lists.addFolder('ada', { id: `f${number}`, name: 'Same' }), true)
  }
  assert.equal(await store.lists.addFolder('ada', { id: 'more', name: 'More' }), false)
  assert.equal(await store.lists.addFolder('bob', { id: 'f', name: 'First' }), true)
  await store.lists.removeFolder('ada', 'f1')
  assert.equal(await store.lists.addFolder('ada', { id: 'more', name: 'More' }), true)
  assert.equal((await store.lists.folders('ada')).length, MOST_FOLDERS)
}

async function knowsTrash(store: Listing): Promise<void> {
  for (const [roomName, trashedAtMs] of Object.entries({ c: 1, a: 2, b: 3 })) {
    await put(store, roomName, record('ada', { trashedAtMs }))
  }
  await put(store, 'kept', record('ada'))
  assert.deepEqual(await store.lists.trashed({ beforeMs: 3, limit: 10 }), ['a', 'c'])
  assert.deepEqual(await store.lists.trashed({ beforeMs: 9, limit: 10, after: 'a' }), ['b', 'c'])
  assert.deepEqual(await store.lists.trashed({ beforeMs: 9, limit: 1 }), ['a'])
}

async function removesOf(store: Listing, other: Listing): Promise<void> {
  await put(store, 'one', record('ada', { trashedAtMs: 1 }))
  const { revision } = (await store.getRecord('one'))!
  await put(other, 'one', record('ada'))
  const removal = { roomName: 'one', incarnation: 'x' }
  const unusedSinceMs = Date.now() + 60_000
  assert.equal(await store.remove({ ...removal, unusedSinceMs, revision }), false)
  assert.deepEqual(await roomsOf(other, 'ada', 'own'), ['one'], 'it was taken out')
  const now = (await store.getRecord('one'))!.revision
  assert.equal(await store.remove({ ...removal, revision: now }), true)
  assert.equal(await other.about('one'), undefined)
}

async function countsNamed(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  if (store.lists === undefined) return
  await put(store, 'one', record('ada', { users: ['bob', 'cem'] }))
  await put(store, 'two', record('eve', { users: ['bob'] }))
  const empty = { ...NOTHING, documents: 2, records: 2, recordBytes: 4 }
  assert.deepEqual(await store.totals(), { ...empty, named: 3 })
  await put(store, 'one', record('ada', { users: ['bob'] }))
  assert.equal((await store.totals('ada')).named, 1)
}

async function forgetsRemoved(store: Listing): Promise<void> {
  const whole = record('ada', { users: ['bob'] })
  await put(store, 'one', whole)
  await store.lists.label('one', { title: 'Secret', kind: 'page' })
  await store.lists.mark('bob', 'one', { isStarred: true, isHidden: true })
  await store.lists.addFolder('bob', { id: 'f', name: 'Work' })
  await store.lists.place('bob', 'one', 'f')
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.deepEqual(await roomsOf(store, 'ada', 'own'), [])
  assert.deepEqual(await roomsOf(store, 'bob', 'starred'), [])
  await store.claim(update('one', 1, 'x'), whole)
  const [entry] = await store.lists.listOf({ userId: 'bob', list: 'shared', limit: 1 })
  assert.deepEqual([entry?.title, entry?.kind, entry?.isStarred], [undefined, undefined, false])
  assert.equal(entry?.folder, undefined)
  assert.deepEqual(await inFolder(store, 'bob', 'f'), [])
}
