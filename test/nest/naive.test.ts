import { once } from 'node:events'
import { Body, Controller, Inject, Post, Query } from '@nestjs/common'
import type { Json, Moved } from '@whereabouts/protocol'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { call, callJson } from 'whereabouts-conformance/http'
import { memberKey, TestRoom, versionOf } from 'whereabouts-conformance/room'
import { end, openStream, type EventStream } from 'whereabouts-conformance/stream'
import { startApp, type RunningApp } from '../servers/nest.js'
import { NaiveController, NaiveElsewhereController } from './naive.controller.js'

@Controller('ours/elsewhere')
class ElsewhereController {
  constructor(@Inject(Rooms) private readonly rooms: Rooms) {}

  @Post()
  move(@Query('id') id: string, @Body() location: Json): Promise<Moved> {
    return this.rooms.move('default', id, location)
  }
}

/** The naive controller and ours in one application. */
const start = () =>
  startApp('express', {
    imports: [
      WhereaboutsModule.forRoot({ heartbeatMs: 100, leaseMs: 2_000, secret: 'x'.repeat(32) }),
    ],
    controllers: [NaiveController, NaiveElsewhereController, ElsewhereController],
  })

const NAIVE = '/naive/location'
const OURS = '/location'

const post = (server: RunningApp, path: string, json: Json) =>
  call(`${server.baseUrl}${path}`, { json })

/** Opens a stream of the naive controller and waits until it listens for posts. */
async function openNaive(server: RunningApp): Promise<EventStream> {
  const listening = once(server.app.get(NaiveController).emitter, 'newListener')
  const stream = openStream(`${server.baseUrl}${NAIVE}/sse`)
  await listening
  return await stream
}

const openOurs = (server: RunningApp, query = '') =>
  openStream(`${server.baseUrl}${OURS}/sse${query}`)

describe('the naive controller compared with ours', () => {
  it('[ST6] [ST9] sends one event with id 1 and ends; ours stays open and can be resumed', async () => {
    await using server = await start()
    for (let round = 1; round <= 2; round++) {
      await using naive = await openNaive(server)
      await post(server, NAIVE, { x: round })
      expect(await naive.next()).toMatchObject({ id: '1' })
      await end(naive)
    }

    await using ours = await openOurs(server)
    await ours.next()
    for (let round = 1; round <= 2; round++) {
      const before = versionOf(ours.position!)
      await post(server, `${OURS}?id=ada`, { x: round })
      const { id, data } = await ours.next()
      expect(data).toEqual([{ x: round }])
      expect(versionOf(id!)).toBeGreaterThan(before)
    }
    const room = new TestRoom(server.baseUrl, 'default')
    await using resumed = await openStream(room.url('events', { lastEventId: ours.position! }))
    await resumed.next('hello')
    expect((await resumed.next()).name, 'only the changes').toBe('patch')
  })

  it('[RM3] adds a post twice if there are two streams; ours shows it once', async () => {
    await using server = await start()
    await using naive = await openNaive(server)
    await using _naiveToo = await openNaive(server)
    await post(server, NAIVE, { x: 2 })
    await naive.next()
    expect(server.app.get(NaiveController).locations).toEqual([{ x: 2 }, { x: 2 }])

    const streams = [await openOurs(server), await openOurs(server)]
    await post(server, OURS, { x: 2 })
    for (const stream of streams) {
      await using ours = stream
      expect([(await ours.next()).data, (await ours.next()).data]).toEqual([[], [{ x: 2 }]])
      expect(await ours.quiet(1)).toEqual([])
    }
  })

  it('[FR6] keeps a listener for every closed stream; ours releases them', async () => {
    await using server = await start()
    for (let count = 0; count < 5; count++) {
      const naive = await openNaive(server)
      await naive.close()
    }
    const { emitter, locations } = server.app.get(NaiveController)
    expect(emitter.listenerCount('location')).toBe(5)
    await post(server, NAIVE, { x: 2 })
    expect(locations, 'each listener still writes').toHaveLength(5)

    const room = new TestRoom(server.baseUrl, 'default')
    await using watcher = await room.watch()
    for (let count = 0; count < 5; count++) {
      const ours = await openOurs(server, '?id=ada')
      await ours.next()
      await ours.close()
    }
    await watcher.until('the join', ({ members }) => members.size === 1)
    await watcher.until('nobody', ({ members }) => members.size === 0)
    await post(server, `${OURS}?id=bob`, { x: 2 })
    await watcher.until('the post', ({ members }) => members.size === 1)
    expect(await room.read()).toMatchObject({ members: [{ location: { x: 2 } }], watching: 1 })
  })

  it('[RM3] [FR2] has a list that only grows; ours has one location per member', async () => {
    await using server = await start()
    const lengths = []
    for (let x = 1; x <= 4; x++) {
      await using naive = await openNaive(server)
      await post(server, `${NAIVE}?id=ada`, { x })
      lengths.push(((await naive.next()).data as readonly Json[]).length)
    }
    expect(lengths).toEqual([1, 3, 6, 10])

    const room = new TestRoom(server.baseUrl, 'default')
    await using ours = await openOurs(server)
    await using patches = await room.watch()
    await ours.next()
    for (let x = 1; x <= 4; x++) {
      await post(server, `${OURS}?id=ada`, { x })
      expect((await ours.next()).data).toEqual([{ x }])
    }
    await patches.until('the last', ({ members }) =>
      [...members.values()].some(({ location }) => JSON.stringify(location) === '{"x":4}'),
    )
    const moves = patches.patches.flatMap(({ move = {} }) => Object.values(move))
    expect(moves.at(-1), 'a patch carries what changed').toEqual({ x: 4 })
  })

  it('[MB4] [MB5] never removes anybody; ours has leaves', async () => {
    await using server = await start()
    await using _naive = await openNaive(server)
    await post(server, `${NAIVE}?id=ada`, { x: 2 })

    await using ours = await openOurs(server)
    await post(server, `${OURS}?id=ada`, { x: 2 })
    await post(server, `${OURS}?id=bob`, { x: 3 })
    const lists = async () => (await ours.next()).data as readonly Json[]
    while ((await lists()).length < 2) continue
    const room = new TestRoom(server.baseUrl, 'default')
    await room.leave('ada')
    expect(await lists()).toEqual([{ x: 3 }])
    expect(await lists(), 'the lease ended').toEqual([])
    expect(server.app.get(NaiveController).locations).toEqual([{ x: 2 }])
  })

  it('[ST4] [ST8] shows a newcomer nothing until somebody moves; ours starts with all members', async () => {
    await using server = await start()
    await using first = await openNaive(server)
    await post(server, NAIVE, { x: 2 })
    await first.next()
    await using naive = await openNaive(server)

    await post(server, OURS, { x: 2 })
    await using ours = await openOurs(server)
    expect((await ours.next()).data).toEqual([{ x: 2 }])
    await using patches = await new TestRoom(server.baseUrl, 'default').watch()
    expect([...patches.state.members.values()][0]).toMatchObject({ location: { x: 2 } })
    await ours.quiet()
    expect(naive.arrived).toEqual([])
  })

  it('[MB1] keeps its data in the class; ours shares a room between controllers', async () => {
    await using server = await start()
    await using naive = await openNaive(server)
    const { emitter } = server.app.get(NaiveElsewhereController)
    const listening = once(emitter, 'newListener')
    const opening = openStream(`${server.baseUrl}/naive/elsewhere/sse`)
    await listening
    await using elsewhere = await opening
    await post(server, '/naive/elsewhere', { x: 2 })
    await elsewhere.next()
    expect(naive.arrived).toEqual([])

    const key = memberKey()
    await using ours = await openOurs(server)
    expect((await ours.next()).data).toEqual([])
    const url = `${server.baseUrl}/ours/elsewhere?id=${key}`
    const moved = await callJson(url, { json: { x: 2 } }, 201)
    expect((await ours.next()).data).toEqual([{ x: 2 }])
    const { self } = await new TestRoom(server.baseUrl, 'default').move(key, { x: 3 })
    expect(moved).toMatchObject({ self })
    expect((await ours.next()).data).toEqual([{ x: 3 }])
  })
})
