import type { Json } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import { call, expectProblem, expectRefused } from '../../http.js'
import { memberKey, TestRoom } from '../../room.js'
import { end, openStream } from '../../stream.js'
import { HEARTBEAT_MS, type Suite } from '../../suite.js'
import { addressOf, openRooms, roomsOf, saidIn, type Subscription } from './subscriptions.js'

export function body({ calm }: Suite): void {
  const fine = { key: 'a', room: 'x' }
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ key: `k${index}`, room: 'x' }))

  it.each<[what: string, json: Json]>([
    ['no object', [fine]],
    ['no subscriptions', {}],
    ['subscriptions that are no array', { subscriptions: fine }],
    ['no subscription', { subscriptions: [] }],
    ['65 subscriptions', { subscriptions: many(65) }],
    ['a subscription that is no object', { subscriptions: [fine, 'b'] }],
    ['a subscription without a key', { subscriptions: [{ room: 'x' }] }],
    ['a key with a space', { subscriptions: [{ key: 'a b', room: 'x' }] }],
    ['a key of 65 characters', { subscriptions: [{ key: 'a'.repeat(65), room: 'x' }] }],
    ['a key that is a number', { subscriptions: [{ key: 1, room: 'x' }] }],
    ['two of the same key', { subscriptions: [fine, fine] }],
    ['no room', { subscriptions: [{ key: 'a' }] }],
    ['a room that is a number', { subscriptions: [{ key: 'a', room: 1 }] }],
    ['members that are no array', { subscriptions: [{ ...fine, members: 'k' }] }],
    ['a member without a key', { subscriptions: [{ ...fine, members: [{ name: 'Ada' }] }] }],
    ['a member that is a number', { subscriptions: [{ ...fine, members: [1] }] }],
  ])('[MS1] a body with %s is refused as a whole', async (_what, json) => {
    await expectRefused('bad-parameter', addressOf(calm), { json })
  })

  it('[MS6] a member that is named twice is refused', async () => {
    const members = ['k', { member: 'k' }]
    const json = { subscriptions: [{ ...fine, members }] }
    await expectRefused('bad-parameter', addressOf(calm), { json })
  })

  it('[MS12] more than 128 members are refused, and nobody joins', async () => {
    const [one, two] = roomsOf(calm, 2)
    const keys = (count: number) => Array.from({ length: count }, memberKey)
    const subscriptions = [
      { key: 'a', room: one!.name, members: keys(65) },
      { key: 'b', room: two!.name, members: keys(64) },
    ]
    await expectRefused('bad-parameter', addressOf(calm), { json: { subscriptions } })
    expect(await one!.read()).toMatchObject({ members: [] })
  })

  it('[HT35] a body over 65,536 bytes is too large, and one below it is not', async () => {
    const padded = (bytes: number) => ({ subscriptions: [fine], padding: 'x'.repeat(bytes) })
    const problem = await expectRefused('too-large', addressOf(calm), { json: padded(65_536) })
    expect(problem.extensions).toEqual({ limitBytes: 65_536 })
    await using stream = await openStream(addressOf(calm), { json: padded(60_000) })
    await stream.room('a').next('snapshot')
  })

  it('[HT35] only POST is allowed, and of the query only the version counts', async () => {
    const answer = await call(addressOf(calm))
    expectProblem(answer, 'method-not-allowed')
    expect(answer.headers['allow']).toBe('POST')
    const url = `${addressOf(calm)}?room=other&watch=1&poll=1`
    await using stream = await openStream(url, { json: { subscriptions: [fine] } })
    expect((await stream.room('a').next('hello')).data).toMatchObject({ room: 'x' })
    const other = `${addressOf(calm)}?protocol=2`
    await expectRefused('bad-parameter', other, { json: { subscriptions: [fine] } })
    const json = { subscriptions: [fine], protocol: 2 }
    await expectRefused('bad-parameter', addressOf(calm), { json })
  })

  it.each(['{', '', '{"subscriptions":'])(
    '[HT35] a body that isn’t JSON is refused: %j',
    async (text) => {
      const headers = { 'content-type': 'application/json' }
      await expectRefused('bad-json', addressOf(calm), { method: 'POST', headers, body: text })
    },
  )
}

export function refusals({ calm, start }: Suite): void {
  it('[MS8] a room that is refused says why, and the others are opened', async () => {
    const [room] = roomsOf(calm, 1)
    const { name } = room!
    const bad: readonly (readonly [problem: string, subscription: Subscription])[] = [
      ['bad-room', { key: '0', room: 'a/b' }],
      ['bad-room', { key: '1', room: '..' }],
      ['bad-member-key', { key: '2', room: name, members: ['not a key'] }],
      ['bad-name', { key: '3', room: name, members: [memberKey()], name: '' }],
      ['bad-color', { key: '4', room: name, members: [memberKey()], color: 'red' }],
      ['bad-parameter', { key: '5', room: name, view: 'list' }],
      ['bad-parameter', { key: '6', room: name, only: true }],
      ['bad-parameter', { key: '7', room: name, members: [memberKey()], nextWithinMs: 0 }],
      ['bad-parameter', { key: '8', room: name, at: 'a b' }],
    ]
    const subscriptions = [...bad.map(([, each]) => each), { key: 'good', room: name }]
    await using stream = await openRooms(calm, subscriptions)
    await stream.room('good').next('snapshot')
    for (const [index, [problem]] of bad.entries()) {
      const refused = await stream.room(`${index}`).next('refused')
      expect(refused.id).toBeUndefined()
      expect(refused.data).toMatchObject({ type: `urn:whereabouts:problem:${problem}` })
      expect(saidIn(stream.room(`${index}`))).toEqual(['refused'])
    }
    const { self } = await room!.move(memberKey(), 1)
    await stream.room('good').until('the move', (state) => state.members.has(self))
    expect(await room!.read()).toMatchObject({ members: [{ id: self }], watching: 1 })
  })

  it('[MS9] a stream without any room left ends', async () => {
    await using stream = await openRooms(calm, [
      { key: 'a', room: 'a/b' },
      { key: 'b', room: 'c/d' },
    ])
    await end(stream)
    expect(stream.isWhole).toBe(true)
    for (const key of ['a', 'b']) expect(saidIn(stream.room(key))).toEqual(['refused'])
  })

  it('[MS11] a room that is full refuses all of its members, and none of them stays', async () => {
    await using server = await start({ maxMembers: 3, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    const known = memberKey()
    const { self } = await room.move(known, 'here')
    const members = [known, memberKey(), memberKey(), memberKey()]
    const subscription = { key: 'a', room: room.name, members }
    await using stream = await openRooms(server, [subscription, { key: 'b', room: room.name }])
    const { data } = await stream.room('a').next('refused')
    expect(data).toMatchObject({ type: 'urn:whereabouts:problem:room-full' })
    await stream.room('b').next('snapshot')
    const there = async () => (await room.read()).members
    await expect.poll(there).toMatchObject([{ id: self, location: 'here' }])
  })
}

export function limits({ start }: Suite): void {
  it('[MS12] a stream counts as many connections as it has members, and viewers', async () => {
    await using server = await start({ maxConnections: 4, heartbeatMs: HEARTBEAT_MS })
    const room = new TestRoom(server.baseUrl)
    const members = (count: number) => Array.from({ length: count }, memberKey)
    const subscriptions = (count: number) => [
      { key: 'a', room: room.name, members: members(count) },
      { key: 'b', room: room.name },
    ]
    const refused = { json: { subscriptions: subscriptions(4) } }
    await expectRefused('too-many-connections', addressOf(server), refused)
    expect(await room.read()).toMatchObject({ members: [], watching: 0 })
    const stream = await openRooms(server, subscriptions(3))
    await stream.room('a').next('snapshot')
    await expectRefused('too-many-connections', room.url('events', { watch: 1 }))
    await stream.close()
    await expect.poll(() => room.read()).toMatchObject({ watching: 0 })
    await using again = await openRooms(server, subscriptions(3))
    await again.room('a').next('snapshot')
  })
}
