import { shuttingDown } from './document/documents.js'

/** Whether a server accepts new readers and calls while it shuts down. @see PROTOCOL.md FR19, FR20 */
export class Serving {
  readonly #ended = new AbortController()
  #stage: 'open' | 'draining' | 'closed' = 'open'

  /** Aborted once all calls are refused, with the problem of those that don't finish by then. */
  readonly ended: AbortSignal = this.#ended.signal

  /** Refuses new readers, but still serves the others. */
  drain(): void {
    this.#stage = 'draining'
  }

  /** Refuses all calls. */
  close(): void {
    this.#stage = 'closed'
    this.#ended.abort(shuttingDown())
  }

  get isOpen(): boolean {
    return this.#stage === 'open'
  }

  /** @throws {Problem} shutting-down, for new readers */
  assertOpen(): void {
    if (this.#stage !== 'open') throw shuttingDown()
  }

  /** @throws {Problem} shutting-down, for all calls */
  assertServing(): void {
    if (this.#stage === 'closed') throw shuttingDown()
  }
}
