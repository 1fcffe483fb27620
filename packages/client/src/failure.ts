import { type Attempted, isOpen, liveOf, type Standing, type Way, WAYS } from './attempted.js'

/** A stream that ends before its first ping may be a server's that restarts; two of them are a proxy's. */
const CUTS_FORGIVEN = 1

/** Why an attempt failed. */
export type Why = 'ended' | 'unanswered' | 'wrong' | 'silent' | 'held'

/** What is known beside an attempt that failed. */
interface Known {
  /** The other attempts. */
  readonly attempts: readonly Attempted[]
  /** What is known of its way. */
  readonly standing: Standing
  /** When the server last answered a request beside the attempts. */
  readonly answeredAtMs: number
}

/** Returns whether it was the way's fault, and not that of the network or the server. */
export function isAtFault(
  { attempts, standing: { cuts, failures }, answeredAtMs }: Known,
  failed: Attempted,
  why: Why,
): boolean {
  const { way, hasPinged, openedAtMs } = failed
  if (way === 'long-poll') return false
  if (why === 'held') return true
  if (isCut(failed, why)) return cuts >= CUTS_FORGIVEN || failures > 0
  const isServerThere = attempts.some(isOpen) || answeredAtMs >= openedAtMs
  return isServerThere && !hasPinged
}

/** Returns how often streams of this way were cut; a server that isn't there has cut them itself. */
export function cutsAfter({ cuts }: Standing, attempt: Attempted, why: Why): number {
  if (attempt.phase === 'opening' && why === 'unanswered') return 0
  return cuts + (isCut(attempt, why) ? 1 : 0)
}

/** What has its turn while nothing is open. */
interface Turns {
  readonly attempts: readonly Attempted[]
  /** The ways that couldn't be opened; none again once that was so of all. */
  readonly missed: readonly Way[]
}

/** Returns the ways that couldn't be opened, after an attempt failed. @see PROTOCOL.md CL98 */
export function missedAfter(rest: Turns, { way, phase }: Attempted): readonly Way[] {
  if (phase !== 'opening' || liveOf(rest) !== undefined) return rest.missed
  const missed = [...rest.missed.filter((each) => each !== way), way]
  return missed.length < WAYS.length ? missed : []
}

/** Returns whether only one way is left to try, which then needs no wait. @see PROTOCOL.md CL98 */
export function isLastTurn({ attempts, missed }: Turns): boolean {
  return attempts.length === 0 && missed.length === WAYS.length - 1
}

/** Returns when the long-poll has its turn after a failure that left nothing open. @see PROTOCOL.md CL93 */
export function pollAfter(
  { way, phase }: Attempted,
  why: Why,
  nowMs: number,
  notBeforeMs: number,
): number {
  // The server ended what worked, so the same probably works again.
  const hasWorked = phase === 'open' && (why === 'ended' || why === 'unanswered')
  if (way === 'long-poll') return hasWorked ? notBeforeMs : Infinity
  return hasWorked ? Infinity : nowMs
}

/** A stream that ends before its first ping was cut by a proxy, or its server went away. */
function isCut({ phase, hasPinged }: Attempted, why: Why): boolean {
  return phase === 'open' && !hasPinged && (why === 'ended' || why === 'unanswered')
}
