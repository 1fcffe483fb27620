import type { Json } from '@whereabouts/protocol'
import { sharedAccess, type WhereaboutsOptions } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import { call, callJson, type CallOptions, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { end, openStream } from 'whereabouts-conformance/stream'
import { ALL, as, Office, SERVERS, start } from './application.js'

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
  it('[PG61] are for those who may comment', async () => {
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

  it('[PG61] make nobody the owner of anything', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    expect((await write(commentsOf(room), as('eve'))).status).toBe(200)
    expect((await write(room, as('ada'))).status).toBe(200)
    expect(await callJson(room.url('access'), as('ada'))).toMatchObject({
      access: { owner: 'ada' },
    })
  })

  it('[PG61] the application is asked about the document', async () => {
    const asked: string[] = []
    const authorize: WhereaboutsOptions['authorize'] = ({ room, action }) => {
      asked.push(`${action} ${room}`)
      return action === 'comment'
    }
    await using running = await start(server, users({ authorize }))
    const room = new TestRoom(running.baseUrl)
    await expectRefused('forbidden', room.url('events'), as('eve'))
    asked.length = 0
    expect((await write(commentsOf(room), as('eve'))).status).toBe(200)
    const stream = await openStream(commentsOf(room).url('events', { watch: 1 }), as('eve'))
    const { data } = await stream.next('hello')
    expect(data).toMatchObject({ can: USUAL })
    await stream.close()
    expect(new Set(asked)).toEqual(new Set([`comment ${room.name}`, `manage ${room.name}`]))
  })

  it('[PG61] [SR10] whoever may no longer comment reads them no longer', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await share(room, { link: 'comment' })
    const stream = await commentsOf(room).stream({ watch: 1 }, as('eve'))
    await share(room, { link: 'view' })
    expect((await stream.next('problem')).data).toMatchObject({ status: 403 })
    await end(stream)
  })

  it('[PG60] have a room that begins with comments~ and ends with another’s own name', async () => {
    await using running = await start(server, { ...RARELY })
    const at = (name: string) => new TestRoom(running.baseUrl, name).url('document')
    for (const name of [
      'comments~',
      'comments~comments~budget',
      `comments~view~${'x'.repeat(32)}`,
      `comments~${'x'.repeat(120)}`,
    ]) {
      await expectRefused('bad-room', at(name))
    }
    for (const name of ['comments', 'comments~budget', `comments~${'x'.repeat(119)}`]) {
      expect((await call(at(name))).status, name).toBe(200)
    }
  })

  it('[PG62] have no access record', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const comments = commentsOf(room)
    await expectRefused('bad-room', comments.url('access'), as('ada'))
    const json = { revision: 0, viewLink: true }
    await expectRefused('bad-room', comments.url('access'), { ...as('ada'), json })
    await expectRefused('bad-room', comments.url('access/offer'), {
      ...as('ada'),
      json: { accept: true },
    })
  })

  it('[PG63] are deleted with it', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await write(commentsOf(room), as('ada'))
    const deleted = await call(room.url('document'), { ...as('ada'), method: 'DELETE' })
    expect(deleted.status).toBe(204)
    expect(await read(commentsOf(room), as('ada'))).toBe(false)
  })
})

it('[PG63] comments on a document aren’t unused before it is', async () => {
  await using running = await start('node:http', users())
  const administration = running.administration!
  const room = new TestRoom(running.baseUrl)
  await write(commentsOf(room), as('ada'))
  const retain = async () => {
    const unused = administration.retain({ unusedSinceMs: Infinity }, { by: 'ada' })
    for await (const { roomName } of unused) expect(roomName).toBe(room.name)
    return read(commentsOf(room), as('ada'))
  }
  expect(await retain()).toBe(true)
  await write(room, as('ada'))
  expect(await retain()).toBe(false)
})
