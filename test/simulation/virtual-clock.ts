import type { Clock } from '../../packages/server/src/stream/clock.js'

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
}

/** Time that passes only when it is told to. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>()
  #nowMs = 0
  #busyMs = 0
  #order = 0
  #isCalling = false

  now(): number {
    return this.#nowMs
  }

  /** What callbacks let pass while they ran. */
  busyMs(): number {
    return this.#busyMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass; whatever falls due on the way happens in its order. */
  advance(ms: number): void {
    if (this.#isCalling) return this.#spend(ms)
    const untilMs = this.#nowMs + ms
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#call(timer)
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs)
  }

  /**
   * Lets time pass where what falls due makes promises: whatever they bring about has happened
   * before the next falls due.
   *
   * @param happened called each time
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
    // Later than it fell due, if another took that long.
    this.#nowMs = Math.max(this.#nowMs, timer.atMs)
    this.#isCalling = true
    timer.callback()
    this.#isCalling = false
  }

  /** Keeps the process busy, as what takes its time does: nothing else happens meanwhile. */
  #spend(ms: number): void {
    this.#nowMs += ms
    this.#busyMs += ms
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

/** No promise is left that could be kept by now: the next tick comes after all of them. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.nextTick(resolve)
  })
}
