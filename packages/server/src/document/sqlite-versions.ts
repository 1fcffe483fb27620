import { setImmediate } from 'node:timers/promises'
import type { Author } from '@whereabouts/protocol'
import { partsOf } from './schema.js'
import type { SqliteConnection } from './sqlite-connection.js'
import { nextNumber } from './sqlite-numbers.js'
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

/** The parts of a snapshot or a version. */
export class SqliteParts {
  constructor(private readonly database: SqliteConnection) {}

  /** Writes parts, each in a transaction of its own. @returns whether all of them are there at the end */
  async write(generation: number, roomName: string, bytes: Uint8Array): Promise<() => boolean> {
    const parts = partsOf(bytes)
    const insert = 'INSERT INTO snapshots (generation, part, room, bytes) VALUES (?, ?, ?, ?)'
    for (const [part, each] of parts.entries()) {
      const { buffer, byteOffset, byteLength } = each
      const own = Buffer.from(buffer, byteOffset, byteLength)
      this.database.transaction('IMMEDIATE', () =>
        this.database.run(insert).run(generation, part, roomName, own),
      )
      await setImmediate()
    }
    // Another process's compaction may remove them as leftovers.
    return () => this.#count(generation) === parts.length
  }

  read(generation: number): Uint8Array[] {
    const parts = this.database.run(
      'SELECT bytes FROM snapshots WHERE generation = ? ORDER BY part',
    )
    return (parts.all(generation) as { bytes: ArrayBuffer }[]).map(
      ({ bytes }) => new Uint8Array(bytes),
    )
  }

  delete(generation: number): void {
    this.database.run('DELETE FROM snapshots WHERE generation = ?').run(generation)
  }

  #count(generation: number): number {
    const count = this.database.run('SELECT count(*) AS parts FROM snapshots WHERE generation = ?')
    return (count.get(generation) as { parts: number }).parts
  }
}

/** The versions of documents in an SQLite database. A version is a snapshot that stays. */
export class SqliteVersions implements VersionStore {
  readonly #parts: SqliteParts

  constructor(private readonly database: SqliteConnection) {
    this.#parts = new SqliteParts(database)
  }

  async wrote(roomName: string, author: Author): Promise<void> {
    this.database.transaction('IMMEDIATE', () => {
      this.database
        .run(
          `INSERT INTO writers (room, author, number)
           SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM documents WHERE room = ?1)
           ON CONFLICT (room, author) DO UPDATE SET number = excluded.number`,
        )
        .run(roomName, authorText(author), nextNumber(this.database))
    })
  }

  async writers(roomName: string): Promise<readonly Writer[]> {
    const found = this.database.run(
      'SELECT author, number FROM writers WHERE room = ? ORDER BY number',
    )
    return (found.all(roomName) as WriterRow[]).map(writerFrom)
  }

  async add(version: NewVersion): Promise<number | undefined> {
    const { roomName, content } = version
    const id = this.database.transaction('IMMEDIATE', () => nextNumber(this.database))
    const areThere = await this.#parts.write(id, roomName, content)
    return this.database.transaction('IMMEDIATE', () => {
      if (!areThere()) throw new Error('parts of a version were removed')
      if (!this.#isCurrent(version)) {
        this.#parts.delete(id)
        return undefined
      }
      this.#insert(id, version)
      for (const removed of version.removed) this.#remove(roomName, removed)
      const told = 'DELETE FROM writers WHERE room = ? AND author = ? AND number = ?'
      for (const { author, number } of version.writers) {
        this.database.run(told).run(roomName, authorText(author), number)
      }
      this.#weigh(roomName)
      return id
    })
  }

  async list(
    roomName: string,
    { before = Number.MAX_SAFE_INTEGER, limit }: VersionPage,
  ): Promise<readonly StoredVersion[]> {
    const listed = this.database.run(
      `SELECT id, at, bytes, hash, name, authors FROM versions WHERE room = ? AND id < ?
       ORDER BY id DESC LIMIT ?`,
    )
    return (listed.all(roomName, before, limit) as VersionRow[]).map(versionFrom)
  }

  async read(roomName: string, id: number): Promise<Uint8Array | undefined> {
    return this.database.transaction('DEFERRED', () => {
      const found = this.database.run('SELECT 1 FROM versions WHERE room = ? AND id = ?')
      if (found.get(roomName, id) === undefined) return undefined
      return Buffer.concat(this.#parts.read(id))
    })
  }

  async rename(roomName: string, id: number, name: string | undefined): Promise<boolean> {
    return this.database.transaction('IMMEDIATE', () => {
      const rename = this.database.run('UPDATE versions SET name = ? WHERE room = ? AND id = ?')
      return rename.run(name ?? null, roomName, id).changes === 1
    })
  }

  async remove(roomName: string, id: number): Promise<boolean> {
    return this.database.transaction('IMMEDIATE', () => {
      if (!this.#remove(roomName, id)) return false
      this.#weigh(roomName)
      return true
    })
  }

  #isCurrent({ roomName, incarnation, after }: NewVersion): boolean {
    const found = this.database.run(
      `SELECT (SELECT coalesce(max(id), 0) FROM versions WHERE room = ?1) AS last
       FROM documents WHERE room = ?1 AND incarnation = ?2`,
    )
    const row = found.get(roomName, incarnation) as { last: number } | undefined
    return row?.last === after
  }

  #insert(id: number, { roomName, atMs, content, hash, name, authors }: NewVersion): void {
    this.database
      .run(
        'INSERT INTO versions (id, room, at, bytes, hash, name, authors) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        id,
        roomName,
        atMs,
        content.byteLength + VERSION_ROW_BYTES,
        hash,
        name ?? null,
        JSON.stringify(authors),
      )
  }

  #remove(roomName: string, id: number): boolean {
    const remove = this.database.run('DELETE FROM versions WHERE room = ? AND id = ?')
    if (remove.run(roomName, id).changes === 0) return false
    this.#parts.delete(id)
    return true
  }

  #weigh(roomName: string): void {
    this.database
      .run(
        `UPDATE documents SET history =
           (SELECT coalesce(sum(bytes), 0) FROM versions WHERE room = ?1) WHERE room = ?1`,
      )
      .run(roomName)
  }
}
