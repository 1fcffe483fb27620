import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Access, Json, ListedDocuments } from '@whereabouts/protocol'
import {
  type AskedAction,
  type AuditEntry,
  sharedAccess,
  type WhereaboutsOptions,
} from '@whereabouts/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { end } from 'whereabouts-conformance/stream'
import { newPlace, type Place } from '../nodes/place.js'
import { as, Office, start, type Started } from './application.js'
import { openDatabase } from '../servers/database.js'

const RARELY = { revalidateMs: 3_600_000 }
/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
/** Another one, of another author. */
const OTHER = Buffer.from('AQECAAQBAXQBYgA=', 'base64')

async function newFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-lists-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

/** A server, or two that are one. Whatever is done at one is asked about at the other. */
interface Servers extends AsyncDisposable {
  readonly one: Started
  readonly two: Started
}

const users = {
  authenticate: new Office().options.authenticate,
  authorize: sharedAccess,
  operations: true,
  ...RARELY,
}

type Options = WhereaboutsOptions & { readonly operations?: boolean }

async function onSqlite(options: Options = {}): Promise<Servers> {
  const folder = await newFolder()
  const one = await start('node:http', { ...users, dataDir: folder.path, ...options })
  return {
    one,
    two: one,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function onTwoNodes(options: Options = {}): Promise<Servers> {
  const settings = { ...users, ...place.settings, ...options }
  const one = await start('node:http', settings)
  const two = await start('node:http', settings)
  return {
    one,
    two,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]()
      await two[Symbol.asyncDispose]()
    },
  }
}

const SERVERS = { SQLite: onSqlite, 'PostgreSQL and two nodes': onTwoNodes } as const

/** No two tests have the same people, since some share a database. */
let people = 0
function person(name: string): string {
  return `${name}-${(people += 1)}`
}

async function write(
  room: TestRoom,
  user: string,
  body = UPDATE,
  { expected = 200 } = {},
): Promise<void> {
  const headers = { ...as(user).headers, 'content-type': 'application/octet-stream' }
  const answer = await call(room.url('document'), { headers, body })
  expect(answer).toMatchObject({ status: expected })
}

function post(room: TestRoom, what: string, user: string, json: object) {
  return call(room.url(what), { ...as(user), json: json as Json })
}

async function accessOf(room: TestRoom, user: string): Promise<Access> {
  const { access } = (await callJson(room.url('access'), as(user))) as unknown as { access: Access }
  return access
}

async function change(room: TestRoom, owner: string, said: object): Promise<Access> {
  const { revision } = await accessOf(room, owner)
  const answer = await post(room, 'access', owner, { revision, ...said })
  expect(answer).toMatchObject({ status: 200 })
  return (JSON.parse(answer.text) as { access: Access }).access
}

const share = (room: TestRoom, owner: string, user: string, role = 'viewer') =>
  change(room, owner, { users: { [user]: { role } }, link: 'nothing' })

async function pageOf(
  { baseUrl }: Started,
  user: string,
  query: { readonly [name: string]: string | number },
): Promise<ListedDocuments> {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)]),
  )
  return (await callJson(`${baseUrl}/rooms/mine?${text}`, as(user))) as unknown as ListedDocuments
}

function postFolder({ baseUrl }: Started, user: string, json: object) {
  return call(`${baseUrl}/rooms/mine`, { ...as(user), json: json as Json })
}

/** Makes, renames or removes a folder, and returns its id. */
async function changeFolder(server: Started, user: string, json: object): Promise<string> {
  const answer = await postFolder(server, user, json)
  expect(answer).toMatchObject({ status: 200 })
  return (JSON.parse(answer.text) as { folder: string }).folder
}

async function roomsOf(server: Started, user: string, list: string, text = ''): Promise<string[]> {
  const { documents } = await pageOf(server, user, { list, text })
  return documents.map(({ room }) => room)
}

/** Empties the trash, and returns which documents are gone. */
async function emptied({ administration }: Started, beforeMs: number): Promise<string[]> {
  const gone: string[] = []
  for await (const { roomName, isDeleted, error } of administration!.emptyTrash(beforeMs)) {
    expect(error).toBe(undefined)
    if (isDeleted) gone.push(roomName)
  }
  return gone
}

describe.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])('lists on %s', (name) => {
  const open = SERVERS[name]

  it('[HM1 HM2] have what a user owns, and what records share with the user', async () => {
    await using servers = await open()
    const { one, two } = servers
    const [ada, bob] = [person('ada'), person('bob')]
    const [budget, plan, bobs] = [1, 2, 3].map(() => new TestRoom(one.baseUrl))
    const sinceMs = Date.now()
    await write(budget!, ada)
    await write(plan!, ada)
    await write(bobs!, bob)
    await share(budget!, ada, bob)
    await post(budget!, 'document/title', ada, { title: ' Budget 2027 ', kind: 'sheet' })
    expect((await roomsOf(two, ada, 'own')).toSorted()).toEqual(
      [budget!.name, plan!.name].toSorted(),
    )
    expect(await roomsOf(two, ada, 'shared')).toEqual([])
    expect(await roomsOf(two, bob, 'own')).toEqual([bobs!.name])
    const { documents, next, isKept } = await pageOf(two, bob, { list: 'shared' })
    const [shared] = documents
    expect(shared).toEqual({
      room: budget!.name,
      title: 'Budget 2027',
      kind: 'sheet',
      createdAtMs: expect.any(Number) as number,
      updatedAtMs: expect.any(Number) as number,
    })
    expect([next, isKept]).toEqual([undefined, undefined])
    expect(shared!.createdAtMs).toBeGreaterThanOrEqual(sinceMs)
    const [own] = (await pageOf(one, bob, {})).documents
    expect(own).toMatchObject({ room: bobs!.name, own: true })
    expect(own).not.toHaveProperty('title')
  })

  it('[HM3] name nothing that their users may not watch any more, at once', async () => {
    await using servers = await open()
    const { one, two } = servers
    const [ada, bob] = [person('ada'), person('bob')]
    const [named, linked] = [new TestRoom(one.baseUrl), new TestRoom(one.baseUrl)]
    await write(named, ada)
    await write(linked, ada)
    await share(named, ada, bob)
    for (const room of [named, linked]) {
      expect(await post(room, 'mark', bob, { starred: true })).toMatchObject({ status: 204 })
    }
    expect((await roomsOf(two, bob, 'starred')).toSorted()).toEqual(
      [named.name, linked.name].toSorted(),
    )
    await change(linked, ada, { link: 'nothing' })
    expect(await roomsOf(two, bob, 'starred')).toEqual([named.name])
    await change(named, ada, { users: { [bob]: null } })
    expect(await roomsOf(two, bob, 'starred')).toEqual([])
    expect(await roomsOf(two, bob, 'shared')).toEqual([])
    await change(linked, ada, { link: 'view' })
    expect(await roomsOf(two, bob, 'starred')).toEqual([])
    await post(linked, 'mark', bob, { starred: true })
    expect(await roomsOf(two, bob, 'starred')).toEqual([linked.name])
    await call(linked.url('document'), { ...as(ada), method: 'DELETE' })
    expect(await roomsOf(two, bob, 'starred')).toEqual([])
    expect(await roomsOf(two, ada, 'own')).toEqual([named.name])
  })

  it('[HM3] name nothing that a token doesn’t allow, whatever the record says', async () => {
    const secret = new Set<string>()
    const authorize = (asked: AskedAction) => !secret.has(asked.room) && asked.shared()
    await using servers = await open({ authorize })
    const { one, two } = servers
    const ada = person('ada')
    const [open_, hidden] = [new TestRoom(one.baseUrl), new TestRoom(one.baseUrl)]
    await write(open_, ada)
    await write(hidden, ada)
    secret.add(hidden.name)
    expect(await roomsOf(two, ada, 'own')).toEqual([open_.name])
    await write(hidden, ada, OTHER, { expected: 403 })
    // The last change, so that the first page ends there.
    secret.delete(hidden.name)
    await write(hidden, ada, OTHER)
    secret.add(hidden.name)
    const whole = await pageOf(two, ada, { limit: 1 })
    expect(whole).toMatchObject({ documents: [{ room: open_.name }] })
    expect(whole).not.toHaveProperty('next')
    const first = new TestRoom(one.baseUrl)
    await write(first, ada)
    const { documents, next } = await pageOf(two, ada, { limit: 1 })
    expect(documents).toMatchObject([{ room: first.name }])
    expect(Buffer.from(next!, 'base64url').toString('latin1')).not.toContain(first.name)
    const after = next!
    expect(await pageOf(one, ada, { after })).toMatchObject({ documents: [{ room: open_.name }] })
    const made = after.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
    for (const [user, said] of [
      [person('eve'), after],
      [ada, made],
      [ada, after.slice(0, 20)],
      [ada, `${Date.now()}.${hidden.name}`],
    ] as const) {
      const url = `${two.baseUrl}/rooms/mine?after=${encodeURIComponent(said)}`
      await expectRefused('bad-parameter', url, as(user))
    }
  })

  it('[HM3 HM12] tell nothing of a title to whoever lost access, whatever is looked for', async () => {
    const hidden = new Set<string>()
    const failing = new Set<string>()
    const authorize = (asked: AskedAction) => {
      if (failing.has(asked.room)) throw new Error('the application fails')
      return !hidden.has(asked.room) && asked.shared()
    }
    await using servers = await open({ authorize })
    const { one, two } = servers
    const [ada, bob] = [person('ada'), person('bob')]
    const [plan, secret, notes] = [1, 2, 3].map(() => new TestRoom(one.baseUrl))
    const titles = [
      [plan!, 'Se plan'],
      [secret!, 'Secret'],
      [notes!, 'Se notes'],
    ] as const
    for (const [room, title] of titles) {
      await write(room, ada)
      await post(room, 'document/title', ada, { title, kind: 'page' })
      await post(room, 'mark', bob, { starred: true })
    }
    const look = async (text: string) => {
      const { documents, next } = await pageOf(two, bob, { list: 'starred', text, limit: 1 })
      return [documents.map(({ title }) => title), next?.length]
    }
    const [, length] = await look('se')
    expect(await look('secret')).toEqual([['Secret'], undefined])
    // The application can't say at the moment, which ends no star.
    failing.add(secret!.name)
    expect(await look('se')).toEqual([['Se notes'], length])
    expect(await look('secret')).toEqual([[], undefined])
    expect(await look('secrex')).toEqual([[], undefined])
    failing.clear()
    expect(await look('secret')).toEqual([['Secret'], undefined])
    hidden.add(secret!.name)
    for (const text of ['se', 'sec', 'secr']) {
      const other = `${text.slice(0, -1)}x`
      const [found, wrong] = [await look(text), await look(other)]
      if (text !== 'se') expect(found).toEqual(wrong)
    }
    expect(await look('secret')).toEqual([[], undefined])
    hidden.clear()
    expect(await look('secret')).toEqual([[], undefined])
    expect(await look('se')).toEqual([['Se notes'], length])
  })

  it('[HM14] ask a few questions at a time', async () => {
    let [now, most] = [0, 0]
    let isCounting = false
    const authorize = async ({ shared }: AskedAction) => {
      if (!isCounting) return shared()
      most = Math.max(most, (now += 1))
      const may = await shared()
      now -= 1
      return may
    }
    await using servers = await open({ authorize })
    const { one } = servers
    const ada = person('ada')
    const rooms = Array.from({ length: 20 }, () => new TestRoom(one.baseUrl))
    for (const room of rooms) {
      await write(room, ada)
      await post(room, 'mark', ada, { starred: true })
    }
    isCounting = true
    const [own, starred] = await Promise.all([
      roomsOf(one, ada, 'own'),
      roomsOf(one, ada, 'starred'),
    ])
    expect(own).toHaveLength(rooms.length)
    expect(starred.toSorted()).toEqual(own.toSorted())
    expect(most).toBeLessThanOrEqual(8)
    expect(most).toBeGreaterThan(1)
  })

  it('[HM4 HM12] begin with the last change, go on in pages, and can be searched', async () => {
    await using servers = await open()
    const { one, two } = servers
    const ada = person('ada')
    const rooms = Array.from({ length: 5 }, () => new TestRoom(one.baseUrl))
    for (const [index, room] of rooms.entries()) {
      await write(room, ada)
      const title = `${index % 2 === 0 ? 'Weekly plan' : '预算'} ${index}`
      await post(room, 'document/title', ada, { title, kind: 'page' })
    }
    await write(rooms[1]!, ada, OTHER)
    const found: string[] = []
    let after = ''
    do {
      const page = await pageOf(two, ada, { limit: 2, ...(after !== '' && { after }) })
      expect(page.documents.length).toBeLessThanOrEqual(2)
      found.push(...page.documents.map(({ room }) => room))
      after = page.next ?? ''
    } while (after !== '')
    expect(found[0]).toBe(rooms[1]!.name)
    expect(found.toSorted()).toEqual(rooms.map(({ name: each }) => each).toSorted())
    expect((await roomsOf(two, ada, 'own', 'WEEKLY')).toSorted()).toEqual(
      [0, 2, 4].map((index) => rooms[index]!.name).toSorted(),
    )
    expect(await roomsOf(two, ada, 'own', '预算 3')).toEqual([rooms[3]!.name])
    expect(await roomsOf(two, ada, 'own', '%')).toEqual([])
    await post(rooms[0]!, 'document/title', ada, { title: 'Straße ＡＢＣ 100 %', kind: 'page' })
    for (const text of ['abc', 'STRASSE', '%', '＃']) {
      const expected = ['abc', '%'].includes(text) ? [rooms[0]!.name] : []
      expect(await roomsOf(two, ada, 'own', text)).toEqual(expected)
    }
    for (const text of ['%00', 'a%0Ab', 'x'.repeat(101), '%E2%80%AE']) {
      const url = `${two.baseUrl}/rooms/mine?text=${text}`
      await expectRefused('bad-parameter', url, as(ada))
    }
  })

  it('[HM6] can have stars, and leave out what strangers share', async () => {
    await using servers = await open()
    const { one, two } = servers
    const [ada, eve] = [person('ada'), person('eve')]
    const room = new TestRoom(one.baseUrl)
    await write(room, eve)
    await share(room, eve, ada)
    await post(room, 'mark', ada, { starred: true, hidden: true })
    expect(await roomsOf(two, ada, 'shared')).toEqual([])
    const [starred] = (await pageOf(two, ada, { list: 'starred' })).documents
    expect(starred).toMatchObject({ room: room.name, starred: true })
    expect(await roomsOf(two, eve, 'starred')).toEqual([])
    await change(room, eve, { users: { [ada]: null } })
    await share(room, eve, ada, 'editor')
    expect(await roomsOf(two, ada, 'shared')).toEqual([])
    await post(room, 'mark', ada, { starred: false, hidden: false })
    expect(await roomsOf(two, ada, 'shared')).toEqual([room.name])
    expect(await roomsOf(two, ada, 'starred')).toEqual([])
  })

  it('[HM42] [HM43] put documents into folders that nobody else sees', async () => {
    await using servers = await open()
    const { one, two } = servers
    const [ada, bob] = [person('ada'), person('bob')]
    const [own, shared] = [new TestRoom(one.baseUrl), new TestRoom(one.baseUrl)]
    await write(own, ada)
    await write(shared, bob)
    await share(shared, bob, ada)
    expect((await pageOf(two, ada, {})).folders).toEqual([])
    const work = await changeFolder(one, ada, { name: ' Work ' })
    const art = await changeFolder(two, ada, { name: 'Art' })
    for (const room of [own, shared]) {
      expect(await post(room, 'mark', ada, { folder: work })).toMatchObject({ status: 204 })
    }
    const inWork = { list: 'folder', folder: work }
    const { documents, folders } = await pageOf(two, ada, inWork)
    expect(folders).toEqual([
      { id: art, name: 'Art' },
      { id: work, name: 'Work' },
    ])
    expect(documents.map(({ room }) => room).toSorted()).toEqual([own.name, shared.name].toSorted())
    expect(documents.map(({ folder }) => folder)).toEqual([work, work])
    const first = await pageOf(one, ada, { ...inWork, limit: 1 })
    const second = await pageOf(two, ada, { ...inWork, limit: 1, after: first.next! })
    expect([second.documents.length, second.folders]).toEqual([1, undefined])

    expect(await pageOf(two, bob, inWork)).toEqual({ documents: [], folders: [] })
    expectProblem(await post(shared, 'mark', bob, { folder: work }), 'bad-parameter')
    for (const name of ['Mine', null]) {
      expectProblem(await postFolder(one, bob, { folder: work, name }), 'bad-parameter')
    }
    const [bobs] = (await pageOf(two, bob, {})).documents
    expect(bobs).not.toHaveProperty('folder')

    await post(own, 'mark', ada, { folder: art, starred: true })
    expect(await changeFolder(two, ada, { folder: work, name: '工作' })).toBe(work)
    const { documents: left } = await pageOf(one, ada, inWork)
    expect(left.map(({ room }) => room)).toEqual([shared.name])
    await post(shared, 'mark', ada, { folder: null })
    expect((await pageOf(two, ada, inWork)).documents).toEqual([])
    expect(await changeFolder(one, ada, { folder: art, name: null })).toBe(art)
    const after = await pageOf(two, ada, {})
    expect(after.folders).toEqual([{ id: work, name: '工作' }])
    expect(after.documents[0]).toMatchObject({ room: own.name, starred: true })
    expect(after.documents[0]).not.toHaveProperty('folder')
  })

  it('[HM3] [HM42] take a document out of its folder with the right to watch it', async () => {
    await using servers = await open()
    const { one, two } = servers
    const [ada, bob] = [person('ada'), person('bob')]
    const room = new TestRoom(one.baseUrl)
    await write(room, ada)
    await share(room, ada, bob)
    const folder = await changeFolder(one, bob, { name: 'Work' })
    await post(room, 'mark', bob, { folder })
    const inFolder = { list: 'folder', folder }
    expect((await pageOf(two, bob, inFolder)).documents).toHaveLength(1)
    await change(room, ada, { users: { [bob]: null } })
    expect((await pageOf(two, bob, inFolder)).documents).toEqual([])
    await share(room, ada, bob)
    expect((await pageOf(two, bob, inFolder)).documents).toEqual([])
    expect(await roomsOf(two, bob, 'shared')).toEqual([room.name])
  })

  it('[HM7] call documents what those say who may write them, and nobody else', async () => {
    await using servers = await open()
    const { one, two } = servers
    const [ada, bob] = [person('ada'), person('bob')]
    const room = new TestRoom(one.baseUrl)
    await write(room, ada)
    await share(room, ada, bob)
    const before = await pageOf(two, ada, {})
    expectProblem(await post(room, 'document/title', bob, { title: 'Mine' }), 'forbidden')
    for (const title of ['', 'a\nb', 'x'.repeat(101), 'a\u202eb', 1, {}]) {
      const url = room.url('document/title')
      await expectRefused('bad-parameter', url, { ...as(ada), json: { title } })
    }
    for (const json of [{ title: 'x', kind: 'A page' }, { kind: 'page' }]) {
      await expectRefused('bad-parameter', room.url('document/title'), { ...as(ada), json })
    }
    expect(await pageOf(two, ada, {})).toEqual(before)
    await post(room, 'document/title', ada, { title: '😀'.repeat(100), kind: 'page' })
    const [named] = (await pageOf(two, ada, {})).documents
    expect(named).toEqual({ ...before.documents[0], title: '😀'.repeat(100), kind: 'page' })
    await post(room, 'document/title', ada, { title: null })
    const [unnamed] = (await pageOf(two, ada, {})).documents
    expect(unnamed).toEqual({ ...before.documents[0], kind: 'page' })
    const empty = new TestRoom(one.baseUrl)
    await post(empty, 'document/title', ada, { title: 'Nothing', kind: 'page' })
    expect(await roomsOf(two, ada, 'own')).toEqual([room.name])
  })

  it('[HM8 HM9] have what is in the trash, which only its owner still sees', async () => {
    const entries: AuditEntry[] = []
    await using servers = await open({ audit: (entry) => void entries.push(entry) })
    const { one, two } = servers
    const [ada, bob] = [person('ada'), person('bob')]
    const here = new TestRoom(one.baseUrl)
    const there = new TestRoom(two.baseUrl, here.name)
    await write(here, ada)
    await share(here, ada, bob, 'editor')
    const { viewLink } = await change(here, ada, { viewLink: true })
    await change(here, ada, { offeredTo: bob })
    const link = new TestRoom(two.baseUrl, viewLink)
    const hidden = new TestRoom(two.baseUrl)
    await write(hidden, ada)
    await change(hidden, ada, { link: 'nothing' })
    await post(here, 'mark', bob, { starred: true })
    await using own = await there.stream({}, as(ada))
    await using others = await there.stream({}, as(bob))
    await using linked = await link.stream({ watch: 1 }, as(bob))
    expectProblem(await post(here, 'trash', bob, { trashed: true }), 'forbidden')
    expect(await post(here, 'trash', ada, { trashed: true })).toMatchObject({ status: 204 })
    for (const stream of [others, linked]) {
      expect((await stream.next('problem')).data).toMatchObject({ status: 403 })
      await end(stream)
    }
    const read = async (at: TestRoom, user: string) =>
      (await call(at.url('document'), as(user))).text
    expect(await read(there, bob)).toContain(
      'The owner of this document has put it into the trash.',
    )
    const stranger = await read(there, person('eve'))
    expect(stranger).not.toContain('trash')
    expect(stranger).toEqual(await read(hidden, bob))
    expect(await read(link, bob)).toContain('This link no longer works.')
    for (const what of ['trash', 'access/offer', 'mark', 'document/title', 'access']) {
      const json = { trashed: false, accept: true, starred: true, title: 'Mine', revision: 9 }
      expectProblem(await post(there, what, bob, json), 'forbidden')
    }
    expect((await own.next('can')).data).toEqual({ can: ['watch', 'manage'] })
    for (const list of ['shared', 'starred', 'trash']) {
      expect(await roomsOf(two, bob, list)).toEqual([])
    }
    expect(await roomsOf(two, ada, 'own')).toEqual([hidden.name])
    const [thrown] = (await pageOf(two, ada, { list: 'trash' })).documents
    expect(thrown).toMatchObject({ room: here.name, own: true })
    expect(thrown!.deletedFromMs! - thrown!.trashedAtMs!).toBe(30 * 86_400_000)
    expectProblem(await call(there.url('document'), as(bob)), 'forbidden')
    expectProblem(await call(link.url('document'), as(bob)), 'forbidden')
    expect(await call(there.url('document'), as(ada))).toMatchObject({ status: 200 })
    const headers = { ...as(ada).headers, 'content-type': 'application/octet-stream' }
    const refused = await call(there.url('document'), { headers, body: OTHER })
    expectProblem(refused, 'forbidden')
    expect(refused.text).toContain('This document is in the trash. Take it out')
    expect(await post(there, 'trash', ada, { trashed: false })).toMatchObject({ status: 204 })
    expect((await own.next('can')).data).toMatchObject({ can: expect.arrayContaining(['write']) })
    expect(await roomsOf(one, bob, 'shared')).toEqual([here.name])
    expect(await roomsOf(one, bob, 'starred')).toEqual([here.name])
    expect(await call(link.url('document'), as(bob))).toMatchObject({ status: 200 })
    expect(await roomsOf(one, ada, 'trash')).toEqual([])
    expect(await accessOf(here, ada)).toMatchObject({ users: { [bob]: { role: 'editor' } } })
    expect(await post(there, 'trash', ada, { trashed: false })).toMatchObject({ status: 204 })
    const noted = entries.filter(({ room, what }) => room === here.name && what !== 'access')
    expect(noted).toMatchObject([
      { who: `user:${ada}`, what: 'trash' },
      { who: `user:${ada}`, what: 'take out of trash' },
    ])
  })

  it('[HM10] lose what was in the trash for long, and keep what was taken out', async () => {
    const entries: AuditEntry[] = []
    await using servers = await open({ audit: (entry) => void entries.push(entry) })
    const { one, two } = servers
    const ada = person('ada')
    const [gone, kept, young] = [1, 2, 3].map(() => new TestRoom(one.baseUrl))
    for (const room of [gone!, kept!, young!]) await write(room, ada)
    for (const room of [gone!, kept!]) await post(room, 'trash', ada, { trashed: true })
    await post(kept!, 'trash', ada, { trashed: false })
    await post(kept!, 'trash', ada, { trashed: true })
    expect(await two.administration!.hasTrash()).toBe(true)
    const [last] = (await pageOf(one, ada, { list: 'trash' })).documents
    const beforeMs = last!.trashedAtMs! + 1
    await post(kept!, 'trash', ada, { trashed: false })
    while (Date.now() <= beforeMs) await call(`${one.baseUrl}/health/live`)
    await post(young!, 'trash', ada, { trashed: true })
    await emptied(two, beforeMs)
    expect(await roomsOf(one, ada, 'trash')).toEqual([young!.name])
    expect(await roomsOf(one, ada, 'own')).toEqual([kept!.name])
    expect((await call(gone!.url('document'), as(person('new')))).text).toBe('\0\0')
    const noted = entries.filter(({ what }) => what === 'empty trash')
    expect(noted).toMatchObject([{ who: 'retention', room: gone!.name }])
  })

  it('[HM13] a document that nobody owns isn’t put into the trash', async () => {
    const authorize = ({ action, shared }: AskedAction) => action === 'manage' || shared()
    await using servers = await open({ authorize })
    const { one, two } = servers
    const ada = person('ada')
    const room = new TestRoom(one.baseUrl)
    await one.administration!.importDocument(room.name, UPDATE, { as: 'operator' })
    const refused = await post(room, 'trash', ada, { trashed: true })
    expectProblem(refused, 'forbidden')
    expect(refused.text).toContain('Nobody owns this document')
    expect(await call(room.url('document'), as(ada))).toMatchObject({ status: 200 })
    await two.administration!.setOwner(room.name, ada, { as: 'operator' })
    expect(await post(room, 'trash', ada, { trashed: true })).toMatchObject({ status: 204 })
    expect(await roomsOf(two, ada, 'trash')).toEqual([room.name])
  })

  it('[HM9] a refusal names the trash only if that is the reason', async () => {
    const readOnly = new Set<string>()
    const authorize = ({ user, action, shared }: AskedAction) =>
      (action === 'watch' || !readOnly.has((user as { id: string }).id)) && shared()
    await using servers = await open({ authorize })
    const { one } = servers
    const [ada, bob] = [person('ada'), person('bob')]
    const room = new TestRoom(one.baseUrl)
    await write(room, ada)
    await share(room, ada, bob)
    await post(room, 'trash', ada, { trashed: true })
    const refusal = async (user: string, what: string, json: object) => {
      const answer = await post(room, what, user, json)
      expectProblem(answer, 'forbidden')
      return answer.text
    }
    const title = ['document/title', { title: 'x' }] as const
    expect(await refusal(ada, ...title)).toContain('is in the trash')
    expect(await refusal(bob, ...title)).toContain('the right to write')
    readOnly.add(ada)
    expect(await refusal(ada, 'trash', { trashed: false })).toContain('the right to manage')
  })

  it('[HM11] an import of a document that is in the trash isn’t there', async () => {
    await using servers = await open()
    const { one, two } = servers
    const ada = person('ada')
    const room = new TestRoom(one.baseUrl).name
    const json = JSON.stringify({ owner: ada, users: {}, trashedAtMs: 1 })
    await one.administration!.importDocument(room, UPDATE, { as: 'operator' }, { json, owner: ada })
    expect(await roomsOf(two, ada, 'trash')).toEqual([])
    const [imported] = (await pageOf(two, ada, {})).documents
    expect(imported).toMatchObject({ room, own: true })
    expect(imported).not.toHaveProperty('title')
  })
})

it('[HM10] the record says what is in the trash, whatever is noted beside it', async () => {
  await using folder = await newFolder()
  await using server = await start('node:http', { ...users, dataDir: folder.path })
  const [kept, gone] = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
  for (const room of [kept, gone]) await write(room, 'ada')
  await post(gone, 'trash', 'ada', { trashed: true })
  const database = openDatabase(join(folder.path, 'documents.sqlite'))
  database.exec('UPDATE records SET trashed = 1')
  database.close()
  const beforeMs = Date.now() + 60_000
  expect(await emptied(server, beforeMs)).toEqual([gone.name])
  expect(await call(kept.url('document'), as('ada'))).toMatchObject({ status: 200 })
})

it('[HM15] what can’t be deleted keeps nothing else in the trash', async () => {
  await using folder = await newFolder()
  await using server = await start('node:http', { ...users, dataDir: folder.path })
  const rooms = ['a', 'b', 'c'].map((name) => new TestRoom(server.baseUrl, `trash-${name}`))
  for (const room of rooms) {
    await write(room, 'ada')
    await post(room, 'trash', 'ada', { trashed: true })
  }
  const database = openDatabase(join(folder.path, 'documents.sqlite'))
  database.exec(`UPDATE records SET json = 'nonsense' WHERE room = 'trash-a'`)
  database.close()
  const results: [string, boolean, boolean][] = []
  const { administration } = server
  for await (const each of administration!.emptyTrash(Date.now() + 60_000)) {
    results.push([each.roomName, each.isDeleted, each.error === undefined])
    if (each.isDeleted) break
  }
  expect(results).toEqual([
    ['trash-a', false, false],
    ['trash-b', true, true],
  ])
  expect(await roomsOf(server, 'ada', 'trash')).toContain('trash-c')
})

it('[HM1 HM6] without users, and in memory, no lists are kept', async () => {
  await using folder = await newFolder()
  const open_: Options = { dataDir: folder.path, operations: true }
  await using open = await start('node:http', open_)
  const notKept = { documents: [], isKept: false }
  expect(await callJson(`${open.baseUrl}/rooms/mine`)).toEqual(notKept)
  const room = new TestRoom(open.baseUrl)
  await expectRefused('forbidden', room.url('mark'), { json: { starred: true } })
  await expectRefused('forbidden', room.url('trash'), { json: { trashed: true } })
  await expectRefused('forbidden', `${open.baseUrl}/rooms/mine`, { json: { name: 'Work' } })
  await using memory = await start('node:http', users)
  expect(await pageOf(memory, 'ada', {})).toEqual(notKept)
  const other = new TestRoom(memory.baseUrl)
  await write(other, 'ada')
  expect(await post(other, 'mark', 'ada', { starred: true })).toMatchObject({ status: 204 })
  expectProblem(await post(other, 'trash', 'ada', { trashed: true }), 'forbidden')
  expectProblem(await postFolder(memory, 'ada', { name: 'Work' }), 'forbidden')
  expectProblem(await post(other, 'mark', 'ada', { folder: 'f' }), 'bad-parameter')
  await write(other, 'ada', OTHER)
  expect(await post(other, 'trash', 'ada', { trashed: false })).toMatchObject({ status: 204 })
})

it('[HM1 HM8] a store of an application’s own that keeps no lists has no trash', async () => {
  await using folder = await newFolder()
  const module = new URL('../documents/log.store.mjs', import.meta.url)
  const store = { module, options: { file: join(folder.path, 'log') } }
  await using own = await start('node:http', { ...users, store })
  const room = new TestRoom(own.baseUrl)
  await write(room, 'ada')
  expect(await pageOf(own, 'ada', {})).toEqual({ documents: [], isKept: false })
  expect(await post(room, 'document/title', 'ada', { title: 'x' })).toMatchObject({ status: 204 })
  expect(await post(room, 'mark', 'ada', { starred: true })).toMatchObject({ status: 204 })
  expectProblem(await post(room, 'trash', 'ada', { trashed: true }), 'forbidden')
  await write(room, 'ada', OTHER)
})

it('[HM4 HM12] refuses parameters that are none', async () => {
  await using servers = await onSqlite()
  const { baseUrl } = servers.one
  const wrong = [
    'list=all',
    'limit=0',
    'limit=101',
    'after=x',
    'after=1.a%20b',
    `text=${'x'.repeat(101)}`,
  ]
  for (const query of wrong) {
    await expectRefused('bad-parameter', `${baseUrl}/rooms/mine?${query}`, as('ada'))
  }
  await expectRefused('unauthorized', `${baseUrl}/rooms/mine`)
  const { detail } = await expectRefused(
    'bad-parameter',
    `${baseUrl}/rooms/mine?limit=101`,
    as('ada'),
  )
  expect(detail).toContain('from 1 to 100')
})

it('[HM43] [HM44] refuses what is no folder, and more than a user may have', async () => {
  await using servers = await onSqlite({ budgetScale: 10 })
  const { one } = servers
  const wrong = [
    {},
    { name: '' },
    { name: null },
    { name: 'x'.repeat(101) },
    { name: 'a\u202Eb' },
    { name: 7 },
    { folder: 7, name: 'x' },
    { folder: 'a/b', name: 'x' },
    { folder: 'x'.repeat(33), name: 'x' },
    { folder: 'none', name: 'x' },
    { folder: 'none', name: null },
  ]
  for (const json of wrong) expectProblem(await postFolder(one, 'ada', json), 'bad-parameter')
  for (const query of ['list=folder', 'list=folder&folder=', 'list=folder&folder=a%20b']) {
    await expectRefused('bad-parameter', `${one.baseUrl}/rooms/mine?${query}`, as('ada'))
  }
  expect(await pageOf(one, 'ada', { list: 'folder', folder: 'none' })).toMatchObject({
    documents: [],
  })
  for (let count = 0; count < 200; count++) await changeFolder(one, 'ada', { name: 'Work' })
  expectProblem(await postFolder(one, 'ada', { name: 'More' }), 'forbidden')
  expect((await pageOf(one, 'ada', {})).folders).toHaveLength(200)
  await changeFolder(one, 'bob', { name: 'First' })
})

it('[BU2] pages of a list count for the user who asks', async () => {
  await using servers = await onSqlite({ budgetScale: 0.2 })
  const { baseUrl } = servers.one
  for (let number = 0; number < 40; number++) await write(new TestRoom(baseUrl), 'ada')
  const countRead = async (user: string) => {
    for (let count = 0; ; count++) {
      const answer = await call(`${baseUrl}/rooms/mine?limit=100`, as(user))
      if (answer.status === 200) continue
      expectProblem(answer, 'too-many-requests')
      return count
    }
  }
  const [adas, bobs] = [await countRead('ada'), await countRead('bob')]
  expect(adas).toBeGreaterThan(0)
  expect(bobs).toBeGreaterThan(adas + 5)
})
