import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Database from 'libsql'
import { BUSY_MS, DOCUMENTS_FILE, readVersion, SCHEMA } from './sqlite-file.js'
import { checkSchema, partsOf } from './schema.js'
import type { Compaction, DocumentStore, RoomUpdate, StoredDocument } from './store.js'

/** Where documents are: in a file of the data folder, or in memory under a name of the process's own. */
export type SqlitePlace = { readonly dataDir: string } | { readonly memory: string }

/**
 * Opens the store in a file that {@link checkDocuments} has checked, or in memory, which lasts until the
 * last store of that name is closed.
 *
 * @throws {Error} if the file is of a newer version, or can't be used
 */
export function openStore(place: SqlitePlace): DocumentStore {
  if ('memory' in place) return new SqliteStore(prepare(new Database(place.memory)))
  const { dataDir } = place
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

class SqliteStore implements DocumentStore {
  readonly #database: Database.Database
  readonly #statements = new Map<string, Database.Statement>()

  constructor(database: Database.Database) {
    this.#database = database
  }

  async load(roomName: string): Promise<StoredDocument> {
    // One transaction, so that a compaction by another process is seen whole or not at all.
    return this.#transaction('DEFERRED', () => {
      const document = this.#run('SELECT generation FROM documents WHERE room = ?').get(
        roomName,
      ) as { generation: number } | undefined
      const generation = document?.generation ?? 0
      const parts = this.#run('SELECT bytes FROM snapshots WHERE generation = ? ORDER BY part').all(
        generation,
      ) as { bytes: ArrayBuffer }[]
      const updates = this.#run(
        'SELECT number, bytes FROM updates WHERE room = ? ORDER BY number',
      ).all(roomName) as { number: number; bytes: ArrayBuffer }[]
      return {
        generation,
        snapshot: Buffer.concat(parts.map(({ bytes }) => new Uint8Array(bytes))),
        updates: updates.map(({ number, bytes }) => ({ number, bytes: new Uint8Array(bytes) })),
      }
    })
  }

  async append(updates: readonly RoomUpdate[]): Promise<readonly number[]> {
    return this.#transaction('IMMEDIATE', () => {
      const insert = this.#run('INSERT INTO updates (room, bytes) VALUES (?, ?)')
      return updates.map(({ roomName, bytes }) =>
        Number(insert.run(roomName, asBuffer(bytes)).lastInsertRowid),
      )
    })
  }

  async compact({ roomName, base, snapshot, numbers }: Compaction): Promise<number | undefined> {
    const generation = this.#transaction('IMMEDIATE', () => this.#begin(roomName))
    const parts = partsOf(snapshot)
    for (const [part, bytes] of parts.entries()) {
      this.#transaction('IMMEDIATE', () => this.#insertPart(generation, part, roomName, bytes))
      await setImmediate()
    }
    return this.#transaction('IMMEDIATE', () => {
      if (this.#countParts(generation) !== parts.length) return undefined
      if (!this.#replace(roomName, base, generation)) return undefined
      const remove = this.#run('DELETE FROM updates WHERE number = ? AND room = ?')
      for (const number of numbers) remove.run(number, roomName)
      this.#run('DELETE FROM snapshots WHERE generation = ?').run(base)
      return generation
    })
  }

  async check(): Promise<void> {
    this.#transaction('IMMEDIATE', () => this.#run('UPDATE generations SET last = last').run())
  }

  async close(): Promise<void> {
    this.#database.close()
  }

  /** A new generation; what a compaction that was cut off has left of the room is removed. */
  #begin(roomName: string): number {
    this.#run(
      'DELETE FROM snapshots WHERE room = ? AND generation NOT IN (SELECT generation FROM documents WHERE room = ?)',
    ).run(roomName, roomName)
    const { last } = this.#run('UPDATE generations SET last = last + 1 RETURNING last').get() as {
      last: number
    }
    return last
  }

  #insertPart(generation: number, part: number, roomName: string, bytes: Uint8Array): void {
    const insert = 'INSERT INTO snapshots (generation, part, room, bytes) VALUES (?, ?, ?, ?)'
    this.#run(insert).run(generation, part, roomName, asBuffer(bytes))
  }

  /** Another process that compacts the same document may have taken the parts for left behind. */
  #countParts(generation: number): number {
    const count = this.#run('SELECT count(*) AS parts FROM snapshots WHERE generation = ?')
    return (count.get(generation) as { parts: number }).parts
  }

  /** Whether the room's snapshot was still the one that this one is made from. */
  #replace(roomName: string, base: number, generation: number): boolean {
    const statement =
      base === 0
        ? this.#run('INSERT INTO documents (generation, room) VALUES (?, ?) ON CONFLICT DO NOTHING')
        : this.#run('UPDATE documents SET generation = ? WHERE room = ? AND generation = ?')
    const values = base === 0 ? [generation, roomName] : [generation, roomName, base]
    return statement.run(...values).changes === 1
  }

  /**
   * Every write is in one, begun on its own: a statement that meets another process's lock stays in
   * progress, and then no later transaction can be committed.
   */
  #transaction<T>(mode: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
    this.#database.exec(`BEGIN ${mode}`)
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      // Some errors, a full disk for one, have rolled back already.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #run(sql: string): Database.Statement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

function prepare(database: Database.Database): Database.Database {
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  database.exec('PRAGMA journal_mode = WAL')
  // With WAL, this is what makes a commit survive a power cut.
  database.exec('PRAGMA synchronous = FULL')
  database.exec('BEGIN IMMEDIATE')
  if (readVersion(database) === 0) database.exec(SCHEMA)
  database.exec('COMMIT')
  return database
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
