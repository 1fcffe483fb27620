import { documentOfComments } from '@whereabouts/protocol'
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
import { areComments, documentId } from './schema.js'
import type { SqliteConnection } from './sqlite-connection.js'
import { noteShares } from './sqlite-lists.js'
import { nextNumber } from './sqlite-numbers.js'
import {
  type Catalog,
  type DocumentInfo,
  FIRST_INCARNATION,
  type Page,
  type RoomRecord,
  type StoredRecord,
  type Totals,
} from './store.js'

const INFO = 'SELECT room, bytes, history, created, updated, used FROM documents'

const LIST = `${INFO} WHERE room > ? AND NOT ${areComments('room')} ORDER BY room LIMIT ?`

/** The documents in an SQLite database. */
export class SqliteCatalog implements Catalog {
  constructor(private readonly connection: SqliteConnection) {}

  async list({ after = '', limit }: Page): Promise<readonly DocumentInfo[]> {
    return (this.connection.run(LIST).all(after, limit) as InfoRow[]).map(infoOf)
  }

  async about(roomName: string): Promise<DocumentInfo | undefined> {
    const row = this.connection.run(`${INFO} WHERE room = ?`).get(roomName) as InfoRow | undefined
    return row && infoOf(row)
  }

  async totals(owner?: string): Promise<Totals> {
    const row =
      owner === undefined
        ? this.connection.run(totalsOfAll('')).get()
        : this.connection.run(totalsOfOwner('', '?')).get(owner)
    return totalsFrom(row as TotalsRow)
  }

  async getRecord(roomName: string): Promise<StoredRecord | undefined> {
    const row = this.#recordOf(roomName)
    return row && recordFrom(row)
  }

  async putRecord(
    roomName: string,
    record: RoomRecord,
    expectedRevision: number,
  ): Promise<number | undefined> {
    return this.connection.transaction('IMMEDIATE', () => {
      const { revision: current = 0 } = this.#recordOf(roomName) ?? {}
      return current === expectedRevision ? this.putNew(roomName, record) : undefined
    })
  }

  async findByLink(link: string): Promise<string | undefined> {
    const found = this.connection.run('SELECT room FROM records WHERE link = ?').get(link)
    return (found as { room: string } | undefined)?.room
  }

  #recordOf(roomName: string): RecordRow | undefined {
    const found = 'SELECT revision, json, link, owner FROM records WHERE room = ?'
    return this.connection.run(found).get(roomName) as RecordRow | undefined
  }

  protected hasDocument(roomName: string): boolean {
    return this.connection.run('SELECT 1 FROM documents WHERE room = ?').get(roomName) !== undefined
  }

  protected hasContent(roomName: string): boolean {
    const found = 'SELECT 1 FROM documents WHERE room = ? AND bytes > 0'
    return this.connection.run(found).get(roomName) !== undefined
  }

  /** Replaces the record. @returns its new revision */
  protected putNew(roomName: string, record: RoomRecord): number {
    const { json, link, owner, trashedAtMs, users = [] } = record
    const revision = nextNumber(this.connection)
    const put = this.connection.run(
      `INSERT INTO records (room, revision, json, link, owner, trashed, named)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (room) DO UPDATE SET revision = excluded.revision, json = excluded.json,
         link = excluded.link, owner = excluded.owner, trashed = excluded.trashed,
         named = excluded.named`,
    )
    const values = [json, link ?? null, owner ?? null, trashedAtMs ?? null, users.length]
    put.run(roomName, revision, ...values)
    noteShares(this.connection, roomName, revision, record)
    noteDocument(this.connection, roomName, 0)
    return revision
  }
}

/** Where updates are stored. */
export interface UpdatePlace {
  readonly incarnation: string
  readonly begins?: string | undefined
  /** The number of the room's last update; if omitted, any. */
  readonly after?: number | undefined
  /** How many updates are stored there. */
  readonly count: number
}

/**
 * Adds bytes to the size of a document, or of comments, and the count of updates to its last number, in its row,
 * which is created if it doesn't exist.
 *
 * @param place if omitted, nothing but the row is written
 * @returns whether the place is the current one; of comments, also whether there is their document
 */
export function noteDocument(
  connection: SqliteConnection,
  roomName: string,
  bytes: number,
  place: Partial<UpdatePlace> = {},
): boolean {
  const note = documentOfComments(roomName) === undefined ? noteOwn : noteComments
  return note(connection, roomName, bytes, place)
}

function noteOwn(
  connection: SqliteConnection,
  roomName: string,
  bytes: number,
  { incarnation, begins, after, count }: Partial<UpdatePlace>,
): boolean {
  const noted = connection.run(
    `INSERT INTO documents (id, room, incarnation, generation, bytes, last, created, updated, used)
     SELECT ?1, ?2, coalesce(?5, '${FIRST_INCARNATION}'), 0, ?3, ?7, ?4, ?4, ?4
     WHERE (coalesce(?8, ?5, '${FIRST_INCARNATION}') = '${FIRST_INCARNATION}' AND coalesce(?6, 0) = 0)
       OR EXISTS (SELECT 1 FROM documents WHERE id = ?1)
     ON CONFLICT (id) DO UPDATE SET incarnation = coalesce(?5, incarnation),
       created = iif(room IS NULL, excluded.created, created), room = excluded.room,
       bytes = bytes + excluded.bytes, last = last + excluded.last, updated = excluded.updated, used = excluded.used
     WHERE (?5 IS NULL OR incarnation IN (?5, ?8)) AND last = coalesce(?6, last)`,
  )
  const place = [incarnation ?? null, after ?? null, count ?? 0, begins ?? null]
  const values = [documentId(roomName), roomName, bytes, Date.now(), ...place]
  return noted.run(...values).changes === 1
}

/** Comments have the incarnation of their document, and no row without it. */
function noteComments(
  connection: SqliteConnection,
  roomName: string,
  bytes: number,
  { incarnation, after, count }: Partial<UpdatePlace>,
): boolean {
  const noted = connection.run(
    `INSERT INTO documents (id, room, incarnation, generation, bytes, last, created, updated, used)
     SELECT ?1, ?2, incarnation, 0, ?3, ?7, ?4, ?4, ?4 FROM documents
     WHERE room = ?8 AND incarnation = coalesce(?5, incarnation)
       AND (coalesce(?6, 0) = 0 OR EXISTS (SELECT 1 FROM documents WHERE id = ?1))
     ON CONFLICT (id) DO UPDATE SET
       created = iif(room IS NULL, excluded.created, created), room = excluded.room,
       incarnation = excluded.incarnation, bytes = bytes + excluded.bytes, last = last + excluded.last,
       updated = excluded.updated, used = excluded.used
     WHERE last = coalesce(?6, last)`,
  )
  const place = [incarnation ?? null, after ?? null, count ?? 0]
  const values = [documentId(roomName), roomName, bytes, Date.now(), ...place]
  return noted.run(...values, documentOfComments(roomName)).changes === 1
}
