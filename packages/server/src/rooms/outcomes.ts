import { Problem } from '@whereabouts/protocol'
import type { Batch } from '../exchange/exchange.js'
import { applyObserved, type Observer } from '../room/observed.js'
import type { Operation, Origin } from '../room/operation.js'
import type { Room } from '../room/room.js'
import type { NodeId } from '../room/ids.js'

/** An operation and the number that its node gave it. */
export type Numbered = readonly [number: number, operation: Operation]

/** The outcome of an operation: the room's version after it, or why the room refused it. */
export type Outcome = number | Problem

/** The result of an operation that was applied. */
export interface Told {
  /** The room's position after it. */
  readonly position: string
  /** Whether it is in the room's log, where every node reads it. */
  readonly isShared: boolean
}

/** Collects the outcomes of this node's operations that callers wait for. */
export class Outcomes {
  readonly #outcomes = new Map<number, Outcome | undefined>()

  /**
   * @param node the node whose operations are waited for
   * @param observer returns who is told what they change
   */
  constructor(
    readonly node: NodeId,
    private readonly observer: () => Observer | undefined = () => undefined,
  ) {}

  expect(number: number): void {
    this.#outcomes.set(number, undefined)
  }

  /** Removes and returns the outcome of an operation, or `undefined` if it is unknown. */
  take(number: number): Outcome | undefined {
    const outcome = this.#outcomes.get(number)
    this.#outcomes.delete(number)
    return outcome
  }

  /**
   * Applies an operation of a batch to a room.
   *
   * @param after ignores the outcomes of the node's operations up to this number
   */
  apply(
    room: Room,
    [number, operation]: Numbered,
    { node, atMs }: Pick<Batch<Numbered>, 'node' | 'atMs'>,
    after = 0,
  ): void {
    const isAwaited = node === this.node && number > after && this.#outcomes.has(number)
    // What nobody waits for is of another node, or comes again.
    const observer = isAwaited ? this.observer() : undefined
    const outcome = outcomeOf(room, operation, { node, nowMs: atMs }, observer)
    if (isAwaited) this.#outcomes.set(number, outcome)
  }
}

function outcomeOf(
  room: Room,
  operation: Operation,
  origin: Origin,
  observer: Observer | undefined,
): Outcome {
  try {
    applyObserved(room, operation, origin, observer)
    return room.version
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}
