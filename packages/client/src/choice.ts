import type { Attempted, Standing, Way } from './attempted.js'
import { FIRST_BACKOFF_MS } from './backoff.js'
import { type Confirming, NO_CONFIRMATIONS } from './confirming.js'

/** What every stream should have shown at a time. */
export interface Expected {
  readonly position: string
  readonly atMs: number
  /** Whether it is certain to be news for this room's readers. */
  readonly isNews: boolean
}

/** What should be open, and why. */
export interface Choice extends Confirming {
  readonly isRunning: boolean
  readonly attempts: readonly Attempted[]
  readonly standings: { readonly [way in Way]: Standing }
  /** When the next attempt may be made, whatever the way. */
  readonly notBeforeMs: number
  /** When the long-poll is opened if nothing else is open by then. */
  readonly pollAtMs: number
  readonly failures: number
  /** The ways that couldn't be opened since anything was open; none again once that was so of all. */
  readonly missed: readonly Way[]
  /** The first wait after a failure, as the server asked for it. */
  readonly firstBackoffMs: number
  readonly expected: Expected | null
  /** When the server is to be asked whether there is news. */
  readonly askAtMs: number
  /** The question to the server whether there is news, while there is no answer. */
  readonly check: {
    readonly askedAtMs: number
    /** An answer to a post since then shows that the server is there. */
    readonly sinceMs: number
    readonly untilMs: number
  } | null
  /** When the server last answered a request beside the attempts. */
  readonly answeredAtMs: number
  /** How long the server takes to answer: the longest of its last answers. */
  readonly tookMs: number
  /** Nothing is judged before: what had arrived while nobody listened is read first. */
  readonly judgedFromMs: number
  readonly nextId: number
}

/** What happens to an attempt. */
export type Heard =
  /** With the position that it goes on from. */
  | { readonly kind: 'hello'; readonly heartbeatMs: number; readonly position: string | null }
  | { readonly kind: 'frame'; readonly position: string }
  | { readonly kind: 'goodbye'; readonly reconnectInMs: number }
  | { readonly kind: 'retry'; readonly ms: number }
  | { readonly kind: 'ping' | 'other' }

export type ChoiceEvent =
  /** `renewed` if the next stream is another one for the server, such as that of a member. */
  | { readonly kind: 'started' | 'stopped' | 'reopened' | 'renewed' }
  | { readonly kind: 'heard'; readonly id: number; readonly heard: Heard }
  /** It is over: its events ended, the network or the server is not there, or something else answered. */
  | { readonly kind: 'ended'; readonly id: number; readonly why: 'ended' | 'unanswered' | 'wrong' }
  /** The server answered a post, and its room is at this position; perhaps it was also a confirmation. */
  | { readonly kind: 'posted'; readonly position: string; readonly confirms: boolean }
  /** A confirmation got no answer, or none that holds. */
  | { readonly kind: 'unconfirmed' }
  /** The page is hidden or visible, or the server says how often to confirm. */
  | { readonly kind: 'paced'; readonly everyMs: number | null }
  /** A post wasn't answered. */
  | { readonly kind: 'unanswered' }
  /** There was news, up to a position; or none. */
  | { readonly kind: 'checked'; readonly position: string | null }
  /** The network may be another one, or nobody listened for a while. */
  | { readonly kind: 'woken' }
  | { readonly kind: 'tick' }

/** The time in ms, and a number from 0 to below 1. */
export interface Moment {
  readonly nowMs: number
  readonly random: number
  /** How much later it is than the time for which the choice was planned. */
  readonly lateMs?: number
}

const UNKNOWN: Standing = { failures: 0, cuts: 0, notBeforeMs: 0 }

export const FIRST_CHOICE: Choice = {
  isRunning: false,
  attempts: [],
  standings: { stream: UNKNOWN, 'post-stream': UNKNOWN, 'long-poll': UNKNOWN },
  notBeforeMs: 0,
  pollAtMs: Infinity,
  failures: 0,
  missed: [],
  firstBackoffMs: FIRST_BACKOFF_MS,
  expected: null,
  askAtMs: Infinity,
  check: null,
  answeredAtMs: -Infinity,
  tookMs: 0,
  judgedFromMs: -Infinity,
  ...NO_CONFIRMATIONS,
  nextId: 1,
}
