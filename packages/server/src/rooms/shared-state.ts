import type { Batch } from '../exchange/exchange.js'
import type { Room } from '../room/room.js'
import type { Numbered, Outcomes } from './outcomes.js'
import { Signal } from './signal.js'
import type { Solitude } from './solitude.js'

/** A room as its readers see it. */
export interface Shown {
  readonly room: Room
  /** The epoch of the room's versions. */
  readonly epoch: string
  /** The name of the room's log, or of its last log if the exchange is lost. */
  readonly log: string
}

/** The state of a shared room on one node. */
export type State =
  /** The log hasn't been read yet. */
  | { readonly kind: 'joining'; readonly shown: Shown }
  /** The room equals the log's. */
  | { readonly kind: 'shared'; readonly shown: Shown }
  /** The exchange is lost, and the room is this node's own, in its own epoch. */
  | { readonly kind: 'alone'; readonly shown: Shown; readonly solitude: Solitude }
  /** The log begins again. Readers see the old room until the log's room has this node's restatement. */
  | {
      readonly kind: 'returning'
      readonly shown: Shown
      readonly solitude: Solitude | undefined
      readonly next: Returning
    }

/** Returns what happened while other nodes were unreachable; `undefined` while they are reachable. */
export function solitudeOf(state: State): Solitude | undefined {
  return state.kind === 'alone' || state.kind === 'returning' ? state.solitude : undefined
}

/** Returns the log's room, even if readers don't see it yet. */
export function loggedIn(state: State): Room {
  return state.kind === 'returning' ? state.next.shown.room : state.shown.room
}

/** The log's room, until this node's restatement is in it. */
export class Returning {
  /** Settles when this node's restatement is on its way or no longer due. */
  readonly said = new Signal()
  /** The number of the restatement. It replaces what was sent before it, which is sent again. */
  #number = Infinity

  constructor(readonly shown: Shown) {}

  /** Notes the restatement's number. Call it before sending, because the batch may come back at once. */
  say(number: number): void {
    this.#number = number
    this.said.settle()
  }

  /** Applies a batch to the room. Returns whether this node's restatement was in it. */
  apply(batch: Batch<Numbered>, outcomes: Outcomes): boolean {
    for (const each of batch.operations) {
      outcomes.apply(this.shown.room, each, batch, this.#number)
    }
    return (
      batch.node === outcomes.node && batch.operations.some(([number]) => number === this.#number)
    )
  }
}
