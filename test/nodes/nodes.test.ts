import { formatPosition, type Json, parsePosition, type RoomState } from '@whereabouts/protocol'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getDocument, syncDocument, TestDocument } from 'whereabouts-conformance/document'
import { call, callJson } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import type { EventStream } from 'whereabouts-conformance/stream'
import type { Settings } from 'whereabouts-conformance/suite'
import { startServer } from '../servers/standalone.js'
import { Wire } from '../servers/wire.js'
import { newPlace, type Place } from './place.js'

const LEASE_MS = 3_000
/** Long enough for a dead node to be noticed and for its members to leave. */
const DEATH_MS = 20_000
let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

/** Two servers, and one room of both. */
async function twoNodes(settings: Settings = {}) {
  const [one, two] = await Promise.all([place.node(settings), place.node(settings)])
  const here = new TestRoom(one.baseUrl)
  const there = new TestRoom(two.baseUrl, here.name)
  return { one, two, here, there }
}

/** Waits until a member is seen at a location. */
function sees(stream: EventStream, id: string, location: Json) {
  return stream.until(`${id} at ${JSON.stringify(location)}`, ({ members }) => {
    return JSON.stringify(members.get(id)?.location) === JSON.stringify(location)
  })
}

function seesStatus(stream: EventStream, id: string, status: string | undefined) {
  const wanted = ({ members }: RoomState) => members.get(id)?.status === status
  return stream.until(`${id} ${status}`, wanted, DEATH_MS)
}

/** Stores an update like another node, without telling the servers. */
async function storeUnheard({ name }: TestRoom, update: Uint8Array): Promise<void> {
  const client = new Client({ connectionString: place.settings.databaseUrl })
  await client.connect()
  const { rowCount } = await client.query(
    `WITH noted AS (
       UPDATE whereabouts_documents SET last = last + 1 WHERE room = $1 RETURNING last
     )
     INSERT INTO whereabouts_updates (room, number, bytes) SELECT $1, last, $2 FROM noted`,
    [name, Buffer.from(update)],
  )
  await client.end()
  expect(rowCount, 'its document is there').toBe(1)
}

/** Waits until a stream reports that the document has an update that the stream doesn't have. */
function hasToLookUp(stream: EventStream) {
  return stream.until('a resync of the document', () => {
    return stream.arrived.some(({ name, text }) => name === 'resync' && text.includes('document'))
  })
}

function leaves({ patches }: EventStream): readonly string[] {
  return patches.flatMap(({ leave = [] }) => leave)
}

describe('two servers', () => {
  it('[EX1] show the same members at the same positions', async () => {
    const { here, there } = await twoNodes()
    const [ann, ben] = [memberKey(), memberKey()]
    await using annStream = await here.join(ann)
    await using benStream = await there.join(ben)
    await here.move(ann, 'C5')
    await there.move(ben, 'B1')
    await sees(annStream, benStream.self, 'B1')
    await sees(benStream, annStream.self, 'C5')
    const [seenHere, seenThere] = [await here.read(), await there.read()]
    expect(seenHere.members.map(({ location }) => location)).toEqual(['C5', 'B1'])
    expect(seenThere).toEqual(seenHere)
    for (const stream of [annStream, benStream]) {
      await stream.until('the same position', () => stream.position === seenHere.id)
    }
  })

  it('[EX1] resume the other’s positions with a patch', async () => {
    const { here, there } = await twoNodes()
    await using benStream = await there.join(memberKey())
    const ann = memberKey()
    const { id } = await here.move(ann, 'A1')
    const { self, id: position } = await here.move(ann, 'A2')
    await sees(benStream, self, 'A2')
    expect(await there.since(id)).toEqual({ id: position, patch: { move: { [self]: 'A2' } } })
  })

  it('[RM11 EX1] let a room be read and left at the node that has no members of it', async () => {
    const { here, there } = await twoNodes()
    const ann = memberKey()
    await here.move(ann, 'A1')
    expect((await there.read()).members).toMatchObject([{ location: 'A1' }])
    await there.leave(ann)
    expect((await here.read()).members).toEqual([])
  })

  it('[MB4 EX1] end a lease on both', async () => {
    const { here, there } = await twoNodes({ leaseMs: LEASE_MS })
    await using stream = await there.watch()
    const { self } = await here.move(memberKey(), 'A1')
    await sees(stream, self, 'A1')
    await seesStatus(stream, self, undefined)
    expect((await here.read()).members).toEqual([])
  })

  it('[EX6 EX13] share one document, even if it was already loaded', async () => {
    const { here, there } = await twoNodes()
    const [own, other] = [new TestDocument(here), new TestDocument(there)]
    await using stream = await there.watch()
    await other.fetch()
    await own.post('A1')
    await stream.next('document')
    other.takeEvents(stream)
    expect(other.cells).toEqual({ A1: 'A1' })
    await other.post('A2')
    // Too large for a message.
    await own.post('A3', 'x'.repeat(100_000))
    await hasToLookUp(stream)
    expect((await other.fetch()).cells).toMatchObject({ A1: 'A1', A2: 'A2', A3: /^x+$/ })
    expect((await new TestDocument(here).fetch()).cells).toEqual(other.cells)
  })

  it('[EX8] send a document with everything before a position, even from a node that is behind', async () => {
    const { here, there } = await twoNodes()
    const own = new TestDocument(here)
    await using stream = await there.watch()
    await own.post('A1')
    await stream.next('document')
    expect((await new TestDocument(there).fetch()).cells).toEqual({ A1: 'A1' })
    const { epoch, version } = parsePosition(stream.position!)!
    const ahead = formatPosition({ epoch, version: version + 1 })
    const take = (update: Uint8Array) => new TestDocument(there).take(update).cells
    const cellsAt = async (since: string) => take(await getDocument(there, { since }))
    const syncedAt = async (since: string) => {
      return take((await syncDocument(there, new Uint8Array(), { since })).update)
    }
    const rows: { [cell: string]: string } = { A1: 'A1' }
    for (const [cell, readAt] of [
      ['A2', cellsAt],
      ['A3', syncedAt],
    ] as const) {
      await storeUnheard(here, own.write(cell))
      expect(await readAt(stream.position!)).toEqual(rows)
      rows[cell] = cell
      expect(await readAt(ahead)).toEqual(rows)
    }
  })

  it('[EX12] show no leave of a member who moves to the other when one dies', async () => {
    const { one, here, there } = await twoNodes({ leaseMs: LEASE_MS })
    const [ann, gone] = [memberKey(), memberKey()]
    await using watcher = await there.watch()
    const annStream = await here.join(ann)
    const goneStream = await here.join(gone)
    await here.move(ann, 'A1')
    await sees(watcher, annStream.self, 'A1')
    await one.kill()
    await using back = await there.join(ann)
    await seesStatus(watcher, goneStream.self, 'away')
    await seesStatus(watcher, goneStream.self, undefined)
    expect(leaves(watcher)).toEqual([goneStream.self])
    expect(back.state.members.get(back.self)).toMatchObject({ location: 'A1', status: 'online' })
  })

  it('[EX4] know immediately when the other shuts down cleanly', async () => {
    const { one, here, there } = await twoNodes()
    await using watcher = await there.watch()
    const annStream = await here.join(memberKey())
    await seesStatus(watcher, annStream.self, 'online')
    const begunMs = performance.now()
    await one.stop()
    await seesStatus(watcher, annStream.self, 'away')
    expect(performance.now() - begunMs).toBeLessThan(4_000)
  })
})

describe('while Redis is down', () => {
  it('[EX3 EX5 EX13] each works alone and reports it, and afterwards all changes are everywhere', async () => {
    const { one, two, here, there } = await twoNodes()
    const [ann, ben] = [memberKey(), memberKey()]
    await using annStream = await here.join(ann)
    await using benStream = await there.join(ben)
    await sees(annStream, benStream.self, null)
    await sees(benStream, annStream.self, null)
    await place.redis.kill()
    await here.move(ann, 'A1')
    await there.move(ben, 'B1')
    await sees(annStream, annStream.self, 'A1')
    await new TestDocument(here).post('K', 'alone')
    // A room may work alone before its node reports it.
    await expect.poll(() => callJson(`${one.baseUrl}/health/ready`)).toEqual({ status: 'alone' })
    const metrics = async () => (await call(`${two.baseUrl}/metrics`)).text
    await expect.poll(metrics).toContain('whereabouts_exchange_ready 0')
    await place.redis.restart()
    await sees(annStream, benStream.self, 'B1')
    await sees(benStream, annStream.self, 'A1')
    expect([...leaves(annStream), ...leaves(benStream)]).toEqual([])
    expect((await new TestDocument(there).fetch()).cells).toEqual({ K: 'alone' })
    expect(await callJson(`${one.baseUrl}/health/ready`)).toEqual({ status: 'ok' })
  })

  it('[EX2 EX3] each works alone, even if Redis comes back empty', async () => {
    const { here, there } = await twoNodes()
    await using annStream = await here.join(memberKey())
    await using benStream = await there.join(memberKey())
    const { self } = await here.move(memberKey(), 'by post alone')
    await sees(benStream, self, 'by post alone')
    const before = annStream.position
    await place.redis.kill()
    await place.redis.restart({ empty: true })
    const { self: later } = await here.move(memberKey(), 'later')
    await sees(benStream, later, 'later')
    const { members, id } = await there.read()
    const ids = members.map((member) => member.id)
    expect(ids.toSorted()).toEqual([annStream.self, benStream.self, self, later].toSorted())
    expect(parsePosition(id)!.epoch).not.toBe(parsePosition(before!)!.epoch)
    expect([...leaves(annStream), ...leaves(benStream)]).toEqual([])
  })

  it('[EX3] no caller is blocked if Redis is paused', async () => {
    const { here, there } = await twoNodes()
    await using annStream = await here.join(memberKey())
    await using benStream = await there.join(memberKey())
    await sees(benStream, annStream.self, null)
    place.redis.pause()
    const ann = memberKey()
    const begunMs = performance.now()
    const { self } = await here.move(ann, 'A1')
    await sees(annStream, self, 'A1')
    expect(performance.now() - begunMs).toBeLessThan(5_000)
    place.redis.resume()
    await sees(benStream, self, 'A1')
  })
})

it('[EX13] an update that a node stored alone before it died reaches the clients of other nodes', async () => {
  await using wire = await Wire.to(place.redis.port)
  const { two: survivor, here, there } = await twoNodes()
  const lonely = await place.node({ redisUrl: `redis://${wire.address}` })
  const document = new TestDocument(here)
  await document.fetch()
  await using stream = await there.watch()
  wire.cut()
  await expect.poll(() => callJson(`${lonely.baseUrl}/health/ready`)).toEqual({ status: 'alone' })
  await new TestDocument(new TestRoom(lonely.baseUrl, here.name)).post('K', 'alone')
  const storedMs = performance.now()
  await lonely.kill()
  await hasToLookUp(stream)
  expect(performance.now() - storedMs).toBeLessThan(3_000)
  expect((await document.fetch()).cells).toEqual({ K: 'alone' })
  expect((await new TestDocument(there).fetch()).cells).toEqual({ K: 'alone' })
  expect(await callJson(`${survivor.baseUrl}/health/ready`)).toEqual({ status: 'ok' })
})

it('[EX6] a server with only Redis configured reports what is missing', async () => {
  await expect(startServer({ redisUrl: place.redis.url })).rejects.toThrow(
    /DATABASE_URL.*WHEREABOUTS_SECRET/s,
  )
})
