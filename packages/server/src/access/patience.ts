/** Calls back once after a time. Returns a function that cancels it. */
export type After = (ms: number, callback: () => void) => () => void

/** How long the application may take to say who is calling and what they may do. @see PROTOCOL.md AC8, AC27 */
const PATIENCE_MS = 10_000

/**
 * Waits for the application's answer, with a time limit.
 *
 * @throws {Error} if the answer takes too long; also rethrows what the application throws
 */
export async function answered<T>(answer: T | PromiseLike<T>, after: After): Promise<T> {
  if (!isPromise(answer)) return answer
  let cancel: (() => void) | undefined
  const late = new Promise<never>((_, reject) => {
    cancel = after(PATIENCE_MS, () => reject(new Error(`no answer within ${PATIENCE_MS} ms`)))
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    cancel?.()
  }
}

function isPromise<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}
