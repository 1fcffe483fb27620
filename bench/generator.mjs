import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { find, missing, COMPILER } from '../scripts/needs.mjs'
import { runLoad } from './processes.mjs'

const SOURCES = join(import.meta.dirname, 'load')
const FOLDER = join(import.meta.dirname, 'dist')
const PROGRAM = join(FOLDER, 'load')
/** Nobody waits longer for readers to connect. */
const CONNECT_S = 75
/** Nor for what was sent to arrive. */
const DRAIN_S = 5
/** How often the generator looks at its sockets, so that it doesn't slow the server down. */
const TICK_US = 300

/**
 * How a server speaks. In the paths and the body `%d` is the room, `%i` the number of who reads or
 * writes, `%s` a number that changes, `%t` the time stamp, which is named `"t"`, and `%x` padding.
 *
 * @typedef {object} Wire
 * @property {'sse' | 'websocket' | 'socket.io' | 'awareness' | 'poll'} protocol
 * @property {string} join the path of a reader who is in the room
 * @property {string} [watch] the path of one who only looks on; as `join` without it
 * @property {string} [post] the path that takes updates; over WebSocket there is none
 * @property {string} body an update
 * @property {string} [type] of what media type that is; JSON unless said
 * @property {readonly string[]} [headers] that every request has
 */

/**
 * What is asked of a server.
 *
 * @typedef {object} Load
 * @property {number} readers
 * @property {boolean} [watch] they only look on
 * @property {number} writers
 * @property {number} [rate] updates a second of each writer
 * @property {number} [rooms]
 * @property {boolean} [idle] nobody writes
 * @property {boolean} [closedLoop] each writer writes again as soon as it is answered
 * @property {number} [slow] how many of the readers never read
 * @property {number} [receiveBufferBytes] of those
 * @property {number} [padBytes] makes updates longer
 * @property {number} [pollS] how often a poller asks
 * @property {readonly string[]} [headers] that every request has
 * @property {boolean} [prompt] look at each arrival at once, where nothing is to be spared
 * @property {number} warmS
 * @property {number} seconds
 */

/** @typedef {{ p50: number, p90: number, p99: number, p999: number, longest: number }} Latency */

/**
 * What came of it; see load/main.c.
 *
 * @typedef {object} Outcome
 * @property {number} seconds
 * @property {number} connectSeconds
 * @property {number} opened
 * @property {number} refused
 * @property {number} closed
 * @property {number} made updates within the window
 * @property {number} expected how often they were to be seen
 * @property {number} seen how often they were, or newer ones of the same writer
 * @property {number} superseded how many of those by a newer one
 * @property {number} delivered updates that reached a reader within the window, whenever made
 * @property {number} unknown
 * @property {number} events
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} requests
 * @property {number} answers
 * @property {number} wrongAnswers
 * @property {number} late
 * @property {number} unsent
 * @property {number} skippedPolls
 * @property {Latency} latencyMs
 * @property {Latency} answerMs
 * @property {Latency} lagMs
 * @property {number} serverSeconds processor time
 * @property {number} connectServerSeconds
 * @property {number} generatorSeconds
 * @property {number} othersSeconds
 * @property {{ start: number, connected: number, begin: number, end: number, drained: number }} rssKiB
 * @property {{ begin: number, end: number }} kernelKiB
 */

/**
 * Compiles the generator if its sources are newer, and answers which compiler did.
 *
 * @throws {Error} if there is no C compiler, or no Linux
 */
export function buildGenerator() {
  if (process.platform !== 'linux')
    throw new Error('The load generator needs Linux: epoll and /proc')
  const compiler = find(COMPILER)
  if (compiler === undefined) throw new Error(missing(COMPILER))
  const files = readdirSync(SOURCES).map((name) => join(SOURCES, name))
  const newest = Math.max(...files.map((file) => statSync(file).mtimeMs))
  if (newest > (statSync(PROGRAM, { throwIfNoEntry: false })?.mtimeMs ?? 0)) {
    mkdirSync(FOLDER, { recursive: true })
    const sources = files.filter((file) => file.endsWith('.c'))
    const args = ['-O2', '-std=gnu11', '-Wall', '-Wextra', '-o', PROGRAM, ...sources]
    const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${compiler} can't compile the load generator:\n${stderr}`)
  }
  const { stdout } = spawnSync(compiler, ['--version'], { encoding: 'utf8' })
  return stdout.split('\n')[0] ?? ''
}

/**
 * Puts a load on a server, or on several that are one: connections go to them in turn.
 *
 * @param {Wire} wire
 * @param {Load} load
 * @param {readonly import('./processes.mjs').RunningServer[]} servers
 * @returns {Promise<Outcome>}
 */
export async function putLoad(wire, load, servers) {
  const ports = servers.map(({ port }) => port).join(',')
  const pids = servers.flatMap((server) => server.pids).join(',')
  const args = [...argumentsOf(wire, load), '--port', ports, '--pids', pids]
  const deadlineMs = (CONNECT_S + secondsOf(load) + DRAIN_S) * 1_000
  const output = await runLoad({ program: PROGRAM, args }, deadlineMs)
  const last = output.trim().split('\n').at(-1) ?? ''
  return JSON.parse(last)
}

/**
 * How long a load takes, but for connecting and for what comes late.
 *
 * @param {Load} load
 */
export function secondsOf({ warmS, seconds }) {
  return warmS + seconds
}

/**
 * @param {Wire} wire
 * @param {Load} load
 */
function argumentsOf(wire, load) {
  const { protocol, join: path, watch = path, post, body, type } = wire
  const { padBytes, receiveBufferBytes } = load
  /** @type {[flag: string, value: string | number | undefined][]} */
  const valued = [
    ['--wire', protocol],
    ['--join', load.watch === true ? watch : path],
    ['--post', post],
    ['--body', padBytes === undefined ? body : body.replace(/}(]?)$/, ',"x":"%x"}$1')],
    ['--type', type],
    ['--subscribers', load.readers],
    ['--publishers', load.writers],
    ['--rate', load.rate],
    ['--rooms', load.rooms],
    ['--slow', load.slow],
    ['--receive-buffer', receiveBufferBytes],
    ['--pad', padBytes],
    ['--poll', load.pollS],
    ['--tick', load.prompt === true ? 0 : TICK_US],
    ['--warm', load.warmS],
    ['--seconds', load.seconds],
  ]
  const args = valued.flatMap(([flag, value]) => (value === undefined ? [] : [flag, `${value}`]))
  for (const header of [...(wire.headers ?? []), ...(load.headers ?? [])])
    args.push('--header', header)
  if (load.idle === true) args.push('--idle')
  if (load.closedLoop === true) args.push('--closed')
  return args
}
