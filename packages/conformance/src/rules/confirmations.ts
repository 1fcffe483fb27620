import type { Confirmed } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { LATE_MS } from '../deadline.js'
import { call, callJson, expectRefused } from '../http.js'
import { memberKey, type Parameters, TestRoom } from '../room.js'
import { openStream, type EventStream } from '../stream.js'
import { LEASE_MS, type Suite } from '../suite.js'

/** So short that a test doesn't wait long, and so long that a slow machine keeps it. */
const SHORT_MS = 500
/** A promise that no test outlasts. */
const LONG_MS = 90_000

/** PROTOCOL.md section 6, Confirmations. */
export function confirmationRules(suite: Suite): void {
  describe('confirmations', () => {
    parameters(suite)
    connected(suite)
    polling(suite)
    unconnected(suite)
    viewers(suite)
  })
}

async function confirm(room: TestRoom, said: Parameters): Promise<Confirmed> {
  return (await callJson(room.url('confirm', said), { method: 'POST' })) as unknown as Confirmed
}

const statusOf = (id: string, status: string) => (state: EventStream['state']) =>
  state.members.get(id)?.status === status
const isGone = (id: string) => (state: EventStream['state']) => !state.members.has(id)

function parameters({ calm }: Suite): void {
  it.each(['', '0', '-1', '1.5', '90001', 'soon', '1e3'])(
    '[CO1] nextWithinMs=%s is refused by every call that takes it',
    async (nextWithinMs) => {
      const room = new TestRoom(calm.baseUrl)
      const said = { member: memberKey(), nextWithinMs }
      const post = { method: 'POST', json: 1 }
      const refusals = await Promise.all([
        expectRefused('bad-parameter', room.url('events', said)),
        expectRefused('bad-parameter', room.url('location', said), post),
        expectRefused('bad-parameter', room.url('confirm', said), { method: 'POST' }),
      ])
      for (const { extensions } of refusals) expect(extensions['parameter']).toBe('nextWithinMs')
      expect((await room.read()).members).toEqual([])
    },
  )

  it('[HT27] a confirmation without nextWithinMs is refused', async () => {
    const room = new TestRoom(calm.baseUrl)
    const url = room.url('confirm', { member: memberKey() })
    await expectRefused('bad-parameter', url, { method: 'POST' })
  })

  it('[HT27] a confirmation answers who its member is, and the room’s position', async () => {
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    const { self, id } = await room.move(member, 1)
    const json = { member, nextWithinMs: LONG_MS }
    expect(await callJson(room.url('confirm'), { json })).toEqual({ self, id })
    expect(await confirm(room, json)).toEqual({ self, id })
    const headers = { 'whereabouts-member': member }
    const url = room.url('confirm', { nextWithinMs: LONG_MS })
    expect(await callJson(url, { method: 'POST', headers })).toEqual({ self, id })
  })

  it('[CO6 HT27] a confirmation joins nobody, and sets no cookie', async () => {
    const room = new TestRoom(calm.baseUrl)
    expect(await confirm(room, { member: memberKey(), nextWithinMs: 1 })).toMatchObject({
      self: null,
    })
    const url = room.url('confirm', { nextWithinMs: 1 })
    const { headers } = await call(url, { method: 'POST' })
    expect(headers['set-cookie']).toBeUndefined()
    expect((await room.read()).members).toEqual([])
  })

  it('[CO9] hello says how often to confirm', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using own = await room.join(memberKey())
    expect(own.hello).toMatchObject({ confirmMs: expect.any(Number) })
  })
}

function connected({ calm, brief }: Suite): void {
  it('[CO2] a connected member that doesn’t keep its promise is away, and gone after a lease', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const before = performance.now()
    await using own = await room.join(memberKey(), { nextWithinMs: SHORT_MS })
    const { self } = own
    await watcher.until('away', statusOf(self, 'away'))
    const awayMs = performance.now()
    expect(awayMs - before).toBeGreaterThan(SHORT_MS * 0.9)
    await watcher.until('the leave', isGone(self))
    expect(performance.now() - before).toBeGreaterThan(SHORT_MS + LEASE_MS * 0.9)
    expect(performance.now() - awayMs).toBeLessThan(LEASE_MS + LATE_MS)
    // Its stream goes on.
    await own.until('the leave', isGone(self))
    const { self: other } = await room.move(memberKey(), 1)
    await own.until('another member', ({ members }) => members.has(other))
  })

  it.each(['confirm', 'location', 'events'] as const)(
    '[CO3] a member that is overdue is online again with its next %s',
    async (call) => {
      const room = new TestRoom(calm.baseUrl)
      await using watcher = await room.watch()
      const member = memberKey()
      await using own = await room.join(member, { nextWithinMs: SHORT_MS })
      const { self } = own
      await watcher.until('away', statusOf(self, 'away'))
      const said = { member, nextWithinMs: LONG_MS }
      if (call === 'confirm') expect(await confirm(room, said)).toMatchObject({ self })
      else if (call === 'location') await room.move(member, 1, said)
      else await openStream(room.url('events', said)).then((stream) => stream.close())
      await watcher.until('back', statusOf(self, 'online'))
      const changes = watcher.patches.flatMap(({ status }) => status?.[self] ?? [])
      expect(changes.slice(0, 2)).toEqual(['away', 'online'])
    },
  )

  it('[CO4] a member that promises nothing any more is judged by its connection', async () => {
    const room = new TestRoom(brief.baseUrl)
    const member = memberKey()
    await using watcher = await room.watch()
    await using own = await room.join(member, { nextWithinMs: 3 * LEASE_MS })
    await room.move(member, 1)
    await watcher.until('the post', ({ members }) => members.get(own.self)?.location === 1)
    await new Promise((resolve) => setTimeout(resolve, 4 * LEASE_MS))
    expect(await room.member(own.self)).toMatchObject({ status: 'online' })
    expect(watcher.patches.flatMap(({ status }) => Object.keys(status ?? {}))).toEqual([])
  })
}

function polling({ calm, brief }: Suite): void {
  it('[CO11] a member that polls stays online when its stream ends, for as long as it promised', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const member = memberKey()
    const stream = await room.join(member, { nextWithinMs: LONG_MS })
    const { self } = stream
    await confirm(room, { member, nextWithinMs: SHORT_MS, polls: 1 })
    const before = performance.now()
    await stream.close()
    await watcher.until('away', statusOf(self, 'away'))
    expect(performance.now() - before).toBeGreaterThan(SHORT_MS * 0.9)
    await watcher.until('the leave', isGone(self))
    expect(performance.now() - before).toBeGreaterThan(SHORT_MS + LEASE_MS * 0.9)
  })

  it.each(['events', 'location', 'confirm'] as const)(
    '[CO11] the last request counts, such as %s',
    async (call) => {
      const room = new TestRoom(calm.baseUrl)
      await using watcher = await room.watch()
      const member = memberKey()
      const stream = await room.join(member, { nextWithinMs: LONG_MS })
      const { self } = stream
      const say = async (polls: number) => {
        const said = { member, nextWithinMs: LONG_MS, polls }
        if (call === 'confirm') await confirm(room, said)
        else if (call === 'location') await room.move(member, polls, said)
        else return room.join(member, said)
        return undefined
      }
      const second = await say(1)
      await Promise.all([stream.close(), second?.close()])
      await room.move(member, 'still', { nextWithinMs: LONG_MS, polls: 1 })
      await watcher.until('the post', ({ members }) => members.get(self)?.location === 'still')
      expect(watcher.patches.flatMap(({ status }) => status?.[self] ?? [])).toEqual([])
      const third = await room.join(member, { nextWithinMs: LONG_MS, polls: 1 })
      const fourth = await say(0)
      await Promise.all([third.close(), fourth?.close()])
      await watcher.until('away', statusOf(self, 'away'))
    },
  )

  it('[CO11] without a promise it stays for a lease', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const member = memberKey()
    const stream = await room.join(member, { polls: 1 })
    const { self } = stream
    await watcher.until('the join', ({ members }) => members.has(self))
    const before = performance.now()
    await stream.close()
    await watcher.until('the leave', isGone(self))
    expect(performance.now() - before).toBeGreaterThan(LEASE_MS * 0.9)
    expect(watcher.patches.flatMap(({ status }) => status?.[self] ?? [])).toEqual([])
  })
}

function unconnected({ brief }: Suite): void {
  it('[CO5] a member without a connection is online until its promise ends, then away, then gone', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const member = memberKey()
    const { self } = await room.move(member, 1, { nextWithinMs: LONG_MS })
    await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS))
    expect(await room.member(self)).toMatchObject({ status: 'online' })
    const before = performance.now()
    await confirm(room, { member, nextWithinMs: SHORT_MS })
    await watcher.until('away', statusOf(self, 'away'))
    await watcher.until('the leave', isGone(self))
    expect(performance.now() - before).toBeGreaterThan(SHORT_MS + LEASE_MS * 0.9)
  })

  it('[CO6] a confirmation doesn’t revoke a soon', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using watcher = await room.watch()
    const member = memberKey()
    await using own = await room.join(member)
    await watcher.until('the join', ({ members }) => members.has(own.self))
    await room.leave(member, { soon: 1 })
    await confirm(room, { member, nextWithinMs: LONG_MS })
    await watcher.until('the leave', isGone(own.self))
    expect(watcher.patches.flatMap(({ status }) => status?.[own.self] ?? [])).toEqual(['away'])
  })
}

function viewers({ brief }: Suite): void {
  it('[CO7] the promise of a viewer has no effect', async () => {
    const room = new TestRoom(brief.baseUrl)
    await using viewer = await room.watch({ nextWithinMs: SHORT_MS })
    await new Promise((resolve) => setTimeout(resolve, SHORT_MS + LEASE_MS))
    expect(viewer.patches).toEqual([])
    expect(await room.read()).toMatchObject({ members: [], watching: 1 })
  })
}
