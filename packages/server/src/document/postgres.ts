import { setTimeout } from 'node:timers/promises'
import { Pool, type PoolClient } from 'pg'
import { PostgresUntold, UNTOLD_SCHEMA } from './postgres-untold.js'
import { checkSchema, partsOf, SCHEMA_VERSION } from './schema.js'
import type { Compaction, DocumentStore, RoomUpdate, StoredDocument, UntoldRooms } from './store.js'

/** Names this application's lock among those of the database. */
const MIGRATION_LOCK = 0x77_68_65_72
/** Names the locks of documents that are being compacted. */
const COMPACTION_LOCK = 0x77_68_63
const CONNECTIONS = 4
const CONNECT_MS = 3_000
const STATEMENT_MS = 10_000
/** How long a database that is on its way up is waited for. */
const PATIENCE_MS = 15_000
const PAUSE_MS = 250
/** A statement takes 65,535 parameters, and an update is two. */
const ROWS = 1_000

/** A `pg` number, which comes as text where it may be too large for a JavaScript one. */
type Bigint = string

const SCHEMA = `
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
  INSERT INTO whereabouts_schema VALUES (${SCHEMA_VERSION});
`

/**
 * Opens the store in a PostgreSQL database. It makes its tables itself.
 *
 * @throws {Error} if the database can't be reached, or its tables are of a newer version
 */
export async function openStore({
  databaseUrl,
}: {
  readonly databaseUrl: string
}): Promise<DocumentStore> {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS,
    keepAlive: true,
  })
  // An idle connection that is lost is no news: whoever needs one makes a new one.
  pool.on('error', () => {})
  try {
    await connected(pool)
    await transaction(pool, migrate)
    return new PostgresStore(pool)
  } catch (error) {
    await pool.end()
    throw error
  }
}

class PostgresStore implements DocumentStore {
  readonly untold: UntoldRooms

  constructor(private readonly pool: Pool) {
    this.untold = new PostgresUntold(pool)
  }

  async load(roomName: string): Promise<StoredDocument> {
    return transaction(this.pool, async (client) => {
      // One view of the tables, so that a compaction elsewhere is seen whole or not at all.
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
      const { rows: parts } = await client.query<{ generation: Bigint; bytes: Buffer }>(
        'SELECT generation, bytes FROM whereabouts_documents JOIN whereabouts_snapshots USING (room, generation) WHERE room = $1 ORDER BY part',
        [roomName],
      )
      const { rows: updates } = await client.query<{ number: Bigint; bytes: Buffer }>(
        'SELECT number, bytes FROM whereabouts_updates WHERE room = $1 ORDER BY number',
        [roomName],
      )
      return {
        generation: Number(parts[0]?.generation ?? 0),
        snapshot: Buffer.concat(parts.map(({ bytes }) => bytes)),
        updates: updates.map(({ number, bytes }) => ({ number: Number(number), bytes })),
      }
    })
  }

  async append(updates: readonly RoomUpdate[]): Promise<readonly number[]> {
    if (updates.length <= ROWS) return insertUpdates(this.pool, updates)
    return transaction(this.pool, async (client) => {
      const numbers: number[] = []
      for (let from = 0; from < updates.length; from += ROWS) {
        numbers.push(...(await insertUpdates(client, updates.slice(from, from + ROWS))))
      }
      return numbers
    })
  }

  async compact(compaction: Compaction): Promise<number | undefined> {
    const client = await this.pool.connect()
    const name = [COMPACTION_LOCK, compaction.roomName]
    try {
      const { rows } = await client.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked',
        name,
      )
      if (rows[0]?.locked !== true) throw new Error('another process compacts it')
      const generation = await this.#compact(compaction)
      await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', name)
      client.release()
      return generation
    } catch (error) {
      // Closing the connection gives the lock up, in whatever state it is.
      client.release(true)
      throw error
    }
  }

  async #compact({ roomName, base, snapshot, numbers }: Compaction): Promise<number | undefined> {
    const generation = await this.#begin(roomName)
    const parts = partsOf(snapshot)
    for (const [part, bytes] of parts.entries()) {
      await this.pool.query(
        'INSERT INTO whereabouts_snapshots (generation, part, room, bytes) VALUES ($1, $2, $3, $4)',
        [generation, part, roomName, bytes],
      )
    }
    return transaction(this.pool, async (client) => {
      if (!(await replace(client, roomName, base, generation))) return undefined
      const { rows } = await client.query<{ parts: number }>(
        'SELECT count(*)::int AS parts FROM whereabouts_snapshots WHERE generation = $1',
        [generation],
      )
      // Another process that compacts the same document may have taken them for left behind.
      if (rows[0]?.parts !== parts.length) throw new Error('parts of a snapshot were removed')
      await client.query(
        'DELETE FROM whereabouts_updates WHERE room = $1 AND number = ANY ($2::bigint[])',
        [roomName, numbers],
      )
      await client.query('DELETE FROM whereabouts_snapshots WHERE generation = $1', [base])
      return generation
    })
  }

  async check(): Promise<void> {
    await this.pool.query('UPDATE whereabouts_schema SET checked = now()')
  }

  async close(): Promise<void> {
    await this.pool.end()
  }

  /** A new generation; what a compaction that was cut off has left of the room is removed. */
  async #begin(roomName: string): Promise<number> {
    await this.pool.query(
      'DELETE FROM whereabouts_snapshots WHERE room = $1 AND generation NOT IN (SELECT generation FROM whereabouts_documents WHERE room = $1)',
      [roomName],
    )
    const { rows } = await this.pool.query<{ last: Bigint }>(
      `SELECT nextval('whereabouts_generations') AS last`,
    )
    return Number(rows[0]!.last)
  }
}

async function insertUpdates(
  client: Pool | PoolClient,
  updates: readonly RoomUpdate[],
): Promise<number[]> {
  const places = updates.map(
    (_, index) => `(${index}, $${2 * index + 1}, $${2 * index + 2}::bytea)`,
  )
  const { rows } = await client.query<{ number: Bigint }>(
    `INSERT INTO whereabouts_updates (room, bytes)
     SELECT room, bytes FROM (VALUES ${places.join(', ')}) AS given (place, room, bytes)
     ORDER BY place RETURNING number`,
    updates.flatMap(({ roomName, bytes }) => [roomName, bytes]),
  )
  return rows.map(({ number }) => Number(number))
}

/** Whether the room's snapshot was still the one that this one is made from. */
async function replace(
  client: PoolClient,
  roomName: string,
  base: number,
  generation: number,
): Promise<boolean> {
  const { rowCount } =
    base === 0
      ? await client.query(
          'INSERT INTO whereabouts_documents (room, generation) VALUES ($1, $2) ON CONFLICT DO NOTHING',
          [roomName, generation],
        )
      : await client.query(
          'UPDATE whereabouts_documents SET generation = $2 WHERE room = $1 AND generation = $3',
          [roomName, generation, base],
        )
  return rowCount === 1
}

async function migrate(client: PoolClient): Promise<void> {
  // Until the end of the transaction: of several processes that start at once, one does it.
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('whereabouts_schema') IS NOT NULL AS there`,
  )
  if (rows[0]?.there !== true) await client.query(SCHEMA)
  const schema = await client.query<{ version: number }>('SELECT version FROM whereabouts_schema')
  checkSchema(schema.rows[0]?.version ?? 0, 'the database')
  await client.query(UNTOLD_SCHEMA)
}

async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    client.release()
    return result
  } catch (error) {
    // Closing the connection rolls back, in whatever state it is.
    client.release(true)
    throw error
  }
}

/** Waits for a database that was started together with this process. */
async function connected(pool: Pool): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      await pool.query('SELECT 1')
      return
    } catch (cause) {
      if (performance.now() > untilMs || !isOnItsWay(cause)) {
        throw new Error(`the database can't be used: ${messageOf(cause)}`, { cause })
      }
    }
    await setTimeout(PAUSE_MS)
  }
}

/** Whether the database doesn't listen yet, or is starting up (`57P03`). */
function isOnItsWay(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'ECONNREFUSED' || code === '57P03'
}

function messageOf(error: unknown): string {
  // The error of several addresses that were tried has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(String).join(', ')
  return error instanceof Error ? error.message : String(error)
}
