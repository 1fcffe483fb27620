import type { PoolClient, QueryConfig } from 'pg'
import { UNTOLD_SCHEMA } from './postgres-untold.js'
import {
  areComments,
  checkSchema,
  COMMENTS_VERSION,
  documentId,
  namesWithoutComments,
  OF_DOCUMENT_IN_SCHEMA_6,
} from './schema.js'

/** Identifies this application's advisory lock in the database. */
export const MIGRATION_LOCK = 0x77_68_65_72
const UPGRADE_MS = 3_600_000

/** The id of a document's row, as {@link documentId} computes it. */
export const ID_OF = (room: string): string => `encode(sha256(convert_to(${room}, 'UTF8')), 'hex')`

const DOCUMENTS = `
  CREATE TABLE whereabouts_documents (
    room text PRIMARY KEY,
    generation bigint NOT NULL
  );
  CREATE TABLE whereabouts_snapshots (
    generation bigint NOT NULL,
    part integer NOT NULL,
    room text NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (generation, part)
  );
  CREATE INDEX whereabouts_snapshots_room ON whereabouts_snapshots (room);
  CREATE TABLE whereabouts_updates (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room text NOT NULL,
    bytes bytea NOT NULL
  );
  CREATE INDEX whereabouts_updates_room ON whereabouts_updates (room);
  CREATE SEQUENCE whereabouts_generations;
  CREATE TABLE whereabouts_schema (version integer NOT NULL, checked timestamptz);
  INSERT INTO whereabouts_schema VALUES (1);
`

const NOW_MS = '(extract(epoch FROM now()) * 1000)::bigint'

/** Each document has a row with its size and its times. The row of a removed document has no name. */
const CATALOG = `
  LOCK TABLE whereabouts_updates, whereabouts_snapshots, whereabouts_documents;
  ALTER TABLE whereabouts_documents RENAME TO whereabouts_former;
  CREATE TABLE whereabouts_documents (
    id text PRIMARY KEY,
    room text COLLATE "C",
    incarnation text NOT NULL,
    generation bigint NOT NULL,
    bytes bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    used bigint NOT NULL
  );
  CREATE INDEX whereabouts_documents_room ON whereabouts_documents (room);
  INSERT INTO whereabouts_documents
    SELECT ${ID_OF('room')}, room, '0', coalesce(generation, 0),
      (SELECT coalesce(sum(octet_length(bytes)), 0) FROM whereabouts_updates u
        WHERE u.room = rooms.room) +
      (SELECT coalesce(sum(octet_length(bytes)), 0) FROM whereabouts_snapshots s
        WHERE s.generation = former.generation),
      ${NOW_MS}, ${NOW_MS}, ${NOW_MS}
    FROM (SELECT room FROM whereabouts_former UNION SELECT room FROM whereabouts_updates) AS rooms
    LEFT JOIN whereabouts_former AS former USING (room);
  DROP TABLE whereabouts_former;
  CREATE TABLE whereabouts_records (
    room text PRIMARY KEY,
    revision bigint NOT NULL,
    json text NOT NULL,
    link text UNIQUE,
    owner text
  );
  CREATE INDEX whereabouts_records_owner ON whereabouts_records (owner);
  UPDATE whereabouts_schema SET version = 2;
`

/** The size of a document's versions is in its row. Their contents are snapshots. */
const VERSIONS = `
  ALTER TABLE whereabouts_documents ADD COLUMN history bigint NOT NULL DEFAULT 0;
  CREATE TABLE whereabouts_versions (
    id bigint PRIMARY KEY,
    room text NOT NULL,
    at bigint NOT NULL,
    bytes bigint NOT NULL,
    hash text NOT NULL,
    name text,
    authors text NOT NULL
  );
  CREATE INDEX whereabouts_versions_room ON whereabouts_versions (room, id);
  CREATE TABLE whereabouts_writers (
    room text NOT NULL,
    author text NOT NULL,
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (room, author)
  );
  UPDATE whereabouts_schema SET version = 3;
`

/**
 * What lists say of documents, whom records name, and what users say of documents in their lists. Nothing of a
 * record is noted here: nodes of the earlier version go on meanwhile, and no table may be locked for that long.
 */
const LISTS = `
  ALTER TABLE whereabouts_documents ADD COLUMN title text;
  ALTER TABLE whereabouts_documents ADD COLUMN kind text;
  ALTER TABLE whereabouts_records ADD COLUMN trashed bigint;
  ALTER TABLE whereabouts_records ADD COLUMN named integer NOT NULL DEFAULT 0;
  ALTER TABLE whereabouts_records ADD COLUMN noted bigint;
  CREATE INDEX whereabouts_records_left ON whereabouts_records (room)
    WHERE noted IS DISTINCT FROM revision;
  CREATE INDEX whereabouts_records_owned ON whereabouts_records (owner, revision)
    WHERE trashed IS NULL;
  CREATE INDEX whereabouts_records_thrown ON whereabouts_records (owner, revision)
    WHERE trashed IS NOT NULL;
  CREATE INDEX whereabouts_records_trashed ON whereabouts_records (trashed)
    WHERE trashed IS NOT NULL;
  CREATE TABLE whereabouts_shares (
    person text NOT NULL,
    room text NOT NULL,
    owner text NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (person, room)
  );
  CREATE INDEX whereabouts_shares_room ON whereabouts_shares (room);
  CREATE INDEX whereabouts_shares_number ON whereabouts_shares (person, number);
  CREATE INDEX whereabouts_shares_owner ON whereabouts_shares (person, owner, number);
  CREATE TABLE whereabouts_marks (
    person text NOT NULL,
    room text NOT NULL,
    number bigint NOT NULL,
    starred integer NOT NULL,
    hidden integer NOT NULL,
    PRIMARY KEY (person, room)
  );
  CREATE INDEX whereabouts_marks_room ON whereabouts_marks (room);
  CREATE INDEX whereabouts_marks_number ON whereabouts_marks (person, number);
  UPDATE whereabouts_schema SET version = 4;
`

/** The updates of each room have numbers of their own. Those that were given stay, and the next ones come after them. */
const NUMBERS = `
  LOCK TABLE whereabouts_updates, whereabouts_documents;
  ALTER TABLE whereabouts_documents ADD COLUMN last bigint NOT NULL DEFAULT 0;
  UPDATE whereabouts_documents SET last = (SELECT last_value FROM whereabouts_updates_number_seq);
  ALTER TABLE whereabouts_updates ALTER COLUMN number DROP IDENTITY;
  ALTER TABLE whereabouts_updates DROP CONSTRAINT whereabouts_updates_pkey, ADD PRIMARY KEY (room, number);
  DROP INDEX whereabouts_updates_room;
  UPDATE whereabouts_schema SET version = 5;
`

const COMMENTS = `UPDATE whereabouts_schema SET version = ${COMMENTS_VERSION}`

/** The folders of users, and which documents they have put there. */
const FOLDERS = `
  CREATE TABLE whereabouts_folders (
    person text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (person, id)
  );
  CREATE TABLE whereabouts_placed (
    person text NOT NULL,
    room text NOT NULL,
    folder text NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (person, room)
  );
  CREATE INDEX whereabouts_placed_room ON whereabouts_placed (room);
  CREATE INDEX whereabouts_placed_number ON whereabouts_placed (person, number);
  CREATE INDEX whereabouts_placed_folder ON whereabouts_placed (person, folder, number);
  UPDATE whereabouts_schema SET version = 7;
`

/** The steps from each version to the next one. */
const STEPS = [DOCUMENTS, CATALOG, VERSIONS, LISTS, NUMBERS, COMMENTS, FOLDERS]

/** Rooms that are called like those of comments were like any other. @see PROTOCOL.md CM10 */
async function renameComments(client: PoolClient): Promise<void> {
  const found = `SELECT room FROM whereabouts_documents WHERE ${areComments('room')}`
  const { rows } = await client.query<{ room: string }>(found)
  for (const { room } of rows) await rename(client, room)
}

async function rename(client: PoolClient, room: string): Promise<void> {
  for (const name of namesWithoutComments(room)) {
    const id = documentId(name)
    const taken = await client.query('SELECT 1 FROM whereabouts_documents WHERE id = $1', [id])
    if (taken.rowCount !== 0) continue
    const row = 'UPDATE whereabouts_documents SET id = $1, room = $2 WHERE room = $3'
    await client.query(row, [id, name, room])
    for (const table of OF_DOCUMENT_IN_SCHEMA_6) {
      const sql = `UPDATE whereabouts_${table} SET room = $1 WHERE room = $2`
      await client.query(sql, [name, room])
    }
    return
  }
}

/**
 * Creates the tables, or upgrades those of an earlier version. Call it in a transaction.
 *
 * @throws {Error} if the tables have a newer version. PROTOCOL.md DO11
 */
export async function upgrade(client: PoolClient): Promise<void> {
  // Reading large tables, or waiting for a node that does, may take longer than the limits of a statement.
  await client.query('SET LOCAL statement_timeout = 0')
  await client.query('SET LOCAL lock_timeout = 0')
  // The lock lasts until the transaction ends, so only one of several starting processes upgrades.
  await patiently(client, 'SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
  const version = await readVersion(client)
  checkSchema(version, 'the database')
  for (const step of STEPS.slice(version)) await patiently(client, step)
  if (version < COMMENTS_VERSION) await renameComments(client)
  await client.query(UNTOLD_SCHEMA)
}

async function patiently(client: PoolClient, text: string, values?: unknown[]): Promise<void> {
  await client.query({ text, values, query_timeout: UPGRADE_MS } as QueryConfig)
}

async function readVersion(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('whereabouts_schema') IS NOT NULL AS there`,
  )
  if (rows[0]?.there !== true) return 0
  const schema = await client.query<{ version: number }>('SELECT version FROM whereabouts_schema')
  return schema.rows[0]?.version ?? 0
}
