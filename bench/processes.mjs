import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pinning, RAISE_OPEN_FILES } from './machine.mjs'

const START_MS = 20_000
const LOOK_AGAIN_MS = 20
/** The time that a listening server needs to fork its workers. */
const SETTLE_MS = 250
const KEPT_OUTPUT = 4_000

/** All processes started by this one, by the id of their group. */
const groups = new Set()
process.on('exit', () => groups.forEach(kill))
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => process.exit(1))
}

/**
 * A program to run.
 *
 * @typedef {object} Command
 * @property {string} program
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} [env] its environment, to which only PATH is added
 * @property {string} [cwd]
 */

/**
 * A listening server.
 *
 * @typedef {object} RunningServer
 * @property {number} port
 * @property {readonly number[]} pids
 * @property {number} openedMs when its port was open, in ms since 1970
 * @property {() => string} output returns its latest output
 * @property {() => Promise<void>} end ends it and all its processes
 */

/**
 * Starts a server and waits until its port accepts connections.
 *
 * @param {Command} command
 * @param {number} port
 * @returns {Promise<RunningServer>}
 */
export async function startServer(command, port) {
  const child = run(command, pinning().server)
  const output = keepOutput(child)
  const end = ending(child)
  try {
    await untilOpen(child, port)
  } catch (error) {
    await end()
    throw new Error(`${command.program} didn't start: ${output() || String(error)}`, {
      cause: error,
    })
  }
  const openedMs = Date.now()
  await sleep(SETTLE_MS)
  return {
    port,
    openedMs,
    pids: pidsOf(child.pid ?? 0),
    output,
    end,
  }
}

/**
 * Runs the load generator to its end on its core, and returns its standard output.
 *
 * @param {Command} command
 * @param {number} deadlineMs
 */
export function runLoad(command, deadlineMs) {
  return runToEnd('the load generator', run(command, pinning().load), deadlineMs)
}

/**
 * Runs a client to its end on the load's core, and returns its standard output.
 *
 * @param {Command} command
 * @param {number} deadlineMs
 */
export function runClient(command, deadlineMs) {
  return runToEnd('the client', run(command, pinning().client), deadlineMs)
}

/**
 * @param {string} name
 * @param {ReturnType<typeof run>} child
 * @param {number} deadlineMs
 */
async function runToEnd(name, child, deadlineMs) {
  const output = keepOutput(child)
  const timer = setTimeout(() => kill(child.pid), deadlineMs)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  groups.delete(child.pid)
  if (code === 0) return output()
  const why = code === null ? `it took longer than ${deadlineMs / 1_000} s` : output()
  throw new Error(`${name} failed: ${why}`)
}

/** Finds a free port. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/**
 * @param {Command} command
 * @param {readonly string[]} before the prefix of the command
 */
function run({ program, args, env, cwd }, before) {
  const words = [...before, program, ...args]
  const child = spawn('sh', ['-c', `${RAISE_OPEN_FILES}; exec "$@"`, 'sh', ...words], {
    // Its own process group, so that all its processes can be ended.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
    ...(cwd !== undefined && { cwd }),
  })
  groups.add(child.pid)
  return child
}

/** @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child */
function keepOutput(child) {
  let kept = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      kept = (kept + text).slice(-KEPT_OUTPUT)
    })
  }
  return () => kept
}

/** @param {import('node:child_process').ChildProcess} child */
function ending(child) {
  const exited = once(child, 'exit')
  return async () => {
    kill(child.pid)
    await exited
    groups.delete(child.pid)
  }
}

/** @param {number | undefined} group */
function kill(group) {
  if (group === undefined) return
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // The group has already ended.
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} port
 */
async function untilOpen(child, port) {
  const deadline = performance.now() + START_MS
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended')
    if (performance.now() > deadline)
      throw new Error(`the server did not listen within ${START_MS / 1_000} s`)
    await sleep(LOOK_AGAIN_MS)
  }
}

/**
 * Returns whether something listens at a port of this machine.
 *
 * @param {number} port
 */
export async function isOpen(port) {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // Nothing listens there.
    return false
  } finally {
    socket.destroy()
  }
}

/** @param {number} group */
function pidsOf(group) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => groupOf(pid) === group)
    .map(Number)
}

/** @param {string} pid */
function groupOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
    return Number(fields?.[2])
  } catch {
    // The process has ended meanwhile.
    return undefined
  }
}
