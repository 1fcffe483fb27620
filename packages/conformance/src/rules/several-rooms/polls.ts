import type { Json } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import { TestDocument } from '../../document.js'
import { call, callJson, expectRefused } from '../../http.js'
import { memberKey } from '../../room.js'
import type { Served, Suite } from '../../suite.js'
import { addressOf, roomsOf, type Subscription } from './subscriptions.js'

export function polls({ calm }: Suite): void {
  const poll = (server: Served, subscriptions: readonly Subscription[], waitMs = 0) =>
    call(addressOf(server), { json: { subscriptions, poll: true, waitMs } })
  const toldBy = (text: string) =>
    (JSON.parse(text) as { subscriptions: readonly { [field: string]: Json }[] }).subscriptions

  it('[HT37] a poll answers what is new in each room, and leaves out the others', async () => {
    const rooms = roomsOf(calm, 4)
    const mover = memberKey()
    const before = await Promise.all(rooms.map((room) => room.move(mover, 1)))
    const { self, id } = await rooms[1]!.move(mover, 2)
    const subscriptions = [
      { key: 'same', room: rooms[0]!.name, since: before[0]!.id },
      { key: 'moved', room: rooms[1]!.name, since: before[1]!.id, members: [memberKey()] },
      { key: 'all', room: rooms[2]!.name },
      { key: 'unknown', room: rooms[3]!.name, since: 'other:1' },
      { key: 'bad', room: 'a/b' },
    ]
    const { status, text, headers } = await poll(calm, subscriptions, 20_000)
    const unknown = await rooms[3]!.since('other:1')
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(toldBy(text)).toEqual([
      { key: 'moved', id, patch: { move: { [self]: 2 } } },
      { key: 'all', ...(await rooms[2]!.read()) },
      { key: 'unknown', ...unknown },
      {
        key: 'bad',
        problem: expect.objectContaining({ type: 'urn:whereabouts:problem:bad-room' }) as Json,
      },
    ])
    expect(await rooms[1]!.read()).toMatchObject({ members: [{ id: self }], watching: 0 })
  })

  it('[HT38] without news it waits for the first, and is 204 if there is none', async () => {
    const rooms = roomsOf(calm, 3)
    const mover = memberKey()
    const before = await Promise.all(rooms.map((room) => room.move(mover, 1)))
    const subscriptions = rooms.map(({ name }, index) => ({
      key: `${index}`,
      room: name,
      since: before[index]!.id,
    }))
    expect(await poll(calm, subscriptions)).toMatchObject({ status: 204, text: '' })
    expect(await poll(calm, subscriptions, 300)).toMatchObject({ status: 204, text: '' })
    const waiting = poll(calm, subscriptions, 30_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const { self, id } = await rooms[2]!.move(mover, 2)
    const { text } = await waiting
    expect(toldBy(text)).toEqual([{ key: '2', id, patch: { move: { [self]: 2 } } }])
    for (const json of [
      { subscriptions, poll: true, waitMs: 30_001 },
      { subscriptions, poll: 'yes' },
    ]) {
      await expectRefused('bad-parameter', addressOf(calm), { json })
    }
  })

  it('[HT37] the document comes with a poll as with one for one room', async () => {
    const [room] = roomsOf(calm, 1)
    const { id } = await room!.move(memberKey(), 1)
    await new TestDocument(room!).post('A1')
    const since = { room: room!.name, since: id }
    const { text } = await poll(calm, [
      { key: 'a', ...since },
      { key: 'b', ...since, document: false },
    ])
    const single = (await callJson(room!.url('location', { since: id }))) as Subscription
    expect(toldBy(text)).toEqual([{ key: 'a', ...single }])
    expect(single['document']).toEqual(expect.any(String))
  })
}
