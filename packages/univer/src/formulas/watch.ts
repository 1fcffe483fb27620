import { BOUNDS } from './bounds.js'

const LOOK_EVERY_MS = 500

/** Watches a calculating worker, and calls back when it has been silent for too long. */
export class Watch {
  readonly #onSilence: () => void
  #timer: ReturnType<typeof setInterval> | null = null
  #heardMs = 0
  #lookedMs = 0
  #mostMs: number = BOUNDS.arrangeMs

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence
  }

  start(): void {
    this.hear(false)
    this.#lookedMs = performance.now()
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  /** @param isFormula whether it calculates a formula now */
  hear(isFormula: boolean): void {
    this.#heardMs = performance.now()
    this.#mostMs = isFormula ? BOUNDS.silenceMs : BOUNDS.arrangeMs
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #look(): void {
    const nowMs = performance.now()
    // A page that was busy or asleep has missed messages.
    if (nowMs - this.#lookedMs > 2 * LOOK_EVERY_MS) this.#heardMs = nowMs
    this.#lookedMs = nowMs
    if (nowMs - this.#heardMs > this.#mostMs) this.#onSilence()
  }
}
