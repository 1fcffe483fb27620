import { Problem } from '@whereabouts/protocol'
import { Backoff } from '../backoff.js'
import { Pause } from '../pause.js'
import { isLasting } from '../refusal.js'

// What the server refuses for now, such as a caller whom it doesn't know, is tried again after this.
const REFUSED_MS = 30_000

/** Makes one request, and rejects where that has to be done again. */
export type Request = () => Promise<void>

/** Makes one request after another for as long as one is due, and again those that failed. */
export class RequestLoop {
  /** Why the last request was refused. */
  problem: Problem | null = null
  readonly #next: () => Request | null
  readonly #changed: () => void
  readonly #backoff = new Backoff()
  readonly #pause = new Pause()
  readonly #life = new AbortController()
  #working: Promise<void> | null = null
  #isFinishing = false
  #isRetrying = false

  /**
   * @param next what is due, `null` if nothing is
   * @param changed is called when something may be different
   */
  constructor(next: () => Request | null, changed: () => void) {
    this.#next = next
    this.#changed = changed
  }

  /** Ends every request that is in flight. */
  get signal(): AbortSignal {
    return this.#life.signal
  }

  /** Whether each request is made once, and none again. */
  get isFinishing(): boolean {
    return this.#isFinishing
  }

  /** Whether the last request failed, and is made again. */
  get isRetrying(): boolean {
    return this.#isRetrying
  }

  start(): void {
    this.#working ??= this.#work()
  }

  /** Tries now if it is waiting to try again. */
  hurry(): void {
    this.#pause.end()
  }

  wait(ms: number): Promise<void> {
    return this.#pause.for(ms)
  }

  /** Makes each request that is due once more, within a time. */
  async finish(withinMs: number): Promise<void> {
    this.#isFinishing = true
    const timer = setTimeout(() => this.stop(), withinMs)
    this.hurry()
    this.start()
    await this.#working
    clearTimeout(timer)
    this.stop()
  }

  /** Makes no further request. */
  stop(): void {
    this.#life.abort()
    this.#pause.end()
  }

  async #work(): Promise<void> {
    // What is edited in one go is one post.
    await Promise.resolve()
    while (!this.#life.signal.aborted) {
      try {
        const request = this.#next()
        if (request === null) {
          // Also where what wasn't acknowledged was received.
          this.#isRetrying = false
          break
        }
        await request()
        this.#backoff.reset()
        this.#isRetrying = false
      } catch (error) {
        if (this.#isFinishing || this.#life.signal.aborted) break
        await this.#failed(error)
      }
      this.#changed()
    }
    // In the same moment as the last look: whatever is edited from now on begins again.
    this.#working = null
    this.#changed()
  }

  async #failed(error: unknown): Promise<void> {
    const isRefused = isRefusal(error)
    this.#isRetrying = !isRefused
    if (isRefused) this.problem = error
    this.#changed()
    await this.#pause.for(isRefused ? REFUSED_MS : this.#backoff.next())
  }
}

/** Whether the same request can't succeed: what is no use to try again, and a document without room. */
export function isRefusal(error: unknown): error is Problem {
  return isLasting(error) || (error instanceof Problem && error.problem === 'document-full')
}
