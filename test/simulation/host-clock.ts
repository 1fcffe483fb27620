import type { Clock } from '../../packages/server/src/stream/clock.js'
import type { VirtualClock } from './virtual-clock.js'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
  cancel: () => void
}

/**
 * The time of one process: it begins anywhere, may jump ahead, and stands still while the process
 * does, in which nothing happens then.
 */
export class HostClock implements Clock {
  readonly #timers = new Set<Timer>()
  /** What happens when the process goes on. */
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

  /** Something arrives from outside: at once, when the process goes on, or never. */
  arrive(callback: () => void): void {
    if (this.#state === 'running') callback()
    else if (this.#state === 'paused') this.#waiting.push(callback)
  }

  /** The process is stopped for a while, as by SIGSTOP. */
  pause(): void {
    if (this.#state === 'running') this.#state = 'paused'
  }

  /** It goes on. What waited happens, all that arrived before or after what was due. */
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

  /** Its clock is put forward. */
  jump(ms: number): void {
    this.aheadMs += ms
    for (const timer of this.#timers) this.#schedule(timer)
  }

  /** The process is killed. */
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
      // It is scheduled again when the process goes on.
      if (this.#state !== 'running') return
      this.#timers.delete(timer)
      timer.callback()
    })
  }
}
