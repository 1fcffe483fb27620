import type { Inspection } from '@whereabouts/protocol'
import type { WhereaboutsOptions } from '@whereabouts/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { type EventStream, openStream } from 'whereabouts-conformance/stream'
import { newPlace, type Place } from '../nodes/place.js'
import { startPlain } from '../servers/plain.js'
import { Wire } from '../servers/wire.js'
import { ALL, as, Office, SERVERS, start } from './application.js'

const EDITOR = ALL.slice(0, -1)
const ADA = as('ada')

async function inspect(room: TestRoom): Promise<Inspection> {
  return (await callJson(room.url('inspect'), ADA)) as unknown as Inspection
}

/** Inspects a room until it is as expected. */
async function until(
  room: TestRoom,
  isSo: (inspection: Inspection) => boolean,
): Promise<Inspection> {
  for (;;) {
    const inspection = await inspect(room)
    if (isSo(inspection)) return inspection
  }
}

const newOffice = () => new Office({ ada: ALL, ben: EDITOR, eve: ['watch'] })

describe.each(SERVERS)('who inspects a room on %s', (server) => {
  it('[IN1 AC10] whoever may manage it, and nobody else; no room is made of it', async () => {
    const office = newOffice()
    await using running = await start(server, office.options)
    const room = new TestRoom(running.baseUrl)
    expect(await inspect(room)).toMatchObject({ members: [], watching: 0, readers: [] })
    for (const user of ['ben', 'eve', 'nobody'])
      await expectRefused('forbidden', room.url('inspect'), as(user))
    await expectRefused('unauthorized', room.url('inspect'))
    await expectRefused('method-not-allowed', room.url('inspect'), { ...ADA, method: 'POST' })
    expect(running.rooms.list()).toEqual([])
    office.rights.set('ada', EDITOR)
    await expectRefused('forbidden', room.url('inspect'), ADA)
  })

  it('[IN1 AC7] nobody, where nobody is authorized', async () => {
    await using running = await start(server, { auth: 'open' })
    const room = new TestRoom(running.baseUrl)
    await using _ada = await room.join('k')
    await expectRefused('forbidden', room.url('inspect'))
  })
})

describe('what an inspector sees', () => {
  async function startOne(options: WhereaboutsOptions = {}) {
    const running = await startPlain({
      heartbeatMs: 100,
      ...newOffice().options,
      ...options,
    })
    return { ...running, room: new TestRoom(running.baseUrl) }
  }

  it('[IN2 IN4] members and readers: transports, views, positions', async () => {
    await using running = await startOne()
    const { room } = running
    await using ben = await room.join('b', { nextWithinMs: 18_000 }, as('ben'))
    await using post = await openStream(room.url('events'), {
      ...as('ben'),
      json: { member: 'p', at: 's1', only: true, document: false },
    })
    await post.next('snapshot')
    await using list = await openStream(
      room.url('events', { view: 'list', member: 'l' }),
      as('ben'),
    )
    await list.next()
    await using _viewer = await room.stream({ watch: 1 }, as('eve'))
    await using shared = await openStream(`${running.baseUrl}/streams`, {
      ...as('ben'),
      json: { subscriptions: [{ key: 'a', room: room.name, members: ['x', 'y'] }] },
    })
    await shared.next('snapshot')
    await callJson(room.url('location', { member: 'f', polls: 1 }), {
      ...as('ben'),
      json: { at: 's1' },
    })
    const { id: since } = await inspect(room)
    const poll = call(room.url('location', { since, waitMs: 20_000 }), as('eve'))
    const seen = await until(room, ({ readers }) =>
      readers.some(({ transport }) => transport === 'long-poll'),
    )
    expect(seen).toMatchObject({ id: since, watching: 1 })
    expect(seen.members).toHaveLength(6)
    expect(seen.members[0]).toMatchObject({ id: ben.self, status: 'online', promisedMs: 18_000 })
    expect(seen.members.at(-1)).toMatchObject({ location: { at: 's1' }, polls: true })
    expect(seen.readers.map(({ transport }) => transport).toSorted()).toEqual([
      'long-poll',
      'post-stream',
      'shared-stream',
      'stream',
      'stream',
      'stream',
    ])
    const of = (id: string | undefined) => seen.readers.find(({ members }) => members.includes(id!))
    expect(of(ben.self)).toMatchObject({ members: [ben.self], view: 'patch', document: true })
    expect(of(seen.members[1]?.id)).toMatchObject({ part: 's1', document: false })
    expect(of(seen.members[2]?.id)).toMatchObject({ view: 'list', document: false })
    expect(of(seen.members[3]?.id)?.members).toHaveLength(2)
    expect(seen.readers.filter(({ members }) => members.length === 0)).toHaveLength(2)
    expect(JSON.stringify(seen)).not.toMatch(/"node|secret|127\.0\.0\.1/)
    await callJson(room.url('location', { member: 'b' }), { ...as('ben'), json: 'C5' })
    await poll
    const after = await until(room, ({ readers }) => readers.every(({ behind }) => behind === 0))
    expect(after.readers.map(({ id }) => id)).toEqual(after.readers.map(() => after.id))
  })

  it('[IN4 FR4] a connection that takes no more, and how far behind it is', async () => {
    // It takes megabytes of moves before a socket takes no more.
    const options = { stuckMs: 60_000, maxLocationBytes: 65_536, budgetScale: 0 }
    await using running = await startOne(options)
    const { room } = running
    await using stuck = await openStream(room.url('events', { watch: 1 }), as('eve'))
    await stuck.next('snapshot')
    stuck.pause()
    const json = 'x'.repeat(60_000)
    const moving = { ...as('ben'), json }
    let seen = await inspect(room)
    while (seen.readers[0]?.isUndrained !== true) {
      await callJson(room.url('location', { member: 'm' }), moving)
      seen = await inspect(room)
    }
    await callJson(room.url('location', { member: 'm' }), moving)
    const { id, readers } = await until(room, ({ readers: [reader] }) => (reader?.behind ?? 0) > 0)
    expect(readers[0]).toMatchObject({ isUndrained: true })
    expect(readers[0]?.id).not.toBe(id)
  })

  it('[IN3] latencies, as members tell them', async () => {
    await using running = await startOne()
    const { room } = running
    await using _ben = await room.join('b', {}, as('ben'))
    const confirm = (parameters: object) =>
      call(room.url('confirm', { member: 'b', nextWithinMs: 9_000, ...parameters }), {
        ...as('ben'),
        method: 'POST',
      })
    await confirm({})
    expect((await inspect(room)).members[0]?.latency).toBeUndefined()
    await confirm({ tookMs: 38 })
    await confirm({})
    const { latency } = (await inspect(room)).members[0]!
    expect(latency).toEqual({ tookMs: 38, agoMs: expect.any(Number) as number })
    await confirm({ tookMs: 90_000 })
    expect((await inspect(room)).members[0]?.latency?.tookMs).toBe(90_000)
    for (const tookMs of [-1, 1.5, 90_001, 'x'])
      expectProblem(await confirm({ tookMs }), 'bad-parameter')
    await call(room.url('leave', { member: 'b' }), { ...as('ben'), method: 'POST' })
    expect((await inspect(room)).members).toEqual([])
    await callJson(room.url('location', { member: 'b' }), { ...as('ben'), json: 1 })
    expect(Object.keys((await inspect(room)).members[0]!)).not.toContain('latency')
  })

  it('[IN5] no secret of anybody', async () => {
    await using running = await startOne()
    const { room } = running
    await using _ben = await room.join('the-key-of-ben', { nextWithinMs: 18_000 }, as('ben'))
    await using _eve = await room.stream({ watch: 1 }, as('eve'))
    const text = JSON.stringify(await inspect(room))
    expect(text).toContain('"ben"')
    expect(text).not.toMatch(/the-key-of-ben|eve/)
  })
})

describe('two nodes', () => {
  let place: Place
  beforeAll(async () => {
    place = await newPlace()
  })
  afterAll(() => place[Symbol.asyncDispose]())

  async function twoNodes(redisUrl = place.redis.url) {
    const settings = { heartbeatMs: 100, ...newOffice().options, ...place.settings }
    const one = await startPlain(settings)
    const two = await startPlain({ ...settings, redisUrl })
    const here = new TestRoom(one.baseUrl)
    const there = new TestRoom(two.baseUrl, here.name)
    return {
      here,
      there,
      async [Symbol.asyncDispose]() {
        await Promise.all([one, two].map((each) => each[Symbol.asyncDispose]()))
      },
    }
  }

  const nodeOf = ({ readers }: Inspection, { self }: EventStream & { readonly self: string }) =>
    readers.find(({ members }) => members.includes(self))?.node

  it('[IN3 IN6] each tells of its own readers and confirmations, whichever is asked', async () => {
    await using nodes = await twoNodes()
    const { here, there } = nodes
    await using ben = await here.join('b', { nextWithinMs: 18_000 }, as('ben'))
    await using cyd = await there.join('c', {}, as('ben'))
    await ben.until('cyd', ({ members }) => members.size === 2)
    const url = there.url('confirm', { member: 'b', nextWithinMs: 18_000, tookMs: 71 })
    await callJson(url, { ...as('ben'), method: 'POST' })
    const [mine, theirs] = await Promise.all([inspect(here), inspect(there)])
    for (const seen of [mine, theirs]) {
      expect(seen.nodes).toHaveLength(2)
      expect(seen.silent).toBeUndefined()
      expect(new Set(seen.nodes)).toEqual(new Set([nodeOf(seen, ben), nodeOf(seen, cyd)]))
      expect(seen.members.find(({ id }) => id === ben.self)?.latency?.tookMs).toBe(71)
    }
    expect(nodeOf(mine, cyd)).toBe(nodeOf(theirs, cyd))
    expect(nodeOf(mine, ben)).toBe(mine.nodes?.[0])
  })

  it('[IN6] one that is cut off is silent, and answers for itself', async () => {
    await using wire = await Wire.to(place.redis.port)
    await using nodes = await twoNodes(`redis://${wire.address}`)
    const { here, there } = nodes
    await using ben = await here.join('b', {}, as('ben'))
    await using cyd = await there.join('c', {}, as('ben'))
    await ben.until('cyd', ({ members }) => members.size === 2)
    const whole = await inspect(here)
    wire.cut()
    const seen = await until(here, ({ silent }) => silent !== undefined)
    expect(seen.silent).toEqual([nodeOf(whole, cyd)])
    const alone = await until(there, ({ isAlone }) => isAlone === true)
    expect(alone.nodes).toEqual([nodeOf(whole, cyd)])
  })
})
