import { Problem, type ProblemName } from '@whereabouts/protocol'
import { Backoff } from '../backoff.js'
import { Pause } from '../pause.js'
import { isLasting } from '../refusal.js'

// A refusal may end, for instance when the caller signs in; this is the wait before the next attempt.
const REFUSED_MS = 30_000

/** Makes one request; rejects if it has to be repeated. */
export type Request = () => Promise<void>

/**
 * Makes requests, one at a time, while one is due:
 *
 *     ask what is due      nothing: rest until `start`
 *     succeeded            forget the failures, and ask again
 *     refused              say why, and ask again after 30 s, or when hurried or outdated
 *     failed               back off, and ask again, or when hurried
 *     finishing            each request once: the first failure ends the loop
 *     stopped              abort the request in flight, and make no further one
 */
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
  #isOutdated = false

  /**
   * @param next returns the request that is due, or `null`
   * @param changed called when the public state may have changed
   */
  constructor(next: () => Request | null, changed: () => void) {
    this.#next = next
    this.#changed = changed
  }

  /** Aborts the request in flight when the loop stops. */
  get signal(): AbortSignal {
    return this.#life.signal
  }

  /** Whether failed requests aren't repeated. */
  get isFinishing(): boolean {
    return this.#isFinishing
  }

  /** Whether the last request failed and will be repeated. */
  get isRetrying(): boolean {
    return this.#isRetrying
  }

  start(): void {
    this.#working ??= this.#work()
  }

  /** Ends a wait before the next attempt. */
  hurry(): void {
    this.#pause.end()
  }

  /**
   * What is due has changed since the last request was made. If that was refused, or if it is in
   * flight and will be, the next one is made at once.
   */
  outdate(): void {
    this.#isOutdated = true
    if (this.problem !== null) this.hurry()
  }

  wait(ms: number): Promise<void> {
    return this.#pause.for(ms)
  }

  /** Makes each request that is due once, within a time in ms, then stops. */
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
    // Edits made synchronously, one after another, become one post.
    await Promise.resolve()
    while (!this.#life.signal.aborted) {
      try {
        this.#isOutdated = false
        const request = this.#next()
        if (request === null) {
          // A sync may have shown that the server has what failed to be posted.
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
    // No await since the last check, so that the next edit starts a new run.
    this.#working = null
    this.#changed()
  }

  async #failed(error: unknown): Promise<void> {
    const isRefused = isRefusal(error)
    this.#isRetrying = !isRefused
    if (isRefused) this.problem = error
    this.#changed()
    if (isRefused && this.#isOutdated) return
    await this.#pause.for(isRefused ? REFUSED_MS : this.#backoff.next())
  }
}

const FULL: ReadonlySet<ProblemName> = new Set(['document-full', 'storage-full'])

/** Returns whether repeating the request now is of no use: a lasting problem, or nothing more fits. */
export function isRefusal(error: unknown): error is Problem {
  return isLasting(error) || (error instanceof Problem && FULL.has(error.problem))
}
