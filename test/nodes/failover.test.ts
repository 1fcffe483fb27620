import type { Locked } from '@whereabouts/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { getDocument, TestDocument } from 'whereabouts-conformance/document'
import { call, callJson } from 'whereabouts-conformance/http'
import { memberKey, TestRoom, versionOf } from 'whereabouts-conformance/room'
import { startPostgres } from '../servers/postgres.js'
import { type RunningRedis, startRedis, startReplica } from '../servers/redis.js'
import { startServer } from '../servers/standalone.js'
import { Wire } from '../servers/wire.js'

const POST = { method: 'POST' }
const LONG_MS = 120_000
/** More than a log keeps before its next checkpoint. */
const MANY_MOVES = 520
/** What a reader is told that can't be given what it lacks. */
const ANEW = { resync: { document: true } }
const stack: AsyncDisposable[] = []
let master: RunningRedis
let replica: RunningRedis
let databaseUrl: string

function ended<Thing extends AsyncDisposable>(thing: Thing): Thing {
  stack.push(thing)
  return thing
}

beforeEach(async () => {
  const postgres = ended(await startPostgres())
  databaseUrl = await postgres.newDatabase()
  master = ended(await startRedis())
  replica = ended(await startReplica(master))
})
afterEach(async () => {
  for (const thing of stack.splice(0).toReversed()) await thing[Symbol.asyncDispose]()
})

/** Starts a node with an address of Redis that can come to name another server. */
async function newNode() {
  const wire = ended(await Wire.to(master.port))
  const secret = 'a secret that all of them have'
  const redisUrl = `redis://${wire.address}`
  const unlimited = { WHEREABOUTS_BUDGET_SCALE: '0' }
  const server = ended(await startServer({ redisUrl, databaseUrl, secret }, 0, [], unlimited))
  return { wire, server }
}

/** Locks a key as soon as the node reaches Redis. */
async function lock(room: TestRoom, member: string, key: string): Promise<number> {
  let answer = ''
  const granted = async () => {
    const { status, text } = await call(room.url('lock', { member, key }), POST)
    answer = text
    return status
  }
  await expect.poll(granted, { timeout: LONG_MS }).toBe(200)
  return (JSON.parse(answer) as Locked).number
}

const wordsAt = async (room: TestRoom) =>
  Object.keys((await new TestDocument(room).fetch()).cells as object).toSorted()

it(
  '[EX23] [LK22] a replica that lacks the last writes repeats no number and resumes no position',
  { timeout: LONG_MS },
  async () => {
    const [one, two] = [await newNode(), await newNode()]
    const here = new TestRoom(one.server.baseUrl)
    const there = new TestRoom(two.server.baseUrl, here.name)
    const [ann, cid] = [memberKey(), memberKey()]
    await here.join(ann)
    await here.move(ann, 'before')
    // From now on it gets nothing more.
    await replica.command('REPLICAOF', 'NO', 'ONE')
    for (let count = 0; count < 20; count++) await here.move(ann, count)
    const number = await lock(here, ann, 'a')
    const former = (await here.read()).id
    // A host with both is lost, and the other node knows nothing of the room.
    await one.server.kill()
    await master.kill()
    two.wire.redirect(replica.port)
    await using _stream = await there.join(cid)
    await new TestDocument(there).post('word')
    expect(await lock(there, cid, 'a')).toBeGreaterThan(number)
    for (let count = 0; count < 40; count++) await there.move(cid, count)
    expect(versionOf((await there.read()).id)).toBeGreaterThan(versionOf(former))
    expect(await there.since(former)).toEqual({ ...(await there.read()), ...ANEW })
    const document = new TestDocument(there).take(await getDocument(there, { since: former }))
    expect(document.cells).toEqual({ word: 'word' })
  },
)

it(
  '[EX24] [EX13] after a partition every node has what either side acknowledged, and locks have new numbers',
  { timeout: LONG_MS },
  async () => {
    const [one, two] = [await newNode(), await newNode()]
    const here = new TestRoom(one.server.baseUrl)
    const there = new TestRoom(two.server.baseUrl, here.name)
    const [ann, bob] = [memberKey(), memberKey()]
    await using annStream = await here.join(ann)
    await using bobStream = await there.join(bob)
    await new TestDocument(here).post('before')
    await replica.command('REPLICAOF', 'NO', 'ONE')
    two.wire.redirect(replica.port)
    const apart = [await lock(here, ann, 'a'), await lock(there, bob, 'a')] as const
    expect(apart[1]).toBeGreaterThan(apart[0])
    await new TestDocument(there).post('there')
    await new TestDocument(here).post('here')
    const former = (await here.read()).id
    for (let count = 0; count < MANY_MOVES; count++) await there.move(bob, count)
    const arrivals = [annStream, bobStream].map((stream) => stream.arrived.length)
    one.wire.redirect(replica.port)
    for (const [index, stream] of [annStream, bobStream].entries()) {
      await stream.until('another document', () =>
        stream.arrived
          .slice(arrivals[index])
          .some(({ name, text }) => name === 'resync' && text.includes('document')),
      )
    }
    const words = ['before', 'here', 'there']
    for (const room of [here, there]) expect(await wordsAt(room)).toEqual(words)
    expect(await here.read()).toEqual(await there.read())
    expect(await there.since(former)).toEqual({ ...(await there.read()), ...ANEW })
    expect(await lock(here, ann, 'b')).toBeGreaterThan(Math.max(...apart))
    await callJson(there.url('location', { member: bob, lock: `a;${apart[1]}` }), { json: 'mine' })
  },
)
