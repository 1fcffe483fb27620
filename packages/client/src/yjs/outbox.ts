import { Problem } from '@whereabouts/protocol'
import { mergeUpdates } from 'yjs'
import { Backoff } from '../backoff.js'
import { randomKey } from '../member-key.js'
import { Pause } from '../pause.js'
import { isLasting } from '../refusal.js'
import { splitUpdate } from './split-update.js'

// What a server takes unless set otherwise; what it says itself counts from then on.
const USUAL_LIMIT_BYTES = 1024 * 1024
// Merging is quick for a few updates only, and offline they become many.
const MANY_UPDATES = 64

/** Where updates go, and who is told how they fare. */
export interface OutboxListener {
  post(update: Uint8Array, idempotencyKey: string): Promise<void>
  acknowledged(update: Uint8Array): void
  /** `pending` or `problem` is another one. */
  changed(): void
}

/**
 * The updates that the server has not acknowledged yet. One post is in flight, and what gathers
 * meanwhile follows as one; what failed is tried again as it was, until it is acknowledged. What the
 * server refuses stays at the head, because all that follows builds upon it.
 *
 * @see PROTOCOL.md CL12
 */
export class Outbox {
  readonly #listener: OutboxListener
  readonly #backoff = new Backoff()
  readonly #pause = new Pause()
  #waiting: Uint8Array[] = []
  #isPosting = false
  #isOpen = false
  #isLeaving = false
  #isRetrying = false
  #problem: Problem | null = null
  #limitBytes = USUAL_LIMIT_BYTES

  constructor(listener: OutboxListener) {
    this.#listener = listener
  }

  /** How many posts are in flight or to follow, as far as they have been made up. */
  get pending(): number {
    return this.#waiting.length + (this.#isPosting ? 1 : 0)
  }

  /** Whether the last post failed, and is tried again. */
  get isRetrying(): boolean {
    return this.#isRetrying
  }

  /** Why the server refuses what is at the head. */
  get problem(): Problem | null {
    return this.#problem
  }

  /** Takes an update along. Nothing is posted before the first `replace`. */
  add(update: Uint8Array): void {
    this.#waiting.push(update)
    if (this.#waiting.length >= MANY_UPDATES) this.#waiting = [mergeUpdates(this.#waiting)]
    this.#listener.changed()
    this.#start()
  }

  /** What waits is this from now on, and what was refused is no more; `null` for nothing. */
  replace(update: Uint8Array | null): void {
    this.#waiting = update === null ? [] : [update]
    this.#problem = null
    this.#isOpen = true
    this.#listener.changed()
    this.#start()
  }

  /** Tries now if it is waiting to try again. */
  hurry(): void {
    this.#pause.end()
  }

  /** Posts what there is, and tries nothing again. */
  finish(): void {
    this.#isLeaving = true
    this.#pause.end()
  }

  #start(): void {
    if (this.#isOpen && !this.#isPosting && this.#problem === null) void this.#postAll()
  }

  async #postAll(): Promise<void> {
    this.#isPosting = true
    // What is edited in one go is one post.
    await Promise.resolve()
    while (this.#waiting.length > 0 && this.#problem === null) {
      const update = this.#takeNext()
      const isGivenUp = !(await this.#postOne(update))
      if (isGivenUp) break
      this.#listener.changed()
    }
    this.#isPosting = false
    this.#listener.changed()
  }

  /** As much of what waits as may be one post, as one update. */
  #takeNext(): Uint8Array {
    const [first, ...others] = this.#waiting
    let bytes = first!.length
    const end = others.findIndex((update) => (bytes += update.length) > this.#limitBytes)
    const more = others.splice(0, end < 0 ? others.length : end)
    const whole = more.length === 0 ? first! : mergeUpdates([first!, ...more])
    const [next, ...rest] = splitUpdate(whole, this.#limitBytes)
    this.#waiting = [...rest, ...others]
    return next!
  }

  /** Whether to go on with what follows. */
  async #postOne(update: Uint8Array): Promise<boolean> {
    const key = randomKey()
    for (;;) {
      try {
        await this.#listener.post(update, key)
        this.#backoff.reset()
        this.#isRetrying = false
        this.#listener.acknowledged(update)
        return true
      } catch (error) {
        if (isRefusal(error)) return this.#refused(update, error)
        if (this.#isLeaving) return this.#putBack(update)
        this.#isRetrying = true
        this.#listener.changed()
        await this.#pause.for(this.#backoff.next())
      }
    }
  }

  #refused(update: Uint8Array, problem: Problem): boolean {
    this.#isRetrying = false
    const { limitBytes } = problem.extensions
    if (problem.problem === 'too-large' && typeof limitBytes === 'number') {
      this.#limitBytes = limitBytes
      const parts = splitUpdate(update, limitBytes)
      if (parts.length > 1) {
        this.#waiting.unshift(...parts)
        return true
      }
    }
    this.#problem = problem
    return this.#putBack(update)
  }

  #putBack(update: Uint8Array): false {
    this.#waiting.unshift(update)
    return false
  }
}

/** Whether the same post can't succeed: what is no use to try again, and a document without room. */
function isRefusal(error: unknown): error is Problem {
  return isLasting(error) || (error instanceof Problem && error.problem === 'document-full')
}
