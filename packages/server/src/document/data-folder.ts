import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { withPackage } from '../installed.js'
import type { Log } from '../log.js'
import { hasRedis, type ResolvedOptions } from '../options.js'
import type { FolderLock } from './folder-lock.js'
import { narrow } from './private-file.js'

const NO_SPACE = /^(?:ENOSPC|EDQUOT|EFBIG|EIO|SQLITE_FULL|SQLITE_IOERR.*)$/
/** How long a server may take to stop, in addition to the time for goodbyes. */
const END_MS = 5_000
/** A check that takes longer is logged. */
const LONG_MS = 1_000

/** The folder for data that survives a restart. Only this server uses it. */
export class DataFolder {
  constructor(
    /** `undefined` if this server keeps nothing across restarts. */
    readonly path: string | undefined,
    private readonly lock?: FolderLock,
  ) {}

  /** Releases the folder. Call it after everything in it was closed. */
  release(): void {
    this.lock?.release()
  }
}

/**
 * Locks the data folder, makes its files private, and checks that its documents are intact.
 *
 * @throws {Error} that names the process that uses the folder, or says what is wrong with it
 * @see PROTOCOL.md OP1, OP3, OP4, OP9
 */
export async function openDataFolder(options: ResolvedOptions, log: Log): Promise<DataFolder> {
  const { dataDir, databaseUrl, pgPool, store, goodbyeMs } = options
  // Nodes that share Redis share nothing in the folder, so they don't lock it.
  if (dataDir === undefined || hasRedis(options)) return new DataFolder(dataDir)
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const lock = await lockFolder(dataDir, goodbyeMs + END_MS, log)
    try {
      narrow(join(dataDir, 'secret'))
      if ((databaseUrl ?? pgPool ?? store) === undefined) await check(dataDir, log)
    } catch (error) {
      lock.release()
      throw error
    }
    return new DataFolder(dataDir, lock)
  } catch (error) {
    throw explained(dataDir, error)
  }
}

/** Loads SQLite on demand, because loading takes a while. */
async function lockFolder(dataDir: string, patienceMs: number, log: Log): Promise<FolderLock> {
  const { FolderLock: Lock } = await withPackage('libsql', import('./folder-lock.js'))
  return Lock.take(dataDir, patienceMs, (holder) => {
    log.warn(`waiting for the data folder ${dataDir}, which belongs to ${holder}`)
  })
}

async function check(dataDir: string, log: Log): Promise<void> {
  const { checkDocuments } = await withPackage('libsql', import('./sqlite-file.js'))
  const sinceMs = performance.now()
  checkDocuments(dataDir)
  const ms = Math.round(performance.now() - sinceMs)
  if (ms > LONG_MS) log.info(`checked the documents in ${ms} ms`)
}

/** Returns an error that says what to do, since a system error only says what failed. */
function explained(dataDir: string, error: unknown): unknown {
  const { message, code } = error as NodeJS.ErrnoException
  if (code === undefined && !message.startsWith('ConnectionFailed')) return error
  return new Error(`the data folder ${dataDir} can't be used: ${message}. ${adviceFor(error)}`, {
    cause: error,
  })
}

function adviceFor(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException
  if (NO_SPACE.test(code)) return 'The disk is full or has failed. Free some space, or replace it.'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'Use a folder, not a file.'
  return "Let the server's user write to the folder and to everything in it."
}
