import type { Pool, PoolClient } from 'pg'
import {
  infoOf,
  type InfoRow,
  recordFrom,
  type RecordRow,
  totalsFrom,
  totalsOfAll,
  totalsOfOwner,
  type TotalsRow,
} from './catalog-rows.js'
import { NOTED } from './postgres-append.js'
import { noteShares } from './postgres-lists.js'
import { ID_OF } from './postgres-schema.js'
import { areComments } from './schema.js'
import { type Bigint, transaction } from './postgres-transaction.js'
import {
  type Catalog,
  type DocumentInfo,
  FIRST_INCARNATION,
  type Page,
  type RoomRecord,
  type StoredRecord,
  type Totals,
} from './store.js'

const INFO = 'SELECT room, bytes, history, created, updated, used FROM whereabouts_documents'

const LIST = `${INFO} WHERE room > $1 AND NOT ${areComments('room')} ORDER BY room LIMIT $2`

/** Creates a document's row if it doesn't exist, and locks it until the transaction ends. */
const NOTE = `
  INSERT INTO whereabouts_documents AS known
    (id, room, incarnation, generation, bytes, created, updated, used)
  VALUES (${ID_OF('$1')}, $1, '${FIRST_INCARNATION}', 0, 0, $2, $2, $2)
  ON CONFLICT (id) DO UPDATE SET ${NOTED}`

const PUT = `
  INSERT INTO whereabouts_records (room, revision, json, link, owner, trashed, named, noted)
  SELECT $1, number, $2, $3, $4, $5, $6, number
  FROM (SELECT nextval('whereabouts_generations') AS number) AS next
  ON CONFLICT (room) DO UPDATE SET revision = excluded.revision, json = excluded.json,
    link = excluded.link, owner = excluded.owner, trashed = excluded.trashed,
    named = excluded.named, noted = excluded.noted
  RETURNING revision`

/** The documents in a PostgreSQL database. */
export class PostgresCatalog implements Catalog {
  constructor(protected readonly pool: Pool) {}

  async list({ after = '', limit }: Page): Promise<readonly DocumentInfo[]> {
    const { rows } = await this.pool.query<InfoRow>(LIST, [after, limit])
    return rows.map(infoOf)
  }

  async about(roomName: string): Promise<DocumentInfo | undefined> {
    const { rows } = await this.pool.query<InfoRow>(`${INFO} WHERE room = $1`, [roomName])
    return rows.map(infoOf)[0]
  }

  async totals(owner?: string): Promise<Totals> {
    const { rows } = await (owner === undefined
      ? this.pool.query<TotalsRow>(totalsOfAll('whereabouts_'))
      : this.pool.query<TotalsRow>(totalsOfOwner('whereabouts_', '$1'), [owner]))
    return totalsFrom(rows[0]!)
  }

  async getRecord(roomName: string): Promise<StoredRecord | undefined> {
    return readRecord(this.pool, roomName)
  }

  async putRecord(
    roomName: string,
    record: RoomRecord,
    expectedRevision: number,
  ): Promise<number | undefined> {
    return transaction(this.pool, async (client) => {
      await client.query(NOTE, [roomName, Date.now()])
      const { revision: current = 0 } = (await readRecord(client, roomName)) ?? {}
      if (current !== expectedRevision) {
        await client.query('ROLLBACK')
        return undefined
      }
      return putNew(client, roomName, record)
    })
  }

  async findByLink(link: string): Promise<string | undefined> {
    const sql = 'SELECT room FROM whereabouts_records WHERE link = $1'
    const { rows } = await this.pool.query<{ room: string }>(sql, [link])
    return rows[0]?.room
  }
}

/** Replaces a room's record. Returns its new revision. */
export async function putNew(
  client: PoolClient,
  roomName: string,
  record: RoomRecord,
): Promise<number> {
  const { json, link, owner, trashedAtMs, users = [] } = record
  const said = [json, link ?? null, owner ?? null, trashedAtMs ?? null, users.length]
  const values = [roomName, ...said]
  const { rows } = await client.query<{ revision: Bigint }>(PUT, values)
  const revision = Number(rows[0]!.revision)
  await noteShares(client, [{ ...record, roomName, revision }])
  return revision
}

/** Returns a room's record. */
export async function readRecord(
  client: Pool | PoolClient,
  roomName: string,
): Promise<StoredRecord | undefined> {
  const sql = 'SELECT revision, json, link, owner FROM whereabouts_records WHERE room = $1'
  const { rows } = await client.query<RecordRow>(sql, [roomName])
  return rows.map(recordFrom)[0]
}
