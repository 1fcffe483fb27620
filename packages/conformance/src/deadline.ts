/** Longer than anything here takes on a busy machine, shorter than the test runner's patience. */
export const DEADLINE_MS = 15_000
/** What happens at once has happened by then on a busy machine too, and what waits for a lease has not. */
export const AT_ONCE_MS = 2_000
/** A server ends by then that waits for nobody; the connections that it might wait for stay longer. */
export const END_MS = 4_000
/** So much later than it is due something is seen on a busy machine. */
export const LATE_MS = 3_000

/** What `promise` gives, or an error that says what was waited for in vain. */
export async function within<T>(
  promise: Promise<T>,
  what: string,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${deadlineMs} ms: ${what}`)), deadlineMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
