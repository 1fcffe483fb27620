import { readSyncAnswer } from '@whereabouts/protocol'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { accepted, postUpdate, TestDocument } from 'whereabouts-conformance/document'
import { call, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { type Platform, startApp, startNest } from '../servers/nest.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'
import { startServer } from '../servers/standalone.js'

describe('an application', () => {
  it.each<Platform>(['express', 'fastify'])(
    '[DO1 DO2 DO20] reads and writes documents through Rooms, on %s',
    async (platform) => {
      const imports = [WhereaboutsModule.forRoot({ secret: 'the secret of these tests' })]
      await using server = await startApp(platform, { imports })
      const rooms = server.app.get(Rooms)
      const room = new TestRoom(server.baseUrl)
      await using stream = await room.watch()
      const writer = new TestDocument(room)
      const update = writer.write('A1')
      const before = Uint8Array.from(update)
      const { id } = await rooms.update(room.name, update)
      expect((await stream.next('document')).id).toBe(id)
      expect(update, 'the caller’s bytes are unchanged').toEqual(before)
      const vector = encodeStateVector(writer.doc)
      await writer.post('A2')
      expect(writer.take(await rooms.document(room.name)).cells).toEqual({ A1: 'A1', A2: 'A2' })
      expect(new TestDocument(room).take(await rooms.document(room.name)).cells).toEqual(
        writer.cells,
      )
      expect((await rooms.document(room.name, vector)).length).toBeLessThan(
        (await rooms.document(room.name)).length,
      )
      const { vector: has, update: lacks } = readSyncAnswer(await rooms.sync(room.name, vector))!
      expect(has).toEqual(encodeStateVector(writer.doc))
      expect(lacks).toEqual(await rooms.document(room.name, vector))
      const problem = (name: string) => expect.objectContaining({ problem: name })
      await expect(rooms.update('a b', update)).rejects.toEqual(problem('bad-room'))
      await expect(rooms.document('a b')).rejects.toEqual(problem('bad-room'))
      await expect(rooms.update('one', new Uint8Array(2_000_000))).rejects.toEqual(
        problem('too-large'),
      )
    },
  )
})

describe('PostgreSQL', () => {
  let postgres: RunningPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres[Symbol.asyncDispose]())

  it('[DO35] goes down: store-failed and not ready; comes back: everything recovers', async () => {
    await using server = await startNest('fastify')({ databaseUrl: await postgres.newDatabase() })
    const room = new TestRoom(server.baseUrl)
    const writer = new TestDocument(room)
    await writer.post('A1')
    await postgres.kill()
    const lost = writer.write('A2')
    expectProblem(await postUpdate(room, lost), 'store-failed')
    await expectRefused('store-failed', `${server.baseUrl}/health/ready`)
    expect(await call(`${server.baseUrl}/health/live`)).toMatchObject({ status: 200 })
    await room.move('ann', 1)
    await postgres.restart()
    accepted(await postUpdate(room, lost))
    expect(await call(`${server.baseUrl}/health/ready`)).toMatchObject({ status: 200 })
    expect((await new TestDocument(room).fetch()).cells).toEqual(writer.cells)
  })

  it('[DO8] keeps the documents of the standalone server if DATABASE_URL is set', async () => {
    const databaseUrl = await postgres.newDatabase()
    const written: TestDocument[] = []
    for (let run = 0; run < 2; run++) {
      await using server = await startServer({ databaseUrl })
      const writer = new TestDocument(new TestRoom(server.baseUrl, 'budget'))
      if (written[0] !== undefined) writer.take(encodeStateAsUpdate(written[0].doc))
      await writer.post(`run ${run}`)
      written.unshift(writer)
      expect((await new TestDocument(writer.room).fetch()).cells).toEqual(writer.cells)
    }
    expect(written[0]!.cells).toEqual({ 'run 0': 'run 0', 'run 1': 'run 1' })
  })
})
