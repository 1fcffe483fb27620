import { newNode, type NodeId } from './node.js'

/** The clock, timers and randomness that an exchange uses. */
export interface Surroundings {
  /** Returns the time of a monotonic clock in ms. */
  now(): number
  /** Calls back once after a delay; 0 means the next turn. The returned function cancels it. */
  after(ms: number, callback: () => void): () => void
  /** Returns a number from 0 to below 1. */
  random(): number
  /** Returns a name that is never used again. */
  newName(): NodeId
}

/** The clock, timers and randomness of the process. Its timers don't keep the process alive. */
export const PROCESS: Surroundings = {
  now: () => performance.now(),
  after(ms, callback) {
    if (ms <= 0) {
      const immediate = setImmediate(callback)
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
  newName: newNode,
}
