import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '@whereabouts/protocol'
import {
  type AuditEntry,
  type DocumentFiles,
  sharedAccess,
  type WhereaboutsOptions,
} from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import {
  call,
  callJson,
  type CallOptions,
  expectProblem,
  expectRefused,
} from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { end, openStream } from 'whereabouts-conformance/stream'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { ALL, as, everyCall, Office, SERVERS, start, type Started } from './application.js'

const USUAL = ALL.filter((action) => action !== 'manage')
/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
const RARELY = { revalidateMs: 3_600_000 }

const users = (options: WhereaboutsOptions = {}): WhereaboutsOptions => ({
  authenticate: new Office().options.authenticate,
  authorize: sharedAccess,
  ...RARELY,
  ...options,
})

const commentsOf = ({ baseUrl, name }: TestRoom) => new TestRoom(baseUrl, `comments~${name}`)

const write = (room: TestRoom, who: CallOptions = {}) =>
  call(room.url('document'), {
    headers: { ...who.headers, 'content-type': 'application/octet-stream' },
    body: UPDATE,
  })
const read = async (room: TestRoom, who: CallOptions = {}) => {
  const answer = await call(room.url('document'), who)
  return answer.status === 200 ? answer.text.length > 2 : answer.status
}

async function share(room: TestRoom, said: object): Promise<void> {
  const { access } = (await callJson(room.url('access'), as('ada'))) as {
    access: { revision: number }
  }
  const json = { revision: access.revision, ...said } as Json
  expect((await call(room.url('access'), { ...as('ada'), json })).status).toBe(200)
}

describe.each(SERVERS)('the comments on a document on %s', (server) => {
  it('[CM3] are for those who may comment', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    const comments = commentsOf(room)
    await write(room, as('ada'))
    for (const [role, mayComment, mayWrite] of [
      ['viewer', false, false],
      ['commenter', true, false],
      ['editor', true, true],
    ] as const) {
      await share(room, { link: 'nothing', users: { eve: { role } } })
      expect((await write(room, as('eve'))).status, role).toBe(mayWrite ? 200 : 403)
      expect((await write(comments, as('eve'))).status, role).toBe(mayComment ? 200 : 403)
      expect(await read(comments, as('eve')), role).toBe(mayComment ? true : 403)
    }
    await share(room, { users: { eve: null } })
    await expectRefused('forbidden', comments.url('events'), as('eve'))
    expect(await read(comments, as('ada'))).toBe(true)
  })

  it.each([
    ['with users', users()],
    ['in open mode', RARELY],
    ['where everybody may do everything', new Office({ ada: ALL }).options],
  ])('[CM2] are nobody’s without the document, %s', async (_mode, options) => {
    await using running = await start(server, options)
    const room = new TestRoom(running.baseUrl)
    const comments = commentsOf(room)
    const calls = everyCall(running.baseUrl, as('ada'), comments)
    const ofRoom = calls.filter(([url]) => url.includes(comments.name))
    expect(ofRoom.length).toBeGreaterThan(20)
    // Where nobody is asked, a change of access needs no right. CM5 refuses it.
    const needing = ofRoom.filter(([url]) => !url.includes('/access'))
    for (const [url, how] of needing) expectProblem(await call(url, how), 'forbidden')
    expect((await call(comments.url('document'), as('ada'))).text).toContain(
      'no document to comment',
    )

    expect((await write(room, as('ada'))).status).toBe(200)
    expect(await read(comments, as('ada'))).toBe(false)
    expect((await write(comments, as('ada'))).status).toBe(200)
    expect(await read(comments, as('ada'))).toBe(true)
    const stream = await comments.stream({ watch: 1 }, as('ada'))
    await running.rooms.deleteDocument(room.name)
    await stream.next('problem')
    await end(stream)
    expect(await read(comments, as('ada'))).toBe(403)
    expect((await write(comments, as('ada'))).status).toBe(403)
    await expectRefused('forbidden', comments.url('events'), as('ada'))

    expect((await write(room, as('ada'))).status).toBe(200)
    expect(await read(comments, as('ada'))).toBe(false)
    expect(await running.rooms.document(comments.name)).toHaveLength(2)
  })

  it('[CM2] [CM3] who waits for them is asked about their document, not about them', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await share(room, { link: 'comment' })
    const comments = commentsOf(room)
    const { id } = (await callJson(comments.url('location'), as('eve'))) as { id: string }
    const waiting = call(comments.url('location', { since: id, waitMs: 20_000 }), as('eve'))
    await expect.poll(async () => running.rooms.list().length).toBe(0)
    await share(room, { link: 'view' })
    expectProblem(await waiting, 'forbidden')
    expect(await read(comments, as('eve'))).toBe(403)
  })

  it('[CM3] make nobody the owner of anything', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    await running.rooms.update(room.name, UPDATE)
    expect((await write(commentsOf(room), as('eve'))).status).toBe(200)
    const { access } = (await callJson(room.url('access'), as('eve'))) as { access?: object }
    expect(access).toBeUndefined()
    expect((await callJson(room.url('access'), as('eve'))) as object).toMatchObject({ can: USUAL })
  })

  it('[CM3] the application is asked about the document, once', async () => {
    const asked: string[] = []
    const authorize: WhereaboutsOptions['authorize'] = ({ room, action }) => {
      asked.push(`${action} ${room}`)
      return action === 'comment'
    }
    await using running = await start(server, users({ authorize }))
    const room = new TestRoom(running.baseUrl)
    await running.rooms.update(room.name, UPDATE)
    await expectRefused('forbidden', room.url('events'), as('eve'))
    asked.length = 0
    expect((await write(commentsOf(room), as('eve'))).status).toBe(200)
    expect(asked).toEqual([`comment ${room.name}`])
    asked.length = 0
    const stream = await openStream(commentsOf(room).url('events', { watch: 1 }), as('eve'))
    const { data } = await stream.next('hello')
    expect(data).toMatchObject({ can: USUAL })
    await stream.close()
    expect(asked.toSorted()).toEqual([`comment ${room.name}`, `manage ${room.name}`])
  })

  it('[CM3] [SR10] whoever may no longer comment reads them no longer', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await share(room, { link: 'comment' })
    const stream = await commentsOf(room).stream({ watch: 1 }, as('eve'))
    await share(room, { link: 'view' })
    expect((await stream.next('problem')).data).toMatchObject({ status: 403 })
    await end(stream)
  })

  it('[CM1] have a room that begins with comments~ and ends with another’s own name', async () => {
    await using running = await start(server, { ...RARELY })
    const at = (name: string) => new TestRoom(running.baseUrl, name)
    for (const name of [
      'comments~',
      'comments~comments~budget',
      `comments~view~${'x'.repeat(32)}`,
      `comments~${'x'.repeat(129)}`,
    ]) {
      await expectRefused('bad-room', at(name).url('document'))
    }
    for (const name of ['comments', 'budget', 'x'.repeat(128)]) {
      await write(at(name))
      expect((await write(commentsOf(at(name)))).status, name).toBe(200)
      expect(await read(commentsOf(at(name))), name).toBe(true)
    }
  })

  it('[CM5] have no record, owner, title, mark or trash of their own', async () => {
    let conversions = 0
    const documentFiles: DocumentFiles = {
      types: ['text/csv'],
      maxBytes: 1_024,
      read: async () => {
        conversions += 1
        return UPDATE
      },
      write: async () => UPDATE,
    }
    await using folder = await newFolder()
    await using running = await start(server, users({ documentFiles, dataDir: folder.path }))
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const comments = commentsOf(room)
    const before = await callJson(room.url('access'), as('ada'))
    await expectRefused('bad-room', comments.url('access'), as('ada'))
    const bodies: { readonly [path: string]: Json } = {
      access: { revision: 1, viewLink: true },
      'access/offer': { accept: true },
      'document/title': { title: 'Mine' },
      mark: { starred: true },
      trash: { trashed: true },
    }
    for (const [path, json] of Object.entries(bodies)) {
      const { status, text } = await call(comments.url(path), { ...as('ada'), json })
      expect([path, status], text).toEqual([path, 400])
    }
    const headers = { ...as('ada').headers, 'content-type': 'text/csv' }
    expectProblem(await call(comments.url('document'), { headers, body: 'a,b' }), 'bad-room')
    expect(conversions).toBe(0)
    const deletion = { ...as('ada'), method: 'DELETE' }
    expectProblem(await call(comments.url('document'), deletion), 'bad-room')
    const { rooms } = running
    for (const [from, to] of [
      [room.name, comments.name],
      [comments.name, 'copy'],
    ] as const) {
      await expect(rooms.copyDocument(from, to)).rejects.toMatchObject({ problem: 'bad-room' })
    }
    expect(await callJson(room.url('access'), as('ada'))).toEqual(before)
    expect(await read(comments, as('ada'))).toBe(false)
  })

  it('[CM7] [CM8] are in no list, and the application isn’t told of them or asked for them', async () => {
    const told: string[] = []
    await using running = await start(server, {
      storeDebounceMs: 1,
      historyEveryMs: 10,
      onLoadDocument: (name) => void told.push(`load ${name}`),
      onStoreDocument: (name) => void told.push(`store ${name}`),
    })
    const room = new TestRoom(running.baseUrl)
    const comments = commentsOf(room)
    const happenings = running.rooms.happenings()
    await write(room)
    await write(comments)
    await using _stream = await comments.stream({ member: 'somebody' })
    await comments.move('somebody', 1)
    await room.move('somebody', 2)
    const happened = new Set<string>()
    for await (const happening of happenings) {
      if ('room' in happening) happened.add(happening.room)
      if (happening.type === 'move') break
    }
    expect(happened).toEqual(new Set([room.name]))
    expect(running.rooms.list().map((each) => each.room)).toEqual([room.name])
    await expect.poll(() => told).toContain(`store ${room.name}`)
    expect(told).not.toContain(`load ${comments.name}`)
    expect(await callJson(comments.url('document/versions'))).toEqual({
      versions: [],
      isKept: false,
    })
    const json = { name: 'First' }
    expectProblem(await call(comments.url('document/versions'), { json }), 'no-version')
    await running[Symbol.asyncDispose]()
    expect(told).not.toContain(`store ${comments.name}`)
  })

  it('[CM6] are deleted with it', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await write(commentsOf(room), as('ada'))
    const deleted = await call(room.url('document'), { ...as('ada'), method: 'DELETE' })
    expect(deleted.status).toBe(204)
    expect(await read(commentsOf(room), as('ada'))).toBe(403)
    await write(room, as('ada'))
    expect(await read(commentsOf(room), as('ada'))).toBe(false)
  })
})

describe('the comments on a document', () => {
  const startPlain = async (options: WhereaboutsOptions = {}) => {
    const running = await start('node:http', users(options))
    return { ...running, administration: running.administration! }
  }

  it('[CM4] take space of its owner', async () => {
    await using running = await startPlain({ maxOwnerBytes: 3_000 })
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const full = []
    for (let client = 1; client < 8; client++) {
      const body = textOf(client, 'x'.repeat(400))
      const headers = { ...as('eve').headers, 'content-type': 'application/octet-stream' }
      full.push((await call(commentsOf(room).url('document'), { headers, body })).status)
    }
    expect(full[0]).toBe(200)
    expect(full.at(-1)).toBe(507)
    const other = new TestRoom(running.baseUrl)
    expect((await write(other, as('ada'))).status).toBe(507)
    expect((await write(other, as('eve'))).status).toBe(200)
  })

  it('[CM5] get no owner, no record and no content from an administration', async () => {
    await using running = await startPlain()
    const { administration, rooms } = running
    const room = new TestRoom(running.baseUrl)
    const comments = commentsOf(room).name
    const ada = { by: 'ada' }
    const record = { json: JSON.stringify({ owner: 'eve', users: {} }), owner: 'eve' }
    const orphan = { problem: 'document-deleted' }
    await expect(administration.importDocument(comments, UPDATE, ada)).rejects.toMatchObject(orphan)
    await expect(rooms.update(comments, UPDATE)).rejects.toMatchObject(orphan)
    await write(room, as('ada'))
    for (const refused of [
      administration.importDocument(comments, UPDATE, ada, record),
      administration.setOwner(comments, 'eve', ada),
      administration.deleteDocument(comments, ada),
      administration.copyDocument(room.name, comments, ada, 'eve'),
    ]) {
      await expect(refused).rejects.toMatchObject({ problem: 'bad-room' })
    }
    await administration.importDocument(comments, UPDATE, ada)
    expect(await read(commentsOf(room), as('ada'))).toBe(true)
    expect(await callJson(room.url('access'), as('ada'))).toMatchObject({
      access: { owner: 'ada' },
    })
  })

  it('[CM6] go with it when nobody has used either', async () => {
    await using running = await startPlain()
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await write(commentsOf(room), as('ada'))
    const retain = () => retained(running, Date.now() + 60_000)
    await using stream = await commentsOf(room).stream({ watch: 1 }, as('ada'))
    expect(await retain()).toEqual([])
    await stream.close()
    await expect.poll(retain).toEqual([room.name])
    await write(room, as('ben'))
    expect(await read(commentsOf(room), as('ben'))).toBe(false)
  })

  it('[AD9] [CM6] a deletion that failed is noted, as it may have been done', async () => {
    const entries: AuditEntry[] = []
    const module = new URL('./failing-removal.store.mjs', import.meta.url)
    await using folder = await newFolder()
    const options = { file: join(folder.path, 'log') }
    const audit = (entry: AuditEntry) => void entries.push(entry)
    await using running = await startPlain({ audit, store: { module, options } })
    const room = new TestRoom(running.baseUrl)
    for (const each of [room, commentsOf(room)])
      expect((await write(each, as('ada'))).status).toBe(200)
    const deletion = call(room.url('document'), { ...as('ada'), method: 'DELETE' })
    expectProblem(await deletion, 'store-failed')
    expect(entries).toMatchObject([{ what: 'delete', room: room.name, failed: true }])
    expect(await read(commentsOf(room), as('eve'))).toBe(403)
  })
})

async function retained({ administration }: Started, unusedSinceMs: number): Promise<string[]> {
  const rooms: string[] = []
  for await (const { roomName } of administration!.retain({ unusedSinceMs }, { by: 'ada' }))
    rooms.push(roomName)
  return rooms
}

async function newFolder() {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-comments-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Returns an update with a text of a client of its own. */
function textOf(client: number, text: string): Buffer {
  const doc = new Doc()
  doc.clientID = client
  doc.getText('t').insert(0, text)
  return Buffer.from(encodeStateAsUpdate(doc))
}
