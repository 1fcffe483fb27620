import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { find, missing, COMPILER } from '../scripts/needs.mjs'
import { runLoad } from './processes.mjs'

const SOURCES = join(import.meta.dirname, 'load')
const FOLDER = join(import.meta.dirname, 'dist')
const PROGRAM = join(FOLDER, 'load')
/** The longest time to wait for readers to connect. */
const CONNECT_S = 75
/** The longest time to wait for updates to arrive. */
const DRAIN_S = 5
/** How often the generator reads its sockets, so that it doesn't slow the server down. */
const TICK_US = 300

/**
 * The protocol of a server. In the paths and the body, `%d` is the room, `%i` the number of the
 * reader or writer, `%s` a changing number, `%t` the time stamp, named `"t"`, and `%x` padding.
 *
 * @typedef {object} Wire
 * @property {'sse' | 'websocket' | 'socket.io' | 'awareness' | 'poll'} protocol
 * @property {string} join the path of a reader who is a member
 * @property {string} [watch] the path of a viewer; `join` by default
 * @property {string} [post] the path for posting updates; none over WebSocket
 * @property {string} body an update
 * @property {string} [type] the media type of the body; JSON by default
 * @property {readonly string[]} [headers] headers of every request
 */

/**
 * The load on a server.
 *
 * @typedef {object} Load
 * @property {number} readers
 * @property {boolean} [watch] whether the readers are viewers
 * @property {number} writers
 * @property {number} [rate] updates per second and writer
 * @property {number} [rooms]
 * @property {string} [post] the path that writers post to, in place of the wire's
 * @property {string} [body]
 * @property {boolean} [idle] whether nobody writes
 * @property {boolean} [closedLoop] whether each writer writes again as soon as it is answered
 * @property {number} [slow] how many of the readers never read
 * @property {number} [receiveBufferBytes] the receive buffer of those
 * @property {number} [padBytes] makes updates longer
 * @property {number} [pollS] seconds between polls
 * @property {readonly string[]} [headers] headers of every request
 * @property {boolean} [prompt] whether to read each arrival immediately
 * @property {number} warmS
 * @property {number} seconds
 */

/** @typedef {{ p50: number, p90: number, p99: number, p999: number, longest: number }} Latency */

/**
 * The result of a load; see load/main.c.
 *
 * @typedef {object} Outcome
 * @property {number} seconds
 * @property {number} connectSeconds
 * @property {number} opened
 * @property {number} refused
 * @property {number} closed
 * @property {number} made updates made within the window
 * @property {number} expected how many times they should be seen
 * @property {number} seen how many times they, or newer ones of the same writer, were seen
 * @property {number} superseded how many of those were newer ones
 * @property {number} delivered updates that reached a reader within the window, whenever they were made
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
 * Compiles the generator if its sources are newer; returns the compiler's name.
 *
 * @throws {Error} without a C compiler or on another system than Linux
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
 * Puts a load on a server, or on several nodes of one, to which connections go in turn.
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
 * Returns how long a load takes, without connecting and late arrivals.
 *
 * @param {{ warmS: number, seconds: number }} load
 */
export function secondsOf({ warmS, seconds }) {
  return warmS + seconds
}

/**
 * @param {Wire} wire
 * @param {Load} load
 */
function argumentsOf(wire, load) {
  const { protocol, join: path, watch = path, type } = wire
  const { post, body } = { ...wire, ...load }
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
