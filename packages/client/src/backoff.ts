const FIRST_MS = 1_000
// Half of a usual lease: who comes back after a slow restart is there before the others, who keep it
// as away for a lease, take it for gone.
const LONGEST_MS = 7_500

/**
 * How long to wait before the next try: a random share of a time that doubles with every failure,
 * up to a bound ("full jitter"), so that those who failed together don't come back together.
 *
 * @see PROTOCOL.md CL4
 */
export class Backoff {
  readonly #random: () => number
  #firstMs = FIRST_MS
  #failures = 0

  /** @param random gives numbers from 0 to below 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** The next wait in ms; counts as one failure. */
  next(): number {
    // A server may ask to be back at once; if that fails, it isn't asked at once for ever.
    const firstMs = this.#failures > 0 ? Math.max(FIRST_MS, this.#firstMs) : this.#firstMs
    const longestMs = Math.max(LONGEST_MS, firstMs)
    const boundMs = Math.min(longestMs, firstMs * 2 ** this.#failures)
    this.#failures += 1
    return this.#random() * boundMs
  }

  /** Begins again at the first wait. */
  reset(): void {
    this.#failures = 0
  }

  /** What the server asks for (`retry`, `goodbye`) is the first wait from now on. */
  startAt(firstMs: number): void {
    this.#firstMs = firstMs
  }
}
