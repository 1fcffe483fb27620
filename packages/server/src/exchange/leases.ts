import { LEASE_MS } from './exchange.js'
import type { NodeId } from './node.js'

/** The remaining time of one node's lease; 0 or less if it has run out. */
export type LeaseLeft = readonly [node: NodeId, leftMs: number]

/** A node that is gone. */
export interface GoneNode {
  readonly node: NodeId
  /** Whether it surely gave its lease up itself. */
  readonly hasLeft: boolean
}

/**
 * Which nodes are alive, as one of them sees it.
 *
 * After an interruption all leases may have run out together, because none could be renewed: they
 * count for a lease from then on.
 */
export class Leases {
  readonly #alive = new Set<NodeId>()
  #epoch: string | undefined
  /** Since when everything was heard. */
  #sinceMs: number | undefined

  /** Those that aren't gone. */
  get alive(): ReadonlySet<NodeId> {
    return new Set(this.#alive)
  }

  /**
   * Returns whether a lease that has run out means that its node is gone, not that no lease could
   * be renewed.
   */
  isCertain(nowMs: number): boolean {
    return this.#sinceMs !== undefined && nowMs - this.#sinceMs >= LEASE_MS
  }

  /** Nothing was heard for a while. */
  interrupted(): void {
    this.#sinceMs = undefined
  }

  /** Takes what is known of all leases now. Answers the nodes that are gone since the last time. */
  update(epoch: string, leases: readonly LeaseLeft[], nowMs: number): GoneNode[] {
    // An exchange that came back empty has no rooms that anybody who is missing could be in.
    if (epoch !== this.#epoch) this.#alive.clear()
    this.#epoch = epoch
    // A lease that ran out long ago may have been removed since it was last looked at.
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
