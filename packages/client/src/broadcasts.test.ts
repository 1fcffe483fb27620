import { Problem } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import { isOnline, JoinedRooms } from '../../../test/client/joined.js'
import { member, ScriptedServer } from '../../../test/client/scripted-server.js'
import { until } from '../../../test/client/until.js'
import { joinRoom, type Room } from './index.js'

const { join, joinOnline } = new JoinedRooms(joinRoom)

/** Returns what the application is told, in order. */
function listen(room: Room): unknown[] {
  const told: unknown[] = []
  room.onEvent(
    (event, from) => told.push([event, from]),
    (count) => told.push(count),
  )
  return told
}

const broadcast = (number: number) => ({ number, from: 'a', event: `e${number}` })
const members = [member('me'), member('a')]
const snapshot = (number: number) =>
  JSON.parse(JSON.stringify({ members, watching: 0, broadcast: number })) as object & {
    readonly broadcast: number
  }

it('[CL111] passes each broadcast on once, in order, and nothing that has come before', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const told = listen(room)
  stream.event('broadcast', broadcast(1)).event('broadcast', broadcast(2), 'e:3')
  stream.event('broadcast', broadcast(2)).event('broadcast', broadcast(3), 'e:4')
  stream.event('broadcast', { number: 4, event: { by: 'the server' } }, 'e:5')
  stream.event('whisper', { event: 'for you' })
  stream.event('patch', { watching: 7 }, 'e:6')
  await until(room, ({ watching }) => watching === 7)
  expect(told).toEqual([
    ['e1', 'a'],
    ['e2', 'a'],
    ['e3', 'a'],
    [{ by: 'the server' }, null],
    ['for you', null],
  ])
})

it('[CL110] tells how many broadcasts were missed, and that nobody knows in another epoch', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const told = listen(room)
  stream.event('broadcast', broadcast(1), 'e:2')
  // The room kept 5, and lost 2 to 4.
  stream.event('patch', { watching: 1, broadcast: 4 }).event('broadcast', broadcast(5), 'e:6')
  // The room kept none.
  stream.event('patch', { watching: 2, broadcast: 7 }, 'e:8')
  stream.event('snapshot', snapshot(7), 'e:9')
  stream.event('snapshot', snapshot(9), 'e:11')
  stream.event('snapshot', snapshot(9), 'f:2')
  stream.event('broadcast', broadcast(10), 'f:3')
  stream.event('patch', { watching: 9 }, 'f:4')
  await until(room, ({ watching }) => watching === 9)
  expect(told).toEqual([['e1', 'a'], 3, ['e5', 'a'], 2, null, null, ['e10', 'a']])
})

it('[CL111] gets broadcasts by long-polls as by streams', async () => {
  await using server = await ScriptedServer.listen()
  const room = join(server)
  const told = listen(room)
  ;(await server.take('GET events')).answer(403, '<html>')
  const answer = (await server.take('POST changes')) satisfies { readonly body: string }
  answer.answer(200, { id: 'e:1', ...snapshot(3) })
  await until(room, isOnline)
  ;(await server.take('POST changes')).answer(200, {
    id: 'e:3',
    patch: { watching: 5 },
    broadcasts: [broadcast(4), broadcast(5)],
  })
  await until(room, ({ watching }) => watching === 5)
  expect(told).toEqual([
    ['e4', 'a'],
    ['e5', 'a'],
  ])
})

it('[CL111] a listener that throws keeps no other from being called, and one that ended hears nothing', async () => {
  await using server = await ScriptedServer.listen()
  const { room, stream } = await joinOnline(server)
  const end = room.onEvent(() => expect.unreachable())
  end()
  const told = listen(room)
  stream.event('broadcast', broadcast(1), 'e:2').event('patch', { watching: 7 }, 'e:3')
  await until(room, ({ watching }) => watching === 7)
  expect(told).toEqual([['e1', 'a']])
})

it('[CL112] broadcasts an event once it is a member, and once only', async () => {
  await using server = await ScriptedServer.listen()
  const room = join(server)
  const sent = room.broadcast({ saved: 'C6' })
  const stream = await server.take('GET events')
  expect(server.waiting('POST broadcast')).toBe(0)
  stream.stream().snapshot('e:1', [member('me')])
  const call = await server.take('POST broadcast')
  expect([call.body, call.query.get('member')]).toEqual([
    '{"saved":"C6"}',
    stream.query.get('member'),
  ])
  call.answer(200, { id: 'e:2' })
  expect(await sent).toBeUndefined()
  const again = room.broadcast(1)
  ;(await server.take('POST broadcast')).refuse('exchange-busy')
  await expect(again).rejects.toMatchObject({ problem: 'exchange-busy' })
  expect(server.waiting('POST broadcast')).toBe(0)
})

it.each<[who: string, options: object, hello: object]>([
  ['a viewer', { watch: true }, { self: null }],
  ['a client that may not join', {}, { self: null, can: ['watch'] }],
])('[CL112] %s can’t broadcast', async (_who, options, hello) => {
  await using server = await ScriptedServer.listen()
  const { room } = await joinOnline(server, options, { ...hello })
  await expect(room.broadcast(1)).rejects.toThrow(Problem)
  await expect(room.broadcast(1)).rejects.toMatchObject({ problem: 'forbidden' })
})

it('[CL112] a client that leaves before it is a member doesn’t broadcast', async () => {
  await using server = await ScriptedServer.listen()
  const room = join(server)
  const sent = room.broadcast(1)
  void room.leave()
  await expect(sent).rejects.toMatchObject({ problem: 'forbidden' })
})
