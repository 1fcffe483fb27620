import type { Broadcast, Json, RoomAnswer, RoomPatch } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import { type EventStream, openStream, type RoomEvents } from '../stream.js'
import type { Suite } from '../suite.js'

/** PROTOCOL.md section 8, Events of a room. */
export function broadcastRules(suite: Suite): void {
  describe('broadcasts', () => {
    calls(suite)
    streams(suite)
    polls(suite)
    bounds(suite)
  })
}

/** Broadcasts an event, which must be accepted. Returns the position of its commit. */
async function broadcast(room: TestRoom, member: string, event: Json): Promise<string> {
  const answer = await callJson(room.url('broadcast', { member }), { method: 'POST', json: event })
  return (answer as { readonly id: string }).id
}

/** Returns the broadcasts that came on a stream so far. */
function heardBy({ arrived }: RoomEvents): readonly Broadcast[] {
  return arrived
    .filter(({ name }) => name === 'broadcast')
    .map(({ data }) => data as unknown as Broadcast)
}

/** Waits until a stream has had as many broadcasts. */
async function hear(stream: RoomEvents, count: number): Promise<readonly Broadcast[]> {
  while (heardBy(stream).length < count) await stream.next('broadcast')
  return heardBy(stream)
}

const eventsOf = (broadcasts: readonly Broadcast[]) => broadcasts.map(({ event }) => event)

function calls({ calm }: Suite): void {
  it('[EV1 EV4] a broadcast is one commit; its answer has the position after it', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    const { id } = await room.move(ann, 1)
    const position = await broadcast(room, ann, { saved: 'C6' })
    expect(versionOf(position)).toBe(versionOf(id) + 1)
    expect((await room.read()).id).toBe(position)
  })

  it.each([null, 0, '', false, [], {}, { __proto__: { deep: 1 } }, ['😀', { a: [1.5e300] }]])(
    '[EV2 EV5] every reader gets %j as it is, with its number and who sent it',
    async (event) => {
      const room = new TestRoom(calm.baseUrl)
      const ann = memberKey()
      await using own = await room.join(ann)
      await using watcher = await room.watch()
      await using part = await room.watch({ at: 's1', only: 1 })
      await broadcast(room, ann, event)
      for (const stream of [own, watcher, part]) {
        const [heard] = await hear(stream, 1)
        expect(heard).toEqual({ number: expect.any(Number), from: own.self, event })
      }
    },
  )

  it('[EV3] nobody but a member can broadcast, and the call makes no room, no member and no cookie', async () => {
    const room = new TestRoom(calm.baseUrl)
    const json = 'hello'
    await expectRefused('forbidden', room.url('broadcast', { member: memberKey() }), { json })
    await expectRefused('forbidden', room.url('broadcast'), { json })
    await using watcher = await room.watch()
    const before = watcher.position
    await expectRefused('forbidden', room.url('broadcast', { member: memberKey() }), { json })
    const { headers } = await call(room.url('broadcast'), { json })
    expect(headers['set-cookie']).toBeUndefined()
    expect(await room.read()).toMatchObject({ id: before, members: [] })
    expect(heardBy(watcher)).toEqual([])
  })

  it('[EV3] a broadcast doesn’t make its member online', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    await using watcher = await room.watch()
    const stream = await room.join(ann)
    const { self } = stream
    await stream.close()
    const isAway = ({ members }: EventStream['state']) => members.get(self)?.status === 'away'
    await watcher.until('away', isAway)
    await broadcast(room, ann, 1)
    await hear(watcher, 1)
    expect(isAway(watcher.state)).toBe(true)
  })

  it('[EV2] an event of more than 4,096 bytes is refused, and so is one nested more deeply than 64 levels', async () => {
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    await room.move(member, 1)
    const url = room.url('broadcast', { member })
    const refused = await expectRefused('too-large', url, { json: 'x'.repeat(4_095) })
    expect(refused.extensions['limitBytes']).toBe(4_096)
    await broadcast(room, member, 'x'.repeat(4_094))
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as Json
    const deep = await expectRefused('bad-parameter', url, { json: nested(65) })
    expect(deep.extensions['parameter']).toBe('event')
    await broadcast(room, member, nested(64))
    await expectRefused('bad-json', url, {
      body: '{',
      headers: { 'content-type': 'application/json' },
    })
  })
}

function streams({ calm }: Suite): void {
  it('[EV4 EV5 ST6] broadcasts come in order, each with the next number, after the patch of their frame', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    await using own = await room.join(ann)
    const last: string[] = []
    for (let count = 0; count < 20; count++) {
      await room.move(ann, count)
      last.push(await broadcast(room, ann, count))
    }
    const heard = await hear(own, 20)
    expect(eventsOf(heard)).toEqual(Array.from({ length: 20 }, (_, index) => index))
    const [first] = heard
    expect(heard.map(({ number }) => number - first!.number)).toEqual(eventsOf(heard))
    await own.until('the last position', () => own.position === last.at(-1))
    // Within a frame, nothing but the last event has a position.
    const names = own.arrived.filter(({ name }) => name === 'patch' || name === 'broadcast')
    for (const [index, { name, id }] of names.entries()) {
      if (name === 'patch' && id === undefined) expect(names[index + 1]?.name).toBe('broadcast')
    }
  })

  it('[EV4 EV5] broadcasts of several members come to all readers in the same order', async () => {
    const room = new TestRoom(calm.baseUrl)
    const keys = Array.from({ length: 5 }, () => memberKey())
    await Promise.all(keys.map((key) => room.move(key, 1)))
    await using one = await room.watch()
    await using other = await openStream(`${calm.baseUrl}/streams`, {
      json: { subscriptions: [{ key: 'a', room: room.name }] },
    })
    const there = other.room('a')
    await there.next('snapshot')
    await Promise.all(
      keys.flatMap((key, of) => [0, 1, 2].map((count) => broadcast(room, key, [of, count]))),
    )
    const heard = await hear(one, 15)
    expect(await hear(there, 15)).toEqual(heard)
    expect(new Set(heard.map(({ event }) => JSON.stringify(event))).size).toBe(15)
  })

  it('[EV6 EV8] who joins gets the number of the last broadcast, and none of them', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    await using own = await room.join(ann)
    for (const event of ['a', 'b']) await broadcast(room, ann, event)
    const [, second] = await hear(own, 2)
    await using watcher = await room.watch()
    const { data } = watcher.arrived.find(({ name }) => name === 'snapshot')!
    expect(data).toMatchObject({ broadcast: second!.number })
    await broadcast(room, ann, 'c')
    expect(await hear(watcher, 1)).toEqual([
      { number: second!.number + 1, from: own.self, event: 'c' },
    ])
  })

  it('[EV8] a reader that resumes gets what was broadcast meanwhile', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    await room.move(ann, 1)
    const stream = await room.watch()
    const position = stream.position!
    await stream.close()
    await broadcast(room, ann, 'a')
    await room.move(ann, 2)
    await broadcast(room, ann, 'b')
    const url = room.url('events', { watch: 1, lastEventId: position })
    await using resumed = await openStream(url)
    expect(eventsOf(await hear(resumed, 2))).toEqual(['a', 'b'])
    expect(resumed.patches[0]!.broadcast).toBeUndefined()
  })

  it('[EV15] the list view gets nothing of a broadcast', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    await using list = await room.list()
    await list.next('message')
    await room.move(ann, 1)
    await list.next('message')
    await broadcast(room, ann, 'a')
    expect(await list.quiet()).toEqual([])
  })
}

function polls({ calm }: Suite): void {
  it('[EV7] a read since a position, and a long-poll, have what was broadcast', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    const { id, self } = await room.move(ann, 1)
    const waiting = room.poll(id, 30_000)
    const position = await broadcast(room, ann, 'a')
    const told = { id: position, patch: {}, broadcasts: [{ from: self, event: 'a' }] }
    expect(JSON.parse((await waiting).text)).toMatchObject(told)
    expect(await room.since(id)).toMatchObject(told)
    const url = room.url('changes')
    expect(await callJson(url, { json: { since: id, waitMs: 0 } })).toMatchObject(told)
    await broadcast(room, ann, 'b')
    const { broadcasts = [] } = (await room.since(id)) as RoomPatch
    expect(eventsOf(broadcasts)).toEqual(['a', 'b'])
    const again = (await room.since(position)) as RoomPatch
    expect(eventsOf(again.broadcasts!)).toEqual(['b'])
  })

  it('[EV6 EV7] a read without a position has the number of the last broadcast', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ann = memberKey()
    const { id } = await room.move(ann, 1)
    await broadcast(room, ann, 'a')
    const { broadcasts } = (await room.since(id)) as RoomPatch
    const answer: RoomAnswer = await room.read()
    expect(answer.broadcast).toBe(broadcasts![0]!.number)
    expect('broadcasts' in answer).toBe(false)
  })
}

function bounds({ share }: Suite): void {
  const bounded = share({ maxRecentBroadcastBytes: 1_000 })

  it('[EV6 EV8] a reader that missed more than the room keeps is told how many, and gets the rest', async () => {
    const room = new TestRoom(bounded.baseUrl)
    const ann = memberKey()
    const { id } = await room.move(ann, 1)
    for (let count = 0; count < 10; count++) await broadcast(room, ann, `${count}`.repeat(298))
    const { patch, broadcasts = [] } = (await room.since(id)) as RoomPatch
    expect(broadcasts).toHaveLength(3)
    expect(broadcasts[0]!.event).toMatch(/^7+$/)
    expect(patch).toEqual({ broadcast: broadcasts[0]!.number - 1 })
    await using resumed = await openStream(room.url('events', { watch: 1, lastEventId: id }))
    expect(await hear(resumed, 3)).toEqual(broadcasts)
    expect(resumed.patches[0]!.broadcast).toBe(patch.broadcast)
  })
}
