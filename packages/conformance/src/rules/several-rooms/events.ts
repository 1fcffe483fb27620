import { expect, it } from 'vitest'
import { TestDocument } from '../../document.js'
import { flood, LARGE_BYTES } from '../../flood.js'
import { memberKey, TestRoom, versionOf } from '../../room.js'
import { HEARTBEAT_MS, type Suite } from '../../suite.js'
import { openRooms, roomsOf } from './subscriptions.js'

export function events({ calm }: Suite): void {
  it('[MS2] [MS3] each room begins with its own hello and snapshot, and on says whose events follow', async () => {
    const [one, two] = roomsOf(calm, 2)
    const mover = memberKey()
    const { self } = await one!.move(mover, 'A1')
    await using stream = await openRooms(calm, [
      { key: 'a', room: one!.name },
      { key: 'b.2', room: two!.name, members: [memberKey()] },
    ])
    const [a, b] = [stream.room('a'), stream.room('b.2')]
    await a.next('snapshot')
    await b.next('snapshot')
    expect(a.hello).toMatchObject({ room: one!.name, self: null, protocol: 1 })
    expect(b.hello).toMatchObject({ room: two!.name, self: expect.any(String) })
    expect([...a.state.members.keys()]).toEqual([self])
    expect([...b.state.members.keys()]).toEqual([b.self])
    const { id } = await one!.move(mover, 'A2')
    await a.until('the move', ({ members }) => members.get(self)?.location === 'A2')
    expect(a.position).toBe(id)
    expect(b.patches).toEqual([])
    expect(stream.retries).toHaveLength(1)
  })

  it('[MS2] on comes only where the room changes, and has no id', async () => {
    const rooms = roomsOf(calm, 2)
    const mover = memberKey()
    await using stream = await openRooms(
      calm,
      rooms.map(({ name }, index) => ({ key: `${index}`, room: name })),
    )
    for (const index of [0, 1]) await stream.room(`${index}`).next('snapshot')
    for (const index of [1, 1, 0, 0, 0, 1]) {
      const { id } = await rooms[index]!.move(mover, index)
      await stream.room(`${index}`).until('the move', () => stream.room(`${index}`).position === id)
    }
    await stream.quiet()
    const named = stream.arrived.filter(({ name }) => name === 'on')
    for (const { id } of named) expect(id).toBeUndefined()
    const keys = named.map(({ data }) => (data as { key: string }).key)
    expect(keys.filter((key, index) => key === keys[index - 1])).toEqual([])
  })

  it('[MS2] a heartbeat is one ping for the whole stream', async () => {
    const subscriptions = roomsOf(calm, 8).map(({ name }, index) => ({
      key: `${index}`,
      room: name,
    }))
    await using stream = await openRooms(calm, subscriptions)
    for (const { key } of subscriptions) await stream.room(key).next('snapshot')
    const from = stream.arrived.length
    const begin = performance.now()
    await stream.quiet(3)
    const beats = (performance.now() - begin) / HEARTBEAT_MS
    const pings = stream.arrived.slice(from).filter(({ name }) => name === 'ping')
    expect(pings.length).toBeLessThanOrEqual(beats + 2)
  })

  it('[MS1] a room can be there several times, such as with parts of its document', async () => {
    const [room] = roomsOf(calm, 1)
    const { name } = room!
    const { self } = await room!.move(memberKey(), { at: 's1' })
    await using stream = await openRooms(calm, [
      { key: 'a', room: name, at: 's1', only: true },
      { key: 'b', room: name, at: 's2', only: true },
    ])
    await stream.room('a').next('snapshot')
    await stream.room('b').next('snapshot')
    expect([...stream.room('a').state.members.keys()]).toEqual([self])
    expect([...stream.room('b').state.members.keys()]).toEqual([])
    expect(stream.room('b').state.elsewhere).toEqual({ s1: 1 })
  })

  it('[MS3] the document comes with its room, unless it isn’t wanted', async () => {
    const [room] = roomsOf(calm, 1)
    await using stream = await openRooms(calm, [
      { key: 'a', room: room!.name },
      { key: 'b', room: room!.name, document: false },
    ])
    await stream.room('a').next('snapshot')
    await stream.room('b').next('snapshot')
    await new TestDocument(room!).post('A1')
    await stream.room('a').next('document')
    expect(await stream.room('b').quiet()).toEqual([])
  })

  it('[MS7] each resumes from its own position: nothing new, a patch, or all of it', async () => {
    const rooms = roomsOf(calm, 3)
    const mover = memberKey()
    const before = await Promise.all(rooms.map((room) => room.move(mover, 1)))
    const after = await rooms[1]!.move(mover, 2)
    const since = [before[0]!.id, before[1]!.id, 'other:1']
    const headers = { 'last-event-id': before[0]!.id }
    const subscriptions = rooms.map(({ name }, index) => ({
      key: `${index}`,
      room: name,
      since: since[index]!,
      // Keeps the version of the room as it is.
      members: [mover],
    }))
    await using stream = await openRooms(calm, subscriptions, headers)
    const [same, moved, unknown] = [0, 1, 2].map((index) => stream.room(`${index}`))
    await same!.next('hello')
    expect((await same!.next('ping')).data).toEqual({})
    expect((await moved!.next()).name).toBe('hello')
    expect(await moved!.next()).toMatchObject({
      name: 'patch',
      id: after.id,
      data: { move: { [after.self]: 2 } },
    })
    expect((await unknown!.next()).name).toBe('hello')
    expect((await unknown!.next()).name).toBe('resync')
    expect((await unknown!.next()).name).toBe('snapshot')
    await using fresh = await openRooms(calm, [{ key: 'a', room: rooms[0]!.name }], headers)
    expect((await fresh.room('a').next('snapshot')).id).toBeDefined()
  })

  it('[MS3] the stream can be compressed', async () => {
    const rooms = roomsOf(calm, 2)
    const subscriptions = rooms.map(({ name }, index) => ({ key: `${index}`, room: name }))
    await using stream = await openRooms(calm, subscriptions, { 'accept-encoding': 'gzip' })
    expect(stream.headers['content-encoding']).toBe('gzip')
    for (const [index, room] of rooms.entries()) {
      const events = stream.room(`${index}`)
      await events.next('snapshot')
      const { self } = await room.move(memberKey(), index)
      await events.until('the move', ({ members }) => members.has(self))
    }
  })
}

export function frames({ calm, start }: Suite): void {
  it('[FR25] a frame is the bytes that the other readers of its room get', async () => {
    const [one, two] = roomsOf(calm, 2)
    const mover = memberKey()
    const { self } = await one!.move(mover, -1)
    await using alone = await one!.watch()
    await using stream = await openRooms(calm, [
      { key: 'a', room: one!.name },
      { key: 'b', room: two!.name },
    ])
    await stream.room('a').next('snapshot')
    await alone.until('the other viewer', ({ watching }) => watching === 2)
    await Promise.all([alone.quiet(), stream.quiet()])
    const from = [alone.text.length, stream.text.length]
    for (let location = 0; location < 20; location++) {
      await one!.move(mover, location)
      await two!.move(mover, location)
    }
    for (const events of [alone, stream.room('a')]) {
      await events.until('the last', ({ members: all }) => all.get(self)?.location === 19)
    }
    const patches = [alone.text.slice(from[0]), stream.text.slice(from[1])].map((text) =>
      text.split('\n\n').filter((event) => event.includes(self)),
    )
    expect(patches[0]!.length).toBeGreaterThan(0)
    expect(patches[1]).toEqual(patches[0])
  })

  it('[FR26] a stream that does not drain gets one catch-up for each room when it does', async () => {
    const settings = {
      maxLocationBytes: LARGE_BYTES,
      frameIntervalMs: 5,
      heartbeatMs: HEARTBEAT_MS,
    }
    await using server = await start(settings)
    const rooms = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
    const mover = memberKey()
    for (const room of rooms) await room.move(mover, 'before')
    await using reader = await rooms[0]!.watch()
    await using other = await rooms[1]!.watch()
    await using slow = await openRooms(
      server,
      rooms.map(({ name }, index) => ({ key: `${index}`, room: name })),
    )
    for (const index of [0, 1]) await slow.room(`${index}`).next('snapshot')
    await reader.until('the viewer', ({ watching }) => watching === 2)
    slow.pause()
    await flood(rooms[0]!, reader)
    const frames = 100
    for (let location = 0; location < frames; location++) await rooms[1]!.move(mover, location)
    const { id } = await rooms[1]!.move(mover, 'the end')
    await other.until('the end', () => other.position === id)
    slow.resume()
    for (const [index, fast] of [reader, other].entries()) {
      const events = slow.room(`${index}`)
      await events.until('the catch-up', () => events.position === fast.position)
      expect(events.state).toEqual(fast.state)
      const versions = events.arrived.flatMap(({ id: at }) =>
        at === undefined ? [] : [versionOf(at)],
      )
      expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    }
    expect(slow.room('1').patches.length).toBeLessThan(5)
    expect(slow.room('0').patches.length).toBeLessThan(reader.patches.length)
  })
}
