// The people of bench/restarts.mjs, each a room of the project's own client, in a process of their own.
// Prints what they saw of each restart as a line of JSON.
//
//   node people.mjs <address of the server> <address of the bench> <people> <ms until they all had a ping>
import { setTimeout as sleep } from 'node:timers/promises'
import { isOpen } from '../processes.mjs'
import { Person, PEOPLE_IN_A_ROOM } from './person.mjs'

const JOINS_AT_ONCE = 50
const JOINED_WITHIN_MS = 60_000
const BACK_WITHIN_MS = 30_000
/** How long after the server’s return its people are looked at, whenever they were back. */
const LOOK_MS = 12_000
const LOOK_EVERY_MS = 50
const PROBE_EVERY_MS = 10
const SECOND_MS = 1_000

const [url = '', bench = '', count = '0', settleMs = '0'] = process.argv.slice(2)
/** @type {Person[]} */
const people = []
await join(Number(count))
const outcomes = []
for (;;) {
  await sleep(Number(settleMs))
  for (const person of people) person.forget()
  // The bench kills the server, and answers a while after it listens again.
  const restarting = fetch(`${bench}/restart`, { method: 'POST' })
  const backMs = await reopened(restarting)
  if (backMs === undefined) break
  const seen = await watch(backMs)
  /** @type {{ pauseMs: number }} */
  const { pauseMs } = await (await restarting).json()
  outcomes.push({ pauseMs, ...seen })
}
console.log(JSON.stringify(outcomes))
process.exit(0)

/** @param {number} all */
async function join(all) {
  while (people.length < all) {
    const group = Math.min(JOINS_AT_ONCE, all - people.length)
    for (let joined = 0; joined < group; joined++) people.push(new Person(url, people.length))
    await until(() => people.every(({ isOnline }) => isOnline), JOINED_WITHIN_MS)
  }
  await until(() => people.every(({ isWhole }) => isWhole), JOINED_WITHIN_MS)
}

/**
 * Resolves when the server listens again after a restart; with nothing if there is none.
 *
 * @param {Promise<Response>} restarting
 */
async function reopened(restarting) {
  const { port } = new URL(url)
  const isNone = restarting.then(({ status }) => status === 204)
  while (await isOpen(Number(port))) {
    if (await Promise.race([isNone, sleep(PROBE_EVERY_MS, false)])) return undefined
  }
  Person.isServerAway = true
  while (!(await isOpen(Number(port)))) await sleep(PROBE_EVERY_MS)
  Person.isServerAway = false
  return Date.now()
}

/**
 * Watches people come back.
 *
 * @param {number} backMs when the server listened again
 */
async function watch(backMs) {
  const before = process.cpuUsage()
  const areBack = () => people.every(({ isOnline, onlineMs }) => isOnline && onlineMs >= backMs)
  await until(areBack, backMs + BACK_WITHIN_MS - Date.now()).catch(() => undefined)
  const { user, system } = process.cpuUsage(before)
  const tookMs = Date.now() - backMs
  await until(() => people.every(({ isWhole }) => isWhole), BACK_WITHIN_MS).catch(() => undefined)
  const wholeMs = Date.now() - backMs
  await sleep(Math.max(0, backMs + LOOK_MS - Date.now()))
  const backAfterMs = people
    .filter(({ onlineMs }) => onlineMs >= backMs)
    .map(({ onlineMs }) => onlineMs - backMs)
    .toSorted((one, other) => one - other)
  const refusals = people.map((person) => person.refusedSince(backMs))
  return {
    firstMs: backAfterMs[0] ?? NaN,
    halfMs: backAfterMs[people.length >> 1] ?? NaN,
    allMs: backAfterMs.at(-1) ?? NaN,
    wholeMs,
    missing: people.filter(({ isOnline }) => !isOnline).length,
    refusedOnce: refusals.filter((each) => each > 0).length,
    refusedTwice: refusals.filter((each) => each > 1).length,
    requests: people.reduce((sum, person) => sum + person.askedSince(backMs), 0),
    onStream: people.filter(({ isOnStream }) => isOnStream).length,
    mostInASecond: mostInASecond(backAfterMs),
    clientPercent: (user + system) / 10 / tookMs,
  }
}

/** @param {readonly number[]} sorted times */
function mostInASecond(sorted) {
  let [most, from] = [0, 0]
  for (const [to, ms] of sorted.entries()) {
    while (ms - (sorted[from] ?? ms) > SECOND_MS) from += 1
    most = Math.max(most, to - from + 1)
  }
  return most
}

/**
 * @param {() => boolean} isSo
 * @param {number} withinMs
 * @throws {Error} if it isn't so in time
 */
async function until(isSo, withinMs) {
  const deadlineMs = Date.now() + withinMs
  while (!isSo()) {
    if (Date.now() > deadlineMs) {
      const online = people.filter(({ isOnline }) => isOnline).length
      throw new Error(`only ${online} of ${people.length} in rooms of ${PEOPLE_IN_A_ROOM} in time`)
    }
    await sleep(LOOK_EVERY_MS)
  }
}
