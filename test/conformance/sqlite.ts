import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  accepted,
  documentEvents,
  postUpdate,
  TestDocument,
} from 'whereabouts-conformance/document'
import { call, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import type { Start } from 'whereabouts-conformance/suite'
import { openDatabase } from '../servers/database.js'

/** Tests of a server's own file of documents, which other servers don't have. */
export function sqliteRules(start: Start): void {
  describe('the file of documents', () => {
    it('[DO35] [HT8] a failing store is answered with store-failed and not ready until it works again', async () => {
      await using folder = await newFolder()
      await using server = await start({ dataDir: folder.path })
      const room = new TestRoom(server.baseUrl)
      const writer = new TestDocument(room)
      await writer.post('A1')
      await using stream = await room.watch()
      const lost = writer.write('A2')
      const ready = `${server.baseUrl}/health/ready`
      expect(await call(ready)).toMatchObject({ status: 200 })
      const lock = openDatabase(join(folder.path, 'documents.sqlite'))
      lock.exec('BEGIN EXCLUSIVE')
      const answer = await postUpdate(room, lost)
      expectProblem(answer, 'store-failed')
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      await expectRefused('store-failed', ready)
      lock.exec('ROLLBACK')
      lock.close()
      expect((await new TestDocument(room).fetch()).cells).toEqual({ A1: 'A1' })
      expect(documentEvents(stream)).toEqual([])
      expect(await call(ready)).toMatchObject({ status: 200 })
      accepted(await postUpdate(room, lost))
      await stream.next('document')
      expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
    })

    it('[DO11] a store of a newer version is refused at start and left unchanged', async () => {
      await using folder = await newFolder()
      const file = join(folder.path, 'documents.sqlite')
      const database = openDatabase(file)
      database.exec('CREATE TABLE other (x); PRAGMA user_version = 99')
      database.close()
      const before = readFileSync(file)
      await expect(start({ dataDir: folder.path })).rejects.toThrow(/newer version/)
      expect(readFileSync(file)).toEqual(before)
    })
  })
}

async function newFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
