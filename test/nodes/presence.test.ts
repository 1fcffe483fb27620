import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callJson } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openStream } from 'whereabouts-conformance/stream'
import { newPlace, type Place } from './place.js'

/** Longer than a slow machine takes for some confirmations. */
const WITHIN_MS = 3_000
const LEASE_MS = 10_000
let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

function confirm(room: TestRoom, member: string) {
  const url = room.url('confirm', { member, nextWithinMs: WITHIN_MS })
  return callJson(url, { method: 'POST' })
}

describe('two servers', { timeout: 120_000 }, () => {
  it('[CO8] take each other’s confirmations, and see the same members away and back', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => place.node({ leaseMs: LEASE_MS })))
    const here = new TestRoom(one!.baseUrl)
    const there = new TestRoom(two!.baseUrl, here.name)
    await using watcher = await here.watch()
    await using further = await there.watch()
    const ann = memberKey()
    await using own = await here.join(ann, { nextWithinMs: WITHIN_MS })
    const seen = (stream: typeof watcher) =>
      stream.patches.flatMap(({ status }) => status?.[own.self] ?? [])
    const until = async (count: number) => {
      for (const stream of [watcher, further])
        await stream.until(`${count} changes`, () => seen(stream).length === count)
    }
    for (let count = 0; count < 9; count++) {
      expect(await confirm(there, ann)).toMatchObject({ self: own.self })
      await new Promise((resolve) => setTimeout(resolve, WITHIN_MS / 3))
    }
    expect(seen(watcher)).toEqual([])
    await until(1)
    await confirm(there, ann)
    await until(2)
    expect(seen(watcher)).toEqual(['away', 'online'])
    expect(seen(further)).toEqual(['away', 'online'])
  })

  it('[CO8] a node that doesn’t host the room takes confirmations of its members, and of nobody else', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => place.node({ leaseMs: LEASE_MS })))
    const here = new TestRoom(one!.baseUrl)
    const there = new TestRoom(two!.baseUrl, here.name)
    await using watcher = await here.watch()
    const ann = memberKey()
    await using own = await here.join(ann, { nextWithinMs: WITHIN_MS })
    await watcher.until('away', ({ members }) => members.get(own.self)?.status === 'away')
    expect(await confirm(there, memberKey())).toMatchObject({ self: null })
    expect(await confirm(there, ann)).toMatchObject({ self: own.self })
    await watcher.until('back', ({ members }) => members.get(own.self)?.status === 'online')
  })

  it('[MS13] [MS14] nobody sees a change when a stream of several rooms goes on at another node', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => place.node({ leaseMs: LEASE_MS })))
    const rooms = [new TestRoom(one!.baseUrl), new TestRoom(one!.baseUrl)]
    await using watcher = await rooms[0]!.watch()
    await using further = await new TestRoom(two!.baseUrl, rooms[1]!.name).watch()
    const members = [memberKey(), memberKey()]
    const subscriptions = rooms.map(({ name }, index) => ({ key: `${index}`, room: name, members }))
    const json = { subscriptions }
    const first = await openStream(`${one!.baseUrl}/streams`, { json })
    for (const { key } of subscriptions) await first.room(key).next('snapshot')
    for (const stream of [watcher, further])
      await stream.until('the joins', (state) => state.members.size === 2)
    await first.close()
    await using second = await openStream(`${two!.baseUrl}/streams`, { json })
    for (const { key } of subscriptions) {
      await second.room(key).next('snapshot')
      expect(second.room(key).hello.selves).toEqual(first.room(key).hello.selves)
    }
    // Longer than the first node holds the members for.
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS / 3 + 1_000))
    for (const { patches, state } of [watcher, further]) {
      expect(patches.flatMap(({ status, leave }) => [status, leave]).filter(Boolean)).toEqual([])
      expect([...state.members.values()].map(({ status }) => status)).toEqual(['online', 'online'])
    }
    await second.close()
    await watcher.until('both away', ({ members: all }) =>
      [...all.values()].every(({ status }) => status === 'away'),
    )
  })
})
