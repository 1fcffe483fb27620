import type { Version } from '@whereabouts/protocol'
import { createClient, createClientPool, createCluster, createSentinel } from '@redis/client'
import { createWhereabouts, type WhereaboutsOptions } from '@whereabouts/server'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getDocument, postUpdate, TestDocument } from 'whereabouts-conformance/document'
import { call, callJson } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { startApp } from '../servers/nest.js'
import { startPlain } from '../servers/plain.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'
import { type RunningRedis, startRedis } from '../servers/redis.js'

const SECRET = 'a secret that all of them have'
/** Redis is given up after 5 s, and asked at least once a second. */
const LONG_MS = 30_000
let redis: RunningRedis
let postgres: RunningPostgres
let databaseUrl: string

beforeAll(async () => {
  redis = await startRedis()
  postgres = await startPostgres()
  databaseUrl = await postgres.newDatabase()
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

/** What an application has, with settings of its own that would not suit a server. */
async function application() {
  const redisClient = createClient({
    url: `${redis.url}/3`,
    commandOptions: { timeout: 60_000 },
    socket: { reconnectStrategy: () => 20_000 },
  })
  await redisClient.connect()
  const pgPool = new Pool({ connectionString: databaseUrl, max: 2 })
  return {
    redisClient,
    pgPool,
    async [Symbol.asyncDispose]() {
      redisClient.destroy()
      await pgPool.end()
    },
  }
}

async function node(options: WhereaboutsOptions) {
  const server = await startPlain({ secret: SECRET, ...options })
  await expect.poll(() => server.whereabouts.rooms.isShared).toBe(true)
  return server
}

it('[HI1 HI2 HI3] a node with what is handed in is one with others, and leaves it open when it closes', async () => {
  await using own = await application()
  const { redisClient, pgPool } = own
  const one = await node({ redisClient, pgPool })
  await using two = await node({ redisUrl: `${redis.url}/3`, databaseUrl })
  const here = new TestRoom(one.baseUrl)
  const there = new TestRoom(two.baseUrl, here.name)
  await using stream = await there.join(memberKey())
  const { self } = await here.move(memberKey(), 'A1')
  await stream.until('the other', ({ members }) => members.get(self)?.location === 'A1')
  await new TestDocument(here).post('K')
  await stream.next('document')
  expect(new TestDocument(there).take(await getDocument(there)).cells).toEqual({ K: 'K' })
  await one.stop()
  expect(await redisClient.ping()).toBe('PONG')
  const { rows } = await pgPool.query('SELECT count(*)::int AS count FROM whereabouts_updates')
  expect(rows).toEqual([{ count: 1 }])
  expect(pgPool.listenerCount('error') + redisClient.listenerCount('error')).toBe(0)
})

it.each([
  ['forRoot', (options: WhereaboutsOptions) => WhereaboutsModule.forRoot(options)],
  [
    'forRootAsync',
    (options: WhereaboutsOptions) => WhereaboutsModule.forRootAsync({ useFactory: () => options }),
  ],
])('[HI1 HI2 HI3] the same in Nest, with %s()', async (_method, newModule) => {
  await using own = await application()
  const { redisClient, pgPool } = own
  const app = await startApp('express', {
    imports: [newModule({ redisClient, pgPool, secret: SECRET })],
  })
  const room = new TestRoom(app.baseUrl)
  await new TestDocument(room).post('K')
  expect((await new TestDocument(room).fetch()).cells).toEqual({ K: 'K' })
  await app.stop()
  expect(await redisClient.ping()).toBe('PONG')
  expect((await pgPool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

it('[HI2 HY9] with a pool that is handed in, documents have a history', async () => {
  await using own = await application()
  await using server = await startPlain({ secret: SECRET, pgPool: own.pgPool })
  const room = new TestRoom(server.baseUrl)
  const writer = new TestDocument(room)
  await writer.post('sent')
  const named = { method: 'POST', json: { name: 'as sent' } }
  const { id } = (await callJson(room.url('document/versions'), named)) as unknown as Version
  await writer.post('later')
  expect(await callJson(room.url('document/versions', { limit: 1 }))).toEqual({
    versions: [expect.objectContaining({ id, name: 'as sent' })],
  })
  const answer = await fetch(room.url('document/version', { id }))
  expect(new TestDocument(room).take(await answer.bytes()).cells).toEqual({ sent: 'sent' })
})

it('[HI1] a client that isn’t connected will do, and stays so', async () => {
  const redisClient = createClient({ socket: { host: '127.0.0.1', port: redis.port } })
  await using _server = await node({ redisClient, databaseUrl })
  expect(redisClient.isOpen).toBe(false)
})

it(
  '[HI3 HI5] a node whose Redis is lost goes on alone, and is back with it',
  { timeout: 2 * LONG_MS },
  async () => {
    await using own = await application()
    const { redisClient, pgPool } = own
    await using one = await node({ redisClient, pgPool })
    await using two = await node({ redisClient, pgPool })
    const here = new TestRoom(one.baseUrl)
    await using watcher = await new TestRoom(two.baseUrl, here.name).join(memberKey())
    await redis.kill()
    const ready = () => callJson(`${one.baseUrl}/health/ready`)
    await expect.poll(ready, { timeout: LONG_MS }).toEqual({ status: 'alone' })
    const { self } = await here.move(memberKey(), 'alone')
    await redis.restart()
    const isSeen = () => watcher.state.members.get(self)?.location
    await watcher.until('the other', () => isSeen() === 'alone', LONG_MS)
    expect(await ready()).toEqual({ status: 'ok' })
  },
)

it(
  '[HI3 HI5] without PostgreSQL edits are refused and the process goes on, and is back with it',
  { timeout: 2 * LONG_MS },
  async () => {
    await using own = await application()
    await using server = await startPlain({ secret: SECRET, pgPool: own.pgPool })
    const room = new TestRoom(server.baseUrl)
    const document = new TestDocument(room)
    await document.post('before')
    // The server's connection is lost in the middle of a statement, which waits for this one.
    const held = await own.pgPool.connect()
    held.on('error', () => {})
    await held.query('BEGIN; LOCK TABLE whereabouts_documents')
    const post = postUpdate(room, new TestDocument(room).write('lost'))
    const waiting = async () =>
      (await held.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount
    await expect.poll(waiting).toBe(1)
    await postgres.kill()
    expect((await post).status).toBe(503)
    held.release(true)
    expect((await call(`${server.baseUrl}/health/ready`)).status).toBe(503)
    await room.move(memberKey(), 'still here')
    await postgres.restart()
    const ready = async () => (await call(`${server.baseUrl}/health/ready`)).status
    await expect.poll(ready, { timeout: LONG_MS }).toBe(200)
    await document.post('after')
    expect((await new TestDocument(room).fetch()).cells).toMatchObject({ after: 'after' })
  },
)

/** An instance of ioredis, as far as it can be told from a client of node-redis. */
class IoRedis {
  status = 'ready'
  options = { keyPrefix: '' }
  duplicate() {}
  sendCommand() {}
  ssubscribe() {}
  on() {}
  off() {}
  disconnect() {}
}

describe('[HI4] something else is refused with what is needed:', () => {
  const server = { host: '127.0.0.1', port: 1 }
  const NEEDED = 'redisClient: must be a client of node-redis 5 or later'
  it.each<[string, () => unknown, string]>([
    ['ioredis', () => new IoRedis(), NEEDED],
    ['an address', () => 'redis://localhost', NEEDED],
    ['a cluster', () => createCluster({ rootNodes: [{ socket: server }] }), NEEDED],
    ['sentinels', () => createSentinel({ name: 'watched', sentinelRootNodes: [server] }), NEEDED],
    ['a pool of clients', () => createClientPool(), NEEDED],
    ['a prefix', () => createClient({ keyPrefix: 'app:' }), 'redisClient: has a keyPrefix'],
  ])('%s as redisClient', async (_what, newClient, says) => {
    const redisClient = newClient() as NonNullable<WhereaboutsOptions['redisClient']>
    const refused = createWhereabouts({ auth: 'open', secret: SECRET, databaseUrl, redisClient })
    await expect(refused).rejects.toThrow(says)
  })

  it.each([
    ['a client of pg', () => new Client()],
    ['an address', () => 'postgres://localhost'],
  ])('%s as pgPool', async (_what, newPool) => {
    const pgPool = newPool() as unknown as NonNullable<WhereaboutsOptions['pgPool']>
    const refused = createWhereabouts({ auth: 'open', pgPool })
    await expect(refused).rejects.toThrow('pgPool: must be a Pool of the package pg')
  })

  it('both an address and what is handed in', async () => {
    await using own = await application()
    const { redisClient, pgPool } = own
    const all = { redisClient, pgPool, redisUrl: redis.url, databaseUrl }
    const refused = createWhereabouts({ auth: 'open', secret: SECRET, ...all })
    await expect(refused).rejects.toThrow(
      /pgPool: is set together with databaseUrl.*redisClient: is set together with redisUrl/s,
    )
  })

  it('a client without what nodes have to share', async () => {
    const redisClient = createClient()
    await expect(createWhereabouts({ auth: 'open', redisClient })).rejects.toThrow(
      /databaseUrl: is required with redisClient.*secret: is required with redisClient/s,
    )
  })
})
