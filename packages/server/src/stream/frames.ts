import { formatPosition, parsePosition, type Problem } from '@whereabouts/protocol'
import type { Room } from '../room/room.js'
import type { Clock } from './clock.js'
import type { Endable } from './faults.js'
import type { Frame } from './frame.js'
import { FramesTo, type List } from './frames-to.js'
import type { Look } from './look.js'
import type { RoomPace } from './pace.js'
import type { RoomGuard } from '../rooms/room-guard.js'

/** A reader of a room: an open response, a subscriber or a long-poll. */
export interface Reader extends Look, Endable {
  /** Whether it ends with its first frame, which then has to contain a change that the reader lacks. */
  readonly endsWithFirst?: true
  /** The version that it has; `undefined` before its first frame. */
  version: number | undefined
  /** Whether it can take a frame now. If not, it gets a single catch-up frame later. */
  readonly ready: boolean
  send(frame: Frame): void
}

/** A version that no room has. A reader that resumes from it gets a snapshot. @see PROTOCOL.md ST21 */
export const UNKNOWN_VERSION = -1

/**
 * Merges updates into fewer equivalent ones, without blocking the server for long. Nothing else here knows
 * the format of updates.
 */
export type MergeUpdates = (updates: readonly Uint8Array[]) => readonly Uint8Array[]

/** With this many readers or more, a change of only the number of watchers is delayed. */
const MANY_READERS = 100
/** The delay. Without it, each of thousands of new watchers would cause a frame to all the others. */
const WATCHING_MS = 1_000

/**
 * How many readers a frame is written to in one turn of the event loop. Thousands take a tenth of a
 * second, so posts and other rooms get their turns in between.
 */
const READERS_A_TURN = 500

/** The core time of a long-poll, which is answered after its frame and then asks again. */
const POLL_MS = 0.1

/** The current room, and the epoch of its versions. */
export interface FrameSource {
  readonly room: Room
  readonly epoch: string
}

/** The list view, and the latest change of the room that it includes. */
interface SeenList extends List {
  readonly seenChange: number
}

/** A frame on its way to its readers. */
interface Writing {
  /** The version of the frame before. */
  readonly from: number
  readonly frames: FramesTo
  /** The readers that the frame wasn't written to yet. */
  readonly readers: Iterator<Reader, undefined>
  readonly startMs: number
  /** The core time that it took in the turns so far. */
  costMs: number
}

/**
 * Sends the frames of one room to its readers.
 *
 * Needs no queue: for each reader it keeps only a version, and computes what the reader missed from the
 * room's state.
 *
 * @see PROTOCOL.md §9
 */
export class Frames {
  readonly #readers = new Set<Reader>()
  #current: FramesTo | undefined
  #list: SeenList | undefined
  #framedVersion: number
  /** When the next frame may go out. */
  #nextFrameMs = -Infinity
  /** When the next scheduled frame goes out, and the function that cancels it. */
  #due: { readonly atMs: number; readonly cancel: () => void } | undefined
  /** Whether a frame is being written over several turns; no other one begins meanwhile. */
  #isWriting = false

  constructor(
    private readonly source: FrameSource,
    private readonly clock: Clock,
    private readonly pace: RoomPace,
    private readonly merge: MergeUpdates,
    private readonly guard: RoomGuard,
  ) {
    this.#framedVersion = source.room.version
  }

  get room(): Room {
    return this.source.room
  }

  get epoch(): string {
    return this.source.epoch
  }

  get readers(): ReadonlySet<Reader> {
    return this.#readers
  }

  /** The room's position now. */
  get position(): string {
    return formatPosition({ epoch: this.epoch, version: this.room.version })
  }

  /** Returns the version that a position names, or {@link UNKNOWN_VERSION}. */
  versionOf(position: string): number {
    const parsed = parsePosition(position)
    return parsed?.epoch === this.epoch ? parsed.version : UNKNOWN_VERSION
  }

  /** @throws {Problem} internal, if the room has failed meanwhile */
  add(reader: Reader): void {
    this.guard.assertWell()
    this.#readers.add(reader)
  }

  remove(reader: Reader): void {
    this.#readers.delete(reader)
  }

  /** Schedules a frame after a commit: now, or when the interval is over. FR1 */
  changed(): void {
    if (this.#isWriting || this.room.version === this.#framedVersion) return
    const nowMs = this.clock.now()
    const isUrgent = this.room.changedAt > this.#framedVersion || this.#readers.size < MANY_READERS
    const atMs = Math.max(this.#nextFrameMs, isUrgent ? nowMs : nowMs + WATCHING_MS)
    if (this.#due !== undefined && this.#due.atMs <= atMs) return
    this.stop()
    this.#schedule(atMs, atMs - nowMs, () => this.#flush())
  }

  /** Sends the whole room to all readers, because another room took its place. @see PROTOCOL.md EX3 */
  replaced(): void {
    this.stop()
    this.#isWriting = false
    this.#current = undefined
    this.#list = undefined
    for (const reader of this.#readers) reader.version = UNKNOWN_VERSION
    this.#framedVersion = UNKNOWN_VERSION
    this.changed()
  }

  /** Brings one reader to the room's version if it can take a frame. @see PROTOCOL.md FR4 */
  catchUp(reader: Reader): void {
    this.guard.run(() => this.#bring(reader, this.#framesToNow()))
  }

  /** Cancels the scheduled frame. */
  stop(): void {
    this.#due?.cancel()
    this.#due = undefined
  }

  /** Ends every reader. @see PROTOCOL.md RM13 */
  fail(problem: Problem): void {
    this.stop()
    const readers = [...this.#readers]
    this.#readers.clear()
    for (const reader of readers) this.guard.faults.end(reader, problem)
  }

  #schedule(atMs: number, inMs: number, work: () => void): void {
    const cancel = this.clock.after(Math.max(0, inMs), () => this.guard.run(work))
    this.#due = { atMs, cancel }
  }

  #flush(): void {
    const from = this.#framedVersion
    this.#framedVersion = this.room.version
    this.#isWriting = true
    this.#write({
      from,
      frames: this.#framesToNow(),
      readers: this.#readers.values(),
      startMs: this.clock.now(),
      costMs: 0,
    })
  }

  /** Writes to some of the readers, and to the rest in the turns that follow. */
  #write(writing: Writing): void {
    this.#due = undefined
    const turnMs = this.clock.now()
    const isOver = this.#writeTurn(writing)
    // Nothing else ran meanwhile, so this is the frame's own core time.
    writing.costMs += this.clock.now() - turnMs
    const { startMs, costMs } = writing
    if (!isOver) return this.#schedule(startMs, 0, () => this.#write(writing))
    this.#isWriting = false
    // Released now, because an object kept until the next frame would outlive the young generation.
    this.#current = undefined
    this.#nextFrameMs = this.pace.nextFrameMs(startMs, costMs)
    this.changed()
  }

  /** Returns whether these were the last readers. */
  #writeTurn(writing: Writing): boolean {
    const { from, frames, readers } = writing
    for (let count = 0; count < READERS_A_TURN; count++) {
      const { done, value: reader } = readers.next()
      if (done === true) return true
      // A reader that came since the last frame can take the same bytes as the others, because an older
      // patch over a newer snapshot changes nothing (RM6).
      if (isBetween(reader, from, frames.version)) reader.version = from
      // Readers at other versions get a frame of their own.
      this.#bring(reader, frames.has(reader) ? frames : this.#framesToNow())
      if (reader.endsWithFirst === true) writing.costMs += POLL_MS
    }
    return false
  }

  #bring(reader: Reader, frames: FramesTo): void {
    const { version } = frames
    if (!reader.ready || reader.version === version) return
    const frame = frames.since(reader)
    reader.version = version
    if (frame === undefined) return
    const isServed = this.guard.faults.serve(reader, () => reader.send(frame))
    if (!isServed) this.#readers.delete(reader)
  }

  #framesToNow(): FramesTo {
    const { position } = this
    if (this.#current?.position !== position) {
      const list = () => this.#currentList()
      this.#current = new FramesTo(this.room, position, list, this.merge)
    }
    return this.#current
  }

  #currentList(): List {
    const { listChangedAt } = this.room
    if (this.#list?.seenChange === listChangedAt) return this.#list
    const text = JSON.stringify(this.room.list())
    const version = this.#list?.text === text ? this.#list.version : listChangedAt
    this.#list = { text, version, seenChange: listChangedAt }
    return this.#list
  }
}

/** Returns whether a reader came since the last frame and may get the whole new one. */
function isBetween(reader: Reader, from: number, to: number): boolean {
  const { view, version, endsWithFirst } = reader
  if (view !== 'patch' || endsWithFirst === true || version === undefined) return false
  return version > from && version < to
}
