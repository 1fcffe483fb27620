import {
  applyPatch,
  applySnapshot,
  EMPTY_ROOM,
  type Member,
  type Patch,
  type RoomLocks,
  type RoomState,
  type Snapshot,
} from '@whereabouts/protocol'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import type { RecordedEvent } from './format.js'
import { applyDocument, type Recording } from './read.js'

/** A room at one time of a recording. */
export interface Moment {
  /** How many of the recording's events have happened. */
  readonly count: number
  /** The last of them; `undefined` before the first. */
  readonly event: RecordedEvent | undefined
  /** The position of the room, as the recorded stream last said it. */
  readonly position: string | null
  readonly members: readonly Member[]
  readonly watching: number
  readonly locks: RoomLocks
  /** The document. The next call of the player may change it. */
  readonly document: Doc
}

/** A moment that is kept, so that going back doesn't begin at the start. */
interface Checkpoint {
  readonly count: number
  readonly room: RoomState
  readonly position: string | null
  readonly update: Uint8Array
}

/** So many characters of updates at least are between two checkpoints. */
const LEAST_CHARACTERS = 65_536

/**
 * Plays a recording: shows the room and its document as they were at any time.
 *
 * Going forward applies events. Going back begins at the last checkpoint. A checkpoint is made when the updates since
 * the last one are as large as that one, so all of them together are no larger than the recording.
 *
 * @example new RecordingPlayer(recording).at(90_000).members.map(({ user, location }) => [user.name, location])
 * @see PROTOCOL.md IN15
 */
export class RecordingPlayer {
  readonly #checkpoints: Checkpoint[] = []
  #count = 0
  #room = EMPTY_ROOM
  #position: string | null = null
  #doc = new Doc()
  /** The characters of updates since the last checkpoint. */
  #characters = 0

  constructor(readonly recording: Recording) {
    this.#checkpoints.push(this.#checkpoint())
  }

  /** Returns the room as it was so long after the recording began. */
  at(ms: number): Moment {
    return this.after(countUntil(this.recording.events, ms))
  }

  /** Returns the room as it was after so many events. */
  after(count: number): Moment {
    const { events } = this.recording
    const wanted = Math.max(0, Math.min(count, events.length))
    if (wanted < this.#count) this.#goBack(wanted)
    while (this.#count < wanted) this.#play(events[this.#count]!)
    const { members, watching, locks } = this.#room
    return {
      count: wanted,
      event: events[wanted - 1],
      position: this.#position,
      members: [...members.values()],
      watching,
      locks,
      document: this.#doc,
    }
  }

  #play(event: RecordedEvent): void {
    this.#count += 1
    this.#position = event.id ?? this.#position
    if (event.event === 'snapshot')
      this.#room = applySnapshot(this.#room, event.data as object as Snapshot)
    if (event.event === 'patch') this.#room = applyPatch(this.#room, event.data as Patch)
    if (event.event !== 'document') return
    applyDocument(this.#doc, event)
    this.#characters += (event.data as string).length
    const last = this.#checkpoints.at(-1)!
    const isDue = this.#characters > Math.max(LEAST_CHARACTERS, last.update.length)
    if (!isDue || this.#count <= last.count) return
    this.#checkpoints.push(this.#checkpoint())
    this.#characters = 0
  }

  #goBack(count: number): void {
    const last = this.#checkpoints.findLast((each) => each.count <= count)!
    this.#count = last.count
    this.#room = last.room
    this.#position = last.position
    this.#doc = new Doc()
    applyUpdate(this.#doc, last.update)
    this.#characters = 0
  }

  #checkpoint(): Checkpoint {
    const update = encodeStateAsUpdate(this.#doc)
    return { count: this.#count, room: this.#room, position: this.#position, update }
  }
}

/** Returns how many events have happened by a time. */
function countUntil(events: readonly RecordedEvent[], ms: number): number {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (events[middle]!.atMs <= ms) low = middle + 1
    else high = middle
  }
  return low
}
