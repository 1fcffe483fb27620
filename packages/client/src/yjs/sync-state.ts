import type { Problem } from '@whereabouts/protocol'
import type { Part } from './parts.js'

/** What the server said about a part that it doesn't take. */
export interface Refusal {
  readonly part: Part
  readonly problem: Problem
}

/**
 * What is known of the server's copy of a document, and with that what is to be done:
 * - `waiting`: nothing, for the room isn't open yet;
 * - `due`: nothing, or the server may have another copy by now; it is to be asked;
 * - `asking`: it is being asked; `isOutdated` if it has to be asked again after that;
 * - `following`: what it has is known, and what it lacks is sent;
 * - `forked`: it may have other contents under the same clocks. `refusal` is what it said, if it
 *   refused something for that;
 * - `stopped`: nothing is done any more; `isKnown` if the state before was `following`.
 */
export type SyncState =
  | { readonly name: 'waiting' | 'due' | 'following' }
  | { readonly name: 'stopped'; readonly isKnown: boolean }
  | { readonly name: 'asking'; readonly isOutdated: boolean }
  | { readonly name: 'forked'; readonly refusal: Refusal | null }

/** What a state follows from. */
export type SyncEvent =
  /** The room was opened, or says that there is something to fetch. */
  | { readonly name: 'outdated' }
  | { readonly name: 'asks' | 'answered' | 'failed' | 'rebuilt' | 'stops' }
  /** The document is given up. */
  | { readonly name: 'released' }
  | { readonly name: 'forked'; readonly refusal: Refusal | null }

/** The state after an event. Events that come too late change nothing. */
export function transition(state: SyncState, event: SyncEvent): SyncState {
  if (event.name === 'released') return { name: 'stopped', isKnown: false }
  if (state.name === 'stopped') return state
  switch (event.name) {
    case 'stops':
      return { name: 'stopped', isKnown: state.name === 'following' }
    case 'forked':
      return event
    case 'outdated':
      return outdated(state)
    case 'asks':
      return state.name === 'due' ? { name: 'asking', isOutdated: false } : state
    case 'answered':
      return state.name === 'asking' ? { name: state.isOutdated ? 'due' : 'following' } : state
    case 'failed':
      return state.name === 'asking' ? { name: 'due' } : state
    case 'rebuilt':
      return state.name === 'forked' ? { name: 'due' } : state
    default:
      return event satisfies never
  }
}

function outdated(state: SyncState): SyncState {
  if (state.name === 'asking') return { name: 'asking', isOutdated: true }
  // To rebuild fetches everything, and a sync follows.
  return state.name === 'forked' ? state : { name: 'due' }
}
