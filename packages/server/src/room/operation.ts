import type { Json } from '@whereabouts/protocol'
import type { NamedLock } from './locks.js'
import type { UserClaim } from './user.js'
import type { NodeId } from './ids.js'

/** What a caller says of its being there. @see PROTOCOL.md CO1, CO11 */
export interface Presence {
  /** Within what time it says so again; it promises nothing without. */
  readonly nextWithinMs?: number | undefined
  /** Whether it also polls, so that its connections say nothing of it. */
  readonly polls?: boolean | undefined
}

/** What a caller says with its location. */
export interface Posting extends Presence {
  /** The lock that it has to hold. @see PROTOCOL.md LK12 */
  readonly lock?: NamedLock | undefined
}

/** One change of a room, as its nodes tell it to each other. */
export type Operation =
  | ({
      readonly do: 'open'
      readonly id: string
      readonly user: UserClaim
      readonly at?: string | undefined
    } & Presence)
  | { readonly do: 'close'; readonly id: string }
  | { readonly do: 'watch' }
  | { readonly do: 'unwatch' }
  | ({
      readonly do: 'move'
      readonly id: string
      readonly user: UserClaim
      readonly location: Json
    } & Posting)
  /** A member is there, and perhaps says so again within some time. */
  | ({ readonly do: 'confirm'; readonly id: string } & Presence)
  /** A connected member didn't keep its promise. */
  | { readonly do: 'overdue'; readonly id: string }
  | { readonly do: 'leave'; readonly id: string }
  | { readonly do: 'soon'; readonly id: string }
  /**
   * An update of the document. Without its bytes, readers have to fetch the document. If the document
   * was deleted, their connections end.
   */
  | {
      readonly do: 'update'
      readonly bytes?: Uint8Array | undefined
      /** The update's number in the store, if that is known. */
      readonly place?: number | undefined
      readonly isDeleted?: boolean | undefined
    }
  | BroadcastOperation
  | LockOperation
  /** A member releases a lock; without one, it loses all. */
  | { readonly do: 'unlock'; readonly id: string; readonly lock?: NamedLock | undefined }
  /** Nobody knows any more who holds a lock. No log has it: a node applies it to its own room when it is alone. */
  | { readonly do: 'forgetLocks' }
  | { readonly do: 'expire' }
  /** A node is gone, and its connections with it. If it didn't leave in good order, it may have stored an
   * update that it told nobody. */
  | { readonly do: 'gone'; readonly node: NodeId; readonly hasLeft: boolean }
  | ({ readonly do: 'restate' } & Restatement)

/** An event for all readers. */
export interface BroadcastOperation {
  readonly do: 'broadcast'
  readonly event: Json
  /** The member that broadcasts it; `undefined` for the application. */
  readonly from?: string | undefined
  /** The lock that the call names. */
  readonly lock?: NamedLock | undefined
}

/** Something about locks that is only answered if the other nodes can be reached. @see PROTOCOL.md LK15 */
export type LockOperation =
  /** A member locks a key. */
  | { readonly do: 'lock'; readonly id: string; readonly key: string }
  /** Somebody relies on a lock of a member or a user, or of anybody. Changes nothing. */
  | ({ readonly do: 'rely' } & Reliance)

/** A lock, and who is to hold it; without anybody, it may be anybody. @see PROTOCOL.md LK12, LK14 */
export interface Reliance {
  readonly lock: NamedLock
  readonly memberId?: string | undefined
  readonly userId?: string | undefined
}

/** The node that an operation comes from, and its time in ms on the room's clock. */
export interface Origin {
  readonly node: NodeId
  readonly nowMs: number
}

/** Returns whether an operation says that the room's document was deleted. */
export function deletesDocument(operation: Operation): boolean {
  return operation.do === 'update' && operation.isDeleted === true
}

/** Returns whether an operation is only good if no other node knows better. @see PROTOCOL.md LK15 */
export function needsOthers(operation: Operation): boolean {
  const { do: what } = operation
  if (what === 'move' || what === 'broadcast') return operation.lock !== undefined
  return what === 'lock' || what === 'unlock' || what === 'rely'
}

/** An operation of one kind. */
export type OperationOf<Do extends Operation['do']> = Extract<Operation, { do: Do }>

/** All members and connections of a node in a room; replaces everything known of them before. */
export interface Restatement {
  readonly members: readonly RestatedMember[]
  /** Members who left while only that node could know it, and how long ago. */
  readonly left: readonly (readonly [id: string, agoMs: number])[]
  /** Members who left but still have connections that read. */
  readonly onlookers: readonly (readonly [id: string, connections: number])[]
  /** The number of connections that only watch. */
  readonly watching: number
  /** How many broadcasts only that node's readers had. */
  readonly broadcasts?: number | undefined
  /** Whether that node stored updates that it told only in a log that is lost. */
  readonly hasUpdates?: boolean
}

export interface RestatedMember {
  readonly id: string
  readonly user: UserClaim
  readonly location: Json
  /** When the location was posted: in the exchange's time, or as an age on the node's own clock. */
  readonly posted: { readonly atMs: number } | { readonly agoMs: number }
  readonly at?: string | undefined
  /** The number of its connections to that node; with 0, it is away unless it is connected to another one. */
  readonly connections: number
  readonly promisedMs?: number | undefined
  readonly polls?: boolean | undefined
  /** Whether it is connected and didn't keep its promise. */
  readonly isOverdue?: boolean | undefined
}
