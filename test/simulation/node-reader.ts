import type { Broadcast } from '@whereabouts/protocol'
import type { Frame } from '../../packages/server/src/stream/frame.js'
import { SimulatedReader } from './reader.js'

/** Receives the events of a reader. */
export interface Onlooker {
  /** A member has disappeared from the view. */
  sawLeave(reader: NodeReader, member: string, isNewEpoch: boolean): void
  /** The reader has received a frame. */
  tookFrame(reader: NodeReader): void
  /** A broadcast came to a reader. */
  sawBroadcast(epoch: string, broadcast: Broadcast): void
  fail(what: string): void
}

/** A reader of one node. */
export class NodeReader extends SimulatedReader {
  constructor(
    readonly node: string,
    known: SimulatedReader | undefined,
    private readonly onlooker: Onlooker,
    spend: () => void,
  ) {
    super({ view: 'patch', documents: true, part: undefined }, undefined, () => {}, known, spend)
    if (known?.lastEventId !== undefined) this.lacksDocument = known.lacksDocument
  }

  protected override sawBroadcast(position: string, broadcast: Broadcast): void {
    this.onlooker.sawBroadcast(position.split(':')[0]!, broadcast)
  }

  override send(frame: Frame): void {
    const before = this.state.members
    const epoch = this.lastEventId?.split(':')[0]
    try {
      super.send(frame)
    } catch (error) {
      return this.onlooker.fail(`${this.node}: ${(error as Error).message}`)
    }
    const isNewEpoch = epoch !== undefined && this.lastEventId?.split(':')[0] !== epoch
    for (const member of before.keys()) {
      if (!this.state.members.has(member)) this.onlooker.sawLeave(this, member, isNewEpoch)
    }
    this.onlooker.tookFrame(this)
  }
}
