import { expect, it, vi } from 'vitest'
import { isOnline, JoinedRooms } from '../../../test/client/joined.js'
import { type Exchange, member, ScriptedServer } from '../../../test/client/scripted-server.js'
import { until } from '../../../test/client/until.js'
import { HeldRoom } from './held/held-room.js'
import { joinRoom } from './index.js'
import { lock, LockedError } from './locks.js'

const { join, joinOnline } = new JoinedRooms(joinRoom)

const KEY = 'a'
const granted = (number: number, id: string) => ({ key: KEY, number, id })
const heldBy = (memberId: string, number: number) => ({ locks: { [KEY]: { memberId, number } } })
const RELEASED = { locks: { [KEY]: null } }

async function holding(server: ScriptedServer) {
  const { room, stream } = await joinOnline(server)
  const locking = lock(room, KEY)
  const call = await server.take('POST lock')
  expect(JSON.parse(call.body)).toEqual({ key: KEY })
  expect(call.query.get('member') ?? call.request.headers['whereabouts-member']).toBeTruthy()
  call.answer(200, granted(5, 'e:5'))
  return { room, stream, held: await locking }
}

const refusedBy = (exchange: Exchange, memberId: string) =>
  exchange.refuse('locked', { key: KEY, holder: { memberId, name: 'Ann' } })

it('[LK19] a lock is held from its answer on, and only while the room is live', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream, held } = await holding(server)
  // The room hasn't got as far as the answer.
  expect(held).toMatchObject({ key: KEY, number: 5, token: 'a;5', isHeld: true })
  expect(room.getSnapshot().locks).toEqual({})
  stream.event('patch', heldBy('me', 5), 'e:5')
  const { locks } = await until(room, (snapshot) => KEY in snapshot.locks)
  expect(locks).toEqual({ [KEY]: { memberId: 'me', number: 5 } })
  stream.end()
  await until(room, ({ status }) => status === 'reconnecting')
  expect(room.getSnapshot().locks).toEqual({})
  expect(held.isHeld).toBe(false)
  expect(held.lost.aborted).toBe(false)
  const again = await server.take('GET events')
  again.stream().event('patch', { watching: 3 }, 'e:6')
  await until(room, ({ watching, status }) => watching === 3 && status === 'online')
  expect(held.isHeld).toBe(true)
})

it.each([
  ['is released', RELEASED],
  ['is given to somebody else', heldBy('a', 6)],
])('[LK20] the application is told when a lock %s', async (_what, patch) => {
  await using server = await ScriptedServer.listen()
  const { room, stream, held } = await holding(server)
  stream.event('patch', heldBy('me', 5), 'e:5')
  await until(room, (snapshot) => KEY in snapshot.locks)
  const told = vi.fn<() => void>()
  held.lost.addEventListener('abort', told)
  stream.event('patch', patch, 'e:6')
  await vi.waitFor(() => expect(told).toHaveBeenCalledOnce())
  expect(held.isHeld).toBe(false)
})

it('[LK20] a lock that a room of another epoch doesn’t have is lost; if it shows it again, it is released', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream, held } = await holding(server)
  stream.event('patch', heldBy('me', 5), 'e:5')
  await until(room, (snapshot) => KEY in snapshot.locks)
  const members = [JSON.parse(JSON.stringify(member('me')))]
  stream.event('snapshot', { members, watching: 0 }, 'alone:7')
  await vi.waitFor(() => expect(held.lost.aborted).toBe(true))
  expect(server.waiting('POST unlock')).toBe(0)
  stream.event('snapshot', { members, watching: 0, ...heldBy('me', 5) }, 'e:9')
  const call = await server.take('POST unlock')
  expect(JSON.parse(call.body)).toEqual({ key: KEY, number: 5 })
  call.answer(200, { id: 'e:10' })
})

it('[LK20] a release that fails is made again when the room shows the lock', async () => {
  await using server = await ScriptedServer.listen()
  const { stream, held } = await holding(server)
  const released = held.release()
  expect(held).toMatchObject({ isHeld: false, lost: { aborted: true } })
  ;(await server.take('POST unlock')).refuse('exchange-busy')
  await released
  stream.event('patch', heldBy('me', 5), 'e:5')
  ;(await server.take('POST unlock')).answer(200, { id: 'e:6' })
  stream.event('patch', RELEASED, 'e:6')
})

it('[LK3] a key that this client holds is the same lock, and another one after it is lost', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream, held } = await holding(server)
  const same = lock(room, KEY)
  ;(await server.take('POST lock')).answer(200, granted(5, 'e:6'))
  expect(await same).toBe(held)
  stream.event('patch', { watching: 1 }, 'e:7')
  await vi.waitFor(() => expect(held.lost.aborted).toBe(true))
  const next = lock(room, KEY)
  ;(await server.take('POST lock')).answer(200, granted(8, 'e:8'))
  expect(await next).not.toBe(held)
  expect(await next).toMatchObject({ number: 8, isHeld: true })
})

it('[LK3] without a wait, who holds the lock is in the error', async () => {
  await using server = await ScriptedServer.listen()
  const { room } = await joinOnline(server)
  const locking = lock(room, KEY)
  refusedBy(await server.take('POST lock'), 'a')
  const error = await locking.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(LockedError)
  expect(error).toMatchObject({ key: KEY, holder: { memberId: 'a', name: 'Ann' } })
  const refused = lock(room, KEY, { waitMs: 60_000 })
  ;(await server.take('POST lock')).refuse('too-many-locks', { limit: 64 })
  await expect(refused).rejects.toMatchObject({ problem: 'too-many-locks' })
})

it('[LK21] a client that waits asks again when the room shows the release, and not before', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  stream.event('patch', heldBy('a', 3), 'e:3')
  await until(room, (snapshot) => KEY in snapshot.locks)
  const locking = lock(room, KEY, { waitMs: 60_000 })
  refusedBy(await server.take('POST lock'), 'a')
  stream.event('patch', { watching: 1 }, 'e:4')
  await until(room, ({ watching }) => watching === 1)
  expect(server.waiting('POST lock')).toBe(0)
  stream.event('patch', RELEASED, 'e:5')
  ;(await server.take('POST lock')).refuse('exchange-busy')
  ;(await server.take('POST lock')).answer(200, granted(7, 'e:7'))
  expect(await locking).toMatchObject({ number: 7, isHeld: true })
})

it('[LK21] a wait that is over, or was ended, ends with the holder or the reason', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  stream.event('patch', heldBy('a', 3), 'e:3')
  await until(room, (snapshot) => KEY in snapshot.locks)
  const short = lock(room, KEY, { waitMs: 100 })
  refusedBy(await server.take('POST lock'), 'a')
  await expect(short).rejects.toMatchObject({ holder: { name: 'Ann' } })
  const ended = new AbortController()
  const long = lock(room, KEY, { waitMs: 60_000, signal: ended.signal })
  refusedBy(await server.take('POST lock'), 'a')
  ended.abort(new Error('enough'))
  await expect(long).rejects.toThrow('enough')
})

it('[LK21] what is granted to who waits no longer is released', async () => {
  await using server = await ScriptedServer.listen()
  const { room } = await joinOnline(server)
  const ended = new AbortController()
  const locking = lock(room, KEY, { signal: ended.signal })
  const refused = expect(locking).rejects.toThrow('enough')
  const call = await server.take('POST lock')
  ended.abort(new Error('enough'))
  call.answer(200, granted(5, 'e:5'))
  ;(await server.take('POST unlock')).answer(200, { id: 'e:6' })
  await refused
})

it('[LK19] waits until the room is live, and a room that was left has no locks', async () => {
  await using server = await ScriptedServer.listen()
  const room = join(server)
  const locking = lock(room, KEY)
  const stream = await server.take('GET events')
  expect(server.waiting('POST lock')).toBe(0)
  stream.stream().snapshot('e:1', [member('me')])
  await until(room, isOnline)
  ;(await server.take('POST lock')).answer(200, granted(5, 'e:5'))
  const held = await locking
  void room.leave()
  await vi.waitFor(() => expect(held.lost.aborted).toBe(true))
  expect(held.isHeld).toBe(false)
})

it('[LK19] a lock that was granted in an epoch that the room hasn’t reached is held', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const locking = lock(room, KEY)
  ;(await server.take('POST lock')).answer(200, granted(5, 'f:3'))
  const held = await locking
  expect(held).toMatchObject({ isHeld: true, lost: { aborted: false } })
  const members = [JSON.parse(JSON.stringify(member('me')))]
  stream.event('snapshot', { members, watching: 2 }, 'f:2')
  await until(room, ({ watching }) => watching === 2)
  expect(held.isHeld).toBe(true)
  stream.event('snapshot', { members, watching: 3 }, 'g:1')
  await vi.waitFor(() => expect(held.lost.aborted).toBe(true))
})

it('[LK20] a lock of a room that components hold on to is lost when the last one goes', async () => {
  await using server = await ScriptedServer.listen()
  const room = new HeldRoom({ url: server.url, room: 'budget' })
  const end = room.visit()
  ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
  await until(room, isOnline)
  const locking = lock(room, KEY)
  ;(await server.take('POST lock')).answer(200, granted(5, 'e:5'))
  const held = await locking
  end()
  await vi.waitFor(() => expect(held.lost.aborted).toBe(true))
})

it('[LK21] a wait is over in time even if the room isn’t live', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const locking = lock(room, KEY, { waitMs: 300 })
  const call = await server.take('POST lock')
  stream.end()
  await until(room, ({ status }) => status === 'reconnecting')
  call.response.destroy()
  await expect(locking).rejects.toThrow()
})

it('[LK24] a release that fails is made again while nothing else happens in the room', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream, held } = await holding(server)
  stream.event('patch', heldBy('me', 5), 'e:5')
  await until(room, (snapshot) => KEY in snapshot.locks)
  const released = held.release()
  ;(await server.take('POST unlock')).refuse('exchange-busy')
  await released
  ;(await server.take('POST unlock')).response.destroy()
  const call = await server.take('POST unlock')
  expect(JSON.parse(call.body)).toEqual({ key: KEY, number: 5 })
  call.answer(200, { id: 'e:6' })
})

it('[LK24] what was granted without an answer is released once the room shows it and nobody waits', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const locking = lock(room, KEY)
  ;(await server.take('POST lock')).response.destroy()
  await expect(locking).rejects.toThrow()
  stream.event('patch', heldBy('a', 8), 'e:8')
  await until(room, ({ locks }) => locks[KEY]?.number === 8)
  expect(server.waiting('POST unlock')).toBe(0)
  stream.event('patch', heldBy('me', 9), 'e:9')
  const call = await server.take('POST unlock')
  expect(JSON.parse(call.body)).toEqual({ key: KEY, number: 9 })
  call.answer(200, { id: 'e:10' })
})

it('[LK24] what was granted without an answer is kept by a call that goes on waiting', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const locking = lock(room, KEY, { waitMs: 60_000 })
  ;(await server.take('POST lock')).response.destroy()
  const again = await server.take('POST lock')
  stream.event('patch', heldBy('me', 9), 'e:9')
  await until(room, (snapshot) => KEY in snapshot.locks)
  again.answer(200, granted(9, 'e:9'))
  expect(await locking).toMatchObject({ number: 9, isHeld: true })
  stream.event('patch', { watching: 1 }, 'e:10')
  await until(room, ({ watching }) => watching === 1)
  expect(server.waiting('POST unlock')).toBe(0)
})

it('[LK25] an earlier call that nobody waits for any more doesn’t release what a later one is granted', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const ended = new AbortController()
  const first = lock(room, KEY, { signal: ended.signal })
  const call = await server.take('POST lock')
  ended.abort(new Error('enough'))
  const second = lock(room, KEY)
  call.answer(200, granted(5, 'e:5'))
  await expect(first).rejects.toThrow('enough')
  ;(await server.take('POST lock')).answer(200, granted(5, 'e:5'))
  const held = await second
  stream.event('patch', heldBy('me', 5), 'e:5')
  await until(room, (snapshot) => KEY in snapshot.locks)
  expect(held.isHeld).toBe(true)
  expect(server.waiting('POST unlock')).toBe(0)
  void held.release()
  ;(await server.take('POST unlock')).answer(200, { id: 'e:6' })
})

it('[LK25] a call that nobody waits for any more leaves a lock that was there before', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream, held } = await holding(server)
  const ended = new AbortController()
  const locking = lock(room, KEY, { signal: ended.signal })
  const call = await server.take('POST lock')
  ended.abort(new Error('enough'))
  call.answer(200, granted(5, 'e:5'))
  await expect(locking).rejects.toThrow('enough')
  stream.event('patch', heldBy('me', 5), 'e:5')
  await until(room, (snapshot) => KEY in snapshot.locks)
  expect(held.isHeld).toBe(true)
  expect(server.waiting('POST unlock')).toBe(0)
})

it('[LK25] a key is locked again once its release was answered', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream, held } = await holding(server)
  void held.release()
  const release = await server.take('POST unlock')
  const locking = lock(room, KEY)
  stream.event('patch', heldBy('me', 5), 'e:5')
  await until(room, (snapshot) => KEY in snapshot.locks)
  stream.event('patch', { watching: 1 }, 'e:6')
  await until(room, ({ watching }) => watching === 1)
  expect(server.waiting('POST lock')).toBe(0)
  release.answer(200, { id: 'e:7' })
  ;(await server.take('POST lock')).answer(200, granted(8, 'e:8'))
  expect(await locking).toMatchObject({ number: 8, isHeld: true })
})

it('[LK26] a grant that the room has already lost is asked for again', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const locking = lock(room, KEY)
  const call = await server.take('POST lock')
  stream.event('patch', { watching: 1 }, 'e:7')
  await until(room, ({ watching }) => watching === 1)
  call.answer(200, granted(5, 'e:5'))
  ;(await server.take('POST lock')).answer(200, granted(8, 'e:8'))
  expect(await locking).toMatchObject({ number: 8, isHeld: true })
})

it('[LK26] nothing is locked in a room that is closed, or was closed during the call', async () => {
  await using server = await ScriptedServer.listen()
  const { room } = await joinOnline(server)
  const locking = lock(room, KEY)
  const call = await server.take('POST lock')
  void room.leave()
  call.answer(200, granted(5, 'e:5'))
  await expect(locking).rejects.toMatchObject({ problem: 'forbidden' })
  await expect(lock(room, KEY)).rejects.toMatchObject({ problem: 'forbidden' })
  expect(server.waiting('POST lock')).toBe(0)
})
