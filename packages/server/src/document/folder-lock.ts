import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'libsql'
import { makePrivate } from './private-file.js'

const LOCK_FILE = 'lock.sqlite'
/** How often to check whether the folder is free. */
const LOOK_MS = 100
/** How long to wait for a process that only reads the name of the lock's owner. */
const BUSY_MS = 50

const HOLDER = `
  CREATE TABLE IF NOT EXISTS holder (process INTEGER, host TEXT, since TEXT);
  DELETE FROM holder;
`

/**
 * A lock that reserves a folder for this process as long as the process lives.
 *
 * The lock is a transaction that stays open on a small database of its own. The system releases it
 * when the process ends, however it ends, and meanwhile others can read the name of the owner. The
 * process id in it is for people; in a container it says little.
 *
 * @see PROTOCOL.md OP1, OP2, OP9
 */
export class FolderLock {
  private constructor(private readonly database: Database.Database) {}

  /**
   * @param patienceMs how long to wait for the current owner
   * @param waiting called once with the owner's name before a wait
   * @throws {Error} that names the owner
   */
  static async take(
    folder: string,
    patienceMs: number,
    waiting: (holder: string) => void,
  ): Promise<FolderLock> {
    const file = join(folder, LOCK_FILE)
    makePrivate(file)
    const database = new Database(file)
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
      const untilMs = performance.now() + patienceMs
      for (let isFirst = true; !hold(database); isFirst = false) {
        if (isFirst) waiting(holderOf(database))
        if (performance.now() >= untilMs) throw new Error(taken(folder, holderOf(database)))
        await setTimeout(LOOK_MS)
      }
      return new FolderLock(database)
    } catch (error) {
      database.close()
      throw isCode(error, 'SQLITE_NOTADB', 'SQLITE_CORRUPT') ? new Error(damaged(file)) : error
    }
  }

  release(): void {
    if (!this.database.open) return
    // Closing alone would leave the lock's release to the garbage collector.
    this.database.exec('ROLLBACK')
    this.database.close()
  }
}

interface Holder {
  readonly process: number
  readonly host: string
  readonly since: string
}

/** Takes the lock and records its owner. Returns `false` if another process has it. */
function hold(database: Database.Database): boolean {
  const self = { process: process.pid, host: hostname(), since: new Date().toISOString() }
  try {
    database.exec('BEGIN IMMEDIATE')
    database.exec(HOLDER)
    const insert = database.prepare('INSERT INTO holder VALUES (?, ?, ?)')
    insert.run(self.process, self.host, self.since)
    database.exec('COMMIT')
    // Another process may hold it now, or may have written its name and then failed to take it.
    database.exec('BEGIN IMMEDIATE')
    if (isSame(readHolder(database), self)) return true
    database.exec('ROLLBACK')
    return false
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK')
    if (isCode(error, 'SQLITE_BUSY')) return false
    throw error
  }
}

function isSame(a: Holder | undefined, b: Holder): boolean {
  return a?.process === b.process && a.host === b.host && a.since === b.since
}

function readHolder(database: Database.Database): Holder | undefined {
  return database.prepare('SELECT process, host, since FROM holder').get() as Holder | undefined
}

function holderOf(database: Database.Database): string {
  try {
    const holder = readHolder(database)
    if (holder === undefined) return 'another server'
    return `process ${holder.process} on ${holder.host}, since ${holder.since}`
  } catch (error) {
    // The owner hasn't recorded its name yet.
    if (isCode(error, 'SQLITE_BUSY', 'SQLITE_ERROR')) return 'another server'
    throw error
  }
}

/** Returns whether SQLite failed for one of these reasons. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  const { code } = error as { code?: string }
  return code !== undefined && codes.includes(code)
}

function taken(folder: string, holder: string): string {
  return `the data folder ${folder} belongs to ${holder}. Stop that server first, or use another folder.`
}

function damaged(file: string): string {
  return `${file} is damaged. Delete it if no other server uses this folder.`
}
