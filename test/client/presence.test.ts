import { joinRoom, type Room, type RoomSnapshot } from '@whereabouts/client'
import { afterEach, describe, expect, it } from 'vitest'
import { Line } from '../browser/line.js'
import { startPlain } from '../servers/plain.js'
import { until } from './until.js'

const rooms: Room[] = []
afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
})

function join(url: string, name: string): Room {
  const room = joinRoom({ url, room: 'budget', user: { name } })
  rooms.push(room)
  return room
}

const seesAnn = (status: string | undefined) => (snapshot: RoomSnapshot) =>
  snapshot.status === 'online' &&
  snapshot.others.find(({ user }) => user.name === 'Ann')?.status === status

describe('a person whose network drops everything', { timeout: 60_000 }, () => {
  it('[CO2 CL68 CL71] is away and gone for others, and knows that it isn’t live', async () => {
    await using server = await startPlain({ confirmMs: 1_000, leaseMs: 2_000 })
    await using line = await Line.to(server.baseUrl)
    const ann = join(line.baseUrl, 'Ann')
    const bob = join(server.baseUrl, 'Bob')
    await until(bob, seesAnn('online'))
    await until(ann, ({ status, others }) => status === 'online' && others.length === 1)
    const seen = new Set<string | undefined>()
    const unsubscribe = bob.subscribe(() => seen.add(bob.getSnapshot().others[0]?.status))
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(seen).not.toContain('away')
    unsubscribe()
    line.lose()
    await until(bob, seesAnn('away'))
    await until(bob, seesAnn(undefined))
    await until(ann, ({ status }) => status === 'reconnecting')
    expect(bob.status).toBe('online')
    line.mend()
    await until(bob, seesAnn('online'))
    await until(ann, ({ status }) => status === 'online')
  })

  it('[CO1 CO4] that promises nothing is online for as long as its connection is open', async () => {
    await using server = await startPlain({ confirmMs: 0, leaseMs: 1_000 })
    await using line = await Line.to(server.baseUrl)
    const ann = join(line.baseUrl, 'Ann')
    const bob = join(server.baseUrl, 'Bob')
    await until(bob, seesAnn('online'))
    await until(ann, ({ status }) => status === 'online')
    line.lose()
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(bob.getSnapshot().others[0]?.status).toBe('online')
  })
})
