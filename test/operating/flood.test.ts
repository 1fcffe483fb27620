import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { size } from '../size.js'

/** How long each part is measured; at night, long enough for a p99. */
const PART_MS = size(3_000, 5_000)
const ROUNDS = 3

/** A person who says where they are, again and again. */
interface Person {
  readonly key: string
  readonly agent: Agent
}

function people(count: number): Person[] {
  return Array.from({ length: count }, () => ({
    key: memberKey(),
    agent: new Agent({ keepAlive: true, maxSockets: 1 }),
  }))
}

/** Posts a location; answers the status, and how long it took. */
async function post({ baseUrl }: RunningServer, room: string, { key, agent }: Person) {
  const startMs = performance.now()
  const url = `${baseUrl}/rooms/${room}/location?member=${key}`
  const headers = { 'content-type': 'application/json', 'content-length': '1' }
  const call = request(url, { method: 'POST', agent, headers }).end('1')
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return { status: response.statusCode, ms: performance.now() - startMs }
}

/** Everybody posts so often for a while, not all at once; answers what came of each post. */
async function work(server: RunningServer, everybody: Person[], everyMs: number) {
  const room = new TestRoom(server.baseUrl).name
  const endMs = performance.now() + PART_MS
  const each = await Promise.all(
    everybody.map(async (person, index) => {
      await setTimeout((index / everybody.length) * everyMs)
      const posts = []
      // Like a client, which sends where its person is now and not where they were.
      while (performance.now() < endMs) {
        const nextMs = performance.now() + everyMs
        posts.push(await post(server, room, person))
        await setTimeout(Math.max(0, nextMs - performance.now()))
      }
      return posts
    }),
  )
  return each.flat()
}

/** The processor time that a server has used, in ms. */
function usedMs({ pid }: RunningServer): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

const p99 = (posts: readonly { ms: number }[]) =>
  posts.map(({ ms }) => ms).toSorted((one, other) => one - other)[Math.floor(posts.length * 0.99)]!

it('[BU2] two hundred people behind one address, each moving five times a second, are never refused', async () => {
  await using server = await startServer()
  const everybody = people(200)
  const posts = await work(server, everybody, 200)
  expect(posts.length).toBeGreaterThan(200 * 5 * (PART_MS / 1_000) * 0.5)
  expect(posts.filter(({ status }) => status !== 200)).toEqual([])
  for (const { agent } of everybody) agent.destroy()
})

const FLOOD = `
import { Agent, request } from 'node:http'
const [url] = process.argv.slice(1)
const agent = new Agent({ keepAlive: true, maxSockets: 50, localAddress: '127.0.0.2' })
const send = (at) => {
  const call = request(url + '/rooms/flood-' + at + '/location?member=m' + at, { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': '1' } })
  call.on('response', (response) => { response.resume(); response.on('end', () => send(at + 50)) })
  call.on('error', () => setTimeout(() => send(at + 50), 100))
  call.end('1')
}
for (let at = 0; at < 50; at++) send(at)
setTimeout(() => process.exit(), 120_000)
`

/** What was measured while everybody posted. */
interface Part {
  readonly p99Ms: number
  readonly usedMs: number
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[all.length >> 1]!

it('[BU4] a caller who floods the server takes less than half a core from a hundred ordinary ones', async () => {
  await using server = await startServer()
  const everybody = people(100)
  await work(server, everybody, 500)
  // The flood's own work isn't the server's: elsewhere it would have a processor of its own.
  const program = ['--input-type=module', '--eval', FLOOD, server.baseUrl]
  const flood = spawn('nice', ['-n', '19', process.execPath, ...program])
  const measured = async () => {
    const before = usedMs(server)
    const posts = await work(server, everybody, 500)
    expect(posts.filter(({ status }) => status !== 200)).toEqual([])
    return { p99Ms: p99(posts), usedMs: usedMs(server) - before }
  }
  const [alone, beside]: [Part[], Part[]] = [[], []]
  try {
    for (let round = 0; round < ROUNDS; round++) {
      flood.kill('SIGSTOP')
      alone.push(await measured())
      flood.kill('SIGCONT')
      // It is over its budget by then.
      await setTimeout(2_000)
      beside.push(await measured())
    }
    const [without, withIt] = [alone, beside].map((parts) =>
      median(parts.map((part) => part.usedMs)),
    )
    expect(withIt! - without!).toBeLessThan(PART_MS / 2)
    // The processors of the gate's machine are shared with the flood, and with everybody.
    if (size(false, true)) {
      const [aloneMs, besideMs] = [alone, beside].map((parts) =>
        median(parts.map((part) => part.p99Ms)),
      )
      // Of a few milliseconds, more than half is the test's own.
      expect(besideMs).toBeLessThan(Math.max(1.5 * aloneMs!, aloneMs! + 5))
    }
  } finally {
    flood.kill('SIGCONT')
    flood.kill()
    for (const { agent } of everybody) agent.destroy()
  }
})
