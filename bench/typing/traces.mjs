// Editing traces: who typed what, where, and after which edit of the other. Real ones if they can be had, and
// otherwise those of a seeded typist.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const FOLDER = join(import.meta.dirname, '..', 'dist', 'traces')
const SOURCE = 'https://raw.githubusercontent.com/josephg/editing-traces'
const COMMIT = '762fa6c51605c88a05ebe5c4b9d4540caca30b97'
const WITHIN_MS = 20_000

/**
 * A trace as it was recorded by josephg/editing-traces (CC BY 4.0; automerge-paper is by Martin Kleppmann).
 *
 * @typedef {object} Source
 * @property {string} path
 * @property {string} sha256
 * @property {number} people
 * @property {number} edits how many a seeded typist makes instead
 * @property {number} turns how many times a seeded typist hands over to another one
 */

/** @type {Readonly<Record<'friendsforever' | 'rustcode' | 'automerge-paper', Source>>} */
const SOURCES = {
  friendsforever: {
    path: 'concurrent_traces/friendsforever',
    sha256: 'c80f9ee71bb2f063d58d1db8513d60145f0f7e209f6c72c8600b22eee73a2769',
    people: 2,
    edits: 26_078,
    turns: 1_030,
  },
  rustcode: {
    path: 'sequential_traces/ascii_only/rustcode',
    sha256: '8c437698b099d9dcb322165026e02761495a80fec04adf783afac61b08be5e85',
    people: 1,
    edits: 40_173,
    turns: 1,
  },
  'automerge-paper': {
    path: 'sequential_traces/ascii_only/automerge-paper',
    sha256: '42c0ff1720c0cad77077e190e36135c9cab9f7bbc266351c0a7fe4981c6a1546',
    people: 1,
    edits: 259_778,
    turns: 1,
  },
}

/** @typedef {keyof typeof SOURCES} TraceName */
/** @typedef {readonly [position: number, deleted: number, inserted: string]} Patch */
/** @typedef {{ agent: number, needs: number, patches: readonly Patch[] }} Edit `needs` is the index of the latest edit of the other that comes before it, or -1 */
/** @typedef {{ kind?: string, startContent?: string, txns: { agent?: number, parents?: number[], patches: Patch[] }[] }} Recorded */

/** Downloads the traces that aren't here yet, if their source can be reached. */
export async function fetchTraces() {
  mkdirSync(FOLDER, { recursive: true })
  for (const [name, { path, sha256 }] of Object.entries(SOURCES)) {
    if (existsSync(fileOf(name))) continue
    const bytes = await download(`${SOURCE}/${COMMIT}/${path}.json.gz`)
    if (bytes === undefined) continue
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new Error(`${path} at ${SOURCE} isn't the file that it was`)
    writeFileSync(fileOf(name), bytes)
  }
}

/** @param {string} address */
async function download(address) {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(WITHIN_MS) })
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
  } catch {
    // There is no such network here; then a seeded typist writes.
    return undefined
  }
}

/**
 * Says where the edits of a trace come from.
 *
 * @param {TraceName} name
 */
export function originOf(name) {
  const { edits } = SOURCES[name]
  return existsSync(fileOf(name))
    ? `the recorded trace *${name}*`
    : `a seeded typist, as the recorded trace *${name}* can't be had here: ${edits.toLocaleString('en')} edits`
}

/**
 * @param {TraceName} name
 * @returns {Edit[]}
 */
export function editsOf(name) {
  if (!existsSync(fileOf(name))) return typedBySeed(SOURCES[name])
  /** @type {Recorded} */
  const { startContent = '', txns } = JSON.parse(gunzipSync(readFileSync(fileOf(name))).toString())
  const edits = withNeeds(txns)
  return startContent === ''
    ? edits
    : [{ agent: 0, needs: -1, patches: [[0, 0, startContent]] }, ...edits]
}

/**
 * Works out after which edit of the other each edit comes.
 *
 * @param {Recorded['txns']} txns
 * @returns {Edit[]}
 */
function withNeeds(txns) {
  /** The latest edit of each person that an edit includes. @type {(readonly [number, number])[]} */
  const included = []
  return txns.map(({ agent = 0, parents = [], patches }, at) => {
    const before = parents.map((parent) => included[parent] ?? [-1, -1])
    const latest = (/** @type {0 | 1} */ who) => Math.max(-1, ...before.map((each) => each[who]))
    const needs = agent === 0 ? latest(1) : latest(0)
    included.push(agent === 0 ? [at, needs] : [needs, at])
    return { agent, needs, patches }
  })
}

/**
 * Types like people: runs of letters, some taken back, and now and then somewhere else.
 *
 * @param {Source} source
 * @returns {Edit[]}
 */
function typedBySeed({ people, edits, turns }) {
  const chance = seeded(1)
  const inATurn = Math.ceil(edits / turns)
  /** @type {Edit[]} */
  const typed = []
  let length = 0
  let cursor = 0
  while (typed.length < edits) {
    const at = typed.length
    const turn = Math.floor(at / inATurn)
    if (chance() < 0.02) cursor = Math.floor(chance() * length)
    const isTakenBack = cursor > 0 && chance() < 0.2
    cursor += isTakenBack ? -1 : 0
    const letter = String.fromCodePoint(97 + Math.floor(chance() * 26))
    /** @type {Patch} */
    const patch = isTakenBack ? [cursor, 1, ''] : [cursor, 0, letter]
    cursor += isTakenBack ? 0 : 1
    length += isTakenBack ? -1 : 1
    typed.push({
      agent: turn % people,
      needs: people === 1 ? -1 : turn * inATurn - 1,
      patches: [patch],
    })
  }
  return typed
}

/** Returns random numbers that are the same each time (mulberry32). @param {number} seed */
function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** @param {string} name */
function fileOf(name) {
  return join(FOLDER, `${name}.json.gz`)
}
