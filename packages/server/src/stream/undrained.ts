import type { Clock } from './clock.js'
import type { Endable, Faults } from './faults.js'

/** A connection that can be closed. */
interface Closable extends Endable {
  destroy(): void
}

/**
 * The connections that haven't taken what was written to them. One that takes longer than it may is
 * closed.
 *
 * @see PROTOCOL.md FR5
 */
export class Undrained {
  /** And since when, the longest first. */
  readonly #since = new Map<Closable, number>()
  #isScheduled = false

  constructor(
    private readonly stuckMs: number,
    private readonly clock: Clock,
    private readonly faults: Faults,
  ) {}

  add(connection: Closable): void {
    this.#since.set(connection, this.clock.now())
    this.#schedule(this.stuckMs)
  }

  delete(connection: Closable): void {
    this.#since.delete(connection)
  }

  // One timer for all; frames that fill a socket's buffer for a moment don't cost one each.
  #schedule(ms: number): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.clock.after(ms, () => {
      this.#isScheduled = false
      this.#close()
    })
  }

  #close(): void {
    const nowMs = this.clock.now()
    for (const [connection, sinceMs] of this.#since) {
      const leftMs = sinceMs + this.stuckMs - nowMs
      if (leftMs > 0) return this.#schedule(leftMs)
      this.#since.delete(connection)
      this.faults.serve(connection, () => connection.destroy())
    }
  }
}
