import { type Goodbye, Problem } from '@whereabouts/protocol'
import type { Clock } from './clock.js'

/** What bounds and paces the open connections of a server. */
export interface ConnectionLimits {
  readonly heartbeatMs: number
  readonly maxConnections: number
}

/** What stays open for a while and is looked after meanwhile. */
export interface Kept {
  ping(): void
  goodbye(goodbye: Goodbye): void
  destroy(): void
}

/** How long a reader has to take its goodbye. */
const GOODBYE_MS = 1_000
const LONGEST_TICK_MS = 250

/**
 * Every open connection of a server: their bound, their heartbeats, their end.
 *
 * Heartbeats are spread over the interval: the connections stand in as many slots as it has ticks,
 * and each tick looks after one slot, so that ten thousand idle streams don't wake in one turn.
 */
export class Connections {
  readonly #slots: Set<Kept>[]
  readonly #tickMs: number
  #size = 0
  #added = 0
  #next = 0
  #onEmpty: () => void = () => {}
  #cancel: (() => void) | undefined

  constructor(
    private readonly limits: ConnectionLimits,
    private readonly clock: Clock,
  ) {
    const slots = Math.ceil(limits.heartbeatMs / LONGEST_TICK_MS)
    this.#tickMs = limits.heartbeatMs / slots
    this.#slots = Array.from({ length: slots }, () => new Set<Kept>())
  }

  get size(): number {
    return this.#size
  }

  /** @throws {Problem} too-many-connections */
  assertRoom(): void {
    const { maxConnections } = this.limits
    if (this.#size < maxConnections) return
    throw new Problem(
      'too-many-connections',
      `This server holds its ${maxConnections} open connections; try again later.`,
    )
  }

  /** Looks after a connection until the answer is called. */
  add(connection: Kept): () => void {
    const slot = this.#slots[this.#added++ % this.#slots.length]!
    slot.add(connection)
    this.#size += 1
    this.#schedule()
    return () => {
      if (!slot.delete(connection)) return
      this.#size -= 1
      if (this.#size === 0) this.#onEmpty()
    }
  }

  /** Says goodbye to everybody; done when all are closed, which takes a second at the most. FR7 */
  async close(reconnectInMs: () => number): Promise<void> {
    this.#cancel?.()
    for (const connection of this.#all()) connection.goodbye({ reconnectInMs: reconnectInMs() })
    await new Promise<void>((resolve) => {
      const cancel = this.clock.after(GOODBYE_MS, resolve)
      this.#onEmpty = () => {
        cancel()
        resolve()
      }
      if (this.#size === 0) this.#onEmpty()
    })
    for (const connection of this.#all()) connection.destroy()
  }

  #all(): Kept[] {
    return this.#slots.flatMap((slot) => [...slot])
  }

  #schedule(): void {
    if (this.#size > 0) this.#cancel ??= this.clock.after(this.#tickMs, () => this.#tick())
  }

  #tick(): void {
    this.#cancel = undefined
    for (const connection of this.#slots[this.#next]!) connection.ping()
    this.#next = (this.#next + 1) % this.#slots.length
    this.#schedule()
  }
}
