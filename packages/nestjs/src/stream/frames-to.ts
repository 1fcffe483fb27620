import type { Member, Resync, Snapshot } from '@whereabouts/protocol'
import { isEmpty } from '../room/is-empty.js'
import type { MissedUpdates, Room } from '../room/room.js'
import { Frame, type FrameEvent } from './frame.js'
import type { MergeUpdates, Reader } from './frames.js'

/** What a reader sees, and from which version on it lacks it. */
export type Wanted = Pick<Reader, 'view' | 'version' | 'documents' | 'part'>

/** The list view's text, and the version at which it became that. */
export interface List {
  readonly text: string
  readonly version: number
}

/** The frames for those who see the same part, by the version they lead from. */
interface PartFrames {
  readonly bare: Map<number | undefined, Frame | undefined>
  readonly withDocument: Map<number | undefined, Frame | undefined>
}

/**
 * The frames that lead to one version of a room, each made for the first reader that needs it. When
 * the room has moved on, those that were made can still be sent, and no others are made.
 *
 * @see PROTOCOL.md FR3
 */
export class FramesTo {
  readonly version: number
  readonly #parts = new Map<string | undefined, PartFrames>()
  #list: { readonly version: number; readonly frame: Frame | undefined } | undefined

  /** @param list the list view as it is now */
  constructor(
    private readonly room: Room,
    readonly position: string,
    private readonly list: () => List,
    private readonly merge: MergeUpdates,
  ) {
    this.version = room.version
  }

  /** Whether `since` can be asked: the room is still there, or it was asked when it was. */
  has({ view, version, documents, part }: Wanted): boolean {
    if (this.room.version === this.version) return true
    if (view === 'list') return this.#list !== undefined
    const seen = this.#parts.get(part)
    return (documents ? seen?.withDocument : seen?.bare)?.has(version) === true
  }

  /**
   * What takes a reader to this version; a snapshot if it has none, or one that the room no longer
   * knows; `undefined` if what it sees doesn't change on the way.
   */
  since({ view, version, documents, part }: Wanted): Frame | undefined {
    if (version === this.version) return undefined
    return view === 'list' ? this.#listSince(version) : this.#patchSince(version, part, documents)
  }

  #patchSince(
    version: number | undefined,
    part: string | undefined,
    documents: boolean,
  ): Frame | undefined {
    let seen = this.#parts.get(part)
    if (seen === undefined) {
      seen = { bare: new Map(), withDocument: new Map() }
      this.#parts.set(part, seen)
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
    if (this.#list === undefined) {
      const { text, version: since } = this.list()
      this.#list = { version: since, frame: this.#frame([{ event: undefined, data: text }]) }
    }
    const hasIt = version !== undefined && version >= this.#list.version && version <= this.version
    return hasIt ? undefined : this.#list.frame
  }

  /** `undefined` if nothing is in it. */
  #frame(events: readonly FrameEvent[]): Frame | undefined {
    return events.length === 0 ? undefined : new Frame(this.version, this.position, events)
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
