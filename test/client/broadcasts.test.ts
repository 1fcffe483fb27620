import { joinRoom, type JoinOptions, type Json, type Room } from '@whereabouts/client'
import { afterEach, expect, it } from 'vitest'
import { Application } from './application.js'
import { Proxy } from './proxies.js'
import { until } from './until.js'

const rooms: Room[] = []

/** Joins a room, and gathers what its application is told of events. */
async function join(options: Partial<JoinOptions> & { readonly url: string }) {
  const room = joinRoom({ room: 'budget', ...options })
  rooms.push(room)
  const told: Json[] = []
  room.onEvent(
    (event, from) => told.push([event, from]),
    (count) => told.push({ missed: count }),
  )
  await until(room, ({ status }) => status === 'online')
  const hears = (count: number) => expect.poll(() => told.length).toBe(count)
  return { room, told, hears }
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
})

it('[CL111 CL112] [EV4 EV5] all clients hear the same events, in one order, also by long-polls and while they watch', async () => {
  await using server = await Application.listen()
  await using proxy = await Proxy.buffering(server.port, ({ url }) => /events/.test(url ?? ''))
  const clients = await Promise.all([
    join({ url: server.url }),
    join({ url: server.url, location: 'A1' }),
    join({ url: server.url, watch: true }),
    join({ url: proxy.url, location: 'B1' }),
  ])
  const [ann, bob, , polling] = clients
  await until(polling.room, ({ transport }) => transport === 'long-poll')
  await Promise.all(
    [ann, bob, polling].flatMap(({ room }, who) =>
      Array.from({ length: 20 }, (_, count) => room.broadcast([who, count])),
    ),
  )
  for (const client of clients) await client.hears(60)
  for (const { told } of clients) expect(told).toEqual(ann.told)
  const from = new Set(ann.told.map((each) => (each as readonly Json[])[1]))
  expect(from).toEqual(new Set([ann, bob, polling].map(({ room }) => room.getSnapshot().self)))
})

it('[CL110] after a restart of the server, nobody knows how many events were missed', async () => {
  await using server = await Application.listen()
  const [ann, bob] = await Promise.all([join({ url: server.url }), join({ url: server.url })])
  await ann.room.broadcast('before')
  await bob.hears(1)
  await server.restart()
  await bob.hears(2)
  await ann.hears(2)
  await ann.room.broadcast('after')
  await bob.hears(3)
  const { self } = ann.room.getSnapshot()
  expect(bob.told).toEqual([['before', self], { missed: null }, ['after', self]])
})
