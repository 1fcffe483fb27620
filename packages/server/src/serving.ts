import { shuttingDown } from './document/documents.js'

/** Whether a server accepts new readers and calls while it shuts down. @see PROTOCOL.md FR19, FR20 */
export class Serving {
  #stage: 'open' | 'draining' | 'closed' = 'open'

  /** Refuses new readers, but still serves the others. */
  drain(): void {
    this.#stage = 'draining'
  }

  /** Refuses all calls. */
  close(): void {
    this.#stage = 'closed'
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
