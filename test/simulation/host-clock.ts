import type { Clock } from '../../packages/server/src/stream/clock.js'
import type { VirtualClock } from './virtual-clock.js'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
  cancel: () => void
}

/**
 * The clock of one process. It starts at any time and may jump ahead; while the process is
 * suspended, its timers don't fire.
 */
export class HostClock implements Clock {
  readonly #timers = new Set<Timer>()
  /** Callbacks to run when the process resumes. */
  #waiting: (() => void)[] = []
  #state: 'running' | 'paused' | 'stopped' = 'running'

  constructor(
    private readonly world: VirtualClock,
    private aheadMs: number,
  ) {}

  get running(): boolean {
    return this.#state === 'running'
  }

  now(): number {
    return this.world.now() + this.aheadMs
  }

  busyMs(): number {
    return 0
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.now() + Math.max(0, ms), callback, cancel: () => {} }
    this.#timers.add(timer)
    this.#schedule(timer)
    return () => {
      timer.cancel()
      this.#timers.delete(timer)
    }
  }

  /** Delivers something to the process: now, when it resumes, or never if it was killed. */
  arrive(callback: () => void): void {
    if (this.#state === 'running') callback()
    else if (this.#state === 'paused') this.#waiting.push(callback)
  }

  /** Suspends the process, like SIGSTOP. */
  pause(): void {
    if (this.#state === 'running') this.#state = 'paused'
  }

  /** Resumes the process, and runs due timers and pending arrivals, in either order. */
  resume(isDueFirst: boolean): void {
    if (this.#state !== 'paused') return
    this.#state = 'running'
    const waiting = this.#waiting
    this.#waiting = []
    const turn = () => {
      for (const callback of waiting) this.arrive(callback)
    }
    if (!isDueFirst) this.world.after(0, turn)
    for (const timer of this.#timers) this.#schedule(timer)
    if (isDueFirst) this.world.after(0, turn)
  }

  /** Moves the clock forward. */
  jump(ms: number): void {
    this.aheadMs += ms
    for (const timer of this.#timers) this.#schedule(timer)
  }

  /** Kills the process. */
  stop(): void {
    this.#state = 'stopped'
    this.#waiting = []
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  #schedule(timer: Timer): void {
    timer.cancel()
    if (this.#state !== 'running') return
    timer.cancel = this.world.after(timer.atMs - this.now(), () => {
      // The timer is scheduled again when the process resumes.
      if (this.#state !== 'running') return
      this.#timers.delete(timer)
      timer.callback()
    })
  }
}
