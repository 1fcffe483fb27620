import { randomBytes } from 'node:crypto'
import { openDatabase } from '@whereabouts/server/operate'

/** A message that waits. */
export interface Message {
  readonly number: number
  /** Tells the receiver which one it is, each time it is sent. */
  readonly id: string
  readonly body: string
  /** How often it was sent in vain. */
  readonly failures: number
}

/** A message that is added. */
export interface NewMessage {
  readonly body: string
  /** How many happenings it says were missed; 0 for one that tells of a happening. */
  readonly missed: number
}

/** How much may wait. */
export interface QueueLimits {
  readonly maxCount: number
  readonly maxBytes: number
  /** How long a message is kept, in ms. */
  readonly maxAgeMs: number
}

/** 128 random bits. */
const ID_BYTES = 16
/** How large a share of a full queue is dropped at once, as dropping one message costs as much. */
const DROPPED_SHARE = 0.1

/** The first version of the file. Its sums follow by triggers, because several servers may write. */
export const FIRST = `
  CREATE TABLE waiting (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    since INTEGER NOT NULL,
    due INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX waiting_due ON waiting (due, number);
  CREATE INDEX waiting_since ON waiting (since);
  CREATE TABLE totals (count INTEGER NOT NULL, bytes INTEGER NOT NULL);
  INSERT INTO totals VALUES (0, 0);
  CREATE TRIGGER added AFTER INSERT ON waiting BEGIN
    UPDATE totals SET count = count + 1, bytes = bytes + NEW.bytes;
  END;
  CREATE TRIGGER removed AFTER DELETE ON waiting BEGIN
    UPDATE totals SET count = count - 1, bytes = bytes - OLD.bytes;
  END;
`
/** What makes each version of the file from the one before. */
const VERSIONS = [FIRST, 'ALTER TABLE waiting ADD COLUMN missed INTEGER NOT NULL DEFAULT 0']

/**
 * The messages that wait, in a file. A message is taken for a time: whoever took it and was killed loses it
 * to whoever looks next, so several servers can have one file.
 */
export class WebhookQueue {
  readonly #database

  /** @throws {Error} if the file can't be used */
  constructor(
    file: string,
    private readonly limits: QueueLimits,
  ) {
    this.#database = openDatabase(file)
    try {
      this.#database.transaction('IMMEDIATE', () => this.#upgrade(file))
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /** How many messages wait. */
  get size(): number {
    return this.#totals().count
  }

  /** Adds messages. */
  add(messages: readonly NewMessage[], nowMs: number): void {
    this.#database.transaction('IMMEDIATE', () => {
      for (const message of messages) this.#insert(message, nowMs)
    })
  }

  /**
   * Drops messages that are too old, and the oldest if there are too many. A message with the number of
   * happenings that are missed is added then, which includes those that a dropped message said were.
   *
   * @param bodyOf returns the body of such a message
   * @returns how many happenings were dropped that weren't before
   */
  drop(nowMs: number, bodyOf: (missed: number) => string): number {
    return this.#database.transaction('IMMEDIATE', () => {
      const dropped = [...this.#dropOld(nowMs), ...this.#dropMost()]
      const happenings = dropped.filter((missed) => missed === 0).length
      const missed = dropped.reduce((sum, each) => sum + each, happenings)
      if (missed > 0) this.#insert({ body: bodyOf(missed), missed }, nowMs)
      return happenings
    })
  }

  /** Takes up to `count` messages that are due, the oldest first, until a time. */
  take(count: number, nowMs: number, untilMs: number): readonly Message[] {
    return this.#database.transaction('IMMEDIATE', () => {
      const due = this.#database.run(
        'SELECT number, id, body, failures FROM waiting WHERE due <= ? ORDER BY number LIMIT ?',
      )
      const messages = due.all(nowMs, count) as Message[]
      const take = this.#database.run('UPDATE waiting SET due = ? WHERE number = ?')
      for (const { number } of messages) take.run(untilMs, number)
      return messages
    })
  }

  /** When the next message is due; `undefined` if none waits. */
  nextMs(): number | undefined {
    const next = this.#database.run('SELECT min(due) AS due FROM waiting').get()
    return (next as { readonly due: number | null }).due ?? undefined
  }

  /** A message was received. */
  remove({ number }: Message): void {
    this.#database.transaction('IMMEDIATE', () => {
      this.#database.run('DELETE FROM waiting WHERE number = ?').run(number)
    })
  }

  /** A message that was taken is due again at a time. */
  giveBack({ number }: Message, dueMs: number, failures: number): void {
    this.#database.transaction('IMMEDIATE', () => {
      const update = 'UPDATE waiting SET due = ?, failures = ? WHERE number = ?'
      this.#database.run(update).run(dueMs, failures, number)
    })
  }

  close(): void {
    this.#database.close()
  }

  #upgrade(file: string): void {
    const found = this.#database.run('PRAGMA user_version').get() as { user_version: number }
    if (found.user_version > VERSIONS.length) {
      throw new Error(`${file} is of a newer version of whereabouts. Move it elsewhere.`)
    }
    for (const change of VERSIONS.slice(found.user_version)) this.#database.exec(change)
    this.#database.exec(`PRAGMA user_version = ${VERSIONS.length}`)
  }

  #insert({ body, missed }: NewMessage, nowMs: number): void {
    const insert = this.#database.run(
      'INSERT INTO waiting (id, body, bytes, since, due, missed) VALUES (?, ?, ?, ?, ?, ?)',
    )
    const id = `msg_${randomBytes(ID_BYTES).toString('base64url')}`
    insert.run(id, body, Buffer.byteLength(body), nowMs, nowMs, missed)
  }

  /** Returns of each that is dropped how many it said were missed. */
  #dropOld(nowMs: number): number[] {
    return this.#delete('since < ?', nowMs - this.limits.maxAgeMs)
  }

  /** Likewise. */
  #dropMost(): number[] {
    const { maxCount, maxBytes } = this.limits
    const dropped: number[] = []
    for (;;) {
      const { count, bytes } = this.#totals()
      if (count <= maxCount && bytes <= maxBytes) return dropped
      // One more, so that there is room for the message that says so.
      const most = Math.max(Math.ceil(count * DROPPED_SHARE), count - maxCount + 1)
      const oldest = 'number IN (SELECT number FROM waiting ORDER BY number LIMIT ?)'
      dropped.push(...this.#delete(oldest, most))
    }
  }

  #delete(which: string, value: number): number[] {
    const deleted = this.#database.run(`DELETE FROM waiting WHERE ${which} RETURNING missed`)
    return (deleted.all(value) as { readonly missed: number }[]).map(({ missed }) => missed)
  }

  #totals(): { readonly count: number; readonly bytes: number } {
    const totals = this.#database.run('SELECT count, bytes FROM totals').get()
    return totals as { readonly count: number; readonly bytes: number }
  }
}
