import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { putLoad } from './generator.mjs'
import { freePort, runClient, startServer } from './processes.mjs'

/** The folders of running servers. @type {Set<string>} */
const folders = new Set()
process.on('exit', () => folders.forEach(remove))

/** The share of a core; real-time processes get at most 95 %. */
const GENERATOR_FULL = 0.9
const GENERATOR_LATE_MS = 20
/** The longest time for a task with a document. */
const TASK_MS = 300_000
/** The share of updates that may be missing without counting as a fault. */
const LOST = 0.001

/**
 * One run of one contestant in one scenario.
 *
 * @typedef {object} Stage
 * @property {import('./contestants.mjs').Contestant} contestant
 * @property {boolean} quick
 * @property {readonly Run[]} earlier the results of its previous runs
 * @property {number} [expected] the level that it reached when the stored results were measured
 * @property {(load: import('./generator.mjs').Load) => Promise<import('./generator.mjs').Outcome>} load
 *   starts it again and puts a load on it
 * @property {(task: import('./typing/tasks.mjs').Task) => Promise<import('./typing/tasks.mjs').Found>} type
 *   starts it again and has its own client do something with a document
 *
 * The result of a run: figures by name, the steps of a ladder, and faults.
 *
 * @typedef {object} Run
 * @property {Readonly<Record<string, number>>} figures
 * @property {readonly Readonly<Record<string, number>>[]} [steps]
 * @property {readonly string[]} notes
 * @property {number} [othersPercent] the largest share of a core that other processes used
 */

/**
 * Starts a contestant in a new place, puts a load on it, and ends it.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {import('./generator.mjs').Load} load
 */
export function perform(contestant, load) {
  const { name, wire } = contestant
  if (wire === undefined) throw new Error(`the load generator doesn't know ${name}`)
  return withServer(contestant, (server) => putLoad(wire, load, [server]))
}

/**
 * Starts a contestant in a new place, has its own client do something with a document, and ends it.
 *
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {import('./typing/tasks.mjs').Task} task
 * @returns {Promise<import('./typing/tasks.mjs').Found>}
 */
export function typeInto(contestant, task) {
  const { name, client } = contestant
  if (client === undefined) throw new Error(`${name} has no documents`)
  return withServer(contestant, async ({ port, pids }, folder) => {
    const placed = JSON.stringify({ ...task, port, pids, folder })
    const command = { program: process.execPath, args: [client, placed] }
    const output = await runClient(command, TASK_MS)
    return JSON.parse(output.trim().split('\n').at(-1) ?? '')
  })
}

/**
 * @template T
 * @param {import('./contestants.mjs').Contestant} contestant
 * @param {(server: import('./processes.mjs').RunningServer, folder: string) => Promise<T>} use
 */
async function withServer(contestant, use) {
  const folder = mkdtempSync(join(tmpdir(), `bench-${contestant.name}-`))
  folders.add(folder)
  try {
    const port = await freePort()
    const server = await startServer(contestant.command({ port, folder }), port)
    try {
      return await use(server, folder)
    } catch (error) {
      const said = server.output().trim().slice(-500)
      throw new Error(`${String(error)}${said && `; the server said: ${said}`}`, { cause: error })
    } finally {
      await server.end()
    }
  } finally {
    remove(folder)
  }
}

/** @param {string} folder */
function remove(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  folders.delete(folder)
}

/**
 * Returns the faults of an outcome; none if its figures are valid.
 *
 * @param {import('./generator.mjs').Load} load
 * @param {import('./generator.mjs').Outcome} outcome
 */
export function faultsOf(load, outcome) {
  const { opened, refused, closed, wrongAnswers, expected, seen, seconds } = outcome
  const faults = []
  const silent = load.readers - opened - refused
  if (silent > 0) faults.push(`${silent} of ${load.readers} readers got no answer`)
  if (refused > 0) faults.push(`${refused} of ${load.readers} readers were refused`)
  if (closed > 0) faults.push(`${closed} streams were closed`)
  if (wrongAnswers > 0) faults.push(`${wrongAnswers} posts were refused`)
  if (seen < expected * (1 - LOST)) {
    faults.push(`${((1 - seen / expected) * 100).toFixed(1)} % of the updates didn't arrive`)
  }
  if (outcome.generatorSeconds > seconds * GENERATOR_FULL) {
    faults.push('the load generator was full')
  } else if (outcome.lagMs.p99 > GENERATOR_LATE_MS) {
    faults.push(`the load generator was ${outcome.lagMs.p99.toFixed(0)} ms late`)
  }
  return faults
}

/**
 * Returns the share of a core that other processes used, in percent.
 *
 * @param {import('./generator.mjs').Outcome} outcome
 */
export function othersPercent({ othersSeconds, seconds }) {
  return Math.max(0, (othersSeconds / seconds) * 100)
}

/** Returns the server's processor time per item in microseconds. */
export function microsecondsEach(serverSeconds = 0, count = 0) {
  return count === 0 ? NaN : (serverSeconds * 1e6) / count
}

/**
 * Returns the server's processor time per delivered update in microseconds.
 *
 * @param {import('./generator.mjs').Outcome} outcome
 */
export function microsecondsPerUpdate({ serverSeconds, delivered }) {
  return microsecondsEach(serverSeconds, delivered)
}

/**
 * Returns the share of a core that the server used, in percent.
 *
 * @param {import('./generator.mjs').Outcome} outcome
 */
export function serverPercent({ serverSeconds, seconds }) {
  return (serverSeconds / seconds) * 100
}
