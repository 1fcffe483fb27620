const FIRST_MS = 1_000
// Half of the default lease. After a restart, other clients show a missing member as away for one lease:
// a member that reconnects within half of it never looks gone.
const LONGEST_MS = 7_500

/**
 * Exponential backoff with full jitter: each wait is a random share of a time that doubles with every
 * failure, up to a bound, so that clients that failed together don't come back together.
 *
 * @see PROTOCOL.md CL4
 */
export class Backoff {
  readonly #random: () => number
  #firstMs = FIRST_MS
  #failures = 0

  /** @param random returns numbers from 0 to below 1 */
  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** Counts a failure; returns the next wait in ms. */
  next(): number {
    // The server may ask for an immediate reconnect; if that fails, later attempts wait.
    const firstMs = Math.max(this.#failures > 0 ? FIRST_MS : 0, this.#firstMs)
    const longestMs = Math.max(LONGEST_MS, firstMs)
    const boundMs = Math.min(longestMs, firstMs * 2 ** this.#failures)
    this.#failures += 1
    return this.#random() * boundMs
  }

  /** Forgets the failures: the next wait is the first one again. */
  reset(): void {
    this.#failures = 0
  }

  /** Makes the time that the server asked for (`retry`, `goodbye`) the first wait, in ms. */
  startAt(firstMs: number): void {
    this.#firstMs = firstMs
  }
}
