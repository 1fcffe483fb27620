import { type Action, EMPTY_ROOM, type Problem, type RoomState } from '@whereabouts/protocol'
import type { Way } from './attempted.js'

/** The visible state of a room. */
interface RoomFacts {
  readonly self: string | null
  /** What the server lets this client do; `null` before it has said so. */
  readonly can: readonly Action[] | null
  readonly room: RoomState
  /** Why the room is closed, or why the last move or user was refused. */
  readonly problem: Problem | null
  /** The way that events come in; `null` while they don't. */
  readonly transport: Way | null
}

/** The phase of a room, and its visible state. */
export type RoomPhase = RoomFacts &
  (
    | {
        readonly status: 'connecting' | 'online' | 'reconnecting'
        /** Whether the stream or poll that is open hasn't said anything of the room yet. */
        readonly isFresh: boolean
      }
    | {
        readonly status: 'closed'
        readonly isFresh: false
        /** Resolves when the server knows that the member left, or can't be told. */
        readonly released: Promise<void>
      }
  )

/** An event that changes a room's phase. */
export type PhaseEvent =
  /** The server said hello; a resumed room is live with that, a new one with its first change. */
  | { readonly kind: 'opened'; readonly isResumed: boolean; readonly transport: Way | null }
  /** The server said how the room is. */
  | { readonly kind: 'changed'; readonly room: RoomState }
  /** Something else is shown, without news of the room: who one is, who is gone, what was refused. */
  | { readonly kind: 'shown'; readonly facts: Partial<RoomFacts> }
  /** No stream or poll is open. */
  | { readonly kind: 'interrupted' }
  | {
      readonly kind: 'closed'
      readonly problem: Problem | null
      readonly released: Promise<void>
    }

export const FIRST_PHASE = {
  status: 'connecting',
  self: null,
  can: null,
  room: EMPTY_ROOM,
  problem: null,
  transport: null,
  isFresh: false,
} as const

/**
 * Returns the phase after an event:
 *
 *     connecting     hello, then a first change: online
 *     online         nothing is open: reconnecting; what is shown stays
 *     reconnecting   hello of a resumed stream, or a first change: online
 *     any of these   left, or refused for good: closed; nobody is shown
 *     closed         nothing changes it
 *
 * Every hello makes the phase fresh, until the next change.
 */
export function transition(phase: RoomPhase, event: PhaseEvent): RoomPhase {
  if (phase.status === 'closed') return phase
  switch (event.kind) {
    case 'opened':
      return {
        ...phase,
        status: event.isResumed ? 'online' : phase.status,
        transport: event.transport,
        isFresh: true,
      }
    case 'changed':
      return { ...phase, status: 'online', room: event.room, isFresh: false }
    case 'shown':
      return { ...phase, ...event.facts }
    case 'interrupted':
      return phase.status === 'online'
        ? { ...phase, status: 'reconnecting', transport: null }
        : { ...phase, transport: null }
    case 'closed': {
      const { problem, released } = event
      return { ...FIRST_PHASE, status: 'closed', can: phase.can, problem, released }
    }
  }
}
