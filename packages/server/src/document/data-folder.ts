import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../log.js'
import type { ResolvedOptions } from '../options.js'
import type { FolderLock } from './folder-lock.js'
import { narrow } from './private-file.js'

const NO_SPACE = /^(?:ENOSPC|EDQUOT|EFBIG|EIO|SQLITE_FULL|SQLITE_IOERR.*)$/
/** Beyond the time for goodbyes, how long a server may take to end. */
const END_MS = 5_000
/** A check that takes longer than that is worth a line in the log. */
const LONG_MS = 1_000

/** The folder for what survives a restart, which is this server's alone. */
export class DataFolder {
  constructor(
    /** `undefined` if nothing survives a restart here. */
    readonly path: string | undefined,
    private readonly lock?: FolderLock,
  ) {}

  /** After all that is in it was closed. */
  release(): void {
    this.lock?.release()
  }
}

/**
 * Takes the data folder, makes what is in it private, and sees that the documents in it are whole.
 *
 * @throws {Error} that says who has it, or what is wrong with it
 * @see PROTOCOL.md OP1, OP3, OP4, OP9
 */
export async function openDataFolder(options: ResolvedOptions, log: Log): Promise<DataFolder> {
  const { dataDir, databaseUrl, store, redisUrl, goodbyeMs } = options
  // Servers that are one have nothing there that they share.
  if (dataDir === undefined || redisUrl !== undefined) return new DataFolder(dataDir)
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const lock = await lockFolder(dataDir, goodbyeMs + END_MS, log)
    try {
      narrow(join(dataDir, 'secret'))
      if (databaseUrl === undefined && store === undefined) await check(dataDir, log)
    } catch (error) {
      lock.release()
      throw error
    }
    return new DataFolder(dataDir, lock)
  } catch (error) {
    throw explained(dataDir, error)
  }
}

/** Loads SQLite only where it is needed, because that takes a while. */
async function lockFolder(dataDir: string, patienceMs: number, log: Log): Promise<FolderLock> {
  const { FolderLock: Lock } = await import('./folder-lock.js')
  return Lock.take(dataDir, patienceMs, (holder) => {
    log.warn(`waiting for the data folder ${dataDir}, which belongs to ${holder}`)
  })
}

async function check(dataDir: string, log: Log): Promise<void> {
  const { checkDocuments } = await import('./sqlite-file.js')
  const sinceMs = performance.now()
  checkDocuments(dataDir)
  const ms = Math.round(performance.now() - sinceMs)
  if (ms > LONG_MS) log.info(`checked the documents in ${ms} ms`)
}

/** An error of the system says what failed; this says what to do. */
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
