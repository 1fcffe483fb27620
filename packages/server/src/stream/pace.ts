import type { Clock } from './clock.js'

/**
 * The share of time that the process may be busy before frames go out less often. The rest is left for
 * incoming posts.
 */
const BUSY_SHARE = 0.9
/** The longest pause between frames, even if the process stays busy. */
const MOST_PAUSE_MS = 60

/**
 * Sets the interval between frames, for all rooms of a process.
 *
 * Busy time beyond the process's share is a debt, which is paid back by pauses between the frames of every
 * room. A longer interval puts more changes into one frame, which takes fewer writes. So a busy server
 * lowers its frame rate instead of building a backlog.
 *
 * @see PROTOCOL.md FR17
 */
export class Pace {
  #debtMs = 0
  #nowMs: number
  #busyMs: number

  /** @param intervalMs the shortest time between two frames of a room */
  constructor(
    private readonly intervalMs: number,
    private readonly clock: Clock,
  ) {
    this.#nowMs = clock.now()
    this.#busyMs = clock.busyMs()
  }

  /** Returns when a room may send its next frame. @param startMs when it began to send the last one */
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
