import { joinRoom, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import type { WhereaboutsOptions } from '@whereabouts/server'
import { afterEach, expect, it } from 'vitest'
import { Doc } from 'yjs'
import { ALL, Office, start as startApplication } from '../access/application.js'
import { until } from './until.js'

const READER = ['watch', 'join', 'move'] as const

const rooms: Room[] = []
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.leave()
})

function join(url: string, headers: () => HeadersInit): Room {
  const room = joinRoom({ url, room: 'budget', headers })
  rooms.push(room)
  return room
}

// With longer heartbeats than elsewhere, a busy machine doesn't look like a silent one.
const start = (options: WhereaboutsOptions) =>
  startApplication('node:http', { ...options, heartbeatMs: 15_000 })

const textOf = (doc: Doc) => doc.getText('body').toJSON()

it('[CL50 CL52 CL54] a client does at once what the server lets it do', async () => {
  const office = new Office({ ada: ALL, bob: ['watch'] })
  await using server = await start(office.options)
  const adas = join(server.baseUrl, () => ({ authorization: 'ada' }))
  const bobs = join(server.baseUrl, () => ({ authorization: 'bob' }))
  const allow = async (can: readonly (typeof ALL)[number][]) => {
    office.rights.set('bob', can)
    await server.rooms.revalidate({ user: 'bob' })
  }
  bobs.move('C5')
  const viewer = await until(bobs, ({ status, can }) => status === 'online' && can !== null)
  expect([viewer.self, viewer.can]).toEqual([null, ['watch']])
  await until(adas, ({ status, watching }) => status === 'online' && watching === 1)
  bobs.move('D6')
  expect(adas.getSnapshot().others).toEqual([])
  await allow(ALL)
  await until(adas, ({ others }) => others[0]?.location === 'D6')
  expect((await until(bobs, ({ self }) => self !== null)).can).toEqual(ALL)
  await allow(['watch'])
  await until(adas, ({ others }) => others.length === 0)
  expect(await until(bobs, ({ self }) => self === null)).toMatchObject({ problem: null })
  bobs.move('E7')
  await allow(READER)
  await until(adas, ({ others }) => others[0]?.location === 'E7')
  await allow([])
  const closed = await until(bobs, ({ status }) => status === 'closed')
  expect(closed.problem?.problem).toBe('forbidden')
})

it('[CL55] a document is written only while the server lets it, and loses nothing meanwhile', async () => {
  const office = new Office({ ada: ALL, bob: ALL })
  await using server = await start(office.options)
  const [adas, bobs] = [new Doc(), new Doc()]
  const his = new RoomProvider(
    join(server.baseUrl, () => ({ authorization: 'bob' })),
    bobs,
  )
  const hers = new RoomProvider(
    join(server.baseUrl, () => ({ authorization: 'ada' })),
    adas,
  )
  await expect.poll(() => [hers.synced, his.synced, his.readOnly]).toEqual([true, true, false])
  bobs.getText('body').insert(0, 'one, ')
  await expect.poll(() => [textOf(adas), his.saved]).toEqual(['one, ', true])
  office.rights.set('bob', READER)
  await server.rooms.revalidate({ user: 'bob' })
  bobs.getText('body').insert(5, 'two')
  await expect.poll(() => his.readOnly).toBe(true)
  adas.getText('body').insert(0, 'zero, ')
  await expect.poll(() => textOf(bobs)).toBe('zero, one, two')
  expect(his).toMatchObject({ saved: false, status: 'online', problem: { problem: 'forbidden' } })
  expect(textOf(adas)).toBe('zero, one, ')
  office.rights.set('bob', ALL)
  await server.rooms.revalidate({ user: 'bob' })
  await expect.poll(() => [textOf(adas), his.saved]).toEqual(['zero, one, two', true])
  expect(his).toMatchObject({ readOnly: false, problem: null })
  await Promise.all([hers.destroy(), his.destroy()])
})

it('[CL53] a client whose token runs out goes on with the next one, and nobody sees it leave', async () => {
  const office = new Office({ ada: ALL, bob: ALL })
  let [valid, token] = ['one', 'one']
  let asked = 0
  await using server = await start({
    ...office.options,
    authenticate: ({ headers }) => {
      const [user, turn] = (headers.authorization ?? '').split(' ')
      const isValid = user === 'ada' || turn === valid
      return isValid ? { id: user!, expiresAtMs: Date.now() + 1_000 } : null
    },
  })
  const adas = join(server.baseUrl, () => ({ authorization: 'ada' }))
  // The first token is never valid: each request needs a second one.
  const bobs = join(server.baseUrl, () => {
    asked += 1
    return { authorization: asked % 2 === 1 ? 'bob old' : `bob ${token}` }
  })
  await until(bobs, ({ status }) => status === 'online')
  const members = await until(adas, ({ others }) => others.length === 1)
  const seen = new Set<number>()
  adas.subscribe(() => seen.add(adas.getSnapshot().others.length))
  valid = token = 'two'
  const before = asked
  bobs.move('C5')
  await until(adas, ({ others }) => others[0]?.location === 'C5')
  await expect.poll(() => asked - before).toBeGreaterThan(4)
  expect([...seen]).toEqual([1])
  expect(adas.getSnapshot().others[0]?.id).toBe(members.others[0]?.id)
  expect(bobs.getSnapshot()).toMatchObject({ status: 'online', problem: null })
  valid = 'three'
  const { problem } = await until(bobs, ({ status }) => status === 'closed')
  expect(problem?.problem).toBe('unauthorized')
})
