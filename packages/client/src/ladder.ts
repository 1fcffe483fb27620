// A server that stalls for a moment looks like a proxy that buffers. Where streams are known to get
// through, this many silences in a row are the server's.
const SILENCES_FORGIVEN_IF_PROVEN = 2

/**
 * Picks one of several transports, best first:
 *
 *     a heartbeat     the transport is proven: its next two silences are forgiven
 *     a silence
 *       forgiven      stay, and wait before the next attempt
 *       else          step down, unproven, and try that one at once
 *       at the last   back to the first, after a wait: the server itself is silent
 *
 * @see PROTOCOL.md CL9
 */
export class Ladder<T> {
  readonly #steps: readonly T[]
  #at = 0
  #forgiven = 0

  /** @param steps at least one, best first. */
  constructor(steps: readonly [T, ...T[]]) {
    this.#steps = steps
  }

  /** Returns the transport to use now. */
  get current(): T {
    return this.#steps[this.#at]!
  }

  /** Records that heartbeats get through on the current transport. */
  prove(): void {
    this.#forgiven = SILENCES_FORGIVEN_IF_PROVEN
  }

  /** Records a silence of the current transport; returns whether to try another one at once. */
  silence(): boolean {
    if (this.#forgiven > 0) {
      this.#forgiven -= 1
      return false
    }
    this.#at = (this.#at + 1) % this.#steps.length
    return this.#at > 0
  }
}
