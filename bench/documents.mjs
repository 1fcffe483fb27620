// Measures a document of 50,000 cells: `npm run bench:documents`, with DATABASE_URL
// set for PostgreSQL instead of SQLite. The machine should have no other load.
//
//   --quick             a small document, for trying it only
//   --results folder    where the results go; bench/results by default
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createParser } from 'eventsource-parser'
import { applyUpdate, Doc, encodeStateVector } from 'yjs'
import { Figures, mib, spread, versionsOf } from './figures.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})
const { quick, results } = values
const CELLS = quick ? 1_000 : 50_000
const CELLS_A_POST = CELLS / 10
const POSTS_SEEN = quick ? 20 : 1_000
/** More updates than are kept uncompacted, whatever their size. */
const POSTS_TO_COMPACTION = quick ? 80 : 3_100
const WRITERS = 8
const SERVER = new URL('../test/documents/measured.server.mjs', import.meta.url)
const BYTES = { 'content-type': 'application/octet-stream' }

const databaseUrl = process.env['DATABASE_URL']
const dataDir = mkdtempSync(join(tmpdir(), 'whereabouts-bench-'))
const place = databaseUrl === undefined ? { dataDir } : { databaseUrl }
const room = `bench-${Date.now()}`
const doc = new Doc()
const cells = doc.getMap('cells')

const figures = new Figures()
try {
  await withServer(fill)
  await withServer(measure)
} finally {
  rmSync(dataDir, { recursive: true, force: true })
}
const store = databaseUrl === undefined ? 'sqlite' : 'postgres'
figures.write(results, {
  name: `documents-${store}`,
  title: `A document of ${CELLS.toLocaleString('en')} cells, ${store}`,
  about:
    'One server, and one process that writes and reads. *Event loop* is that of the server, without the time ' +
    'in which other processes had the processor.',
  quick,
  versions: versionsOf(['yjs', databaseUrl === undefined ? 'libsql' : 'pg']),
})

/** @param {Server} server */
async function fill({ baseUrl }) {
  const beganMs = performance.now()
  for (let from = 0; from < CELLS; from += CELLS_A_POST) {
    await post(
      baseUrl,
      edit(() => setCells(from)),
    )
  }
  const what = `fill: ${CELLS / CELLS_A_POST} posts of ${CELLS_A_POST} cells`
  figures.note(what, 'ms', performance.now() - beganMs)
}

/** @param {Server} server */
async function measure(server) {
  const { baseUrl } = server
  const empty = await server.measure()
  figures.note('server memory before anything is loaded', 'MiB', mib(empty.rssBytes))
  const cold = await timed(() => read(baseUrl))
  figures.note('size of the whole document', 'KB', cold.result.byteLength / 1_000)
  figures.note('read of the whole document, not loaded yet', 'ms', cold.tookMs)
  const warm = await timed(() => read(baseUrl))
  figures.note('read of the whole document, loaded', 'ms', warm.tookMs)
  const applied = await timed(async () => applyUpdate(new Doc(), warm.result))
  figures.note('applying it, in the reader', 'ms', applied.tookMs)
  const vector = Buffer.from(encodeStateVector(doc)).toString('base64url')
  const same = await timed(() => read(baseUrl, `?sv=${vector}`))
  figures.note('read of the difference for an up-to-date reader', 'ms', same.tookMs)
  const loaded = await server.measure()
  figures.note('server memory, loaded', 'MiB', mib(loaded.rssBytes))
  figures.note('event loop blocked at most, loading and reading', 'ms', loaded.heldUpMs)
  const seen = await postToSeen(baseUrl)
  const posts = `${POSTS_SEEN} posts, one after another`
  figures.note(`one cell, from POST to acknowledged (${posts})`, 'ms', spread(seen.acknowledgedMs))
  figures.note('one cell, from POST to seen on a stream', 'ms', spread(seen.seenMs))
  figures.note('event loop blocked at most, writing', 'ms', (await server.measure()).heldUpMs)
  const acknowledgedMs = await writeUntilCompacted(baseUrl)
  const writers = `${WRITERS} writers at once, ${POSTS_TO_COMPACTION} posts`
  figures.note(`${writers}: from POST to acknowledged`, 'ms', spread(acknowledgedMs))
  const compactions = await metric(baseUrl, 'document_compactions_total')
  figures.note('compactions meanwhile', '', compactions)
  const seconds = await metric(baseUrl, 'document_compaction_seconds_total')
  figures.note('time for all of them, beside the writers', 'ms', seconds * 1_000)
  const compacted = await server.measure()
  figures.note('event loop blocked at most, with all writers', 'ms', compacted.heldUpMs)
  figures.note('server memory at the end', 'MiB', mib(compacted.rssBytes))
}

/** @param {string} baseUrl */
async function postToSeen(baseUrl) {
  const stream = await fetch(`${baseUrl}/rooms/${room}/events?watch=1`)
  /** @type {(() => void)[]} */
  const waiting = []
  const parser = createParser({
    onEvent: ({ event }) => event === 'document' && waiting.shift()?.(),
  })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  const reading = (async () => {
    for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
      parser.feed(chunk.value)
    }
  })()
  const acknowledgedMs = []
  const seenMs = []
  for (let row = 0; row < POSTS_SEEN; row++) {
    const update = edit(() => cells.set(`r${row}:c1`, { v: row }))
    /** @type {Promise<void>} */
    const seen = new Promise((resolve) => waiting.push(resolve))
    const beganMs = performance.now()
    await post(baseUrl, update)
    acknowledgedMs.push(performance.now() - beganMs)
    await seen
    seenMs.push(performance.now() - beganMs)
  }
  await reader?.cancel()
  await reading
  return { acknowledgedMs, seenMs }
}

/** @param {string} baseUrl */
async function writeUntilCompacted(baseUrl) {
  const begin = await read(baseUrl)
  const writers = Array.from({ length: WRITERS }, () => {
    const own = new Doc()
    applyUpdate(own, begin)
    return own
  })
  /** @type {number[]} */
  const acknowledgedMs = []
  const write = async (/** @type {Doc} */ own) => {
    for (let row = 0; row < POSTS_TO_COMPACTION / WRITERS; row++) {
      const update = edit(() => own.getMap('cells').set(`r${row}:c0`, { v: row }), own)
      acknowledgedMs.push((await timed(() => post(baseUrl, update))).tookMs)
    }
  }
  await Promise.all(writers.map(write))
  return acknowledgedMs
}

/**
 * @typedef {object} Server
 * @property {string} baseUrl
 * @property {() => Promise<{ heldUpMs: number, lateMs: number, rssBytes: number }>} measure
 */

/**
 * Starts a server in its own process, and stops it when the work is done.
 *
 * @param {(server: Server) => Promise<void>} work
 */
async function withServer(work) {
  const server = fork(SERVER, [JSON.stringify(place)])
  const answer = async () => (await once(server, 'message'))[0]
  /** @type {{ baseUrl: string }} */
  const { baseUrl } = await answer()
  const measureNow = () => {
    const measured = answer()
    server.send('measure')
    return measured
  }
  try {
    await work({ baseUrl, measure: measureNow })
  } finally {
    const ended = once(server, 'exit')
    server.disconnect()
    await ended
  }
}

/** @param {number} from */
function setCells(from) {
  for (let cell = from; cell < from + CELLS_A_POST; cell++) {
    cells.set(`r${cell >> 5}:c${cell & 31}`, { v: `cell ${cell}` })
  }
}

/**
 * Changes a document.
 *
 * @param {() => void} change
 */
function edit(change, changed = doc) {
  let update = new Uint8Array()
  changed.once('update', (bytes) => {
    update = Uint8Array.from(bytes)
  })
  changed.transact(change)
  return update
}

/**
 * @param {string} baseUrl
 * @param {Uint8Array} update
 */
async function post(baseUrl, update) {
  const request = { method: 'POST', headers: BYTES, body: Buffer.from(update) }
  const response = await fetch(`${baseUrl}/rooms/${room}/document`, request)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${text}`)
}

async function read(baseUrl = '', query = '') {
  const response = await fetch(`${baseUrl}/rooms/${room}/document${query}`)
  return new Uint8Array(await response.arrayBuffer())
}

/**
 * @param {string} baseUrl
 * @param {string} name
 */
async function metric(baseUrl, name) {
  const text = await (await fetch(`${baseUrl}/metrics`)).text()
  return Number(new RegExp(`^whereabouts_${name} (\\S+)$`, 'm').exec(text)?.[1])
}

/**
 * @template T
 * @param {() => Promise<T>} work
 */
async function timed(work) {
  const beganMs = performance.now()
  const result = await work()
  return { result, tookMs: performance.now() - beganMs }
}
