import type { Pool, PoolClient } from 'pg'
import {
  type DocumentLists,
  type Entry,
  folded,
  type Label,
  type ListPage,
  type Mark,
  MOST_MARKS,
  MOST_OF_OWNER,
  type TrashPage,
} from './lists.js'
import { type Dialect, entryFrom, type EntryRow, listOf } from './list-rows.js'
import { transaction } from './postgres-transaction.js'
import type { RoomRecord } from './store.js'

const DIALECT: Dialect = {
  prefix: 'whereabouts_',
  parameter: (number, type) => `$${number}::${type}`,
  has: (text, part) => `strpos(${text}, ${part}) > 0`,
}

const FORGET_SHARES = `
  DELETE FROM whereabouts_shares WHERE room = $1 AND person <> ALL ($2::text[])`

const SHARE = `
  INSERT INTO whereabouts_shares (person, room, owner, number)
  SELECT unnest($2::text[]), $1, $3, $4
  ON CONFLICT (person, room) DO UPDATE SET owner = excluded.owner`

/** Each record adds at most one entry to the list of a user, so at most one is too many. */
const TRIM_SHARES = `
  DELETE FROM whereabouts_shares AS old USING unnest($2::text[]) AS given (person)
  WHERE old.person = given.person AND old.room = (
    SELECT room FROM whereabouts_shares AS shared
    WHERE shared.person = given.person AND shared.owner = $1
    ORDER BY number DESC LIMIT 1 OFFSET ${MOST_OF_OWNER})`

/** Notes whom a record names. Call it in the transaction that stores the record. */
export async function noteShares(
  client: PoolClient,
  roomName: string,
  revision: number,
  { owner = null, users = [] }: { readonly owner?: string | null } & Pick<RoomRecord, 'users'>,
): Promise<void> {
  await client.query(FORGET_SHARES, [roomName, users])
  if (users.length === 0) return
  await client.query(SHARE, [roomName, users, owner, revision])
  await client.query(TRIM_SHARES, [owner, users])
}

const LABEL = `
  UPDATE whereabouts_documents SET title = $2, folded = $3, kind = coalesce($4, kind)
  WHERE room = $1 AND incarnation = coalesce($5, incarnation)
    AND (title IS DISTINCT FROM $2 OR kind IS DISTINCT FROM coalesce($4, kind))`

const MARK = `
  INSERT INTO whereabouts_marks AS known (person, room, number, starred, hidden)
  VALUES ($1, $2, nextval('whereabouts_generations'), coalesce($3::integer, 0), coalesce($4::integer, 0))
  ON CONFLICT (person, room) DO UPDATE SET number = excluded.number,
    starred = coalesce($3::integer, known.starred), hidden = coalesce($4::integer, known.hidden)`

const TRIM_MARKS = `
  DELETE FROM whereabouts_marks WHERE person = $1 AND (starred + hidden = 0 OR number <= (
    SELECT number FROM whereabouts_marks WHERE person = $1
    ORDER BY number DESC LIMIT 1 OFFSET ${MOST_MARKS}))`

/** The lists of users in a PostgreSQL database. */
export class PostgresLists implements DocumentLists {
  constructor(private readonly pool: Pool) {}

  async listOf({ list, userId, after, text, limit }: ListPage): Promise<readonly Entry[]> {
    const place = [after?.updatedAtMs ?? null, after?.roomName ?? null]
    const values = [userId, ...place, text === undefined ? null : folded(text), limit]
    const { rows } = await this.pool.query<EntryRow>(listOf(list, DIALECT), values)
    return rows.map(entryFrom)
  }

  async label(roomName: string, { title, kind }: Label, incarnation?: string): Promise<void> {
    await this.pool.query(LABEL, [
      roomName,
      title ?? null,
      title === undefined ? null : folded(title),
      kind ?? null,
      incarnation ?? null,
    ])
  }

  async mark(userId: string, roomName: string, { isStarred, isHidden }: Mark): Promise<void> {
    await transaction(this.pool, async (client) => {
      // A removal waits for the mark, and takes it along.
      const { rowCount } = await client.query(
        'SELECT 1 FROM whereabouts_documents WHERE room = $1 FOR SHARE',
        [roomName],
      )
      if (rowCount === 0) return
      await client.query(MARK, [userId, roomName, flag(isStarred), flag(isHidden)])
      await client.query(TRIM_MARKS, [userId])
    })
  }

  async trashed({ beforeMs, after = '', limit }: TrashPage): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ room: string }>(
      `SELECT room FROM whereabouts_records WHERE trashed < $1 AND room COLLATE "C" > $2
       ORDER BY room COLLATE "C" LIMIT $3`,
      [beforeMs, after, limit],
    )
    return rows.map(({ room }) => room)
  }
}

function flag(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value)
}
