import type { Clock } from '../../packages/nestjs/src/stream/clock.js'

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
}

/** Time that passes only when it is told to. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>()
  #nowMs = 0
  #order = 0

  now(): number {
    return this.#nowMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass; whatever falls due on the way happens in its order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#timers.delete(timer)
      this.#nowMs = timer.atMs
      timer.callback()
    }
    this.#nowMs = untilMs
  }

  #next(untilMs: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.atMs > untilMs) continue
      if (next === undefined || isBefore(timer, next)) next = timer
    }
    return next
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs
}
