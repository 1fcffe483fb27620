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
  removeUnsaid,
  SQLITE_DIALECT as DIALECT,
  trimMarks,
} from './list-rows.js'
import { nextNumber } from './sqlite-numbers.js'
import type { SqliteConnection } from './sqlite-connection.js'
import { SqliteFolders } from './sqlite-folders.js'
import type { RoomRecord } from './store.js'

const FORGET_SHARES = `
  DELETE FROM shares WHERE room = ?1 AND person NOT IN (SELECT value FROM json_each(?2))`

const SHARE = `
  INSERT INTO shares (person, room, owner, number)
  SELECT value, ?1, ?3, ?4 FROM json_each(?2) WHERE true
  ON CONFLICT (person, room) DO UPDATE SET owner = excluded.owner`

/** A bound rather than one entry, so that more than that go as well. */
const TRIM_SHARES = `
  WITH bounds AS MATERIALIZED (
    SELECT value AS person, (SELECT number FROM shares
      WHERE person = value AND owner = ?1
      ORDER BY number DESC LIMIT 1 OFFSET ${MOST_OF_OWNER}) AS number
    FROM json_each(?2))
  DELETE FROM shares WHERE (person, room) IN (
    SELECT shares.person, room FROM bounds JOIN shares
      ON shares.person = bounds.person AND owner = ?1 AND shares.number <= bounds.number)`

/** Notes whom a record names. Call it in the transaction that stores the record. */
export function noteShares(
  connection: SqliteConnection,
  roomName: string,
  revision: number,
  { owner = NOBODY, users = [] }: Pick<RoomRecord, 'owner' | 'users'>,
): void {
  const named = JSON.stringify(users)
  connection.run(FORGET_SHARES).run(roomName, named)
  if (users.length === 0) return
  connection.run(SHARE).run(roomName, named, owner, revision)
  connection.run(TRIM_SHARES).run(owner, named)
}

/** The lists of users in an SQLite database. */
export class SqliteLists extends SqliteFolders implements DocumentLists {
  async listOf({ list, userId, folder, after, limit }: ListPage): Promise<readonly Entry[]> {
    const found = this.connection.run(listOf(list, DIALECT))
    const place = [after?.updatedAtMs ?? null, after?.roomName ?? null]
    const rows = found.all(userId, ...place, limit, ...(list === 'folder' ? [folder] : []))
    return (rows as EntryRow[]).map(entryFrom)
  }

  async label(roomName: string, { title, kind }: Label, incarnation?: string): Promise<void> {
    this.connection.transaction('IMMEDIATE', () =>
      this.connection
        .run(
          `UPDATE documents SET title = ?2, kind = coalesce(kind, ?3)
           WHERE room = ?1 AND incarnation = coalesce(?4, incarnation)
             AND (title IS NOT ?2 OR kind IS NOT coalesce(kind, ?3))`,
        )
        .run(roomName, title ?? null, kind ?? null, incarnation ?? null),
    )
  }

  async mark(userId: string, roomName: string, { isStarred, isHidden }: Mark): Promise<void> {
    this.connection.transaction('IMMEDIATE', () => {
      const number = nextNumber(this.connection)
      this.connection
        .run(
          `INSERT INTO marks (person, room, number, starred, hidden)
           SELECT ?1, ?2, ?3, coalesce(?4, 0), coalesce(?5, 0)
           WHERE EXISTS (SELECT 1 FROM documents WHERE room = ?2)
           ON CONFLICT (person, room) DO UPDATE SET number = excluded.number,
             starred = coalesce(?4, starred), hidden = coalesce(?5, hidden)`,
        )
        .run(userId, roomName, number, flag(isStarred), flag(isHidden))
      this.connection.run(removeUnsaid(DIALECT)).run(userId, roomName)
      this.connection.run(trimMarks(DIALECT)).run(userId)
    })
  }

  async trashed({ beforeMs, after = '', limit }: TrashPage): Promise<readonly string[]> {
    const found = this.connection.run(
      'SELECT room FROM records WHERE trashed < ? AND room > ? ORDER BY room LIMIT ?',
    )
    return (found.all(beforeMs, after, limit) as { room: string }[]).map(({ room }) => room)
  }
}

function flag(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value)
}
