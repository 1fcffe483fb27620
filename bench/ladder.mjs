import { faultsOf, microsecondsPerUpdate, serverPercent } from './stage.mjs'

/** The share of due updates that may still wait for the answer to the previous one. */
const UNSENT = 0.001

/**
 * Finds a contestant's limit: the load grows step by step while updates are seen in time.
 *
 * @typedef {object} Ladder
 * @property {readonly number[]} levels from the least to the most
 * @property {number} first the level to start with
 * @property {number} p99Ms the time within which 99 of 100 updates must be seen
 * @property {(level: number) => import('./generator.mjs').Load} load
 */

/**
 * Starts at the level that the previous run reached, that of the stored results, or the first one, and climbs up
 * or down. A quick one is only tried at the least level.
 *
 * @param {import('./stage.mjs').Stage} stage
 * @param {Ladder} ladder
 */
export async function climb(stage, ladder) {
  const levels = stage.quick ? ladder.levels.slice(0, 1) : ladder.levels
  /** @type {Step[]} */
  const steps = []
  const passes = async (/** @type {number} */ level) => {
    const step = await stepOn(stage, ladder, level)
    steps.push(step)
    return step.passed
  }
  let index = startOf(stage, ladder, levels)
  if (await passes(levels[index] ?? 0)) {
    while (index + 1 < levels.length && (await passes(levels[index + 1] ?? 0))) index++
  } else {
    for (index--; index >= 0 && !(await passes(levels[index] ?? 0));) index--
  }
  return { level: levels[index] ?? 0, steps: steps.toSorted((a, b) => a.level - b.level) }
}

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {Ladder} ladder
 * @param {readonly number[]} levels
 */
function startOf({ earlier, expected }, { first }, levels) {
  const before = levels.indexOf(earlier.at(-1)?.figures['level'] ?? expected ?? first)
  return Math.max(0, before === -1 ? levels.indexOf(first) : before)
}

/** @typedef {{ level: number, passed: boolean, figures: Record<string, number>, notes: string[] }} Step */

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {Ladder} ladder
 * @param {number} level
 * @returns {Promise<Step>}
 */
export async function stepOn(stage, { load: loadOf, p99Ms }, level) {
  const load = loadOf(level)
  const outcome = await stage.load(load)
  const faults = faultsOf(load, outcome)
  // If a server is far behind, no update of the window arrives in time.
  const { p50, p99 } = outcome.seen > 0 ? outcome.latencyMs : { p50: Infinity, p99: Infinity }
  const late = outcome.unsent > outcome.made * UNSENT || p99 > p99Ms
  return {
    level,
    passed: faults.length === 0 && !late,
    figures: {
      level,
      p50: outcome.seen > 0 ? p50 : NaN,
      p99: outcome.seen > 0 ? p99 : NaN,
      usPerUpdate: microsecondsPerUpdate(outcome),
      serverPercent: serverPercent(outcome),
      supersededPercent: outcome.seen === 0 ? 0 : (outcome.superseded / outcome.seen) * 100,
      generatorPercent: (outcome.generatorSeconds / outcome.seconds) * 100,
    },
    // If updates are late anyway, the missing share is not worth reporting.
    notes: faults
      .filter((fault) => !late || !fault.includes('arrive'))
      .map((fault) => `at ${level}: ${fault}`),
  }
}
