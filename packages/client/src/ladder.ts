// A server that stands still for a moment looks like a proxy that buffers. Where streams are known
// to get through, it takes more than one silence to believe in the proxy.
const SILENCES_BELIEVED_IF_PROVEN = 3

/**
 * Which of several transports, best first, is used: the next one down when nothing gets through.
 *
 * @see PROTOCOL.md CL9
 */
export class Ladder<T> {
  readonly #steps: readonly T[]
  #at = 0
  #proven = false
  #silences = 0

  /** @param steps at least one, best first. */
  constructor(steps: readonly [T, ...T[]]) {
    this.#steps = steps
  }

  get current(): T {
    return this.#steps[this.#at]!
  }

  /** Heartbeats get through on the current one. */
  prove(): void {
    this.#proven = true
    this.#silences = 0
  }

  /**
   * The current one was open and silent. Says whether there is another one to try at once; below
   * the last one comes the first again, because then it is the server that is silent.
   */
  silence(): boolean {
    this.#silences += 1
    if (this.#proven && this.#silences < SILENCES_BELIEVED_IF_PROVEN) return false
    this.#at = (this.#at + 1) % this.#steps.length
    this.#proven = false
    this.#silences = 0
    return this.#at > 0
  }
}
