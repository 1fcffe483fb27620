import { Problem } from '@whereabouts/protocol'
import type { Batch } from '../exchange/exchange.js'
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

  /** @param node the node whose operations are waited for */
  constructor(readonly node: NodeId) {}

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
    const outcome = outcomeOf(room, operation, { node, nowMs: atMs })
    const isAwaited = node === this.node && number > after && this.#outcomes.has(number)
    if (isAwaited) this.#outcomes.set(number, outcome)
  }
}

function outcomeOf(room: Room, operation: Operation, origin: Origin): Outcome {
  try {
    room.apply(operation, origin)
    return room.version
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}
