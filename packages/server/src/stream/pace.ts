import type { Clock } from './clock.js'

/** What decides how often the frames of a room go out. */
export interface PaceLimits {
  /** The interval between two frames of a room whose frames cost `frameCostMs` or more. */
  readonly frameIntervalMs: number
  /** The core time of a frame that is worth the whole `frameIntervalMs`. */
  readonly frameCostMs: number
}

/** The weight of the latest frame in the average cost of a room's frames. */
const LATEST = 1 / 8
/** The core time of a batch on the node that sends it; Redis and the other nodes take about as much. */
const BATCH_MS = 0.3

/**
 * Sets the intervals between frames, for all rooms of a process. A longer interval puts more changes into
 * one frame, which takes fewer writes.
 *
 * @see PROTOCOL.md FR17, FR22
 */
export class Pace {
  readonly #debt: Debt

  constructor(
    private readonly limits: PaceLimits,
    private readonly clock: Clock,
  ) {
    this.#debt = new Debt(clock)
  }

  /** Returns the interval between frames of this cost. */
  intervalMs(costMs: number): number {
    const { frameIntervalMs, frameCostMs } = this.limits
    return costMs < frameCostMs ? frameIntervalMs * (costMs / frameCostMs) ** 2 : frameIntervalMs
  }

  /** Returns when the next frame may follow one of this cost that began at `startMs`. */
  nextMs(startMs: number, costMs: number): number {
    return Math.max(startMs + this.intervalMs(costMs), this.clock.now() + this.pauseMs())
  }

  /** Returns how long every room should send nothing from now on. */
  pauseMs(): number {
    return this.#debt.pauseMs()
  }
}

/**
 * Sets the interval between the frames of one room, and between its batches for other nodes. It follows
 * from what the frames cost, so a small room is told at once, and a large one merges its changes.
 *
 * @see PROTOCOL.md FR22, FR23, FR24
 */
export class RoomPace {
  /** The average cost of a frame. */
  #costMs = 0

  constructor(private readonly pace: Pace) {}

  /**
   * Returns when the room may send its next frame.
   *
   * @param startMs when it began to send the last one
   * @param costMs the core time that the last one took
   */
  nextFrameMs(startMs: number, costMs: number): number {
    this.#costMs += (costMs - this.#costMs) * LATEST
    return this.pace.nextMs(startMs, this.#costMs)
  }

  /** Returns how long after a batch the next one may follow. */
  batchIntervalMs(): number {
    return Math.max(this.pace.intervalMs(this.#costMs + BATCH_MS), this.pace.pauseMs())
  }
}

/**
 * The share of time that the process may be busy before frames go out less often. The rest is left for
 * incoming posts.
 */
const BUSY_SHARE = 0.9
/** The longest pause between frames, even if the process stays busy. */
const MOST_PAUSE_MS = 60

/**
 * The busy time of a process beyond its share. It is paid back by pauses between the frames of every room.
 * So a busy server lowers its frame rate instead of building a backlog.
 *
 * @see PROTOCOL.md FR17
 */
class Debt {
  #debtMs = 0
  #nowMs: number
  #busyMs: number

  constructor(private readonly clock: Clock) {
    this.#nowMs = clock.now()
    this.#busyMs = clock.busyMs()
  }

  /** Returns how long every room should send nothing from now on. */
  pauseMs(): number {
    const nowMs = this.clock.now()
    const busyMs = this.clock.busyMs()
    const beyondMs = busyMs - this.#busyMs - (nowMs - this.#nowMs) * BUSY_SHARE
    this.#debtMs = Math.min(Math.max(0, this.#debtMs + beyondMs), MOST_PAUSE_MS * BUSY_SHARE)
    this.#nowMs = nowMs
    this.#busyMs = busyMs
    return this.#debtMs / BUSY_SHARE
  }
}
