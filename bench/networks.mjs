// `npm run bench:networks`: what two people see of each other through proxies, real ones as the guide
// configures them and bad ones, by each way that events can come in.
//
//   --only nginx,direct   these networks
//   --quick               a few edits over a few networks, for trying it only
//   --results folder      where the results go; bench/results by default
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, reportDate } from './machine.mjs'
import { computerOf } from './report.mjs'
import { importTest } from './test-modules.mjs'

// The certificate of these proxies is nobody's.
process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
process.removeAllListeners('warning')

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})
const { quick, results } = values
/** What starts with the first people, such as threads and compiled code, is no network's. */
const WARM_UP = { edits: 10, everyMs: 20, onlineWithinMs: 20_000, arriveWithinMs: 15_000 }
const PLAN = quick
  ? WARM_UP
  : { edits: 200, everyMs: 100, onlineWithinMs: 30_000, arriveWithinMs: 20_000 }
/** How many networks are crossed at the same time, which a core has time for. */
const AT_ONCE = 4
/** Those of a short run: nothing between, a program, and a fault. */
const QUICK = ['nothing', 'nginx', 'holds every answer until it ends']
const SEED = 18

/** @type {typeof import('../test/networks/bad-proxy.js')} */
const { BadProxy, faults } = await importTest('networks/bad-proxy.ts')
/** @type {typeof import('../test/networks/crossing.js')} */
const { cross, WAYS } = await importTest('networks/crossing.ts')
/** @type {typeof import('../test/proxies/programs.js')} */
const { PROXIES } = await importTest('proxies/programs.ts')
/** @type {typeof import('../test/servers/standalone.js')} */
const { startServer } = await importTest('servers/standalone.ts')
/** @type {typeof import('../test/simulation/random.js')} */
const { Random } = await importTest('simulation/random.ts')

/**
 * A network, and what was seen over it in each way.
 *
 * @typedef {{ network: string, crossed: { [way: string]: import('../test/networks/crossing.js').Crossed } }} Row
 *
 * What is between the people and the server.
 *
 * @typedef {{ name: string, start: () => Promise<{ url: string, end: () => Promise<void> }> }} Network
 */

const server = await startServer({}, 0, [], {
  WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1',
  WHEREABOUTS_BUDGET_SCALE: '100',
})
/** @type {Row[]} */
const rows = []
try {
  const networks = networksOf(server.baseUrl)
  for (const way of WAYS) {
    const place = { url: server.baseUrl, direct: server.baseUrl, room: `warm-up-${way}` }
    await cross(place, way, WARM_UP)
  }
  for (let from = 0; from < networks.length; from += AT_ONCE)
    rows.push(...(await Promise.all(networks.slice(from, from + AT_ONCE).map(through))))
} finally {
  await server.stop()
}
write()

/**
 * @param {string} baseUrl
 * @returns {Network[]}
 */
function networksOf(baseUrl) {
  const { host, port } = new URL(baseUrl)
  const random = new Random(SEED)
  const programs = Object.entries(PROXIES).map(([name, start]) => ({
    name,
    start: async () => {
      const proxy = await start(host)
      return { url: proxy.baseUrl, end: async () => await proxy[Symbol.asyncDispose]() }
    },
  }))
  const bad = Object.entries(faults(() => random.next())).map(([name, fault]) => ({
    name,
    start: async () => {
      const proxy = await BadProxy.before(Number(port), fault())
      return { url: proxy.url, end: async () => await proxy[Symbol.asyncDispose]() }
    },
  }))
  const nothing = { name: 'nothing', start: async () => ({ url: baseUrl, end: async () => {} }) }
  const wanted = values.only?.split(',') ?? (quick ? QUICK : undefined)
  return [nothing, ...programs, ...bad].filter(({ name }) => wanted?.includes(name) ?? true)
}

/**
 * @param {Network} network
 * @returns {Promise<Row>}
 */
async function through({ name, start }) {
  const crossed = await Promise.all(
    WAYS.map(async (way) => {
      // Each way has a proxy of its own, as some are out of order for a while.
      const network = await start()
      try {
        const room = `${name}-${way}`.replaceAll(/[^\w-]/g, '-')
        const place = { url: network.url, direct: server.baseUrl, room }
        return /** @type {const} */ ([way, await cross(place, way, PLAN)])
      } finally {
        await network.end()
      }
    }),
  )
  const row = { network: name, crossed: Object.fromEntries(crossed) }
  for (const [way, seen] of crossed) console.log(`${name}, ${way}: ${textOf(seen)}`)
  return row
}

/** @param {import('../test/networks/crossing.js').Crossed} seen */
function textOf({ onlineMs, p50Ms, p99Ms, arrived, edits, away, transport }) {
  if (onlineMs === null) return 'never live'
  const [online, p50, p99] = [onlineMs, p50Ms, p99Ms].map((ms) => ms?.toFixed(0) ?? '–')
  return `live after ${online} ms, edits ${p50} / ${p99} ms, ${arrived} of ${edits}, ${away} × away, ${transport}`
}

function write() {
  const machine = describeMachine()
  const report = { date: reportDate(), quick, machine, plan: PLAN, rows }
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'networks.json'), `${JSON.stringify(report, undefined, 1)}\n`)
  const heads = [
    'between them',
    'ways allowed',
    'live after',
    'p50',
    'p99',
    'arrived',
    'away',
    'at the end',
  ]
  const rule = heads.map((_, at) => (at < 2 || at === 7 ? '---' : '---:'))
  const cells = rows.flatMap(({ network, crossed }) =>
    Object.entries(crossed).map(([way, seen]) => [network, way, ...cellsOf(seen)]),
  )
  const table = [heads, rule, ...cells].map((each) => `| ${each.join(' | ')} |`).join('\n')
  const text = [
    '# Two people through proxies',
    `A person writes ${PLAN.edits} edits, one each ${PLAN.everyMs} ms, and another person waits for them; ` +
      'both use the project’s client behind the same proxy. *Live after* is from opening the room until both are live. ' +
      '*p50* and *p99* are from an edit to its arrival. *Away* counts how often a third person, who is connected ' +
      'without the proxy, saw one of them as away. With *any* the client chooses, as it always does; otherwise every other way ' +
      'is closed to it, but beside *post-stream* the long-poll is open, since it shows that only `GET` fails. ' +
      '*At the end* is the way that it used last. Before them, two people have written without a proxy, which isn’t counted.',
    ...(quick ? ['**A short run, for trying the bench only. Don’t use the figures.**'] : []),
    table,
    `${report.date}, commit ${machine.commit}. ${computerOf(machine)}; everything on one machine, ${AT_ONCE} networks at a time.\n`,
  ].join('\n\n')
  writeFileSync(join(results, 'networks.md'), text)
  console.log(text)
}

/** @param {import('../test/networks/crossing.js').Crossed} seen */
function cellsOf({ onlineMs, p50Ms, p99Ms, arrived, edits, away, transport }) {
  const times = [onlineMs, p50Ms, p99Ms].map((ms) => (ms === null ? '–' : `${ms.toFixed(0)} ms`))
  const last = onlineMs === null ? 'never live' : (transport ?? 'nothing')
  return [...times, `${arrived} of ${edits}`, `${away}`, last]
}
