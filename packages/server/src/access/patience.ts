/** Calls back once after a time; the answer calls it off. */
export type After = (ms: number, callback: () => void) => () => void

/** How long the application may take to say who is calling and what they may do. @see PROTOCOL.md AC8, AC27 */
const PATIENCE_MS = 10_000

/**
 * Returns what the application answers.
 *
 * @throws {Error} if it doesn't in time; what it throws itself
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
