import type { Clock } from '../../packages/server/src/stream/clock.js'

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that a test advances. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>()
  #nowMs = 0
  #busyMs = 0
  #order = 0
  #isCalling = false

  /** @param before called before each timer */
  constructor(private readonly before: () => void = () => {}) {}

  now(): number {
    return this.#nowMs
  }

  /** The time that was spent, and that passed during callbacks. */
  busyMs(): number {
    return this.#busyMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Advances the clock, and runs timers in the order in which they are due. */
  advance(ms: number): void {
    if (this.#isCalling) return this.spend(ms)
    const untilMs = this.#nowMs + ms
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#call(timer)
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs)
  }

  /** Lets time pass in which the process works, so that no timer runs. */
  spend(ms: number): void {
    this.#nowMs += ms
    this.#busyMs += ms
  }

  /**
   * Advances the clock like {@link advance}, and settles all promises of a timer before the next
   * timer runs.
   *
   * @param happened called after each timer
   */
  async pass(ms: number, happened: () => void): Promise<void> {
    const untilMs = this.#nowMs + ms
    await settled()
    happened()
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#call(timer)
      await settled()
      happened()
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs)
  }

  #call(timer: Timer): void {
    this.#timers.delete(timer)
    // A timer may run late if another took long.
    this.#nowMs = Math.max(this.#nowMs, timer.atMs)
    this.#isCalling = true
    this.before()
    timer.callback()
    this.#isCalling = false
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

/** Resolves when all promises that can settle have settled, as `nextTick` runs after them. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.nextTick(resolve)
  })
}
