import type { Clock } from './clock.js'

/**
 * The share of its time that the process may be busy before frames go out less often, and what is
 * left for the posts that come meanwhile.
 */
const BUSY_SHARE = 0.9
/** However busy the process is, frames wait no longer than this for it. */
const MOST_PAUSE_MS = 60

/**
 * How fast frames follow one another, for all rooms of a process.
 *
 * Time that the process is busy beyond its share is a debt, which is paid back by pauses between the
 * frames of every room. In longer intervals more changes meet in one frame, which takes fewer writes:
 * so the interval grows until the process is as busy as it may be. A busy server loses frame rate,
 * never freshness of what is seen in the end, and doesn't fall behind.
 *
 * @see PROTOCOL.md FR17
 */
export class Pace {
  #debtMs = 0
  #nowMs: number
  #busyMs: number

  /** @param intervalMs the least time from one frame of a room to its next */
  constructor(
    private readonly intervalMs: number,
    private readonly clock: Clock,
  ) {
    this.#nowMs = clock.now()
    this.#busyMs = clock.busyMs()
  }

  /** When a room that has just sent a frame may send its next one. @param startMs when it began */
  nextFrameMs(startMs: number): number {
    const nowMs = this.clock.now()
    const busyMs = this.clock.busyMs()
    const beyondMs = busyMs - this.#busyMs - (nowMs - this.#nowMs) * BUSY_SHARE
    this.#debtMs = Math.min(Math.max(0, this.#debtMs + beyondMs), MOST_PAUSE_MS * BUSY_SHARE)
    this.#nowMs = nowMs
    this.#busyMs = busyMs
    return Math.max(startMs + this.intervalMs, nowMs + this.#debtMs / BUSY_SHARE)
  }
}
