import type { Broadcast, Json } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectProblem } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openStream, type RoomEvents } from 'whereabouts-conformance/stream'
import { startPlain } from '../servers/plain.js'

/** Returns the data of the events of a name that came so far. */
const dataOf = ({ arrived }: RoomEvents, wanted: string): readonly Json[] =>
  arrived.filter(({ name }) => name === wanted).map(({ data }) => data)

async function start() {
  const server = await startPlain({ heartbeatMs: 100 })
  const room = new TestRoom(server.baseUrl)
  return { server, room, rooms: server.whereabouts.rooms }
}

describe('the application', () => {
  it('[EV10] broadcasts to all who read a room, with numbers and no sender', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    await using own = await room.join(memberKey())
    await using watcher = await room.watch()
    const events = [{ saved: 'C6' }, null, 'again']
    for (const event of events) await rooms.broadcast(room.name, event)
    for (const stream of [own, watcher]) {
      while (dataOf(stream, 'broadcast').length < 3) await stream.next('broadcast')
      const heard = dataOf(stream, 'broadcast') as unknown as readonly Broadcast[]
      const first = heard[0]!.number
      expect(heard).toEqual(events.map((event, index) => ({ number: first + index, event })))
    }
  })

  it('[EV10] sends an event to some, or to all but some, without a number', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    await using ann = await room.join(memberKey())
    await using ben = await room.join(memberKey())
    await using watcher = await room.watch()
    await using list = await room.list()
    await using other = await new TestRoom(server.baseUrl).watch()
    await using shared = await openStream(`${server.baseUrl}/streams`, {
      json: { subscriptions: [{ key: 'a', room: room.name, members: [memberKey()] }] },
    })
    const cem = shared.room('a')
    await cem.next('snapshot')
    const { id } = await room.read()
    await rooms.broadcast(room.name, 1, { to: [ann.self, cem.self] })
    await rooms.broadcast(room.name, 2, { except: [ann.self] })
    await rooms.broadcast(room.name, 3, { to: [ann.self, ben.self], except: [ben.self] })
    await rooms.broadcast(room.name, 4, { to: [] })
    expect(await room.read()).toMatchObject({ id })
    // Everybody who is meant has it before this.
    await rooms.broadcast(room.name, 'last')
    for (const [stream, meant] of [
      [ann, [1, 3]],
      [ben, [2]],
      [cem, [1, 2]],
      [watcher, [2]],
    ] as const) {
      await stream.next('broadcast')
      expect(dataOf(stream, 'whisper')).toEqual(meant.map((event) => ({ event })))
    }
    expect(dataOf(other, 'whisper')).toEqual([])
    expect(list.text).not.toContain('whisper')
  })

  it('[EV2 EV10] [ID11] is refused what over HTTP is refused', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const problem = (name: string) => expect.objectContaining({ problem: name })
    const broadcast = rooms.broadcast.bind(rooms) as (...args: unknown[]) => Promise<void>
    await expect(broadcast('..', 1)).rejects.toEqual(problem('bad-room'))
    await expect(broadcast(room.name, undefined)).rejects.toEqual(problem('bad-json'))
    await expect(broadcast(room.name, 1n)).rejects.toEqual(problem('bad-json'))
    for (const to of [null, 'ann', [5], {}]) {
      await expect(broadcast(room.name, 1, { to })).rejects.toEqual(problem('bad-parameter'))
      await expect(broadcast(room.name, 1, { except: to })).rejects.toEqual(
        problem('bad-parameter'),
      )
    }
    for (const audience of [{}, { to: [] }]) {
      const large = broadcast(room.name, 'x'.repeat(4_095), audience)
      await expect(large).rejects.toEqual(problem('too-large'))
      await expect(broadcast('..', 1, audience)).rejects.toEqual(problem('bad-room'))
    }
  })

  it('[EV4 EV10] a broadcast to nobody makes no room, and who comes back knows of it', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const { id } = await room.read()
    await rooms.broadcast(room.name, 1)
    expect(await rooms.count()).toMatchObject({ rooms: 0 })
    const answer = await room.since(id)
    expect(answer).toMatchObject({ members: [], broadcast: 1 })
  })
})

it('[HT8] metrics have those that the application adds', async () => {
  await using server = await startPlain()
  const { addMetric } = server.whereabouts
  let imports = 0
  addMetric({ name: 'imports', help: 'Imported files', type: 'counter', read: () => imports })
  addMetric({ name: 'left', help: 'Files left', type: 'gauge', read: () => 7 - imports })
  for (imports of [3, 5]) {
    const { text } = await call(`${server.baseUrl}/metrics`)
    expect(text).toContain(`\nwhereabouts_imports_total ${imports}\n`)
    expect(text).toContain(`\nwhereabouts_left ${7 - imports}\n`)
  }
})

it('[EV14] metrics count the broadcasts that were taken', async () => {
  const { server, room, rooms } = await start()
  await using _server = server
  const ann = memberKey()
  await room.move(ann, 1)
  const url = room.url('broadcast', { member: ann })
  await callJson(url, { json: 1 })
  await call(room.url('broadcast', { member: memberKey() }), { json: 1 })
  await rooms.broadcast(room.name, 1)
  const { text } = await call(`${server.baseUrl}/metrics`)
  expect(text).toMatch(/^whereabouts_broadcasts_total 2$/m)
})

it('[EV9] [BU2 BU3] broadcasts count as posts, and their bytes by themselves', async () => {
  // 40 posts and 10,486 bytes of broadcasts in 2 s for an address; 3 posts for a member key.
  await using server = await startPlain({ budgetScale: 0.01 })
  const room = new TestRoom(server.baseUrl)
  const refusalOf = async (event: Json, keys: readonly string[]) => {
    const joined = await Promise.all(keys.map((key) => room.move(key, 1)))
    expect(joined).toHaveLength(keys.length)
    for (const member of keys) {
      const answer = await call(room.url('broadcast', { member }), { json: event })
      if (answer.status === 200) continue
      return expectProblem(answer, 'too-many-requests').extensions['budget']
    }
    return undefined
  }
  const ann = memberKey()
  expect(await refusalOf(1, [ann, ann, ann])).toBe('posts')
  const several = Array.from({ length: 6 }, () => memberKey())
  expect(await refusalOf('x'.repeat(4_000), several)).toBe('broadcastBytes')
})

it('[EV8] [FR4] a reader that doesn’t drain has no more to come than the room keeps, and learns the rest by number', async () => {
  await using server = await startPlain({ heartbeatMs: 100, budgetScale: 0 })
  const room = new TestRoom(server.baseUrl)
  const ann = memberKey()
  await room.move(ann, 1)
  await using slow = await room.watch()
  slow.pause()
  const COUNT = 4_000
  const large = 'x'.repeat(4_000)
  const url = room.url('broadcast', { member: ann })
  // More than the system's buffers of a connection hold.
  for (let sent = 0; sent < COUNT; sent += 20) {
    await Promise.all(Array.from({ length: 20 }, () => callJson(url, { json: large })))
  }
  const numberOf = (data: Json) => (data as unknown as Broadcast).number
  const { broadcast: total } = await room.read()
  slow.resume()
  await slow.until('the last one', () =>
    dataOf(slow, 'broadcast').some((data) => numberOf(data) === total),
  )
  const heard = dataOf(slow, 'broadcast').map(numberOf)
  const missed = slow.patches.map(({ broadcast }) => broadcast).filter((number) => number)
  expect(heard.length).toBeLessThan(COUNT)
  expect(missed.length).toBeGreaterThan(0)
  // Each gap ends with the number that a patch has told.
  const gaps = heard.filter((number, index) => number !== (heard[index - 1] ?? 0) + 1)
  for (const after of gaps) expect(missed).toContain(after - 1)
})
