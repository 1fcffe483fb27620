import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { FolderLock } from './folder-lock.js'
import { makePrivate } from './private-file.js'
import { checkFile, DamagedFile, flushFolder } from './sqlite-file.js'
import { DOCUMENTS_FILE } from './sqlite-names.js'

/** How long a backup waits for a server that is starting or stopping. */
const BUSY_MS = 10_000
/** The endings of a database's files: its own, and those that SQLite creates beside it. */
const COMPANIONS = ['', '-wal', '-shm']

/**
 * Copies all documents of a data folder into a file, even while a server writes to them. Only the
 * server's user can read the copy.
 *
 * @throws {Error} if there are no documents, or the file already exists
 * @see PROTOCOL.md AD12
 */
export function backUp(dataDir: string, file: string): void {
  const documents = join(dataDir, DOCUMENTS_FILE)
  if (!existsSync(documents)) throw new Error(`${documents} is not there. Is this the data folder?`)
  if (existsSync(file)) throw new Error(`${file} is there already. Choose another name.`)
  const draft = `${file}.part`
  rmSync(draft, { force: true })
  makePrivate(draft)
  const database = new Database(documents)
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    database.prepare('VACUUM INTO ?').run(draft)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    database.close()
  }
  flush(draft)
  renameSync(draft, file)
}

/**
 * Replaces the documents of a data folder by a copy. The replaced documents stay beside it.
 *
 * @returns where it is; `undefined` if there was nothing
 * @throws {Error} if a server uses the folder, or the copy is damaged or not there; nothing is changed then
 * @see PROTOCOL.md AD13
 */
export async function restore(dataDir: string, file: string): Promise<string | undefined> {
  if (!existsSync(file)) throw new Error(`there is no file ${file}`)
  const lock = await FolderLock.take(dataDir, 0, () => {})
  try {
    return replace(join(dataDir, DOCUMENTS_FILE), file)
  } finally {
    lock.release()
  }
}

function replace(documents: string, file: string): string | undefined {
  const draft = `${documents}.restored`
  copyFileSync(file, draft)
  chmodSync(draft, 0o600)
  try {
    checkCopy(draft, file)
    flush(draft)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    for (const each of COMPANIONS.slice(1)) rmSync(draft + each, { force: true })
  }
  const before = setAside(documents)
  renameSync(draft, documents)
  flushFolder(join(documents, '..'))
  return before
}

/** Says what is wrong with a copy by the name that its user knows. */
function checkCopy(draft: string, file: string): void {
  try {
    checkFile(draft)
  } catch (error) {
    const { message } = error as Error
    const what =
      error instanceof DamagedFile
        ? `${file} isn't a whole backup: ${error.what}. Nothing was changed.`
        : message.replaceAll(draft, file)
    throw new Error(what, { cause: error })
  }
}

/** With what is in its log, which belongs to it. */
function setAside(documents: string): string | undefined {
  if (!existsSync(documents)) return undefined
  const before = `${documents}.${new Date().toISOString().replaceAll(':', '-')}`
  for (const each of COMPANIONS) {
    if (existsSync(documents + each)) renameSync(documents + each, before + each)
  }
  return before
}

function flush(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
