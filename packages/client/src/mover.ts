import type { Json, Moved, Problem } from '@whereabouts/protocol'
import type { Backoff } from './backoff.js'
import { Pause } from './pause.js'
import { isLasting } from './refusal.js'

/** Who is told what comes of a post. */
export interface MoverListener {
  moved(moved: Moved): void
  /** The server won't have it; it isn't posted again. */
  refused(problem: Problem, location: Json): void
  /** Nothing is left to post. */
  idle(): void
}

/**
 * Posts where the member is: one post in flight, then the latest location only. What came between
 * is never sent, and what failed is tried again only if nothing newer is there.
 *
 * @see PROTOCOL.md CL3
 */
export class Mover {
  readonly #post: (location: Json) => Promise<Moved>
  readonly #listener: MoverListener
  readonly #backoff: Backoff
  readonly #pause = new Pause()
  #next: { readonly location: Json } | null = null
  #posting: Promise<void> | null = null
  #stopped = false
  #movedAtMs = Number.NEGATIVE_INFINITY

  constructor(post: (location: Json) => Promise<Moved>, listener: MoverListener, backoff: Backoff) {
    this.#post = post
    this.#listener = listener
    this.#backoff = backoff
  }

  /** Whether a post is in flight or waiting to be tried again. */
  get busy(): boolean {
    return this.#posting !== null
  }

  /** When the last post was answered, in ms since 1970. */
  get movedAtMs(): number {
    return this.#movedAtMs
  }

  move(location: Json): void {
    if (this.#stopped) return
    this.#next = { location }
    this.#posting ??= this.#postAll()
  }

  /** Tries now if it is waiting to try again. */
  hurry(): void {
    this.#pause.end()
  }

  /** Posts nothing more; resolves when no post is in flight. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#next = null
    this.#pause.end()
    await this.#posting
  }

  async #postAll(): Promise<void> {
    while (this.#next !== null) {
      const { location }: { readonly location: Json } = this.#next
      this.#next = null
      await this.#postOne(location)
    }
    this.#posting = null
    if (!this.#stopped) this.#listener.idle()
  }

  async #postOne(location: Json): Promise<void> {
    try {
      const moved = await this.#post(location)
      this.#movedAtMs = Date.now()
      this.#backoff.reset()
      if (!this.#stopped) this.#listener.moved(moved)
    } catch (error) {
      if (this.#stopped) return
      if (isLasting(error)) return this.#listener.refused(error, location)
      this.#next ??= { location }
      await this.#pause.for(this.#backoff.next())
    }
  }
}
