import type { Json } from '@whereabouts/protocol'
import type { RoomEvent } from '../transport.js'
import type { Said } from './election.js'

/** A way of reading several rooms with one request. */
export type Kind = 'stream' | 'poll'

/** What one room of a tab wants of the tab that leads. */
export interface Wish {
  /** The key of its subscription. No wish of any tab has the same. */
  readonly id: string
  readonly kind: Kind
  /** The fields of its subscription, but for `key` and `since`. @see PROTOCOL.md MS1 */
  readonly subscription: { readonly [field: string]: Json | undefined }
  /** Where it goes on from. */
  readonly position: string | null
  /** How long a poll may wait. */
  readonly waitMs: number
}

/** The wishes of a tab that can't answer. */
export interface Asleep {
  readonly tab: string
  readonly wishes: readonly Wish[]
}

/** One request of a leader. A later one takes the place of an earlier one. */
export interface Run {
  readonly term: number
  readonly leader: string
  readonly count: number
}

/** How a wish ends. */
export type End =
  | { readonly kind: 'ended' }
  /** Nothing answered. */
  | { readonly kind: 'unanswered'; readonly message: string }
  /** Something else than the server answered; perhaps with a refusal. */
  | { readonly kind: 'foreign'; readonly message: string; readonly problem?: Json }
  | { readonly kind: 'problem'; readonly status: number; readonly problem: Json }
  /** The room is to be read without the other tabs. */
  | { readonly kind: 'alone' }

/** What tabs say to each other. */
export type Message =
  | Exclude<Said, { readonly kind: 'resign' }>
  | (Extract<Said, { readonly kind: 'resign' }> & { readonly asleep: readonly Asleep[] })
  /** The leader asks a tab for its wishes. */
  | { readonly kind: 'call' }
  /** All wishes of a tab. One that sleeps keeps its place and is told nothing. */
  | {
      readonly kind: 'wishes'
      readonly wishes: readonly Wish[]
      readonly isHidden: boolean
      readonly isAsleep: boolean
    }
  /** A request for a wish begins, and its server may be slow. @see PROTOCOL.md CL120 */
  | { readonly kind: 'opening'; readonly wish: string }
  /** Events for a wish, with the number of this message in its run, from 1; the first begins with `hello`. */
  | {
      readonly kind: 'brought'
      readonly wish: string
      readonly run: Run
      readonly number: number
      readonly events: readonly RoomEvent[]
    }
  | { readonly kind: 'ended'; readonly wish: string; readonly end: End }

/** Returns a positive number if one run is later than another, 0 if they are the same. */
export function compareRuns(one: Run, other: Run): number {
  if (one.term !== other.term) return one.term - other.term
  if (one.leader === other.leader) return one.count - other.count
  // Of two tabs with the same term, the smaller id leads in the end.
  return one.leader < other.leader ? 1 : -1
}
