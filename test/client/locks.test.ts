import { joinRoom, type JoinOptions, type Room } from '@whereabouts/client'
import { lock } from '@whereabouts/client/locks'
import { afterEach, expect, it } from 'vitest'
import { Application } from './application.js'
import { Proxy } from './proxies.js'
import { until } from './until.js'

const rooms: Room[] = []

async function join(url: string, options: Partial<JoinOptions> = {}): Promise<Room> {
  const room = joinRoom({ url, room: 'budget', ...options })
  rooms.push(room)
  await until(room, ({ status }) => status === 'online')
  return room
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
})

it('[LK3 LK9] [LK19 LK20 LK21] clients lock a key one after the other, by streams and by long-polls, and all see who has it', async () => {
  await using server = await Application.listen()
  await using proxy = await Proxy.buffering(server.port, ({ url }) => /events/.test(url ?? ''))
  const ann = await join(server.url, { user: { name: 'Ann' } })
  const ben = await join(server.url, { user: { name: 'Ben' } })
  const cem = await join(proxy.url, { user: { name: 'Cem' } })
  const watcher = await join(server.url, { watch: true })
  const first = await lock(ann, 'a')
  await expect(lock(ben, 'a')).rejects.toMatchObject({ holder: { name: 'Ann' } })
  await expect(lock(watcher, 'a')).rejects.toMatchObject({ problem: 'forbidden' })
  const holds = (room: Room) => (holder: Room, number: number) =>
    until(room, ({ locks }) => {
      const seen = locks['a']
      return seen?.memberId === holder.getSnapshot().self && seen?.number === number
    })
  for (const room of [ann, ben, cem, watcher]) await holds(room)(ann, first.number)
  const waiting = [ben, cem].map((room) => lock(room, 'a', { waitMs: 60_000 }))
  await first.release()
  const second = await Promise.race(waiting)
  const [next, last] = second === (await settled(waiting[0]!)) ? [ben, cem] : [cem, ben]
  expect(second.number).toBeGreaterThan(first.number)
  for (const room of [ann, ben, cem, watcher]) await holds(room)(next, second.number)
  // A member that leaves releases what it has.
  await next.leave()
  const third = await waiting[next === ben ? 1 : 0]!
  expect(third.number).toBeGreaterThan(second.number)
  expect(third.isHeld).toBe(true)
  for (const room of [ann, watcher]) await holds(room)(last, third.number)
})

/** Returns what a promise resolves with, or `undefined` if it is pending. */
async function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, Promise.resolve(undefined)])
}

it('[LK16] [LK20] a server that starts again has no locks, and says so to who had them', async () => {
  await using server = await Application.listen()
  const ann = await join(server.url)
  const first = await lock(ann, 'a')
  const lost = new Promise((resolve) => first.lost.addEventListener('abort', resolve))
  await server.restart()
  await lost
  expect(first.isHeld).toBe(false)
  const again = await lock(ann, 'a', { waitMs: 60_000 })
  expect(again.number).toBeGreaterThan(first.number)
})
