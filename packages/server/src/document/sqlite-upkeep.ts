import { BUSY_MS } from './sqlite-file.js'
import type { SqliteConnection } from './sqlite-connection.js'

/** How long nothing is written before the log is emptied. */
const QUIET_MS = 3_000
/** How long it is written to at most before that is tried all the same. */
const LONGEST_MS = 20_000
/** How long to wait after readers have kept the log from being emptied. */
const AGAIN_MS = 1_000

/**
 * Moves what is in SQLite's write-ahead log into the database, and empties the log: a while after the last
 * write, and now and then while writes go on. SQLite by itself never makes it smaller.
 *
 * Readers in other processes can prevent that for a moment. An attempt then has still moved what it
 * could, so readers that come later don't need the log, and a later attempt succeeds.
 *
 * @see PROTOCOL.md DO56
 */
export class SqliteUpkeep {
  #timer: ReturnType<typeof setTimeout> | undefined
  #firstWriteMs = 0
  #lastWriteMs = 0

  constructor(private readonly connection: SqliteConnection) {}

  /** Something was written to the log. */
  wrote(): void {
    this.#lastWriteMs = performance.now()
    if (this.#timer !== undefined) return
    this.#firstWriteMs = this.#lastWriteMs
    this.#schedule(QUIET_MS)
  }

  /** Empties the log now. Returns `false` if a reader prevents it. */
  emptyLog(): boolean {
    // Waiting for a lock here would block all documents.
    this.connection.exec('PRAGMA busy_timeout = 0')
    try {
      const checkpoint = this.connection.run('PRAGMA wal_checkpoint(TRUNCATE)')
      const { busy } = checkpoint.get() as { busy: number }
      return busy === 0
    } finally {
      this.connection.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms)
    this.#timer.unref()
  }

  #look(): void {
    const nowMs = performance.now()
    const quietMs = nowMs - this.#lastWriteMs
    if (quietMs < QUIET_MS && nowMs - this.#firstWriteMs < LONGEST_MS) {
      return this.#schedule(QUIET_MS - quietMs)
    }
    if (this.#isEmptied()) this.#timer = undefined
    else this.#schedule(AGAIN_MS)
  }

  #isEmptied(): boolean {
    try {
      return this.emptyLog()
    } catch {
      // A failing disk is reported by the next write.
      return false
    }
  }
}
