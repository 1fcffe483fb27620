// `npm run bench:nodes`: measures the cost of a room of 200 people on one node without Redis, on one
// with Redis, and on three. Everything except the load generator runs on one core.
//
//   --quick             one short run of each, for trying it only
//   --rooms 40          the same people in this many rooms
//   --results folder    where the results go; bench/results by default
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { standalone, WHEREABOUTS } from './contestants.mjs'
import { buildGenerator, putLoad } from './generator.mjs'
import { describeMachine, reportDate } from './machine.mjs'
import { freePort, startServer } from './processes.mjs'
import { measureRedis, startRedis } from './redis.mjs'
import { summarize, tableOfReport, writeReport } from './report.mjs'
import { faultsOf, othersPercent, serverPercent } from './stage.mjs'
import { importTest } from './test-modules.mjs'

const RATE = 5
const RUNS = 3
const READY_WITHIN_MS = 10_000

/** @typedef {{ name: string, title: string, nodes: number, shared: boolean }} Setting */

/** @type {readonly Setting[]} */
const SETTINGS = [
  { name: 'alone', title: 'one node, without Redis', nodes: 1, shared: false },
  { name: 'one', title: 'one node, with Redis', nodes: 1, shared: true },
  { name: 'three', title: 'three nodes', nodes: 3, shared: true },
]

/** @type {readonly import('./scenarios/index.mjs').Column[]} */
const COLUMNS = [
  { key: 'nodesPercent', title: 'all nodes', unit: '% of a core', best: 'least' },
  { key: 'redisPercent', title: 'Redis', unit: '% of a core', best: 'least' },
  { key: 'scripts', title: 'calls of Redis', unit: 'per second', best: 'least' },
  { key: 'commands', title: 'commands in Redis', unit: 'per second', best: 'least' },
  { key: 'inKb', title: 'to Redis', unit: 'kB/s', best: 'least' },
  { key: 'outKb', title: 'from Redis', unit: 'kB/s', best: 'least' },
  { key: 'p50', title: 'move to seen, p50', unit: 'ms', best: 'least' },
  { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
  { key: 'answeredP99', title: 'post answered, p99', unit: 'ms', best: 'least' },
]

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rooms: { type: 'string', default: '1' },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})
const { quick, results } = values
const rooms = Number(values.rooms)
const PEOPLE = quick ? 20 : 200
const load = {
  rooms,
  readers: PEOPLE,
  writers: PEOPLE,
  rate: RATE,
  warmS: quick ? 1 : 4,
  seconds: quick ? 1 : 10,
}

const machine = describeMachine(buildGenerator())
/** @type {typeof import('../test/servers/postgres.js')} */
const { startPostgres } = await importTest('servers/postgres.ts')
const postgres = await startPostgres()
/** @type {Map<Setting, import('./stage.mjs').Run[]>} */
const runs = new Map(SETTINGS.map((setting) => [setting, []]))
try {
  for (let number = 1; number <= (quick ? 1 : RUNS); number++) {
    // In turns, so that disturbances affect all equally.
    for (const [setting, all] of runs) all.push(await run(setting))
  }
} finally {
  await postgres[Symbol.asyncDispose]()
}
report()

/**
 * @param {Setting} setting
 * @returns {Promise<import('./stage.mjs').Run>}
 */
async function run(setting) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-nodes-'))
  /** @type {import('./processes.mjs').RunningServer[]} */
  const started = []
  try {
    const redis = setting.shared ? await startRedis(folder) : undefined
    if (redis !== undefined) started.push(redis)
    const shared = redis === undefined ? {} : await sharedBy(redis.port)
    const nodes = []
    for (let count = 0; count < setting.nodes; count++) {
      const node = await startNode(join(folder, `node-${count}`), shared)
      started.push(node)
      nodes.push(node)
    }
    return await measure(setting, nodes, redis?.port)
  } finally {
    for (const server of started.toReversed()) await server.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {Setting} setting
 * @param {readonly import('./processes.mjs').RunningServer[]} nodes
 * @param {number | undefined} redisPort
 * @returns {Promise<import('./stage.mjs').Run>}
 */
async function measure({ title }, nodes, redisPort) {
  const put = () => putLoad(WHEREABOUTS, load, nodes)
  const { result: outcome, redis } =
    redisPort === undefined
      ? { result: await put(), redis: undefined }
      : await measureRedis(redisPort, put)
  const redisPercent = (redis?.busySeconds ?? 0) * 100
  const figures = {
    nodesPercent: serverPercent(outcome),
    redisPercent: redis === undefined ? NaN : redisPercent,
    scripts: redis?.scripts ?? NaN,
    commands: redis?.commands ?? NaN,
    inKb: (redis?.bytesIn ?? NaN) / 1_000,
    outKb: (redis?.bytesOut ?? NaN) / 1_000,
    p50: outcome.latencyMs.p50,
    p99: outcome.latencyMs.p99,
    answeredP99: outcome.answerMs.p99,
  }
  console.log(title, figures)
  return {
    figures,
    notes: faultsOf(load, outcome),
    othersPercent: Math.max(0, othersPercent(outcome) - redisPercent),
  }
}

/** @param {number} redisPort */
async function sharedBy(redisPort) {
  return {
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    DATABASE_URL: await postgres.newDatabase(),
    WHEREABOUTS_SECRET: 'the secret of every node',
  }
}

/**
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} shared
 */
async function startNode(folder, shared) {
  const port = await freePort()
  const { env, ...command } = standalone({ port, folder })
  const node = await startServer({ ...command, env: { ...env, ...shared } }, port)
  const deadlineMs = performance.now() + READY_WITHIN_MS
  while ((await statusOf(port)) !== 'ok') {
    if (performance.now() > deadlineMs) throw new Error(`not ready: ${node.output()}`)
    await sleep(50)
  }
  return node
}

/** @param {number} port */
async function statusOf(port) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`)
    /** @type {{ status: string }} */
    const { status } = await answer.json()
    return status
  } catch {
    // It doesn't answer yet; the caller gives up in time, and says what it printed.
    return 'unreachable'
  }
}

function report() {
  const rows = [...runs].map(([{ name, title }, all]) => {
    return { name, title, versions: '', ...summarize(all) }
  })
  /** @type {import('./report.mjs').Report} */
  const whole = {
    scenario: rooms === 1 ? 'nodes' : `nodes-${rooms}-rooms`,
    title: rooms === 1 ? 'One room on several nodes' : 'Small rooms on several nodes',
    about:
      `${rooms === 1 ? 'One room' : `${rooms} rooms`} of ${PEOPLE / rooms}, each of whom moves ${RATE} times a second and sees everybody; their ` +
      'streams and posts are spread evenly over the nodes. Nodes and Redis share one core, and the load ' +
      'generator has the other. Redis stores nothing on disk.',
    date: reportDate(),
    quick,
    machine,
    columns: COLUMNS,
    rows,
  }
  writeReport(results, whole)
  console.log(tableOfReport(whole))
}
