/** Calls back when what is expected doesn't come in time. */
export class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #onSilence: () => void

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence
  }

  /** Something is expected within `ms`; replaces what was expected before. */
  expectWithin(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onSilence, ms)
  }

  /** Nothing is expected any more. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
