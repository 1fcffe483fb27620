import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { isCode } from './folder-lock.js'
import { makePrivate, narrow } from './private-file.js'
import { checkSchema } from './schema.js'
import { DOCUMENTS_FILE } from './sqlite-names.js'
import { layOut, readVersion, upgrade } from './sqlite-schema.js'

/** The files that SQLite creates beside a database. */
const COMPANIONS = ['-wal', '-shm', '-journal']

/**
 * Checks that the documents of a data folder are intact, and creates the file if there is none. Call
 * it once, before this process opens the file.
 *
 * @throws {Error} that names the file and says what to do
 * @see PROTOCOL.md OP3, OP4, DO11
 */
export function checkDocuments(dataDir: string): void {
  const file = join(dataDir, DOCUMENTS_FILE)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return make(file)
  if (!stats.isFile()) throw new Error(`${file} is not a file. Move it elsewhere.`)
  for (const each of ['', ...COMPANIONS]) narrow(file + each)
  checkFile(file)
}

/**
 * Checks that a file has intact documents.
 *
 * @throws {Error} that names the file and says what is wrong
 */
export function checkFile(file: string): void {
  checkHeader(file)
  checkWhole(file)
}

/** Creates the file under another name and renames it, so that an unfinished file never has its name. */
function make(file: string): void {
  if (existsSync(`${file}-wal`)) throw damaged(file, `${file}-wal is there, and the file is not`)
  const draft = `${file}.new`
  for (const each of ['', ...COMPANIONS]) rmSync(draft + each, { force: true })
  makePrivate(draft)
  const database = new Database(draft)
  layOut(database)
  database.exec('BEGIN')
  upgrade(database)
  database.exec('COMMIT')
  database.close()
  renameSync(draft, file)
  flushFolder(dirname(file))
}

/** Flushes a folder to disk, so that new file names survive a power cut. */
export function flushFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** How long a write waits for another process, or for a backup that is being taken. */
export const BUSY_MS = 2_000

const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100
const VERSION_OFFSET = 60

/**
 * Checks the file's header without opening it as a database, which could change the file.
 *
 * @see https://www.sqlite.org/fileformat.html#the_database_header
 */
function checkHeader(file: string): void {
  const header = Buffer.alloc(HEADER_BYTES)
  const descriptor = openSync(file, 'r')
  const bytes = readSync(descriptor, header)
  closeSync(descriptor)
  if (bytes < HEADER_BYTES) throw damaged(file, `it has ${bytes} bytes`)
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw damaged(file, 'it is not an SQLite database')
  }
  checkSchema(header.readUInt32BE(VERSION_OFFSET), file)
}

function checkWhole(file: string): void {
  const database = new Database(file)
  try {
    // A thread of the previous server may still be closing the database.
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    const version = readVersion(database)
    checkSchema(version, file)
    const [first] = database.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[]
    if (first?.quick_check !== 'ok') throw damaged(file, String(first?.quick_check))
    if (version === 0) throw damaged(file, 'it is the database of another program')
  } catch (error) {
    const isDamage = isCode(error, 'SQLITE_CORRUPT', 'SQLITE_NOTADB')
    throw isDamage ? damaged(file, (error as Error).message) : error
  } finally {
    database.close()
  }
}

/** A file that has no whole documents in it. */
export class DamagedFile extends Error {
  constructor(
    file: string,
    readonly what: string,
  ) {
    super(
      `${file} is damaged: ${what}. It was not changed. Restore it from a backup, or move it elsewhere to start without documents.`,
    )
  }
}

function damaged(file: string, what: string): DamagedFile {
  return new DamagedFile(file, what.replaceAll('\n', ' '))
}
