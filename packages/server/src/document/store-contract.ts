import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import MODULES from '../modules.cjs'
import {
  FIRST_INCARNATION,
  type StoredDocument,
  type StoredUpdate,
  type StoreModule,
} from './store.js'
import type { KilledAnswer, KilledTask } from './store-contract-killed.js'
import { CATALOG_CONTRACT } from './store-contract-catalog.js'
import { COMMENTS_CONTRACT, notesCommentsRemoved } from './store-contract-comments.js'
import {
  append,
  compact,
  oneByte,
  opened,
  type OpenedStore,
  type StoreCheck,
  type StorePlace,
  update,
} from './store-contract-place.js'
import { notesRemovals, REMOVAL_CONTRACT } from './store-contract-removal.js'
import { LISTS_CONTRACT } from './store-contract-lists.js'
import { VERSIONS_CONTRACT } from './store-contract-versions.js'

export type { StoreCheck, StorePlace } from './store-contract-place.js'

const KILLED = new URL('document/store-contract-killed.js', MODULES)
const PART_BYTES = 1_048_576
const MANY = 2_500
const LONGEST_NAME = 'r'.repeat(128)

/**
 * Every promise of a {@link DocumentStore}. Runs in any test runner; each check needs a place of its own.
 *
 * @example
 * ```ts
 * for (const { name, check } of STORE_CONTRACT) {
 *   it(name, async () => {
 *     await using place = await newPlace()
 *     await check(place)
 *   })
 * }
 * ```
 */
export const STORE_CONTRACT: readonly StoreCheck[] = [
  { name: '[DO8] knows nothing of a room that was never stored', check: isEmptyAtFirst },
  { name: '[DO8] has what was appended when it is opened again, room by room', check: keepsRooms },
  { name: '[DO8] keeps many and large updates, byte for byte', check: keepsBytes },
  { name: '[DO8] stores all updates of an append or none', check: appendsAllOrNothing },
  { name: '[DO8] has what was acknowledged after its process is killed', check: survivesKilling },
  { name: '[DO8] returns what another open store has stored', check: seesOthers },
  { name: '[EX14] returns what came after an earlier update, if it can', check: returnsLater },
  {
    name: '[EX15] stores an update only after the one that it follows, if it can',
    check: refusesGaps,
  },
  { name: '[DO8] can be opened several times at once in an empty place', check: opensAtOnce },
  { name: '[DO8] replaces what a snapshot was made from, and nothing else', check: replacesOwn },
  { name: '[DO8] keeps what is appended during a compaction', check: keepsLater },
  { name: '[DO8] refuses a compaction of an old generation', check: refusesOldBase },
  { name: '[DO8] counts one of two compactions at the same time', check: countsOne },
  { name: '[DO56] lists rooms with many updates, if it can', check: listsUncompacted },
  { name: '[HT8] can be asked whether it can write', check: canBeChecked },
  ...REMOVAL_CONTRACT,
  ...COMMENTS_CONTRACT,
  ...CATALOG_CONTRACT,
  ...VERSIONS_CONTRACT,
  ...LISTS_CONTRACT,
]

/** {@link STORE_CONTRACT}, and the promises of a store that several nodes share. */
export const SHARED_STORE_CONTRACT: readonly StoreCheck[] = [
  ...STORE_CONTRACT,
  { name: '[EX13] lists rooms until all nodes were told', check: listsUntold },
  { name: '[AD3] notes for all nodes that it removed a document', check: notesRemovals },
  { name: '[CM6] notes for all nodes that it removed comments', check: notesCommentsRemoved },
]

async function isEmptyAtFirst(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  assert.deepEqual(shown(await store.load('one')), { generation: 0, snapshot: [], updates: [] })
}

async function keepsRooms(place: StorePlace): Promise<void> {
  const first = await opened(place)
  const rooms = ['one', '__proto__', LONGEST_NAME, 'one']
  const numbers = await append(
    first,
    rooms.map((roomName, byte) => update(roomName, byte)),
  )
  assert.equal(numbers.length, rooms.length, 'append returns a number for each update')
  await first.close()
  await using store = await opened(place)
  for (const roomName of new Set(rooms)) {
    const own = rooms.flatMap((each, byte) => (each === roomName ? [[numbers[byte], [byte]]] : []))
    assert.deepEqual(shown(await store.load(roomName)).updates, own.toSorted(byNumber), roomName)
  }
}

async function keepsBytes(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const small = Array.from({ length: MANY }, (_, index) => update('one', index % 256))
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const large = new Uint8Array(PART_BYTES).fill(7)
  const updates = [...small, ...[every, large].map((bytes) => ({ ...update('one', 0), bytes }))]
  const numbers = await append(store, updates)
  assert.equal(new Set(numbers).size, updates.length, 'the updates have different numbers')
  const document = await store.load('one')
  const stored = new Map(document.updates.map(({ number, bytes }) => [number, bytes]))
  for (const [index, { bytes }] of updates.entries()) {
    assertBytes(stored.get(numbers[index]!), bytes, `update ${index}`)
  }
}

async function appendsAllOrNothing(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const unreadable = {
    ...update('one', 2),
    get bytes(): Uint8Array {
      throw new Error('unreadable')
    },
  }
  await assert.rejects(append(store, [update('one', 1), unreadable, update('one', 3)]))
  assert.deepEqual((await store.load('one')).updates, [], 'an append that fails stores nothing')
  await append(store, [update('one', 4)])
  assert.equal((await store.load('one')).updates.length, 1, 'the next append works')
}

async function survivesKilling(place: StorePlace): Promise<void> {
  const task = { store: textOf(place.store), roomName: 'one', snapshot: Uint8Array.of(9) }
  const { generation, later } = await doAndKill(task)
  await using store = await opened(place)
  const updates = [[later, [2]]]
  assert.deepEqual(shown(await store.load('one')), { generation, snapshot: [9], updates })
}

async function seesOthers(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  const [first, second] = await append(store, [update('one', 1), update('one', 2)])
  assert.deepEqual(await loaded(other), { snapshot: [], updates: [1, 2] })
  const numbers = [first!]
  const generation = await compact(other, {
    roomName: 'one',
    base: 0,
    snapshot: oneByte(8),
    numbers,
  })
  assert.deepEqual(await loaded(store), { snapshot: [8], updates: [2] })
  const [third] = await append(other, [update('one', 3)])
  const rest = { base: generation!, snapshot: oneByte(7), numbers: [second!, third!] }
  await compact(store, { roomName: 'one', ...rest })
  assert.deepEqual(await loaded(other), { snapshot: [7], updates: [] })
}

async function returnsLater(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  if (store.later === undefined) return
  const { generation: none, last } = await store.load('one')
  assert.equal(last, 0, 'a store with `later` tells the number of the last update')
  const [first] = await append(store, [update('one', 1), update('two', 9)])
  const known = { incarnation: FIRST_INCARNATION, generation: none, last: first! }
  assert.deepEqual(await store.later('one', known), [], 'nothing came later')
  const [second, third] = await append(other, [update('one', 2), update('one', 3)])
  const all = [first, second, third].map((number, index) => [number, [index + 1]])
  assert.deepEqual(shownUpdates(await store.later('one', { ...known, last: 0 })), all)
  assert.deepEqual(shownUpdates(await store.later('one', known)), all.slice(1))
  const numbers = [first!, second!]
  const next = await compact(other, { roomName: 'one', base: none, snapshot: oneByte(8), numbers })
  assert.equal(await store.later('one', known), undefined, 'there is another snapshot')
  const current = { ...known, generation: next! }
  assert.deepEqual(shownUpdates(await store.later('one', current)), all.slice(2))
  await store.remove({ roomName: 'one', incarnation: 'x' })
  assert.equal(await store.later('one', current), undefined, 'it was removed')
}

async function refusesGaps(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  if ((await store.load('one')).last === undefined) return
  assert.deepEqual(await store.append(comingAfter(7, 9)), [undefined], 'nothing is there yet')
  assert.deepEqual(await store.append(comingAfter(0, 1, 2)), [1, 2])
  const both = [...comingAfter(0, 9), update('two', 8), ...comingAfter(2, 3)]
  assert.deepEqual(await other.append(both), [undefined, 1, 3])
  const raced = await Promise.all([
    store.append(comingAfter(3, 4)),
    other.append(comingAfter(3, 5)),
  ])
  assert.deepEqual(new Set(raced.flat()), new Set([4, undefined]), 'one of two is first')
  assert.equal((await store.load('one')).last, 4)
  await compact(store, { roomName: 'one', base: 0, snapshot: oneByte(8), numbers: [1, 2, 3, 4] })
  assert.equal((await other.load('one')).last, 4, 'a compaction takes no number back')
  assert.deepEqual(await store.append(comingAfter(4, 6)), [5])
  await store.remove({ roomName: 'one', incarnation: 'x' })
  const next = { ...update('one', 7), incarnation: 'x' }
  assert.deepEqual(await store.append([{ ...next, after: 4 }]), [undefined])
  assert.deepEqual(await store.append([{ ...next, after: 5 }]), [6], 'nor does a removal')
}

function comingAfter(last: number, ...content: readonly number[]) {
  return content.map((byte) => ({ ...update('one', byte), after: last }))
}

async function opensAtOnce(place: StorePlace): Promise<void> {
  const stores = await Promise.all([opened(place), opened(place), opened(place)])
  const appended = await Promise.all(
    stores.map((store, byte) => append(store, [update('one', byte)])),
  )
  assert.equal(new Set(appended.flat()).size, 3, 'stores never give the same number')
  assert.deepEqual((await loaded(stores[0])).updates, [0, 1, 2])
  for (const store of stores) await store.close()
}

async function replacesOwn(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const [first, second] = await append(store, [update('one', 1), update('one', 2)])
  const [other] = await append(store, [update('two', 9)])
  const [later] = await append(store, [update('one', 3)])
  const snapshot = new Uint8Array(2 * PART_BYTES + 5).fill(4)
  const numbers = [first!, second!, other!]
  const generation = await compact(store, { roomName: 'one', base: 0, snapshot, numbers })
  const document = await store.load('one')
  assert.equal(document.generation, generation)
  assertBytes(document.snapshot, snapshot, 'the snapshot')
  assert.deepEqual(shown(document).updates, [[later, [3]]])
  const untouched = 'a compaction leaves the updates of other rooms'
  assert.deepEqual(shown(await store.load('two')).updates, [[other, [9]]], untouched)
  const next = { roomName: 'one', base: generation!, snapshot: oneByte(5), numbers: [later!] }
  assert.notEqual(await compact(store, next), generation, 'each snapshot has its own generation')
  assert.deepEqual(await loaded(store), { snapshot: [5], updates: [] })
}

async function keepsLater(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  const numbers = await append(store, [update('one', 1)])
  const snapshot = new Uint8Array(4 * PART_BYTES)
  const [generation] = await Promise.all([
    compact(store, { roomName: 'one', base: 0, snapshot, numbers }),
    append(store, [update('one', 2)]),
    append(other, [update('one', 3)]),
  ])
  assert.notEqual(generation, undefined, 'an append does not make a compaction void')
  const document = await store.load('one')
  assert.equal(document.snapshot.byteLength, snapshot.byteLength)
  assert.deepEqual(contents(document), [2, 3])
}

async function refusesOldBase(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const [first, second] = await append(store, [update('one', 1), update('one', 2)])
  const compaction = { roomName: 'one', base: 0, snapshot: oneByte(8), numbers: [first!] }
  await compact(store, compaction)
  const old = { ...compaction, snapshot: oneByte(7), numbers: [second!] }
  assert.equal(await compact(store, old), undefined, 'another snapshot is there meanwhile')
  assert.deepEqual(await loaded(store), { snapshot: [8], updates: [2] })
}

async function countsOne(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  const [first] = await append(store, [update('one', 1)])
  const [second] = await append(other, [update('one', 2)])
  const ours = { roomName: 'one', base: 0, snapshot: oneByte(1), numbers: [first!] }
  const theirs = { roomName: 'one', base: 0, snapshot: oneByte(2), numbers: [second!] }
  // Either compaction may be refused with an error while the other one is in progress.
  const generations = await Promise.all([
    compact(store, ours).catch(() => {}),
    compact(other, theirs).catch(() => {}),
  ])
  const counted = generations.filter((generation) => generation !== undefined)
  assert.equal(counted.length, 1, 'one of two compactions from one generation counts')
  const expected =
    generations[0] === undefined ? { snapshot: [2], updates: [1] } : { snapshot: [1], updates: [2] }
  assert.deepEqual(await loaded(store), expected)
}

async function listsUncompacted(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  const rooms = ['two', 'one', 'one', 'Three', 'two']
  const numbers = await append(
    store,
    rooms.map((roomName) => update(roomName, 1)),
  )
  const listed = async (limit: number, after?: string) => {
    return store.uncompacted?.({ leastUpdates: 2, limit, ...(after !== undefined && { after }) })
  }
  // A store without this method keeps every other promise.
  if ((await listed(10)) === undefined) return
  assert.deepEqual(await listed(10), ['one', 'two'])
  assert.deepEqual(await listed(1), ['one'])
  assert.deepEqual(await listed(10, 'one'), ['two'])
  const compaction = { roomName: 'one', base: 0, snapshot: oneByte(1) }
  await compact(store, { ...compaction, numbers: [numbers[1]!, numbers[2]!] })
  assert.deepEqual(await listed(10), ['two'])
}

async function canBeChecked(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await append(store, [update('one', 1)])
  await store.check()
  await store.check(100_000)
  assert.deepEqual(await store.load(''), await store.load('never'), 'a check leaves nothing')
  assert.deepEqual(await loaded(store), { snapshot: [], updates: [1] }, 'a check changes nothing')
}

async function listsUntold(place: StorePlace): Promise<void> {
  await using store = await opened(place)
  await using other = await opened(place)
  assert(store.untold !== undefined && other.untold !== undefined, 'a shared store has "untold"')
  assert.deepEqual(await other.untold.list(), [])
  for (const roomName of ['one', 'two', 'one']) await store.untold.note(roomName)
  const listed = await other.untold.list()
  assert.deepEqual(listed.map(({ roomName }) => roomName).toSorted(), ['one', 'two'])
  await store.untold.note('one')
  for (const roomName of listed) await other.untold.told(roomName)
  const left = await store.untold.list()
  assert.deepEqual(
    left.map(({ roomName }) => roomName),
    ['one'],
    'what was noted again stays',
  )
  await store.untold.told(left[0]!)
  assert.deepEqual(await other.untold.list(), [])
}

/** Runs the task in a process of its own, and kills that process as soon as it reports that it is done. */
async function doAndKill(task: KilledTask): Promise<KilledAnswer> {
  const child = fork(KILLED, { serialization: 'advanced', execArgv: [] })
  try {
    child.send(task)
    const ended = once(child, 'exit').then(() => {
      throw new Error('the store ended the process')
    })
    ended.catch(() => {})
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [KilledAnswer]
    assert.equal(answer.error, undefined)
    return answer
  } finally {
    const exited = child.exitCode === null && once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
}

function textOf({ module, options }: StoreModule): StoreModule {
  return { module: String(module), options }
}

/** Returns the first byte of each update, sorted. */
function contents({ updates }: StoredDocument): number[] {
  return updates.map((each) => each.bytes[0]!).toSorted((one, other) => one - other)
}

async function loaded(store: OpenedStore) {
  const document = await store.load('one')
  return { snapshot: [...document.snapshot], updates: contents(document) }
}

function shown({ generation, snapshot, updates }: StoredDocument) {
  return { generation, snapshot: [...snapshot], updates: shownUpdates(updates) }
}

function shownUpdates(updates: readonly StoredUpdate[] = []) {
  return updates.map(({ number, bytes }) => [number, [...bytes]]).toSorted(byNumber)
}

function byNumber([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return Number(one) - Number(other)
}

function assertBytes(stored: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  const isSame = stored !== undefined && Buffer.compare(stored, expected) === 0
  assert(isSame, `${what} has other bytes than those that were stored`)
}
