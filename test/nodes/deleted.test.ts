import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  getDocument,
  postUpdate,
  syncDocument,
  TestDocument,
} from 'whereabouts-conformance/document'
import { expectProblem } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { Doc } from 'yjs'
import { runCommand } from '../servers/command.js'
import type { RunningServer } from '../servers/standalone.js'
import { Wire } from '../servers/wire.js'
import { newPlace, type Place } from './place.js'

const NOTHING = new Uint8Array()
const EMPTY = [0, 0]
/** The exchange is lost after some seconds, and found again after some more. */
const LONG_MS = 30_000
let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

/** Deletes a document as an operator does, on a third node. */
async function deleteOn({ name }: TestRoom): Promise<void> {
  const { redisUrl, databaseUrl, secret } = place.settings
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-command-'))
  const ran = await runCommand(['documents', 'delete', name], {
    REDIS_URL: redisUrl!,
    DATABASE_URL: databaseUrl!,
    WHEREABOUTS_SECRET: secret!,
    WHEREABOUTS_DATA: join(folder, 'not made yet'),
  })
  expect(ran.code, ran.err).toBe(0)
  await rm(folder, { recursive: true })
}

async function rowsOf(room: TestRoom): Promise<number> {
  const client = new Client({ connectionString: place.settings.databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ count: string }>(
    'SELECT count(*) FROM whereabouts_updates WHERE room = $1',
    [room.name],
  )
  await client.end()
  return Number(rows[0]!.count)
}

/** Whether anything in Redis has these bytes, in base64. */
async function isInRedis(update: Uint8Array): Promise<boolean> {
  const wanted = Buffer.from(update).toString('base64')
  const keys = (await place.redis.command('KEYS', '*log*')) as string[]
  expect(keys.length).toBeGreaterThan(0)
  const logs = await Promise.all(keys.map((key) => place.redis.command('XRANGE', key, '-', '+')))
  return JSON.stringify(logs).includes(wanted)
}

function typist(server: RunningServer, { name }: TestRoom) {
  const provider = new RoomProvider(joinRoom({ url: server.baseUrl, room: name }), new Doc())
  const write = (text: string) => provider.doc.getText('body').insert(0, text)
  return { provider, write }
}

it('[AD1 AD2 AD3] a document is deleted by one node while a client types at another', async () => {
  const [one, two] = [await place.node(), await place.node()]
  const here = new TestRoom(one.baseUrl)
  const there = new TestRoom(two.baseUrl, here.name)
  const writer = new TestDocument(here)
  const update = writer.write('A1', 'what nobody may read again')
  expect(await postUpdate(here, update)).toMatchObject({ status: 200 })
  await using stream = await here.watch()
  const { provider } = typist(two, there)
  await expect.poll(() => provider.synced).toBe(true)
  expect(await isInRedis(update)).toBe(true)
  // A provider that hears of the deletion by a post has another, empty document, until its stream ends.
  const { doc } = provider
  const typing = setInterval(() => doc.getText('body').insert(0, 'x'), 5)
  await expect.poll(() => rowsOf(here)).toBeGreaterThan(5)
  await deleteOn(here)
  expect((await stream.next('problem')).data).toMatchObject({ status: 410 })
  await expect.poll(() => provider.status).toBe('closed')
  expect(provider.problem).toMatchObject({ problem: 'document-deleted' })
  clearInterval(typing)
  await provider.destroy()
  for (const room of [here, there]) {
    expect([...(await getDocument(room))]).toEqual(EMPTY)
    const late = await postUpdate(room, writer.write('A2'), {}, { incarnation: '0' })
    expectProblem(late, 'document-deleted')
  }
  expect(await rowsOf(here)).toBe(0)
  expect(await isInRedis(update)).toBe(false)
  const [a, b] = [await syncDocument(here, NOTHING), await syncDocument(there, NOTHING)]
  expect(a.incarnation).toBe('.1')
  expect(b.incarnation).toBe(a.incarnation)
})

it('[AD2 AD3] a node that is cut off stores nothing of a deleted document, and tells its readers when it is back', async () => {
  await using wire = await Wire.to(place.redis.port)
  const lonely = await place.node({ redisUrl: `redis://${wire.address}` })
  const room = new TestRoom(lonely.baseUrl)
  const { provider, write } = typist(lonely, room)
  await expect.poll(() => provider.synced).toBe(true)
  write('before')
  await expect.poll(() => provider.saved).toBe(true)
  wire.cut()
  await expect
    .poll(async () => (await fetch(`${lonely.baseUrl}/health/ready`)).text(), { timeout: LONG_MS })
    .toContain('alone')
  await deleteOn(room)
  write('late: ')
  await expect.poll(() => provider.former?.getText('body').toJSON()).toBe('late: before')
  await expect.poll(() => provider.saved).toBe(true)
  expect(await rowsOf(room)).toBe(0)
  await using stream = await room.watch()
  wire.mend()
  await stream.until(
    'word of the deletion',
    () =>
      stream.arrived.some(
        ({ name, text }) => /problem|resync/.test(name) && text.includes('document'),
      ),
    LONG_MS,
  )
  expect([...(await getDocument(room))]).toEqual(EMPTY)
  await provider.destroy()
})
