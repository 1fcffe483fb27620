import type { Patch } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { callJson } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import { AT_ONCE_MS, LATE_MS } from '../deadline.js'
import { HEARTBEAT_MS, LEASE_MS, SOON_MS, type Suite } from '../suite.js'
import { openStream, type EventStream } from '../stream.js'

/** PROTOCOL.md section 6. */
export function memberRules(suite: Suite): void {
  describe('the life of a member', () => {
    joining(suite)
    leases(suite)
    leaving(suite)
    describe('soon', () => soon(suite))
    severalConnections(suite)
    watching(suite)
  })
}

/** The next patch in which the watcher is told something of the member. */
async function news(watcher: EventStream, id: string): Promise<Patch & { readonly at: number }> {
  for (;;) {
    const { data, at } = await watcher.next('patch')
    if (JSON.stringify(data).includes(id)) return { ...(data as unknown as Patch), at }
  }
}

const isAway = (id: string) => (state: EventStream['state']) =>
  state.members.get(id)?.status === 'away'
const isOnline = (id: string) => (state: EventStream['state']) =>
  state.members.get(id)?.status === 'online'
const isGone = (id: string) => (state: EventStream['state']) => !state.members.has(id)

/** Whatever the watcher was told of leaves and joins of a member. */
function comingsAndGoings(watcher: EventStream, id: string): readonly string[] {
  return watcher.patches.flatMap(({ join = [], leave = [] }) => [
    ...join.filter((member) => member.id === id).map(() => 'join'),
    ...leave.filter((left) => left === id).map(() => 'leave'),
  ])
}

function joining({ calm }: Suite): void {
  it('[MB1] a member joins with its first connection', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using watcher = await room.watch()
    await using own = await room.join(memberKey())
    const { join } = await news(watcher, own.self)
    expect(join).toMatchObject([{ id: own.self, location: null, status: 'online' }])
  })

  it('[MB1] a member joins with its first post', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using watcher = await room.watch()
    const { self } = await room.move(memberKey(), 1)
    const patch = await news(watcher, self)
    expect(patch.join).toMatchObject([{ id: self, location: 1, status: 'online' }])
    expect(patch.move).toBeUndefined()
  })

  it('[MB1] reading joins nobody', async () => {
    const room = new TestRoom(calm.baseUrl)
    await callJson(room.url('location', { member: memberKey() }))
    expect((await room.read()).members).toEqual([])
  })
}

/** In heartbeats. */
const TWICE_THE_LEASE = (2 * LEASE_MS) / HEARTBEAT_MS

function leases({ calm, brief }: Suite): void {
  it('[MB2] a member is online for as long as a connection of it is open', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    await using own = await room.join(memberKey())
    await watcher.until('the join', ({ members }) => members.has(own.self))
    expect(await watcher.quiet(TWICE_THE_LEASE)).toEqual([])
    expect(await room.member(own.self)).toMatchObject({ status: 'online' })
  })

  it('[MB2] [MB4] a member who posts within the lease stays online, and is gone after it', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const { self } = await room.move(key, 0)
    let last = 0
    for (let location = 1; location <= 8; location++) {
      await watcher.quiet(2)
      last = performance.now()
      await room.move(key, location)
    }
    expect(isOnline(self)(watcher.state)).toBe(true)
    await watcher.until('the leave', isGone(self))
    const left = watcher.arrived.findLast(({ name }) => name === 'patch')!
    expect(left.at - last).toBeGreaterThan(LEASE_MS * 0.9)
    expect(left.at - last).toBeLessThan(LEASE_MS + LATE_MS)
    expect(comingsAndGoings(watcher, self)).toEqual(['join', 'leave'])
    expect((await room.read()).members).toEqual([])
  })

  it('[MB3] a member whose connection is lost is away long before the lease is over', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using watcher = await room.watch()
    const own = await room.join(memberKey())
    await watcher.until('the join', ({ members }) => members.has(own.self))
    const before = performance.now()
    await own.close()
    await watcher.until('away', isAway(own.self))
    expect(performance.now() - before).toBeLessThan(AT_ONCE_MS)
  })

  it('[MB3] a member whose connection is lost is away, and gone after the lease', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const own = await room.join(memberKey())
    const { self } = own
    await watcher.until('the join', ({ members }) => members.has(self))
    const before = performance.now()
    await own.close()
    await watcher.until('away', isAway(self))
    const away = watcher.arrived.findLast(({ name }) => name === 'patch')!
    expect(away.data).toEqual({ status: { [self]: 'away' } })
    await watcher.until('the leave', isGone(self))
    const gone = watcher.arrived.findLast(({ name }) => name === 'patch')!
    expect(gone.data).toEqual({ leave: [self] })
    expect(gone.at - before).toBeGreaterThan(LEASE_MS * 0.9)
    expect(gone.at - before).toBeLessThan(LEASE_MS + LATE_MS)
  })

  it('[MB7] a member who is back within its lease is the same member', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const before = await room.join(key)
    await room.move(key, { cell: 'C5' })
    await before.close()
    await watcher.until('away', isAway(before.self))
    await using after = await room.join(key)
    await watcher.until('back', isOnline(before.self))
    await watcher.quiet(TWICE_THE_LEASE)
    expect(after.self).toBe(before.self)
    expect(comingsAndGoings(watcher, after.self)).toEqual(['join'])
    expect(await room.member(after.self)).toMatchObject({
      location: { cell: 'C5' },
      status: 'online',
    })
  })

  it('[MB7] a post brings back one who is away, without a leave or a join', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const before = await room.join(key)
    await before.close()
    await watcher.until('away', isAway(before.self))
    await room.move(key, 1)
    await watcher.until('back', isOnline(before.self))
    expect(watcher.state.members.get(before.self)?.location).toBe(1)
    expect(comingsAndGoings(watcher, before.self)).toEqual(['join'])
  })
}

function leaving({ calm }: Suite): void {
  it('[MB5] leave removes the member at once', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const { self } = await room.move(key, 1)
    await news(watcher, self)
    const before = performance.now()
    await room.leave(key)
    const { leave, at } = await news(watcher, self)
    expect(leave).toEqual([self])
    expect(at - before).toBeLessThan(AT_ONCE_MS)
    expect((await room.read()).members).toEqual([])
  })

  it('[MB5] a connection of one who left goes on as a view; a post joins again', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [ada, bob] = [memberKey(), memberKey()]
    await using own = await room.join(ada)
    await room.leave(ada)
    await own.until('the own leave', isGone(own.self))
    const { self: bobId } = await room.move(bob, 1)
    await own.until('somebody else', ({ members }) => members.has(bobId))
    expect((await room.read()).members.map(({ id }) => id)).toEqual([bobId])
    const { self } = await room.move(ada, 2)
    expect(self).toBe(own.self)
    const { members } = await own.until('the return', (state) => state.members.has(self))
    expect(members.get(self)).toMatchObject({ location: 2, status: 'online' })
  })

  it('[MB5] a new connection of one who left joins again', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await using first = await room.join(key)
    await room.leave(key)
    await first.until('the own leave', isGone(first.self))
    await using second = await room.join(key)
    expect(second.state.members.has(first.self)).toBe(true)
    await first.until('the return', ({ members }) => members.has(first.self))
  })

  it('[HT40] a member that is named leaves if the caller has its key', async () => {
    const room = new TestRoom(calm.baseUrl)
    const [ada, bob] = [memberKey(), memberKey()]
    const { self } = await room.move(ada, 1)
    await room.move(bob, 2)
    const before = await room.read()
    await room.leave(bob, { self })
    await room.leave(bob, { self: 'nobody' })
    await room.leave(memberKey(), { self })
    expect(await room.read()).toEqual(before)
    await room.leave(ada, { self })
    expect((await room.read()).members.map(({ location }) => location)).toEqual([2])
  })

  it('[MB9] leaving twice, or without being there, changes nothing', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await room.move(memberKey(), 1)
    await room.move(key, 1)
    await room.leave(key)
    const { id } = await room.read()
    await room.leave(key)
    await room.leave(key, { soon: 1 })
    await room.leave(memberKey())
    expect((await room.read()).id).toBe(id)
  })
}

function soon({ share }: Suite): void {
  // Far shorter than the lease, as it is meant: what the lease does can't be taken for it.
  const prompt = share({
    heartbeatMs: HEARTBEAT_MS,
    leaseMs: 15_000,
    soonMs: SOON_MS,
  })

  it('[MB6] soon: away at once, gone after its time', async () => {
    const room = new TestRoom(prompt.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const own = await room.join(key)
    await room.move(key, 1)
    const before = performance.now()
    await room.leave(key, { soon: 1 })
    await own.close()
    await watcher.until('away', isAway(own.self))
    expect(performance.now() - before).toBeLessThan(AT_ONCE_MS)
    await watcher.until('the leave', isGone(own.self))
    const took = watcher.arrived.findLast(({ name }) => name === 'patch')!.at - before
    expect(took).toBeGreaterThan(SOON_MS * 0.9)
    expect(took).toBeLessThan(SOON_MS + LATE_MS)
  })

  it('[MB6] soon: a connection that was there before does not keep the member', async () => {
    const room = new TestRoom(prompt.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    await using own = await room.join(key)
    await room.leave(key, { soon: 1 })
    await watcher.until('away', isAway(own.self))
    await watcher.until('the leave', isGone(own.self))
    expect(comingsAndGoings(watcher, own.self)).toEqual(['join', 'leave'])
  })

  it('[MB6] [MB7] soon: a connection within its time, and nobody left or joined', async () => {
    const room = new TestRoom(prompt.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const before = await room.join(key)
    await room.move(key, { cell: 'C5' })
    await room.leave(key, { soon: 1 })
    await before.close()
    await watcher.until('away', isAway(before.self))
    await using after = await room.join(key)
    await watcher.until('back', isOnline(before.self))
    await watcher.quiet(TWICE_THE_LEASE)
    expect(comingsAndGoings(watcher, before.self)).toEqual(['join'])
    expect(await room.member(after.self)).toMatchObject({
      location: { cell: 'C5' },
      status: 'online',
    })
  })

  it('[MB6] soon: a post within its time changes the location alone', async () => {
    const room = new TestRoom(prompt.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const own = await room.join(key)
    await room.leave(key, { soon: 1 })
    const before = performance.now()
    await own.close()
    await watcher.until('away', isAway(own.self))
    await room.move(key, 'a last word')
    const { members } = await watcher.until(
      'the location',
      (state) => state.members.get(own.self)?.location === 'a last word',
    )
    expect(members.get(own.self)?.status).toBe('away')
    await watcher.until('the leave', isGone(own.self))
    expect(performance.now() - before).toBeLessThan(SOON_MS + LATE_MS)
    expect(comingsAndGoings(watcher, own.self)).toEqual(['join', 'leave'])
  })
}

function severalConnections({ brief }: Suite): void {
  it('[MB8] a member with two connections is away only when both are closed', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const first = await room.join(key)
    const second = await room.join(key)
    expect(second.self).toBe(first.self)
    expect((await room.read()).members).toHaveLength(1)
    await first.close()
    await watcher.quiet(TWICE_THE_LEASE)
    expect(isOnline(first.self)(watcher.state)).toBe(true)
    expect(watcher.patches.flatMap(({ status }) => Object.keys(status ?? {}))).toEqual([])
    await second.close()
    await watcher.until('away', isAway(first.self))
    await watcher.until('the leave', isGone(first.self))
  })

  it('[MB8] soon is without effect while there are two connections', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    await using first = await room.join(key)
    await using _second = await room.join(key)
    await watcher.until('the join', ({ members }) => members.has(first.self))
    await room.leave(key, { soon: 1 })
    await watcher.quiet(TWICE_THE_LEASE)
    expect(isOnline(first.self)(watcher.state)).toBe(true)
    expect(watcher.patches.flatMap(({ status }) => Object.keys(status ?? {}))).toEqual([])
  })

  it('[MB8] a new connection that is there before the old one is closed is no event', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const key = memberKey()
    const before = await room.join(key)
    await watcher.until('the join', ({ members }) => members.has(before.self))
    const from = watcher.patches.length
    await using _after = await room.join(key)
    await before.close()
    expect(await watcher.quiet(TWICE_THE_LEASE)).toEqual([])
    expect(watcher.patches.slice(from)).toEqual([])
  })
}

function watching({ calm }: Suite): void {
  it('[MB10] a connection with watch=1 joins nobody and counts in watching', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using own = await room.join(memberKey())
    const viewer = await room.watch({ member: memberKey(), name: 'Ada' })
    expect(viewer.hello.self).toBeNull()
    expect(viewer.state.watching).toBe(1)
    expect([...viewer.state.members.keys()]).toEqual([own.self])
    await using byPost = await openStream(room.url('events'), { json: { watch: 1 } })
    await byPost.next('hello')
    await own.until('two viewers', (state) => state.watching === 2)
    await viewer.close()
    await own.until('one viewer', (state) => state.watching === 1)
    expect(own.state.members.size).toBe(1)
  })
}
