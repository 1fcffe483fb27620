import { expect, it } from 'vitest'
import { memberKey } from '../../room.js'
import type { Suite } from '../../suite.js'
import { openRooms, roomsOf, selvesOf, statusOf } from './subscriptions.js'

export function members({ calm, brief }: Suite): void {
  it('[MS4] [MS6] several members of a room are each a member of their own', async () => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const keys = [memberKey(), memberKey(), memberKey()]
    await using stream = await openRooms(calm, [{ key: 'a', room: room!.name, members: keys }])
    const events = stream.room('a')
    await events.next('snapshot')
    const selves = await selvesOf(events)
    expect(new Set(selves).size).toBe(3)
    expect(events.hello.self).toBe(selves[0])
    for (const [index, key] of keys.entries()) {
      expect((await room!.move(key, index)).self).toBe(selves[index])
    }
    await watcher.until('all moves', ({ members: all }) =>
      selves.every((id, index) => all.get(id)?.location === index),
    )
    await room!.leave(keys[1]!)
    await watcher.until('the leave', ({ members: all }) => !all.has(selves[1]!))
    expect(watcher.state.members.size).toBe(2)
    await events.until('the leave', ({ members: all }) => !all.has(selves[1]!))
  })

  it('[MS4] each member has a promise of its own', async () => {
    const [room] = roomsOf(brief, 1)
    await using watcher = await room!.watch()
    const hasty = { member: memberKey(), nextWithinMs: 300 }
    const calmly = { member: memberKey(), nextWithinMs: 90_000 }
    await using stream = await openRooms(brief, [
      { key: 'a', room: room!.name, members: [hasty, calmly] },
    ])
    const [one, two] = await selvesOf(stream.room('a'))
    await watcher.until('the first away', statusOf(one!, 'away'))
    await watcher.until('its leave', ({ members: all }) => !all.has(one!))
    expect(watcher.state.members.get(two!)?.status).toBe('online')
  })

  it('[MS5] a member’s own name, color and part count in place of the subscription’s', async () => {
    const [room] = roomsOf(calm, 1)
    const own = { member: memberKey(), name: 'Eve', color: '#112233', at: 's2' }
    const shared = { name: 'Ada', color: '#e11d48', at: 's1' }
    const subscription = { key: 'a', room: room!.name, members: [memberKey(), own], ...shared }
    await using stream = await openRooms(calm, [subscription])
    await stream.room('a').next('snapshot')
    const users = [...stream.room('a').state.members.values()].map(({ user }) => user)
    expect(users).toMatchObject([
      { name: 'Ada', color: '#e11d48' },
      { name: 'Eve', color: '#112233' },
    ])
    await using part = await room!.watch({ at: 's2', only: 1 })
    expect([...part.state.members.keys()]).toEqual([(await selvesOf(stream.room('a')))[1]])
  })

  it('[MS4] [MS6] without members, it watches; headers and cookies name nobody', async () => {
    const [room] = roomsOf(calm, 1)
    const key = memberKey()
    const headers = { 'whereabouts-member': key, cookie: `whereabouts-member=${key}` }
    await using stream = await openRooms(calm, [{ key: 'a', room: room!.name }], headers)
    await stream.room('a').next('snapshot')
    expect(stream.room('a').hello).toMatchObject({ self: null, selves: [] })
    expect(stream.headers['set-cookie']).toBeUndefined()
    expect(await room!.read()).toMatchObject({ members: [], watching: 1 })
  })
}
