import type { Access, AccessChange, Json } from '@whereabouts/protocol'
import { sharedAccess, type WhereaboutsOptions } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import { call, callJson, type CallOptions, expectProblem } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openSocket } from 'whereabouts-conformance/socket'
import { ALL, as, Office, start, type Started } from './application.js'

const JSON_TYPE = 'application/json'
const BYTES = 'application/octet-stream'
/** A Yjs update with one text in it, `secret` in the map `m`. */
const UPDATE = Buffer.from('AQEBACgBAW0BeAF3BnNlY3JldAA=', 'base64')
const RARELY = { revalidateMs: 3_600_000 }

const users = (options: WhereaboutsOptions = {}): WhereaboutsOptions => ({
  authenticate: new Office().options.authenticate,
  authorize: sharedAccess,
  ...RARELY,
  ...options,
})

const write = (room: TestRoom, who: CallOptions = {}) =>
  call(room.url('document'), { headers: { ...who.headers, 'content-type': BYTES }, body: UPDATE })

const remove = (room: TestRoom, who: CallOptions) =>
  call(room.url('document'), { ...who, method: 'DELETE' })

async function readAccess(room: TestRoom, who: CallOptions = {}) {
  return (await callJson(room.url('access'), who)) as unknown as { can: string[]; access?: Access }
}

async function change(room: TestRoom, said: Omit<AccessChange, 'revision'>, who?: CallOptions) {
  const { revision } = (await readAccess(room, who)).access!
  const json = { revision, ...said } as unknown as Json
  const answer = await callJson(room.url('access'), { ...who, json })
  return (answer as unknown as { access: Access }).access
}

/** What a call sends whose body comes late. */
interface Late {
  readonly path: string
  readonly type?: string
  readonly body?: string
  readonly user?: string
}

const SYNC: Late = { path: 'document/sync', type: BYTES, body: '\0' }
const EVENTS: Late = { path: 'events', body: '{}' }

/** Posts all but the last byte of a body. The answer sends that. */
async function beginPost(room: TestRoom, { path, type = JSON_TYPE, body = '{}', user }: Late) {
  const socket = await openSocket(room.baseUrl)
  socket.write(
    `POST /rooms/${room.name}/${path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n` +
      (user === undefined ? '' : `Authorization: ${user}\r\n`) +
      `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
  )
  await socket.until('the server', (text) => text.includes('100 Continue') || undefined)
  // The store answers in turn, so what the post asks of it is answered before this.
  await call(room.url('location'), user === undefined ? {} : as(user))
  const finish = async () => {
    socket.write(body.slice(-1))
    const status = /HTTP\/1\.1 (?!100)(\d+)/
    return Number(await socket.until('an answer', (text) => status.exec(text)?.[1]))
  }
  return { finish, [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() }
}

/** Ends what several posts may do while their bodies arrive. Answers their statuses. */
async function statusesAfter(
  room: TestRoom,
  calls: readonly Late[],
  end: () => Promise<unknown>,
): Promise<readonly number[]> {
  const posts = await Promise.all(calls.map((each) => beginPost(room, each)))
  await end()
  const statuses = await Promise.all(posts.map(({ finish }) => finish()))
  for (const post of posts) await post[Symbol.asyncDispose]()
  return statuses
}

describe('a view link, while a body arrives', () => {
  it('[AC25] [SR9] [SR10] that is ended reads nothing', async () => {
    await using running = await start('node:http', RARELY)
    const room = new TestRoom(running.baseUrl)
    await write(room)
    const { viewLink } = await change(room, { viewLink: true })
    const view = new TestRoom(running.baseUrl, viewLink)
    const end = () => change(room, { viewLink: false })
    expect(await statusesAfter(view, [SYNC, EVENTS], end)).toEqual([403, 403])
  })

  it('[AC25] [SR9] [SR10] whose document is deleted, and made again, reads nothing', async () => {
    await using running = await start('node:http', users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const { viewLink } = await change(room, { viewLink: true }, as('ada'))
    const view = new TestRoom(running.baseUrl, viewLink)
    const calls = [SYNC, EVENTS].map((each) => ({ ...each, user: 'eve' }))
    const statuses = await statusesAfter(view, calls, async () => {
      expect((await remove(room, as('ada'))).status).toBe(204)
      expect((await write(room, as('bob'))).status).toBe(200)
    })
    expect(statuses).toEqual([403, 403])
  })

  it('[SR8] is refused a write', async () => {
    await using running = await start('node:http', RARELY)
    const room = new TestRoom(running.baseUrl)
    await write(room)
    const { viewLink } = await change(room, { viewLink: true })
    expectProblem(await write(new TestRoom(running.baseUrl, viewLink)), 'forbidden')
  })
})

describe('a user, while the application is waited for', () => {
  const bytes = { ...as('eve').headers, 'content-type': BYTES }
  it.each<[string, string, CallOptions]>([
    ['a read', 'document', as('eve')],
    ['a sync', 'document/sync', { headers: bytes, body: Buffer.of(0) }],
    ['a post', 'document', { headers: bytes, body: UPDATE }],
  ])('[AC43] who is removed gets and stores nothing: %s', async (_what, path, options) => {
    let load = () => {}
    let isAsked = () => {}
    const asked = new Promise<void>((resolve) => (isAsked = resolve))
    const onLoadDocument = () => {
      isAsked()
      return new Promise<undefined>((resolve) => (load = () => resolve(undefined)))
    }
    const office = new Office({ eve: ALL, ada: ALL })
    await using running = await start('node:http', { ...office.options, onLoadDocument })
    const room = new TestRoom(running.baseUrl)
    const answer = call(room.url(path), options)
    await asked
    office.rights.delete('eve')
    await running.rooms.revalidate()
    load()
    expectProblem(await answer, 'forbidden')
    expect((await call(room.url('document'), as('ada'))).text).toBe('\0\0')
  })
})

describe('a user, while a body arrives', () => {
  it('[AC25] [SR10] who is removed reads and writes nothing', async () => {
    await using running = await start('node:http', users())
    const room = new TestRoom(running.baseUrl)
    await write(room, as('ada'))
    const document = { path: 'document', type: BYTES, body: '\0\0' }
    const calls = [SYNC, EVENTS, document].map((each) => ({ ...each, user: 'eve' }))
    const end = () => change(room, { link: 'nothing' }, as('ada'))
    expect(await statusesAfter(room, calls, end)).toEqual([403, 403, 403])
  })

  it('[AC25] who expires does nothing', async () => {
    const office = new Office({ eve: ALL })
    const expiresAtMs = Date.now() + 1_000
    office.details = () => ({ expiresAtMs })
    await using running = await start('node:http', { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    const calls: readonly Late[] = [
      SYNC,
      EVENTS,
      { path: 'document', type: BYTES, body: '\0\0' },
      { path: `location?member=${memberKey()}` },
      { path: 'leave' },
      { path: 'access', body: '{"revision":0,"viewLink":true}' },
    ]
    const late = calls.map((each) => ({ ...each, user: 'eve' }))
    const expired = async () => expect.poll(() => Date.now()).toBeGreaterThan(expiresAtMs)
    const statuses = await statusesAfter(room, late, () => expired())
    expect(statuses).toEqual(late.map(() => 401))
    expect(await running.rooms.count()).toMatchObject({ rooms: 0, members: 0 })
  })
})

describe('a poll of several rooms, while one of them is slow', () => {
  /** Asks for the rooms `lost` and `slow`, and does something before what eve may do in `slow` is known. */
  async function pollAround(office: Office, meanwhile: (running: Started) => Promise<unknown>) {
    await using running = await start('node:http', { ...office.options, ...RARELY })
    await running.rooms.move('lost', 'other', 'secret')
    let asked!: () => void
    let known!: () => void
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    const isKnown = new Promise<void>((resolve) => (known = resolve))
    const may = new Set(['lost', 'slow'])
    office.answer = async ({ room }) => {
      if (room === 'slow') {
        asked()
        await isKnown
      }
      return may.has(room)
    }
    const subscriptions = ['lost', 'slow'].map((room) => ({ key: room, room }))
    const json = { subscriptions, poll: true }
    const answer = call(`${running.baseUrl}/streams`, { ...as('eve'), json })
    await isAsked
    // The other room has been answered by the time that the server answers this.
    await call(`${running.baseUrl}/health/live`)
    may.delete('lost')
    await meanwhile(running)
    known()
    return await answer
  }

  it('[AC40] [AC25] reads nothing of a room that was taken away', async () => {
    const { text } = await pollAround(new Office(), ({ rooms }) =>
      rooms.revalidate({ user: 'eve' }),
    )
    expect(JSON.parse(text)).toMatchObject({
      subscriptions: [
        { key: 'lost', problem: { status: 403 } },
        { key: 'slow', members: [] },
      ],
    })
    expect(text).not.toContain('secret')
  })

  it('[AC40] [AC25] is asked about again after a second', async () => {
    const { text } = await pollAround(new Office(), async () => {
      const sinceMs = performance.now()
      await expect
        .poll(() => performance.now() - sinceMs, { timeout: 5_000 })
        .toBeGreaterThan(1_100)
    })
    expect(text).not.toContain('secret')
  })

  it('[AC40] [AC25] is refused as a whole once its user has expired', async () => {
    const office = new Office()
    const expiresAtMs = Date.now() + 1_000
    office.details = () => ({ expiresAtMs })
    const answer = await pollAround(office, () =>
      expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(expiresAtMs),
    )
    expectProblem(answer, 'unauthorized')
  })
})

describe('a document that is written when it was just deleted', () => {
  /** A document of ada's that nobody else may see. */
  async function ofAda({ baseUrl }: Started) {
    const room = new TestRoom(baseUrl)
    expect((await write(room, as('ada'))).status).toBe(200)
    await change(room, { link: 'nothing', users: { eve: { role: 'editor' } } }, as('ada'))
    // The record is known well.
    await readAccess(room, as('eve'))
    return room
  }

  it('[SR4] belongs to whom writes first', async () => {
    await using running = await start('node:http', users())
    for (const who of ['ada', 'eve', 'bob']) {
      const room = await ofAda(running)
      expect((await remove(room, as('ada'))).status).toBe(204)
      expect((await write(room, as(who))).status).toBe(200)
      expect((await readAccess(room, as(who))).access).toMatchObject({ owner: who, users: {} })
    }
  })

  it('[SR4] has an owner when the application deleted it', async () => {
    await using running = await start('node:http', users())
    const administration = running.administration!
    const deletions = [
      (room: TestRoom) => administration.deleteDocument(room.name, { by: 'ada' }),
      async () => {
        const retained = administration.retain({ unusedSinceMs: Infinity }, { by: 'ada' })
        for await (const { roomName } of retained) expect(roomName).toBeDefined()
      },
    ]
    for (const deletion of deletions) {
      const room = await ofAda(running)
      await deletion(room)
      expect((await write(room, as('bob'))).status).toBe(200)
      expect((await readAccess(room, as('bob'))).access).toMatchObject({ owner: 'bob' })
    }
  })

  it('[SR4] has an owner, or isn’t there, when it is written meanwhile', async () => {
    await using running = await start('node:http', users())
    for (let race = 0; race < 5; race++) {
      const room = await ofAda(running)
      const writes = ['ada', 'eve', 'ada'].map((who) => write(room, as(who)))
      await Promise.all([remove(room, as('ada')), ...writes])
      const { can } = await readAccess(room, as('ada'))
      const isThere = (await running.administration!.list({ after: '', limit: 1_000 })).some(
        ({ roomName }) => roomName === room.name,
      )
      const owners = []
      for (const who of ['ada', 'eve']) {
        const answer = await call(room.url('access'), as(who))
        const { access } = JSON.parse(answer.text) as { access?: Access }
        if (access?.owner === who) owners.push(who)
      }
      expect(owners, `can ${can.join()}`).toHaveLength(isThere ? 1 : 0)
    }
  })
})
