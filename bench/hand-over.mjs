// Measures how fast an edit goes from one person to another: `npm run bench:hand-over`, with
// DATABASE_URL set for PostgreSQL instead of SQLite. Two people type in turns, then one types while the
// other looks. Prints the figures, the processor time of the server, and the size of its data folder.
// The machine should have no other load.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { Agent, get, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { describeMachine, reportDate } from './machine.mjs'

/** As many as in the trace "friendsforever" of two people who wrote one text together. */
const TURNS = Number(process.env['TURNS'] ?? 1_030)
const EDITS_A_TURN = 25
const SEEN = 100
const SEEN_EVERY_MS = 60
/** How long after the last edit the data folder is measured. */
const QUIET_MS = Number(process.env['QUIET_MS'] ?? 60_000)
const SERVER = new URL('../test/documents/measured.server.mjs', import.meta.url)
const BYTES = { 'content-type': 'application/octet-stream' }

const databaseUrl = process.env['DATABASE_URL']
const dataDir = mkdtempSync(join(tmpdir(), 'whereabouts-bench-'))
const frameIntervalMs = process.env['FRAME_INTERVAL_MS']
const options = {
  ...(databaseUrl === undefined ? { dataDir } : { databaseUrl }),
  ...(frameIntervalMs !== undefined && { frameIntervalMs: Number(frameIntervalMs) }),
}
const server = fork(SERVER, [JSON.stringify(options)])
try {
  await measure()
} finally {
  const ended = once(server, 'exit')
  server.disconnect()
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}

async function measure() {
  const [{ baseUrl }] = await once(server, 'message')
  const room = `${baseUrl}/rooms/hand-over-${Date.now()}`
  /** @type {readonly [Person, Person]} */
  const people = [await person(room, 1), await person(room, 2)]
  const busyBefore = await busyMs()
  const beganMs = performance.now()
  const turns = await typeInTurns(people)
  const tookMs = performance.now() - beganMs
  const busy = (await busyMs()) - busyBefore
  const seen = await typeAndLook(people)
  const bytes = folderBytes()
  await setTimeout(QUIET_MS)
  for (const each of people) each.leave()
  const { processor, cores, kernel, node, commit } = describeMachine()
  const store = databaseUrl === undefined ? 'SQLite' : 'PostgreSQL'
  const interval = frameIntervalMs === undefined ? 'default' : `${frameIntervalMs} ms`
  console.log(
    [
      `${reportDate()}, ${cores} x ${processor}, ${kernel}, Node ${node}, ${commit}, ${store}, frame interval: ${interval}`,
      `${TURNS} turns of ${EDITS_A_TURN} edits: ${(tookMs / 1_000).toFixed(1)} s`,
      `hand-over: ${spread(turns.seenMs)}`,
      `acknowledged: ${spread(turns.acknowledgedMs)}`,
      `processor time of the server: ${(busy / 1_000).toFixed(2)} s`,
      `quiet pair, an edit seen: ${spread(seen.seenMs)}; acknowledged: ${spread(seen.acknowledgedMs)}`,
      `data folder: ${kib(bytes)} after the last edit, ${kib(folderBytes())} after ${QUIET_MS / 1_000} s`,
    ].join('\n'),
  )
}

/**
 * @typedef {object} Person
 * @property {(count: number) => Uint8Array} edit types, and returns the update
 * @property {(update: Uint8Array) => Promise<void>} post resolves when the update is acknowledged
 * @property {() => Promise<void>} seen resolves at the next update of the other
 * @property {() => void} leave
 */

/**
 * @typedef {object} Figures
 * @property {number[]} seenMs
 * @property {number[]} acknowledgedMs
 */

/** @param {readonly [Person, Person]} people */
async function typeInTurns([one, other]) {
  /** @type {Figures} */
  const figures = { seenMs: [], acknowledgedMs: [] }
  for (let turn = 0; turn < TURNS; turn++) {
    const [writer, reader] = turn % 2 === 0 ? [one, other] : [other, one]
    await exchange(writer, reader, EDITS_A_TURN, figures)
  }
  return figures
}

/** @param {readonly [Person, Person]} people */
async function typeAndLook([writer, reader]) {
  /** @type {Figures} */
  const figures = { seenMs: [], acknowledgedMs: [] }
  for (let edit = 0; edit < SEEN; edit++) {
    await setTimeout(SEEN_EVERY_MS)
    await exchange(writer, reader, 1, figures)
  }
  return figures
}

/**
 * One person types, and the other waits until that is seen.
 *
 * @param {Person} writer
 * @param {Person} reader
 * @param {number} edits
 * @param {Figures} figures
 */
async function exchange(writer, reader, edits, { seenMs, acknowledgedMs }) {
  const update = writer.edit(edits)
  const seen = reader.seen()
  const beganMs = performance.now()
  const acknowledged = writer.post(update).then(() => {
    acknowledgedMs.push(performance.now() - beganMs)
  })
  await Promise.race([seen, acknowledged.then(() => seen)])
  seenMs.push(performance.now() - beganMs)
}

/**
 * @param {string} room
 * @param {number} id
 * @returns {Promise<Person>}
 */
async function person(room, id) {
  const doc = new Doc()
  doc.clientID = id
  const text = doc.getText('text')
  const agent = new Agent({ keepAlive: true })
  /** @type {(() => void) | undefined} */
  let saw
  let posting = Promise.resolve()
  const stream = await opened(`${room}/events?watch=1`, (update) => {
    const before = doc.store.clients.size === 0 ? 0 : text.length
    applyUpdate(doc, update)
    if (text.length !== before) saw?.()
  })
  return {
    edit(count) {
      const vector = encodeStateVector(doc)
      for (let edit = 0; edit < count; edit++) text.insert(text.length, String(edit % 10))
      return encodeStateAsUpdate(doc, vector)
    },
    post(update) {
      // One post is in flight at a time.
      posting = posting.then(() => post(`${room}/document`, agent, update))
      return posting
    },
    seen: () =>
      new Promise((resolve) => {
        saw = resolve
      }),
    leave() {
      stream.destroy()
      agent.destroy()
    },
  }
}

/**
 * Opens a stream, and passes on the updates in it that don't come with the stream's own beginning.
 *
 * @param {string} url
 * @param {(update: Uint8Array) => void} receive
 */
async function opened(url, receive) {
  const parser = createParser({
    onEvent: ({ event, data }) => event === 'document' && receive(Buffer.from(data, 'base64')),
  })
  const response = await answerOf(get(url, { agent: new Agent() }))
  response.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => parser.feed(chunk))
  response.on('error', () => {})
  await once(response, 'data')
  return response
}

/**
 * @param {string} url
 * @param {Agent} agent
 * @param {Uint8Array} update
 */
async function post(url, agent, update) {
  const call = request(url, { method: 'POST', agent, headers: BYTES })
  call.end(update)
  const response = await answerOf(call)
  let body = ''
  for await (const chunk of response) body += chunk
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${body}`)
}

/**
 * @param {import('node:http').ClientRequest} call
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
async function answerOf(call) {
  return (await once(call, 'response'))[0]
}

/** The processor time of the server so far, of all its threads. */
async function busyMs() {
  server.send('measure')
  const [{ cpuMs }] = await once(server, 'message')
  return cpuMs
}

function folderBytes() {
  const names = readdirSync(dataDir).filter((name) => name.startsWith('documents.sqlite'))
  return names.reduce((sum, name) => sum + statSync(join(dataDir, name)).size, 0)
}

/** @param {number} bytes */
function kib(bytes) {
  return `${(bytes / 1_000).toFixed(0)} KB`
}

/** @param {number[]} values */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return `p50 ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms, longest ${at(1).toFixed(1)} ms`
}
