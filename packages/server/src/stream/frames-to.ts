import type { Broadcast, Resync, Snapshot } from '@whereabouts/protocol'
import { isEmpty } from '../room/is-empty.js'
import { snapshotText } from '../room/member-text.js'
import type { Room } from '../room/room.js'
import { Frame, type FrameEvent } from './frame.js'
import type { MergeUpdates, Reader } from './frames.js'
import type { Look } from './look.js'

/** What a reader wants to see, and the version that it has. */
export type Wanted = Look & Pick<Reader, 'version'>

/** The list view's text, and the version since which it is the same. */
export interface List {
  readonly text: string
  readonly version: number
}

/** What a frame depends on: readers with the same way get the same frame. */
interface Way {
  readonly version: number | undefined
  readonly part: string | undefined
  readonly withDocument: boolean
}

interface Made {
  readonly way: Way
  /** `undefined` if these readers see no change. */
  readonly frame: Frame | undefined
}

/**
 * The frames that lead to one version of a room, each made for the first reader that needs it. After the
 * room has moved on, existing frames can still be sent, but no new ones are made.
 *
 * @see PROTOCOL.md FR3
 */
export class FramesTo {
  readonly version: number
  readonly #documentVersion: number
  /** The last requested frame. Nearly all readers are at the same version. */
  #last: Made | undefined
  /** The frames that were requested earlier. */
  #others: Map<string, Made> | undefined
  #list: { readonly version: number; readonly frame: Frame | undefined } | undefined

  /** @param list the list view as it is now */
  constructor(
    private readonly room: Room,
    readonly position: string,
    private readonly list: () => List,
    private readonly merge: MergeUpdates,
  ) {
    this.version = room.version
    this.#documentVersion = room.documentChangedAt
  }

  /**
   * Returns whether `since` can be called: the room still has this version, or the frame is cached.
   */
  has(wanted: Wanted): boolean {
    if (this.room.version === this.version) return true
    if (wanted.view === 'list') return this.#list !== undefined
    return this.#find(wanted) !== undefined
  }

  /**
   * Returns the frame that takes a reader to this version, or `undefined` if the reader sees no change. The
   * frame is a snapshot if the reader has no version, or one that the room no longer knows.
   */
  since(wanted: Wanted): Frame | undefined {
    const { view, version } = wanted
    if (version === this.version) return undefined
    if (view === 'list') return this.#listSince(version)
    const known = this.#find(wanted)
    if (known !== undefined) return known.frame
    const way = this.#wayOf(wanted)
    const frame = this.#makePatch(way)
    this.#remember({ way, frame })
    return frame
  }

  #wayOf(wanted: Wanted): Way {
    const { version, part } = wanted
    return { version, part, withDocument: this.#takesDocument(wanted) }
  }

  #takesDocument({ version, documents }: Wanted): boolean {
    // A reader without a version fetches the document by itself. DO33
    if (!documents || version === undefined) return false
    return version < this.#documentVersion || version > this.version
  }

  /** Finds a cached frame. Allocates nothing if the reader before needed the same one, since this runs for
   * each reader of each frame. */
  #find(wanted: Wanted): Made | undefined {
    const last = this.#last
    if (last === undefined || this.#goes(wanted, last.way)) return last
    const known = this.#others?.get(nameOf(this.#wayOf(wanted)))
    if (known !== undefined) this.#remember(known)
    return known
  }

  #goes(wanted: Wanted, { version, part, withDocument }: Way): boolean {
    const isThere = wanted.version === version && wanted.part === part
    return isThere && this.#takesDocument(wanted) === withDocument
  }

  #remember(made: Made): void {
    const last = this.#last
    this.#last = made
    if (last === undefined) return
    this.#others ??= new Map()
    this.#others.set(nameOf(last.way), last)
  }

  #makePatch({ version, part, withDocument }: Way): Frame | undefined {
    const { room } = this
    if (version === undefined) return this.#frame([snapshotEvent(room.snapshot(part))])
    const catchUp = room.since(version, part)
    if (catchUp.kind === 'nothing') return undefined
    const updates = withDocument ? catchUp.updates : []
    const lost = updates === undefined
    const events = lost ? [] : this.#documentEvents(updates)
    if (catchUp.kind === 'snapshot') {
      return this.#frame([resync(lost), snapshotEvent(catchUp.snapshot), ...events])
    }
    const news = named('patch', catchUp.patch)
    const broadcasts = catchUp.broadcasts.map(broadcastEvent)
    if (lost) return this.#frame([resync(lost), news, ...broadcasts])
    const first = isEmpty(catchUp.patch) ? [] : [news]
    return this.#frame([...first, ...broadcasts, ...events])
  }

  #documentEvents(updates: readonly Uint8Array[]): FrameEvent[] {
    if (updates.length === 0) return []
    return this.merge(updates).map((update) => ({
      event: 'document',
      data: Buffer.from(update.buffer, update.byteOffset, update.byteLength).toString('base64'),
    }))
  }

  #listSince(version: number | undefined): Frame | undefined {
    if (this.#list === undefined) {
      const { text, version: since } = this.list()
      this.#list = { version: since, frame: this.#frame([{ event: undefined, data: text }]) }
    }
    const hasIt = version !== undefined && version >= this.#list.version && version <= this.version
    return hasIt ? undefined : this.#list.frame
  }

  /** Returns a frame, or `undefined` without events. */
  #frame(events: readonly FrameEvent[]): Frame | undefined {
    return events.length === 0 ? undefined : new Frame(this.version, this.position, events)
  }
}

/** Returns the cache key of a way. Parts can't have an empty name, so `''` means all parts. */
function nameOf({ version, part = '', withDocument }: Way): string {
  return `${version} ${withDocument} ${part}`
}

function snapshotEvent(snapshot: Snapshot): FrameEvent {
  return { event: 'snapshot', data: snapshotText(snapshot) }
}

function broadcastEvent(broadcast: Broadcast): FrameEvent {
  return named('broadcast', broadcast)
}

function named(event: string, data: object): FrameEvent {
  return { event, data: JSON.stringify(data) }
}

/**
 * Returns the event that explains why no patch follows, or why the document has to be fetched.
 *
 * @see PROTOCOL.md ST21, DO4
 */
function resync(lost: boolean): FrameEvent {
  const data: Resync = lost ? { document: true } : {}
  return named('resync', data)
}
