import type { Clock } from './clock.js'
import type { Endable, Faults } from './faults.js'

/** A connection that can be closed. */
interface Closable extends Endable {
  destroy(): void
}

/**
 * Closes connections that take too long to read what was written to them.
 *
 * @see PROTOCOL.md FR5
 */
export class Undrained {
  /** The connections and when each stopped reading, the longest first. */
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

  // One timer serves all, so that a briefly full socket buffer doesn't cost a timer.
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
