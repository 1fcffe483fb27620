import {
  applyPatch,
  applySnapshot,
  EMPTY_ROOM,
  type Json,
  type Patch,
  type RoomState,
  type Snapshot,
  type View,
} from '@whereabouts/protocol'
import { createParser } from 'eventsource-parser'
import type { Frame } from '../../packages/nestjs/src/stream/frame.js'
import type { Reader } from '../../packages/nestjs/src/stream/frames.js'

/** A client at the other end of a connection that may stall: it applies the bytes it was sent. */
export class SimulatedReader implements Reader {
  state: RoomState
  list: Json | undefined
  lastEventId: string | undefined
  ready = true
  frames = 0
  readonly #parser = createParser({ onEvent: (event) => this.#apply(event) })

  constructor(
    readonly view: View,
    public version: number | undefined,
    /** Is told of everybody who is seen to leave. */
    private readonly onLeave: (member: string) => void,
    known?: SimulatedReader,
  ) {
    this.state = known?.state ?? EMPTY_ROOM
    this.list = known?.list
    this.lastEventId = known?.lastEventId
  }

  send(frame: Frame): void {
    if (!this.ready) throw new Error('a reader that is not ready was sent a frame')
    this.frames += 1
    this.#parser.feed(frame.bytes.toString())
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
    if (event === 'resync') return
    if (id !== undefined) this.#grow(id)
    if (event === 'snapshot') this.state = applySnapshot(this.state, JSON.parse(data) as Snapshot)
    else if (event === 'patch') this.#patch(JSON.parse(data) as Patch)
    else this.list = JSON.parse(data) as Json
  }

  #patch(patch: Patch): void {
    patch.leave?.forEach(this.onLeave)
    this.state = applyPatch(this.state, patch)
  }

  /** PROTOCOL.md ST6 */
  #grow(id: string): void {
    const last = this.lastEventId
    const [epoch, version] = id.split(':')
    const [lastEpoch, lastVersion] = last?.split(':') ?? []
    if (epoch === lastEpoch && Number(version) <= Number(lastVersion)) {
      throw new Error(`the position went from ${last} to ${id}`)
    }
    this.lastEventId = id
  }
}
