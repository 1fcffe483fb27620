import {
  applyPatch,
  applySnapshot,
  type Broadcast,
  BroadcastNumber,
  EMPTY_ROOM,
  type Json,
  type Patch,
  type Problem,
  type Resync,
  type RoomState,
  type Snapshot,
  type View,
} from '@whereabouts/protocol'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Frame } from '../../packages/server/src/stream/frame.js'
import type { Reader } from '../../packages/server/src/stream/frames.js'

/** What a client tells its application: an event, or how many were missed. */
export type Heard = { readonly event: Json } | { readonly missed: number | null }

/** A client over a connection that may stall, which applies the bytes that it receives. */
export class SimulatedReader implements Reader {
  readonly view: View
  readonly documents: boolean
  readonly part: string | undefined
  state: RoomState
  list: Json | undefined
  lastEventId: string | undefined
  /** The updates that it has; in the simulation an update is only a number. */
  readonly updates: Set<number>
  /** Whether it still has to fetch the document. PROTOCOL.md DO4 */
  lacksDocument: boolean
  ready = true
  frames = 0
  /** What its application was told of broadcasts, by this reader and those that it resumes. */
  readonly heard: Heard[]
  /** The last broadcast that it knows of, and a position in the epoch of its number. */
  lastBroadcast: { readonly position: string; readonly number: number } | undefined
  readonly #last = new BroadcastNumber()
  /** The events of a frame, whose position comes with its last one. */
  readonly #frame: EventSourceMessage[] = []
  /** Whether its room failed. */
  isFailed = false
  readonly #parser = createParser({ onEvent: (event) => this.#apply(event) })

  constructor(
    wanted: Pick<Reader, 'view' | 'documents' | 'part'>,
    public version: number | undefined,
    /** Called for every member that leaves the view. */
    private readonly onLeave: (member: string, part: string | undefined) => void,
    known?: SimulatedReader,
    /** Lets the time pass that a write takes. */
    private readonly spend: () => void = () => {},
  ) {
    this.view = wanted.view
    this.documents = wanted.documents
    this.part = wanted.part
    this.state = known?.state ?? EMPTY_ROOM
    this.list = known?.list
    this.lastEventId = known?.lastEventId
    this.updates = new Set(known?.updates)
    this.heard = [...(known?.heard ?? [])]
    this.#resume(known?.lastBroadcast)
    this.lacksDocument = this.documents && (version === undefined || known?.lacksDocument === true)
  }

  send(frame: Frame): void {
    if (!this.ready) throw new Error('a reader that is not ready was sent a frame')
    this.frames += 1
    this.spend()
    this.#parser.feed(frame.bytes.plain.toString())
  }

  fail(_problem: Problem): void {
    this.isFailed = true
  }

  /** Goes on after what the application was told before. */
  #resume(last: SimulatedReader['lastBroadcast']): void {
    if (last !== undefined) this.#last.reach(last.position, last.number)
    this.lastBroadcast = last
  }

  /** Tells the application of broadcasts, as CL110 and CL111 say. */
  #tell(position: string): void {
    for (const { event, data } of this.#frame.splice(0)) {
      if (event === 'snapshot') {
        const { broadcast = 0 } = JSON.parse(data) as Snapshot
        this.#miss(this.#last.reach(position, broadcast) && null)
      } else if (event === 'patch') {
        this.#miss(this.#last.reach(position, (JSON.parse(data) as Patch).broadcast ?? 0))
      } else if (event === 'broadcast') this.#hear(position, JSON.parse(data) as Broadcast)
    }
    this.lastBroadcast = { position, number: this.#last.number }
  }

  #hear(position: string, broadcast: Broadcast): void {
    const { number, event } = broadcast
    this.sawBroadcast(position, broadcast)
    this.#miss(this.#last.reach(position, number - 1))
    if (this.#last.reach(position, number) === 1) this.heard.push({ event })
  }

  #miss(missed: number | null): void {
    if (missed !== 0) this.heard.push({ missed })
  }

  /** Called for each broadcast in a frame, even if it has come before. */
  protected sawBroadcast(_position: string, _broadcast: Broadcast): void {}

  #apply(message: EventSourceMessage): void {
    const { event, id, data } = message
    if (this.view === 'patch') this.#frame.push(message)
    if (this.view === 'patch' && id !== undefined) this.#tell(id)
    if (id !== undefined) this.#grow(id, event === 'snapshot')
    if (event === 'resync') this.#resync(JSON.parse(data) as Resync)
    else if (event === 'document') this.take(Buffer.from(data, 'base64'))
    else if (event === 'snapshot')
      this.state = applySnapshot(this.state, JSON.parse(data) as Snapshot)
    else if (event === 'patch') this.#patch(JSON.parse(data) as Patch)
    else if (event !== 'broadcast') this.list = JSON.parse(data) as Json
  }

  /** Adds updates, including ones that it already has. */
  take(updates: Iterable<number>): void {
    for (const update of updates) this.updates.add(update)
  }

  #resync({ document }: Resync): void {
    if (document === true && !this.documents)
      throw new Error('received a document resync without asking for documents')
    this.lacksDocument ||= document === true
  }

  #patch(patch: Patch): void {
    for (const member of patch.leave ?? []) this.onLeave(member, this.part)
    this.state = applyPatch(this.state, patch)
  }

  /** Checks that positions grow; only a snapshot may repeat the position. PROTOCOL.md ST6 */
  #grow(id: string, isWhole: boolean): void {
    const last = this.lastEventId
    const [epoch, version] = id.split(':')
    const [lastEpoch, lastVersion] = last?.split(':') ?? []
    const grownBy = Number(version) - Number(lastVersion)
    if (epoch === lastEpoch && grownBy <= 0 && !(isWhole && grownBy === 0)) {
      throw new Error(`the position went from ${last} to ${id}`)
    }
    this.lastEventId = id
  }
}
