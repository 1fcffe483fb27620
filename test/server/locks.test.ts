import type { Locked } from '@whereabouts/protocol'
import type { WhereaboutsOptions } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import {
  accepted,
  EMPTY,
  getDocument,
  postUpdate,
  TestDocument,
} from 'whereabouts-conformance/document'
import { call, callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { startPlain } from '../servers/plain.js'

async function start(settings: WhereaboutsOptions = {}) {
  const server = await startPlain({ heartbeatMs: 100, ...settings })
  const room = new TestRoom(server.baseUrl)
  return { server, room, rooms: server.whereabouts.rooms }
}

const problem = (name: string) => expect.objectContaining({ problem: name })

/** Locks a key for a new member, and returns how it posts updates that name the lock. */
async function holder(room: TestRoom) {
  const member = memberKey()
  await room.move(member, 1)
  const url = room.url('lock', { member, key: 'a' })
  const held = (await callJson(url, { method: 'POST' })) as unknown as Locked
  const post = (update: Uint8Array, headers = {}) =>
    postUpdate(room, update, headers, { member, lock: `a;${held.number}` })
  return { held, member, post }
}

it('[LK13] an update is refused whose lock is lost while it waits to be stored', async () => {
  const loading: ((content: undefined) => void)[] = []
  const { server, room, rooms } = await start({
    onLoadDocument: () =>
      loading.length > 0 ? undefined : new Promise((resolve) => void loading.push(resolve)),
  })
  await using _server = server
  const { held, member, post } = await holder(room)
  const answer = post(new TestDocument(room).write('A1'))
  await expect.poll(() => loading.length).toBe(1)
  await rooms.unlock(room.name, member, held)
  loading[0]!(undefined)
  expectProblem(await answer, 'locked')
  expect([...(await getDocument(room))]).toEqual(EMPTY)
})

it('[LK23] a repetition of an update that was stored has its answer, without the lock', async () => {
  const { server, room, rooms } = await start()
  await using _server = server
  const { held, member, post } = await holder(room)
  const update = new TestDocument(room).write('A1')
  const once = { 'idempotency-key': 'once' }
  const first = accepted(await post(update, once))
  await rooms.unlock(room.name, member, held)
  expect(accepted(await post(update, once))).toEqual(first)
  expectProblem(await post(update), 'locked')
})

it('[LK12] who names its own lock by another number is told so', async () => {
  const { server, room } = await start()
  await using _server = server
  const { held, member } = await holder(room)
  const lock = `a;${held.number - 1}`
  const url = room.url('location', { member, lock })
  const { detail } = await expectRefused('locked', url, { json: 2 })
  expect(detail).toBe(
    'You hold the lock "a" with another number. Lock it again to get that number.',
  )
})

describe('the application', () => {
  it('[LK14] knows whether a lock is held, by anybody or by a user', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const ann = memberKey()
    const { self } = await room.move(ann, 1)
    const url = room.url('lock', { member: ann, key: 'a' })
    const { number } = (await callJson(url, { method: 'POST' })) as unknown as Locked
    expect(await rooms.holdsLock(room.name, 'a', number)).toBe(true)
    // In open mode, each member is a user.
    expect(await rooms.holdsLock(room.name, 'a', number, self)).toBe(true)
    expect(await rooms.holdsLock(room.name, 'a', number, 'somebody else')).toBe(false)
    expect(await rooms.holdsLock(room.name, 'a', number - 1)).toBe(false)
    expect(await rooms.holdsLock(room.name, 'b', number)).toBe(false)
    expect(await rooms.holdsLock('another', 'a', number)).toBe(false)
    await room.leave(ann)
    expect(await rooms.holdsLock(room.name, 'a', number)).toBe(false)
    expect(await rooms.count()).toMatchObject({ rooms: 1 })
  })

  it('[LK14] locks and releases for a member', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const [bot, ann] = [memberKey(), memberKey()]
    await rooms.move(room.name, bot, null, { name: 'Bot' })
    await room.move(ann, 1)
    const held = await rooms.lock(room.name, bot, 'a')
    const url = room.url('lock', { member: ann, key: 'a' })
    const { extensions } = await expectRefused('locked', url, { method: 'POST' })
    expect(extensions['holder']).toMatchObject({ name: 'Bot' })
    expect((await rooms.members(room.name)).locks).toMatchObject({ a: { number: held.number } })
    await rooms.unlock(room.name, bot, held)
    await callJson(url, { method: 'POST' })
    await expect(rooms.lock(room.name, bot, 'a')).rejects.toEqual(problem('locked'))
  })

  it('[LK5 LK14] locks for a bot with the user that it was moved with', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const [bot, user] = [memberKey(), { id: 'reviewer', name: 'Reviewer' }]
    await rooms.move(room.name, bot, null, user)
    await expect(rooms.lock(room.name, bot, 'a')).rejects.toMatchObject({
      problem: 'forbidden',
      detail: expect.stringContaining('as the same user'),
    })
    const held = await rooms.lock(room.name, bot, 'a', user)
    await rooms.unlock(room.name, bot, held, user)
    expect(await rooms.holdsLock(room.name, 'a', held.number)).toBe(false)
  })

  it('[LK2 LK5 LK14] [ID11] is refused what over HTTP is refused', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const lock = rooms.lock.bind(rooms) as (...args: unknown[]) => Promise<unknown>
    const unlock = rooms.unlock.bind(rooms) as (...args: unknown[]) => Promise<unknown>
    const holds = rooms.holdsLock.bind(rooms) as (...args: unknown[]) => Promise<unknown>
    const { name } = room
    await expect(lock(name, memberKey(), 'a')).rejects.toEqual(problem('forbidden'))
    await expect(lock('..', memberKey(), 'a')).rejects.toEqual(problem('bad-room'))
    await expect(lock(name, 'no key', 'a')).rejects.toEqual(problem('bad-member-key'))
    await expect(lock(name, memberKey(), 'a b')).rejects.toEqual(problem('bad-parameter'))
    for (const number of ['1', 1.5, NaN, null])
      for (const refused of [
        unlock(name, memberKey(), { key: 'a', number }),
        holds(name, 'a', number),
      ])
        await expect(refused).rejects.toEqual(problem('bad-parameter'))
    await expect(holds(name, 'a', 1, 7)).rejects.toEqual(problem('bad-parameter'))
  })
})

it('[LK16 LK22] a server that starts again has no locks, and grants higher numbers', async () => {
  const numbers: number[] = []
  for (let count = 0; count < 3; count++) {
    const { server, room, rooms } = await start()
    await using _server = server
    const ann = memberKey()
    // The versions of a room begin again with each server.
    for (let moves = count; moves < 3; moves++) await room.move(ann, moves)
    for (const last of numbers) expect(await rooms.holdsLock(room.name, 'a', last)).toBe(false)
    numbers.push((await rooms.lock(room.name, ann, 'a')).number)
  }
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
  expect(numbers).toHaveLength(3)
})

it('[LK18] [BU2 BU3] locks and releases count as posts', async () => {
  // 3 posts in 2 s for a member key.
  await using server = await startPlain({ budgetScale: 0.01 })
  const room = new TestRoom(server.baseUrl)
  for (const [path, parameters] of [
    ['lock', { key: 'a' }],
    ['unlock', { key: 'a', number: 1 }],
  ] as const) {
    const member = memberKey()
    await room.move(member, 1)
    const url = room.url(path, { member, ...parameters })
    for (let count = 0; count < 2; count++) await callJson(url, { method: 'POST' })
    const { extensions } = expectProblem(await call(url, { method: 'POST' }), 'too-many-requests')
    expect(extensions['budget']).toBe('posts')
  }
})
