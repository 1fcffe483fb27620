import type { Operation, Restatement } from '../room/operation.js'
import type { KnownMember, Room } from '../room/room.js'
import { OwnConnections } from './own-connections.js'
import { Returning, type Shown, solitudeOf, type State } from './shared-state.js'
import type { Solitude } from './solitude.js'
import type { NodeId } from '../room/ids.js'

/** What is known of a room beside the node's own connections to it. */
export interface Known {
  /** As it is shown. */
  readonly room: Room
  readonly solitude: Solitude | undefined
  /** Whether all of it may be new to the log, also what is known of others. */
  readonly isNews: boolean
  /** By the node's own clock. */
  readonly nowMs: number
}

/** What a node is to a room that several nodes have. Nothing else differs between its roles. */
export interface Role {
  /** Whether the node has no connections there. */
  readonly isEmpty: boolean

  /** @param times 1 when it is sent, -1 if it turns out that it wasn't done */
  count(operation: Operation, times: 1 | -1): void

  /** Notes what is done for certain. @param isOwn whether this node did it */
  done(operation: Operation, isOwn: boolean): void

  /** The others took the node for gone. Returns whether it has to say what it has. */
  takenForGone(room: Room): boolean

  /**
   * Returns whether a room that begins here has connections of the node, which it doesn't have any
   * more.
   */
  isLeftIn(room: Room): boolean

  /** How a room goes on whose log begins again. */
  rejoin(state: State, shown: Shown): State

  /** The log's room is shown, which has all that the node has. */
  settle(): void

  /** Everything that the node has in the room. */
  restatement(known: Known): Restatement
}

/** A node that has connections in a room, and speaks for them. */
export class Host implements Role {
  readonly #own = new OwnConnections()
  /** Those connected here whom the others may let go until they hear that this node is alive. */
  readonly #doubted = new Map<string, KnownMember>()

  constructor(private readonly node: NodeId) {}

  get isEmpty(): boolean {
    return this.#own.isEmpty
  }

  count(operation: Operation, times: 1 | -1): void {
    this.#own.count(operation, times)
  }

  done(operation: Operation, isOwn: boolean): void {
    if (operation.do === 'leave') this.#doubted.delete(operation.id)
    if (operation.do === 'restate' && isOwn) this.#doubted.clear()
  }

  /** It may only have been slow. */
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
    for (const { member, at, postedMs } of known.values()) {
      const { id, user, location } = member
      const connections = own.get(id) ?? 0
      own.delete(id)
      const aloneMs = solitude?.posted.get(id)
      if (connections === 0 && !isNews && aloneMs === undefined) continue
      const posted = aloneMs === undefined ? { atMs: postedMs } : { agoMs: nowMs - aloneMs }
      members.push({ id, user, location, posted, at, connections })
    }
    return {
      members,
      onlookers: [...own],
      left: Array.from(solitude?.left ?? [], ([id, atMs]) => [id, nowMs - atMs]),
      watching: this.#own.watching,
    }
  }
}

/** A node that only looks at a room, and speaks for nobody. */
export class Visitor implements Role {
  readonly isEmpty = true

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
