import {
  applyPatch,
  applySnapshot,
  EMPTY_ROOM,
  type Json,
  type Patch,
  type Problem,
  type Resync,
  type RoomState,
  type Snapshot,
  type View,
} from '@whereabouts/protocol'
import { createParser } from 'eventsource-parser'
import type { Frame } from '../../packages/server/src/stream/frame.js'
import type { Reader } from '../../packages/server/src/stream/frames.js'

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

  #apply({
    event,
    id,
    data,
  }: {
    event?: string | undefined
    id?: string | undefined
    data: string
  }) {
    if (id !== undefined) this.#grow(id, event === 'snapshot')
    if (event === 'resync') this.#resync(JSON.parse(data) as Resync)
    else if (event === 'document') this.take(Buffer.from(data, 'base64'))
    else if (event === 'snapshot')
      this.state = applySnapshot(this.state, JSON.parse(data) as Snapshot)
    else if (event === 'patch') this.#patch(JSON.parse(data) as Patch)
    else this.list = JSON.parse(data) as Json
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
