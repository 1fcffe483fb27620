import { type After, inTime } from '../in-time.js'

/** How long the application may take to say who is calling and what they may do. @see PROTOCOL.md AC8, AC27 */
const PATIENCE_MS = 10_000

/**
 * Waits for the application's answer, with a time limit.
 *
 * @throws {Error} if the answer takes too long; also rethrows what the application throws
 */
export async function answered<T>(answer: T | PromiseLike<T>, after: After): Promise<T> {
  return isPromise(answer) ? inTime(answer, PATIENCE_MS, { after }) : answer
}

function isPromise<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}
