import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { expect, it } from 'vitest'
import {
  accepted,
  BYTES,
  documentEvents,
  postUpdate,
  syncDocument,
  TestDocument,
} from 'whereabouts-conformance/document'
import { call, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { Doc, encodeStateVector } from 'yjs'
import { openStore as openSqlite } from '../../packages/server/src/document/sqlite.js'
import { startNest } from '../servers/nest.js'
import { startServer } from '../servers/standalone.js'

it('[DO52] an update is shown when it is stored, and acknowledged when it is flushed', async () => {
  await using folder = await newFolder()
  await using server = await startNest('fastify')({ dataDir: folder.path })
  const room = new TestRoom(server.baseUrl)
  await using stream = await room.watch()
  const writer = new TestDocument(room)
  await writer.post('A1')
  await stream.next('document')
  const update = writer.write('A2')
  // The server writes the log on, and can't find it to flush it.
  renameSync(folder.log, folder.moved)
  expectProblem(await postUpdate(room, update), 'store-failed')
  await stream.next('document')
  expect(new TestDocument(room).takeEvents(stream).cells).toEqual(writer.cells)
  expectProblem(await call(room.url('document/sync'), SYNC), 'store-failed')
  renameSync(folder.moved, folder.log)
  accepted(await postUpdate(room, update))
  const { vector } = await syncDocument(room, new Uint8Array())
  expect([...vector]).toEqual([...encodeStateVector(writer.doc)])
})

it('[DO55 DO35] after a failed flush the server stores nothing more, and isn’t ready', async () => {
  await using folder = await newFolder()
  await using server = await startNest('fastify')({ dataDir: folder.path })
  const room = new TestRoom(server.baseUrl)
  const writer = new TestDocument(room)
  await writer.post('A1')
  renameSync(folder.log, folder.moved)
  // This device takes every byte, and refuses to flush.
  symlinkSync('/dev/null', folder.log)
  expectProblem(await postUpdate(room, writer.write('A2')), 'store-failed')
  rmSync(folder.log)
  renameSync(folder.moved, folder.log)
  await using stream = await room.watch()
  expectProblem(await postUpdate(room, writer.write('A3')), 'store-failed')
  await expectRefused('store-failed', `${server.baseUrl}/health/ready`)
  expect(documentEvents(stream)).toEqual([])
})

it('[DO53 CL29] what a power cut takes from the store is posted again by a client that had seen it', async () => {
  await using folder = await newFolder()
  const server = await startServer({ dataDir: folder.path })
  const options = { url: server.baseUrl, room: 'budget' }
  const reader = joinRoom(options)
  const provider = new RoomProvider(reader, new Doc())
  const writer = new TestDocument(new TestRoom(server.baseUrl, 'budget'))
  const isSeen = (cell: string) => provider.doc.getMap('cells').has(cell)
  try {
    await writer.post('A1')
    await expect.poll(() => isSeen('A1')).toBe(true)
    const disk = [folder.file, folder.log]
    for (const each of disk) await copyFile(each, `${each}.safe`)
    await writer.post('A2')
    await expect.poll(() => isSeen('A2')).toBe(true)
    await server.kill()
    // The disk never got what came after that.
    for (const each of disk) await copyFile(`${each}.safe`, each)
    rmSync(`${folder.file}-shm`, { force: true })
    expect(await updatesIn(folder.path)).toBe(1)
    await using again = await startServer(
      { dataDir: folder.path },
      Number(new URL(server.baseUrl).port),
    )
    const there = async () => {
      const document = new TestDocument(new TestRoom(again.baseUrl, 'budget'))
      return (await document.fetch()).cells
    }
    await expect.poll(there).toEqual(writer.cells)
    await expect.poll(() => provider.saved).toBe(true)
  } finally {
    void provider.destroy()
    void reader.leave()
    await server.kill()
  }
})

async function updatesIn(dataDir: string): Promise<number> {
  const store = openSqlite({ dataDir })
  const { updates } = await store.load('budget')
  await store.close()
  return updates.length
}

const SYNC = {
  method: 'POST',
  headers: BYTES,
  body: Buffer.alloc(0),
}

/** A data folder, its file of documents, and the file's write-ahead log. */
async function newFolder() {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-power-'))
  const file = join(path, 'documents.sqlite')
  const end = () => rm(path, { recursive: true, force: true })
  const [log, moved] = [`${file}-wal`, `${file}-moved`]
  return { path, file, log, moved, [Symbol.asyncDispose]: end }
}
