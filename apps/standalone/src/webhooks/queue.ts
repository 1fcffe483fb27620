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
  /** Of what room it tells; the empty string if of none. */
  readonly room: string
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
/** No room has this name; it has the turns of messages that aren't of one room. */
export const NO_ROOM = ''
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
const MISSED = 'ALTER TABLE waiting ADD COLUMN missed INTEGER NOT NULL DEFAULT 0'
/**
 * Each room has turns, and each of its messages the next one of them, so that a room with many waits for itself.
 * `totals.turn` is the last one that came up; a room begins with it.
 */
const TURNS = `
  ALTER TABLE waiting ADD COLUMN room TEXT NOT NULL DEFAULT '';
  ALTER TABLE waiting ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE totals ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
  UPDATE waiting SET room = coalesce(json_extract(body, '$.data.room'), '') WHERE json_valid(body);
  CREATE INDEX waiting_turn ON waiting (turn, number);
  CREATE INDEX waiting_room ON waiting (room, number);
  CREATE TABLE rooms (
    room TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    turn INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX rooms_count ON rooms (count);
  CREATE INDEX rooms_bytes ON rooms (bytes);
  INSERT INTO rooms SELECT room, count(*), sum(bytes), 0 FROM waiting GROUP BY room;
  DROP TRIGGER added;
  DROP TRIGGER removed;
  CREATE TRIGGER added AFTER INSERT ON waiting BEGIN
    UPDATE totals SET count = count + 1, bytes = bytes + NEW.bytes;
    INSERT INTO rooms VALUES (NEW.room, 1, NEW.bytes, NEW.turn) ON CONFLICT (room)
      DO UPDATE SET count = count + 1, bytes = bytes + NEW.bytes, turn = NEW.turn;
  END;
  CREATE TRIGGER removed AFTER DELETE ON waiting BEGIN
    UPDATE totals SET count = count - 1, bytes = bytes - OLD.bytes;
    UPDATE rooms SET count = count - 1, bytes = bytes - OLD.bytes WHERE room = OLD.room;
    DELETE FROM rooms WHERE room = OLD.room AND count = 0;
  END;
`
/** What makes each version of the file from the one before. */
const VERSIONS = [FIRST, MISSED, TURNS]

/**
 * The messages that wait, in a file. Rooms take turns, and one with many loses its own first. A message is taken for a time: whoever took it and was killed loses it
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
   * Drops messages that are too old, and the oldest of the rooms with most if there are too many. A message with the number of
   * happenings that are missed is added then, which includes those that a dropped message said were.
   *
   * @param bodyOf returns the body of such a message
   * @returns how many happenings were dropped that weren't before
   */
  drop(nowMs: number, bodyOf: (missed: number) => string): number {
    return this.#database.transaction('IMMEDIATE', () => {
      const dropped = [...this.#dropOld(nowMs), ...this.#dropMost(nowMs)]
      const happenings = dropped.filter((missed) => missed === 0).length
      const missed = dropped.reduce((sum, each) => sum + each, happenings)
      if (missed > 0) this.#insert({ room: NO_ROOM, body: bodyOf(missed), missed }, nowMs)
      return happenings
    })
  }

  /** Takes up to `count` messages that are due until a time, in turns of rooms and each room's oldest first. */
  take(count: number, nowMs: number, untilMs: number): readonly Message[] {
    return this.#database.transaction('IMMEDIATE', () => {
      // The plus keeps SQLite from reading all that is due, to sort it.
      const due = this.#database.run(
        `SELECT number, id, body, failures, turn FROM waiting
         WHERE +due <= ? ORDER BY turn, number LIMIT ?`,
      )
      const messages = due.all(nowMs, count) as (Message & { readonly turn: number })[]
      const turn = messages.at(-1)?.turn ?? 0
      this.#database.run('UPDATE totals SET turn = ?1 WHERE turn < ?1').run(turn)
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

  #insert({ room, body, missed }: NewMessage, nowMs: number): void {
    const insert = this.#database.run(
      `INSERT INTO waiting (id, body, bytes, since, due, missed, room, turn)
       VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, max(
         (SELECT turn FROM totals),
         coalesce((SELECT turn + 1 FROM rooms WHERE room = ?6), 0)))`,
    )
    const id = `msg_${randomBytes(ID_BYTES).toString('base64url')}`
    insert.run(id, body, Buffer.byteLength(body), nowMs, missed, room)
  }

  /** Returns of each that is dropped how many it said were missed. */
  #dropOld(nowMs: number): number[] {
    return this.#delete('since < ?', nowMs - this.limits.maxAgeMs)
  }

  /** Likewise. */
  #dropMost(nowMs: number): number[] {
    const { maxCount, maxBytes } = this.limits
    const { count, bytes } = this.#totals()
    if (count <= maxCount && bytes <= maxBytes) return []
    // One message says of all that they were missed.
    const dropped = this.#delete('room = ? AND due <= ?', NO_ROOM, nowMs)
    // One more, so that there is room for that message.
    const most = Math.max(Math.ceil(count * DROPPED_SHARE), count - maxCount + 1)
    while (dropped.length < most) dropped.push(...this.#dropOfLargest(most - dropped.length))
    return this.#totals().bytes <= maxBytes ? dropped : [...dropped, ...this.#dropMost(nowMs)]
  }

  /** Drops the oldest of the room with most, until another one has more, or a share of them. */
  #dropOfLargest(most: number): number[] {
    const by = this.#totals().bytes > this.limits.maxBytes ? 'bytes' : 'count'
    const largest = this.#database.run(
      `SELECT room, count, ${by} AS size FROM rooms ORDER BY ${by} DESC LIMIT 2`,
    )
    const [first, second] = largest.all() as { room: string; count: number; size: number }[]
    const { room, count, size } = first!
    const share = Math.max(1 - (second?.size ?? 0) / size, DROPPED_SHARE)
    const oldest = 'number IN (SELECT number FROM waiting WHERE room = ? ORDER BY number LIMIT ?)'
    return this.#delete(oldest, room, Math.min(most, Math.ceil(count * share)))
  }

  #delete(which: string, ...values: (string | number)[]): number[] {
    const deleted = this.#database.run(`DELETE FROM waiting WHERE ${which} RETURNING missed`)
    return (deleted.all(...values) as { readonly missed: number }[]).map(({ missed }) => missed)
  }

  #totals(): { readonly count: number; readonly bytes: number } {
    const totals = this.#database.run('SELECT count, bytes FROM totals').get()
    return totals as { readonly count: number; readonly bytes: number }
  }
}
