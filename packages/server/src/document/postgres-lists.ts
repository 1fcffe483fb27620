import type { Pool, PoolClient } from 'pg'
import {
  type DocumentLists,
  type Entry,
  type Label,
  type ListPage,
  type Mark,
  MOST_OF_OWNER,
  NOBODY,
  type TrashPage,
} from './lists.js'
import {
  entryFrom,
  type EntryRow,
  listOf,
  POSTGRES_DIALECT as DIALECT,
  removeUnsaid,
  trimMarks,
} from './list-rows.js'
import type { RecordRow } from './catalog-rows.js'
import { saidIn } from './noted-record.js'
import { PostgresFolders } from './postgres-folders.js'
import { transaction } from './postgres-transaction.js'
import type { RoomRecord } from './store.js'

const FORGET_SHARES = `
  DELETE FROM whereabouts_shares AS share WHERE room = ANY ($1::text[]) AND NOT EXISTS (
    SELECT 1 FROM unnest($2::text[], $3::text[]) AS given (person, room)
    WHERE given.person = share.person AND given.room = share.room)`

const SHARE = `
  INSERT INTO whereabouts_shares (person, room, owner, number)
  SELECT person, room, owner, number
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS given (person, room, owner, number)
  ON CONFLICT (person, room) DO UPDATE SET owner = excluded.owner`

/**
 * A bound rather than one entry, so that more than that go as well. These are the only rows of other rooms that
 * a transaction locks: two that share with the same users would lock them in different orders, and wait for each
 * other. So they are locked in one order, and those that another one holds are left to the next. The owner is in
 * the order of a bound so that it is looked up in the index of owners, and not in that of all that a user has.
 */
const TRIM_SHARES = `
  WITH bounds AS MATERIALIZED (
    SELECT person, owner, (SELECT number FROM whereabouts_shares AS share
      WHERE share.person = given.person AND share.owner = given.owner
      ORDER BY share.owner DESC, number DESC LIMIT 1 OFFSET ${MOST_OF_OWNER}) AS number
    FROM (SELECT DISTINCT person, owner
      FROM unnest($1::text[], $2::text[]) AS each (person, owner)) AS given),
  surplus AS MATERIALIZED (
    SELECT share.person, share.room FROM bounds JOIN whereabouts_shares AS share
      ON share.person = bounds.person AND share.owner = bounds.owner AND share.number <= bounds.number
    ORDER BY share.person, share.room FOR UPDATE OF share SKIP LOCKED)
  DELETE FROM whereabouts_shares AS share USING surplus
  WHERE share.person = surplus.person AND share.room = surplus.room`

/** What lists know of a record. */
interface Noted extends Pick<RoomRecord, 'owner' | 'users' | 'trashedAtMs'> {
  readonly roomName: string
  readonly revision: number
}

/** Notes whom records name. Call it in the transaction that stores them, or holds their rows. */
export async function noteShares(client: PoolClient, records: readonly Noted[]): Promise<void> {
  const shares = records.flatMap(({ roomName, revision, owner = NOBODY, users = [] }) =>
    users.map((person) => ({ person, roomName, owner, revision })),
  )
  const persons = shares.map(({ person }) => person)
  const owners = shares.map(({ owner }) => owner)
  const rooms = shares.map(({ roomName }) => roomName)
  const numbers = shares.map(({ revision }) => revision)
  const all = records.map(({ roomName }) => roomName)
  await client.query(FORGET_SHARES, [all, persons, rooms])
  if (shares.length === 0) return
  await client.query(SHARE, [persons, rooms, owners, numbers])
  await client.query(TRIM_SHARES, [persons, owners])
}

/**
 * How many records are noted in one transaction: few enough for the time limit of a statement, though each names
 * as many users as it may.
 */
const NOTED_AT_A_TIME = 250

/** Whether what lists know is of another revision: of an earlier version of the tables, or by a node of one. */
const IS_LEFT = 'noted IS DISTINCT FROM revision'

const ANY_LEFT = `SELECT EXISTS (SELECT 1 FROM whereabouts_records WHERE ${IS_LEFT}) AS any`

const LEFT = `
  SELECT room, revision, json, owner FROM whereabouts_records WHERE ${IS_LEFT} AND room > $1
  ORDER BY room LIMIT ${NOTED_AT_A_TIME} FOR UPDATE`

const NOTE_LEFT = `
  UPDATE whereabouts_records AS record
  SET noted = record.revision, trashed = given.trashed, named = given.named
  FROM unnest($1::text[], $2::bigint[], $3::integer[]) AS given (room, trashed, named)
  WHERE record.room = given.room`

/** Notes what records say that weren't noted when they were stored. A record is what is true. */
export async function noteLeft(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ any: boolean }>(ANY_LEFT)
  let after: string | undefined = rows[0]?.any === true ? '' : undefined
  while (after !== undefined) {
    const from: string = after
    after = await transaction(pool, (client) => noteSome(client, from))
  }
}

/** Notes the next ones. @returns the name of the last; `undefined` if there are no more */
async function noteSome(client: PoolClient, after: string): Promise<string | undefined> {
  const { rows } = await client.query<RecordRow & { readonly room: string }>(LEFT, [after])
  const records = rows.map(({ room, revision, json, owner }) => ({
    roomName: room,
    revision: Number(revision),
    ...(owner !== null && { owner }),
    ...saidIn(json),
  }))
  await noteShares(client, records)
  await client.query(NOTE_LEFT, [
    records.map(({ roomName }) => roomName),
    records.map(({ trashedAtMs }) => trashedAtMs ?? null),
    records.map(({ users }) => users.length),
  ])
  return rows.length < NOTED_AT_A_TIME ? undefined : rows.at(-1)?.room
}

const LABEL = `
  UPDATE whereabouts_documents SET title = $2, kind = coalesce(kind, $3)
  WHERE room = $1 AND incarnation = coalesce($4, incarnation)
    AND (title IS DISTINCT FROM $2 OR kind IS DISTINCT FROM coalesce(kind, $3))`

const MARK = `
  INSERT INTO whereabouts_marks AS known (person, room, number, starred, hidden)
  VALUES ($1, $2, nextval('whereabouts_generations'), coalesce($3::integer, 0), coalesce($4::integer, 0))
  ON CONFLICT (person, room) DO UPDATE SET number = excluded.number,
    starred = coalesce($3::integer, known.starred), hidden = coalesce($4::integer, known.hidden)`

/** The lists of users in a PostgreSQL database. */
export class PostgresLists extends PostgresFolders implements DocumentLists {
  async listOf({ list, userId, folder, after, limit }: ListPage): Promise<readonly Entry[]> {
    await noteLeft(this.pool)
    const place = [after?.updatedAtMs ?? null, after?.roomName ?? null]
    const values = [userId, ...place, limit, ...(list === 'folder' ? [folder] : [])]
    const { rows } = await this.pool.query<EntryRow>(listOf(list, DIALECT), values)
    return rows.map(entryFrom)
  }

  async label(roomName: string, { title, kind }: Label, incarnation?: string): Promise<void> {
    const values = [roomName, title ?? null, kind ?? null, incarnation ?? null]
    await this.pool.query(LABEL, values)
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
      await client.query(removeUnsaid(DIALECT), [userId, roomName])
      await client.query(trimMarks(DIALECT), [userId])
    })
  }

  async trashed({ beforeMs, after = '', limit }: TrashPage): Promise<readonly string[]> {
    await noteLeft(this.pool)
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
