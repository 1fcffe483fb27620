import { formatPosition, type View } from '@whereabouts/protocol'
import type { Room } from '../room/room.js'
import type { Clock } from './clock.js'
import { Frame } from './frame.js'

/** Whoever is told what changes in a room: an open response, a subscriber, a long-poll. */
export interface Reader {
  readonly view: View
  /** The version that it has; `undefined` before its first frame. */
  version: number | undefined
  /** Whether it can take a frame now. One that can't gets none, and one catch-up when it can. */
  readonly ready: boolean
  send(frame: Frame): void
}

/** A version to resume from that no room has: the answer is a snapshot. @see PROTOCOL.md ST9 */
export const UNKNOWN_VERSION = -1

/**
 * The share of the time that a room may spend on writing frames. A room with so many readers that a
 * frame takes longer than that share of its interval has frames less often: it loses frame rate, not
 * freshness, and posts are answered in between.
 */
const FAN_OUT_SHARE = 0.5

/** The list view's text, and the version at which it became that. */
interface List {
  readonly text: string
  readonly version: number
  readonly seenChange: number
  frame: Frame | undefined
}

/**
 * The frames of one room and those who read them.
 *
 * The state is the queue: a reader is no more than the version that it has, and whatever it missed
 * is one `since()` away.
 *
 * @see PROTOCOL.md §8
 */
export class Frames {
  readonly #readers = new Set<Reader>()
  /** The patch view's frames that lead to the room's version, by the version they lead from. */
  readonly #patches = new Map<number | undefined, Frame>()
  #patchesTo = -1
  #list: List | undefined
  #framedVersion: number
  /** When the next frame may go out. */
  #nextFrameMs = -Infinity
  #cancel: (() => void) | undefined

  constructor(
    readonly room: Room,
    readonly epoch: string,
    readonly intervalMs: number,
    readonly clock: Clock,
  ) {
    this.#framedVersion = room.version
  }

  get readers(): Iterable<Reader> {
    return this.#readers
  }

  /** The room's position now. */
  get position(): string {
    return formatPosition({ epoch: this.epoch, version: this.room.version })
  }

  add(reader: Reader): void {
    this.#readers.add(reader)
  }

  remove(reader: Reader): void {
    this.#readers.delete(reader)
  }

  /** The room committed something: a frame goes out now or when the interval is over. FR1 */
  changed(): void {
    if (this.#cancel !== undefined || this.room.version === this.#framedVersion) return
    const dueInMs = this.#nextFrameMs - this.clock.now()
    this.#cancel = this.clock.after(Math.max(0, dueInMs), () => this.#flush())
  }

  /** Brings one reader to the room's version, if it can take it. @see PROTOCOL.md FR4 */
  catchUp(reader: Reader): void {
    if (!reader.ready || reader.version === this.room.version) return
    const frame = this.since(reader.view, reader.version)
    reader.version = this.room.version
    if (frame !== undefined) reader.send(frame)
  }

  /**
   * What takes a reader from a version to the room's; a snapshot if it has none, or one that the
   * room no longer knows; `undefined` if its view doesn't change on the way.
   */
  since(view: View, version: number | undefined): Frame | undefined {
    if (version === this.room.version) return undefined
    if (view === 'list') return this.#listSince(version)
    return this.#patchSince(version)
  }

  /** Stops the frame that is due. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #flush(): void {
    this.#cancel = undefined
    const startMs = this.clock.now()
    const from = this.#framedVersion
    this.#framedVersion = this.room.version
    for (const reader of this.#readers) {
      // Who came while the frame was gathering takes the same bytes as everybody: a patch over a
      // newer snapshot changes nothing (RM6).
      if (isBetween(reader, from, this.room.version)) reader.version = from
      this.catchUp(reader)
    }
    const tookMs = this.clock.now() - startMs
    this.#nextFrameMs = startMs + Math.max(this.intervalMs, tookMs / FAN_OUT_SHARE)
  }

  #patchSince(version: number | undefined): Frame {
    if (this.#patchesTo !== this.room.version) {
      this.#patches.clear()
      this.#patchesTo = this.room.version
    }
    let frame = this.#patches.get(version)
    if (frame === undefined) {
      frame = this.#makePatch(version)
      this.#patches.set(version, frame)
    }
    return frame
  }

  #makePatch(version: number | undefined): Frame {
    const catchUp = version === undefined ? undefined : this.room.since(version)
    if (catchUp?.kind === 'patch') return this.#frame('patch', catchUp.patch)
    const snapshot = this.#frame('snapshot', this.room.snapshot())
    return version === undefined ? snapshot : snapshot.afterResync()
  }

  #listSince(version: number | undefined): Frame | undefined {
    const list = this.#currentList()
    if (version !== undefined && version >= list.version && version <= this.room.version) return
    if (list.frame?.version !== this.room.version) {
      list.frame = new Frame(this.room.version, this.position, undefined, list.text)
    }
    return list.frame
  }

  #currentList(): List {
    const { listChangedAt } = this.room
    if (this.#list?.seenChange === listChangedAt) return this.#list
    const text = JSON.stringify(this.room.list())
    const version = this.#list?.text === text ? this.#list.version : listChangedAt
    this.#list = { text, version, seenChange: listChangedAt, frame: undefined }
    return this.#list
  }

  #frame(event: string, data: unknown): Frame {
    return new Frame(this.room.version, this.position, event, JSON.stringify(data))
  }
}

function isBetween({ view, version }: Reader, from: number, to: number): boolean {
  return view === 'patch' && version !== undefined && version > from && version < to
}
