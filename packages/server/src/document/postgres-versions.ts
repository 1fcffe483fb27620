import type { Author } from '@whereabouts/protocol'
import type { Pool, PoolClient } from 'pg'
import { type Bigint, transaction } from './postgres-transaction.js'
import { partsOf } from './schema.js'
import { versionFrom, type VersionRow, writerFrom, type WriterRow } from './version-rows.js'
import {
  authorText,
  type NewVersion,
  type StoredVersion,
  type VersionPage,
  VERSION_ROW_BYTES,
  type VersionStore,
  type Writer,
} from './version-store.js'

const INSERT_PART =
  'INSERT INTO whereabouts_snapshots (generation, part, room, bytes) VALUES ($1, $2, $3, $4)'

/** Writes the parts of a snapshot or a version, and returns how many there are. */
export async function writeParts(
  client: Pool | PoolClient,
  generation: number,
  roomName: string,
  bytes: Uint8Array,
): Promise<number> {
  const parts = partsOf(bytes)
  for (const [part, each] of parts.entries()) {
    await client.query(INSERT_PART, [generation, part, roomName, each])
  }
  return parts.length
}

/** Checks the parts, as another process's compaction may remove them as leftovers. */
export async function assertParts(
  client: PoolClient,
  generation: number,
  parts: number,
): Promise<void> {
  const { rows } = await client.query<{ parts: number }>(
    'SELECT count(*)::int AS parts FROM whereabouts_snapshots WHERE generation = $1',
    [generation],
  )
  if (rows[0]?.parts !== parts) throw new Error('parts of a snapshot were removed')
}

export async function nextGeneration(client: Pool | PoolClient): Promise<number> {
  const { rows } = await client.query<{ last: Bigint }>(
    `SELECT nextval('whereabouts_generations') AS last`,
  )
  return Number(rows[0]!.last)
}

/** Locks the row of the document until the transaction ends, so that versions come one after another. */
const LOCK = 'SELECT 1 FROM whereabouts_documents WHERE room = $1 AND incarnation = $2 FOR UPDATE'

const LAST = 'SELECT coalesce(max(id), 0) AS last FROM whereabouts_versions WHERE room = $1'

const WEIGH = `
  UPDATE whereabouts_documents SET history =
    (SELECT coalesce(sum(bytes), 0) FROM whereabouts_versions WHERE room = $1)
  WHERE room = $1`

/** The versions of documents in a PostgreSQL database. A version is a snapshot that stays. */
export class PostgresVersions implements VersionStore {
  constructor(private readonly pool: Pool) {}

  async wrote(roomName: string, author: Author): Promise<void> {
    await this.pool.query(
      `INSERT INTO whereabouts_writers (room, author)
       SELECT $1::text, $2::text
       WHERE EXISTS (SELECT 1 FROM whereabouts_documents WHERE room = $1)
       ON CONFLICT (room, author) DO UPDATE SET number = DEFAULT`,
      [roomName, authorText(author)],
    )
  }

  async writers(roomName: string): Promise<readonly Writer[]> {
    const { rows } = await this.pool.query<WriterRow>(
      'SELECT author, number FROM whereabouts_writers WHERE room = $1 ORDER BY number',
      [roomName],
    )
    return rows.map(writerFrom)
  }

  async add(version: NewVersion): Promise<number | undefined> {
    const { roomName, content } = version
    const id = await nextGeneration(this.pool)
    const parts = await writeParts(this.pool, id, roomName, content)
    return transaction(this.pool, async (client) => {
      if (!(await isCurrent(client, version))) {
        await client.query('DELETE FROM whereabouts_snapshots WHERE generation = $1', [id])
        return undefined
      }
      await assertParts(client, id, parts)
      await insert(client, id, version)
      await removeVersions(client, roomName, version.removed)
      for (const { author, number } of version.writers) {
        await client.query(
          'DELETE FROM whereabouts_writers WHERE room = $1 AND author = $2 AND number = $3',
          [roomName, authorText(author), number],
        )
      }
      await client.query(WEIGH, [roomName])
      return id
    })
  }

  async list(
    roomName: string,
    { before = Number.MAX_SAFE_INTEGER, limit }: VersionPage,
  ): Promise<readonly StoredVersion[]> {
    const { rows } = await this.pool.query<VersionRow>(
      `SELECT id, at, bytes, hash, name, authors FROM whereabouts_versions
       WHERE room = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
      [roomName, before, limit],
    )
    return rows.map(versionFrom)
  }

  async read(roomName: string, id: number): Promise<Uint8Array | undefined> {
    const { rows } = await this.pool.query<{ bytes: Buffer }>(
      `SELECT s.bytes FROM whereabouts_versions v JOIN whereabouts_snapshots s ON s.generation = v.id
       WHERE v.room = $1 AND v.id = $2 ORDER BY part`,
      [roomName, id],
    )
    return rows.length === 0 ? undefined : Buffer.concat(rows.map(({ bytes }) => bytes))
  }

  async rename(roomName: string, id: number, name: string | undefined): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      'UPDATE whereabouts_versions SET name = $3 WHERE room = $1 AND id = $2',
      [roomName, id, name ?? null],
    )
    return rowCount === 1
  }

  async remove(roomName: string, id: number): Promise<boolean> {
    return transaction(this.pool, async (client) => {
      const removed = await removeVersions(client, roomName, [id])
      await client.query(WEIGH, [roomName])
      return removed === 1
    })
  }
}

async function isCurrent(
  client: PoolClient,
  { roomName, incarnation, after }: NewVersion,
): Promise<boolean> {
  const { rowCount } = await client.query(LOCK, [roomName, incarnation])
  if (rowCount === 0) return false
  const { rows } = await client.query<{ last: Bigint }>(LAST, [roomName])
  return Number(rows[0]!.last) === after
}

async function insert(
  client: PoolClient,
  id: number,
  { roomName, atMs, content, hash, name, authors }: NewVersion,
): Promise<void> {
  await client.query(
    `INSERT INTO whereabouts_versions (id, room, at, bytes, hash, name, authors)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      roomName,
      atMs,
      content.byteLength + VERSION_ROW_BYTES,
      hash,
      name ?? null,
      JSON.stringify(authors),
    ],
  )
}

/** @returns how many of them there were */
async function removeVersions(
  client: PoolClient,
  roomName: string,
  ids: readonly number[],
): Promise<number> {
  if (ids.length === 0) return 0
  const { rows } = await client.query<{ id: Bigint }>(
    'DELETE FROM whereabouts_versions WHERE room = $1 AND id = ANY ($2::bigint[]) RETURNING id',
    [roomName, ids],
  )
  await client.query('DELETE FROM whereabouts_snapshots WHERE generation = ANY ($1::bigint[])', [
    rows.map(({ id }) => id),
  ])
  return rows.length
}
