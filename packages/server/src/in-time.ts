/** Calls back once after a time. Returns a function that cancels it. */
export type After = (ms: number, callback: () => void) => () => void

/** Timers that don't keep the process alive. */
export const TIMERS: { readonly after: After } = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
}

const DO_NOTHING = () => {}

/**
 * Waits for an answer for a limited time.
 *
 * @param late makes the error if there is none by then
 * @throws {Error} if it takes too long; also what the answer is rejected with
 */
export async function inTime<T>(
  answer: T | PromiseLike<T>,
  limitMs: number,
  clock: { readonly after: After },
  late: () => Error = () => new Error(`no answer within ${limitMs} ms`),
): Promise<T> {
  let cancel = DO_NOTHING
  const isLate = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(limitMs, () => reject(late()))
  })
  try {
    return await Promise.race([answer, isLate])
  } finally {
    cancel()
  }
}
