import { expect, it } from 'vitest'
import { JoinedRooms } from '../../../../test/client/joined.js'
import { ScriptedServer } from '../../../../test/client/scripted-server.js'
import { until } from '../../../../test/client/until.js'
import { channelOf, setChannel } from '../document-channel.js'
import { joinRoom, type Room } from '../index.js'
import { LockUse } from './lock-use.js'

const { joinOnline } = new JoinedRooms(joinRoom)

const GRANTED = { key: 'a', number: 5, id: 'e:5' }
const SHOWN = { locks: { a: { memberId: 'me', number: 5 } } }

it('[CL117] unlocking ends a call that is under way, and releases what it grants', async () => {
  await using server = await ScriptedServer.listen()
  const { room } = await joinOnline(server)
  const use = new LockUse(room, 'a')
  use.begin()
  const locking = use.lock()
  const call = await server.take('POST lock')
  await use.unlock()
  call.answer(200, GRANTED)
  await expect(locking).rejects.toMatchObject({ name: 'AbortError' })
  const release = await server.take('POST unlock')
  expect(release.body).toBe('{"key":"a","number":5}')
  release.answer(200, { id: 'e:6' })
})

it('[CL117] what is locked again after that stays locked', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const use = new LockUse(room, 'a')
  const end = use.begin()
  const first = use.lock()
  const call = await server.take('POST lock')
  await use.unlock()
  const second = use.lock()
  call.answer(200, GRANTED)
  await expect(first).rejects.toMatchObject({ name: 'AbortError' })
  ;(await server.take('POST lock')).answer(200, GRANTED)
  const held = await second
  stream.event('patch', SHOWN, 'e:5')
  await until(room, ({ locks }) => 'a' in locks)
  expect([held.isHeld, server.waiting('POST unlock')]).toEqual([true, 0])
  end()
  ;(await server.take('POST unlock')).answer(200, { id: 'e:6' })
  await expect(use.lock()).rejects.toMatchObject({ name: 'AbortError' })
})

it('[CL115] a lock is released if its component goes between its grant and the end of the call', async () => {
  await using server = await ScriptedServer.listen()
  const { room } = await joinOnline(server)
  const gone: Room = {
    ...room,
    status: 'online',
    // A lock begins to follow its room when it is granted.
    subscribe: (listener) => {
      queueMicrotask(end)
      return room.subscribe(listener)
    },
  }
  setChannel(gone, channelOf(room))
  const use = new LockUse(gone, 'a')
  const end = use.begin()
  const locking = use.lock()
  ;(await server.take('POST lock')).answer(200, GRANTED)
  await expect(locking).rejects.toMatchObject({ name: 'AbortError' })
  ;(await server.take('POST unlock')).answer(200, { id: 'e:6' })
})
