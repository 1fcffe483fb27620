import { newNode, type NodeId } from './node.js'

/** Time and chance, as far as an exchange needs them. */
export interface Surroundings {
  /** Milliseconds that don't run backwards. */
  now(): number
  /** Calls back once after a time, 0 being the next turn; the answer calls it off. */
  after(ms: number, callback: () => void): () => void
  /** Returns a number from 0 to below 1. */
  random(): number
  /** Returns a name that is never used again. */
  newName(): NodeId
}

/** The process's own. What waits doesn't keep the process alive. */
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
