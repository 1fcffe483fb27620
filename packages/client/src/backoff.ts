export const FIRST_BACKOFF_MS = 1_000
// Everybody is back within this time once the server is. It is less than half of the default lease, for
// which other clients show a missing member as away after a restart.
const LONGEST_MS = 4_000

/**
 * Exponential backoff with full jitter: each wait is a random share of a time that doubles with every
 * failure, up to a bound, so that clients that failed together don't come back together.
 *
 * @param failures before this one
 * @param askedMs the first wait that the server asked for
 * @param random from 0 to below 1
 * @see PROTOCOL.md CL4
 */
export function backoffMs(failures: number, askedMs: number, random: number): number {
  // The server may ask for an immediate reconnect; if that fails, later attempts wait.
  const firstMs = Math.max(failures > 0 ? FIRST_BACKOFF_MS : 0, askedMs)
  const longestMs = Math.max(LONGEST_MS, firstMs)
  return random * Math.min(longestMs, firstMs * 2 ** failures)
}

/** Counts the failures of what is tried again and again. @see {@link backoffMs} */
export class Backoff {
  readonly #random: () => number
  #failures = 0

  /** @param random returns numbers from 0 to below 1 */
  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** Counts a failure; returns the next wait in ms. */
  next(): number {
    return backoffMs(this.#failures++, FIRST_BACKOFF_MS, this.#random())
  }

  /** Forgets the failures: the next wait is the first one again. */
  reset(): void {
    this.#failures = 0
  }
}
