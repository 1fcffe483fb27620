import type { Problem } from '@whereabouts/protocol'
import type { Part } from './parts.js'

/** A part that the server refused, and why. */
export interface Refusal {
  readonly part: Part
  readonly problem: Problem
}

/**
 * What is known of the server's copy of a document, and what to do next:
 * - `waiting`: the room isn't open yet;
 * - `due`: the server's copy is unknown or may have changed; sync;
 * - `asking`: a sync is in flight; with `isOutdated`, another one follows;
 * - `following`: the server's copy is known; post what it lacks;
 * - `forked`: the server may have other contents under the same clocks; rebuild. `refusal` is its
 *   refusal, if that showed the fork;
 * - `stopped`: nothing is done any more; `isKnown` if the state before was `following`.
 */
export type SyncState =
  | { readonly name: 'waiting' | 'due' | 'following' }
  | { readonly name: 'stopped'; readonly isKnown: boolean }
  | { readonly name: 'asking'; readonly isOutdated: boolean }
  | { readonly name: 'forked'; readonly refusal: Refusal | null }

/** An event that changes the state. */
export type SyncEvent =
  /** The room was opened, or reported that something has to be fetched. */
  | { readonly name: 'outdated' }
  | { readonly name: 'asks' | 'answered' | 'failed' | 'rebuilt' | 'stops' }
  /** The sync detaches from the document. */
  | { readonly name: 'released' }
  | { readonly name: 'forked'; readonly refusal: Refusal | null }

/** Returns the state after an event. An event that comes too late changes nothing. */
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
  // A rebuild fetches everything, and a sync follows it.
  return state.name === 'forked' ? state : { name: 'due' }
}
