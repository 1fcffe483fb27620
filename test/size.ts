import { randomInt } from 'node:crypto'

/** Whether the sizes are those of the nightly run. @see CONTRIBUTING.md, The gate */
const isNightly = process.env['TEST_SIZE'] === 'nightly'

/** What the gate has of something, and what the nightly run has: seeds, seconds, requests or files. */
export function size<T>(gate: T, nightly: T): T {
  return isNightly ? nightly : gate
}

/**
 * The first seed of a test by chance: always the same in the gate, which is to fail of what was changed
 * and of nothing else, and another one each night. The environment may say another one.
 */
export function firstSeed(variable: string): number {
  return Number(process.env[variable] ?? size(1, randomInt(1_000_000_000)))
}

/** The seeds of a test by chance, so many from the first one on; if the environment says one, that alone. */
export function seedsOf(variable: string, count: number): readonly number[] {
  const first = firstSeed(variable)
  const isPinned = process.env[variable] !== undefined
  return Array.from({ length: isPinned ? 1 : count }, (_, index) => first + index)
}
