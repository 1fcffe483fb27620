import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { Client } from 'pg'
import type { DocumentStore } from '@whereabouts/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MOST_OF_OWNER } from '../../packages/server/src/document/lists.js'
import { openStore as openPostgres } from '../../packages/server/src/document/postgres.js'
import { documentId } from '../../packages/server/src/document/schema.js'
import { openStore as openSqlite } from '../../packages/server/src/document/sqlite.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'

/** A database of schema 3 that has something in it. */
interface Former extends AsyncDisposable {
  open(): Promise<DocumentStore>
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

async function postgresql(more = ''): Promise<Former> {
  const databaseUrl = await postgres.newDatabase()
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(POSTGRES_3 + rows('whereabouts_', POSTGRES_BLOB) + more)
  await client.end()
  return { open: () => openPostgres({ databaseUrl }), [Symbol.asyncDispose]: async () => {} }
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
