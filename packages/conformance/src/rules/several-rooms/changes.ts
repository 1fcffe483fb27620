import { expect, it } from 'vitest'
import { memberKey, TestRoom } from '../../room.js'
import { end } from '../../stream.js'
import { HEARTBEAT_MS, LEASE_MS, type Suite } from '../../suite.js'
import { changesOf, openRooms, roomsOf, selvesOf, statusOf } from './subscriptions.js'

export function changes({ calm, start }: Suite): void {
  it('[MS2] [FR7] a server that shuts down says one goodbye, and the stream ends properly', async () => {
    await using server = await start({ heartbeatMs: HEARTBEAT_MS })
    const rooms = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
    const subscriptions = rooms.map(({ name }, index) => ({
      key: `${index}`,
      room: name,
      members: [memberKey()],
    }))
    await using stream = await openRooms(server, subscriptions)
    for (const { key } of subscriptions) await stream.room(key).next('snapshot')
    const stopped = server.stop()
    const { reconnectInMs } = (await stream.next('goodbye')).data as { reconnectInMs: number }
    await end(stream)
    await stopped
    expect(stream.isWhole).toBe(true)
    expect(stream.retries.at(-1)).toBe(reconnectInMs)
    expect(stream.arrived.filter(({ name }) => name === 'goodbye')).toHaveLength(1)
  })

  it('[MS13] the next stream takes over from the one before, and nobody sees a change', async () => {
    const [one, two, three] = roomsOf(calm, 3)
    await using watcher = await one!.watch()
    const member = memberKey()
    const at = (room: TestRoom, key: string) => ({ key, room: room.name, members: [member] })
    const first = await openRooms(calm, [at(one!, 'a'), at(two!, 'b')])
    await first.room('a').next('snapshot')
    const { self } = first.room('a')
    await watcher.until('the join', ({ members: all }) => all.has(self))
    await using second = await openRooms(calm, [
      { ...at(one!, 'x'), since: first.room('a').position! },
      at(three!, 'y'),
    ])
    await second.room('x').next('hello')
    await second.room('y').next('hello')
    await first.close()
    const { self: other } = first.room('b')
    // The room that isn't on the next stream.
    await expect
      .poll(async () => (await two!.member(other))?.status, { timeout: calm.leaseMs })
      .toBe('away')
    expect(await watcher.quiet()).toEqual([])
    expect(await one!.member(self)).toMatchObject({ status: 'online' })
    await one!.move(member, 'B2')
    // It resumes, so that it has no snapshot.
    await second
      .room('x')
      .until('the move', () => second.room('x').patches.some(({ move }) => move?.[self] === 'B2'))
    expect(changesOf(watcher, self)).toEqual(['joined'])
  })
}

export function lingering({ calm, brief }: Suite): void {
  it('[MS14] a stream that closes leaves its members connected until another one takes over', async () => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const members = [memberKey(), memberKey()]
    const subscription = { key: 'a', room: room!.name, members }
    const first = await openRooms(calm, [subscription])
    const selves = await selvesOf(first.room('a'))
    await watcher.until('the joins', ({ members: all }) => all.size === 2)
    await first.close()
    await watcher.quiet()
    await using second = await openRooms(calm, [subscription])
    await second.room('a').next('hello')
    // Longer than what is left of a third of the lease.
    await new Promise((resolve) => setTimeout(resolve, calm.leaseMs / 3 + 500))
    for (const id of selves) expect(changesOf(watcher, id)).toEqual(['joined'])
  })

  it('[MS14] without another one they are away after a third of the lease, and gone after a lease', async () => {
    const [room] = roomsOf(brief, 1)
    await using watcher = await room!.watch()
    const stream = await openRooms(brief, [{ key: 'a', room: room!.name, members: [memberKey()] }])
    const [self] = await selvesOf(stream.room('a'))
    await watcher.until('the join', ({ members: all }) => all.has(self!))
    const before = performance.now()
    await stream.close()
    await watcher.until('away', statusOf(self!, 'away'))
    const awayMs = performance.now()
    expect(awayMs - before).toBeGreaterThan((LEASE_MS / 3) * 0.9)
    await watcher.until('the leave', ({ members: all }) => !all.has(self!))
    expect(performance.now() - before).toBeGreaterThan((4 / 3) * LEASE_MS * 0.9)
  })

  it.each([
    ['leave', {}, 'left'],
    ['soon', { soon: 1 }, 'away'],
  ] as const)('[MS14] after the close, %s applies at once', async (_name, said, seen) => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const member = memberKey()
    const stream = await openRooms(calm, [{ key: 'a', room: room!.name, members: [member] }])
    const [self] = await selvesOf(stream.room('a'))
    await watcher.until('the join', ({ members: all }) => all.has(self!))
    const before = performance.now()
    await stream.close()
    await room!.leave(member, said)
    await watcher.until('the change', () => changesOf(watcher, self!).length > 1)
    expect(performance.now() - before).toBeLessThan(calm.leaseMs / 3)
    expect(changesOf(watcher, self!)[1]).toBe(seen)
  })

  it.each([
    ['opened after it', false],
    ['was open already', true],
  ])('[MS14] a member whose other stream %s leaves soon at once', async (_when, isOpen) => {
    const [room] = roomsOf(calm, 1)
    await using watcher = await room!.watch()
    const member = memberKey()
    const subscription = { key: 'a', room: room!.name, members: [member] }
    const next = async () => {
      const stream = await openRooms(calm, [subscription])
      await stream.room('a').next('hello')
      return stream
    }
    const first = await openRooms(calm, [subscription])
    const [self] = await selvesOf(first.room('a'))
    const already = isOpen ? await next() : undefined
    await first.close()
    await watcher.quiet()
    await using _second = already ?? (await next())
    const before = performance.now()
    await room!.leave(member, { soon: 1 })
    await watcher.until('away', statusOf(self!, 'away'))
    expect(performance.now() - before).toBeLessThan(calm.leaseMs / 3)
  })
}
