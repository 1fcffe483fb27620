import type { Clock } from './stream/clock.js'

const DO_NOTHING = () => {}

/** Resolves with what the application answers. @throws {Error} if it takes too long */
export async function inTime<T>(
  answer: T | Promise<T>,
  limitMs: number,
  clock: Pick<Clock, 'after'>,
): Promise<T> {
  let cancel = DO_NOTHING
  const isLate = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(limitMs, () => reject(new Error(`it took more than ${limitMs} ms`)))
  })
  try {
    return await Promise.race([answer, isLate])
  } finally {
    cancel()
  }
}
