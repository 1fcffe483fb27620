import type { Broadcast } from '@whereabouts/protocol'
import { createWhereabouts } from '@whereabouts/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callJson } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import type { RoomEvents } from 'whereabouts-conformance/stream'
import { newPlace, type Place } from './place.js'

let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

const heardBy = ({ arrived }: RoomEvents) =>
  arrived.filter(({ name }) => name === 'broadcast').map(({ data }) => data as unknown as Broadcast)

async function hear(stream: RoomEvents, count: number): Promise<readonly Broadcast[]> {
  while (heardBy(stream).length < count) await stream.next('broadcast')
  return heardBy(stream)
}

describe('several servers', { timeout: 120_000 }, () => {
  it('[EV4 EV5] [EX1] send broadcasts to all of their readers in one order', async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => place.node()))
    const name = new TestRoom('').name
    const rooms = nodes.map(({ baseUrl }) => new TestRoom(baseUrl, name))
    const keys = rooms.map(() => memberKey())
    const streams = await Promise.all(rooms.map((room, index) => room.join(keys[index]!)))
    await Promise.all(
      rooms.flatMap((room, index) =>
        Array.from({ length: 20 }, (_, count) =>
          callJson(room.url('broadcast', { member: keys[index]! }), { json: [index, count] }),
        ),
      ),
    )
    const heard = await Promise.all(streams.map((stream) => hear(stream, 60)))
    expect(heard[1]).toEqual(heard[0])
    expect(heard[2]).toEqual(heard[0])
    const first = heard[0]![0]!.number
    expect(heard[0]!.map(({ number }) => number - first)).toEqual([...heard[0]!.keys()])
    expect(new Set(heard[0]!.map(({ event }) => JSON.stringify(event))).size).toBe(60)
    await Promise.all(streams.map((stream) => stream.close()))
  })

  it('[EV3 EV10] take broadcasts of members of other nodes, and of the application, for a room that they don’t host', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => place.node()))
    const here = new TestRoom(one!.baseUrl)
    const there = new TestRoom(two!.baseUrl, here.name)
    const ann = memberKey()
    await using own = await here.join(ann)
    await callJson(there.url('broadcast', { member: ann }), { json: 'from there' })
    const worker = await createWhereabouts({ ...place.settings, auth: 'open' })
    const { rooms } = worker
    await expect.poll(() => rooms.isShared).toBe(true)
    await rooms.broadcast(here.name, 'of the application')
    await rooms.broadcast(here.name, 'for her', { to: [own.self] })
    expect(await hear(own, 2)).toMatchObject([
      { from: own.self, event: 'from there' },
      { event: 'of the application' },
    ])
    await own.until('the whisper', () => own.text.includes('{"event":"for her"}'))
    await worker.close()
  })
})
