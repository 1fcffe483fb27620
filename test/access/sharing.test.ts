import type { Access, AccessChange, Json, ProblemName } from '@whereabouts/protocol'
import { type Authorize, sharedAccess, type WhereaboutsOptions } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import {
  call,
  callJson,
  type CallOptions,
  expectProblem,
  expectRefused,
} from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { end, type EventStream } from 'whereabouts-conformance/stream'
import { ALL, as, Office, SERVERS, start } from './application.js'

const USUAL = ALL.filter((action) => action !== 'manage')
const BYTES = 'application/octet-stream'
/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
/** Another one. */
const OTHER = Buffer.from('AQECAAQBAXQBYgA=', 'base64')
const RARELY = { revalidateMs: 3_600_000 }
const DEAD_LINK = `view~${'x'.repeat(32)}`

/** Users who name themselves in a header, in documents whose owners say who may do what. */
const users = (options: WhereaboutsOptions = {}): WhereaboutsOptions => ({
  authenticate: new Office().options.authenticate,
  authorize: sharedAccess,
  ...RARELY,
  ...options,
})
const open: WhereaboutsOptions = { ...RARELY }

const bytes = (who: CallOptions = {}) => ({
  headers: { ...who.headers, 'content-type': BYTES },
  body: UPDATE,
})
const write = (room: TestRoom, who?: CallOptions) => call(room.url('document'), bytes(who))

async function readAccess(room: TestRoom, who?: CallOptions) {
  const answer = await callJson(room.url('access'), who)
  return answer as unknown as { can: string[]; access?: Access }
}

async function change(room: TestRoom, said: Omit<AccessChange, 'revision'>, who?: CallOptions) {
  const { revision } = (await readAccess(room, who)).access!
  const json = { revision, ...said } as unknown as Json
  const answer = await callJson(room.url('access'), { ...who, json })
  return (answer as unknown as { access: Access }).access
}

/** A change that gives a user a role, and offers the document to that user. */
const offering = (revision: number, id: string) => ({
  revision,
  users: { [id]: { role: 'editor' } },
  offeredTo: id,
})

/** Accepts or refuses what is offered. */
const answer = (room: TestRoom, accept: boolean, who?: CallOptions) =>
  call(room.url('access/offer'), { ...who, json: { accept } })

function post(room: TestRoom, json: object, who?: CallOptions) {
  return call(room.url('access'), { ...who, json: json as Json })
}

async function ended(stream: EventStream): Promise<unknown> {
  const { data } = await stream.next('problem')
  await end(stream)
  return data
}

/** What somebody who may only read is answered to everything else. */
async function expectOnlyReads(room: TestRoom, who: CallOptions = {}): Promise<void> {
  const member = memberKey()
  for (const url of [room.url('location', { member }), room.url('access')]) {
    await expectRefused('forbidden', url, { ...who, json: { revision: 0 } })
  }
  expectProblem(await write(room, who), 'forbidden')
}

/** The view link of a room of an open server that has a document. */
async function linked(room: TestRoom) {
  expect((await write(room)).status).toBe(200)
  const { viewLink } = await change(room, { viewLink: true })
  return new TestRoom(room.baseUrl, viewLink)
}

describe.each(SERVERS)('an access record on %s', (server) => {
  it('[SR1] [SR2] [SR3] [SR11] gives each role its actions, and the link to all others', async () => {
    await using running = await start(server, users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const table = [
      ['nothing', 'viewer', ['watch']],
      ['nothing', 'commenter', ['watch', 'join', 'move', 'comment']],
      ['view', 'commenter', ['watch', 'join', 'move', 'comment']],
      ['nothing', 'editor', USUAL],
      ['edit', 'viewer', USUAL],
    ] as const
    for (const [link, role, can] of table) {
      await change(room, { link, users: { eve: { role } } }, as('ada'))
      expect(await readAccess(room, as('eve')), `${link}, ${role}`).toEqual({ can })
      const moved = await call(room.url('location'), { ...as('eve'), json: 1 })
      const written = await write(room, as('eve'))
      const expected = [can.includes('move' as never), can.includes('write' as never)]
      expect([moved.status, written.status]).toEqual(expected.map((may) => (may ? 200 : 403)))
    }
    for (const [link, can] of [
      ['view', ['watch']],
      ['comment', ['watch', 'join', 'move', 'comment']],
      ['edit', USUAL],
    ] as const) {
      await change(room, { link, users: { eve: null } }, as('ada'))
      expect(await readAccess(room, as('eve'))).toEqual({ can })
    }
    await change(room, { link: 'nothing' }, as('ada'))
    for (const path of ['events', 'location', 'document', 'access']) {
      await expectRefused('forbidden', room.url(path), as('eve'))
    }
    const sync = { ...bytes(as('eve')), body: Buffer.from([0]) }
    await expectRefused('forbidden', room.url('document/sync'), sync)
    expect((await readAccess(room, as('ada'))).can).toEqual(ALL)
  })

  it('[SR6] [SR8] a view link reads, under its own name, and does nothing else', async () => {
    await using running = await start(server, open)
    const room = new TestRoom(running.baseUrl)
    await room.move('k', { at: 1 })
    const view = await linked(room)
    expect(view.name).toMatch(/^view~[\w-]{32}$/)
    await using stream = await view.join('viewer')
    expect(stream.hello).toMatchObject({ room: view.name, self: null, can: ['watch'] })
    expect(stream.state.members.size).toBe(1)
    const { id } = await view.read()
    const polled = view.poll(id, 5_000)
    await room.move('k', { at: 2 })
    const answers = [
      await polled,
      await call(view.url('document')),
      await call(view.url('access')),
      await call(view.url('document/sync'), { ...bytes(), body: Buffer.from([0]) }),
      await call(view.url('events'), { method: 'HEAD' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 405])
    expect(await readAccess(view)).toEqual({ can: ['watch'] })
    await expectOnlyReads(view)
    const left = await call(view.url('leave', { member: 'k' }), { method: 'POST' })
    expectProblem(left, 'forbidden')
    const confirm = view.url('confirm', { member: 'k', nextWithinMs: 1_000 })
    expectProblem(await call(confirm, { method: 'POST' }), 'forbidden')
    await expectRefused('forbidden', view.url('broadcast', { member: 'k' }), { json: 1 })
    const lock = { member: 'k', key: 'a', number: 1 }
    for (const path of ['lock', 'unlock'])
      await expectRefused('forbidden', view.url(path), { json: lock })
    await expectOnlyReads(new TestRoom(running.baseUrl, DEAD_LINK))
    expect((await room.read()).members).toHaveLength(1)
    await change(room, { viewLink: false })
    await ended(stream)
    const all = JSON.stringify(answers) + JSON.stringify(stream.headers) + stream.text
    expect(all).not.toContain(room.name)
  })
})

describe('view links', () => {
  it('[SR5] no room has a name that begins as they do', async () => {
    await using running = await start('node:http', open)
    for (const name of ['view~', 'view~x', `${DEAD_LINK}x`, `view~${'.'.repeat(32)}`]) {
      const room = new TestRoom(running.baseUrl, name)
      for (const path of ['events', 'location', 'document', 'access']) {
        await expectRefused('bad-room', room.url(path))
      }
      await expectRefused('bad-room', room.url('location'), { json: 1 })
      await expectRefused('bad-room', room.url('access'), { json: { revision: 0 } })
    }
    await using stream = await new TestRoom(running.baseUrl, 'View~').join('k')
    expect(stream.hello.room).toBe('View~')
  })

  it('[SR7] [SR12] [SR13] who has the room’s name makes and ends them, and nothing else', async () => {
    await using running = await start('node:http', open)
    const room = new TestRoom(running.baseUrl)
    expect(await readAccess(room)).toEqual({ can: USUAL, access: { revision: 0 } })
    const { viewLink, ...made } = await change(room, { viewLink: true })
    expect(viewLink).toBeDefined()
    expect(Object.keys(made)).toEqual(['revision'])
    expect((await change(room, { viewLink: true })).viewLink).toBe(viewLink)
    const { revision } = (await readAccess(room)).access!
    for (const said of [{ offeredTo: 'me' }, { users: {} }, { link: 'view' }]) {
      const { detail } = expectProblem(await post(room, { revision, ...said }), 'forbidden')
      expect(detail).toContain('Without users, nobody manages documents over HTTP.')
    }
    expect((await change(room, { viewLink: false })).viewLink).toBeUndefined()
    expect((await change(room, { viewLink: true })).viewLink).not.toBe(viewLink)
  })

  it('[SR9] one that was ended, never was, or lost its document no longer works', async () => {
    await using running = await start('node:http', open)
    const room = new TestRoom(running.baseUrl)
    const refused = async (view: TestRoom) => {
      for (const path of ['events', 'location', 'document', 'access']) {
        const { detail } = await expectRefused('forbidden', view.url(path))
        expect(detail).toContain('This link no longer works.')
      }
    }
    const first = await linked(room)
    await using stream = await first.join('k')
    const polled = first.poll((await first.read()).id, 10_000)
    await change(room, { viewLink: false })
    expect(await ended(stream)).toMatchObject({ status: 403 })
    expectProblem(await polled, 'forbidden')
    await refused(first)
    await refused(new TestRoom(running.baseUrl, DEAD_LINK))
    const second = await linked(room)
    await running.administration!.deleteDocument(room.name, { by: 'ada' })
    await refused(second)
    await write(room)
    await refused(second)
  })

  it('[SR6] [SR9] work for those only whom the application knows', async () => {
    await using running = await start('node:http', users({ linkGives: 'nothing' }))
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const { viewLink } = await change(room, { viewLink: true }, as('ada'))
    const view = new TestRoom(running.baseUrl, viewLink)
    await expectRefused('unauthorized', view.url('location'))
    await expectRefused('forbidden', room.url('location'), as('eve'))
    expect((await call(view.url('location'), as('eve'))).status).toBe(200)
    // Also the owner does no more than read there.
    for (const who of ['ada', 'eve']) await expectOnlyReads(view, as(who))
  })
})

it('[SR6] a view link opens nothing to whom the application refuses', async () => {
  const office = new Office({ ada: ALL, eve: ['watch'] })
  await using running = await start('node:http', { ...office.options, ...RARELY })
  const room = new TestRoom(running.baseUrl)
  const { viewLink } = await change(room, { viewLink: true }, as('ada'))
  const view = new TestRoom(running.baseUrl, viewLink)
  expect((await call(view.url('location'), as('eve'))).status).toBe(200)
  await using stream = await view.stream({}, as('eve'))
  await expectRefused('forbidden', view.url('location'), as('bob'))
  office.rights.delete('eve')
  await running.rooms.revalidate({ room: room.name })
  expect(await ended(stream)).toMatchObject({ status: 403 })
  await expectRefused('forbidden', view.url('document'), as('eve'))
})

describe('an owner', () => {
  it('[SR22] is whose first words nobody reads who was there before and may not stay', async () => {
    let isSlow = false
    const authorize: typeof sharedAccess = async (asked) => {
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 300))
      return sharedAccess(asked)
    }
    await using running = await start('node:http', users({ linkGives: 'nothing', authorize }))
    const room = new TestRoom(running.baseUrl)
    await using eve = await room.join('k', {}, as('eve'))
    isSlow = true
    expect(await write(room, as('ada'))).toMatchObject({ status: 200 })
    expect(await ended(eve)).toMatchObject({ status: 403 })
    expect(eve.text).not.toContain('event: document')
  })
  it('[SR4] is the first who writes, of several at once one', async () => {
    await using running = await start('node:http', users({ linkGives: 'nothing' }))
    const room = new TestRoom(running.baseUrl)
    await using eve = await room.join('k', {}, as('eve'))
    expect(eve.hello.can).toEqual(USUAL)
    const people = ['ada', 'bob', 'cem', 'dia']
    const answers = await Promise.all(people.map((who) => write(room, as(who))))
    const refused = answers.filter(({ status }) => status === 403)
    expect(refused).toHaveLength(people.length - 1)
    expect(await ended(eve)).toMatchObject({ status: 403 })
    const owner = people[answers.findIndex(({ status }) => status === 200)]!
    expect((await readAccess(room, as(owner))).access).toMatchObject({ owner, users: {} })
  })

  it('[DO9] [SR4] is not who repeats the first post with its key, before or after it is stored', async () => {
    await using running = await start('node:http', users({ linkGives: 'nothing' }))
    for (let race = 0; race < 5; race++) {
      const room = new TestRoom(running.baseUrl)
      const repeat = (who: string) => {
        const headers = { ...bytes(as(who)).headers, 'idempotency-key': 'same' }
        return call(room.url('document'), { headers, body: UPDATE })
      }
      const answers = await Promise.all([repeat('ada'), repeat('eve')])
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 403]))
      const [owner, other] = answers[0].status === 200 ? ['ada', 'eve'] : ['eve', 'ada']
      expectProblem(await repeat(other), 'forbidden')
      expect((await repeat(owner)).text).toBe(answers.find(({ status }) => status === 200)!.text)
    }
  })

  it.each([
    ['garbage', Buffer.from('no update')],
    ['an update that is cut off', UPDATE.subarray(0, -3)],
    ['an update without content', Buffer.from([0, 0])],
    ['nothing', Buffer.alloc(0)],
  ])('[SR4] [AD18] is not who posts %s first', async (_what, body) => {
    await using running = await start('node:http', users({ linkGives: 'nothing' }))
    const room = new TestRoom(running.baseUrl)
    const headers = { ...as('eve').headers, 'content-type': 'application/octet-stream' }
    await call(room.url('document'), { headers, body })
    expect(await running.administration!.list({ limit: 10 })).toEqual([])
    expect(await readAccess(room, as('eve'))).toEqual({ can: USUAL })
    expect((await write(room, as('ada'))).status).toBe(200)
    expect((await readAccess(room, as('ada'))).access).toMatchObject({ owner: 'ada' })
    expect((await write(room, as('eve'))).status).toBe(403)
  })

  it('[SR4] [AD18] is nobody of a document that the application wrote meanwhile', async () => {
    await using running = await start('node:http', users({ linkGives: 'nothing' }))
    for (let race = 0; race < 10; race++) {
      const room = new TestRoom(running.baseUrl)
      const [posted] = await Promise.all([
        write(room, as('ada')),
        running.rooms.update(room.name, race % 2 === 0 ? UPDATE : OTHER),
      ])
      // Either she was first and owns it, or it is nobody's and she may not even see it.
      const { status, text } = await call(room.url('access'), as('ada'))
      expect([posted.status, status]).toEqual(posted.status === 200 ? [200, 200] : [403, 403])
      expect(text.includes('"owner":"ada"')).toBe(status === 200)
    }
  })

  it('[SR3] [SR4] of a document that has none is nobody, and the link gives what is configured', async () => {
    await using running = await start('node:http', users({ linkGives: 'view' }))
    const room = new TestRoom(running.baseUrl)
    await running.rooms.update(room.name, UPDATE)
    expect(await readAccess(room, as('ada'))).toEqual({ can: ['watch'] })
    await expectOnlyReads(room, as('ada'))
  })

  it('[SR9 SR12] [SR14] [SR15] passes the document on, stays one, and loses a race', async () => {
    await using running = await start('node:http', users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await post(room, { revision: 1, viewLink: true }, as('ada'))
    const { revision, viewLink } = (await readAccess(room, as('ada'))).access!
    for (const said of [{ ada: null }, { ada: { role: 'viewer' } }]) {
      expectProblem(await post(room, { revision, users: said }, as('ada')), 'bad-parameter')
    }
    const race = await Promise.all(
      ['eve', 'bob'].map((id) => post(room, offering(revision, id), as('ada'))),
    )
    expect(race.filter(({ status }) => status === 200)).toHaveLength(1)
    const won = ['eve', 'bob'][race.findIndex(({ status }) => status === 200)]!
    expect((await answer(room, true, as(won))).status).toBe(204)
    expect((await readAccess(room, as(won))).access).toMatchObject({
      owner: won,
      users: { ada: { role: 'editor' } },
    })
    const back = { revision, offeredTo: 'ada' }
    expectProblem(await post(room, back, as('ada')), 'forbidden')
    expectProblem(await post(room, back, as(won)), 'access-changed')
    // A link that the former owner made is the new one's to see and to end.
    const { access } = await readAccess(room, as(won))
    expect(access!.viewLink).toBe(viewLink)
    const view = new TestRoom(running.baseUrl, viewLink)
    expect((await call(view.url('document'), as('ada'))).status).toBe(200)
    await post(room, { revision: access!.revision, viewLink: false }, as(won))
    expectProblem(await call(view.url('document'), as('ada')), 'forbidden')
  })

  it('[SR13] is the only one who changes the record', async () => {
    await using running = await start('node:http', users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await change(room, { users: { bob: { role: 'editor' } } }, as('ada'))
    const { revision } = (await readAccess(room, as('ada'))).access!
    for (const who of ['bob', 'eve']) {
      for (const said of [{ offeredTo: who }, { link: 'nothing' }, { viewLink: true }]) {
        expectProblem(await post(room, { revision, ...said }, as(who)), 'forbidden')
      }
      expect(await readAccess(room, as(who))).toEqual({ can: USUAL })
    }
  })
})

describe('an offer', () => {
  /** A room that ada owns, and offers to eve. */
  async function offered(baseUrl: string) {
    const room = new TestRoom(baseUrl)
    await write(room, as('ada'))
    const { revision } = (await readAccess(room, as('ada'))).access!
    await callJson(room.url('access'), { ...as('ada'), json: offering(revision, 'eve') as never })
    return room
  }

  it('[SR19] [SR20] is seen by both, and changes nothing until it is accepted', async () => {
    await using running = await start('node:http', users())
    const room = await offered(running.baseUrl)
    const before = await readAccess(room, as('ada'))
    expect(before.access).toMatchObject({ owner: 'ada', offeredTo: 'eve' })
    expect(before).not.toHaveProperty('offer')
    expect(await readAccess(room, as('eve'))).toEqual({ can: USUAL, offer: { from: 'ada' } })
    expect(await readAccess(room, as('bob'))).toEqual({ can: USUAL })
    for (const who of ['ada', 'bob']) {
      expectProblem(await answer(room, true, as(who)), 'forbidden')
      expect((await answer(room, false, as(who))).status).toBe(204)
    }
    expect(await readAccess(room, as('ada'))).toEqual(before)
    await using ada = await room.join('k', {}, as('ada'))
    expect((await answer(room, true, as('eve'))).status).toBe(204)
    expect((await ada.next('can')).data).toEqual({ can: USUAL })
    const { access } = await readAccess(room, as('eve'))
    expect(access).toMatchObject({ owner: 'eve', users: { ada: { role: 'editor' } } })
    expect(access).not.toHaveProperty('offeredTo')
    expectProblem(await answer(room, true, as('eve')), 'forbidden')
  })

  it('[SR19] [SR20] ends when it is taken back, refused, or its user is removed', async () => {
    await using running = await start('node:http', users())
    const room = await offered(running.baseUrl)
    const ends = [
      () => change(room, { offeredTo: null }, as('ada')),
      () => change(room, { users: { eve: null } }, as('ada')),
      () => answer(room, false, as('eve')),
      () => change(room, { users: { bob: { role: 'viewer' } }, offeredTo: 'bob' }, as('ada')),
      () => running.administration!.setOwner(room.name, 'cem', { as: 'operator' }),
    ]
    for (const end of ends) {
      await end()
      expectProblem(await answer(room, true, as('eve')), 'forbidden')
      expect(await readAccess(room, as('eve'))).toEqual({ can: USUAL })
      if (end === ends.at(-1)) break
      const { access } = await readAccess(room, as('ada'))
      expect(access).toMatchObject({ owner: 'ada' })
      const again = offering(access!.revision, 'eve')
      expect((await post(room, again, as('ada'))).status).toBe(200)
    }
  })

  it('[SR20] is gone with its document, and is not answered on a view link', async () => {
    await using running = await start('node:http', users())
    const room = await offered(running.baseUrl)
    const { viewLink } = await change(room, { viewLink: true }, as('ada'))
    const view = new TestRoom(running.baseUrl, viewLink)
    expect(await readAccess(view, as('eve'))).toEqual({ can: ['watch'] })
    expectProblem(await answer(view, true, as('eve')), 'forbidden')
    expectProblem(await answer(view, false, as('eve')), 'forbidden')
    expect((await readAccess(room, as('ada'))).access).toMatchObject({ offeredTo: 'eve' })
    expect((await call(room.url('document'), { ...as('ada'), method: 'DELETE' })).status).toBe(204)
    await write(room, as('ada'))
    expectProblem(await answer(room, true, as('eve')), 'forbidden')
    expect((await readAccess(room, as('ada'))).access).toMatchObject({ owner: 'ada', users: {} })
  })

  it.each([{}, { accept: 'yes' }, { accept: null }, 5, null])(
    '[SR20] %j is no answer to it',
    async (json) => {
      await using running = await start('node:http', users())
      const room = await offered(running.baseUrl)
      const said = { ...as('eve'), json: json as Json }
      expectProblem(await call(room.url('access/offer'), said), 'bad-parameter')
      expect((await readAccess(room, as('ada'))).access).toMatchObject({ offeredTo: 'eve' })
    },
  )

  it('[SR19] [SR20] of a document without an owner says nobody, and needs who may manage it', async () => {
    const authorize: Authorize = ({ user, shared }) => user?.id === 'ada' || shared()
    await using running = await start('node:http', users({ authorize }))
    const room = new TestRoom(running.baseUrl)
    await running.rooms.update(room.name, UPDATE)
    expectProblem(await post(room, offering(0, 'eve'), as('eve')), 'forbidden')
    expect((await post(room, offering(0, 'eve'), as('ada'))).status).toBe(200)
    expect(await readAccess(room, as('eve'))).toEqual({ can: USUAL, offer: {} })
    expect((await answer(room, true, as('eve'))).status).toBe(204)
    expect((await readAccess(room, as('ada'))).access).toMatchObject({ owner: 'eve', users: {} })
  })

  it('[SR23] is answered only by who may manage the document as its owner, and told to nobody else', async () => {
    // A second token of hers only reads.
    const authorize: Authorize = ({ request, action, shared }) =>
      request.headers['x-token'] === 'reads' ? action === 'watch' : shared()
    await using running = await start('node:http', users({ authorize }))
    const room = await offered(running.baseUrl)
    const reads = { headers: { ...as('eve').headers, 'x-token': 'reads' } }
    expect(await readAccess(room, reads)).toEqual({ can: ['watch'] })
    for (const accept of [true, false])
      expectProblem(await answer(room, accept, reads), 'forbidden')
    const { access } = await readAccess(room, as('ada'))
    expect(access).toMatchObject({ owner: 'ada', offeredTo: 'eve' })
    expect(await readAccess(room, as('eve'))).toEqual({ can: USUAL, offer: { from: 'ada' } })
    expect((await answer(room, true, as('eve'))).status).toBe(204)
  })

  it('[SR20] where there are no users, nobody is offered anything', async () => {
    await using running = await start('node:http', open)
    const room = new TestRoom(running.baseUrl)
    await write(room)
    expectProblem(await answer(room, true), 'forbidden')
    expect((await answer(room, false)).status).toBe(204)
  })
})

describe('a change', () => {
  it.each<[string, ProblemName, unknown]>([
    ['no object', 'bad-parameter', 5],
    ['null', 'bad-parameter', null],
    ['no revision', 'bad-parameter', { link: 'view' }],
    ['an unknown role', 'bad-parameter', { users: { eve: { role: 'owner' } } }],
    ['a list of users', 'bad-parameter', { users: [{ role: 'viewer' }] }],
    ['users that are a text', 'bad-parameter', { users: 'eve' }],
    ['an empty id', 'bad-parameter', { users: { '': { role: 'viewer' } } }],
    ['a long id', 'bad-parameter', { users: { ['x'.repeat(256)]: { role: 'viewer' } } }],
    ['an offer to a stranger', 'bad-parameter', { offeredTo: 'eve' }],
    ['an offer to the owner', 'bad-parameter', { offeredTo: 'ada' }],
    ['an offer to who is removed', 'bad-parameter', { users: { eve: null }, offeredTo: 'eve' }],
    [
      'a name that hides text',
      'bad-parameter',
      { users: { e: { role: 'viewer', name: '\u202e' } } },
    ],
    ['a link of one’s own', 'bad-parameter', { viewLink: DEAD_LINK }],
    ['an unknown gift', 'bad-parameter', { link: 'manage' }],
    ['a giant', 'too-large', { users: { eve: { role: 'viewer', name: 'x'.repeat(70_000) } } }],
  ])('[SR13] [SR16] with %s is %s', async (_what, problem, said) => {
    await using running = await start('node:http', users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const { access } = await readAccess(room, as('ada'))
    const isObject = typeof said === 'object' && said !== null
    const isWhole = isObject && !('link' in said && said.link === 'view')
    const json = isWhole ? { revision: access!.revision, ...said } : said
    expectProblem(await call(room.url('access'), { ...as('ada'), json: json as Json }), problem)
    expect((await readAccess(room, as('ada'))).access).toEqual(access)
  })

  it('[SR13] [SR10] [SR17] that changes nothing leaves the record, its readers and the audit log alone', async () => {
    const entries: object[] = []
    const asked: string[] = []
    const audit = (entry: object) => void entries.push(entry)
    const authorize: WhereaboutsOptions['authorize'] = (about) => {
      asked.push(about.user?.id ?? 'nobody')
      return sharedAccess(about)
    }
    await using running = await start('node:http', users({ audit, authorize }))
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const eve = { role: 'editor', name: 'Eve' } as const
    const access = await change(room, { link: 'view', users: { eve }, viewLink: true }, as('ada'))
    const { revision } = access
    await using stream = await room.join('k', {}, as('eve'))
    expect(stream.hello.can).toEqual(USUAL)
    entries.length = 0
    asked.length = 0
    const same = { link: 'view', users: { bob: null, eve }, viewLink: true, offeredTo: null }
    for (const said of [{}, { owner: 'eve' }, same]) {
      const answer = await post(room, { revision, ...said }, as('ada'))
      expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { access }])
    }
    expectProblem(await post(room, { revision: revision - 1 }, as('ada')), 'access-changed')
    expect(entries).toEqual([])
    expect(asked).not.toContain('eve')
    const changed = await change(room, { users: { eve: { role: 'viewer' } } }, as('ada'))
    expect(changed.revision).toBe(revision + 1)
    expect(entries).toHaveLength(1)
    expect(asked).toContain('eve')
  })

  it.each([
    ['revision', { revision: 'x' }, '"revision" must be the number that the change was made from.'],
    ['offeredTo', { offeredTo: '' }, '"offeredTo" must be an id of 1 to 255 characters'],
    ['users', { users: { e: { role: 'boss' } } }, '"viewer", "commenter" or "editor"'],
    ['link', { link: 'all' }, '"link" must be "nothing", "view", "comment" or "edit".'],
    ['viewLink', { viewLink: 'yes' }, '"viewLink" must be true or false.'],
  ])('[SR13] with a wrong `%s` is told what it may be', async (parameter, said, what) => {
    await using running = await start('node:http', users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const answer = await post(room, { revision: 1, ...said }, as('ada'))
    const { detail, extensions } = expectProblem(answer, 'bad-parameter')
    expect(detail).toContain(what)
    expect(extensions).toMatchObject({ parameter })
  })

  it('[SR16] is bounded also when it comes in many steps', async () => {
    await using running = await start('node:http', users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const some = (from: number, count: number, width: number) => {
      const ids = Array.from({ length: count }, (_, n) => `${from + n}`.padEnd(width, 'x'))
      return Object.fromEntries(ids.map((id) => [id, { role: 'viewer' as const }]))
    }
    await change(room, { users: some(0, 200, 200) }, as('ada'))
    let { revision } = (await readAccess(room, as('ada'))).access!
    const large = await post(room, { revision, users: some(200, 200, 200) }, as('ada'))
    expectProblem(large, 'too-large')
    const none = Object.fromEntries(Object.keys(some(0, 200, 200)).map((id) => [id, null]))
    await change(room, { users: none }, as('ada'))
    await change(room, { users: some(0, 499, 5) }, as('ada'))
    ;({ revision } = (await readAccess(room, as('ada'))).access!)
    expectProblem(
      await post(room, { revision, users: some(500, 2, 5) }, as('ada')),
      'bad-parameter',
    )
  })

  it('[SR16] takes `__proto__` as an id like any other', async () => {
    await using running = await start('node:http', users({ linkGives: 'nothing' }))
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const { revision } = (await readAccess(room, as('ada'))).access!
    const body = `{"revision":${revision},"users":{"__proto__":{"role":"viewer"}}}`
    const headers = { ...as('ada').headers, 'content-type': 'application/json' }
    expect((await call(room.url('access'), { headers, body })).status).toBe(200)
    expect(await readAccess(room, as('__proto__'))).toEqual({ can: ['watch'] })
    await expectRefused('forbidden', room.url('access'), as('constructor'))
    const { text } = await call(room.url('access'), as('ada'))
    expect(text).toContain('"users":{"__proto__":{"role":"viewer"}}')
  })

  it('[SR10] reaches open readers at once, to narrow and to widen', async () => {
    await using running = await start('node:http', users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    await using eve = await room.join('k', {}, as('eve'))
    await using ada = await room.join('k', {}, as('ada'))
    await change(room, { link: 'view' }, as('ada'))
    expect((await eve.next('can')).data).toEqual({ can: ['watch'] })
    await ada.until('eve has left', ({ members }) => !members.has(eve.self))
    await change(room, { users: { eve: { role: 'editor' } } }, as('ada'))
    expect((await eve.next('can')).data).toEqual({ can: USUAL })
    await change(room, { link: 'nothing', users: { eve: null } }, as('ada'))
    expect(await ended(eve)).toMatchObject({ status: 403 })
  })

  it('[SR17] is in the audit log, without the link', async () => {
    const entries: object[] = []
    const audit = (entry: object) => void entries.push(entry)
    await using running = await start('node:http', users({ audit }))
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const said = { link: 'view', users: { eve: { role: 'editor' }, bob: null } } as const
    await change(room, said, as('ada'))
    const { viewLink } = await change(room, { viewLink: true, offeredTo: 'eve' }, as('ada'))
    const common = { who: 'user:ada', what: 'access', room: room.name }
    const roles = [
      { user: 'eve', role: 'editor' },
      { user: 'bob', role: 'removed' },
    ]
    expect(entries).toMatchObject([
      { ...common, link: 'view', users: roles },
      { ...common, viewLink: 'made', offeredTo: 'eve' },
    ])
    entries.length = 0
    await change(room, { offeredTo: null }, as('ada'))
    await answer(room, false, as('eve'))
    await change(room, { offeredTo: 'eve' }, as('ada'))
    await answer(room, false, as('eve'))
    await change(room, { offeredTo: 'eve' }, as('ada'))
    await answer(room, true, as('eve'))
    const eves = { ...common, who: 'user:eve' }
    expect(entries).toMatchObject([
      { ...common, offer: 'ended' },
      { ...common, offeredTo: 'eve' },
      { ...eves, offer: 'refused' },
      { ...common, offeredTo: 'eve' },
      { ...eves, offer: 'accepted', owner: 'eve' },
    ])
    expect(JSON.stringify(entries)).not.toContain(viewLink)
  })

  it('[SR17] is in the audit log whole, whatever its users are called', async () => {
    const entries: { users?: object }[] = []
    const audit = (entry: object) => void entries.push(entry)
    await using running = await start('node:http', users({ audit }))
    const room = new TestRoom(running.baseUrl)
    await write(room, as('operator'))
    const padding = Array.from({ length: 300 }, (_, n) => `${n}`.padEnd(60, 'x'))
    const ids = [...padding, 'bob: removed, carol', 'mallory']
    const said = Object.fromEntries(ids.map((id) => [id, { role: 'editor' as const }]))
    await change(room, { users: said }, as('operator'))
    const roles = ids.map((id) => ({ user: id, role: 'editor' }))
    expect(entries).toMatchObject([{ who: 'user:operator', what: 'access' }])
    expect(entries[0]!.users).toEqual(expect.arrayContaining(roles))
    expect(entries[0]).not.toHaveProperty('cut')
  })
})

it('[SR8] a viewer changes nothing with another room’s position or a repeated post', async () => {
  await using running = await start('node:http', open)
  const [room, other] = [new TestRoom(running.baseUrl), new TestRoom(running.baseUrl)]
  const secret = await other.move('k', 'elsewhere')
  const view = await linked(room)
  const answer = await call(view.url('location', { since: secret.id }))
  expect(answer.text).not.toContain('elsewhere')
  const headers = { 'content-type': BYTES, 'idempotency-key': 'the-same' }
  expect((await call(room.url('document'), { headers, body: UPDATE })).status).toBe(200)
  expectProblem(await call(view.url('document'), { headers, body: UPDATE }), 'forbidden')
})
