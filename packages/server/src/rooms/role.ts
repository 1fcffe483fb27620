import type { Operation, Restatement } from '../room/operation.js'
import type { KnownMember, Room } from '../room/room.js'
import { OwnConnections } from './own-connections.js'
import { Returning, type Shown, solitudeOf, type State } from './shared-state.js'
import type { Solitude } from './solitude.js'
import type { NodeId } from '../room/ids.js'

/** What a node knows of a room besides its own connections. */
export interface Known {
  /** The room that readers see. */
  readonly room: Room
  readonly solitude: Solitude | undefined
  /** Whether everything may be new to the log, including members of other nodes. */
  readonly isNews: boolean
  /** The time on the node's own clock. */
  readonly nowMs: number
}

/** What a node is to a shared room: its host or a visitor. */
export interface Role {
  /** Whether the node has no connections there. */
  readonly isEmpty: boolean

  /** Returns whether a member is connected to the node. */
  isConnected(id: string): boolean

  /** @param times 1 when the operation is sent, -1 if it turns out that it wasn't applied */
  count(operation: Operation, times: 1 | -1): void

  /** Notes an operation that was applied. @param isOwn whether it came from this node */
  done(operation: Operation, isOwn: boolean): void

  /** Called when other nodes took this one for gone. Returns whether it has to send a restatement. */
  takenForGone(room: Room): boolean

  /**
   * Returns whether a room that begins here still lists connections of this node from before.
   */
  isLeftIn(room: Room): boolean

  /** Returns the state of a room after its log begins again. */
  rejoin(state: State, shown: Shown): State

  /** Called when readers see the log's room, which then includes everything of this node. */
  settle(): void

  /** Returns the node's members and connections in the room. */
  restatement(known: Known): Restatement
}

/** A node with connections in a room, which it reports to the others. */
export class Host implements Role {
  readonly #own = new OwnConnections()
  /** Members connected here that the others may remove until they hear that this node is alive. */
  readonly #doubted = new Map<string, KnownMember>()

  constructor(private readonly node: NodeId) {}

  get isEmpty(): boolean {
    return this.#own.isEmpty
  }

  isConnected(id: string): boolean {
    return this.#own.members.has(id)
  }

  count(operation: Operation, times: 1 | -1): void {
    this.#own.count(operation, times)
  }

  done(operation: Operation, isOwn: boolean): void {
    if (operation.do === 'leave') this.#doubted.delete(operation.id)
    if (operation.do === 'restate' && isOwn) this.#doubted.clear()
  }

  /** The node may only have been slow, so it keeps its members and restates them. */
  takenForGone(room: Room): boolean {
    for (const known of room.members()) {
      const { id } = known.member
      if (this.#own.members.has(id)) this.#doubted.set(id, known)
    }
    return true
  }

  isLeftIn(room: Room): boolean {
    return room.connections.nodes().includes(this.node)
  }

  rejoin(state: State, shown: Shown): State {
    const solitude = solitudeOf(state)
    return { kind: 'returning', shown: state.shown, solitude, next: new Returning(shown) }
  }

  settle(): void {
    this.#doubted.clear()
  }

  restatement({ room, solitude, isNews, nowMs }: Known): Restatement {
    const own = new Map(this.#own.members)
    const known = new Map([...this.#doubted].filter(([id]) => own.has(id)))
    for (const each of room.members()) known.set(each.member.id, each)
    const members = []
    for (const { member, at, postedMs, promisedMs, polls } of known.values()) {
      const { id, user, location } = member
      const connections = own.get(id) ?? 0
      own.delete(id)
      const aloneMs = solitude?.posted.get(id)
      if (connections === 0 && !isNews && aloneMs === undefined) continue
      const posted = aloneMs === undefined ? { atMs: postedMs } : { agoMs: nowMs - aloneMs }
      // Members of a node that was taken for gone are away, too.
      const isOverdue = room.connections.of(id) > 0 && member.status === 'away'
      const promise = { promisedMs, polls, ...(isOverdue && { isOverdue }) }
      members.push({ id, user, location, posted, at, connections, ...promise })
    }
    return {
      members,
      onlookers: [...own],
      left: Array.from(solitude?.left ?? [], ([id, atMs]) => [id, nowMs - atMs]),
      watching: this.#own.watching,
      broadcasts: solitude?.broadcasts,
    }
  }
}

/** A node that only looks at a room and has no connections to report. */
export class Visitor implements Role {
  readonly isEmpty = true

  isConnected(): boolean {
    return false
  }

  count(): void {}

  done(): void {}

  takenForGone(): boolean {
    return false
  }

  isLeftIn(): boolean {
    return false
  }

  rejoin(_state: State, shown: Shown): State {
    return { kind: 'shared', shown }
  }

  settle(): void {}

  restatement(): Restatement {
    return { members: [], onlookers: [], left: [], watching: 0 }
  }
}
