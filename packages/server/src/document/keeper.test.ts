import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import {
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  mergeUpdates,
  UpdateEncoderV1,
} from 'yjs'
import { DocumentKeeper, type DocumentLimits } from './keeper.js'
import { KEPT } from './kept.js'
import { LoadedDocument } from './loaded-document.js'
import { Occupation } from './occupation.js'
import { MemoryStore } from './memory-store.js'
import { type DocumentStore, FIRST_INCARNATION } from './store.js'
import { badUpdate } from './update.js'

const LIMITS = { maxDocumentBytes: 10_000_000, maxLoadedDocumentBytes: 10_000_000, keepDeleted: [] }

/** A store that records its calls, and can be told to fail or to wait. */
class TestStore implements DocumentStore {
  readonly inner = new MemoryStore()
  readonly loads: string[] = []
  appends = 0
  failure: Error | undefined
  gate: Promise<void> = Promise.resolve()

  load(roomName: string) {
    this.loads.push(roomName)
    return this.#whenWell(() => this.inner.load(roomName))
  }

  later(...asked: Parameters<MemoryStore['later']>) {
    this.loads.push(`later than ${asked[1].last}`)
    return this.#whenWell(() => this.inner.later(...asked))
  }

  append(...updates: Parameters<DocumentStore['append']>) {
    this.appends += 1
    return this.#whenWell(() => this.inner.append(...updates))
  }

  compact(...compaction: Parameters<DocumentStore['compact']>) {
    return this.#whenWell(() => this.inner.compact(...compaction))
  }

  incarnation(roomName: string) {
    return this.inner.incarnation(roomName)
  }

  touch(roomName: string) {
    return this.inner.touch(roomName)
  }

  remove(...removal: Parameters<DocumentStore['remove']>) {
    return this.#whenWell(() => this.inner.remove(...removal))
  }

  list(...page: Parameters<DocumentStore['list']>) {
    return this.inner.list(...page)
  }

  about(roomName: string) {
    return this.inner.about(roomName)
  }

  totals(owner?: string) {
    return this.inner.totals(owner)
  }

  getRecord(roomName: string) {
    return this.inner.getRecord(roomName)
  }

  putRecord(...record: Parameters<DocumentStore['putRecord']>) {
    return this.inner.putRecord(...record)
  }

  claim(...claim: Parameters<DocumentStore['claim']>) {
    return this.inner.claim(...claim)
  }

  findByLink(link: string) {
    return this.inner.findByLink(link)
  }

  check() {
    return this.inner.check()
  }

  close() {
    return this.inner.close()
  }

  async #whenWell<T>(work: () => Promise<T>): Promise<T> {
    await this.gate
    if (this.failure !== undefined) throw this.failure
    return work()
  }
}

function start(limits: Partial<DocumentLimits> = {}) {
  const store = new TestStore()
  const clock = { nowMs: 0 }
  const keeper = new DocumentKeeper(store, { ...LIMITS, ...limits }, () => clock.nowMs)
  const textOf = async (roomName: string) => textIn(await keeper.read(roomName, undefined))
  return { store, clock, keeper, textOf }
}

/** Where another process stores an update. */
async function one({ inner }: TestStore) {
  const incarnation = await inner.incarnation('one')
  const isFirst = incarnation === FIRST_INCARNATION
  return {
    roomName: 'one',
    ...(isFirst ? { incarnation: '0-x', begins: incarnation } : { incarnation }),
  }
}

/** A document and a function that types into it and returns the update of each keystroke. */
function typist(clientId = 1) {
  const doc = new Doc()
  doc.clientID = clientId
  const type = (text: string) => {
    const before = encodeStateVector(doc)
    doc.getText('page').insert(doc.getText('page').length, text)
    return encodeStateAsUpdate(doc, before)
  }
  return { doc, type }
}

/** Makes an update with the deleted content of many clients. */
function manyClients(count: number): Uint8Array {
  const encoder = new UpdateEncoderV1()
  encoder.writeLen(count)
  for (let client = count; client > 0; client--) {
    for (const value of [1, client, 0, 0, 1]) encoder.writeLen(value)
  }
  encoder.writeLen(0)
  return encoder.toUint8Array()
}

function msOf(work: () => void): number {
  const beganMs = performance.now()
  work()
  return performance.now() - beganMs
}

function textIn(update: Uint8Array): string {
  const doc = new Doc()
  applyUpdate(doc, update)
  return doc.getText('page').toString()
}

/** Holds back what the store answers until a function is called. */
function heldLater(store: TestStore) {
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const later = vi.spyOn(store, 'later').mockImplementation(async (...asked) => {
    const updates = await store.inner.later(...asked)
    await answered
    return updates
  })
  return { later, answer }
}

const storeFailed = expect.objectContaining({ problem: 'store-failed' })

it('[DO1] returns the whole document or the difference, and an empty one for a room without edits', async () => {
  const { keeper, textOf } = start()
  const { doc, type } = typist()
  await keeper.update('one', type('a'))
  const vector = encodeStateVector(doc)
  await keeper.update('one', type('b'))
  expect(await textOf('one')).toBe('ab')
  const copy = new Doc()
  applyUpdate(copy, encodeStateAsUpdate(doc))
  expect((await keeper.read('one', vector)).length).toBeLessThan(
    (await keeper.read('one', undefined)).length,
  )
  expect([...(await keeper.read('two', undefined))]).toEqual([0, 0])
  await expect(keeper.read('one', Uint8Array.of(255))).rejects.toMatchObject({
    problem: 'bad-parameter',
  })
})

it('[DO3 DO21] reports whether an update changed the document, even if the update is pending', async () => {
  const { keeper, textOf } = start()
  const { type } = typist()
  const [first, second, third] = [type('a'), type('b'), type('c')]
  for (const [waiting, place] of [
    [third, 1],
    [second, 2],
  ] as const) {
    expect(await keeper.update('one', waiting)).toEqual({ changed: true, pending: true, place })
    expect(await keeper.update('one', waiting)).toEqual({ changed: false, pending: true })
    expect(await textOf('one')).toBe('')
    keeper.release('one')
  }
  expect(await keeper.update('one', first)).toEqual({ changed: true, pending: false, place: 3 })
  const known = mergeUpdates([first, second])
  expect(await keeper.update('one', known)).toEqual({ changed: false, pending: false })
  expect(await textOf('one')).toBe('abc')
})

it('[DO8] updates that arrive while the store is busy are stored in one transaction', async () => {
  const { store, keeper, textOf } = start()
  const typists = Array.from({ length: 50 }, (_, index) => typist(index + 1))
  await Promise.all(typists.map(({ type }) => keeper.update('one', type('x'))))
  expect(store.appends).toBeLessThanOrEqual(2)
  expect(await textOf('one')).toBe('x'.repeat(50))
})

it('[DO18] waiting updates are stored even if calls never stop', async () => {
  const { store, clock, keeper, textOf } = start()
  const { type } = typist()
  const known = type('a')
  await keeper.update('one', known)
  let isStored = false
  const stored = keeper.update('one', type('b')).then(() => {
    isStored = true
  })
  // Microtasks only, so that the turn of the event loop doesn't end.
  for (let calls = 0; calls < 200; calls++) {
    clock.nowMs += 1
    void keeper.update('two', known).catch(() => {})
    await Promise.resolve()
  }
  expect(isStored).toBe(true)
  expect(store.appends).toBeGreaterThanOrEqual(2)
  await stored
  expect(await textOf('one')).toBe('ab')
})

it('[DO17] a thread that was isolated for a room stores nothing for other rooms', async () => {
  const occupation = new Occupation()
  const store = new TestStore()
  const keeper = new DocumentKeeper(store, LIMITS, () => 0, occupation)
  await Promise.all(['one', 'two'].map((room) => keeper.read(room, undefined)))
  const waiting = ['one', 'two'].map((room) => keeper.update(room, typist().type(room)))
  // Both are applied, and wait for the turn of the event loop to end.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  expect(store.appends).toBe(0)
  const seen = new Occupation(occupation.shared)
  occupation.during('one', 1, () => expect(seen.isolate(seen.look()!)).toBe(true))
  const [one, two] = await Promise.allSettled(waiting)
  expect(one).toMatchObject({ status: 'fulfilled' })
  expect(two).toMatchObject({ status: 'rejected', reason: storeFailed })
  await expect(keeper.read('two', undefined)).rejects.toEqual(storeFailed)
  expect((await store.inner.load('one')).updates).toHaveLength(1)
  expect((await store.inner.load('two')).updates).toHaveLength(0)
})

it('[DO8] an update can’t be read before it is stored', async () => {
  const { store, keeper, textOf } = start()
  await textOf('one')
  let open = () => {}
  store.gate = new Promise((resolve) => {
    open = resolve
  })
  const steps: string[] = []
  const { type } = typist()
  const update = type('a')
  const writing = keeper.update('one', update).then(() => steps.push('written'))
  const again = keeper.update('one', update).then(() => steps.push('known'))
  await vi.waitUntil(() => store.appends === 1)
  const reading = textOf('one').then((text) => steps.push(`read ${text}`))
  for (let turn = 0; turn < 10; turn++) await setImmediate()
  expect(steps).toEqual([])
  open()
  await Promise.all([writing, again, reading])
  expect(steps.toSorted()).toEqual(['known', 'read a', 'written'])
})

it('[DO35] an update that could not be stored is not in the document, which stays usable', async () => {
  const { store, keeper, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  const update = type('b')
  store.failure = new Error('disk full')
  await expect(keeper.update('one', update)).rejects.toEqual(storeFailed)
  await expect(textOf('one')).rejects.toEqual(storeFailed)
  store.failure = undefined
  expect(await textOf('one')).toBe('a')
  expect(await keeper.update('one', update)).toMatchObject({ changed: true })
  expect(await textOf('one')).toBe('ab')
})

it('[DO8] many updates are compacted without loss', async () => {
  const { store, keeper, textOf } = start()
  const { doc, type } = typist()
  for (let count = 0; count < 1_000; count++) await keeper.update('one', type(String(count % 10)))
  expect(keeper.count().compactions).toBeGreaterThanOrEqual(1)
  const stored = await store.inner.load('one')
  expect(stored.generation).toBeGreaterThan(0)
  expect(stored.updates.length).toBeLessThan(400)
  keeper.release('one')
  expect(await textOf('one')).toBe(doc.getText('page').toString())
})

it('[DO56] a document is compacted once it is quiet, if that is worth it', async () => {
  const { store, clock, keeper, textOf } = start()
  const long = typist()
  for (let count = 0; count < 100; count++) await keeper.update('one', long.type('x'))
  await keeper.update('two', typist().type('x'))
  const settled = async () => {
    keeper.tidy()
    for (let turn = 0; turn < 10; turn++) await setImmediate()
    return keeper.count().compactions
  }
  clock.nowMs += 9_999
  expect(await settled()).toBe(0)
  clock.nowMs += 1
  expect(await settled()).toBe(1)
  expect((await store.inner.load('one')).updates).toEqual([])
  expect((await store.inner.load('two')).updates).toHaveLength(1)
  clock.nowMs += 10_000
  expect(await settled()).toBe(1)
  expect(await textOf('one')).toBe('x'.repeat(100))
})

it('[DO56] a document is compacted when its room empties, and then unloaded', async () => {
  const { store, keeper, textOf } = start()
  const { type } = typist()
  for (let count = 0; count < 100; count++) await keeper.update('one', type('x'))
  keeper.release('one')
  await vi.waitUntil(() => keeper.count().loaded === 0)
  expect((await store.inner.load('one')).updates).toEqual([])
  expect(await textOf('one')).toBe('x'.repeat(100))
})

it('[DO56] a compaction that failed is tried again, and one that another node made harms nobody', async () => {
  const { store, clock, keeper, textOf } = start()
  const { type } = typist()
  for (let count = 0; count < 100; count++) await keeper.update('one', type('x'))
  const tidied = async () => {
    clock.nowMs += 10_000
    keeper.tidy()
    for (let turn = 0; turn < 10; turn++) await setImmediate()
    return keeper.count().compactions
  }
  store.failure = new Error('disk full')
  expect(await tidied()).toBe(0)
  store.failure = undefined
  const { updates } = await store.inner.load('one')
  const snapshot = await keeper.read('one', undefined)
  const numbers = updates.slice(0, 50).map(({ number }) => number)
  await store.inner.compact({ ...(await one(store)), base: 0, snapshot, numbers })
  const waiting = keeper.update('one', type('y'))
  expect(await tidied()).toBe(0)
  await waiting
  expect(await textOf('one')).toBe(`${'x'.repeat(100)}y`)
  expect(await tidied()).toBe(1)
  expect((await store.inner.load('one')).updates).toEqual([])
})

it('[DO34] a document can grow to its limit; it is compacted before an update is refused', async () => {
  const { keeper, textOf } = start({ maxDocumentBytes: 2_000 })
  const { type } = typist()
  let length = 0
  const write = async () => {
    for (; length < 10_000; length++) await keeper.update('one', type('x'))
  }
  await expect(write()).rejects.toMatchObject({
    problem: 'document-full',
    extensions: { limitBytes: 2_000 },
  })
  expect(length).toBeGreaterThan(1_500)
  expect(await textOf('one')).toBe('x'.repeat(length))
})

it('[DO34] of updates that arrive at the same time, only those that fit are accepted', async () => {
  const { store, keeper, textOf } = start({ maxDocumentBytes: 2_000 })
  const updates = Array.from({ length: 10 }, (_, index) => typist(index + 1).type('x'.repeat(500)))
  const taken = await Promise.allSettled(updates.map((update) => keeper.update('one', update)))
  const refused = taken.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(7)
  for (const { reason } of refused as PromiseRejectedResult[]) {
    expect(reason).toMatchObject({ problem: 'document-full' })
  }
  expect(await textOf('one')).toBe('x'.repeat(1_500))
  const { updates: stored } = await store.inner.load('one')
  expect(stored).toHaveLength(3)
})

it('[DO7] an update that was refused or failed takes up no space', async () => {
  const { store, keeper, textOf } = start({ maxDocumentBytes: 2_000 })
  const update = () => typist().type('x'.repeat(1_500))
  store.failure = new Error('no room on the disk')
  for (let count = 0; count < 3; count++) {
    await expect(keeper.update('one', update())).rejects.toEqual(storeFailed)
  }
  store.failure = undefined
  await keeper.update('one', update())
  expect(await textOf('one')).toBe('x'.repeat(1_500))
})

it('[DO7] a document can be loaded whatever bytes were posted to it', async () => {
  const { doc, type } = typist()
  doc.getMap('cells').set('r1:c1', { v: 1 })
  const update = mergeUpdates([type('Hello'), encodeStateAsUpdate(doc)])
  const damage = fc.array(fc.tuple(fc.nat(update.length - 1), fc.nat(255)), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 8 }), async (damages) => {
      const { keeper } = start()
      for (const changes of damages) {
        const bytes = Uint8Array.from(update)
        for (const [at, byte] of changes) bytes[at] = byte
        await keeper.update('one', bytes).catch((error: unknown) => {
          expect(error).toMatchObject({ problem: 'bad-update' })
        })
      }
      const before = textIn(await keeper.read('one', undefined))
      keeper.release('one')
      expect(keeper.count().loaded).toBe(0)
      expect(textIn(await keeper.read('one', undefined))).toBe(before)
    }),
    { numRuns: 300 },
  )
})

it('[DO8] a document is dropped from memory when its room empties, or when it isn’t used for a minute', async () => {
  const { store, clock, keeper, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  await textOf('one')
  expect(store.loads).toEqual(['one'])
  keeper.release('one')
  expect(keeper.count().loaded).toBe(0)
  await textOf('one')
  clock.nowMs += 59_000
  keeper.tidy()
  expect(keeper.count().loaded).toBe(1)
  clock.nowMs += 1_000
  keeper.tidy()
  expect(keeper.count().loaded).toBe(0)
})

it('[DO8] documents that exceed the memory limit are dropped, least recently used first', async () => {
  const { keeper } = start({ maxLoadedDocumentBytes: 15_000 })
  for (const room of ['one', 'two', 'three'])
    await keeper.update(room, typist().type('x'.repeat(600)))
  await keeper.read('one', undefined)
  keeper.tidy()
  expect(keeper.count().loaded).toBe(2)
  await keeper.update('four', typist().type('x'.repeat(5_000)))
  keeper.tidy()
  expect(keeper.count().loaded).toBe(1)
})

it('[DO14] a document, even an empty one, counts as much as it takes in memory', async () => {
  const { keeper } = start()
  const loadedBy = async (work: () => Promise<unknown>) => {
    const before = keeper.count().loadedBytes
    await work()
    return keeper.count().loadedBytes - before
  }
  expect(await loadedBy(() => keeper.read('empty', undefined))).toBeGreaterThan(2_000)
  const list = new Doc()
  const formats = list.getText('text')
  for (let count = 0; count < 1_000; count++) formats.insertEmbed(0, {})
  const structs = () => keeper.update('structs', encodeStateAsUpdate(list))
  expect(await loadedBy(structs)).toBeGreaterThan(500_000)
  const docs = new Doc()
  docs.getArray('all').push(Array.from({ length: 500 }, () => new Doc()))
  const subdocuments = () => keeper.update('subdocuments', encodeStateAsUpdate(docs))
  expect(await loadedBy(subdocuments)).toBeGreaterThan(1_500_000)
  keeper.release('subdocuments')
  await keeper.read('subdocuments', undefined)
  expect(keeper.count().loadedBytes).toBeGreaterThan(2_000_000)
})

it('[DO17] a document is dropped and its subdocuments are deleted in little time', async () => {
  const { keeper, clock } = start()
  const subdocuments = new Doc()
  subdocuments.getArray('all').push(Array.from({ length: 500 }, () => new Doc()))
  await keeper.update('one', encodeStateAsUpdate(subdocuments))
  await keeper.update('one', manyClients(20_000))
  clock.nowMs += 60_000
  // Destroying the document took 2 s.
  expect(msOf(() => keeper.tidy())).toBeLessThan(500)
  expect(keeper.count().loaded).toBe(0)
  await keeper.read('one', undefined)
  const before = encodeStateVector(subdocuments)
  subdocuments.getArray('all').delete(0, 500)
  const beganMs = performance.now()
  await keeper.update('one', encodeStateAsUpdate(subdocuments, before))
  expect(performance.now() - beganMs).toBeLessThan(1_000)
})

it('[DO17] a list that was written by many posts is loaded without merging value by value', async () => {
  const { keeper, store } = start()
  const doc = new Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (let count = 0; count < 20_000; count++) doc.getArray('list').push([count])
  const current = await one(store)
  await store.inner.append(updates.map((bytes) => ({ ...current, bytes })))
  const before = process.memoryUsage().heapUsed
  const loaded = new Doc()
  applyUpdate(loaded, await keeper.read('one', undefined))
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(400_000_000)
  expect(loaded.getArray('list').length).toBe(20_000)
})

it('[EX13] applies an update that another process stored, even while the document is being loaded', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  const [a, b, c] = [type('a'), type('b'), type('c')]
  await keeper.update('one', a)
  await store.inner.append([{ ...(await one(store)), bytes: b }])
  await keeper.learn('one', b)
  expect(await textOf('one')).toBe('ab')
  keeper.release('one')
  let open = () => {}
  store.gate = new Promise((resolve) => {
    open = resolve
  })
  const loaded = textOf('one')
  const learnt = keeper.learn('one', c)
  open()
  await Promise.all([loaded, learnt])
  expect(await textOf('one')).toBe('abc')
  expect(store.loads).toEqual(['one', 'one'])
})

it('[EX13] reloads a document that another process changed, without losing updates in flight', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  const [a, b, c] = [type('a'), type('b'), type('c')]
  await keeper.update('one', a)
  await store.inner.append([{ ...(await one(store)), bytes: b }])
  const updated = keeper.update('one', c)
  await keeper.learn('one', undefined)
  await updated
  expect(await textOf('one')).toBe('abc')
  expect(store.loads).toEqual(['one', 'later than 1', 'later than 3'])
})

it('[EX14] takes from the store what it lacks, and doesn’t load the document again for that', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  const before = keeper.count().loadedBytes
  await store.inner.append([
    { ...(await one(store)), bytes: type('b') },
    { ...(await one(store)), bytes: type('c') },
  ])
  await keeper.learn('one', undefined)
  expect(await textOf('one')).toBe('abc')
  expect(await textOf('one')).toBe('abc')
  expect(store.loads).toEqual(['one', 'later than 1'])
  expect(keeper.count().loadedBytes).toBeGreaterThan(before)
  await keeper.learn('one', undefined)
  await keeper.update('one', type('d'))
  expect(store.loads).toEqual(['one', 'later than 1', 'later than 3'])
  expect(await textOf('one')).toBe('abcd')
})

it('[EX14] loads the document again from a store that can’t say what came later', async () => {
  const { store } = start()
  const plain = Object.assign(store, { later: undefined })
  const keeper = new DocumentKeeper(plain, LIMITS, () => 0)
  const { type } = typist()
  await keeper.update('one', type('a'))
  await store.inner.append([{ ...(await one(store)), bytes: type('b') }])
  await keeper.learn('one', undefined)
  expect(textIn(await keeper.read('one', undefined))).toBe('ab')
  expect(store.loads).toEqual(['one', 'one'])
})

it('[EX14] asks for what came after the last one that it has', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  const [others, own] = [type('b'), type('c')]
  await store.inner.append([{ ...(await one(store)), bytes: others }])
  await keeper.update('one', own)
  await keeper.learn('one', undefined)
  expect(await textOf('one')).toBe('abc')
  await keeper.learn('one', undefined)
  expect(await textOf('one')).toBe('abc')
  expect(store.loads).toEqual(['one', 'later than 1', 'later than 3', 'later than 3'])
  const { loadedBytes } = keeper.count()
  keeper.release('one')
  await textOf('one')
  expect(loadedBytes).toBe(keeper.count().loadedBytes)
})

it('[EX14] waits for one answer, even while others keep asking', async () => {
  const { keeper, store, textOf } = start()
  await keeper.update('one', typist().type('a'))
  const gates: (() => void)[] = []
  const answered = async () => {
    await vi.waitFor(() => expect(gates).toHaveLength(1))
    store.gate = new Promise((resolve) => gates.push(resolve))
    gates.shift()!()
  }
  store.gate = new Promise((resolve) => gates.push(resolve))
  const ask = async () => {
    await keeper.learn('one', undefined)
    return textOf('one')
  }
  const reads = [ask()]
  for (let count = 0; count < 3; count++) {
    await setImmediate()
    reads.push(ask())
    await setImmediate()
    await answered()
  }
  expect(await Promise.all(reads.slice(0, 3))).toEqual(['a', 'a', 'a'])
  gates.shift()!()
  expect(await reads[3]).toBe('a')
})

it('[EX14] loads a document again that another process has marked as one that keeps what is deleted', async () => {
  const { keeper, store } = start()
  const { type, doc } = typist()
  await keeper.update('one', type('deleted words'))
  await store.inner.append([{ ...(await one(store)), bytes: KEPT }])
  await keeper.learn('one', undefined)
  await keeper.read('one', undefined)
  expect(store.loads).toEqual(['one', 'later than 1', 'one'])
  doc.getText('page').delete(0, 13)
  await keeper.update('one', encodeStateAsUpdate(doc))
  expect(textIn(await keeper.read('one', undefined))).toBe('')
  expect(Buffer.from(await keeper.read('one', undefined)).includes('deleted words')).toBe(true)
})

it('[EX14] reads that begin while an older answer is on its way all wait for the next one', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  const { later, answer } = heldLater(store)
  const ask = async () => {
    await keeper.learn('one', undefined)
    return textOf('one')
  }
  const first = ask()
  await vi.waitFor(() => expect(later).toHaveBeenCalled())
  await store.inner.append([{ ...(await one(store)), bytes: type('b') }])
  const others = [ask(), ask(), ask()]
  await setImmediate()
  answer()
  expect(await first).toBe('a')
  expect(await Promise.all(others)).toEqual(['ab', 'ab', 'ab'])
  expect(later).toHaveBeenCalledTimes(2)
})

it('[EX14] loads the document again if it was compacted while the store answered', async () => {
  const { clock, keeper, store, textOf } = start()
  const { type } = typist()
  for (let count = 0; count < 100; count++) await keeper.update('one', type('a'))
  const { later, answer } = heldLater(store)
  await keeper.learn('one', undefined)
  const read = textOf('one')
  await vi.waitFor(() => expect(later).toHaveBeenCalled())
  clock.nowMs += 10_000
  keeper.tidy()
  await vi.waitFor(() => expect(keeper.count().compactions).toBe(1))
  answer()
  expect(await read).toBe('a'.repeat(100))
  expect(store.loads).toEqual(['one', 'one'])
})

it('[EX14] asks again after the store has failed', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  await store.inner.append([{ ...(await one(store)), bytes: type('b') }])
  await keeper.learn('one', undefined)
  store.failure = new Error('away')
  await expect(textOf('one')).rejects.toEqual(storeFailed)
  store.failure = undefined
  expect(await textOf('one')).toBe('ab')
})

it('[EX14] loads the whole document if another process compacted it, or too much is missing', async () => {
  const { keeper, store, textOf } = start()
  const { doc, type } = typist()
  await keeper.update('one', type('a'))
  const numbers = (await store.inner.load('one')).updates.map(({ number }) => number)
  const compacted = { ...(await one(store)), base: 0, snapshot: encodeStateAsUpdate(doc), numbers }
  await store.inner.compact(compacted)
  await store.inner.append([{ ...(await one(store)), bytes: type('b') }])
  await keeper.learn('one', undefined)
  expect(await textOf('one')).toBe('ab')
  const current = await one(store)
  const many = Array.from({ length: 101 }, () => ({ ...current, bytes: type('c') }))
  await store.inner.append(many)
  await keeper.learn('one', undefined)
  expect(await textOf('one')).toBe(`ab${'c'.repeat(101)}`)
  expect(store.loads).toEqual(['one', 'later than 1', 'one', 'later than 2', 'one'])
})

it('[EX15] takes over what another process stored before its own update, and stores that after it', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  await store.inner.append([{ ...(await one(store)), bytes: type('b') }])
  await keeper.update('one', type('c'))
  expect(store.loads).toEqual(['one', 'later than 1'])
  expect((await store.inner.load('one')).last).toBe(3)
  expect(await textOf('one')).toBe('abc')
  await keeper.update('one', type('d'))
  expect(store.loads).toEqual(['one', 'later than 1'])
})

it('[EX15] other documents don’t wait for one that lacks something', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  await store.inner.append([{ ...(await one(store)), bytes: type('b') }])
  const { later, answer } = heldLater(store)
  const held = keeper.update('one', type('c'))
  await vi.waitFor(() => expect(later).toHaveBeenCalled())
  const after = keeper.update('one', type('d'))
  await keeper.update('two', typist(2).type('x'))
  answer()
  await Promise.all([held, after])
  expect(await textOf('one')).toBe('abcd')
})

it('[EX15] gives up after twenty refusals, and the document stays usable', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  let others = 0
  const appended = vi.spyOn(store, 'append').mockImplementation(async (updates) => {
    others += 1
    await store.inner.append([{ ...(await one(store)), bytes: typist(10 + others).type('x') }])
    return store.inner.append(updates)
  })
  const update = type('b')
  await expect(keeper.update('one', update)).rejects.toEqual(storeFailed)
  expect(others).toBe(21)
  appended.mockRestore()
  await keeper.update('one', update)
  expect(await textOf('one')).toContain('x'.repeat(21))
})

it('[EX17] refuses what contradicts what another process stored before', async () => {
  const { keeper, store, textOf } = start()
  await keeper.read('one', undefined)
  await store.inner.append([{ ...(await one(store)), bytes: typist(7).type('a') }])
  await expect(keeper.update('one', typist(7).type('b'))).rejects.toMatchObject({
    problem: 'bad-update',
    extensions: { reason: 'clock-taken' },
  })
  expect(await textOf('one')).toBe('a')
})

it('[EX17] of two processes that take other content for the same clocks at once, one refuses it', async () => {
  const { keeper, store, textOf } = start()
  const other = new DocumentKeeper(store, LIMITS, () => 0)
  const [a, b] = await Promise.allSettled([
    keeper.update('one', typist(7).type('a')),
    other.update('one', typist(7).type('b')),
  ])
  expect([a.status, b.status].toSorted()).toEqual(['fulfilled', 'rejected'])
  const winner = a.status === 'fulfilled' ? 'a' : 'b'
  expect(await textOf('one')).toBe(winner)
  expect(textIn(await other.read('one', undefined))).toBe(winner)
})

it('[EX17] a read that has what turns out to contradict others is answered with the stored document', async () => {
  const { keeper, store, textOf } = start()
  await keeper.read('one', undefined)
  await store.inner.append([{ ...(await one(store)), bytes: typist(7).type('a') }])
  const updated = keeper.update('one', typist(7).type('b'))
  const waiting = keeper.update('one', typist(8).type('c'))
  const read = textOf('one')
  await expect(updated).rejects.toMatchObject({ extensions: { reason: 'clock-taken' } })
  expect((await waiting).changed).toBe(true)
  expect(await read).not.toContain('b')
  expect(await textOf('one')).toMatch(/^(ac|ca)$/)
})

it('[EX17] what others stored is checked like what is posted after it, such as what waits', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist(7)
  const [first, second] = [type('a'), type('b')]
  await keeper.read('one', undefined)
  // It waits for the first.
  await store.inner.append([
    { ...(await one(store)), bytes: typist(8).type('x') },
    { ...(await one(store)), bytes: second },
  ])
  await keeper.update('one', first)
  expect(await textOf('one')).toMatch(/^(xab|abx)$/)
})

it('[EX18] stores its next update without asking, if it heard of what others stored in their order', async () => {
  const { keeper, store, textOf } = start()
  const other = new DocumentKeeper(store, LIMITS, () => 0)
  const [mine, theirs] = [typist(1), typist(2)]
  await keeper.update('one', mine.type('a'))
  await other.read('one', undefined)
  for (let count = 0; count < 10; count++) {
    const [there, here] = [theirs.type('b'), mine.type('a')]
    await keeper.learn('one', there, (await other.update('one', there)).place)
    await other.learn('one', here, (await keeper.update('one', here)).place)
  }
  expect(store.loads).toEqual(['one', 'one'])
  expect(store.appends).toBe(21)
  // One that it didn't hear of.
  await other.update('one', theirs.type('b'))
  const last = theirs.type('b')
  await keeper.learn('one', last, (await other.update('one', last)).place)
  await keeper.update('one', mine.type('a'))
  expect(store.loads).toEqual(['one', 'one', 'later than 21'])
  expect(await textOf('one')).toHaveLength(24)
})

it('[EX16] no snapshot has an update that the store refuses', async () => {
  const { clock, keeper, store } = start()
  const { type } = typist()
  for (let count = 0; count < 100; count++) await keeper.update('one', type('a'))
  clock.nowMs += 10_000
  let refuse = () => {}
  const appended = vi.spyOn(store, 'append').mockImplementation(async () => {
    await new Promise<void>((resolve) => {
      refuse = resolve
    })
    throw new Error('disk full')
  })
  const refused = keeper.update('one', type('b'))
  await vi.waitFor(() => expect(appended).toHaveBeenCalled())
  keeper.tidy()
  refuse()
  await expect(refused).rejects.toEqual(storeFailed)
  for (let turn = 0; turn < 10; turn++) await setImmediate()
  expect((await store.inner.load('one')).updates).toHaveLength(100)
})

it('[DO68] shows what a store has first that has no places, where two processes took other content for the same clocks', async () => {
  const { keeper, store, textOf } = start()
  vi.spyOn(store, 'load').mockImplementation(async (roomName) => {
    store.loads.push(roomName)
    const { last: _last, ...stored } = await store.inner.load(roomName)
    return stored
  })
  const other = new DocumentKeeper(store, LIMITS, () => 0)
  await keeper.update('one', typist(1).type('-'))
  await other.read('one', undefined)
  const [a, b] = [typist(7).type('a'), typist(7).type('b')]
  await Promise.all([keeper.update('one', a), other.update('one', b)])
  const first = (await store.inner.load('one')).updates[1]!.bytes
  await Promise.all([keeper.learn('one', b), other.learn('one', a)])
  const winner = first === a ? 'a' : 'b'
  expect((await textOf('one')).replace('-', '')).toBe(winner)
  expect(textIn(await other.read('one', undefined)).replace('-', '')).toBe(winner)
  const loads = store.loads.length
  await keeper.learn('one', typist(8).type('c'))
  expect(await textOf('one')).toContain('c')
  expect(store.loads).toHaveLength(loads)
})

it('[EX13] ignores the updates of other processes to a document that isn’t loaded', async () => {
  const { keeper, store } = start()
  await keeper.learn('one', typist().type('a'))
  await keeper.learn('one', undefined)
  expect(store.loads).toEqual([])
  expect(keeper.count().loaded).toBe(0)
})

it('[AD1] has an empty document after a removal, which can be written to again', async () => {
  const { keeper, textOf } = start()
  await keeper.update('one', typist().type('before'))
  expect(await keeper.remove('one')).toBe(true)
  expect(await textOf('one')).toBe('')
  expect(await keeper.remove('one')).toBe(false)
  await keeper.update('one', typist(2).type('after'), { incarnation: '.1' })
  expect(await textOf('one')).toBe('after')
})

it('[AD2] refuses updates of a document that another process has removed, including updates in flight', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('before'), { incarnation: FIRST_INCARNATION })
  await store.inner.remove({ roomName: 'one', incarnation: 'x' })
  const deleted = expect.objectContaining({ problem: 'document-deleted' })
  await expect(
    keeper.update('one', type(' after'), { incarnation: FIRST_INCARNATION }),
  ).rejects.toEqual(deleted)
  expect(await textOf('one')).toBe('')
  await expect(
    keeper.update('one', type(' later'), { incarnation: FIRST_INCARNATION }),
  ).rejects.toEqual(deleted)
  expect(await textOf('one')).toBe('')
  const loads = store.loads.length
  await expect(keeper.update('one', type(' later'), { incarnation: 'y' })).rejects.toEqual(deleted)
  expect(store.loads, 'is not loaded again for whoever says anything').toHaveLength(loads)
})

it('[AD2] accepts updates of a new document that another process has started since', async () => {
  const { keeper, store, textOf } = start()
  await keeper.update('one', typist().type('before'))
  await store.inner.remove({ roomName: 'one', incarnation: 'x' })
  const begun = typist(2)
  await store.inner.append([{ roomName: 'one', incarnation: 'x', bytes: begun.type('be') }])
  await keeper.update('one', begun.type('gun'), { incarnation: 'x' })
  expect(await textOf('one')).toBe('begun')
})

it('[DO96] a document that the store has lost begins again under its name, and one that was deleted doesn’t', async () => {
  const { keeper, store, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('a'))
  const { incarnation } = await keeper.whole('one')
  const { keeper: restored, store: empty } = start()
  await restored.read('one', undefined)
  await restored.update('one', type('b'), { incarnation })
  expect(await empty.incarnation('one')).toBe(incarnation)
  await keeper.remove('one')
  const late = keeper.update('one', type('c'), { incarnation })
  await expect(late).rejects.toMatchObject({ problem: 'document-deleted' })
  expect([await textOf('one'), await store.incarnation('one')]).toEqual(['', '.1'])
})

it('[DO47 DO96] of two documents that begin at once in one room, one does, and its updates alone are stored', async () => {
  const { keeper, textOf } = start()
  const outcomes = await Promise.allSettled([
    keeper.update('one', typist(1).type('a'), { incarnation: '0-lost' }),
    keeper.update('one', typist(2).type('b'), { incarnation: '0-other' }),
    keeper.update('one', typist(1).type('a'), { incarnation: '0-lost' }),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(outcomes[1]).toMatchObject({ reason: { problem: 'document-deleted' } })
  await keeper.update('one', typist(3).type('c'), { incarnation: '.0' })
  expect((await keeper.whole('one')).incarnation).toBe('0-lost')
  expect((await textOf('one')).length).toBe(2)
})

it('[DO47] nodes that begin a document at once begin the same one, with the updates of both', async () => {
  const { keeper, store, textOf } = start()
  const other = new DocumentKeeper(store, LIMITS, () => 0)
  await Promise.all([keeper.read('one', undefined), other.read('one', undefined)])
  await Promise.all([
    keeper.update('one', typist(1).type('a')),
    other.update('one', typist(2).type('b')),
    other.update('one', typist(3).type('c')),
  ])
  expect(textIn(await other.read('one', undefined)).length).toBe(3)
  await keeper.learn('one', undefined)
  expect((await textOf('one')).length).toBe(3)
  expect((await keeper.whole('one')).incarnation).toBe(await store.incarnation('one'))
})

it('[AD2] posts during a removal are either refused or removed', async () => {
  const { keeper, textOf } = start()
  const { type } = typist()
  await keeper.update('one', type('before'))
  const posts = ['a', 'b', 'c'].map((text) => keeper.update('one', type(text)))
  const removed = keeper.remove('one')
  const outcomes = await Promise.allSettled([...posts, removed])
  expect(outcomes.at(-1)).toEqual({ status: 'fulfilled', value: true })
  for (const outcome of outcomes.slice(0, -1)) {
    if (outcome.status === 'rejected') {
      expect(outcome.reason).toMatchObject({ problem: 'document-deleted' })
    }
  }
  expect(await textOf('one')).toBe('')
})

it.each([
  ['comments on a document', 'comments~one'],
  ['updates of a document', 'one'],
])(
  '[AD27] %s that wait while it is found to be deleted are refused for that, and not for a failure of the store',
  async (_what, roomName) => {
    const { keeper, store, textOf } = start()
    await keeper.update('one', typist().type('document'))
    const post = (client: number) => keeper.update(roomName, typist(client).type('x'))
    await post(2)
    await keeper.update('two', typist().type('other'))
    const { later, answer } = heldLater(store)
    await store.inner.remove({ roomName: 'one', incarnation: '.1' })
    const first = post(3)
    await expect.poll(() => later.mock.calls.length).toBe(1)
    let open = () => {}
    store.gate = new Promise((resolve) => {
      open = resolve
    })
    const other = keeper.update('two', typist(2).type('waits for the store'))
    await expect.poll(() => store.appends).toBe(5)
    const second = post(4)
    await setImmediate()
    answer()
    await expect(first).rejects.toMatchObject({ problem: 'document-deleted' })
    open()
    await expect(second).rejects.toMatchObject({ problem: 'document-deleted' })
    expect(await other).toMatchObject({ changed: true })
    expect(await textOf(roomName)).toBe('')
  },
)

/** Two claims of a room, and an update and a read that wait with the second one. */
async function claimTwice() {
  const started = start()
  const { keeper, store } = started
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const claims = vi.spyOn(store, 'claim').mockImplementation(async (...claim) => {
    await gate
    return store.inner.claim(...claim)
  })
  const post = (client: number, owner?: string) =>
    keeper.update('one', typist(client).type('x'), {
      claim: owner === undefined ? undefined : { json: '{}', users: [], owner },
    })
  const first = post(1, 'ada')
  const second = post(2, 'bob')
  await expect.poll(() => claims.mock.calls.length).toBe(1)
  const waiting = post(3)
  const same = post(2)
  const read = started.textOf('one')
  // Nobody waits for the answers that are refused yet.
  const answers = Promise.allSettled([first, second, waiting, same, read])
  await setImmediate()
  return { ...started, claims, open, answers }
}

it('[AD27] [DO111] what waits with a claim that came too late is stored or read with what is there', async () => {
  const { open, answers, textOf, store } = await claimTwice()
  open()
  expect(await answers).toMatchObject([
    { value: { changed: true } },
    { reason: { problem: 'document-deleted' } },
    { value: { changed: true } },
    { value: { changed: true } },
    { status: 'fulfilled' },
  ])
  expect(await textOf('one')).toBe('xxx')
  expect((await store.load('one')).updates).toHaveLength(3)
})

it('[AD2] [DO111] what waits with a claim that came too late isn’t stored in the next document', async () => {
  const { open, answers, claims, store, textOf } = await claimTwice()
  claims.mockImplementation(async (...claim) => {
    await store.inner.remove({ roomName: 'one', incarnation: '.1' })
    return store.inner.claim(...claim)
  })
  open()
  const [first, ...others] = await answers
  expect(first).toMatchObject({ value: { changed: true } })
  for (const each of others) expect(each).toMatchObject({ reason: { problem: 'document-deleted' } })
  expect(await textOf('one')).toBe('')
})

it.each([
  ['refuses one claim', true],
  ['takes nothing', false],
])(
  '[DO111] others are answered store-failed with a claim that failed only if the store %s',
  async (_what, isWell) => {
    const { keeper, store, textOf } = start()
    await keeper.update('two', typist().type('two'))
    vi.spyOn(store, 'claim').mockImplementation(async ({ roomName }, record) => {
      if (roomName === 'bad' || !isWell) throw new Error('another room has the link')
      return store.inner.claim(
        { ...(await one(store)), roomName, bytes: typist(4).type('x') },
        record,
      )
    })
    if (!isWell) {
      vi.spyOn(store, 'check').mockRejectedValue(new Error('planted'))
      store.failure = new Error('planted')
    }
    const claim = { json: '{}', users: [], owner: 'ada' }
    const bad = keeper.update('bad', typist().type('bad'), { claim })
    const behind = keeper.update('bad', typist(2).type('behind'))
    const good = keeper.update('good', typist().type('good'), { claim })
    const two = keeper.update('two', typist(3).type('.'))
    const answers = await Promise.allSettled([bad, good, two, behind])
    const statuses = answers.map(({ status }) => status)
    const others = isWell ? 'fulfilled' : 'rejected'
    expect(statuses).toEqual(['rejected', others, others, others])
    for (const each of answers)
      if (each.status === 'rejected') expect(each.reason).toEqual(storeFailed)
    store.failure = undefined
    expect([await textOf('two'), await textOf('bad')]).toEqual(
      isWell ? [expect.stringMatching(/^(two\.|\.two)$/), 'behind'] : ['two', ''],
    )
  },
)

it.each([
  ['refuses those of one document', true],
  ['takes nothing', false],
])(
  '[DO111] updates are stored although they wait with others, unless the store %s',
  async (_what, isWell) => {
    const { keeper, store, textOf } = start()
    for (const name of ['bad', 'good', 'busy']) await keeper.update(name, typist().type('x'))
    let open = () => {}
    store.gate = new Promise((resolve) => {
      open = resolve
    })
    // While the store is busy with this, the others gather for one transaction.
    const busy = keeper.update('busy', typist(2).type('.'))
    await expect.poll(() => store.appends).toBe(4)
    const append = store.inner.append.bind(store.inner)
    vi.spyOn(store.inner, 'append').mockImplementation((updates) => {
      const isBad = updates.some(({ roomName }) => roomName === 'bad' || !isWell)
      if (isBad) throw new Error('planted')
      return append(updates)
    })
    if (!isWell) vi.spyOn(store, 'check').mockRejectedValue(new Error('planted'))
    const bad = [2, 3].map((client) => keeper.update('bad', typist(client).type('.')))
    const good = [2, 3].map((client) => keeper.update('good', typist(client).type('.')))
    await setImmediate()
    open()
    const answers = await Promise.allSettled([...bad, ...good, busy])
    const others = isWell ? 'fulfilled' : 'rejected'
    const right = ['rejected', 'rejected', others, others, others]
    expect(answers.map(({ status }) => status)).toEqual(right)
    for (const each of answers)
      if (each.status === 'rejected') expect(each.reason).toEqual(storeFailed)
    expect((await textOf('good')).length).toBe(isWell ? 3 : 1)
    expect(await textOf('bad')).toBe('x')
  },
)

it('[DO111] a store that is said to be well, but takes nothing, is asked for few documents', async () => {
  const { keeper, store } = start()
  const names = Array.from({ length: 9 }, (_, at) => `room ${at}`)
  for (const name of names) await keeper.update(name, typist().type('x'))
  const before = store.appends
  let open = () => {}
  store.gate = new Promise((resolve) => {
    open = resolve
  })
  const busy = keeper.update(names[0]!, typist(2).type('.'))
  await expect.poll(() => store.appends).toBe(before + 1)
  vi.spyOn(store.inner, 'append').mockRejectedValue(new Error('planted'))
  const answers = Promise.allSettled([
    busy,
    ...names.map((name) => keeper.update(name, typist(3).type('.'))),
  ])
  await setImmediate()
  open()
  for (const each of await answers) expect(each).toMatchObject({ status: 'rejected' })
  // The one that was busy, all together, and three by themselves.
  expect(store.appends).toBe(before + 5)
})

it('[DO111] an update that can be applied only in part is refused alone', async () => {
  const { keeper, store, textOf } = start()
  await keeper.update('one', typist().type('x'))
  let open = () => {}
  store.gate = new Promise((resolve) => {
    open = resolve
  })
  const first = keeper.update('one', typist(2).type('x'))
  await expect.poll(() => store.appends).toBe(2)
  const waiting = keeper.update('one', typist(3).type('x'))
  await setImmediate()
  vi.spyOn(LoadedDocument.prototype, 'apply').mockImplementationOnce(function (
    this: LoadedDocument,
  ): never {
    this.stale = true
    throw badUpdate('malformed')
  })
  const bad = keeper.update('one', typist(4).type('x'))
  await expect(bad).rejects.toMatchObject({ problem: 'bad-update' })
  open()
  expect(await Promise.all([first, waiting])).toMatchObject([{ changed: true }, { changed: true }])
  expect(await textOf('one')).toBe('xxx')
})

it('[AD27] comments that say no document are refused without one, however it went', async () => {
  const { keeper, store } = start()
  const post = (client: number, incarnation?: string) =>
    keeper.update('comments~one', typist(client).type('x'), incarnation ? { incarnation } : {})
  const deleted = { problem: 'document-deleted' }
  await expect(post(1)).rejects.toMatchObject(deleted)
  await expect(keeper.import('comments~one', typist().type('x'))).rejects.toMatchObject(deleted)
  await keeper.update('one', typist().type('document'))
  expect(await post(2)).toMatchObject({ changed: true })
  await store.inner.remove({ roomName: 'one', incarnation: '.1' })
  await expect(post(3)).rejects.toMatchObject(deleted)
  await expect(post(4)).rejects.toMatchObject(deleted)
})

it('[AD6] tells the store once an hour that a document is in use', async () => {
  const { keeper, store } = start()
  await keeper.update('one', typist().type('text'))
  const touched = vi.spyOn(store, 'touch')
  keeper.release('one')
  await keeper.read('one', undefined)
  expect(touched).not.toHaveBeenCalled()
  const later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_001)
  try {
    await keeper.read('one', undefined)
    await keeper.read('one', undefined)
    expect(touched.mock.calls).toEqual([['one']])
    await setImmediate()
    expect((await store.load('one')).usedAtMs).toBe(Date.now())
  } finally {
    later.mockRestore()
  }
})

it('[DO65] stores and returns the deletion of a deleted struct, as its own copy has it', async () => {
  const { keeper, store } = start()
  const author = new Doc()
  author.clientID = 7
  author.getText('page').insert(0, 'words')
  await keeper.update('one', encodeStateAsUpdate(author))
  // Five clocks of the client 7 without content, and no delete set.
  const silent = Uint8Array.of(1, 1, 7, 0, 0, 5, 0)
  const { changed, bytes } = await keeper.update('one', silent)
  expect(changed).toBe(true)
  applyUpdate(author, bytes!)
  expect(author.getText('page').toString()).toBe('')
  const stored = new Doc()
  for (const update of (await store.load('one')).updates) applyUpdate(stored, update.bytes)
  expect(stored.getText('page').toString()).toBe('')
  const read = new Doc()
  applyUpdate(read, await keeper.read('one', undefined))
  expect(read.getText('page').toString()).toBe('')
})
