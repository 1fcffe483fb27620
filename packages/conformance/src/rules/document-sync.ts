import { describe, expect, it } from 'vitest'
import { decodeStateVector, Doc, encodeStateVector } from 'yjs'
import { accepted, BYTES, EMPTY, postUpdate, syncDocument, TestDocument } from '../document.js'
import { call, expectProblem, expectRefused } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import type { Suite } from '../suite.js'

const NOTHING = new Uint8Array()

/** PROTOCOL.md section 12: both steps of a sync. */
export function documentSyncRules({ calm, share }: Suite): void {
  describe('the sync of the document', () => {
    answers(calm)
    refusals({ calm, share })
  })
}

function answers(calm: Suite['calm']): void {
  it('[DO20] says what the server has, and gives what the caller lacks', async () => {
    const room = new TestRoom(calm.baseUrl)
    const nothing = await syncDocument(room, NOTHING)
    expect([...nothing.vector]).toEqual([0])
    expect([...nothing.update]).toEqual(EMPTY)
    const writer = new TestDocument(room)
    await writer.post('A1', 'x'.repeat(2_000))
    const half = encodeStateVector(writer.doc)
    await writer.post('A2')
    const all = await syncDocument(room, NOTHING)
    expect(decodeStateVector(all.vector)).toEqual(decodeStateVector(encodeStateVector(writer.doc)))
    expect(new TestDocument(room).take(all.update).cells).toEqual(writer.cells)
    const rest = await syncDocument(room, half)
    expect(rest.vector).toEqual(all.vector)
    expect(rest.update.length).toBeLessThan(100)
    const same = await syncDocument(room, encodeStateVector(new Doc()))
    expect(same.update).toEqual(all.update)
  })

  it('[DO47 DO98] says which document it is, or that there is none, and gives no two the same name', async () => {
    const rooms = [new TestRoom(calm.baseUrl), new TestRoom(calm.baseUrl)]
    const names = rooms.map(async (room) => {
      expect((await syncDocument(room, NOTHING)).incarnation).toBe('.0')
      await new TestDocument(room).post('A1')
      const { incarnation } = await syncDocument(room, NOTHING)
      await new TestDocument(room).post('A2')
      expect((await syncDocument(room, NOTHING)).incarnation).toBe(incarnation)
      return incarnation
    })
    const [one, other] = await Promise.all(names)
    expect(one).toMatch(/^0-[\w-]{1,30}$/)
    expect(other).not.toBe(one)
  })

  it('[DO48] refuses an update for another document than the room’s', async () => {
    const room = new TestRoom(calm.baseUrl)
    const writer = new TestDocument(room)
    const update = writer.write('A1')
    const post = (incarnation: string) => postUpdate(room, update, {}, { incarnation })
    expectProblem(await post('never'), 'document-deleted')
    expect((await syncDocument(room, NOTHING)).vector).toEqual(Buffer.from([0]))
    accepted(await postUpdate(room, update))
    accepted(await post((await syncDocument(room, NOTHING)).incarnation))
    expectProblem(await post('never'), 'document-deleted')
    accepted(await post('.0'))
    expectProblem(await post('.1'), 'document-deleted')
    expectProblem(await post('.'), 'bad-parameter')
    expectProblem(await post(''), 'bad-parameter')
    expectProblem(await post('a b'), 'bad-parameter')
  })

  it('[DO20] says every deletion, also to one who has everything else', async () => {
    const room = new TestRoom(calm.baseUrl)
    const writer = new TestDocument(room)
    await writer.post('A1', 'first')
    const reader = await new TestDocument(room).fetch()
    const vector = encodeStateVector(writer.doc)
    await writer.post('A1', 'second')
    const { update } = await syncDocument(room, encodeStateVector(reader.doc))
    expect(reader.take(update).cells).toEqual({ A1: 'second' })
    expect((await syncDocument(room, vector)).update.length).toBeGreaterThan(2)
  })

  it('[DO38] doesn’t count what waits for an earlier update, and gives it', async () => {
    const room = new TestRoom(calm.baseUrl)
    const writer = new TestDocument(room)
    const [first, , third] = ['A1', 'A2', 'A3'].map((cell) => writer.write(cell))
    accepted(await postUpdate(room, first!))
    accepted(await postUpdate(room, third!), true)
    const { vector, update } = await syncDocument(room, NOTHING)
    expect([...decodeStateVector(vector)]).toEqual([[writer.doc.clientID, 1]])
    const reader = new TestDocument(room).take(update)
    expect(reader.cells).toEqual({ A1: 'A1' })
    expect(reader.doc.store.pendingStructs).not.toBeNull()
  })

  it('[DO37] takes a state vector of any length up to the limit of an update', async () => {
    const room = new TestRoom(calm.baseUrl)
    const writer = new TestDocument(room)
    await writer.post('A1')
    const clocks = new Map([[writer.doc.clientID, 1]])
    for (let client = 1; client <= 100_000; client++) clocks.set(client, client)
    const { update } = await syncDocument(room, encodeStateVector(clocks))
    expect([...update]).toEqual(EMPTY)
  })

  it('[DO20] [DO10] joins nobody and makes no room', async () => {
    const room = new TestRoom(calm.baseUrl)
    await syncDocument(room, NOTHING, { member: memberKey(), name: 'Ada' })
    expect(await room.read()).toMatchObject({ members: [], watching: 0 })
  })

  it('[DO20] [NM1] works in a room whose name has 128 characters', async () => {
    const room = new TestRoom(calm.baseUrl, `~${memberKey()}`.padEnd(128, ':'))
    await new TestDocument(room).post('A1')
    const { update } = await syncDocument(room, NOTHING)
    expect(new TestDocument(room).take(update).cells).toEqual({ A1: 'A1' })
  })
}

function refusals({ calm, share }: Pick<Suite, 'calm' | 'share'>): void {
  const small = share({ maxUpdateBytes: 2_000 })

  it('[HT7] there is POST, and nothing else', async () => {
    const room = new TestRoom(calm.baseUrl)
    const answer = await call(room.url('document/sync'))
    expectProblem(answer, 'method-not-allowed')
    expect(answer.headers.allow).toBe('POST')
  })

  it.each([[[255]], [[1]], [[2, 1, 1]]])('[DO37] the body %j is bad-parameter', async (bytes) => {
    const room = new TestRoom(calm.baseUrl)
    const options = { headers: BYTES, body: Buffer.from(bytes) }
    await expectRefused('bad-parameter', room.url('document/sync'), options)
  })

  it('[DO37] another media type is unsupported-media-type, a longer body too-large', async () => {
    const room = new TestRoom(small.baseUrl)
    const url = room.url('document/sync')
    await expectRefused('unsupported-media-type', url, { json: {} })
    const long = { headers: BYTES, body: Buffer.alloc(2_001) }
    const problem = await expectRefused('too-large', url, long)
    expect(problem.extensions).toEqual({ limitBytes: 2_000 })
  })

  it('[DO20] [NM1] a bad room name is bad-room', async () => {
    const room = new TestRoom(calm.baseUrl, 'x'.repeat(129))
    const options = { headers: BYTES, method: 'POST', body: Buffer.alloc(0) }
    await expectRefused('bad-room', room.url('document/sync'), options)
  })
}
