import type { NodeId } from './ids.js'

/** Counts the open connections of a room, by member and by node. */
export class RoomConnections {
  readonly #nodes = new Map<NodeId, Map<string, number>>()
  readonly #watching = new Map<NodeId, number>()

  /** The number of connections that only watch. */
  get watching(): number {
    let sum = 0
    for (const count of this.#watching.values()) sum += count
    return sum
  }

  get empty(): boolean {
    return this.#nodes.size === 0 && this.#watching.size === 0
  }

  /** Returns the number of connections of a member. */
  of(id: string): number {
    let sum = 0
    for (const members of this.#nodes.values()) sum += members.get(id) ?? 0
    return sum
  }

  /** Returns the number of connections to a node, by member. */
  ofNode(node: NodeId): ReadonlyMap<string, number> {
    return this.#nodes.get(node) ?? new Map<string, number>()
  }

  /** Returns the number of connections of a member to one node. */
  to(node: NodeId, id: string): number {
    return this.#nodes.get(node)?.get(id) ?? 0
  }

  watchingNode(node: NodeId): number {
    return this.#watching.get(node) ?? 0
  }

  /** Returns every node with connections. */
  nodes(): NodeId[] {
    return [...new Set([...this.#nodes.keys(), ...this.#watching.keys()])]
  }

  set(id: string, node: NodeId, count: number): void {
    let members = this.#nodes.get(node)
    if (members === undefined) {
      members = new Map<string, number>()
      this.#nodes.set(node, members)
    }
    if (count > 0) members.set(id, count)
    else members.delete(id)
    if (members.size === 0) this.#nodes.delete(node)
  }

  setWatching(node: NodeId, count: number): void {
    if (count > 0) this.#watching.set(node, count)
    else this.#watching.delete(node)
  }

  save(): SavedConnections {
    return {
      members: [...this.#nodes].map(([node, members]) => [node, [...members]]),
      watching: [...this.#watching],
    }
  }

  static load({ members, watching }: SavedConnections): RoomConnections {
    const connections = new RoomConnections()
    for (const [node, counts] of members) {
      for (const [id, count] of counts) connections.set(id, node, count)
    }
    for (const [node, count] of watching) connections.setWatching(node, count)
    return connections
  }
}

type Count<Name extends string> = readonly [name: Name, count: number]

/** The connections in a checkpoint. */
export interface SavedConnections {
  readonly members: readonly (readonly [node: NodeId, members: readonly Count<string>[]])[]
  readonly watching: readonly Count<NodeId>[]
}
