import type { NodeId } from './node.js'

/** Encodes and decodes operations for other processes. */
export interface Codec<T> {
  /** Returns text without a line break. */
  write(operation: T): string
  /** @throws {Error} if `write` didn't make the text */
  read(text: string): T
}

/** The operations of one node in a room at one time, and their place in the room's log. */
export interface Batch<T> {
  /** 1 for the first one of a log, and one more for each. */
  readonly number: number
  /** The exchange's time in ms, from wherever it counts; it never falls in a log. */
  readonly atMs: number
  /** The node that appended it. */
  readonly node: NodeId
  /** At least one. */
  readonly operations: readonly T[]
}

/** The point in the log at which a follower starts. */
export interface History {
  /** Names the unbroken history of the whole exchange. Another one: it came back empty. */
  readonly epoch: string
  /**
   * Where the versions of the room go on from: higher than any that a room of that name had in an
   * earlier log, as long as a batch makes {@link VERSIONS_A_BATCH} of them at most, on average.
   */
  readonly firstVersion: number
  /** The newest one; `null`: from nothing. Batches after its number follow. */
  readonly checkpoint: Checkpoint | null
}

/** All that batches up to one of them made. */
export interface Checkpoint {
  /** The batch up to which it is. */
  readonly number: number
  readonly state: string
}

/**
 * What an exchange tells a follower of a room. Called in order, never while another call of
 * the same follower lasts, and must not throw. Every follower of a room on every node is told the
 * same batches in the same order.
 */
export interface Follower<T> {
  /**
   * The room begins here; again, if it did before, and then what was known of it is void. The
   * batches that the log had follow before anything else happens. What was appended before and
   * isn't acknowledged by now has been rejected, and if it isn't among these batches it never comes.
   */
  begin(history: History): void

  /** The next batch, whoever appended it: each once, in order, without a gap. */
  batch(batch: Batch<T>): void

  /**
   * The exchange can't be reached or is too slow: other nodes don't hear of what happens now, until
   * `begin` is called (again). Called instead of the first `begin`, too. Appends are refused.
   */
  lost(): void

  /** The room's log can't be read. Nothing more is delivered; `discard` it. */
  broken(error: unknown): void
}

/** A room that is followed. */
export interface Following<T> {
  /**
   * Puts operations into the room's log, together in one batch. What is appended while a batch is on
   * its way goes together into the next one. Before the first `begin` it waits for that.
   *
   * @param operations at most {@link BATCH_OPERATIONS}, at most {@link BATCH_CHARACTERS} of JSON
   *   text together, unless it is a single one; not to be changed afterwards
   * @returns the number of the batch, after the follower was told of it
   * @throws {RangeError} at once, if there are none or too many
   * @throws {ExchangeLost} if it didn't happen, or its outcome is unknown. `lost` or `begin` is
   *   called as well, before or after, unless too much was waiting already or `end` was called
   */
  append(operations: readonly T[]): Promise<number>

  /**
   * Makes the log begin after a batch: who comes later gets the state instead. One that isn't newer
   * than what there is changes nothing.
   *
   * Without any a log still keeps its last {@link LOG_BATCHES} batches, {@link LOG_CHARACTERS}
   * characters of them. A new node that would need more than that can't be told what the room is:
   * then the room begins again on every node.
   *
   * @throws {ExchangeLost} if it didn't happen, or its outcome is unknown
   */
  checkpoint(number: number, state: string): Promise<void>

  /**
   * Nothing is told to the follower any more.
   *
   * @param version how far the room's versions have come, if they went on without the log
   */
  end(version?: number): void

  /**
   * Ends it as `end` does. What the log says is void for everybody: the room begins again, from
   * versions above any that it had. If the exchange can't be reached, the log stays as it is.
   *
   * @see PROTOCOL.md EX9
   */
  discard(version?: number): void
}

/**
 * How the rooms of several nodes are one room. Each room has a log of batches of operations, in one
 * order for all; whoever follows it and applies all of them has the same state. Nothing here knows
 * what an operation is.
 *
 * @see PROTOCOL.md EX1
 */
export interface Exchange<T> {
  /** This node's name among the nodes; new with every start. */
  readonly node: NodeId

  /** Whether the others can be reached. */
  readonly isReachable: boolean

  /**
   * Follows a room. Not long after, at the latest after {@link PATIENCE_MS}, the follower is told
   * where it begins, or that the exchange is lost.
   */
  follow(roomName: string, follower: Follower<T>): Following<T>

  /**
   * Listens for nodes that are gone: closed, or not heard of for {@link LEASE_MS}. Every other node
   * is told. One that was only slow may come back under the same name after that; its rooms have
   * begun again by then.
   */
  onGone(listener: GoneListener): void

  /**
   * The nodes that aren't gone, this one included, not older than the call. A node is among them
   * before it appends anything; one that isn't among them will not be in a call of `onGone`.
   *
   * @throws {ExchangeLost}
   */
  nodes(): Promise<ReadonlySet<NodeId>>

  /** Gives up this node's lease at once and ends all that it follows. */
  close(): Promise<void>
}

/** @param hasLeft whether it surely was closed, and so has done all that it was asked for */
export type GoneListener = (node: NodeId, hasLeft: boolean) => void

/** How nodes tell each other what belongs to no room's history. */
export interface Notices {
  /**
   * Tells every other node that can be reached, once.
   *
   * @throws {ExchangeLost} if it didn't happen, or its outcome is unknown
   */
  tell(notice: string): Promise<void>

  /** Listens to what other nodes tell. */
  onTold(listener: ToldListener): void
}

/** How nodes count together. */
export interface Counting {
  /**
   * Runs a Lua script on one counter.
   *
   * @throws {ExchangeLost} if it didn't happen, or its outcome is unknown
   */
  count(script: string, counter: string, args: readonly string[]): Promise<unknown>
}

/** @param notice what another node told; `undefined` if something may have been missed */
export type ToldListener = (notice: string | undefined) => void

/** The exchange couldn't be reached in time: the operation didn't happen, or its outcome is unknown. */
export class ExchangeLost extends Error {
  override readonly name = 'ExchangeLost'
}

/** Returns an error's message; for several attempts it is made of their messages. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

/** How long the exchange may take for an answer before it counts as lost. */
export const PATIENCE_MS = 1_000
/** How long a node that isn't heard of counts as alive. */
export const LEASE_MS = 5_000
/** How long the log of a room without followers is kept. */
export const LOG_TTL_MS = 60_000
/** Operations of one batch. */
export const BATCH_OPERATIONS = 512
/** Characters of the operations of one batch that has more than one. */
export const BATCH_CHARACTERS = 1_048_576
/** Versions of a room for which a log leaves space, a batch. */
export const VERSIONS_A_BATCH = 1_000
/** Operations that wait while a batch is on its way; more are refused. */
export const WAITING_OPERATIONS = 8_192
/** Characters of the operations that wait, unless it is a single one. */
export const WAITING_CHARACTERS = 8_388_608
/** Batches that a log keeps beyond its checkpoint, about. */
export const LOG_BATCHES = 4_096
/** Characters that a log keeps beyond its checkpoint, about. */
export const LOG_CHARACTERS = 33_554_432
