import type { NodeId } from './node.js'

/** Encodes and decodes operations for other processes. */
export interface Codec<T> {
  /** Returns text without a line break. */
  write(operation: T): string
  /** @throws {Error} if `write` didn't make the text */
  read(text: string): T
}

/** Operations that one node appended to a room together, and their place in the room's log. */
export interface Batch<T> {
  /** Counts the batches of a log, from 1. */
  readonly number: number
  /** The exchange's clock in ms, with an arbitrary origin. It never falls within a log. */
  readonly atMs: number
  /** The node that appended it. */
  readonly node: NodeId
  /** At least one. */
  readonly operations: readonly T[]
}

/** The point in the log at which a follower starts. */
export interface History {
  /** Names the unbroken history of the whole exchange. It changes if the exchange came back empty. */
  readonly epoch: string
  /**
   * The version at which the room continues. It is higher than any version in an earlier log of that
   * room, as long as batches add at most {@link VERSIONS_A_BATCH} versions on average.
   */
  readonly firstVersion: number
  /** The newest checkpoint, or `null` for an empty room. The batches after its number follow. */
  readonly checkpoint: Checkpoint | null
}

/** The state of a room after a batch. */
export interface Checkpoint {
  /** The number of the last batch that it includes. */
  readonly number: number
  readonly state: string
}

/**
 * Receives the events of a room. The methods are called in order, never concurrently, and must not
 * throw. Every follower of a room, on every node, receives the same batches in the same order.
 */
export interface Follower<T> {
  /**
   * The room begins here. If it had begun before, its earlier state is void. The batches in the log
   * follow before any other event. Earlier appends without an acknowledgement have been rejected;
   * those that aren't among these batches never arrive.
   */
  begin(history: History): void

  /** Receives the next batch, from any node: each exactly once, in order, without a gap. */
  batch(batch: Batch<T>): void

  /**
   * The exchange can't be reached or is too slow. Until the next `begin`, appends are refused and other
   * nodes don't learn of changes. It may also come in place of the first `begin`.
   */
  lost(): void

  /** The room's log can't be read. Nothing more is delivered; `discard` it. */
  broken(error: unknown): void

  /**
   * Returns how long after a batch of this node the next one may follow. Operations that are appended
   * meanwhile share it. Without this method, it follows as soon as the last one was acknowledged.
   */
  batchIntervalMs?(): number
}

/** A room that is followed. */
export interface Following<T> {
  /**
   * Appends operations to the room's log as part of one batch. Operations that are appended while a
   * batch is on its way share the next one. Before the first `begin`, operations wait.
   *
   * @param operations at most {@link BATCH_OPERATIONS}, at most {@link BATCH_CHARACTERS} of JSON
   *   text together, unless it is a single one. Don't change them afterwards
   * @returns the number of the batch, after the follower was told of it
   * @throws {RangeError} synchronously, if there are no operations or too many
   * @throws {ExchangeLost} if the append failed or its outcome is unknown. `lost` or `begin` is also
   *   called, before or after, unless too much was waiting already or `end` was called
   */
  append(operations: readonly T[]): Promise<number>

  /**
   * Cuts the log after a batch: later followers get the state in place of the batches. A checkpoint
   * that isn't newer than the current one changes nothing.
   *
   * Without checkpoints, a log keeps its last {@link LOG_BATCHES} batches, up to
   * {@link LOG_CHARACTERS} characters. If a new node would need more, the room begins again on every
   * node.
   *
   * @throws {ExchangeLost} if the call failed or its outcome is unknown
   */
  checkpoint(number: number, state: string): Promise<void>

  /**
   * Stops following. The follower receives no more calls.
   *
   * @param version the room's current version, if versions went on without the log
   */
  end(version?: number): void

  /**
   * Stops following, and discards the log for every node: the room begins again, with versions above
   * all earlier ones. If the exchange can't be reached, the log stays as it is.
   *
   * @see PROTOCOL.md EX9
   */
  discard(version?: number): void
}

/**
 * Keeps a room in the same state on several nodes. Each room has a log of batches of operations, in
 * one order for all nodes. Every node that applies the whole log has the same state. The exchange
 * doesn't interpret operations.
 *
 * @see PROTOCOL.md EX1
 */
export interface Exchange<T> {
  /** This node's name among the nodes; new with every start. */
  readonly node: NodeId

  /** Whether the other nodes can be reached. */
  readonly isReachable: boolean

  /**
   * Follows a room. Within {@link PATIENCE_MS}, the follower receives `begin` or `lost`.
   */
  follow(roomName: string, follower: Follower<T>): Following<T>

  /**
   * Calls the listener for each other node that is gone: closed, or silent for {@link LEASE_MS}. A
   * node that was only slow may come back under the same name. By then its rooms have begun again.
   */
  onGone(listener: GoneListener): void

  /**
   * Returns the nodes that are alive at the time of the call, including this one. A node is listed
   * before it appends anything. `onGone` never reports a node that isn't listed.
   *
   * @throws {ExchangeLost}
   */
  nodes(): Promise<ReadonlySet<NodeId>>

  /**
   * Keeps the latest promise of a member to confirm again, for as long as it holds. No node is told.
   *
   * @throws {ExchangeLost} if the call failed or its outcome is unknown
   * @see PROTOCOL.md CO8
   */
  promise(roomName: string, memberId: string, withinMs: number): Promise<void>

  /**
   * Returns the kept promise of each member; `undefined` for one without a promise that still holds.
   *
   * @throws {ExchangeLost}
   */
  promised(
    roomName: string,
    memberIds: readonly string[],
  ): Promise<readonly (KeptPromise | undefined)[]>

  /** Gives up this node's lease at once and ends all that it follows. */
  close(): Promise<void>
}

/** A promise of a member, and how much of its time is left. */
export interface KeptPromise {
  readonly withinMs: number
  readonly leftMs: number
}

/** @param hasLeft whether the node is known to have closed, after it finished all its work */
export type GoneListener = (node: NodeId, hasLeft: boolean) => void

/** Carries messages between nodes that belong to no room's history. */
export interface Notices {
  /**
   * Sends a notice once to every other node that can be reached.
   *
   * @throws {ExchangeLost} if the call failed or its outcome is unknown
   */
  tell(notice: string): Promise<void>

  /** Listens to the notices of other nodes. */
  onTold(listener: ToldListener): void
}

/** Counters that all nodes share. */
export interface Counting {
  /**
   * Runs a Lua script on one counter.
   *
   * @throws {ExchangeLost} if the call failed or its outcome is unknown
   */
  count(script: string, counter: string, args: readonly string[]): Promise<unknown>
}

/** @param notice the notice of another node; `undefined` if some may have been missed */
export type ToldListener = (notice: string | undefined) => void

/** Thrown if the exchange didn't answer in time: the operation failed or its outcome is unknown. */
export class ExchangeLost extends Error {
  override readonly name = 'ExchangeLost'
}

/** Returns an error's message. For an error of several attempts, it joins their messages. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

/** How long the exchange may take to answer before it counts as lost. */
export const PATIENCE_MS = 1_000
/** How long a silent node counts as alive. */
export const LEASE_MS = 5_000
/** How long the log of a room without followers is kept. */
export const LOG_TTL_MS = 60_000
/** The maximum number of operations in one batch. */
export const BATCH_OPERATIONS = 512
/** The maximum number of characters in a batch of more than one operation. */
export const BATCH_CHARACTERS = 1_048_576
/** The number of versions that a log reserves for each batch. */
export const VERSIONS_A_BATCH = 1_000
/** The maximum number of operations that wait while a batch is on its way; more are refused. */
export const WAITING_OPERATIONS = 8_192
/** The maximum number of characters that wait. A single operation may have more. */
export const WAITING_CHARACTERS = 8_388_608
/** The approximate number of batches that a log keeps after its checkpoint. */
export const LOG_BATCHES = 4_096
/** The approximate number of characters that a log keeps after its checkpoint. */
export const LOG_CHARACTERS = 33_554_432
