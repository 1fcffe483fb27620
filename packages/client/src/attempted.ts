import { parsePosition } from '@whereabouts/protocol'
import type { Arrivals } from './lumps.js'

/** The ways in which a room's events can come, best first. */
export const WAYS = ['stream', 'post-stream', 'long-poll'] as const
export type Way = (typeof WAYS)[number]

/** What is known of a way. */
export interface Standing {
  /** How often it failed while the server was there. */
  readonly failures: number
  /** How often its streams ended before their first ping. */
  readonly cuts: number
  readonly notBeforeMs: number
}

/** An attempt to receive the events in one way. */
export interface Attempted extends Arrivals {
  readonly id: number
  readonly way: Way
  readonly openedAtMs: number
  /** `opening` until its hello; `leaving` since its goodbye. */
  readonly phase: 'opening' | 'open' | 'leaving'
  /** When anything last came of it; when it was opened before that. */
  readonly heardAtMs: number
  /** After so long without a word it counts as silent. */
  readonly silenceMs: number
  readonly hasPinged: boolean
  /** Whether anything came after its hello. A ping that does so first is an answer. @see PROTOCOL.md ST17, CL101 */
  readonly isBegun: boolean
  /** How often it pinged, or was as fast as another way. */
  readonly proofs: number
  /** Whether it may take the place of a worse way. */
  readonly isProven: boolean
  /** The position that it has brought the room to. */
  readonly position: string | null
}

/** Returns the attempt whose events the room is shown by; `undefined` while nothing is open. */
export function liveOf({
  attempts,
}: {
  readonly attempts: readonly Attempted[]
}): Attempted | undefined {
  const all = attempts.filter(({ phase }) => phase !== 'opening')
  return all.toSorted((one, other) => rank(one) - rank(other) || one.id - other.id)[0]
}

/** Returns when an attempt counts as silent if nothing comes. */
export function silentAtMs({ heardAtMs, silenceMs }: Attempted): number {
  return heardAtMs + silenceMs
}

/** Less is better. */
function rank({ phase, isProven, way }: Attempted): number {
  const worse = (phase === 'leaving' ? 2 : 0) + (isProven ? 0 : 1)
  return worse * WAYS.length + WAYS.indexOf(way)
}

/** Returns whether an attempt is open for now. */
export function isOpen({ phase }: Attempted): boolean {
  return phase === 'open'
}

/** Returns whether an attempt is an open stream. */
export function isStream(attempt: Attempted): boolean {
  return attempt.way !== 'long-poll' && isOpen(attempt)
}

/** Returns whether a long-poll is open, so that the end of a stream says nothing. @see PROTOCOL.md CL100 */
export function isPolling({ attempts }: { readonly attempts: readonly Attempted[] }): boolean {
  return attempts.some((each) => each.way === 'long-poll' && isOpen(each))
}

/** Returns whether one way is better than another. */
export function isBetter(one: Way, other: Way): boolean {
  return WAYS.indexOf(one) < WAYS.indexOf(other)
}

/**
 * Returns whether a way that opens has to prove itself before it takes another one's place: it or a
 * better one has failed in this network, or a long-poll that was opened later was faster.
 *
 * @see PROTOCOL.md CL65, CL99
 */
export function hasToProve(
  known: {
    readonly attempts: readonly Attempted[]
    readonly standings: { readonly [way in Way]: Standing }
  },
  { way, openedAtMs }: Attempted,
): boolean {
  if (way === 'long-poll') return false
  const isOvertaken = known.attempts.some(
    (each) => each.way === 'long-poll' && isOpen(each) && each.openedAtMs > openedAtMs,
  )
  const ways = WAYS.filter((each) => !isBetter(way, each))
  return isOvertaken || ways.some((each) => known.standings[each].failures > 0)
}

/** Returns whether an attempt has brought the room to a position. */
export function hasShown(
  { position }: Attempted,
  expected: { readonly position: string },
): boolean {
  return position !== null && hasReached(position, expected.position)
}

/** Returns whether a position is at least another one; `true` if they can't be compared. */
export function hasReached(position: string, other: string): boolean {
  const [here, there] = [position, other].map((each) => parsePosition(each))
  if (here === undefined || there === undefined || here.epoch !== there.epoch) return true
  return here.version >= there.version
}
