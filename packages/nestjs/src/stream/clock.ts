/** Time, as far as frames and connections need it. */
export interface Clock {
  /** Milliseconds that don't run backwards. */
  now(): number
  /** How much of that time something ran. */
  busyMs(): number
  /** Calls back once after a time, 0 being the next turn; the answer calls it off. */
  after(ms: number, callback: () => void): () => void
}

/** The process's own time. What waits on it doesn't keep the process alive. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  busyMs: () => performance.eventLoopUtilization().active,
  after(ms, callback) {
    if (ms <= 0) {
      const immediate = setImmediate(callback)
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
}
