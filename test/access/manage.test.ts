import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEntry, WhereaboutsOptions } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import { postUpdate, syncDocument, TestDocument } from 'whereabouts-conformance/document'
import { call, callJson, expectProblem } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { openStream } from 'whereabouts-conformance/stream'
import { ALL, as, Office, SERVERS, start, type Server } from './application.js'

const NOTHING = new Uint8Array()
const BYTES = { 'content-type': 'application/octet-stream' }

function startOffice(server: Server, office: Office, options: WhereaboutsOptions = {}) {
  const settings = { operations: true, ...office.options, ...options }
  return start(server, settings)
}

/** Writes a cell into a document, as somebody. */
async function write(room: TestRoom, who: string, cell: string): Promise<void> {
  const update = new TestDocument(room).write(cell)
  expect(await postUpdate(room, update, as(who).headers)).toMatchObject({ status: 200 })
}

const deletion = (room: TestRoom, who: string) =>
  call(room.url('document'), { ...as(who), method: 'DELETE' })

describe.each(SERVERS)('who manages documents on %s', (server) => {
  it('[AD1 AD3 AD4 AD9] deletes one: its readers are ended, and it is gone for good', async () => {
    const office = new Office({ ada: ALL, ben: ALL.slice(0, -1) })
    const entries: AuditEntry[] = []
    const audit = (entry: AuditEntry) => void entries.push(entry)
    await using running = await startOffice(server, office, { audit })
    const room = new TestRoom(running.baseUrl)
    await write(room, 'ben', 'A1')
    expectProblem(await deletion(room, 'ben'), 'forbidden')
    expect(entries).toEqual([])
    await using patches = await openStream(room.url('events'), as('ben'))
    await using list = await openStream(room.url('events', { view: 'list' }), as('ben'))
    const { id } = (await callJson(room.url('location'), as('ben'))) as { id: string }
    const poll = call(room.url('location', { since: id, waitMs: 20_000 }), as('ben'))
    await patches.next('snapshot')
    await list.next()
    expect(await deletion(room, 'ada')).toMatchObject({ status: 204 })
    expect((await patches.next('problem')).data).toMatchObject({
      status: 410,
      type: 'urn:whereabouts:problem:document-deleted',
    })
    await Promise.all([patches.ended, list.ended])
    expect((await poll).status).not.toBe(204)
    const reading = { headers: { ...as('ben').headers, ...BYTES }, body: Buffer.from(NOTHING) }
    expect((await call(room.url('document'), as('ben'))).text).toBe('\0\0')
    expect(await call(room.url('document/sync'), reading)).toMatchObject({ status: 200 })
    expect(entries).toMatchObject([{ who: 'user:ada', what: 'delete', room: room.name }])
    expect(await deletion(room, 'ada')).toMatchObject({ status: 204 })
    expect(entries).toHaveLength(1)
    const [{ at } = { at: '' }] = entries
    expect(new Date(at).toISOString()).toBe(at)
  })

  it('[DO9 DO48] a post that is repeated after a deletion is not answered as if it were stored', async () => {
    const office = new Office({ ada: ALL })
    await using running = await startOffice(server, office)
    const room = new TestRoom(running.baseUrl)
    const update = new TestDocument(room).write('A1')
    const headers = { ...as('ada').headers, ...BYTES, 'idempotency-key': 'once' }
    const post = (incarnation?: string) => {
      const url = room.url('document', incarnation === undefined ? {} : { incarnation })
      return call(url, { method: 'POST', headers, body: Buffer.from(update) })
    }
    expect(await post('0')).toMatchObject({ status: 200 })
    expect(await deletion(room, 'ada')).toMatchObject({ status: 204 })
    expectProblem(await post('0'), 'document-deleted')
    expect(await post()).toMatchObject({ status: 200 })
    expect((await call(room.url('document'), as('ada'))).text.length).toBeGreaterThan(2)
  })

  it('[AD9] the audit log has whom the application disconnects', async () => {
    const entries: AuditEntry[] = []
    const audit = (entry: AuditEntry) => void entries.push(entry)
    await using running = await startOffice(server, new Office({ ada: ALL }), { audit })
    await running.rooms.disconnect('budget', { userId: 'u'.repeat(301), reason: 'a secret reason' })
    expect(entries).toMatchObject([
      { who: 'application', what: 'disconnect', room: 'budget', user: 'u'.repeat(300), cut: true },
    ])
    expect(JSON.stringify(entries)).not.toContain('secret')
  })

  it('[AD5 AD7] lists them in pages', async () => {
    const office = new Office({ ada: ALL, ben: ALL.slice(0, -1) })
    await using running = await startOffice(server, office)
    const names = ['one', 'three', 'two']
    for (const name of names.toReversed()) {
      await write(new TestRoom(running.baseUrl, name), 'ben', 'A1')
    }
    await using stream = await openStream(
      new TestRoom(running.baseUrl, 'two').url('events'),
      as('ben'),
    )
    await stream.next('snapshot')
    office.asked.length = 0
    const address = (query: string) => `${running.baseUrl}/rooms${query}`
    const list = async (query = '') => {
      const { rooms } = (await callJson(address(query), as('ada'))) as {
        rooms: { room: string; members: number }[]
      }
      return rooms.map(({ room, members }) => [room, members])
    }
    expect(await list()).toEqual([
      ['one', 0],
      ['three', 0],
      ['two', 1],
    ])
    expect(office.asked).toMatchObject([{ room: '*', action: 'manage' }])
    expect(await list('?limit=1&after=one')).toEqual([['three', 0]])
    expect(await list('?after=zzz')).toEqual([])
    for (const query of ['?limit=0', '?limit=1001', '?limit=x']) {
      expectProblem(await call(address(query), as('ada')), 'bad-parameter')
    }
    expectProblem(await call(address(''), as('ben')), 'forbidden')
    expectProblem(await call(address('')), 'unauthorized')
  })
})

it('[AD4 AD5] in open mode nobody manages documents over HTTP', async () => {
  await using running = await start('node:http', { auth: 'open', operations: true } as never)
  const room = new TestRoom(running.baseUrl)
  await new TestDocument(room).post('A1')
  const deletion = await call(room.url('document'), { method: 'DELETE' })
  expect(expectProblem(deletion, 'forbidden').detail).toContain('`whereabouts documents`')
  expectProblem(await call(`${running.baseUrl}/rooms`), 'forbidden')
  expect((await syncDocument(room, NOTHING)).incarnation).toMatch(/^0-/)
})

it('[AD9] what owners delete of their own is kept apart from what managers delete', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  const { authenticate } = new Office().options
  const authorize: WhereaboutsOptions['authorize'] = ({ user, shared }) =>
    user?.id === 'boss' || shared()
  const entriesIn = async (name: string) => {
    const lines = (await readFile(join(dataDir, name), 'utf8')).trim().split('\n')
    return lines.map((line) => JSON.parse(line) as AuditEntry)
  }
  {
    await using running = await start('node:http', { authenticate, authorize, dataDir })
    const [own, other] = [new TestRoom(running.baseUrl), new TestRoom(running.baseUrl)]
    for (const room of [own, other]) await write(room, 'ada', 'A1')
    expect(await deletion(own, 'ada')).toMatchObject({ status: 204 })
    expect(await deletion(other, 'boss')).toMatchObject({ status: 204 })
    const [byOwner, byManager] = [await entriesIn('access.jsonl'), await entriesIn('audit.jsonl')]
    expect(byOwner).toMatchObject([{ who: 'user:ada', what: 'delete', room: own.name }])
    expect(byManager).toMatchObject([{ who: 'user:boss', what: 'delete', room: other.name }])
  }
  await rm(dataDir, { recursive: true })
})
