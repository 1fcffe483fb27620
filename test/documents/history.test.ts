import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Version } from '@whereabouts/protocol'
import type { AuditEntry, WhereaboutsOptions } from '@whereabouts/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postUpdate, TestDocument } from 'whereabouts-conformance/document'
import { call, callJson, expectProblem } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { ALL, as, Office, start, type Started } from '../access/application.js'
import { newPlace, type Place } from '../nodes/place.js'
import { type RunningPlain, startPlain } from '../servers/plain.js'

/** Soon enough for a test, and late enough to be told from at once. */
const SOON_MS = 150
const LONG_MS = 86_400_000

async function newFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-history-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function versionsOf(room: TestRoom, headers = {}): Promise<readonly Version[]> {
  const answer = await callJson(room.url('document/versions'), { headers })
  return (answer as unknown as { versions: Version[] }).versions
}

/** Returns the cells of a version. */
async function cellsOf(room: TestRoom, id: number, headers = {}): Promise<unknown> {
  const answer = await fetch(room.url('document/version', { id }), { headers })
  expect(answer.headers.get('content-type')).toBe('application/octet-stream')
  return new TestDocument(room).take(await answer.bytes()).cells
}

const name = (room: TestRoom, text: string | null, headers = {}) =>
  call(room.url('document/versions'), { method: 'POST', json: { name: text }, headers })

describe('the history of documents', () => {
  it('[HY1 HY3 HY7 HY8] has versions of what is written, and who wrote it', async () => {
    await using folder = await newFolder()
    await using server = await startPlain({ dataDir: folder.path, historyEveryMs: SOON_MS })
    const room = new TestRoom(server.baseUrl)
    const [ada, bob] = [memberKey(), memberKey()]
    await using _ada = await room.join(ada, { name: 'Ada' })
    await using _bob = await room.join(bob, { name: 'Bob' })
    const writer = new TestDocument(room)
    const post = (cell: string, member: string) =>
      postUpdate(room, writer.write(cell), { 'whereabouts-member': member })
    expect(await versionsOf(room)).toEqual([])
    await post('A1', ada)
    await expect.poll(() => versionsOf(room)).toHaveLength(1)
    await post('A2', bob)
    await expect.poll(() => versionsOf(room)).toHaveLength(2)
    const [last, ...others] = await versionsOf(room)
    expect(last).toMatchObject({ authors: [{ name: 'Bob' }] })
    expect(Object.keys(last!).toSorted()).toEqual(['atMs', 'authors', 'bytes', 'id'])
    expect(Math.abs(last!.atMs - Date.now())).toBeLessThan(60_000)
    expect(await cellsOf(room, last!.id)).toEqual({ A1: 'A1', A2: 'A2' })
    const first = others.at(-1)!
    expect(first.authors).toEqual([{ name: 'Ada' }])
    expect(await cellsOf(room, first.id)).toEqual({ A1: 'A1' })
    const page = room.url('document/versions', { limit: 1, before: last!.id })
    expect(await callJson(page)).toEqual({ versions: [others[0]] })
    expectProblem(await call(room.url('document/version', { id: last!.id + 1 })), 'no-version')
    const other = new TestRoom(server.baseUrl)
    expectProblem(await call(other.url('document/version', { id: last!.id })), 'no-version')
    for (const path of [
      room.url('document/version'),
      room.url('document/version', { id: 'x' }),
      room.url('document/versions', { limit: 0 }),
      room.url('document/versions', { limit: 1_001 }),
    ]) {
      expectProblem(await call(path), 'bad-parameter')
    }
  })

  it('[HY3] names all who wrote since the version before, and nobody else', async () => {
    await using folder = await newFolder()
    await using server = await startPlain({ dataDir: folder.path, historyEveryMs: LONG_MS })
    const room = new TestRoom(server.baseUrl)
    const [ada, bob] = [memberKey(), memberKey()]
    await using _ada = await room.join(ada, { name: 'Ada' })
    await using _bob = await room.join(bob, { name: 'Bob' })
    const writer = new TestDocument(room)
    const post = (cell: string, member: string) =>
      postUpdate(room, writer.write(cell), { 'whereabouts-member': member })
    for (const [cell, member] of [
      ['A1', bob],
      ['A2', ada],
      ['A3', bob],
    ] as const) {
      await post(cell, member)
    }
    await name(room, 'both')
    await post('A4', ada)
    await name(room, 'one')
    await server.whereabouts.rooms.transact(room.name, (doc) => doc.getMap('cells').set('A5', 1))
    await name(room, 'none')
    expect((await versionsOf(room)).map(({ authors }) => authors)).toEqual([
      [],
      [{ name: 'Ada' }],
      [{ name: 'Bob' }, { name: 'Ada' }],
    ])
  })

  it('[HY1] has a version of all that was written when the server stops', async () => {
    await using folder = await newFolder()
    const settings = { dataDir: folder.path, historyEveryMs: LONG_MS }
    const server = await startPlain(settings)
    const room = new TestRoom(server.baseUrl)
    await new TestDocument(room).post('A1')
    await server.stop()
    await using again = await startPlain(settings)
    const there = new TestRoom(again.baseUrl, room.name)
    const [{ id } = { id: 0 }, ...others] = await versionsOf(there)
    expect(others).toEqual([])
    expect(await cellsOf(there, id)).toEqual({ A1: 'A1' })
  })

  it('[HY9] names the present and versions, and makes no second one of the same', async () => {
    await using folder = await newFolder()
    await using server = await startPlain({ dataDir: folder.path, historyEveryMs: LONG_MS })
    const room = new TestRoom(server.baseUrl)
    expectProblem(await name(room, 'nothing'), 'no-version')
    const writer = new TestDocument(room)
    await writer.post('A1')
    const named = await name(room, ' Sent to the printer 🖨️ ')
    expect(named.status).toBe(200)
    const version = JSON.parse(named.text) as Version
    expect(version).toMatchObject({ name: 'Sent to the printer 🖨️', authors: [{}] })
    expect(await versionsOf(room)).toEqual([version])
    await name(room, 'Approved')
    expect(await versionsOf(room)).toEqual([{ ...version, name: 'Approved' }])
    await writer.post('A2')
    await name(room, 'Later')
    expect((await versionsOf(room)).map((each) => each.name)).toEqual(['Later', 'Approved'])
    expect(await cellsOf(room, version.id)).toEqual({ A1: 'A1' })
    const url = room.url('document/version', { id: version.id })
    expect(await call(url, { method: 'POST', json: { name: null } })).toMatchObject({ status: 204 })
    expect((await versionsOf(room)).map((each) => each.name)).toEqual(['Later', undefined])
    for (const wrong of ['', 'a'.repeat(65), 'two\nlines', 7]) {
      expectProblem(await call(url, { method: 'POST', json: { name: wrong } }), 'bad-name')
      expectProblem(await name(room, wrong as string), 'bad-name')
    }
    expectProblem(await name(room, null), 'bad-name')
    const gone = room.url('document/version', { id: version.id + 1_000 })
    expectProblem(await call(gone, { method: 'POST', json: { name: 'x' } }), 'no-version')
  })

  it('[HY5] keeps writing where versions have no space', async () => {
    await using folder = await newFolder()
    const settings = { dataDir: folder.path, historyEveryMs: SOON_MS, historyBytes: 2_000 }
    await using server = await startPlain(settings)
    const room = new TestRoom(server.baseUrl)
    const writer = new TestDocument(room)
    for (const cell of ['A1', 'A2']) {
      await writer.post(cell)
      expect(await name(room, cell)).toMatchObject({ status: 200 })
    }
    await writer.post(
      'A3',
      Array.from({ length: 1_000 }, (_, at) => `${at} ${Math.sin(at)}`),
    )
    expectProblem(await name(room, 'A3'), 'storage-full')
    expect(await versionsOf(room)).toHaveLength(2)
    await writer.post('A4')
  })

  it('[HY6] is for those who may write', async () => {
    await using folder = await newFolder()
    const office = new Office({ ada: ALL, bob: ['watch', 'join', 'move', 'write'], eve: ['watch'] })
    await using server = await startOffice(office, { dataDir: folder.path })
    const room = new TestRoom(server.baseUrl)
    const update = new TestDocument(room).write('A1')
    await postUpdate(room, update, as('bob').headers)
    const { text } = await name(room, 'first', as('bob').headers)
    const { id, authors } = JSON.parse(text) as Version
    expect(authors).toEqual([{ id: 'bob' }])
    const one = room.url('document/version', { id })
    const all = room.url('document/versions')
    expect(await cellsOf(room, id, as('bob').headers)).toEqual({ A1: 'A1' })
    for (const [url, options] of [
      [all, {}],
      [one, {}],
      [all, { method: 'POST', json: { name: 'x' } }],
      [one, { method: 'POST', json: { name: 'x' } }],
    ] as const) {
      expectProblem(await call(url, { ...as('eve'), ...options }), 'forbidden')
      expectProblem(await call(url, options), 'unauthorized')
    }
  })

  it('[HY6] is not there where it is turned off, or the store keeps none', async () => {
    await using folder = await newFolder()
    await using off = await startPlain({ dataDir: folder.path, historyEveryMs: 0 })
    await using memory = await startPlain({ historyEveryMs: SOON_MS })
    for (const { baseUrl } of [off, memory]) {
      const room = new TestRoom(baseUrl)
      await new TestDocument(room).post('A1')
      const listed = await callJson(room.url('document/versions'))
      expect(listed).toEqual({ versions: [], isKept: false })
      expectProblem(await call(room.url('document/version', { id: 1 })), 'no-version')
      expectProblem(await name(room, 'x'), 'no-version')
    }
  })

  it('[HY10] is deleted by those who manage, one version or with its document', async () => {
    await using folder = await newFolder()
    const office = new Office({ ada: ALL, bob: ['watch', 'write'] })
    const entries: AuditEntry[] = []
    const audit = (entry: AuditEntry) => void entries.push(entry)
    await using server = await startOffice(office, { dataDir: folder.path, audit })
    const room = new TestRoom(server.baseUrl)
    const writer = new TestDocument(room)
    const bob = as('bob').headers
    const write = async (cell: string) => {
      await postUpdate(room, writer.write(cell), bob)
      return JSON.parse((await name(room, cell, bob)).text) as Version
    }
    const first = await write('A1')
    const second = await write('A2')
    await server.rooms.copyDocument(room.name, `${room.name}-copy`, { owner: 'bob' })
    expect(await versionsOf(new TestRoom(server.baseUrl, `${room.name}-copy`), bob)).toEqual([])
    const url = room.url('document/version', { id: first.id })
    expectProblem(await call(url, { headers: bob, method: 'DELETE' }), 'forbidden')
    expect(await versionsOf(room, bob)).toHaveLength(2)
    for (const _ of [1, 2]) {
      expect(await call(url, { ...as('ada'), method: 'DELETE' })).toMatchObject({ status: 204 })
    }
    expect(await versionsOf(room, bob)).toEqual([second])
    expect(entries.filter(({ what }) => what === 'delete version')).toMatchObject([
      { who: 'user:ada', room: room.name, version: first.id },
    ])
    await call(room.url('document'), { ...as('ada'), method: 'DELETE' })
    expect(await versionsOf(room, bob)).toEqual([])
    await postUpdate(room, new TestDocument(room).write('B1'), bob)
    expect(await versionsOf(room, bob)).toEqual([])
  })
})

describe('the history of documents on two nodes', () => {
  let place: Place
  beforeAll(async () => {
    place = await newPlace()
  })
  afterAll(() => place[Symbol.asyncDispose]())

  it('[HY2 HY3] has each version once, with those who wrote at either node', async () => {
    await using one = await node(place)
    await using two = await node(place)
    const room = new TestRoom(one.baseUrl)
    const there = new TestRoom(two.baseUrl, room.name)
    const [ada, bob] = [memberKey(), memberKey()]
    await using _ada = await room.join(ada, { name: 'Ada' })
    await using _bob = await there.join(bob, { name: 'Bob' })
    const writer = new TestDocument(room)
    await postUpdate(room, writer.write('A1'), { 'whereabouts-member': ada })
    await postUpdate(there, writer.write('A2'), { 'whereabouts-member': bob })
    await expect.poll(() => versionsOf(room)).not.toEqual([])
    // What another node would do would be done by the time that a later document has its version.
    const later = new TestRoom(one.baseUrl)
    await new TestDocument(later).post('A1')
    await expect.poll(() => versionsOf(later)).toHaveLength(1)
    const [version, ...others] = await versionsOf(there)
    expect(others).toEqual([])
    expect(version?.authors).toHaveLength(2)
    expect(version?.authors).toEqual(expect.arrayContaining([{ name: 'Ada' }, { name: 'Bob' }]))
    expect(await cellsOf(room, version!.id)).toEqual({ A1: 'A1', A2: 'A2' })
  })
})

async function node(place: Place): Promise<RunningPlain> {
  const server = await startPlain({ ...place.settings, historyEveryMs: 1_000 })
  await expect.poll(() => server.whereabouts.rooms.isShared).toBe(true)
  return server
}

function startOffice(office: Office, options: WhereaboutsOptions): Promise<Started> {
  return start('node:http', { historyEveryMs: LONG_MS, ...office.options, ...options })
}
