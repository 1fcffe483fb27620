import type { Json } from '@whereabouts/protocol'
import type { UserClaim } from './user.js'
import type { NodeId } from './ids.js'

/** One thing that happens to a room: what the nodes that have the room tell each other. */
export type Operation =
  | {
      readonly do: 'open'
      readonly id: string
      readonly user: UserClaim
      readonly at?: string | undefined
    }
  | { readonly do: 'close'; readonly id: string }
  | { readonly do: 'watch' }
  | { readonly do: 'unwatch' }
  | {
      readonly do: 'move'
      readonly id: string
      readonly user: UserClaim
      readonly location: Json
    }
  | { readonly do: 'leave'; readonly id: string }
  | { readonly do: 'soon'; readonly id: string }
  /**
   * An update of the document; without its bytes, readers have to fetch the document. If it was deleted,
   * their connections end.
   */
  | {
      readonly do: 'update'
      readonly bytes?: Uint8Array | undefined
      readonly isDeleted?: boolean | undefined
    }
  | { readonly do: 'expire' }
  /** A node is gone, and its connections with it; unless it has left, there may be an update that nobody told. */
  | { readonly do: 'gone'; readonly node: NodeId; readonly hasLeft: boolean }
  | ({ readonly do: 'restate' } & Restatement)

/** Which node says what happens, and when; the time is in ms from wherever the room's clock counts. */
export interface Origin {
  readonly node: NodeId
  readonly nowMs: number
}

/** Returns whether an operation says that the room's document was deleted. */
export function deletesDocument(operation: Operation): boolean {
  return operation.do === 'update' && operation.isDeleted === true
}

/** The members of a node in a room, which replace everything known before. */
export interface Restatement {
  readonly members: readonly RestatedMember[]
  /** Those who left while only that node could know it, and how long ago. */
  readonly left: readonly (readonly [id: string, agoMs: number])[]
  /** Those who left and still look, and their connections. */
  readonly onlookers: readonly (readonly [id: string, connections: number])[]
  /** Its connections that only watch. */
  readonly watching: number
}

export interface RestatedMember {
  readonly id: string
  readonly user: UserClaim
  readonly location: Json
  /** When that was posted, by the exchange's time; or how long ago, by the node's own. */
  readonly posted: { readonly atMs: number } | { readonly agoMs: number }
  readonly at?: string | undefined
  /** Its connections to that node; with none, it is away if nobody else knows it. */
  readonly connections: number
}
