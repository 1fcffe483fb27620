import {
  formatPosition,
  type Member,
  type Resync,
  type Snapshot,
  type View,
} from '@whereabouts/protocol'
import { isEmpty } from '../room/is-empty.js'
import type { MissedUpdates, Room } from '../room/room.js'
import type { Clock } from './clock.js'
import { Frame, type FrameEvent } from './frame.js'
import type { Pace } from './pace.js'

/** Whoever is told what changes in a room: an open response, a subscriber, a long-poll. */
export interface Reader {
  readonly view: View
  /** Whether it wants what changes in the document; the list view has no such thing. DO5 */
  readonly documents: boolean
  /** The part of the document that is all that it sees; the whole without it. ST15 */
  readonly part: string | undefined
  /** The version that it has; `undefined` before its first frame. */
  version: number | undefined
  /** Whether it can take a frame now. One that can't gets none, and one catch-up when it can. */
  readonly ready: boolean
  send(frame: Frame): void
}

/** A version to resume from that no room has: the answer is a snapshot. @see PROTOCOL.md ST9 */
export const UNKNOWN_VERSION = -1

/**
 * Makes few updates of many that mean the same, at a cost that doesn't hold the server up. What an
 * update is, only it knows.
 */
export type MergeUpdates = (updates: readonly Uint8Array[]) => readonly Uint8Array[]

/** From so many readers on, it takes a moment until they are told that somebody else watches. */
const MANY_READERS = 100
/** That moment. Thousands who come to watch would each be a frame to all who did before. */
const WATCHING_MS = 1_000

/** The frames for those who see the same part, by the version they lead from. */
interface PartFrames {
  readonly bare: Map<number | undefined, Frame | undefined>
  readonly withDocument: Map<number | undefined, Frame | undefined>
}

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
  /** The patch view's frames that lead to the room's version, by what is seen and from where. */
  readonly #patches = new Map<string | undefined, PartFrames>()
  #patchesTo = -1
  #list: List | undefined
  #framedVersion: number
  /** When the next frame may go out. */
  #nextFrameMs = -Infinity
  /** When the frame that is due goes out, and what calls it off. */
  #due: { readonly atMs: number; readonly cancel: () => void } | undefined

  constructor(
    readonly room: Room,
    readonly epoch: string,
    readonly clock: Clock,
    private readonly pace: Pace,
    private readonly merge: MergeUpdates,
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
    if (this.room.version === this.#framedVersion) return
    const nowMs = this.clock.now()
    const isUrgent = this.room.changedAt > this.#framedVersion || this.#readers.size < MANY_READERS
    const atMs = Math.max(this.#nextFrameMs, isUrgent ? nowMs : nowMs + WATCHING_MS)
    if (this.#due !== undefined && this.#due.atMs <= atMs) return
    this.stop()
    const cancel = this.clock.after(Math.max(0, atMs - nowMs), () => this.#flush())
    this.#due = { atMs, cancel }
  }

  /** Brings one reader to the room's version, if it can take it. @see PROTOCOL.md FR4 */
  catchUp(reader: Reader): void {
    if (!reader.ready || reader.version === this.room.version) return
    const frame = this.since(reader)
    reader.version = this.room.version
    if (frame !== undefined) reader.send(frame)
  }

  /**
   * What takes a reader from a version to the room's; a snapshot if it has none, or one that the
   * room no longer knows; `undefined` if what it sees doesn't change on the way.
   */
  since({ view, version, documents, part }: Omit<Reader, 'ready' | 'send'>): Frame | undefined {
    if (version === this.room.version) return undefined
    if (view === 'list') return this.#listSince(version)
    return this.#patchSince(version, part, documents)
  }

  /** Stops the frame that is due. */
  stop(): void {
    this.#due?.cancel()
    this.#due = undefined
  }

  #flush(): void {
    this.#due = undefined
    const startMs = this.clock.now()
    const from = this.#framedVersion
    this.#framedVersion = this.room.version
    for (const reader of this.#readers) {
      // Who came while the frame was gathering takes the same bytes as everybody: a patch over a
      // newer snapshot changes nothing (RM6).
      if (isBetween(reader, from, this.room.version)) reader.version = from
      this.catchUp(reader)
    }
    this.#nextFrameMs = this.pace.nextFrameMs(startMs)
  }

  #patchSince(
    version: number | undefined,
    part: string | undefined,
    documents: boolean,
  ): Frame | undefined {
    if (this.#patchesTo !== this.room.version) {
      this.#patches.clear()
      this.#patchesTo = this.room.version
    }
    let seen = this.#patches.get(part)
    if (seen === undefined) {
      seen = { bare: new Map(), withDocument: new Map() }
      this.#patches.set(part, seen)
    }
    const patches = documents ? seen.withDocument : seen.bare
    if (!patches.has(version)) patches.set(version, this.#makePatch(version, part, documents))
    return patches.get(version)
  }

  #makePatch(
    version: number | undefined,
    part: string | undefined,
    documents: boolean,
  ): Frame | undefined {
    const { room } = this
    // Who comes without a position fetches the document by itself. DO4
    if (version === undefined) return this.#frame([snapshotEvent(room.snapshot(part))])
    const catchUp = room.since(version, part)
    if (catchUp.kind === 'nothing') return undefined
    const { updates } = catchUp
    if (documents && updates?.length === 0) return this.#patchSince(version, part, false)
    const events = documents ? this.#documentEvents(updates) : []
    const lost = documents && updates === undefined
    if (catchUp.kind === 'snapshot') {
      return this.#frame([resync(lost), snapshotEvent(catchUp.snapshot), ...events])
    }
    const news = named('patch', catchUp.patch)
    if (lost) return this.#frame([resync(lost), news])
    return this.#frame(isEmpty(catchUp.patch) ? events : [news, ...events])
  }

  #documentEvents(updates: MissedUpdates): FrameEvent[] {
    return this.merge(updates ?? []).map((update) => ({
      event: 'document',
      data: Buffer.from(update.buffer, update.byteOffset, update.byteLength).toString('base64'),
    }))
  }

  #listSince(version: number | undefined): Frame | undefined {
    const list = this.#currentList()
    if (version !== undefined && version >= list.version && version <= this.room.version) return
    if (list.frame?.version !== this.room.version) {
      list.frame = this.#frame([{ event: undefined, data: list.text }])
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

  /** `undefined` if nothing is in it. */
  #frame(events: readonly FrameEvent[]): Frame | undefined {
    return events.length === 0 ? undefined : new Frame(this.room.version, this.position, events)
  }
}

// A member is another object when anything of it is another. Everybody who comes gets a snapshot, and
// hardly anything in it is new since the one before.
const memberTexts = new WeakMap<Member, string>()

function snapshotEvent({ members, ...rest }: Snapshot): FrameEvent {
  const data = `{"members":[${members.map(memberText).join(',')}],${JSON.stringify(rest).slice(1)}`
  return { event: 'snapshot', data }
}

function memberText(member: Member): string {
  const known = memberTexts.get(member)
  if (known !== undefined) return known
  const text = JSON.stringify(member)
  memberTexts.set(member, text)
  return text
}

function named(event: string, data: object): FrameEvent {
  return { event, data: JSON.stringify(data) }
}

/** The event that says why what follows isn't a patch. PROTOCOL.md ST9, DO4 */
function resync(lost: boolean): FrameEvent {
  const data: Resync = lost ? { document: true } : {}
  return named('resync', data)
}

function isBetween({ view, version }: Reader, from: number, to: number): boolean {
  return view === 'patch' && version !== undefined && version > from && version < to
}
