import type { Batch } from '../exchange/exchange.js'
import type { Room } from '../room/room.js'
import type { Numbered, Outcomes } from './outcomes.js'
import { Signal } from './signal.js'
import type { Solitude } from './solitude.js'

/** A room as its readers see it. */
export interface Shown {
  readonly room: Room
  /** In which the room's versions count. */
  readonly epoch: string
  /** Names the log that the room is in, or was in before the exchange was lost. */
  readonly log: string
}

/** How a room that several nodes have is on one of them. */
export type State =
  /** The log hasn't been read yet. */
  | { readonly kind: 'joining'; readonly shown: Shown }
  /** It is as the log has it. */
  | { readonly kind: 'shared'; readonly shown: Shown }
  /** The exchange is lost: it is this node's own, in an epoch of its own. */
  | { readonly kind: 'alone'; readonly shown: Shown; readonly solitude: Solitude }
  /** The log begins again. What was shown before is shown until the log's room has it too. */
  | {
      readonly kind: 'returning'
      readonly shown: Shown
      readonly solitude: Solitude | undefined
      readonly next: Returning
    }

/** What happened while other nodes couldn't hear of it; `undefined` while they can. */
export function solitudeOf(state: State): Solitude | undefined {
  return state.kind === 'alone' || state.kind === 'returning' ? state.solitude : undefined
}

/** The room that the log has, whether it is shown yet or not. */
export function loggedIn(state: State): Room {
  return state.kind === 'returning' ? state.next.shown.room : state.shown.room
}

/** The room as its log has it, until what this node has is in it too. */
export class Returning {
  /** Settles when this node's restatement is on its way, or when there will be none. */
  readonly said = new Signal()
  /** The number of the restatement; what was sent before it is undone by it, and is sent again. */
  #number = Infinity

  constructor(readonly shown: Shown) {}

  /** The restatement is being sent, which may bring it back at once. */
  say(number: number): void {
    this.#number = number
    this.said.settle()
  }

  /** Does a batch to the room. Returns whether this node's restatement was in it. */
  apply(batch: Batch<Numbered>, outcomes: Outcomes): boolean {
    for (const each of batch.operations) {
      outcomes.apply(this.shown.room, each, batch, this.#number)
    }
    return (
      batch.node === outcomes.node && batch.operations.some(([number]) => number === this.#number)
    )
  }
}
