import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { Client, Pool } from 'pg'
import type { DocumentStore } from '@whereabouts/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { END_MS } from 'whereabouts-conformance/deadline'
import { MOST_OF_OWNER } from '../../packages/server/src/document/lists.js'
import {
  openBorrowed,
  openStore as openPostgres,
} from '../../packages/server/src/document/postgres.js'
import { MIGRATION_LOCK } from '../../packages/server/src/document/postgres-schema.js'
import { documentId } from '../../packages/server/src/document/schema.js'
import { openStore as openSqlite } from '../../packages/server/src/document/sqlite.js'
import { size } from '../size.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'

/** A database of schema 3 that has something in it. */
interface Former extends AsyncDisposable {
  open(): Promise<DocumentStore>
}

interface PostgresFormer extends Former {
  readonly databaseUrl: string
  readonly client: Client
}

let postgres: RunningPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

const SQLITE_3 = `
  CREATE TABLE documents (id TEXT PRIMARY KEY, room TEXT, incarnation TEXT NOT NULL,
    generation INTEGER NOT NULL, bytes INTEGER NOT NULL, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, used INTEGER NOT NULL, history INTEGER NOT NULL DEFAULT 0);
  CREATE INDEX documents_room ON documents (room);
  CREATE TABLE snapshots (generation INTEGER NOT NULL, part INTEGER NOT NULL, room TEXT NOT NULL,
    bytes BLOB NOT NULL, PRIMARY KEY (generation, part));
  CREATE INDEX snapshots_room ON snapshots (room);
  CREATE TABLE updates (number INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, bytes BLOB NOT NULL);
  CREATE INDEX updates_room ON updates (room);
  CREATE TABLE generations (last INTEGER NOT NULL);
  INSERT INTO generations VALUES (10000);
  CREATE TABLE records (room TEXT PRIMARY KEY, revision INTEGER NOT NULL, json TEXT NOT NULL,
    link TEXT UNIQUE, owner TEXT);
  CREATE INDEX records_owner ON records (owner);
  CREATE TABLE versions (id INTEGER PRIMARY KEY, room TEXT NOT NULL, at INTEGER NOT NULL,
    bytes INTEGER NOT NULL, hash TEXT NOT NULL, name TEXT, authors TEXT NOT NULL);
  CREATE INDEX versions_room ON versions (room, id);
  CREATE TABLE writers (room TEXT NOT NULL, author TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (room, author));
  PRAGMA user_version = 3;
`

const POSTGRES_3 = `
  CREATE TABLE whereabouts_documents (id text PRIMARY KEY, room text COLLATE "C",
    incarnation text NOT NULL, generation bigint NOT NULL, bytes bigint NOT NULL,
    created bigint NOT NULL, updated bigint NOT NULL, used bigint NOT NULL,
    history bigint NOT NULL DEFAULT 0);
  CREATE INDEX whereabouts_documents_room ON whereabouts_documents (room);
  CREATE TABLE whereabouts_snapshots (generation bigint NOT NULL, part integer NOT NULL,
    room text NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (generation, part));
  CREATE INDEX whereabouts_snapshots_room ON whereabouts_snapshots (room);
  CREATE TABLE whereabouts_updates (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room text NOT NULL, bytes bytea NOT NULL);
  CREATE INDEX whereabouts_updates_room ON whereabouts_updates (room);
  CREATE SEQUENCE whereabouts_generations START 10001;
  CREATE TABLE whereabouts_schema (version integer NOT NULL, checked timestamptz);
  INSERT INTO whereabouts_schema VALUES (3);
  CREATE TABLE whereabouts_records (room text PRIMARY KEY, revision bigint NOT NULL,
    json text NOT NULL, link text UNIQUE, owner text);
  CREATE INDEX whereabouts_records_owner ON whereabouts_records (owner);
  CREATE TABLE whereabouts_versions (id bigint PRIMARY KEY, room text NOT NULL, at bigint NOT NULL,
    bytes bigint NOT NULL, hash text NOT NULL, name text, authors text NOT NULL);
  CREATE INDEX whereabouts_versions_room ON whereabouts_versions (room, id);
  CREATE TABLE whereabouts_writers (room text NOT NULL, author text NOT NULL,
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (room, author));
`

/** An id of a user that looks different in JSON. */
const ODD = 'Zoë "the \\ owner" 预算 😀 \''
const VIEWER = { role: 'viewer' }
/** So many documents of one owner name Bob. */
const MANY = MOST_OF_OWNER + 50

interface Former3 {
  readonly room: string
  readonly owner?: string
  readonly users?: object
  readonly viewLink?: string
}

const RECORDS: readonly Former3[] = [
  {
    room: 'budget',
    owner: 'ada',
    users: { bob: VIEWER, [ODD]: { ...VIEWER, name: 'Zoë' } },
    viewLink: 'view~budget',
  },
  { room: 'plan', owner: 'ada', users: JSON.parse('{"__proto__":{"role":"editor"}}') as object },
  { room: 'odd', owner: ODD, users: {} },
  { room: 'nobodys', users: { bob: VIEWER } },
  ...Array.from({ length: MANY }, (_, index) => ({
    room: `eve-${index}`,
    owner: 'eve',
    users: { bob: VIEWER },
  })),
]

/** Rooms that are called like those of comments are now; the names of two of the others are in their way. */
const CALLED_SO = [
  { room: 'comments~budget', owner: 'ada', users: { bob: VIEWER }, viewLink: 'view~called-so' },
  { room: 'comments~view~x' },
] as const
const IN_THE_WAY = ['comments-budget', 'comments-2-budget']

const quoted = (text: string | undefined) =>
  text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`

function jsonOf({ owner, users, viewLink }: Former3): string {
  return JSON.stringify({ owner, users, link: 'nothing', viewLink })
}

/** Rows of schema 3. @param blob writes bytes that hexadecimal digits say */
function rows(prefix: string, blob: (hex: string) => string): string {
  const document = (room: string, generation: number, bytes: number) =>
    `INSERT INTO ${prefix}documents VALUES ('${documentId(room)}', '${room}', 'i-${room}', ${generation}, ${bytes}, 1000, 2000, 3000, 7);`
  const others = [...RECORDS.slice(1).map(({ room }) => room), 'unowned']
  const record = (each: Former3, index: number) =>
    `INSERT INTO ${prefix}records VALUES ('${each.room}', ${index + 100}, ${quoted(jsonOf(each))}, ${quoted(each.viewLink)}, ${quoted(each.owner)});`
  return `
    ${document('budget', 3, 3)}
    ${others.map((room) => document(room, 0, 0)).join('\n')}
    INSERT INTO ${prefix}documents VALUES ('gone', NULL, 'x', 0, 0, 0, 0, 0, 0);
    INSERT INTO ${prefix}snapshots VALUES (3, 0, 'budget', ${blob('0102')});
    INSERT INTO ${prefix}updates (room, bytes) VALUES ('budget', ${blob('04')});
    INSERT INTO ${prefix}versions VALUES (77, 'budget', 1500, 7, 'h', 'First', '[]');
    ${RECORDS.map(record).join('\n')}
  `
}

/** Rows of rooms that are renamed. */
function calledSo(prefix: string, blob: (hex: string) => string): string {
  const document = (room: string) =>
    `INSERT INTO ${prefix}documents VALUES ('${documentId(room)}', '${room}', 'i-${room}', 5, 3, 1000, 2000, 3000, 7);`
  const rooms = [...CALLED_SO.map(({ room }) => room), ...IN_THE_WAY]
  const [{ room, owner, viewLink }] = CALLED_SO
  return `
    ${rooms.map(document).join('\n')}
    INSERT INTO ${prefix}snapshots VALUES (5, 0, '${room}', ${blob('0102')});
    INSERT INTO ${prefix}updates (room, bytes) VALUES ('${room}', ${blob('04')});
    INSERT INTO ${prefix}versions VALUES (78, '${room}', 1500, 7, 'h', 'Second', '[]');
    INSERT INTO ${prefix}records VALUES ('${room}', 99, ${quoted(jsonOf(CALLED_SO[0]))}, '${viewLink}', '${owner}');
  `
}

const SQLITE_BLOB = (hex: string) => `x'${hex}'`
const POSTGRES_BLOB = (hex: string) => `'\\x${hex}'`

async function sqlite(more = ''): Promise<Former> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-upgrade-'))
  const database = new Database(join(dataDir, 'documents.sqlite'))
  database.exec(SQLITE_3 + rows('', SQLITE_BLOB) + more)
  database.close()
  return {
    open: async () => openSqlite({ dataDir }),
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true }),
  }
}

async function postgresql(more = ''): Promise<PostgresFormer> {
  const databaseUrl = await postgres.newDatabase()
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(POSTGRES_3 + rows('whereabouts_', POSTGRES_BLOB) + more)
  return {
    databaseUrl,
    client,
    open: () => openPostgres({ databaseUrl }),
    [Symbol.asyncDispose]: () => client.end(),
  }
}

const plain = (bytes: Uint8Array | undefined) => [...(bytes ?? [])]

it.each([
  ['SQLite', () => sqlite()],
  ['PostgreSQL', () => postgresql()],
])('[DO11] [HM2] what schema 3 has in %s is kept, and is in lists', async (_name, newFormer) => {
  await using former = await newFormer()
  // Two processes that start at the same time, such as two nodes.
  const [store, other] = await Promise.all([former.open(), former.open()])
  try {
    const { generation, snapshot, updates } = await store.load('budget')
    expect([generation, plain(snapshot), plain(updates[0]?.bytes)]).toEqual([3, [1, 2], [4]])
    expect(await store.about('budget')).toMatchObject({
      bytes: 3,
      createdAtMs: 1_000,
      updatedAtMs: 2_000,
      usedAtMs: 3_000,
    })
    expect(await store.incarnation('budget')).toBe('i-budget')
    const [version] = await store.versions!.list('budget', { limit: 10 })
    expect(version).toMatchObject({ id: 77, name: 'First' })
    const [budget] = RECORDS
    expect(await store.getRecord('budget')).toMatchObject({
      json: jsonOf(budget!),
      owner: 'ada',
      link: 'view~budget',
      revision: 100,
    })
    expect(await store.findByLink('view~budget')).toBe('budget')
    expect(await store.totals()).toMatchObject({
      documents: RECORDS.length + 1,
      records: RECORDS.length,
      removed: 1,
      named: 4 + MANY,
    })

    const roomsOf = async (userId: string, list: 'own' | 'shared' | 'starred' | 'trash') => {
      const listed = await other.lists!.listOf({ userId, list, limit: 1_000 })
      return listed.map(({ roomName }) => roomName).toSorted()
    }
    expect(await roomsOf('ada', 'own')).toEqual(['budget', 'plan'])
    expect(await roomsOf(ODD, 'own')).toEqual(['odd'])
    expect(await roomsOf(ODD, 'shared')).toEqual(['budget'])
    expect(await roomsOf('__proto__', 'shared')).toEqual(['plan'])
    expect(await roomsOf('eve', 'own')).toHaveLength(MANY)
    const bobs = await roomsOf('bob', 'shared')
    expect(bobs).toHaveLength(MOST_OF_OWNER + 2)
    expect(bobs).toEqual(expect.arrayContaining(['budget', 'nobodys', `eve-${MANY - 1}`]))
    expect(bobs).not.toContain('eve-0')
    expect(await roomsOf('ada', 'trash')).toEqual([])
    expect(await roomsOf('ada', 'starred')).toEqual([])
    const [entry] = await store.lists!.listOf({ userId: 'bob', list: 'shared', limit: 1 })
    expect(entry).toMatchObject({ title: undefined, kind: undefined, isOwn: false })

    const json = JSON.stringify({ owner: 'ada', users: {} })
    const revision = await store.putRecord('budget', { json, owner: 'ada' }, 100)
    expect(revision).toBeGreaterThan(RECORDS.length + 100)
    expect(await roomsOf(ODD, 'shared')).toEqual([])
  } finally {
    await store.close()
    await other.close()
  }
})

it.each([
  ['SQLite', () => sqlite(calledSo('', SQLITE_BLOB))],
  ['PostgreSQL', () => postgresql(calledSo('whereabouts_', POSTGRES_BLOB))],
])('[CM10] what is in rooms that were called comments~ is kept in %s', async (_name, newFormer) => {
  await using former = await newFormer()
  const [store, other] = await Promise.all([former.open(), former.open()])
  try {
    const name = 'comments-3-budget'
    const { incarnation, generation, snapshot, updates } = await store.load(name)
    expect([incarnation, generation]).toEqual(['i-comments~budget', 5])
    expect([plain(snapshot), plain(updates[0]?.bytes)]).toEqual([[1, 2], [4]])
    expect(await store.getRecord(name)).toMatchObject({ owner: 'ada', revision: 99 })
    expect(await store.findByLink('view~called-so')).toBe(name)
    expect(await store.versions!.list(name, { limit: 10 })).toMatchObject([{ id: 78 }])
    const shared = await store.lists!.listOf({ userId: 'bob', list: 'shared', limit: 1_000 })
    expect(shared.map(({ roomName }) => roomName)).toContain(name)
    const listed = (await other.list({ limit: 1_000 })).map(({ roomName }) => roomName)
    expect(listed).toEqual(expect.arrayContaining([name, 'comments-view~x', ...IN_THE_WAY]))
    const update = { roomName: name, incarnation, bytes: Uint8Array.of(9) }
    expect(await other.append([update])).toEqual([expect.any(Number)])

    expect(await store.about('comments~budget')).toBeUndefined()
    expect(await store.incarnation('comments~budget')).toBe('i-budget')
    const comment = { ...update, roomName: 'comments~budget', incarnation: 'i-budget' }
    expect(await store.append([comment])).toEqual([expect.any(Number)])
    expect(await store.totals()).toMatchObject({ documents: RECORDS.length + 5, commented: 1 })
  } finally {
    await store.close()
    await other.close()
  }
})

type List = 'own' | 'shared' | 'starred' | 'trash'

async function listed(store: DocumentStore, userId: string, list: List): Promise<string[]> {
  const entries = await store.lists!.listOf({ userId, list, limit: 1_000 })
  return entries.map(({ roomName }) => roomName).toSorted()
}

const MANY_RECORDS = size(20_000, 100_000)

/** What a node of the version before does when a record is changed. */
const FORMER_PUT = `
  INSERT INTO whereabouts_records (room, revision, json, link, owner)
  VALUES ($1, nextval('whereabouts_generations'), $2, $3, $4)
  ON CONFLICT (room) DO UPDATE SET revision = excluded.revision, json = excluded.json,
    link = excluded.link, owner = excluded.owner
  RETURNING revision`

it('[HM16] lists follow the records that a node of the version before stores', async () => {
  await using former = await postgresql()
  const store = await former.open()
  try {
    const json = JSON.stringify({ owner: 'ada', users: {}, trashedAtMs: 5 })
    await store.putRecord('budget', { json, owner: 'ada', trashedAtMs: 5 }, 100)
    expect(await listed(store, 'ada', 'trash')).toEqual(['budget'])
    const without = JSON.stringify({ owner: 'ada', users: { cem: VIEWER } })
    await former.client.query(FORMER_PUT, ['budget', without, null, 'ada'])
    expect(await store.lists!.trashed({ beforeMs: 9, limit: 9 })).toEqual([])
    expect(await listed(store, 'ada', 'trash')).toEqual([])
    expect(await listed(store, 'ada', 'own')).toEqual(['budget', 'plan'])
    expect(await listed(store, 'cem', 'shared')).toEqual(['budget'])
    const broken = ['budget', 'nonsense', null, 'ada']
    await former.client.query(FORMER_PUT, broken)
    expect(await listed(store, 'cem', 'shared')).toEqual([])
  } finally {
    await store.close()
  }
})

it('[HM17] many records are carried over while a node of the version before goes on', async () => {
  await using former = await postgresql()
  const { client } = former
  await client.query(`
    INSERT INTO whereabouts_documents
    SELECT 'id-' || i, 'many-' || i, '0', 0, 10, 1, i, 1, 0 FROM generate_series(1, ${MANY_RECORDS}) AS i;
    INSERT INTO whereabouts_records
    SELECT 'many-' || i, i - 200000,
      '{"owner":"owner-' || i % 1000 || '","users":{"dan":{"role":"viewer"},"fay":{"role":"editor"}}}',
      NULL, 'owner-' || i % 1000
    FROM generate_series(1, ${MANY_RECORDS}) AS i`)
  const opening = { isOver: false, at: 0 }
  const opened = former.open().finally(() => (opening.isOver = true))
  let longestMs = 0
  for (let number = 0; !opening.isOver; number++) {
    const sinceMs = performance.now()
    const json = JSON.stringify({ owner: 'owner-1', users: { gil: VIEWER } })
    await client.query(FORMER_PUT, [
      `many-${((number * 101) % MANY_RECORDS) + 1}`,
      json,
      null,
      'owner-1',
    ])
    longestMs = Math.max(longestMs, performance.now() - sinceMs)
  }
  const store = await opened
  try {
    expect(longestMs).toBeLessThan(END_MS)
    expect((await listed(store, 'owner-2', 'own')).length).toBe(MANY_RECORDS / 1_000)
    const named = await client.query<{ count: string }>(
      `SELECT count(*) FROM whereabouts_shares WHERE person = 'dan' AND owner = 'owner-2'`,
    )
    expect(Number(named.rows[0]!.count)).toBe(MANY_RECORDS / 1_000)
    expect(await listed(store, 'gil', 'shared')).not.toEqual([])
  } finally {
    await store.close()
  }
})

it('[HM17] a node waits for one that carries records over, however long that takes', async () => {
  await using former = await postgresql()
  const { client, databaseUrl } = former
  // The lock of upgrades, as another node has it.
  await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
  const impatient = { statement_timeout: 200, lock_timeout: 200 }
  const pool = new Pool({ connectionString: databaseUrl, ...impatient })
  const opened = openBorrowed(pool)
  await client.query('SELECT pg_sleep(1)')
  await client.query('SELECT pg_advisory_unlock_all()')
  const store = await opened
  expect(await listed(store, 'ada', 'own')).toEqual(['budget', 'plan'])
  await store.close()
  await pool.end()
})

it('[HM5] two nodes that share with the same users don’t wait for each other', async () => {
  await using former = await postgresql()
  const stores = await Promise.all([former.open(), former.open()])
  const persons = Array.from({ length: 100 }, (_, index) => `person-${index}`)
  try {
    await former.client.query(
      `INSERT INTO whereabouts_shares
       SELECT person, 'old-' || i, 'eve', i - 1000
       FROM unnest($1::text[]) AS person, generate_series(1, ${MOST_OF_OWNER}) AS i`,
      [persons],
    )
    for (let round = 0; round < 20; round++) {
      const puts = stores.map((store, index) => {
        const users = index === 0 ? persons : persons.toReversed()
        return store.putRecord(`new-${round}-${index}`, { json: '{}', owner: 'eve', users }, 0)
      })
      expect(await Promise.all(puts)).not.toContain(undefined)
    }
    const { rows } = await former.client.query<{ count: string }>(
      `SELECT count(*) FROM whereabouts_shares WHERE owner = 'eve' AND person <> 'bob' GROUP BY person`,
    )
    expect(rows).toHaveLength(persons.length)
  } finally {
    await Promise.all(stores.map((store) => store.close()))
  }
})
