// `npm run bench:restarts`: how people come back to a server that was killed and started again, as
// docs/performance.md shows it. The server has a core of its own, and so have its people.
//
//   --people 2000,5000    how many, in rooms of five
//   --quick               a few, for trying it only
//   --results folder      where the results go; bench/results by default
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { standalone } from './contestants.mjs'
import { Figures, versionsOf } from './figures.mjs'
import { freePort, runClient, startServer } from './processes.mjs'
import { PEOPLE_IN_A_ROOM } from './restarts/person.mjs'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '2000,5000' },
    quick: { type: 'boolean', default: false },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})
const { quick, results } = values
const PEOPLE = quick ? [50] : values.people.split(',').map(Number)
/** How long the server stays away each time, beside the time that it takes to start. */
const PAUSES_MS = quick ? [0] : [0, 8_000]
/** A heartbeat and a second: by then every stream has had a ping. */
const SETTLE_MS = quick ? 500 : 16_000
const WITHIN_MS = quick ? 120_000 : 180_000

/** What each address may do by default. */
const REAL_BUDGETS = { WHEREABOUTS_BUDGET_SCALE: '1' }

/**
 * What people saw of a restart.
 *
 * @typedef {object} Outcome
 * @property {number} pauseMs
 * @property {number} firstMs
 * @property {number} halfMs
 * @property {number} allMs
 * @property {number} wholeMs when everybody saw everybody of their room again
 * @property {number} missing how many weren't back in the end
 * @property {number} refusedOnce
 * @property {number} refusedTwice
 * @property {number} requests
 * @property {number} onStream
 * @property {number} mostInASecond
 * @property {number} clientPercent
 */

const figures = new Figures()
for (const people of PEOPLE) {
  for (const outcome of await play(people)) note(people, outcome)
}
figures.write(results, {
  name: 'restarts',
  title: 'A server that is killed and started again',
  about:
    `People in rooms of ${PEOPLE_IN_A_ROOM}, each with the project’s own client, an address and connections of their own. ` +
    'The server is killed and started again, at once or 8 s later. Times count from when its port is open. ' +
    '*Back* is live again; a request is *refused* if it fails, or is answered 400 or above. All people share a core, and ' +
    'while the server is away their connections are refused by the bench itself, to save that core the work.',
  quick,
  versions: versionsOf(['eventsource-parser']),
})

/**
 * @param {number} people
 * @returns {Promise<Outcome[]>}
 */
async function play(people) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-restarts-'))
  const port = await freePort()
  const { env, ...command } = standalone({ port, folder })
  const settings = { ...env, ...REAL_BUDGETS, WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' }
  let server = await startServer({ ...command, env: settings }, port)
  const pauses = [...PAUSES_MS]
  const control = createServer((_request, response) => {
    const pauseMs = pauses.shift()
    if (pauseMs === undefined) return response.writeHead(204).end()
    return void (async () => {
      await server.end()
      await sleep(pauseMs)
      server = await startServer({ ...command, env: settings }, port)
      response.end(JSON.stringify({ pauseMs }))
    })()
  })
  await once(control.listen(0, '127.0.0.1'), 'listening')
  try {
    const address = /** @type {import('node:net').AddressInfo} */ (control.address())
    const said = await runClient(
      {
        program: process.execPath,
        args: [
          join(import.meta.dirname, 'restarts', 'people.mjs'),
          `http://127.0.0.1:${port}`,
          `http://127.0.0.1:${address.port}`,
          `${people}`,
          `${SETTLE_MS}`,
        ],
      },
      WITHIN_MS,
    )
    return JSON.parse(said.trim().split('\n').at(-1) ?? '')
  } finally {
    control.close()
    await server.end()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * @param {number} people
 * @param {Outcome} outcome
 */
function note(people, outcome) {
  const { pauseMs, firstMs, halfMs, allMs, wholeMs } = outcome
  const away = pauseMs === 0 ? 'started at once' : `started after ${pauseMs / 1_000} s`
  const what = (/** @type {string} */ text) =>
    `${people.toLocaleString('en')} people, ${away}: ${text}`
  const times = { first: firstMs, half: halfMs, all: allMs }
  figures.note(what('back'), 'ms', times)
  figures.note(what('see all of their room again'), 'ms', wholeMs)
  const { missing, refusedOnce, refusedTwice, onStream } = outcome
  figures.note(what('not back after 30 s'), '', missing)
  figures.note(what('refused'), '', { once: refusedOnce, 'more than once': refusedTwice })
  figures.note(what('on a stream after 12 s'), '', onStream)
  figures.note(what('requests of each within 12 s'), '', outcome.requests / people)
  figures.note(what('most back within a second'), '', outcome.mostInASecond)
  figures.note(what('of the clients’ core, until all are back'), '%', outcome.clientPercent)
}
