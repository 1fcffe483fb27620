import { BUSY_MS } from './sqlite-file.js'
import type { SqliteConnection } from './sqlite-connection.js'

/** How long nothing is written before the log is emptied. */
const QUIET_MS = 3_000
/** How long it is written to at most before that is tried all the same. */
const LONGEST_MS = 20_000
/** How long to wait after readers have kept the log from being emptied, or while pages are left to give back. */
const AGAIN_MS = 1_000
/** Giving them back may move as many others, which takes some milliseconds. */
const PAGES_AT_ONCE = 2_000

/**
 * Keeps the files of a database small, a while after the last write, and now and then while writes go on.
 * SQLite by itself does neither:
 *
 * 1. It gives pages that nothing uses any more back to the system, some at a time.
 * 2. It moves what is in SQLite's write-ahead log into the database, and empties the log.
 *
 * Readers in other processes can prevent that for a moment. An attempt then has still moved what it
 * could, so readers that come later don't need the log, and a later attempt succeeds.
 *
 * @see PROTOCOL.md DO56, DO110
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
    return this.#withoutWaiting(() => {
      const checkpoint = this.connection.run('PRAGMA wal_checkpoint(TRUNCATE)')
      const { busy } = checkpoint.get() as { busy: number }
      return busy === 0
    })
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
    if (this.#isTidy()) this.#timer = undefined
    else this.#schedule(AGAIN_MS)
  }

  #isTidy(): boolean {
    const isSmall = this.#isDone(() => this.#withoutWaiting(() => this.#giveBack()))
    // Also if pages can't be given back now.
    return this.#isDone(() => this.emptyLog()) && isSmall
  }

  #isDone(attempt: () => boolean): boolean {
    try {
      return attempt()
    } catch {
      // A failing disk is reported by the next write, and who holds a lock is done at the next attempt.
      return false
    }
  }

  /** Returns whether no more pages can be given back. A database of an earlier version keeps all it has. */
  #giveBack(): boolean {
    const before = this.#freePages()
    if (before === 0) return true
    this.connection.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`)
    const left = this.#freePages()
    return left === 0 || left === before
  }

  #freePages(): number {
    const counted = this.connection.run('PRAGMA freelist_count').get()
    return (counted as { freelist_count: number }).freelist_count
  }

  /** Waiting for a lock would block all documents. */
  #withoutWaiting<T>(work: () => T): T {
    this.connection.exec('PRAGMA busy_timeout = 0')
    try {
      return work()
    } finally {
      this.connection.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    }
  }
}
