// Measures a document of 50,000 cells: `npm run bench:documents`, with DATABASE_URL
// set for PostgreSQL instead of SQLite. Prints the figures, the machine and the versions, and
// writes them to bench/results/. The machine should have no other load.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createParser } from 'eventsource-parser'
import { applyUpdate, Doc, encodeStateVector } from 'yjs'
import { reportDate } from './machine.mjs'

const CELLS = 50_000
const CELLS_A_POST = 5_000
const POSTS_SEEN = 1_000
/** More updates than are kept uncompacted, whatever their size. */
const POSTS_TO_COMPACTION = 3_100
const WRITERS = 8
const SERVER = new URL('../test/documents/measured.server.mjs', import.meta.url)
const BYTES = { 'content-type': 'application/octet-stream' }

const databaseUrl = process.env['DATABASE_URL']
const dataDir = mkdtempSync(join(tmpdir(), 'whereabouts-bench-'))
const place = databaseUrl === undefined ? { dataDir } : { databaseUrl }
const room = `bench-${Date.now()}`
const doc = new Doc()
const cells = doc.getMap('cells')

/** @type {[what: string, figure: string][]} */
const figures = []
try {
  await withServer(fill)
  await withServer(measure)
} finally {
  rmSync(dataDir, { recursive: true, force: true })
}
report()

/** @param {Server} server */
async function fill(server) {
  const beganMs = performance.now()
  for (let from = 0; from < CELLS; from += CELLS_A_POST) {
    await post(
      server.baseUrl,
      edit(() => setCells(from)),
    )
  }
  note(
    `fill: ${CELLS / CELLS_A_POST} posts of ${CELLS_A_POST} cells`,
    ms(performance.now() - beganMs),
  )
}

/** @param {Server} server */
async function measure(server) {
  const { baseUrl } = server
  const empty = await server.measure()
  note('server memory before anything is loaded', mib(empty.rssBytes))
  const cold = await timed(() => read(baseUrl))
  note(
    'read of the whole document, not loaded yet',
    `${ms(cold.tookMs)}, ${mib(cold.result.byteLength)}`,
  )
  const warm = await timed(() => read(baseUrl))
  note('read of the whole document, loaded', ms(warm.tookMs))
  await timed(async () => applyUpdate(new Doc(), warm.result)).then(({ tookMs }) =>
    note('applying it, in the reader', ms(tookMs)),
  )
  const vector = Buffer.from(encodeStateVector(doc)).toString('base64url')
  const same = await timed(() => read(baseUrl, `?sv=${vector}`))
  note('read of the difference for an up-to-date reader', ms(same.tookMs))
  const loaded = await server.measure()
  note('server memory, loaded', mib(loaded.rssBytes))
  note('event loop blocked at most, loading and reading', held(loaded))
  const seen = await postToSeen(baseUrl)
  note(
    `one cell, from POST to acknowledged (${POSTS_SEEN} posts, one after another)`,
    spread(seen.acknowledgedMs),
  )
  note('one cell, from POST to seen on a stream', spread(seen.seenMs))
  note('event loop blocked at most, writing', held(await server.measure()))
  const acknowledgedMs = await writeUntilCompacted(baseUrl)
  note(
    `${WRITERS} writers at once, until compacted: from POST to acknowledged`,
    spread(acknowledgedMs),
  )
  const compactions = await metric(baseUrl, 'document_compactions_total')
  const seconds = await metric(baseUrl, 'document_compaction_seconds_total')
  note(
    'a compaction, beside 8 writers',
    `${ms((seconds / compactions) * 1_000)} (${compactions} of them)`,
  )
  const compacted = await server.measure()
  note('event loop blocked at most, compacting', held(compacted))
  note('server memory at the end', mib(compacted.rssBytes))
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

/** @param {number} value */
function ms(value) {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`
}

/** @param {number} bytes */
function mib(bytes) {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}

/** @param {{ heldUpMs: number, lateMs: number }} measured */
function held({ heldUpMs, lateMs }) {
  return `${ms(heldUpMs)} (${ms(lateMs)} including other processes)`
}

/** @param {number[]} values */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return `p50 ${ms(at(0.5))}, p99 ${ms(at(0.99))}, longest ${ms(at(1))}`
}

/**
 * @param {string} what
 * @param {string} figure
 */
function note(what, figure) {
  figures.push([what, figure])
}

function report() {
  const store = databaseUrl === undefined ? 'sqlite' : 'postgres'
  const processors = cpus()
  const driver = databaseUrl === undefined ? 'libsql' : 'pg'
  const lines = [
    `# A document of ${CELLS} cells, ${store}`,
    '',
    `${reportDate()}, ${processors.length} x ${processors[0]?.model}, ` +
      `${mib(totalmem())}, ${process.platform} ${release()}, Node ${process.version}, ` +
      `yjs ${version('yjs')}, ${driver} ${version(driver)}`,
    '',
    '| what | figure |',
    '| --- | --- |',
    ...figures.map(([what, figure]) => `| ${what} | ${figure} |`),
    '',
  ]
  writeFileSync(new URL(`results/documents-${store}.md`, import.meta.url), lines.join('\n'))
  console.log(lines.join('\n'))
}

/** @param {string} name */
function version(name) {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  /** @type {{ version: string }} */
  const { version: installed } = JSON.parse(readFileSync(manifest, 'utf8'))
  return installed
}
