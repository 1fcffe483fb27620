import { execFileSync, spawnSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

/**
 * The machine and the tools of a measurement.
 *
 * @typedef {object} Machine
 * @property {string} processor
 * @property {number} cores
 * @property {string} kernel
 * @property {number} memoryGiB
 * @property {string} node
 * @property {string} compiler
 * @property {string} commit the commit of this project, with `+` if files were changed since
 * @property {number} openFiles the limit per process
 * @property {string} pinning which process runs on which core
 */

/** Describes this machine. */
export function describeMachine(compiler = '') {
  const processors = cpus()
  /** @type {Machine} */
  const machine = {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    kernel: `${process.platform} ${release()}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    compiler,
    commit: commit(),
    openFiles: openFiles(),
    pinning: pinning().says,
  }
  return machine
}

/** Returns the current time in UTC, in the format of reports: `2026-11-23 02:10`. */
export function reportDate() {
  return new Date().toISOString().slice(0, 16).replace('T', ' ')
}

/**
 * The command prefixes that run server and load, or the server's own client, on separate cores, with
 * priority over other processes if allowed; empty with a reason if that is impossible.
 */
export function pinning() {
  if (cpus().length < 2) {
    return { server: [], load: [], client: [], says: 'not pinned: the machine has a single core' }
  }
  const onCores = [onCore('0'), onCore('1')]
  if (!onCores.every((words) => runs([...words, 'true']))) {
    const says = 'not pinned: taskset is missing, or cores 0 and 1 are not available'
    return { server: [], load: [], client: [], says }
  }
  const [server = [], load = []] = onCores
  if (!runs([...REAL_TIME, 'true'])) {
    const says = 'server on core 0, load on core 1, shared with other processes'
    return { server, load, client: load, says }
  }
  return {
    server: [...FAVOURED, ...server],
    load: [...REAL_TIME, ...load],
    // A program of Node with real-time priority can wait for ever for its own threads, which get no time.
    client: [...FAVOURED, ...load],
    says: 'server on core 0, load on core 1, both with priority over other processes',
  }
}

/** @param {string} core */
function onCore(core) {
  return ['taskset', '-c', core]
}

/** Real-time priority, for a process that never uses a whole core. */
const REAL_TIME = ['chrt', '-f', '1']

/**
 * High priority without the limit of real-time programs. A process in its own session is weighed by
 * the session, so the session gets the priority too.
 */
const FAVOURED = [
  'sh',
  '-c',
  '{ echo -20 > /proc/$$/autogroup; renice -n -20 $$; } > /dev/null 2>&1; exec "$@"',
  'sh',
]

/** @param {readonly string[]} command */
function runs([program = '', ...args]) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function openFiles() {
  return Number(execFileSync('sh', ['-c', `${RAISE_OPEN_FILES}; ulimit -n`], { encoding: 'utf8' }))
}

/** Raises the limit of open files to the maximum. */
export const RAISE_OPEN_FILES =
  'ulimit -Hn 65536 2>/dev/null; ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$(ulimit -Hn)"'

function commit() {
  const changed = git('status', '--porcelain', '--', '..', ':!results', ':!../docs') !== ''
  return `${git('rev-parse', '--short=10', 'HEAD') || 'unknown'}${changed ? '+' : ''}`
}

/** @param {readonly string[]} args */
function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}
