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

/** A client at the other end of a connection that may stall: it applies the bytes it was sent. */
export class SimulatedReader implements Reader {
  readonly view: View
  readonly documents: boolean
  readonly part: string | undefined
  state: RoomState
  list: Json | undefined
  lastEventId: string | undefined
  /** The updates that it has; what those of the simulation say is no more than that they are there. */
  readonly updates: Set<number>
  /** Whether it has yet to fetch what it lacks of the document. PROTOCOL.md DO4 */
  lacksDocument: boolean
  ready = true
  frames = 0
  /** Whether its room failed. */
  isFailed = false
  readonly #parser = createParser({ onEvent: (event) => this.#apply(event) })

  constructor(
    wanted: Pick<Reader, 'view' | 'documents' | 'part'>,
    public version: number | undefined,
    /** Is told of everybody who is seen to leave. */
    private readonly onLeave: (member: string, part: string | undefined) => void,
    known?: SimulatedReader,
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

  /** Takes updates in, whether it has them or not. */
  take(updates: Iterable<number>): void {
    for (const update of updates) this.updates.add(update)
  }

  #resync({ document }: Resync): void {
    if (document === true && !this.documents)
      throw new Error('was told of a document that it did not want')
    this.lacksDocument ||= document === true
  }

  #patch(patch: Patch): void {
    for (const member of patch.leave ?? []) this.onLeave(member, this.part)
    this.state = applyPatch(this.state, patch)
  }

  /** The whole of where it is already changes nothing. PROTOCOL.md ST6 */
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
