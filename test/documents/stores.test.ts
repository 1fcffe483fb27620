import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPostgres } from '../../packages/server/src/document/postgres.js'
import { openSqlite } from '../../packages/server/src/document/sqlite.js'
import { checkDocuments } from '../../packages/server/src/document/sqlite-file.js'
import {
  type DocumentStore,
  PART_BYTES,
  SCHEMA_VERSION,
} from '../../packages/server/src/document/store.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'

/** A place for documents, which outlives those who open it. */
interface Place extends AsyncDisposable {
  open(): Promise<DocumentStore>
  /** Runs a statement behind the store's back. */
  execute(sql: string): Promise<void>
  /** All that is in it, to see that nothing changed. */
  dump(): Promise<unknown>
  /** What says the version of the schema. */
  setVersion(version: number): Promise<void>
}

let postgres: RunningPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

runStoreContract('SQLite', sqlitePlace, '')
runStoreContract('PostgreSQL', postgresPlace, 'whereabouts_')

/** What every store of documents does. */
function runStoreContract(name: string, newPlace: () => Promise<Place>, prefix: string): void {
  describe(name, () => {
    it('[DO8] has what was appended, for each room, when it is opened again', async () => {
      await using place = await newPlace()
      const store = await place.open()
      expect(await store.load('one')).toEqual({ generation: 0, snapshot: bytes(), updates: [] })
      const numbers = await store.append([
        update('one', 1),
        update('__proto__', 2),
        update('one', 3),
      ])
      expect(new Set(numbers).size).toBe(3)
      await store.close()
      const again = await place.open()
      const [first, , third] = numbers
      expect(plain(await again.load('one'))).toEqual({
        generation: 0,
        snapshot: [],
        updates: [
          [first, [1]],
          [third, [3]],
        ],
      })
      expect((await again.load('__proto__')).updates).toHaveLength(1)
      await again.close()
    })

    it('[DO8] takes many and large updates in one go, byte for byte', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      const large = new Uint8Array(PART_BYTES).fill(7)
      const many = Array.from({ length: 2_500 }, (_, index) => update('one', index % 256))
      const numbers = await store.append([
        ...many,
        { room: 'one', bytes: every },
        { room: 'one', bytes: large },
      ])
      const { updates } = await store.load('one')
      expect(updates.map(({ number }) => number)).toEqual(numbers)
      expect(updates.slice(0, 2_500).map((each) => each.bytes[0])).toEqual(
        many.map((each) => each.bytes[0]),
      )
      expect(Buffer.compare(updates[2_500]!.bytes, every)).toBe(0)
      expect(Buffer.compare(updates[2_501]!.bytes, large)).toBe(0)
    })

    it('[DO8] puts a snapshot in the place of what it was made from, and of nothing else', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const [first, second] = await store.append([update('one', 1), update('one', 2)])
      const [other] = await store.append([update('two', 9)])
      const [later] = await store.append([update('one', 3)])
      const large = new Uint8Array(2 * PART_BYTES + 5).fill(4)
      const compaction = {
        room: 'one',
        base: 0,
        snapshot: large,
        numbers: [first!, second!, other!],
      }
      const generation = await store.compact(compaction)
      const document = await store.load('one')
      expect(document.generation).toBe(generation)
      expect(Buffer.compare(document.snapshot, large)).toBe(0)
      expect(document.updates.map(({ number }) => number)).toEqual([later])
      expect((await store.load('two')).updates).toHaveLength(1)
      await store.compact({ room: 'one', base: generation!, snapshot: bytes(5), numbers: [later!] })
      expect(plain(await store.load('one'))).toMatchObject({ snapshot: [5], updates: [] })
    })

    it('[DO8] keeps the first of two compactions that were made from the same', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      await using elsewhere = closing(await place.open())
      const [first] = await store.append([update('one', 1)])
      const [second] = await elsewhere.append([update('one', 2)])
      const ours = { room: 'one', base: 0, snapshot: bytes(1), numbers: [first!] }
      const theirs = { room: 'one', base: 0, snapshot: bytes(2), numbers: [second!] }
      const results = await Promise.all([
        store.compact(ours).catch(() => {}),
        elsewhere.compact(theirs).catch(() => {}),
      ])
      expect(results.filter((result) => result === undefined)).toHaveLength(1)
      const { snapshot, updates } = plain(await store.load('one'))
      const kept = results[0] === undefined ? [[2], [1]] : [[1], [2]]
      expect([snapshot, ...updates.map(([, left]) => left)]).toEqual(kept)
    })

    it('[DO8] a compaction that was cut off changes nothing, and is cleared away by the next', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const numbers = await store.append([update('one', 1)])
      await place.execute(
        `INSERT INTO ${prefix}snapshots (generation, part, room, bytes) VALUES (77, 0, 'one', '${prefix === '' ? '' : '\\x07'}')`,
      )
      expect(plain(await store.load('one'))).toMatchObject({
        snapshot: [],
        updates: [[numbers[0], [1]]],
      })
      await store.compact({ room: 'one', base: 0, snapshot: bytes(1), numbers })
      expect(plain(await store.load('one'))).toMatchObject({ snapshot: [1], updates: [] })
      expect(JSON.stringify(await place.dump())).not.toContain('77')
    })

    it('[DO8] all of a transaction is there, or nothing', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const bad = { room: null as unknown as string, bytes: bytes(2) }
      await expect(store.append([update('one', 1), bad, update('one', 3)])).rejects.toThrow()
      expect((await store.load('one')).updates).toEqual([])
      await store.append([update('one', 4)])
      expect((await store.load('one')).updates).toHaveLength(1)
    })

    it('[DO8] several that open an empty place at once make one schema', async () => {
      await using place = await newPlace()
      const stores = await Promise.all([place.open(), place.open(), place.open()])
      await Promise.all(stores.map((store, index) => store.append([update('one', index)])))
      expect((await stores[0].load('one')).updates).toHaveLength(3)
      for (const store of stores) await store.close()
    })

    it('[DO8] can be asked whether it can be written to', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      await expect(store.check()).resolves.toBeUndefined()
    })

    it('[DO11] of a newer version it is refused, and left as it is', async () => {
      await using place = await newPlace()
      const store = await place.open()
      await store.append([update('one', 1)])
      await store.close()
      await place.setVersion(SCHEMA_VERSION + 1)
      const before = await place.dump()
      await expect(place.open()).rejects.toThrow(/newer version/)
      expect(await place.dump()).toEqual(before)
      await place.setVersion(SCHEMA_VERSION)
      await using again = closing(await place.open())
      expect((await again.load('one')).updates).toHaveLength(1)
    })
  })
}

it('[DO11] a file that is no database is refused, and left as it is', async () => {
  await using folder = await newFolder()
  const file = join(folder.path, 'documents.sqlite')
  await writeFile(file, 'these are my notes, and more than a header of them '.repeat(10))
  const before = readFileSync(file)
  expect(() => checkDocuments(folder.path)).toThrow(/not an SQLite database/)
  expect(readFileSync(file)).toEqual(before)
})

it('a database that is not there is said to be so', async () => {
  const nowhere = (await postgres.newDatabase()).replace(/[^/]+$/, 'nowhere')
  await expect(openPostgres(nowhere)).rejects.toThrow(/the database can't be used: .*nowhere/)
})

it('[EX13] keeps word of what other processes were not told of, until they were', async () => {
  await using place = await postgresPlace()
  await using store = closing(await place.open())
  await using other = closing(await place.open())
  const here = store.untold!
  const there = other.untold!
  expect(await there.list()).toEqual([])
  for (const room of ['one', 'two', 'one']) await here.note(room)
  const [two, one] = await there.list()
  expect([two!.room, one!.room]).toEqual(['two', 'one'])
  await here.note('one')
  // There is more since.
  await there.told(one!)
  await there.told(two!)
  const left = await here.list()
  expect(left).toEqual([{ room: 'one', number: expect.any(Number) }])
  await here.told(left[0]!)
  expect(await there.list()).toEqual([])
})

async function sqlitePlace(): Promise<Place> {
  const folder = await newFolder()
  const file = join(folder.path, 'documents.sqlite')
  const execute = async (sql: string) => {
    const database = new Database(file)
    database.exec(sql)
    database.close()
  }
  return {
    open: async () => {
      checkDocuments(folder.path)
      return openSqlite(folder.path)
    },
    execute,
    setVersion: (version) => execute(`PRAGMA user_version = ${version}`),
    // Every byte: it says more than the tables do.
    dump: async () => readFileSync(file, 'latin1'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

async function postgresPlace(): Promise<Place> {
  const address = await postgres.newDatabase()
  const run = async (sql: string) => {
    const client = new Client({ connectionString: address })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }
  return {
    open: () => openPostgres(address),
    execute: async (sql) => void (await run(sql)),
    setVersion: async (version) =>
      void (await run(`UPDATE whereabouts_schema SET version = ${version}`)),
    dump: async () => [
      await run('SELECT * FROM whereabouts_schema'),
      await run('SELECT * FROM whereabouts_documents'),
      await run('SELECT generation, part FROM whereabouts_snapshots'),
      await run('SELECT * FROM whereabouts_updates'),
      await run(`SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY 1, 2`),
    ],
    [Symbol.asyncDispose]: async () => {},
  }
}

async function newFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-store-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function closing<T extends DocumentStore>(store: T): T & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() })
}

function bytes(...values: number[]): Uint8Array {
  return Buffer.from(values)
}

function update(room: string, byte: number): { room: string; bytes: Uint8Array } {
  return { room, bytes: Uint8Array.of(byte) }
}

function plain({ generation, snapshot, updates }: Awaited<ReturnType<DocumentStore['load']>>) {
  return {
    generation,
    snapshot: [...snapshot],
    updates: updates.map(({ number, bytes: content }) => [number, [...content]] as const),
  }
}
