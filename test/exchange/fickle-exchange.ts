import type { NodeId } from '../../packages/server/src/exchange/node.js'
import {
  type Exchange,
  ExchangeLost,
  type Follower,
  type KeptPromise,
} from '../../packages/server/src/exchange/exchange.js'
import { KeptPromises } from './kept-promises.js'
import { nodeId } from './node-id.js'

/** An exchange that the test can disconnect and reconnect. */
export class FickleExchange<T> implements Exchange<T> {
  readonly node = nodeId('own')
  readonly isReachable = true
  readonly log: { node: NodeId; operations: readonly T[]; atMs?: number }[] = []
  followers: Follower<T>[] = []
  reachable = true
  /** The error of every append, if there is one. */
  fault: Error | undefined
  /** How often a promise was kept here. */
  kept = 0

  /** @param now returns the exchange's time */
  constructor(
    readonly promises = new KeptPromises(),
    private readonly now: () => number = () => 0,
  ) {}

  follow(_room: string, follower: Follower<T>) {
    this.followers.push(follower)
    if (this.reachable) this.begin()
    return {
      append: async (operations: readonly T[]) => {
        if (this.fault !== undefined) throw this.fault
        if (!this.reachable) throw new ExchangeLost('not reachable')
        return this.tell(this.node, operations)
      },
      checkpoint: async () => {},
      end: () => {},
      discard: () => {},
    }
  }

  begin(epoch = 'shared'): void {
    for (const follower of this.followers) {
      follower.begin({ epoch, firstVersion: 100, checkpoint: null })
      for (const [index, { node, operations, atMs = 0 }] of this.log.entries()) {
        follower.batch({ number: index + 1, atMs, node, operations })
      }
    }
  }

  tell(node: NodeId, operations: readonly T[], atMs = this.now()): number {
    const number = this.log.push({ node, operations, atMs })
    for (const follower of this.followers) {
      follower.batch({ number, atMs, node, operations })
    }
    return number
  }

  lose(): void {
    this.reachable = false
    for (const follower of this.followers) follower.lost()
  }

  find(epoch?: string): void {
    this.reachable = true
    this.begin(epoch)
  }

  onGone(): void {}

  async promise(_room: string, member: string, withinMs: number): Promise<void> {
    if (!this.reachable) throw new ExchangeLost('not reachable')
    this.kept += 1
    this.promises.keep(member, withinMs)
  }

  async promised(
    _room: string,
    members: readonly string[],
  ): Promise<readonly (KeptPromise | undefined)[]> {
    if (!this.reachable) throw new ExchangeLost('not reachable')
    return members.map((member) => this.promises.read(member))
  }

  async nodes(): Promise<ReadonlySet<NodeId>> {
    return new Set(['own', 'other'].map(nodeId))
  }

  async close(): Promise<void> {}
}
