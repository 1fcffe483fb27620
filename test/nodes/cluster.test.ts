import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { call, callJson } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { claims, signHs } from '../auth/tokens.js'
import { startPostgres } from '../servers/postgres.js'
import { moveSlot, startCluster } from '../servers/redis.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

const JWT_SECRET = 'a secret of at least 32 bytes, for HS256'
const LONG_MS = 180_000
/** How long open readers may go by an old record. SR10 */
const MOST_OUTDATED_MS = 30_000
const BYTES = 'application/octet-stream'
/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')

interface Person {
  readonly headers: { readonly authorization: string }
}

async function person(sub: string): Promise<Person> {
  return { headers: { authorization: `Bearer ${await signHs(JWT_SECRET, claims({ sub }))}` } }
}

/** Writes one entry after the other, each until it is acknowledged or refused. */
class Writer {
  readonly acknowledged: string[] = []
  readonly #doc = new Doc()
  readonly #done: Promise<void>
  #isOver = false

  constructor(
    private readonly room: TestRoom,
    private readonly who: Person,
  ) {
    this.#done = this.#run()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#done
  }

  async #run(): Promise<void> {
    for (let count = 0; !this.#isOver; count++) {
      const before = encodeStateVector(this.#doc)
      const key = `${this.#doc.clientID} ${count}`
      this.#doc.getMap('entries').set(key, count)
      const body = Buffer.from(encodeStateAsUpdate(this.#doc, before))
      if (await this.#post(body)) this.acknowledged.push(key)
      await setTimeout(20)
    }
  }

  async #post(body: Buffer): Promise<boolean> {
    const headers = { ...this.who.headers, 'content-type': BYTES }
    for (; !this.#isOver; await setTimeout(50)) {
      const { status } = await call(this.room.url('document'), { headers, body })
      if (status === 200) return true
      if (status === 403) return false
    }
    return false
  }
}

async function entriesAt(room: TestRoom, { headers }: Person): Promise<string[]> {
  const answer = await fetch(room.url('document'), { headers })
  expect(answer.status).toBe(200)
  const doc = new Doc()
  applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()))
  return [...doc.getMap('entries').keys()]
}

it(
  '[EX27] [SR10] while a server of a cluster fails over and slots move, nothing acknowledged is lost, and nobody sees more than they may',
  { timeout: LONG_MS },
  async () => {
    await using cluster = await startCluster({ replicas: true })
    await using postgres = await startPostgres()
    const databaseUrl = await postgres.newDatabase()
    const settings = { redisUrl: cluster.url, databaseUrl, secret: 'a secret of all nodes' }
    const variables = {
      WHEREABOUTS_AUTH: 'jwt',
      WHEREABOUTS_JWT_SECRET: JWT_SECRET,
      WHEREABOUTS_BUDGET_SCALE: '0',
    }
    const newNode = (): Promise<RunningServer> => startServer(settings, 0, [], variables)
    await using one = await newNode()
    await using two = await newNode()
    const here = new TestRoom(one.baseUrl, 'room-0')
    const there = new TestRoom(two.baseUrl, here.name)
    const [ann, mal, eve] = [await person('ann'), await person('mal'), await person('eve')]
    const first = { headers: { ...ann.headers, 'content-type': BYTES }, body: UPDATE }
    expect((await call(there.url('document'), first)).status).toBe(200)
    const share = async (change: object) => {
      const { access } = (await callJson(here.url('access'), ann)) as {
        access: { revision: number }
      }
      const json = { revision: access.revision, ...change }
      expect((await call(here.url('access'), { ...ann, json })).status).toBe(200)
    }
    const users = { mal: { role: 'editor' }, eve: { role: 'viewer' } }
    await share({ link: 'nothing', users })
    const writers = [new Writer(there, ann), new Writer(here, ann), new Writer(here, mal)]
    await using viewer = await there.stream({ watch: 1 }, eve)
    await expect.poll(() => viewer.text).toContain('event: document')

    const master = await cluster.masterOf(here.name)
    master.pause()
    await share({ users: { mal: null, eve: null } })
    const removedMs = Date.now()
    // Calls go by the store, whatever Redis does.
    const read = async () => (await call(there.url('document'), eve)).status
    await expect.poll(read, { timeout: 3_000, interval: 50 }).toBe(403)
    await viewer.ended
    expect(Date.now() - removedMs).toBeLessThan(MOST_OUTDATED_MS)
    const successor = await cluster.successorOf(master)
    master.resume()
    const other = cluster.servers.find((server) => server !== master)!
    await moveSlot(here.name, successor, other)
    const counts = writers.map(({ acknowledged }) => acknowledged.length)
    const isWriting = () => writers[0]!.acknowledged.length > counts[0]! + 20
    await expect.poll(isWriting, { timeout: 60_000 }).toBe(true)

    await Promise.all(writers.map((writer) => writer.stop()))
    const acknowledged = writers.flatMap((writer) => writer.acknowledged)
    expect(counts[2], 'he was told').toBe(writers[2]!.acknowledged.length)
    for (const room of [here, there]) {
      const known = new Set(await entriesAt(room, ann))
      expect(acknowledged.filter((key) => !known.has(key))).toEqual([])
    }
    await using reader = await there.stream({ watch: 1 }, ann)
    const last = new Writer(here, ann)
    await expect.poll(() => reader.text, { timeout: 60_000 }).toContain('event: document')
    await last.stop()
  },
)
