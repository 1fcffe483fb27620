import type { Locked } from '@whereabouts/protocol'
import { createWhereabouts } from '@whereabouts/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BYTES, TestDocument } from 'whereabouts-conformance/document'
import { call, callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { newPlace, type Place } from './place.js'

const POST = { method: 'POST' }
const LEASE_MS = 2_000
let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

async function twoNodes() {
  const [one, two] = await Promise.all([1, 2].map(() => place.node({ leaseMs: LEASE_MS })))
  const here = new TestRoom(one!.baseUrl)
  return { one: one!, two: two!, here, there: new TestRoom(two!.baseUrl, here.name) }
}

async function lock(room: TestRoom, member: string, key = 'a'): Promise<Locked> {
  const answer = await callJson(room.url('lock', { member, key }), POST)
  return answer as unknown as Locked
}

const statusOf = async ({ baseUrl }: TestRoom) =>
  ((await callJson(`${baseUrl}/health/ready`)) as { readonly status: string }).status

describe('two servers', { timeout: 120_000 }, () => {
  it('[LK3 LK4 LK13] [EX1] grant a key once, whichever is asked', async () => {
    const { here, there } = await twoNodes()
    const [ann, ben] = [memberKey(), memberKey()]
    await using own = await here.join(ann)
    await using other = await there.join(ben)
    const numbers: number[] = []
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all([
        call(here.url('lock', { member: ann, key: 'a' }), POST),
        call(there.url('lock', { member: ben, key: 'a' }), POST),
      ])
      const held = answers.flatMap(({ status, text }, index) =>
        status === 200 ? [{ ...(JSON.parse(text) as Locked), member: [ann, ben][index]! }] : [],
      )
      expect(held).toHaveLength(1)
      const [{ number, member }] = held as [Locked & { readonly member: string }]
      numbers.push(number)
      for (const stream of [own, other])
        await stream.until('the lock', ({ locks }) => locks['a']?.number === number)
      await callJson(here.url('unlock', { member, key: 'a', number }), POST)
    }
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
  })

  it('[LK12 LK13] decide on a call that names a lock, wherever it was granted', async () => {
    const { here, there } = await twoNodes()
    const [ann, ben] = [memberKey(), memberKey()]
    await using own = await here.join(ann)
    await using other = await here.join(ben)
    const { number } = await lock(here, ann)
    const named = `a;${number}`
    const update = { headers: BYTES, body: Buffer.from(new TestDocument(there).write('A1')) }
    // This node has nobody of the room, and may not have heard of the lock yet.
    const answer = await call(there.url('document', { member: ann, lock: named }), update)
    expect(answer).toMatchObject({ status: 200 })
    await expectRefused('locked', there.url('document', { member: ben, lock: named }), update)
    await callJson(there.url('location', { member: ann, lock: named }), { json: 1 })
    await expectRefused('locked', there.url('broadcast', { member: ben, lock: named }), { json: 1 })
    const worker = await createWhereabouts({ ...place.settings, auth: 'open' })
    await expect.poll(() => worker.rooms.isShared).toBe(true)
    expect(await worker.rooms.holdsLock(here.name, 'a', number, own.self)).toBe(true)
    expect(await worker.rooms.holdsLock(here.name, 'a', number, other.self)).toBe(false)
    await callJson(here.url('unlock', { member: ann, key: 'a', number }), POST)
    expect(await worker.rooms.holdsLock(here.name, 'a', number)).toBe(false)
    await expectRefused('locked', there.url('location', { member: ann, lock: named }), { json: 2 })
    await worker.close()
  })

  it('[LK6] [EX4 EX12] release the locks of a node that dies when its members’ lease is over', async () => {
    const { one, here, there } = await twoNodes()
    const [ann, ben] = [memberKey(), memberKey()]
    await here.join(ann)
    await using other = await there.join(ben)
    const first = await lock(here, ann)
    await one.kill()
    const refused = there.url('lock', { member: ben, key: 'a' })
    expectProblem(await call(refused, POST), 'locked')
    await other.until('no lock', ({ locks }) => !('a' in locks), 30_000)
    const second = await lock(there, ben)
    expect(second.number).toBeGreaterThan(first.number)
  })
})

it(
  '[LK15 LK16] cut off from Redis, servers grant and know no locks; when it is back, they have them again, or if it lost its data, none',
  { timeout: 120_000 },
  async () => {
    const { here, there } = await twoNodes()
    const [ann, ben] = [memberKey(), memberKey()]
    await using own = await here.join(ann)
    await using other = await there.join(ben)
    const { number } = await lock(here, ann)
    const isThere = ({ locks }: typeof own.state) => locks['a']?.number === number
    for (const stream of [own, other]) await stream.until('the lock', isThere)
    place.redis.pause()
    for (const stream of [own, other]) await stream.until('no lock', (state) => !isThere(state))
    expect(await Promise.all([here, there].map(statusOf))).toEqual(['alone', 'alone'])
    const json = { key: 'b', number }
    const named = { member: ann, lock: `a;${number}` }
    const update = { headers: BYTES, body: Buffer.from(new TestDocument(here).write('A1')) }
    for (const answer of await Promise.all([
      call(here.url('lock', { member: ann }), { json }),
      call(there.url('lock', { member: ben }), { json }),
      call(here.url('unlock', { member: ann }), { json }),
      call(here.url('location', named), { json: 'never' }),
      call(here.url('broadcast', named), { json: 'never' }),
      call(here.url('document', named), update),
    ])) {
      expectProblem(answer, 'exchange-busy')
      expect(answer.headers['retry-after']).toBeDefined()
    }
    expect(await here.member(own.self)).toMatchObject({ location: null })
    place.redis.resume()
    for (const stream of [own, other]) await stream.until('the lock again', isThere, 30_000)
    await callJson(here.url('location', named), { json: 'C6' })
    expectProblem(await call(there.url('lock', { member: ben, key: 'a' }), POST), 'locked')

    await place.redis.kill()
    await own.until('no lock', (state) => !isThere(state))
    await place.redis.restart({ empty: true })
    const isShared = async () => (await Promise.all([here, there].map(statusOf))).join()
    await expect.poll(isShared, { timeout: 30_000 }).toBe('ok,ok')
    await expect
      .poll(async () => (await call(there.url('lock', { member: ben, key: 'a' }), POST)).status)
      .toBe(200)
    await expectRefused('locked', here.url('location', named), { json: 'never' })
    await own.until('another’s lock', ({ locks }) => locks['a']?.memberId === other.self)
    expect(own.state.locks['a']!.number).toBeGreaterThan(number)
  },
)
