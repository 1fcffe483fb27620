import { LEASE_MS } from './exchange.js'
import type { NodeId } from './node.js'

/** The remaining time of one node's lease; 0 or less if it has run out. */
export type LeaseLeft = readonly [node: NodeId, leftMs: number]

/** A node that is gone. */
export interface GoneNode {
  readonly node: NodeId
  /** Whether the node is known to have given up its lease itself. */
  readonly hasLeft: boolean
}

/**
 * Tracks which nodes are alive, as seen by one of them.
 *
 * After an interruption all leases may have run out together, because none could be renewed. Every
 * node then counts as alive for the length of one more lease.
 */
export class Leases {
  readonly #alive = new Set<NodeId>()
  #epoch: string | undefined
  /** The end of the last interruption. */
  #sinceMs: number | undefined

  /** The nodes that aren't gone. */
  get alive(): ReadonlySet<NodeId> {
    return new Set(this.#alive)
  }

  /**
   * Returns whether an expired lease proves that its node is gone. It doesn't while no lease could be
   * renewed.
   */
  isCertain(nowMs: number): boolean {
    return this.#sinceMs !== undefined && nowMs - this.#sinceMs >= LEASE_MS
  }

  /** Records that the exchange couldn't be reached. */
  interrupted(): void {
    this.#sinceMs = undefined
  }

  /** Takes the current leases, and returns the nodes that are gone since the last call. */
  update(epoch: string, leases: readonly LeaseLeft[], nowMs: number): GoneNode[] {
    // An exchange that came back empty has no rooms that a missing node could be in.
    if (epoch !== this.#epoch) this.#alive.clear()
    this.#epoch = epoch
    // A missing lease may have expired and been removed since the last call.
    const isUnbroken = this.#sinceMs !== undefined
    this.#sinceMs ??= nowMs
    const isCertain = this.isCertain(nowMs)
    const present = new Set<NodeId>()
    for (const [node, leftMs] of leases) {
      if (leftMs > 0 || !isCertain) present.add(node)
    }
    const known = new Set(leases.map(([node]) => node))
    const gone = [...this.#alive]
      .filter((node) => !present.has(node))
      .map((node) => ({ node, hasLeft: isUnbroken && !known.has(node) }))
    this.#alive.clear()
    for (const node of present) this.#alive.add(node)
    return gone
  }
}
