import { randomInt } from 'node:crypto'

/** Whether this is the nightly run. @see CONTRIBUTING.md, The gate */
const isNightly = process.env['TEST_SIZE'] === 'nightly'

/** Returns a number for the gate or for the nightly run, such as of seeds, seconds, requests or files. */
export function size<T>(gate: T, nightly: T): T {
  return isNightly ? nightly : gate
}

/**
 * Returns the first seed of a randomized test. In the gate it is always the same, so that only
 * a change can make the gate fail; each night it is another. The environment may set it.
 */
export function firstSeed(variable: string): number {
  return Number(process.env[variable] ?? size(1, randomInt(1_000_000_000)))
}

/** Returns the seeds of a randomized test from the first one on, or the one set in the environment. */
export function seedsOf(variable: string, count: number): readonly number[] {
  const first = firstSeed(variable)
  const isPinned = process.env[variable] !== undefined
  return Array.from({ length: isPinned ? 1 : count }, (_, index) => first + index)
}
