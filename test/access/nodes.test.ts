import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Access } from '@whereabouts/protocol'
import { sharedAccess, type WhereaboutsOptions } from '@whereabouts/server'
import { call, callJson, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { end, type EventStream } from 'whereabouts-conformance/stream'
import { newPlace, type Place } from '../nodes/place.js'
import { Wire } from '../servers/wire.js'
import { ALL, as, Office, start } from './application.js'
import { authors } from './authors.js'

const RARELY = { revalidateMs: 3_600_000 }
interface Answer {
  readonly access: Access
}

let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

/** Two applications that are one, and the address of their Redis for the second one. */
async function twoNodes(
  office: Office,
  { redisUrl = place.redis.url, ...own }: WhereaboutsOptions = {},
) {
  const settings = { ...office.options, ...RARELY, ...place.settings, ...own }
  const one = await start('node:http', settings)
  const two = await start('node:http', { ...settings, redisUrl })
  const here = new TestRoom(one.baseUrl)
  const there = new TestRoom(two.baseUrl, here.name)
  return {
    one,
    two,
    here,
    there,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]()
      await two[Symbol.asyncDispose]()
    },
  }
}

async function ended(stream: EventStream): Promise<unknown> {
  const { data } = await stream.next('problem')
  await end(stream)
  return data
}

/** Waits until a member has left the room. */
function left(stream: EventStream, id: string) {
  return stream.until(`that ${id} has left`, ({ members }) => !members.has(id))
}

describe('readers of two nodes', () => {
  it('[AC20] are checked again on whichever node `revalidate` is called', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using nodes = await twoNodes(office)
    const { one, here, there } = nodes
    await using ada = await here.join('k', {}, as('ada'))
    await using eve = await there.join('k', {}, as('eve'))
    await ada.until('eve', ({ members }) => members.has(eve.self))
    office.rights.set('eve', ['watch', 'join'])
    await one.rooms.revalidate({ user: 'eve' })
    expect((await eve.next('can')).data).toEqual({ can: ['watch', 'join'] })
    office.rights.delete('eve')
    await one.rooms.revalidate({ room: here.name })
    await ended(eve)
    await left(ada, eve.self)
  })

  it('[CM6] of comments are ended on both when the document is deleted on one', async () => {
    // Somebody whose budget no other test counts.
    const office = new Office({ cleo: ALL })
    await using nodes = await twoNodes(office)
    const { one, two, here, there } = nodes
    const comments = `comments~${here.name}`
    const commentsThere = new TestRoom(there.baseUrl, comments)
    const text = authors(1)
    await one.rooms.update(here.name, text)
    await two.rooms.update(comments, text)
    await using reader = await commentsThere.stream({ watch: 1 }, as('cleo'))
    expect((await call(commentsThere.url('document'), as('cleo'))).text.length).toBeGreaterThan(2)
    expect(await one.rooms.deleteDocument(here.name)).toBe(true)
    await ended(reader)
    await expectRefused('forbidden', commentsThere.url('document'), as('cleo'))
    await one.rooms.update(here.name, text)
    const { status, text: now } = await call(commentsThere.url('document'), as('cleo'))
    expect([status, now.length]).toEqual([200, 2])
  })

  it('[AC41] members that only post, at another node, leave at once', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using nodes = await twoNodes(office)
    const { one, here, there } = nodes
    await using ada = await here.join('k', {}, as('ada'))
    const url = there.url('location', { member: 'l', nextWithinMs: 90_000 })
    await callJson(url, { ...as('eve'), json: 1 })
    await ada.until('eve', ({ members }) => members.size === 2)
    office.rights.delete('eve')
    await one.rooms.revalidate({ room: here.name })
    await ada.until('nobody else', ({ members }) => members.size === 1)
  })

  it('[AC23] [AC24] are disconnected on both', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using nodes = await twoNodes(office)
    const { one, two, here, there } = nodes
    await using ada = await here.join('k', {}, as('ada'))
    await using mine = await there.join('k', {}, as('eve'))
    await using viewer = await there.stream({ watch: 1 }, as('eve'))
    await callJson(there.url('location', { member: 'l' }), { ...as('eve'), json: 1 })
    await ada.until('all', ({ members, watching }) => members.size === 3 && watching === 1)
    await one.rooms.disconnect(here.name, { userId: 'eve', reason: 'The party is over.' })
    for (const stream of [mine, viewer]) {
      expect(await ended(stream)).toMatchObject({ detail: 'The party is over.' })
    }
    await ada.until('nobody else', ({ members, watching }) => members.size === 1 && watching === 0)
    await using again = await there.join('k', {}, as('eve'))
    await two.rooms.disconnect(there.name, { memberId: ada.self })
    await ended(ada)
    await left(again, ada.self)
  })

  it('[AC23] [AC28] can be disconnected from a node without members in the room', async () => {
    const office = new Office({ eve: ALL })
    await using nodes = await twoNodes(office)
    const { one, there } = nodes
    await using eve = await there.join('k', {}, as('eve'))
    await one.rooms.disconnect(there.name, { memberId: eve.self })
    await ended(eve)
    expect(await one.rooms.members(there.name)).toMatchObject({ members: [] })
  })

  it('[AC22] [AC28] are checked again by a node that was cut off and reports that it told no other', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using wire = await Wire.to(place.redis.port)
    await using nodes = await twoNodes(office, { redisUrl: `redis://${wire.address}` })
    const { one, two, there } = nodes
    await using eve = await there.join('k', {}, as('eve'))
    await using ada = await there.join('k', {}, as('ada'))
    wire.cut()
    await expect.poll(() => two.rooms.isShared).toBe(false)
    office.rights.set('ada', ['watch', 'join'])
    const alone = two.rooms.revalidate({ user: 'ada' })
    await expect(alone).rejects.toMatchObject({ problem: 'exchange-busy' })
    expect((await ada.next('can')).data).toEqual({ can: ['watch', 'join'] })
    office.rights.delete('eve')
    await one.rooms.revalidate({ user: 'eve' })
    wire.mend()
    await ended(eve)
  })
})

describe('budgets of two nodes', () => {
  const settings = { budgetScale: 0.01, authenticate: () => ({ id: 'ada' }), authorize: () => true }
  const LIMIT = 20

  const reads = async (room: TestRoom, count: number) => {
    const statuses = []
    for (let time = 0; time < count; time++) {
      statuses.push((await call(room.url('document'))).status)
    }
    return statuses
  }

  it('[BU8] are counted together, and each for itself while Redis is away', async () => {
    await using wire = await Wire.to(place.redis.port)
    const all = { ...settings, ...place.settings }
    await using one = await start('node:http', all)
    await using two = await start('node:http', { ...all, redisUrl: `redis://${wire.address}` })
    const here = new TestRoom(one.baseUrl)
    const there = new TestRoom(two.baseUrl, here.name)
    expect(await reads(here, LIMIT / 2)).toEqual(Array(LIMIT / 2).fill(200))
    expect(await reads(there, LIMIT / 2)).toEqual(Array(LIMIT / 2).fill(200))
    expect(await reads(there, 1)).toEqual([429])
    expect(await reads(here, 1)).toEqual([429])
    wire.cut()
    await expect.poll(() => two.rooms.isShared).toBe(false)
    expect(await reads(there, LIMIT + 1)).toEqual([...Array(LIMIT).fill(200), 429])
  })
})

it('[BU29] what one of two nodes refuses takes nothing of a budget that they share', async () => {
  // 5 authors a day for a user.
  const settings = { budgetScale: 0.05, authenticate: () => ({ id: 'ada' }), authorize: () => true }
  await using nodes = await twoNodes(new Office(), settings)
  const write = async ({
    room,
    count,
    first,
  }: {
    room: TestRoom
    count: number
    first: number
  }) => {
    const body = Buffer.from(authors(count, first))
    const headers = { 'content-type': 'application/octet-stream' }
    return (await call(room.url('document'), { headers, body })).status
  }
  const { here, there } = nodes
  expect(await write({ room: here, count: 12_500, first: 1 })).toBe(200)
  expect(await write({ room: here, count: 4, first: 20_000 })).toBe(200)
  expect(await write({ room: there, count: 2, first: 30_000 })).toBe(429)
  expect(await write({ room: here, count: 2, first: 40_000 })).toBe(429)
  expect(await write({ room: there, count: 1, first: 50_000 })).toBe(200)
  expect(await write({ room: here, count: 1, first: 60_000 })).toBe(429)
})

describe('access records of two nodes', () => {
  it('[SR10] a change on one reaches the readers of the other, and a view link ends there', async () => {
    const office = new Office()
    await using nodes = await twoNodes(office, { authorize: sharedAccess })
    const { here, there } = nodes
    const update = { headers: { ...as('ada').headers, 'content-type': 'application/octet-stream' } }
    const body = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
    await using eve = await there.join('k', {}, as('eve'))
    await callJson(here.url('document'), { ...update, body })
    const change = async (said: object) => {
      const { access } = (await callJson(here.url('access'), as('ada'))) as unknown as Answer
      const json = { revision: access.revision, ...said }
      return (await callJson(here.url('access'), { ...as('ada'), json })) as unknown as Answer
    }
    const { access } = await change({ viewLink: true })
    const view = new TestRoom(nodes.two.baseUrl, access.viewLink)
    await using viewer = await view.stream({}, as('bob'))
    await change({ link: 'view' })
    expect((await eve.next('can')).data).toEqual({ can: ['watch'] })
    await change({ viewLink: false })
    expect(await ended(viewer)).toMatchObject({ status: 403 })
    await expectRefused('forbidden', view.url('location'), as('bob'))
    await change({ link: 'nothing' })
    expect(await ended(eve)).toMatchObject({ status: 403 })
    await expectRefused('forbidden', there.url('location'), as('eve'))
  })

  it('[SR19] [SR20] an offer on one is accepted on the other, once', async () => {
    await using nodes = await twoNodes(new Office(), { authorize: sharedAccess })
    const { here, there } = nodes
    const update = { headers: { ...as('ada').headers, 'content-type': 'application/octet-stream' } }
    await callJson(here.url('document'), {
      ...update,
      body: Buffer.from('AQEBAAQBAXQBYQA=', 'base64'),
    })
    await using ada = await here.join('k', {}, as('ada'))
    const accessOf = async (room: TestRoom, who: string) =>
      (await callJson(room.url('access'), as(who))) as unknown as Answer
    const { revision } = (await accessOf(here, 'ada')).access
    const json = { revision, users: { eve: { role: 'editor' } }, offeredTo: 'eve' }
    await callJson(here.url('access'), { ...as('ada'), json })
    expect(await accessOf(there, 'eve')).toMatchObject({ offer: { from: 'ada' } })
    const accept = { ...as('eve'), json: { accept: true } }
    const answers = await Promise.all(
      [here, there].map((room) => call(room.url('access/offer'), accept)),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect((await ada.next('can')).data).not.toMatchObject({ can: ALL })
    for (const room of [here, there])
      expect((await accessOf(room, 'eve')).access).toMatchObject({ owner: 'eve' })
  })

  it('[SR4] have one owner, whichever node the first words came to', async () => {
    await using nodes = await twoNodes(new Office(), { authorize: sharedAccess })
    const body = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
    const write = (room: TestRoom, who: string) => {
      const headers = { ...as(who).headers, 'content-type': 'application/octet-stream' }
      return callJson(room.url('document'), { headers, body })
    }
    await Promise.all([write(nodes.here, 'ada'), write(nodes.there, 'eve')])
    const answers = await Promise.all(
      ['ada', 'eve'].map((who) => callJson(nodes.there.url('access'), as(who))),
    )
    const isOwner = answers.map((answer) => 'access' in (answer as object))
    expect(isOwner.filter(Boolean)).toHaveLength(1)
  })

  it('[SR4] [SR10] one that was deleted on one decides nothing on the other', async () => {
    await using nodes = await twoNodes(new Office(), { authorize: sharedAccess })
    const body = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
    const write = (room: TestRoom, who: string) => {
      const headers = { ...as(who).headers, 'content-type': 'application/octet-stream' }
      return call(room.url('document'), { headers, body })
    }
    for (let race = 0; race < 5; race++) {
      const here = new TestRoom(nodes.one.baseUrl)
      const other = new TestRoom(nodes.two.baseUrl, here.name)
      expect((await write(here, 'ada')).status).toBe(200)
      // Both know the record well.
      await callJson(other.url('access'), as('eve'))
      const remove = () => call(here.url('document'), { ...as('ada'), method: 'DELETE' })
      if (race > 0) await Promise.all([remove(), write(other, 'eve'), write(other, 'ada')])
      await remove()
      expect((await write(other, 'eve')).status).toBe(200)
      for (const room of [here, other]) {
        const { access } = (await callJson(room.url('access'), as('eve'))) as unknown as Answer
        expect(access).toMatchObject({ owner: 'eve' })
      }
    }
  })
})
