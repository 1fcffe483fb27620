import { applyPatch, applySnapshot, EMPTY_ROOM, type RoomPatch } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { expectRefused } from '../http.js'
import { memberKey, TestRoom, versionOf } from '../room.js'
import type { Suite } from '../suite.js'
import { openStream } from '../stream.js'

/** PROTOCOL.md section 5. */
export function roomRules(suite: Suite): void {
  describe('the room', () => {
    commits(suite)
    catchingUp(suite)
    limits(suite)
    forgetting(suite)
  })
}

function commits({ calm }: Suite): void {
  it('[RM1] a member has an id, a user, a location and a status, and nothing else', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { self } = await room.move(memberKey(), { cell: 'C5' }, { name: 'Ada', color: '#e11d48' })
    expect((await room.read()).members).toEqual([
      {
        id: self,
        user: { id: self, name: 'Ada', color: '#e11d48' },
        location: { cell: 'C5' },
        status: 'online',
      },
    ])
  })

  it('[RM2] the version grows by one with every commit, the same location again included', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    const ids = []
    for (const location of [1, 2, 2, null]) ids.push((await room.move(key, location)).id)
    const first = versionOf(ids[0]!)
    expect(ids.map(versionOf)).toEqual([first, first + 1, first + 2, first + 3])
    expect((await room.read()).id).toBe(ids[3])
  })

  it('[RM2] viewers who come and go are commits, one each', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using own = await room.join(memberKey())
    const before = versionOf(own.position!)
    const viewer = await room.watch()
    await own.until('the viewer', ({ watching }) => watching === 1)
    expect(versionOf(own.position!)).toBe(before + 1)
    await viewer.close()
    await own.until('nobody watching', ({ watching }) => watching === 0)
    expect(versionOf(own.position!)).toBe(before + 2)
  })

  it('[RM2] a read is no commit', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { id } = await room.move(memberKey(), 1)
    await room.read()
    expect((await room.read()).id).toBe(id)
  })

  it('[RM3] of 50 posts at once of one member, the one with the highest version stays', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using watcher = await room.watch()
    const posts = Array.from({ length: 50 }, async (_, location) => {
      const { id } = await room.move(key, location)
      return { location, version: versionOf(id) }
    })
    const moved = (await Promise.all(posts)).toSorted((a, b) => a.version - b.version)
    const last = moved.at(-1)!
    expect(new Set(moved.map(({ version }) => version)).size).toBe(50)
    const { members, id } = await room.read()
    expect(members).toMatchObject([{ location: last.location }])
    expect(versionOf(id)).toBe(last.version)
    await watcher.until('the last location', (state) =>
      [...state.members.values()].some(({ location }) => location === last.location),
    )
    expect(await watcher.quiet()).toEqual([])
    expect(watcher.state.members.size).toBe(1)
  })
}

function catchingUp({ calm, start }: Suite): void {
  it('[RM4] since() gives nothing, a patch or a snapshot', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    const { id } = await room.move(key, 1)
    expect(await room.poll(id)).toMatchObject({ status: 204, text: '' })
    const { id: later, self } = await room.move(key, 2)
    expect(await room.since(id)).toEqual({ id: later, patch: { move: { [self]: 2 } } })
    expect(await room.since('another-epoch:1')).toMatchObject(await room.read())
    const ahead = `${later.slice(0, later.indexOf(':'))}:${versionOf(later) + 5}`
    expect(await room.since(ahead)).toMatchObject(await room.read())
  })

  it('[RM5] a patch says the newest state of what changed, never the steps', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [ada, bob, cat] = [memberKey(), memberKey(), memberKey()]
    const { id: begin, self: adaId } = await room.move(ada, 1)
    const { self: bobId } = await room.move(bob, 1)
    await room.move(bob, 2)
    const { self: catId } = await room.move(cat, 1)
    await room.move(ada, 2)
    await room.move(ada, 3)
    await room.leave(cat)
    const { patch } = (await room.since(begin)) as RoomPatch
    expect(patch).toEqual({
      join: [expect.objectContaining({ id: bobId, location: 2 })],
      move: { [adaId]: 3 },
      leave: [catId],
    })
  })

  it('[RM5] one who left and came back within a patch is there', async () => {
    const room = new TestRoom(calm.baseUrl)
    const ada = memberKey()
    const { id, self } = await room.move(ada, 1)
    await room.leave(ada)
    await room.move(ada, 2)
    const answer = (await room.since(id)) as RoomPatch
    const before = applySnapshot(EMPTY_ROOM, {
      members: [{ ...(await room.member(self))!, location: 1 }],
      watching: 0,
    })
    expect(applyPatch(before, answer.patch).members.get(self)).toMatchObject({ location: 2 })
  })

  it('[RM6] a patch twice, or over a newer snapshot, is the same as once', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [ada, bob, cat] = [memberKey(), memberKey(), memberKey()]
    await room.move(cat, 0)
    await room.move(ada, 1)
    const begin = await room.read()
    await room.move(bob, 1)
    await room.leave(cat)
    const middle = await room.read()
    await room.move(ada, 2)
    await room.move(cat, 9)
    const { patch } = (await room.since(begin.id)) as RoomPatch
    const end = applySnapshot(EMPTY_ROOM, await room.read())
    const sorted = (state: typeof end) => [...state.members.values()].toSorted(byId)
    const once = applyPatch(applySnapshot(EMPTY_ROOM, begin), patch)
    expect(sorted(once)).toEqual(sorted(end))
    expect(sorted(applyPatch(once, patch))).toEqual(sorted(end))
    expect(sorted(applyPatch(applySnapshot(EMPTY_ROOM, middle), patch))).toEqual(sorted(end))
    expect(sorted(applyPatch(end, patch))).toEqual(sorted(end))
  })

  it('[RM7] a reader older than the leavers that are remembered gets a snapshot', async () => {
    await using server = await start({ maxLeavers: 2 })
    const room = new TestRoom(server.baseUrl)
    const { id: begin } = await room.move(memberKey(), 1)
    const leavers = Array.from({ length: 5 }, memberKey)
    for (const key of leavers) await room.move(key, 1)
    const { id: before } = await room.read()
    const left = []
    for (const key of leavers) {
      await room.leave(key)
      left.push((await room.read()).id)
    }
    expect(await room.since(begin)).toEqual(await room.read())
    expect(await room.since(before)).toEqual(await room.read())
    const { patch } = (await room.since(left[2]!)) as RoomPatch
    expect(patch.leave).toHaveLength(2)
    await using stream = await room.watch({ lastEventId: begin })
    expect(stream.arrived.slice(0, 3).map(({ name }) => name)).toEqual([
      'hello',
      'resync',
      'snapshot',
    ])
  })
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1)

function limits({ start, itAlone }: Suite): void {
  it('[RM8 RM19] a full room refuses one more and offers to watch', async () => {
    await using server = await start({ maxMembers: 2 })
    const room = new TestRoom(server.baseUrl)
    const [ada, bob, cat] = [memberKey(), memberKey(), memberKey()]
    const { self } = await room.move(ada, 1)
    await using own = await room.join(bob)
    const before = await room.read()
    const post = await expectRefused('room-full', room.url('location', { member: cat }), {
      json: 1,
    })
    const stream = await expectRefused('room-full', room.url('events', { member: cat }))
    const byPost = await expectRefused('room-full', room.url('events'), { json: { member: cat } })
    expect(await room.read()).toEqual(before)
    for (const { extensions } of [post, stream, byPost]) {
      expect(extensions).toEqual({ watch: expect.stringContaining('watch=1') })
      await using watcher = await openStream(
        new URL(extensions['watch'] as string, room.url('location')).href,
      )
      const { data } = await watcher.next('snapshot')
      expect(data).toMatchObject({ members: [{ id: self }, { id: own.self }], watching: 1 })
      await watcher.close()
      await own.until('nobody watching', ({ watching }) => watching === 0)
    }
  })

  it('[RM8] one who is in a full room is never refused, and a place that is left is free', async () => {
    await using server = await start({ maxMembers: 2 })
    const room = new TestRoom(server.baseUrl)
    const [ada, bob, cat] = [memberKey(), memberKey(), memberKey()]
    await room.move(ada, 1)
    await room.move(bob, 1)
    await room.move(ada, 2)
    await using _stream = await room.join(bob)
    await expectRefused('room-full', room.url('location', { member: cat }), { json: 1 })
    await room.leave(ada)
    await room.move(cat, 1)
    await expectRefused('room-full', room.url('location', { member: ada }), { json: 1 })
  })

  itAlone(
    '[RM10] too-many-rooms: one more is refused; the rooms that there are go on',
    async () => {
      await using server = await start({ maxRooms: 2 })
      const [one, two, three] = [1, 2, 3].map(() => new TestRoom(server.baseUrl))
      const key = memberKey()
      await one!.move(key, 1)
      await two!.move(key, 1)
      await expectRefused('too-many-rooms', three!.url('location', { member: key }), { json: 1 })
      await expectRefused('too-many-rooms', three!.url('events', { member: key }))
      await two!.move(key, 2)
      await two!.leave(key)
      await three!.move(key, 1)
    },
  )

  it('[RM11] reading a room that does not exist makes no room', async () => {
    await using server = await start({ maxRooms: 1 })
    for (let count = 0; count < 3; count++) {
      const nowhere = await new TestRoom(server.baseUrl).read()
      expect(nowhere).toMatchObject({ members: [], watching: 0 })
      versionOf(nowhere.id)
    }
    await new TestRoom(server.baseUrl).move(memberKey(), 1)
    expect(await new TestRoom(server.baseUrl).read()).toMatchObject({ members: [] })
  })

  it('[RM11] nor does waiting for one, also when the server holds its most rooms', async () => {
    await using server = await start({ maxRooms: 1 })
    const nowhere = new TestRoom(server.baseUrl)
    const poll = nowhere.poll((await nowhere.read()).id, 300)
    await new TestRoom(server.baseUrl).move(memberKey(), 1)
    expect(await poll).toMatchObject({ status: 204 })
    const { id } = await nowhere.read()
    expect(await nowhere.poll(id, 100)).toMatchObject({ status: 204 })
  })

  it('[RM11] leaving a room that does not exist makes no room', async () => {
    await using server = await start({ maxRooms: 1 })
    await new TestRoom(server.baseUrl).leave(memberKey())
    await new TestRoom(server.baseUrl).leave(memberKey(), { soon: 1 })
    const only = new TestRoom(server.baseUrl)
    await only.move(memberKey(), 1)
    expect((await only.read()).members).toHaveLength(1)
  })
}

function forgetting({ start }: Suite): void {
  it('[RM9] a forgotten room that comes to be again has no older version', async () => {
    await using server = await start({ maxRooms: 1 })
    const [one, two] = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
    const key = memberKey()
    await one.move(key, 1)
    const { id: before } = await one.move(key, 2)
    await one.leave(key)
    await two.move(key, 1)
    await two.leave(key)
    const { id: after, self } = await one.move(key, 3)
    const epochs = [before, after].map((id) => id.slice(0, id.indexOf(':')))
    if (epochs[0] === epochs[1]) expect(versionOf(after)).toBeGreaterThan(versionOf(before))
    const caughtUp = await one.since(before)
    const members = 'patch' in caughtUp ? caughtUp.patch.join : caughtUp.members
    expect(members).toMatchObject([{ id: self, location: 3 }])
  })

  it('[RM9] a room with a viewer in it is not forgotten', async () => {
    await using server = await start({ maxRooms: 1 })
    const [one, two] = [new TestRoom(server.baseUrl), new TestRoom(server.baseUrl)]
    await using _watcher = await one.watch()
    await expectRefused('too-many-rooms', two.url('location', { member: memberKey() }), { json: 1 })
  })
}
