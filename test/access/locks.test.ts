import type { Access } from '@whereabouts/protocol'
import { sharedAccess } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { ALL, as, Office, SERVERS, start } from './application.js'

/** Longer than any test, so that only `revalidate` causes new checks. */
const RARELY = { revalidateMs: 3_600_000 }
/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
const READS = ALL.filter((action) => action !== 'write' && action !== 'manage')

describe.each(SERVERS)('locks on %s', (server) => {
  it('[LK8] a member that may no longer write loses its locks when its stream is asked about', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await using ada = await room.join('k', {}, as('ada'))
    await using eve = await room.join('k', {}, as('eve'))
    for (const key of ['a', 'b']) await lock(room, 'eve', key)
    await lock(room, 'ada', 'c')
    await ada.until('all locks', ({ locks }) => Object.keys(locks).length === 3)
    await running.rooms.revalidate()
    expect(Object.keys((await running.rooms.members(room.name)).locks!)).toHaveLength(3)
    office.rights.set('eve', READS)
    await running.rooms.revalidate({ user: 'eve' })
    await ada.until('her own lock alone', ({ locks }) => Object.keys(locks).join() === 'c')
    expect(ada.patches.at(-1)).toEqual({ locks: { a: null, b: null } })
    expect(ada.state.members.has(eve.self)).toBe(true)
    await expectRefused('forbidden', room.url('lock', { member: 'k', key: 'a' }), {
      ...as('eve'),
      method: 'POST',
    })
    await lock(room, 'ada', 'a')
  })

  it.each(['location', 'confirm'] as const)(
    '[LK8] a member without a stream loses them with its next %s',
    async (call) => {
      const office = new Office({ ada: ALL, eve: ALL })
      await using running = await start(server, { ...office.options, ...RARELY })
      const room = new TestRoom(running.baseUrl)
      await using ada = await room.join('k', {}, as('ada'))
      const url = room.url(call, { member: 'k', nextWithinMs: 60_000 })
      const post = { ...as('eve'), json: call === 'location' ? 1 : {} }
      await callJson(room.url('location', { member: 'k' }), { ...as('eve'), json: 0 })
      await lock(room, 'eve', 'a')
      await callJson(url, post)
      expect(Object.keys((await running.rooms.members(room.name)).locks!)).toEqual(['a'])
      office.rights.set('eve', READS)
      await callJson(url, post)
      expect((await running.rooms.members(room.name)).locks).toBeUndefined()
      await ada.until('no lock', ({ locks, members }) => members.size === 2 && !('a' in locks))
    },
  )

  it('[LK28] the owner of a document releases the locks of a user who may no longer write', async () => {
    const { authenticate } = new Office().options
    await using running = await start(server, { authenticate, authorize: sharedAccess, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    await call(room.url('document'), {
      headers: { ...as('ada').headers, 'content-type': 'application/octet-stream' },
      body: UPDATE,
    })
    await using ada = await room.join('k', {}, as('ada'))
    await using _eve = await room.join('k', {}, as('eve'))
    await lock(room, 'eve', 'a')
    await ada.until('her lock', ({ locks }) => 'a' in locks)
    const answer: unknown = await callJson(room.url('access'), as('ada'))
    const { access } = answer as { readonly access: Access }
    const json = { revision: access.revision, link: 'view' }
    await callJson(room.url('access'), { ...as('ada'), json })
    await ada.until('no lock', ({ locks }) => Object.keys(locks).length === 0)
    await lock(room, 'ada', 'a')
  })

  it('[LK6] a member that the application disconnects, or whose login ends, loses its locks', async () => {
    const office = new Office({ ada: ALL, eve: ALL })
    office.details = () => ({ session: 'a login' })
    await using running = await start(server, { ...office.options, ...RARELY })
    const room = new TestRoom(running.baseUrl)
    for (const end of [
      (memberId: string) => running.rooms.disconnect(room.name, { memberId }),
      () => running.rooms.disconnect(room.name, { userId: 'eve' }),
      () => running.rooms.endSession('a login'),
    ]) {
      await using eve = await room.join('k', {}, as('eve'))
      const number = await lock(room, 'eve', 'a')
      expect(await running.rooms.holdsLock(room.name, 'a', number, 'eve')).toBe(true)
      expect(await running.rooms.holdsLock(room.name, 'a', number, 'ada')).toBe(false)
      await end(eve.self)
      await expect.poll(() => running.rooms.holdsLock(room.name, 'a', number)).toBe(false)
    }
  })
})

async function lock(room: TestRoom, user: string, key: string): Promise<number> {
  const url = room.url('lock', { member: 'k', key })
  const answer = await callJson(url, { ...as(user), method: 'POST' })
  return (answer as { readonly number: number }).number
}
