import { shuttingDown } from './document/documents.js'

/** Whether a server takes new readers and calls, on its way to its end. @see PROTOCOL.md FR19, FR20 */
export class Serving {
  #stage: 'open' | 'draining' | 'closed' = 'open'

  /** New readers are refused; those who are here are still served. */
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

  /** @throws {Problem} shutting-down, to whoever wants to stay */
  assertOpen(): void {
    if (this.#stage !== 'open') throw shuttingDown()
  }

  /** @throws {Problem} shutting-down, also to those who are here already */
  assertServing(): void {
    if (this.#stage === 'closed') throw shuttingDown()
  }
}
