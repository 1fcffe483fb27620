import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { find, missing, REDIS } from '../scripts/needs.mjs'
import { freePort, startServer } from './processes.mjs'

const LOOK_EVERY_MS = 250
/** The share of the busiest sample below which a sample is before or after the load. */
const BUSY = 0.5

/**
 * The work of Redis per second.
 *
 * @typedef {object} Work
 * @property {number} scripts calls by nodes; a script is one round trip
 * @property {number} commands calls by nodes and by scripts
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} busySeconds processor time
 *
 * @typedef {Work & { atMs: number }} Sample the totals so far
 */

/**
 * Starts a Redis on the servers' core that stores nothing on disk.
 *
 * @param {string} folder
 */
export async function startRedis(folder) {
  const program = find(REDIS)
  if (program === undefined) throw new Error(missing(REDIS))
  const port = await freePort()
  const address = ['--bind', '127.0.0.1', '--port', String(port)]
  const args = [...address, '--dir', folder, '--save', '', '--appendonly', 'no']
  return startServer({ program, args }, port)
}

/**
 * Measures the work of Redis during a load: the mean over the time in which it is busy.
 *
 * @template T
 * @param {number} port
 * @param {() => Promise<T>} work
 * @returns {Promise<{ result: T, redis: Work }>}
 */
export async function measureRedis(port, work) {
  const client = createClient({ url: `redis://127.0.0.1:${port}` })
  await client.connect()
  /** @type {Sample[]} */
  const samples = []
  const ended = new AbortController()
  const looking = (async () => {
    while (!ended.signal.aborted) {
      samples.push(sampleOf(await client.info('all')))
      await sleep(LOOK_EVERY_MS)
    }
  })()
  try {
    const result = await work()
    return { result, redis: meanOf(samples) }
  } finally {
    ended.abort()
    await looking
    client.destroy()
  }
}

/**
 * @param {string} info
 * @returns {Sample}
 */
function sampleOf(info) {
  const number = (/** @type {string} */ name) =>
    Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? 0)
  const calls = new Map(
    [...info.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name, count]) => [
      name,
      Number(count),
    ]),
  )
  // Without the INFO call itself.
  calls.delete('info')
  return {
    atMs: performance.now(),
    scripts: calls.get('evalsha') ?? 0,
    commands: [...calls.values()].reduce((sum, count) => sum + count, 0),
    bytesIn: number('total_net_input_bytes'),
    bytesOut: number('total_net_output_bytes'),
    busySeconds: number('used_cpu_user') + number('used_cpu_sys'),
  }
}

/**
 * @param {readonly Sample[]} samples
 * @returns {Work}
 */
function meanOf(samples) {
  const steps = samples.slice(1).map((sample, at) => rateOf(samples[at] ?? sample, sample))
  const most = Math.max(...steps.map(({ commands }) => commands))
  const busy = steps.filter(({ commands }) => commands > most * BUSY)
  return workOf((key) => busy.reduce((sum, step) => sum + step[key], 0) / busy.length)
}

/**
 * @param {Sample} from
 * @param {Sample} to
 * @returns {Work}
 */
function rateOf(from, to) {
  const seconds = (to.atMs - from.atMs) / 1_000
  return workOf((key) => (to[key] - from[key]) / seconds)
}

/**
 * @param {(key: keyof Work) => number} figureOf
 * @returns {Work}
 */
function workOf(figureOf) {
  return {
    scripts: figureOf('scripts'),
    commands: figureOf('commands'),
    bytesIn: figureOf('bytesIn'),
    bytesOut: figureOf('bytesOut'),
    busySeconds: figureOf('busySeconds'),
  }
}
