import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { commentsOf, documentOfComments } from '@whereabouts/protocol'
import { Pool, type PoolClient } from 'pg'
import { type PostgresPool, unheard } from './handed-pool.js'
import { append, claimDocument } from './postgres-append.js'
import { borrowed } from './postgres-borrowed.js'
import { PostgresCatalog, putNew, readRecord } from './postgres-catalog.js'
import { CONNECT_MS, STATEMENT_MS } from './postgres-limits.js'
import { noteLeft, PostgresLists } from './postgres-lists.js'
import { upgrade } from './postgres-schema.js'
import { type Bigint, inTransaction, transaction } from './postgres-transaction.js'
import { noteUntold, PostgresUntold } from './postgres-untold.js'
import { assertParts, nextGeneration, PostgresVersions, writeParts } from './postgres-versions.js'
import { documentId, OF_DOCUMENT } from './schema.js'
import {
  type Compaction,
  type DocumentStore,
  FIRST_INCARNATION,
  type KnownDocument,
  type LogPage,
  type Removal,
  type RoomRecord,
  type RoomUpdate,
  type StoredDocument,
  type StoredUpdate,
  type UntoldRooms,
} from './store.js'

/** Identifies the advisory locks of documents that are being compacted. */
const COMPACTION_LOCK = 0x77_68_63
/** No room has this name. */
const NO_ROOM = ''
const CONNECTIONS = 4
/** How long to wait for a database that is starting. */
const PATIENCE_MS = 15_000
const PAUSE_MS = 250

/**
 * Opens the store in a PostgreSQL database, and creates its tables if necessary.
 *
 * @throws {Error} if the database can't be reached, or its tables have a newer version
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
  // A lost connection needs no handling: the statement under way fails, and the next one opens another.
  pool.on('error', unheard)
  pool.on('connect', (client) => client.on('error', unheard))
  return openOn(pool)
}

/**
 * Opens the store over a pool of the application, which stays open.
 *
 * @throws {Error} as {@link openStore}
 */
export function openBorrowed(pool: PostgresPool): Promise<DocumentStore> {
  return openOn(borrowed(pool))
}

async function openOn(pool: Pool): Promise<DocumentStore> {
  try {
    await connected(pool)
    await transaction(pool, upgrade)
    await noteLeft(pool)
    return new PostgresStore(pool)
  } catch (error) {
    await pool.end()
    throw error
  }
}

interface DocumentRow {
  readonly incarnation: string
  readonly generation: Bigint
  readonly last: Bigint
  readonly used: Bigint
}

/** The columns of an update are null in the row of a document without later ones. */
interface LaterRow {
  readonly number: Bigint | null
  readonly bytes: Buffer | null
}

const INSERT = 'INSERT INTO whereabouts_updates (room, number, bytes) VALUES ($1, $2, $3)'

/** One statement, so that a concurrent compaction is seen whole or not at all. */
const LATER = `
  SELECT u.number, u.bytes FROM whereabouts_documents d
  LEFT JOIN whereabouts_updates u ON u.room = $4 AND u.number > $5
  WHERE d.id = $1 AND d.incarnation = $2 AND d.generation = $3`

const CLEAR = `
  UPDATE whereabouts_documents SET room = NULL, incarnation = $1, generation = 0, bytes = 0,
    history = 0, created = 0, updated = 0, used = 0, title = NULL, kind = NULL
  WHERE room = $2 AND incarnation = coalesce($5, incarnation) AND ($3::bigint IS NULL OR (used < $3
    AND NOT EXISTS (SELECT 1 FROM whereabouts_documents c WHERE c.room = $4 AND c.used >= $3)))`

/** What stores comments on it waits until it is removed, or is done before. */
const HOLD = 'SELECT 1 FROM whereabouts_documents WHERE room = $1 FOR UPDATE'

/** Sets a document's size. An append that isn't committed yet adds its size afterwards. */
const WEIGH = `
  UPDATE whereabouts_documents SET bytes =
    (SELECT coalesce(sum(octet_length(bytes)), 0) FROM whereabouts_updates WHERE room = $1) +
    (SELECT coalesce(sum(octet_length(bytes)), 0) FROM whereabouts_snapshots WHERE generation = $2)
  WHERE room = $1`

class PostgresStore extends PostgresCatalog implements DocumentStore {
  readonly untold: UntoldRooms
  readonly versions: PostgresVersions
  readonly lists: PostgresLists

  constructor(pool: Pool) {
    super(pool)
    this.untold = new PostgresUntold(pool)
    this.versions = new PostgresVersions(pool)
    this.lists = new PostgresLists(pool)
  }

  async load(roomName: string): Promise<StoredDocument> {
    return transaction(this.pool, async (client) => {
      // Both reads share one snapshot, so that a concurrent compaction is seen whole or not at all.
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
      const { incarnation, generation, last, used } = await rowOf(client, roomName)
      const { rows: parts } = await client.query<{ bytes: Buffer }>(
        'SELECT bytes FROM whereabouts_snapshots WHERE generation = $1 ORDER BY part',
        [generation],
      )
      const { rows: updates } = await client.query<{ number: Bigint; bytes: Buffer }>(
        'SELECT number, bytes FROM whereabouts_updates WHERE room = $1 ORDER BY number',
        [roomName],
      )
      return {
        incarnation,
        usedAtMs: Number(used),
        generation: Number(generation),
        snapshot: Buffer.concat(parts.map(({ bytes }) => bytes)),
        last: Number(last),
        updates: updates.map(({ number, bytes }) => ({ number: Number(number), bytes })),
      }
    })
  }

  async later(
    roomName: string,
    { incarnation, generation, last }: KnownDocument,
  ): Promise<readonly StoredUpdate[] | undefined> {
    const values = [documentId(roomName), incarnation, generation, roomName, last]
    const { rows } = await this.pool.query<LaterRow>(LATER, values)
    if (rows.length === 0) return undefined
    return rows.flatMap(({ number, bytes }) => {
      return bytes === null ? [] : [{ number: Number(number), bytes }]
    })
  }

  async incarnation(roomName: string): Promise<string> {
    return (await rowOf(this.pool, roomName)).incarnation
  }

  async append(updates: readonly RoomUpdate[]): Promise<readonly (number | undefined)[]> {
    return append(this.pool, updates)
  }

  async claim(update: RoomUpdate, record?: RoomRecord): Promise<number | undefined> {
    const { roomName, bytes } = update
    return transaction(this.pool, async (client) => {
      const number = await claimDocument(client, update, record !== undefined)
      if (number === undefined) return undefined
      if (record !== undefined) await putNew(client, roomName, record)
      await client.query(INSERT, [roomName, number, bytes])
      return number
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
      const generation = await compact(client, compaction)
      await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', name)
      client.release()
      return generation
    } catch (error) {
      // Closing the connection releases the lock, whatever its state.
      client.release(true)
      throw error
    }
  }

  async uncompacted({ after = '', limit, leastUpdates }: LogPage): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ room: string }>(
      `SELECT room FROM whereabouts_updates WHERE room COLLATE "C" > $1
       GROUP BY room HAVING count(*) >= $2 ORDER BY room COLLATE "C" LIMIT $3`,
      [after, leastUpdates, limit],
    )
    return rows.map(({ room }) => room)
  }

  async touch(roomName: string): Promise<void> {
    await this.pool.query('UPDATE whereabouts_documents SET used = $1 WHERE id = $2', [
      Date.now(),
      documentId(roomName),
    ])
  }

  async remove(removal: Removal): Promise<boolean> {
    const { roomName, incarnation, current, unusedSinceMs, revision } = removal
    return transaction(this.pool, async (client) => {
      const comments = commentsOf(roomName) ?? NO_ROOM
      await client.query(HOLD, [roomName])
      const values = [incarnation, roomName, unusedSinceMs ?? null, comments, current ?? null]
      const { rowCount } = await client.query(CLEAR, values)
      if (rowCount === 0) return false
      // Now that the document's row is held, nobody changes the record.
      if (revision !== undefined && (await readRecord(client, roomName))?.revision !== revision) {
        await client.query('ROLLBACK')
        return false
      }
      for (const table of OF_DOCUMENT) {
        const sql = `DELETE FROM whereabouts_${table} WHERE room IN ($1, $2)`
        await client.query(sql, [roomName, comments])
      }
      await noteUntold(client, roomName)
      const found = 'DELETE FROM whereabouts_documents WHERE room = $1'
      if ((await client.query(found, [comments])).rowCount !== 0) await noteUntold(client, comments)
      return true
    })
  }

  async check(bytes = 0): Promise<void> {
    await this.pool.query('UPDATE whereabouts_schema SET checked = now()')
    if (bytes > 0) await this.#tryToStore(bytes)
  }

  async close(): Promise<void> {
    await this.pool.end()
  }

  /** Commits so many bytes, which can't be compressed, and removes them. */
  async #tryToStore(bytes: number): Promise<void> {
    // Other nodes may try at the same time.
    await this.pool.query(INSERT, [NO_ROOM, randomInt(2 ** 47), randomBytes(bytes)])
    await this.pool.query('DELETE FROM whereabouts_updates WHERE room = $1', [NO_ROOM])
  }
}

/** Writes a snapshot in the place of another. Needs no second connection, as a pool may have but one. */
async function compact(client: PoolClient, compaction: Compaction): Promise<number | undefined> {
  const { roomName, base, snapshot, numbers } = compaction
  await removeLeftovers(client, roomName)
  const generation = await nextGeneration(client)
  const parts = await writeParts(client, generation, roomName, snapshot)
  return inTransaction(client, async () => {
    if (!(await replace(client, compaction, generation))) return undefined
    await assertParts(client, generation, parts)
    await client.query(
      'DELETE FROM whereabouts_updates WHERE room = $1 AND number = ANY ($2::bigint[])',
      [roomName, numbers],
    )
    await client.query('DELETE FROM whereabouts_snapshots WHERE generation = $1', [base])
    await client.query(WEIGH, [roomName, generation])
    return generation
  })
}

/** Removes what interrupted compactions of the room left. */
async function removeLeftovers(client: PoolClient, roomName: string): Promise<void> {
  await client.query(
    `DELETE FROM whereabouts_snapshots WHERE room = $1
       AND generation NOT IN (SELECT generation FROM whereabouts_documents WHERE room = $1)
       AND generation NOT IN (SELECT id FROM whereabouts_versions WHERE room = $1)`,
    [roomName],
  )
}

async function rowOf(client: Pool | PoolClient, roomName: string): Promise<DocumentRow> {
  const { rows } = await client.query<DocumentRow>(
    'SELECT incarnation, generation, last, used FROM whereabouts_documents WHERE id = $1',
    [documentId(roomName)],
  )
  const none = { incarnation: FIRST_INCARNATION, generation: '0', last: '0', used: '0' }
  const known = rows[0] ?? none
  const document = documentOfComments(roomName)
  if (document === undefined) return known
  return { ...known, incarnation: (await rowOf(client, document)).incarnation }
}

/** Replaces the room's snapshot. Returns `false` if it is no longer the one that the new one is based on. */
async function replace(
  client: PoolClient,
  { roomName, incarnation, base }: Compaction,
  generation: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE whereabouts_documents SET generation = $1 WHERE room = $2 AND incarnation = $3 AND generation = $4',
    [generation, roomName, incarnation, base],
  )
  return rowCount === 1
}

/** Waits for a database that is still starting. */
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

/** Returns whether the database doesn't listen yet, or is starting up (`57P03`). */
function isOnItsWay(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'ECONNREFUSED' || code === '57P03'
}

function messageOf(error: unknown): string {
  // An error of several connection attempts has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(String).join(', ')
  return error instanceof Error ? error.message : String(error)
}
