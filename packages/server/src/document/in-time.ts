import { setTimeout as wait } from 'node:timers/promises'
import type { Problem } from '@whereabouts/protocol'

/** The time limit of a check or a count. It can be short, because monitoring asks again soon. */
const ANSWER_MS = 1_800

/** Resolves with the answer; if it takes too long, rejects with the problem of `late`. */
export async function inTime<T>(answer: Promise<T>, late: () => Problem): Promise<T> {
  const answered = new AbortController()
  const deadline = wait(ANSWER_MS, undefined, { signal: answered.signal, ref: false }).then(() => {
    throw late()
  })
  // After an answer, nobody handles the rejection of the deadline.
  deadline.catch(() => {})
  try {
    return await Promise.race([answer, deadline])
  } finally {
    answered.abort()
  }
}
