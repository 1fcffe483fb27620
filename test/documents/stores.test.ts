import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentStore, RoomUpdate } from '@whereabouts/server'
import {
  SHARED_STORE_CONTRACT,
  STORE_CONTRACT,
  type StoreCheck,
  type StorePlace,
} from '@whereabouts/server/store-contract'
import {
  MOST_MARKS,
  MOST_PLACED,
  MOST_OF_OWNER,
  NOBODY,
} from '../../packages/server/src/document/lists.js'
import { openStore as openPostgres } from '../../packages/server/src/document/postgres.js'
import { SCHEMA_VERSION } from '../../packages/server/src/document/schema.js'
import { openStore as openSqlite } from '../../packages/server/src/document/sqlite.js'
import { FIRST_INCARNATION } from '../../packages/server/src/document/store.js'
import { checkDocuments } from '../../packages/server/src/document/sqlite-file.js'
import { openStoreModule } from '../../packages/server/src/document/store-module.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'
import { openDatabase } from '../servers/database.js'

/** A place for documents, with direct access to its database. */
interface Place extends StorePlace {
  open(): Promise<DocumentStore>
  /** Runs a statement behind the store's back. */
  execute(sql: string): Promise<void>
  /** Returns the whole content, to prove that nothing changed. */
  dump(): Promise<unknown>
  /** Returns the generations that there are snapshots of. */
  generations(): Promise<number[]>
  /** Sets the version of the schema. */
  setVersion(version: number): Promise<void>
}

interface SqlitePlace extends Place {
  dump(): Promise<string>
  /** The size of the write-ahead log. */
  logBytes(): number
  fileBytes(): number
  /** Reads the file like a backup, until it is disposed of. */
  reader(): Promise<Disposable & { end(): void }>
}

let postgres: RunningPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

/** The built stores, as the contract also opens them in other processes. */
const BUILT = new URL('../../packages/server/dist/document/', import.meta.url)

const GENERATIONS = 'SELECT DISTINCT generation FROM'

runStoreTests('SQLite', STORE_CONTRACT, sqlitePlace, '')
runStoreTests('PostgreSQL', SHARED_STORE_CONTRACT, postgresPlace, 'whereabouts_')

describe('[HI2] PostgreSQL over a pool of one connection', () => {
  const module = new URL('./borrowed.store.mjs', import.meta.url)

  it.each(SHARED_STORE_CONTRACT)('$name', async ({ check }) => {
    await using place = await postgresPlace()
    await expect(check({ ...place, store: { ...place.store, module } })).resolves.toBeUndefined()
  })

  // The contract passes a store without them.
  it('[HI2] has all that the store over an address has', async () => {
    await using place = await postgresPlace()
    await using own = closing(await place.open())
    await using store = closing(await openStoreModule({ ...place.store, module }))
    const optional = { untold: expect.any(Object), uncompacted: expect.any(Function) }
    expect(store).toMatchObject(optional)
    expect(Object.keys(store.versions!).toSorted()).toEqual(methodsOf(own.versions!))
  })
})

function methodsOf(part: object): string[] {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(part))
  return names.filter((name) => name !== 'constructor').toSorted()
}

/** Tests the contract of every store, and what the two built-in stores do beyond it. */
function runStoreTests(
  name: string,
  contract: readonly StoreCheck[],
  newPlace: () => Promise<Place>,
  prefix: string,
): void {
  describe(name, () => {
    it.each(contract)('$name', async ({ check }) => {
      await using place = await newPlace()
      await expect(check(place)).resolves.toBeUndefined()
    })

    it('[DO8] an interrupted compaction changes nothing, and the next one cleans it up', async () => {
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
      expect(await place.generations()).toEqual([77])
      await store.compact({ ...ROOM, base: 0, snapshot: bytes(1), numbers: [numbers[0]!] })
      expect(plain(await store.load('one'))).toMatchObject({ snapshot: [1], updates: [] })
      expect(await place.generations()).not.toContain(77)
    })

    it('[DO8] a transaction is stored completely or not at all', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const bad = { ...update('one', 2), roomName: null as unknown as string }
      await expect(store.append([update('one', 1), bad, update('one', 3)])).rejects.toThrow()
      expect((await store.load('one')).updates).toEqual([])
      await store.append([update('one', 4)])
      expect((await store.load('one')).updates).toHaveLength(1)
    })

    it('[HM6] the oldest marks of a user go first', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const rooms = ['mark-1', 'mark-2', 'mark-3', 'one', 'two']
      await store.append(rooms.map((room) => update(room, 1)))
      await place.execute(`
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MOST_MARKS})
        INSERT INTO ${prefix}marks SELECT 'bob', 'mark-' || i, i - ${2 * MOST_MARKS}, 1, 0 FROM n`)
      for (const room of ['one', 'two']) await store.lists!.mark('bob', room, { isStarred: true })
      const page = { userId: 'bob', list: 'starred', limit: 10 } as const
      const starred = (await store.lists!.listOf(page)).map(({ roomName }) => roomName)
      expect(starred.toSorted()).toEqual(['mark-3', 'one', 'two'])
    })

    it('[HM44] what was put into folders first goes first', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const rooms = ['placed-1', 'placed-2', 'one']
      await store.append(rooms.map((room) => update(room, 1)))
      await store.lists!.addFolder('bob', { id: 'f', name: 'Work' })
      await place.execute(`
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MOST_PLACED})
        INSERT INTO ${prefix}placed SELECT 'bob', 'placed-' || i, 'f', i - ${2 * MOST_PLACED} FROM n`)
      await store.lists!.place('bob', 'one', 'f')
      const page = { userId: 'bob', list: 'folder', folder: 'f', limit: 10 } as const
      const placed = (await store.lists!.listOf(page)).map(({ roomName }) => roomName)
      expect(placed.toSorted()).toEqual(['one', 'placed-2'])
    })

    it.each(['eve', undefined])('[HM5] too many documents of %s all go', async (owner) => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const rooms = Array.from({ length: 6 }, (_, index) => `old-${index + 1}`)
      await store.append(rooms.map((room) => update(room, 1)))
      await place.execute(`
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MOST_OF_OWNER + 4})
        INSERT INTO ${prefix}shares
        SELECT 'bob', 'old-' || i, '${owner ?? NOBODY}', i - ${2 * MOST_OF_OWNER} FROM n`)
      const record = { json: '{}', users: ['bob'], ...(owner !== undefined && { owner }) }
      await store.putRecord('new', record, 0)
      const page = { userId: 'bob', list: 'shared', limit: 10 } as const
      const listed = (await store.lists!.listOf(page)).map(({ roomName }) => roomName)
      expect(listed.toSorted()).toEqual(['new', 'old-6'])
    })

    it('[DO11] a store of a newer version is refused and left unchanged', async () => {
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

    it('[DO11] [CM10] comments of schema 6 stay those of their documents', async () => {
      await using place = await newPlace()
      const store = await place.open()
      await store.append([update('one', 1), update('comments~one', 2)])
      await store.close()
      for (const table of ['folders', 'placed']) await place.execute(`DROP TABLE ${prefix}${table}`)
      await place.setVersion(6)
      await using again = closing(await place.open())
      expect((await again.load('comments~one')).updates).toHaveLength(1)
      expect(await again.totals()).toMatchObject({ documents: 1, commented: 1 })
      expect(await again.lists!.addFolder('ada', { id: 'f', name: 'Work' })).toBe(true)
      expect(await again.lists!.place('ada', 'one', 'f')).toBe(true)
    })
  })
}

it('[AD1] a removed document is in no file of an SQLite store any more, including its deleted content', async () => {
  await using place = await sqlitePlace()
  await using store = closing(await place.open())
  const secret = 'a sentence that nobody may ever read again '
  const numbers = await store.append(
    Array.from({ length: 200 }, (_, index) => ({
      ...ROOM,
      bytes: Buffer.from(`${secret}${index} `.repeat(1 + index * 2)),
    })),
  )
  await store.append([update('two', 1)])
  expect(await place.dump()).toContain(secret)
  const snapshot = Buffer.from(secret.repeat(40_000))
  const compaction = { ...ROOM, base: 0, snapshot, numbers: numbers as number[] }
  await store.compact(compaction)
  await store.putRecord('one', { json: JSON.stringify({ secret }) }, 0)
  expect(await store.remove({ roomName: 'one', incarnation: 'x' })).toBe(true)
  expect(await place.dump()).not.toContain(secret)
  expect((await store.load('two')).updates).toHaveLength(1)
})

it('[AD1] a removal during a backup succeeds, and its bytes are erased after the backup', async () => {
  await using place = await sqlitePlace()
  await using store = closing(await place.open())
  await store.append([{ ...ROOM, bytes: Buffer.from('a secret of some length') }])
  using reader = await place.reader()
  expect(await store.remove({ roomName: 'one', incarnation: 'x' })).toBe(true)
  expect((await store.load('one')).updates).toEqual([])
  reader.end()
  await store.check()
  expect(await place.dump()).not.toContain('a secret of some length')
})

it('[DO56] the log of an SQLite store is emptied soon after the last write, even if others always read', async () => {
  await using place = await sqlitePlace()
  await using store = closing(await place.open())
  const large = { ...ROOM, bytes: Buffer.alloc(100_000) }
  for (let count = 0; count < 10; count++) await store.append([large])
  expect(place.logBytes()).toBeGreaterThan(1_000_000)
  const readers = [await place.reader()]
  try {
    await expect
      .poll(
        async () => {
          // The next one begins to read before the last one ends.
          readers.push(await place.reader())
          readers.shift()!.end()
          return place.logBytes()
        },
        { interval: 50 },
      )
      .toBe(0)
  } finally {
    readers[0]!.end()
  }
  expect((await store.load('one')).updates).toHaveLength(10)
})

it('[DO110] an SQLite file gives the space of removed documents back, and of compacted ones', async () => {
  await using place = await sqlitePlace()
  await using store = closing(await place.open())
  const empty = place.fileBytes()
  const large = { ...ROOM, bytes: Buffer.alloc(1_000_000) }
  // More than is given back at once.
  for (let count = 0; count < 10; count++) await store.append([large])
  await store.append([update('two', 1)])
  await expect.poll(() => place.fileBytes()).toBeGreaterThan(10_000_000)
  expect(await store.remove({ roomName: 'one', incarnation: 'x' })).toBe(true)
  await expect.poll(() => place.fileBytes()).toBeLessThan(empty + 100_000)
  expect((await store.load('two')).updates).toHaveLength(1)
  const numbers = await store.append(
    Array.from({ length: 5 }, () => ({ ...large, roomName: 'two' })),
  )
  const snapshot = Buffer.from('small')
  await store.compact({
    roomName: 'two',
    incarnation: FIRST_INCARNATION,
    base: 0,
    snapshot,
    numbers: numbers as number[],
  })
  await expect.poll(() => place.fileBytes()).toBeLessThan(empty + 100_000)
})

it.each([
  ['SQLite', sqliteV1],
  ['PostgreSQL', postgresV1],
])('[DO11] documents of schema 1 in %s are migrated', async (_name, newV1) => {
  await using place = await newV1()
  await using store = closing(await place.open())
  expect(plain(await store.load('both'))).toEqual({
    generation: 3,
    snapshot: [1, 2],
    updates: [[2, [4]]],
  })
  expect(plain(await store.load('updates'))).toMatchObject({ updates: [[1, [9, 9, 9]]] })
  const listed = await store.list({ limit: 10 })
  expect(listed.map(({ roomName, bytes: size }) => [roomName, size])).toEqual([
    ['both', 3],
    ['updates', 3],
  ])
  expect(listed.every(({ usedAtMs }) => Math.abs(usedAtMs - Date.now()) < 60_000)).toBe(true)
  const compaction = { roomName: 'both', incarnation: '0', base: 3 }
  const generation = await store.compact({ ...compaction, snapshot: bytes(5), numbers: [2] })
  expect(generation).toBeGreaterThan(3)
  await using again = closing(await place.open())
  expect(await again.totals()).toMatchObject({ documents: 2, bytes: 4 })
})

it('[DO11] a file that isn’t a database is refused and left unchanged', async () => {
  await using folder = await newFolder()
  const file = join(folder.path, 'documents.sqlite')
  await writeFile(file, 'these are my notes, and more than a header of them '.repeat(10))
  const before = readFileSync(file)
  expect(() => checkDocuments(folder.path)).toThrow(/not an SQLite database/)
  expect(readFileSync(file)).toEqual(before)
})

it('a missing database is reported by its name', async () => {
  const nowhere = (await postgres.newDatabase()).replace(/[^/]+$/, 'nowhere')
  await expect(openPostgres({ databaseUrl: nowhere })).rejects.toThrow(
    /the database can't be used: .*nowhere/,
  )
})

/** The tables of schema 1. */
const ROWS = (prefix: string, blob: (hex: string) => string) => `
  INSERT INTO ${prefix}documents VALUES ('both', 3);
  INSERT INTO ${prefix}snapshots VALUES (3, 0, 'both', ${blob('01')}), (3, 1, 'both', ${blob('02')});
  INSERT INTO ${prefix}updates (room, bytes) VALUES ('updates', ${blob('090909')}), ('both', ${blob('04')});
`

async function sqliteV1(): Promise<Place> {
  const place = await sqlitePlace()
  await place.execute(`
    CREATE TABLE documents (room TEXT PRIMARY KEY, generation INTEGER NOT NULL);
    CREATE TABLE snapshots (generation INTEGER NOT NULL, part INTEGER NOT NULL,
      room TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (generation, part));
    CREATE INDEX snapshots_room ON snapshots (room);
    CREATE TABLE updates (number INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, bytes BLOB NOT NULL);
    CREATE INDEX updates_room ON updates (room);
    CREATE TABLE generations (last INTEGER NOT NULL);
    INSERT INTO generations VALUES (3);
    PRAGMA user_version = 1;
    ${ROWS('', (hex) => `x'${hex}'`)}
  `)
  return place
}

async function postgresV1(): Promise<Place> {
  const place = await postgresPlace()
  await place.execute(`
    CREATE TABLE whereabouts_documents (room text PRIMARY KEY, generation bigint NOT NULL);
    CREATE TABLE whereabouts_snapshots (generation bigint NOT NULL, part integer NOT NULL,
      room text NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (generation, part));
    CREATE INDEX whereabouts_snapshots_room ON whereabouts_snapshots (room);
    CREATE TABLE whereabouts_updates (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      room text NOT NULL, bytes bytea NOT NULL);
    CREATE INDEX whereabouts_updates_room ON whereabouts_updates (room);
    CREATE SEQUENCE whereabouts_generations START 4;
    CREATE TABLE whereabouts_schema (version integer NOT NULL, checked timestamptz);
    INSERT INTO whereabouts_schema VALUES (1);
    ${ROWS('whereabouts_', (hex) => `'\\x${hex}'`)}
  `)
  return place
}

async function sqlitePlace(): Promise<SqlitePlace> {
  const folder = await newFolder()
  const file = join(folder.path, 'documents.sqlite')
  const execute = async (sql: string) => {
    const database = openDatabase(file)
    database.exec(sql)
    database.close()
  }
  return {
    store: { module: new URL('sqlite.js', BUILT), options: { dataDir: folder.path } },
    open: async () => {
      checkDocuments(folder.path)
      return openSqlite({ dataDir: folder.path })
    },
    execute,
    setVersion: (version) => execute(`PRAGMA user_version = ${version}`),
    // Every byte of the file, which includes more than the tables.
    dump: async () =>
      [file, `${file}-wal`]
        .filter((each) => existsSync(each))
        .map((each) => readFileSync(each, 'latin1'))
        .join(''),
    generations: async () => {
      const database = openDatabase(file)
      const rows = database.prepare(`${GENERATIONS} snapshots`).all() as { generation: number }[]
      database.close()
      return rows.map(({ generation }) => generation)
    },
    logBytes: () => statSync(`${file}-wal`).size,
    fileBytes: () => statSync(file).size,
    reader: async () => {
      const database = openDatabase(file)
      database.exec('BEGIN; SELECT * FROM updates')
      return { end: () => database.exec('COMMIT'), [Symbol.dispose]: () => database.close() }
    },
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
    store: { module: new URL('postgres.js', BUILT), options: { databaseUrl: address } },
    open: () => openPostgres({ databaseUrl: address }),
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
    generations: async () =>
      (await run(`${GENERATIONS} whereabouts_snapshots`)).map((row) => Number(row['generation'])),
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

const ROOM = { roomName: 'one', incarnation: FIRST_INCARNATION }

function update(roomName: string, byte: number): RoomUpdate {
  return { roomName, incarnation: FIRST_INCARNATION, bytes: Uint8Array.of(byte) }
}

function plain({ generation, snapshot, updates }: Awaited<ReturnType<DocumentStore['load']>>) {
  return {
    generation,
    snapshot: [...snapshot],
    updates: updates.map(({ number, bytes: content }) => [number, [...content]] as const),
  }
}
