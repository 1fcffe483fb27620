import { type Goodbye, Problem, type Transport } from '@whereabouts/protocol'
import type { Clock } from './clock.js'
import type { Endable, Faults } from './faults.js'

/** The limits and intervals of a server's open connections. */
export interface ConnectionLimits {
  readonly heartbeatMs: number
  readonly maxConnections: number
}

/** The ways in which readers are served, which are a label in the metrics. */
const TRANSPORTS: readonly Transport[] = [
  'stream',
  'post-stream',
  'shared-stream',
  'long-poll',
  'process',
]

/** How many readers a way has, and how many it has had. */
interface Readership {
  open: number
  total: number
}

/** A connection that stays open and needs pings. */
export interface Kept extends Endable {
  ping(): void
  /** Says that the server is going away; more events may follow. */
  goodbye(goodbye: Goodbye): void
  /** Ends in good order. */
  end(): void
  destroy(): void
}

/** How long a reader has to receive the end of its stream. */
const TAKE_MS = 1_000
const LONGEST_TICK_MS = 250
/** The longest time between two steps of a drain. */
const LONGEST_STEP_MS = 100
/** How long the last readers have to move to another server. */
const MOVE_MS = 2_000
/** Spreads the reconnects of one step. It can be short, because another server is ready. */
const MOST_RECONNECT_MS = 300

/** Learns what becomes of its places. */
interface PlaceHolder {
  kept(): void
  released(place: Place): void
}

/** A place among a server's connections. It counts from when it is taken until it is released. */
export class Place {
  #connection: Kept | undefined
  #isReleased = false

  /** @param count how many connections it counts as */
  constructor(
    private readonly slot: Set<Kept>,
    readonly transport: Transport,
    readonly count: number,
    private readonly holder: PlaceHolder,
  ) {}

  /** Starts the pings of the place's connection. */
  keep(connection: Kept): void {
    if (this.#isReleased) return
    this.#connection = connection
    this.slot.add(connection)
    this.holder.kept()
  }

  /** Releases the place. Calling it again does nothing. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    if (this.#connection !== undefined) this.slot.delete(this.#connection)
    this.holder.released(this)
  }
}

/**
 * Limits a server's open connections, sends their heartbeats and ends them.
 *
 * Spreads heartbeats over the interval, so that ten thousand idle streams don't wake in one turn: each
 * connection is in one slot, and each tick pings one slot.
 */
export class Connections {
  readonly #slots: Set<Kept>[]
  readonly #tickMs: number
  readonly #readerships = new Map<Transport, Readership>(
    TRANSPORTS.map((transport) => [transport, { open: 0, total: 0 }]),
  )
  #size = 0
  #added = 0
  #next = 0
  #onEmpty: () => void = () => {}
  #cancel: (() => void) | undefined
  /** One for all places, of which there are tens of thousands. */
  readonly #holder: PlaceHolder = {
    kept: () => this.#schedule(),
    released: (place) => this.#leave(place),
  }

  /** @param random a number from 0 to 1 */
  constructor(
    private readonly limits: ConnectionLimits,
    private readonly clock: Clock,
    private readonly faults: Faults,
    private readonly random: () => number,
  ) {
    const slots = Math.ceil(limits.heartbeatMs / LONGEST_TICK_MS)
    this.#tickMs = limits.heartbeatMs / slots
    this.#slots = Array.from({ length: slots }, () => new Set<Kept>())
  }

  get size(): number {
    return this.#size
  }

  /** The readers by the way in which they are served. @see PROTOCOL.md HT45 */
  get readerships(): ReadonlyMap<Transport, Readonly<Readership>> {
    return this.#readerships
  }

  /**
   * Takes a place. Call it before the first `await`, or else callers that arrive at once all get in.
   *
   * @param count how many connections it counts as
   * @throws {Problem} too-many-connections
   * @see PROTOCOL.md FR8, FR10
   */
  reserve(transport: Transport, count = 1): Place {
    this.#assertRoom(count)
    this.#size += count
    const readership = this.#readerships.get(transport)!
    readership.open += count
    readership.total += count
    const slot = this.#slots[this.#added++ % this.#slots.length]!
    return new Place(slot, transport, count, this.#holder)
  }

  /**
   * Says goodbye to the connections in steps, the last one after `overMs`. They stay open, with heartbeats,
   * until their readers close them. Resolves when none is left or their time is over; at once if `overMs`
   * is 0.
   *
   * @see PROTOCOL.md FR9, FR21
   */
  async drain(overMs: number): Promise<void> {
    const startMs = this.clock.now()
    const steps = Math.ceil(overMs / LONGEST_STEP_MS)
    const told = new WeakSet<Kept>()
    for (let left = steps; left > 0 && this.#size > 0; left--) {
      // Includes connections that opened since the last step, such as long-polls.
      const untold = this.#all().filter((connection) => !told.has(connection))
      for (const connection of untold.slice(0, Math.ceil(untold.length / left))) {
        told.add(connection)
        const reconnectInMs = Math.floor(this.random() * MOST_RECONNECT_MS)
        this.faults.serve(connection, () => connection.goodbye({ reconnectInMs }))
      }
      const nextMs = startMs + overMs * (1 - (left - 1) / steps)
      await this.#emptyWithin(Math.max(0, nextMs - this.clock.now()))
    }
    if (steps > 0) await this.#emptyWithin(MOVE_MS)
  }

  /** Says goodbye to all connections. Resolves when all are closed, after a second at most. FR7 */
  async close(reconnectInMs: () => number): Promise<void> {
    this.#cancel?.()
    for (const connection of this.#all()) {
      this.faults.serve(connection, () => {
        connection.goodbye({ reconnectInMs: reconnectInMs() })
        connection.end()
      })
    }
    await this.#emptyWithin(TAKE_MS)
    for (const connection of this.#all()) {
      this.faults.serve(connection, () => connection.destroy())
    }
  }

  async #emptyWithin(ms: number): Promise<void> {
    if (this.#size === 0) return
    await new Promise<void>((resolve) => {
      const cancel = this.clock.after(ms, resolve)
      this.#onEmpty = () => {
        cancel()
        resolve()
      }
    })
  }

  #assertRoom(count: number): void {
    const { maxConnections } = this.limits
    if (this.#size + count <= maxConnections) return
    throw new Problem(
      'too-many-connections',
      `The server has its maximum of ${maxConnections} open connections. Try again later.`,
    )
  }

  #all(): Kept[] {
    return this.#slots.flatMap((slot) => [...slot])
  }

  #leave({ transport, count }: Place): void {
    this.#readerships.get(transport)!.open -= count
    this.#size -= count
    if (this.#size === 0) this.#onEmpty()
  }

  #schedule(): void {
    if (this.#size > 0) this.#cancel ??= this.clock.after(this.#tickMs, () => this.#tick())
  }

  #tick(): void {
    this.#cancel = undefined
    for (const connection of this.#slots[this.#next]!) {
      this.faults.serve(connection, () => connection.ping())
    }
    this.#next = (this.#next + 1) % this.#slots.length
    this.#schedule()
  }
}
