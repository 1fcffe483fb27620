import type { Json, Moved, Problem } from '@whereabouts/protocol'
import { Backoff } from './backoff.js'
import { Pause } from './pause.js'
import { isLasting } from './refusal.js'

/** Receives what comes of the posts. */
export interface MoverListener {
  moved(moved: Moved): void
  /** The server refused the location; it isn't posted again. */
  refused(problem: Problem, location: Json): void
  /** Nothing is left to post. */
  idle(): void
}

/** The state of the mover; `queued` is posting, and has another location to post afterwards. */
type MoverState =
  | { readonly kind: 'idle' | 'posting' | 'stopped' }
  | { readonly kind: 'queued'; readonly location: Json }

type MoverEvent =
  | { readonly kind: 'moved'; readonly location: Json }
  /** The next post can go out. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'stopped' }

/**
 * Posts the member's location: one post in flight, then only the latest location.
 *
 *     idle      a move posts it
 *     posting   a move queues it
 *     queued    a move replaces what is queued, so that what came between is never sent
 *       answered or refused   post what is queued, or become idle
 *       failed                back off, then post what is queued, or the same location again
 *     stopped   ignore every move; the post in flight is awaited, not repeated
 *
 * @see PROTOCOL.md CL3
 */
export class Mover {
  readonly #post: (location: Json) => Promise<Moved>
  readonly #listener: MoverListener
  readonly #backoff = new Backoff()
  readonly #pause = new Pause()
  #state: MoverState = { kind: 'idle' }
  #posting: Promise<void> | undefined
  #movedAtMs = Number.NEGATIVE_INFINITY

  constructor(post: (location: Json) => Promise<Moved>, listener: MoverListener) {
    this.#post = post
    this.#listener = listener
  }

  /** Whether a post is in flight or waiting to be repeated. */
  get busy(): boolean {
    return this.#state.kind !== 'idle'
  }

  /** Returns when the last post was answered, in ms since 1970. */
  get movedAtMs(): number {
    return this.#movedAtMs
  }

  move(location: Json): void {
    const isIdle = !this.busy
    this.#to({ kind: 'moved', location })
    if (isIdle) this.#posting = this.#postAll()
  }

  /** Ends a wait before the next attempt. */
  hurry(): void {
    this.#pause.end()
  }

  /** Posts nothing more; resolves when no post is in flight. */
  async stop(): Promise<void> {
    this.#to({ kind: 'stopped' })
    this.hurry()
    await this.#posting
  }

  #to(event: MoverEvent): void {
    this.#state = transition(this.#state, event)
  }

  async #postAll(): Promise<void> {
    for (let before = this.#state; before.kind === 'queued'; before = this.#state) {
      this.#to({ kind: 'ready' })
      await this.#postOne(before.location)
    }
    this.#to({ kind: 'ready' })
    if (!this.busy) this.#listener.idle()
  }

  async #postOne(location: Json): Promise<void> {
    try {
      const moved = await this.#post(location)
      this.#movedAtMs = Date.now()
      this.#backoff.reset()
      this.#listener.moved(moved)
    } catch (error) {
      if (isLasting(error)) return this.#listener.refused(error, location)
      if (this.#state.kind === 'stopped') return
      if (this.#state.kind === 'posting') this.#to({ kind: 'moved', location })
      await this.#pause.for(this.#backoff.next())
    }
  }
}

function transition(state: MoverState, event: MoverEvent): MoverState {
  if (state.kind === 'stopped') return state
  switch (event.kind) {
    case 'moved':
      return { kind: 'queued', location: event.location }
    case 'ready':
      return { kind: state.kind === 'queued' ? 'posting' : 'idle' }
    case 'stopped':
      return event
  }
}
