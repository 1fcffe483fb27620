import type { Operation } from '../room/operation.js'

/**
 * Counts a node's own connections to a room, including those in operations that are still on their way.
 * The room may briefly know fewer: before those operations arrive, or after other nodes took this node
 * for gone.
 */
export class OwnConnections {
  readonly #members = new Map<string, number>()
  #watching = 0

  /** The number of connections of each member. */
  get members(): ReadonlyMap<string, number> {
    return this.#members
  }

  /** The number of connections that only watch. */
  get watching(): number {
    return this.#watching
  }

  get isEmpty(): boolean {
    return this.#members.size === 0 && this.#watching === 0
  }

  /** @param times 1 when the operation is sent, -1 if it turns out that it wasn't applied */
  count(operation: Operation, times: 1 | -1): void {
    if (operation.do === 'open') this.#add(operation.id, times)
    if (operation.do === 'close') this.#add(operation.id, -times)
    if (operation.do === 'watch') this.#watching += times
    if (operation.do === 'unwatch') this.#watching -= times
  }

  #add(id: string, count: number): void {
    const sum = (this.#members.get(id) ?? 0) + count
    if (sum === 0) this.#members.delete(id)
    else this.#members.set(id, sum)
  }
}
