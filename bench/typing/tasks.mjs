// What two people, or a thousand readers, do with a document. It runs in a process of its own on the load's core,
// with the client of one server, whose Yjs it uses: there may be only one in a process.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { editsOf } from './traces.mjs'
import { readUpdates } from './raw-readers.mjs'
import { replayOf } from './replay.mjs'

const ROOM = 'bench'
const TEXT = 'text'
const WARM_EDITS = 10
/** After so many edits the other work of the process has its turn. */
const EDITS_AT_ONCE = 50
const GIVE_UP_MS = 120_000
const LOOK_EVERY_MS = 250
const TICKS_PER_SECOND = 100
/** A mark in an edit, by which readers know it in the bytes of an update. */
const mark = (/** @type {number} */ at) => `<${at}>`

/**
 * What a task is to do.
 *
 * @typedef {{ name: 'turns', turns: number }
 *   | { name: 'pair', edits: number, everyMs: number }
 *   | { name: 'trace', trace: import('./traces.mjs').TraceName, edits?: number, storedAfterS: number }
 *   | { name: 'readers', readers: number, edits: number, everyMs: number }} Task
 *
 * @typedef {Task & { port: number, pids: readonly number[], folder: string }} PlacedTask
 *
 * What it found: figures by name, times in milliseconds, and faults.
 *
 * @typedef {{ figures: Readonly<Record<string, number>>, faults: readonly string[] }} Found
 *
 * The client of a server.
 *
 * @typedef {object} DocumentClient
 * @property {typeof import('yjs')} Y
 * @property {(port: number, room: string) => Promise<{ doc: import('yjs').Doc, close: () => Promise<void> }>} open
 *   opens a document, and waits until it is in sync
 * @property {import('./raw-readers.mjs').RawReader} reader
 */

/**
 * Does the task in the first argument of the process, and prints what it found.
 *
 * @param {DocumentClient} client
 */
export async function perform(client) {
  /** @type {PlacedTask} */
  const task = JSON.parse(process.argv[2] ?? '')
  const found = await TASKS[task.name](client, /** @type {never} */ (task))
  process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit())
}

/** @satisfies {Readonly<Record<Task['name'], (client: DocumentClient, task: never) => Promise<Found>>>} */
const TASKS = {
  /**
   * Two people type in turns: each as soon as the other's letter is there.
   *
   * @param {DocumentClient} client
   * @param {PlacedTask & { name: 'turns' }} task
   */
  async turns(client, { turns, ...place }) {
    const people = await openTwo(client, place)
    const tookMs = []
    const cpu = new ServerTime(place.pids)
    for (let turn = 0; turn < turns + WARM_EDITS; turn++) {
      const took = await typeLetter(people, turn % 2, turn)
      if (turn >= WARM_EDITS) tookMs.push(took)
      else if (turn === WARM_EDITS - 1) cpu.begin()
    }
    const figures = { ...spreadOf(tookMs), count: tookMs.length, serverSeconds: cpu.seconds() }
    return { figures, faults: [] }
  },

  /**
   * Somebody types a letter now and then, and the other one sees it.
   *
   * @param {DocumentClient} client
   * @param {PlacedTask & { name: 'pair' }} task
   */
  async pair(client, { edits, everyMs, ...place }) {
    const people = await openTwo(client, place)
    const tookMs = []
    const cpu = new ServerTime(place.pids)
    for (let edit = 0; edit < edits + WARM_EDITS; edit++) {
      if (edit === WARM_EDITS) cpu.begin()
      const [took] = await Promise.all([typeLetter(people, edit % 2, edit), sleep(everyMs)])
      if (edit >= WARM_EDITS) tookMs.push(took)
    }
    const figures = { ...spreadOf(tookMs), count: tookMs.length, serverSeconds: cpu.seconds() }
    return { figures, faults: [] }
  },

  /**
   * Replays a trace as fast as it goes: each edit as soon as those that it followed are there.
   *
   * @param {DocumentClient} client
   * @param {PlacedTask & { name: 'trace' }} task
   */
  async trace(client, { trace, edits, storedAfterS, ...place }) {
    const { Y } = client
    const replay = replayOf(Y, TEXT, editsOf(trace).slice(0, edits))
    const people = await openTwo(client, place)
    const cpu = new ServerTime(place.pids)
    cpu.begin()
    const beganMs = performance.now()
    await Promise.all(people.map((person, who) => play(Y, person, replay, who)))
    await Promise.all(
      people.map(({ doc }) => until(doc, () => hasAll(Y, doc, replay), 'the whole trace')),
    )
    const wallMs = performance.now() - beganMs
    const serverSeconds = cpu.seconds()
    const wrong = people.filter(({ doc }) => doc.getText(TEXT).toJSON() !== replay.text)
    const storedKb = kilobytesIn(place.folder)
    // The server may tidy up meanwhile.
    await sleep(storedAfterS * 1_000)
    const storedLaterKb = kilobytesIn(place.folder)
    return {
      figures: {
        seconds: wallMs / 1_000,
        serverSeconds,
        storedKb,
        storedLaterKb,
        edits: replay.edits,
        handOvers: replay.handOvers,
        letters: replay.text.length,
      },
      faults: wrong.length === 0 ? [] : ['a document isn’t what was typed'],
    }
  },

  /**
   * Somebody types a few letters now and then, and many read.
   *
   * @param {DocumentClient} client
   * @param {PlacedTask & { name: 'readers' }} task
   */
  async readers(client, { readers, edits, everyMs, ...place }) {
    const writer = await client.open(place.port, ROOM)
    const seenMs = new Float64Array(edits + WARM_EDITS)
    /** @type {number[]} */
    const tookMs = []
    const crowd = await readUpdates(client.reader, place.port, ROOM, readers, (edit, atMs) => {
      if (edit >= WARM_EDITS) tookMs.push(atMs - (seenMs[edit] ?? NaN))
    })
    const cpu = new ServerTime(place.pids)
    const text = writer.doc.getText(TEXT)
    for (let edit = 0; edit < edits + WARM_EDITS; edit++) {
      if (edit === WARM_EDITS) cpu.begin()
      seenMs[edit] = performance.now()
      text.insert(text.length, mark(edit))
      await sleep(everyMs)
    }
    const serverSeconds = cpu.seconds()
    await eventually(() => tookMs.length >= edits * readers)
    const closed = crowd.closed()
    return {
      figures: { ...spreadOf(tookMs), count: tookMs.length, readers, serverSeconds },
      faults: [
        ...(closed > 0 ? [`${closed} streams were closed`] : []),
        ...(tookMs.length < edits * readers
          ? [`${edits * readers - tookMs.length} of ${edits * readers} updates didn’t arrive`]
          : []),
      ],
    }
  },
}

/** @typedef {Awaited<ReturnType<DocumentClient['open']>>} Person */

/**
 * @param {DocumentClient} client
 * @param {{ port: number }} place
 * @returns {Promise<[Person, Person]>}
 */
async function openTwo({ open }, { port }) {
  return [await open(port, ROOM), await open(port, ROOM)]
}

/**
 * Types a letter at the end; returns how long it took until the other one has it.
 *
 * @param {readonly [Person, Person]} people
 * @param {number} who
 * @param {number} at
 */
async function typeLetter([one, other], who, at) {
  const [from, to] = who === 0 ? [one, other] : [other, one]
  const seen = until(to.doc, () => to.doc.getText(TEXT).length > at, 'a letter')
  const beganMs = performance.now()
  from.doc.getText(TEXT).insert(at, 'x')
  await seen
  return performance.now() - beganMs
}

/**
 * @param {typeof import('yjs')} Y
 * @param {Person} person
 * @param {import('./replay.mjs').Replay} replay
 * @param {number} who
 */
async function play(Y, { doc }, { steps, clientIDs }, who) {
  const other = clientIDs[1 - who] ?? NaN
  let atOnce = 0
  for (const { agent, needs, update } of steps) {
    if (agent !== who) continue
    if (Y.getState(doc.store, other) < needs)
      await until(doc, () => Y.getState(doc.store, other) >= needs, 'an edit of the other')
    Y.applyUpdate(doc, update, 'typed')
    if (++atOnce % EDITS_AT_ONCE === 0) await setImmediate()
  }
}

/**
 * @param {typeof import('yjs')} Y
 * @param {import('yjs').Doc} doc
 * @param {import('./replay.mjs').Replay} replay
 */
function hasAll(Y, doc, { clientIDs, clocks, text }) {
  if (!clientIDs.every((id, who) => Y.getState(doc.store, id) >= (clocks[who] ?? 0))) return false
  // Deletions have no clock.
  return doc.getText(TEXT).length === text.length
}

/**
 * Waits until a document is as it should be.
 *
 * @param {import('yjs').Doc} doc
 * @param {() => boolean} isSo
 * @param {string} what
 * @returns {Promise<void>}
 */
function until(doc, isSo, what) {
  if (isSo()) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => done(() => reject(new Error(`${what} didn’t arrive`))),
      GIVE_UP_MS,
    )
    const look = () => {
      if (isSo()) done(resolve)
    }
    const done = (/** @type {() => void} */ settle) => {
      clearTimeout(timer)
      doc.off('afterTransaction', look)
      settle()
    }
    doc.on('afterTransaction', look)
  })
}

/** @param {() => boolean} isSo */
async function eventually(isSo) {
  for (let n = 0; n < 20 && !isSo(); n++) await sleep(LOOK_EVERY_MS)
}

/** The processor time of some processes. */
class ServerTime {
  #began = 0

  /** @param {readonly number[]} pids */
  constructor(pids) {
    this.pids = pids
  }

  begin() {
    this.#began = this.#total()
  }

  seconds() {
    return this.#total() - this.#began
  }

  #total() {
    const ticks = this.pids.map((pid) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
      return Number(fields?.[11]) + Number(fields?.[12])
    })
    return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND
  }
}

/** @param {string} folder */
function kilobytesIn(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const sizes = files.map((file) =>
    file.isFile()
      ? (statSync(join(file.parentPath ?? file.path, file.name), { throwIfNoEntry: false })?.size ??
        0)
      : 0,
  )
  return sizes.reduce((sum, size) => sum + size, 0) / 1_000
}

/** @param {readonly number[]} values */
function spreadOf(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}
