/** Longer than anything here takes on a busy machine, shorter than the test runner's patience. */
export const DEADLINE_MS = 15_000
/**
 * Anything immediate happens within this time even on a busy machine. The end of a lease takes longer.
 */
export const AT_ONCE_MS = 2_000
/**
 * A server that waits for no connection ends within this time. The tests keep their connections open for
 * longer.
 */
export const END_MS = 4_000
/** How late an event may be seen on a busy machine. */
export const LATE_MS = 3_000

/**
 * Resolves with the promise's value; rejects with an error that names what didn't happen in time.
 */
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
