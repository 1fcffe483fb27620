import { readdirSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { expect, it, vi } from 'vitest'
import { documentEvents, TestDocument } from 'whereabouts-conformance/document'
import { call } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { startApp } from '../servers/nest.js'
import { startServer } from '../servers/standalone.js'

const POSTS = 200
/** The thread has 32 updates of a room at once, which are one transaction unless it is interrupted. */
const MOST_COMMITS = POSTS / 4
/** SQLite's smallest file with these tables has 120 kB, and its index of the log 32 kB. */
const MOST_BYTES = 240_000
const PATIENCE = { timeout: 60_000, interval: 500 }

it('[DO57] updates that arrive together are few transactions and few flushes', async () => {
  await using place = await start()
  const { rooms, room, writer, counted } = place
  await writer.post('first')
  const before = await counted('commits')
  const updates = Array.from({ length: POSTS }, (_, index) => writer.write(`A${index}`))
  await Promise.all(updates.map((update) => rooms.update(room.name, update)))
  const commits = (await counted('commits')) - before
  expect(commits).toBeLessThanOrEqual(MOST_COMMITS)
  // Each post waits for a flush that began after its transaction.
  expect(await counted('flushes')).toBeLessThanOrEqual(commits + POSTS / 4)
  expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
})

it('[DO57] an update crosses to its thread once, and is encoded once for all who read it as an event', async () => {
  await using place = await start()
  const { rooms, room, writer } = place
  await rooms.update(room.name, writer.write('first'))
  const messages = vi.spyOn(Worker.prototype, 'postMessage')
  const encodings = vi.spyOn(Buffer.prototype, 'toString')
  const encoded = () => encodings.mock.calls.filter(([encoding]) => encoding === 'base64').length
  try {
    for (let post = 0; post < 20; post++) await rooms.update(room.name, writer.write('A1', post))
    const updates = messages.mock.calls.filter(([message]) => isUpdate(message))
    expect(updates).toHaveLength(20)
    expect(encoded()).toBe(0)
    const streams = await Promise.all(Array.from({ length: 10 }, () => room.watch()))
    encodings.mockClear()
    await rooms.update(room.name, writer.write('A1', 'seen'))
    for (const stream of streams) await stream.next('document')
    expect(encoded()).toBe(1)
    for (const stream of streams) {
      expect(documentEvents(stream)).toHaveLength(1)
      await stream[Symbol.asyncDispose]()
    }
  } finally {
    messages.mockRestore()
    encodings.mockRestore()
  }
})

it('[DO56] soon after the last update, a snapshot has replaced the log, and the log of SQLite is empty', async () => {
  await using place = await start()
  const { rooms, room, writer, counted, bytes } = place
  await using _stream = await room.watch()
  for (let turn = 0; turn < 30; turn++) {
    const updates = Array.from({ length: 10 }, () => writer.write('A1', `value in turn ${turn}`))
    await Promise.all(updates.map((update) => rooms.update(room.name, update)))
  }
  expect(bytes()).toBeGreaterThan(MOST_BYTES)
  await expect.poll(bytes, PATIENCE).toBeLessThan(MOST_BYTES)
  expect(await counted('compactions')).toBeGreaterThan(0)
  expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
})

it('[DO56] a server that starts compacts what a killed one left', async () => {
  await using folder = await newFolder()
  const settings = { dataDir: folder.path }
  const killed = await startServer(settings)
  const writer = new TestDocument(new TestRoom(killed.baseUrl, 'budget'))
  for (let post = 0; post < 25; post++) await writer.post('A1', post)
  await killed.kill()
  await using server = await startServer(settings)
  const compactions = () => countedAt(server.baseUrl, 'compactions')
  await expect.poll(compactions, PATIENCE).toBe(1)
  const there = await new TestDocument(new TestRoom(server.baseUrl, 'budget')).fetch()
  expect(there.cells).toEqual(writer.cells)
})

/** Starts a server with a data folder of its own. */
async function start() {
  const folder = await newFolder()
  const settings = { dataDir: folder.path, frameIntervalMs: 0 }
  const imports = [WhereaboutsModule.forRoot({ operations: true, ...settings })]
  const server = await startApp('fastify', { imports })
  const room = new TestRoom(server.baseUrl)
  const documents = () => readdirSync(folder.path).filter((name) => name.startsWith('documents'))
  return {
    rooms: server.app.get(Rooms),
    room,
    writer: new TestDocument(room),
    counted: (what: string) => countedAt(server.baseUrl, what),
    bytes: () => documents().reduce((sum, name) => sum + statSync(join(folder.path, name)).size, 0),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function newFolder() {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-work-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Reads one of the counts of documents from a server's metrics. */
async function countedAt(baseUrl: string, what: string): Promise<number> {
  const { text } = await call(`${baseUrl}/metrics`)
  return Number(new RegExp(`^whereabouts_document_${what}_total (\\S+)$`, 'm').exec(text)?.[1])
}

function isUpdate(message: unknown): boolean {
  return (message as { readonly call?: string }).call === 'update'
}
