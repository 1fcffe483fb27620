import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { commentsOf, documentOfComments } from '@whereabouts/protocol'
import Database from 'libsql'
import { noteDocument, SqliteCatalog } from './sqlite-catalog.js'
import type { SqliteConnection } from './sqlite-connection.js'
import { SqliteLists } from './sqlite-lists.js'
import { DOCUMENTS_FILE } from './sqlite-names.js'
import { nextNumber } from './sqlite-numbers.js'
import { configured } from './sqlite-open.js'
import { readVersion, upgrade } from './sqlite-schema.js'
import { SqliteUpkeep } from './sqlite-upkeep.js'
import { SqliteParts, SqliteVersions } from './sqlite-versions.js'
import { checkSchema, documentId, OF_DOCUMENT } from './schema.js'
import {
  type Compaction,
  type DocumentStore,
  FIRST_INCARNATION,
  type LogPage,
  type Removal,
  type RoomRecord,
  type RoomUpdate,
  type StoredDocument,
} from './store.js'

/** No room has this name. */
const NO_ROOM = ''
/** The number of attempts to empty the log after a removal, while another connection reads. */
const WIPE_ATTEMPTS = 20
const WIPE_PAUSE_MS = 50

/** The folder of the file with the documents. */
export interface SqlitePlace {
  readonly dataDir: string
}

/**
 * Opens the store in a file that {@link checkDocuments} has checked.
 *
 * @throws {Error} if the file has a newer version, or can't be used
 */
export function openStore({ dataDir }: SqlitePlace): DocumentStore {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, DOCUMENTS_FILE)
  const database = new Database(file)
  try {
    checkSchema(readVersion(database), file)
    return new SqliteStore(prepare(database))
  } catch (error) {
    database.close()
    throw error
  }
}

interface DocumentRow {
  readonly incarnation: string
  readonly generation: number
  readonly last: number
  readonly used: number
}

class SqliteStore extends SqliteCatalog implements DocumentStore {
  /** Whether the write-ahead log may still contain removed data. */
  #isUnwiped = false
  readonly #upkeep: SqliteUpkeep
  readonly #parts: SqliteParts
  readonly versions: SqliteVersions
  readonly lists: SqliteLists

  constructor(private readonly database: SqliteConnection) {
    super(database)
    this.#upkeep = new SqliteUpkeep(database)
    this.#parts = new SqliteParts(database)
    this.versions = new SqliteVersions(database)
    this.lists = new SqliteLists(database)
    database.onCommit(() => this.#upkeep.wrote())
    // A killed server may have left removed data in the log.
    this.#emptyLog()
  }

  async load(roomName: string): Promise<StoredDocument> {
    // Both reads share one transaction, so that a concurrent compaction is seen whole or not at all.
    return this.database.transaction('DEFERRED', () => {
      const { incarnation, generation, last, used } = this.#rowOf(roomName)
      return {
        incarnation,
        usedAtMs: used,
        generation,
        snapshot: Buffer.concat(this.#parts.read(generation)),
        last,
        updates: this.#updatesOf(roomName),
      }
    })
  }

  async incarnation(roomName: string): Promise<string> {
    return this.#rowOf(roomName).incarnation
  }

  async append(updates: readonly RoomUpdate[]): Promise<readonly (number | undefined)[]> {
    return this.database.transaction('IMMEDIATE', () => {
      const numbers = this.#noteAll(updates)
      return updates.map((update) => {
        const number = numbers.get(keyOf(update))
        if (number === undefined) return undefined
        numbers.set(keyOf(update), number + 1)
        return this.#insert(update, number)
      })
    })
  }

  async claim(update: RoomUpdate, record?: RoomRecord): Promise<number | undefined> {
    return this.database.transaction('IMMEDIATE', () => {
      const { roomName, incarnation, begins, bytes } = update
      const isTaken = record === undefined ? this.hasContent(roomName) : this.hasDocument(roomName)
      if (isTaken) return undefined
      const first = { incarnation, begins, count: 1 }
      if (!noteDocument(this.database, roomName, bytes.byteLength, first)) return undefined
      if (record !== undefined) this.putNew(roomName, record)
      return this.#insert(update, this.#rowOf(roomName).last)
    })
  }

  async compact(compaction: Compaction): Promise<number | undefined> {
    const { roomName, snapshot } = compaction
    const generation = this.database.transaction('IMMEDIATE', () => this.#begin(roomName))
    const areThere = await this.#parts.write(generation, roomName, snapshot)
    return this.database.transaction('IMMEDIATE', () => {
      if (!areThere()) return undefined
      return this.#replace(compaction, generation) ? generation : undefined
    })
  }

  async uncompacted({ after = '', limit, leastUpdates }: LogPage): Promise<readonly string[]> {
    const listed = this.database.run(
      `SELECT room FROM updates WHERE room > ? GROUP BY room HAVING count(*) >= ?
       ORDER BY room LIMIT ?`,
    )
    const rows = listed.all(after, leastUpdates, limit) as { room: string }[]
    return rows.map(({ room }) => room)
  }

  async touch(roomName: string): Promise<void> {
    this.database.transaction('IMMEDIATE', () =>
      this.database.run('UPDATE documents SET used = ? WHERE room = ?').run(Date.now(), roomName),
    )
  }

  async remove(removal: Removal): Promise<boolean> {
    const isRemoved = this.database.transaction('IMMEDIATE', () => this.#remove(removal))
    await this.#wipe()
    return isRemoved
  }

  async check(bytes = 0): Promise<void> {
    this.database.transaction('IMMEDIATE', () =>
      this.database.run('UPDATE generations SET last = last').run(),
    )
    if (bytes > 0) this.#tryToStore(bytes)
    if (this.#isUnwiped) this.#emptyLog()
  }

  async close(): Promise<void> {
    this.#upkeep.stop()
    this.database.close()
  }

  /** Commits so many bytes and removes them: what is rolled back may need no space on the disk. */
  #tryToStore(bytes: number): void {
    const remove = () => this.database.run('DELETE FROM updates WHERE room = ?').run(NO_ROOM)
    this.database.transaction('IMMEDIATE', () => {
      // A server may have been killed before it removed them.
      remove()
      const insert = 'INSERT INTO updates (room, number, bytes) VALUES (?, 0, zeroblob(?))'
      this.database.run(insert).run(NO_ROOM, bytes)
    })
    this.database.transaction('IMMEDIATE', remove)
  }

  #rowOf(roomName: string): DocumentRow {
    const found = this.database.run(
      'SELECT incarnation, generation, last, used FROM documents WHERE id = ?',
    )
    const row = found.get(documentId(roomName)) as DocumentRow | undefined
    const known = row ?? { incarnation: FIRST_INCARNATION, generation: 0, last: 0, used: 0 }
    const document = documentOfComments(roomName)
    return document === undefined
      ? known
      : { ...known, incarnation: this.#rowOf(document).incarnation }
  }

  #updatesOf(roomName: string): StoredDocument['updates'] {
    const updates = this.database.run(
      'SELECT number, bytes FROM updates WHERE room = ? ORDER BY number',
    )
    return (updates.all(roomName) as { number: number; bytes: ArrayBuffer }[]).map(
      ({ number, bytes }) => ({ number, bytes: new Uint8Array(bytes) }),
    )
  }

  /** Records the size and the number of each document's updates. Returns the first numbers of those that are stored. */
  #noteAll(updates: readonly RoomUpdate[]): Map<string, number> {
    const groups = new Map<string, RoomUpdate[]>()
    for (const update of updates) {
      const group = groups.get(keyOf(update))
      if (group === undefined) groups.set(keyOf(update), [update])
      else group.push(update)
    }
    const numbers = new Map<string, number>()
    for (const [key, group] of groups) {
      const { roomName, incarnation, begins, after } = group[0]!
      const sum = group.reduce((total, { bytes }) => total + bytes.byteLength, 0)
      const place = { incarnation, begins, after, count: group.length }
      if (!noteDocument(this.database, roomName, sum, place)) continue
      numbers.set(key, this.#rowOf(roomName).last - group.length + 1)
    }
    return numbers
  }

  #insert({ roomName, bytes }: RoomUpdate, number: number): number {
    const insert = this.database.run('INSERT INTO updates (room, number, bytes) VALUES (?, ?, ?)')
    insert.run(roomName, number, asBuffer(bytes))
    return number
  }

  /** Returns a new generation, and removes leftovers of interrupted compactions of the room. */
  #begin(roomName: string): number {
    this.database
      .run(
        `DELETE FROM snapshots WHERE room = ?1
           AND generation NOT IN (SELECT generation FROM documents WHERE room = ?1)
           AND generation NOT IN (SELECT id FROM versions WHERE room = ?1)`,
      )
      .run(roomName)
    return nextNumber(this.database)
  }

  /** Replaces the room's snapshot. Returns `false` if it is no longer the one that the new one is based on. */
  #replace({ roomName, incarnation, base, numbers }: Compaction, generation: number): boolean {
    const replace =
      'UPDATE documents SET generation = ? WHERE room = ? AND incarnation = ? AND generation = ?'
    const { changes } = this.database.run(replace).run(generation, roomName, incarnation, base)
    if (changes !== 1) return false
    const remove = this.database.run('DELETE FROM updates WHERE number = ? AND room = ?')
    for (const number of numbers) remove.run(number, roomName)
    this.#parts.delete(base)
    this.#weigh(roomName, generation)
    return true
  }

  #weigh(roomName: string, generation: number): void {
    this.database
      .run(
        `UPDATE documents SET bytes =
           (SELECT coalesce(sum(length(bytes)), 0) FROM updates WHERE room = ?) +
           (SELECT coalesce(sum(length(bytes)), 0) FROM snapshots WHERE generation = ?)
         WHERE room = ?`,
      )
      .run(roomName, generation, roomName)
  }

  /** Returns whether a document was removed, with the comments on it. */
  #remove({ roomName, incarnation, current, unusedSinceMs, revision }: Removal): boolean {
    const comments = commentsOf(roomName) ?? NO_ROOM
    const clear = this.database.run(
      `UPDATE documents SET room = NULL, incarnation = ?1, generation = 0, bytes = 0,
         history = 0, created = 0, updated = 0, used = 0, title = NULL, kind = NULL
       WHERE room = ?2 AND (?3 IS NULL OR (used < ?3
           AND NOT EXISTS (SELECT 1 FROM documents AS c WHERE c.room = ?5 AND c.used >= ?3)))
         AND (?4 IS NULL OR EXISTS (SELECT 1 FROM records WHERE room = ?2 AND revision = ?4))
         AND incarnation = coalesce(?6, incarnation)`,
    )
    const only = [unusedSinceMs ?? null, revision ?? null, comments, current ?? null]
    const values = [incarnation, roomName, ...only]
    if (clear.run(...values).changes === 0) return false
    for (const table of OF_DOCUMENT) {
      this.database.run(`DELETE FROM ${table} WHERE room IN (?, ?)`).run(roomName, comments)
    }
    this.database.run('DELETE FROM documents WHERE room = ?').run(comments)
    return true
  }

  /** Removes the bytes from the write-ahead log; later, if a backup is being taken. */
  async #wipe(): Promise<void> {
    for (let attempt = 0; attempt < WIPE_ATTEMPTS && !this.#emptyLog(); attempt++) {
      await setTimeout(WIPE_PAUSE_MS)
    }
  }

  #emptyLog(): boolean {
    this.#isUnwiped = !this.#upkeep.emptyLog()
    return !this.#isUnwiped
  }
}

function prepare(database: Database.Database): SqliteConnection {
  const connection = configured(database)
  connection.transaction('IMMEDIATE', () => upgrade(database))
  return connection
}

/** Returns a unique key for a place in a room's incarnation, as room names have no space. */
function keyOf({ roomName, incarnation, after }: RoomUpdate): string {
  return `${roomName} ${incarnation} ${after}`
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
