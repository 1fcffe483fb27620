import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentStore } from '@whereabouts/server'
import {
  SHARED_STORE_CONTRACT,
  STORE_CONTRACT,
  type StoreCheck,
  type StorePlace,
} from '@whereabouts/server/store-contract'
import { openStore as openPostgres } from '../../packages/server/src/document/postgres.js'
import { SCHEMA_VERSION } from '../../packages/server/src/document/schema.js'
import { openStore as openSqlite } from '../../packages/server/src/document/sqlite.js'
import { checkDocuments } from '../../packages/server/src/document/sqlite-file.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'

/** A place for documents, and what only those who know the database can do with it. */
interface Place extends StorePlace {
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

/** The stores as they are built: their contract is checked in other processes as well. */
const BUILT = new URL('../../packages/server/dist/document/', import.meta.url)

runStoreTests('SQLite', STORE_CONTRACT, sqlitePlace, '')
runStoreTests('PostgreSQL', SHARED_STORE_CONTRACT, postgresPlace, 'whereabouts_')

/** The contract of every store, and what the two built-in ones do beyond it. */
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
      await store.compact({ roomName: 'one', base: 0, snapshot: bytes(1), numbers })
      expect(plain(await store.load('one'))).toMatchObject({ snapshot: [1], updates: [] })
      expect(JSON.stringify(await place.dump())).not.toContain('77')
    })

    it('[DO8] all of a transaction is there, or nothing', async () => {
      await using place = await newPlace()
      await using store = closing(await place.open())
      const bad = { roomName: null as unknown as string, bytes: bytes(2) }
      await expect(store.append([update('one', 1), bad, update('one', 3)])).rejects.toThrow()
      expect((await store.load('one')).updates).toEqual([])
      await store.append([update('one', 4)])
      expect((await store.load('one')).updates).toHaveLength(1)
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
  await expect(openPostgres({ databaseUrl: nowhere })).rejects.toThrow(
    /the database can't be used: .*nowhere/,
  )
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
    store: { module: new URL('sqlite.js', BUILT), options: { dataDir: folder.path } },
    open: async () => {
      checkDocuments(folder.path)
      return openSqlite({ dataDir: folder.path })
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

function update(roomName: string, byte: number): { roomName: string; bytes: Uint8Array } {
  return { roomName, bytes: Uint8Array.of(byte) }
}

function plain({ generation, snapshot, updates }: Awaited<ReturnType<DocumentStore['load']>>) {
  return {
    generation,
    snapshot: [...snapshot],
    updates: updates.map(({ number, bytes: content }) => [number, [...content]] as const),
  }
}
