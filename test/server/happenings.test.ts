import type { Happening } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { startPlain } from '../servers/plain.js'
import { TestDocument } from 'whereabouts-conformance/document'

/** Gathers what is told, until the iterator ends. */
function gather(happenings: AsyncIterable<Happening>) {
  const told: Happening[] = []
  const over = (async () => {
    for await (const happening of happenings) told.push(happening)
  })()
  const until = (type: Happening['type'], count = 1) =>
    expect.poll(() => told.filter((each) => each.type === type).length).toBe(count)
  return { told, over, until }
}

const typesOf = (told: readonly Happening[]) => told.map(({ type }) => type)

async function start() {
  const server = await startPlain({ leaseMs: 300, soonMs: 100 })
  const room = new TestRoom(server.baseUrl)
  return { server, room, rooms: server.whereabouts.rooms }
}

describe('happenings', () => {
  it('[EV16] tell who joins, what becomes of them, and who leaves', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const { told, until } = gather(rooms.happenings())
    const stream = await room.join(memberKey(), { name: 'Ada' })
    const { self: memberId } = stream
    await stream.close()
    await until('emptied')
    const of = { room: room.name, memberId, user: expect.objectContaining({ name: 'Ada' }) }
    expect(told).toEqual([
      { type: 'created', room: room.name },
      { type: 'join', ...of },
      { type: 'status', status: 'away', ...of },
      { type: 'leave', ...of },
      { type: 'emptied', room: room.name },
    ])
  })

  it('[EV18] tell the last location once a second, and before its member leaves', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const { told, until } = gather(rooms.happenings())
    const ann = memberKey()
    for (let count = 1; count <= 20; count++) await room.move(ann, count)
    await room.leave(ann)
    await until('emptied')
    expect(typesOf(told)).toEqual(['created', 'join', 'move', 'leave', 'emptied'])
    expect(told[2]).toMatchObject({ location: 20, room: room.name })
    const ben = memberKey()
    await room.move(ben, 'b')
    await using _held = await room.join(ben)
    await until('move', 2)
    expect(told.at(-1)).toMatchObject({ type: 'move', location: 'b' })
  })

  it('[EV16 EV18] tell that a document changed, also of a room that nobody is in', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const { told, until } = gather(rooms.happenings())
    const document = new TestDocument(room)
    await document.post('A1')
    await document.post('A2')
    await until('document')
    expect(told).toEqual([{ type: 'document', room: room.name }])
  })

  it('[EV16] come to each consumer, and end with the loop or with the server', async () => {
    const { server, room, rooms } = await start()
    const one = gather(rooms.happenings())
    const left = rooms.happenings()
    await room.move(memberKey(), 1)
    expect((await left.next()).value).toMatchObject({ type: 'created' })
    await left.return?.()
    expect(await left.next()).toEqual({ done: true, value: undefined })
    await server.stop()
    await one.over
    // What was sampled is told at the end.
    expect(typesOf(one.told)).toEqual(['created', 'join', 'move'])
    expect(await rooms.happenings().next()).toMatchObject({ done: true })
  })

  it('[EV19] that a consumer doesn’t take are dropped, the oldest first, and counted', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const happenings = rooms.happenings()
    const ann = memberKey()
    const COUNT = 2_501
    // Four each time: created, join, leave, emptied.
    for (let count = 0; count < COUNT; count++) {
      await rooms.move(room.name, ann, null)
      await rooms.leave(room.name, ann)
    }
    const { value } = await happenings.next()
    expect(value).toMatchObject({ type: 'missed' })
    const missed = (value as { readonly count: number }).count
    await happenings.next()
    await server.stop()
    let rest = 1
    for await (const _each of happenings) rest += 1
    expect(missed).toBeGreaterThan(0)
    expect(missed + rest).toBe(4 * COUNT)
  })
})

it('[EV20] the rooms of a process are listed, with their members and viewers', async () => {
  const { server, room, rooms } = await start()
  await using _server = server
  expect(rooms.list()).toEqual([])
  await using _own = await room.join(memberKey())
  await using _viewer = await room.watch()
  expect(rooms.list()).toEqual([{ room: room.name, members: 1, watching: 1 }])
})
