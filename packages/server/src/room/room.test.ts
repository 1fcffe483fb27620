import { describe, expect, it } from 'vitest'
import { DrivenRoom } from '../../../../test/simulation/driven-room.js'
import { nodeId } from '../../../../test/exchange/node-id.js'
import { Room } from './room.js'
import type { SavedRoom } from './room-state.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 3,
  maxLeavers: 2,
  maxRecentDocumentBytes: 4,
  maxRecentBroadcastBytes: 1_000,
}
const room = () => new DrivenRoom('budget', LIMITS)

describe('versions', () => {
  it('[RM2] a join, a post, a new user name, a new status, a leave and a viewer are one commit each', () => {
    const budget = room()
    const versions = [
      () => budget.open('ann', {}, 0),
      () => budget.move('ann', {}, 'C5', 0),
      () => budget.move('ann', { name: 'Ann' }, 'C6', 0),
      () => budget.close('ann', 0),
      () => budget.leave('ann'),
      () => budget.watch(),
      () => budget.unwatch(),
    ].map((happen) => {
      happen()
      return budget.version
    })
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('[RM2] posting the same location again is a commit; a second connection or a second leave is not', () => {
    const budget = room()
    budget.move('ann', {}, 'C5', 0)
    budget.move('ann', {}, 'C5', 0)
    expect(budget.version).toBe(2)
    budget.open('ann', {}, 0)
    budget.open('ann', {}, 0)
    expect(budget.version).toBe(2)
    budget.leave('ann')
    budget.leave('ann')
    expect(budget.version).toBe(3)
  })
})

describe('the nodes of a room', () => {
  it('[EX12] [MB10] operations that arrive after their node was reported gone close nothing', () => {
    const budget = room()
    budget.watch('n1')
    budget.watch('n2')
    budget.open('ann', {}, 0, undefined, 'n2')
    budget.gone({ node: 'n1', hasLeft: true }, 0)
    const { version } = budget
    budget.unwatch('n1')
    budget.close('ann', 0, 'n1')
    expect(budget.watching).toBe(1)
    expect(budget.snapshot().members[0]).toMatchObject({ id: 'ann', status: 'online' })
    expect(budget.version).toBe(version)
  })
})

describe('parts of the document', () => {
  const views = (budget: DrivenRoom, version: number) =>
    ['s1', 's2'].map((part) => {
      const news = budget.since(version, part)
      return news.kind === 'patch' ? news.patch : news.kind
    })

  it('[RM12] a member is in the part of its location, else in the part of its stream, else in none', () => {
    const budget = room()
    budget.open('ann', {}, 0)
    expect(budget.snapshot('s2').elsewhere).toEqual({ '': 1 })
    budget.open('ann', {}, 0, 's1')
    expect(budget.snapshot('s2').elsewhere).toEqual({ s1: 1 })
    budget.move('ann', {}, { at: 's2' }, 0)
    expect(budget.snapshot('s2').members).toHaveLength(1)
    budget.move('ann', {}, { at: 'not a part' }, 0)
    expect(budget.snapshot('s1').members).toHaveLength(1)
  })

  it('[ST15] a member who moves to another part joins there and leaves here', () => {
    const budget = room()
    budget.move('ann', {}, { at: 's1' }, 0)
    const { version } = budget
    budget.move('ann', {}, { at: 's2' }, 0)
    expect(views(budget, version)).toEqual([
      { leave: ['ann'], elsewhere: { s2: 1 } },
      { join: [expect.objectContaining({ id: 'ann' })], elsewhere: {} },
    ])
  })

  it('[ST24] changes in other parts are shown as counts only', () => {
    const budget = room()
    budget.move('ann', {}, { at: 's1' }, 0)
    let { version } = budget
    budget.move('ann', {}, { at: 's1', cell: 'C5' }, 0)
    expect(views(budget, version)[1]).toEqual({})
    version = budget.version
    budget.leave('ann')
    expect(views(budget, version)).toEqual([{ leave: ['ann'], elsewhere: {} }, { elsewhere: {} }])
  })

  it('[ST23] at most 100 parts are named; members of the others are counted together', () => {
    const budget = new DrivenRoom('budget', { ...LIMITS, maxMembers: 200 })
    for (let at = 0; at < 150; at++) budget.move(`m${at}`, {}, { at: `s${at}` }, 0)
    const elsewhere = budget.snapshot('s0').elsewhere!
    expect(Object.keys(elsewhere)).toHaveLength(101)
    expect(elsewhere['']).toBe(49)
    const names = Object.keys(elsewhere).filter((name) => name !== '')
    expect(names).toEqual(Array.from({ length: 100 }, (_, index) => `s${index + 1}`))
  })
})

describe('since', () => {
  it('[RM4] returns nothing, a patch, or a snapshot for an unknown version', () => {
    const budget = room()
    budget.move('ann', {}, 'C5', 0)
    expect(budget.since(1)).toEqual({ kind: 'nothing' })
    expect(budget.since(0).kind).toBe('patch')
    expect(budget.since(2).kind).toBe('snapshot')
    expect(budget.since(-1).kind).toBe('snapshot')
  })

  it('[RM5] a patch has the latest state, not the steps to it', () => {
    const budget = room()
    budget.move('ann', {}, 'A1', 0)
    const { version } = budget
    budget.open('bob', {}, 0)
    budget.move('bob', {}, 'B1', 0)
    budget.move('bob', {}, 'B2', 0)
    budget.move('ann', {}, 'A2', 0)
    budget.move('ann', {}, 'A3', 0)
    budget.move('cem', {}, 'C1', 0)
    budget.leave('cem')
    const bob = budget.get('bob')
    expect(budget.since(version)).toEqual({
      kind: 'patch',
      broadcasts: [],
      patch: { join: [bob], move: { ann: 'A3' }, leave: ['cem'] },
      updates: [],
    })
    expect(bob?.location).toBe('B2')
  })

  it('[RM7] a version older than the leavers that the room remembers gets a snapshot', () => {
    const budget = room()
    for (const member of ['ann', 'bob', 'cem']) {
      budget.move(member, {}, 1, 0)
      budget.leave(member)
    }
    expect(budget.since(1).kind).toBe('snapshot')
    expect(budget.since(2)).toMatchObject({ kind: 'patch', patch: { leave: ['bob', 'cem'] } })
  })
})

describe('members', () => {
  it('[RM8] a full room refuses a new member, but not one who is already in it', () => {
    const budget = room()
    for (const member of ['ann', 'bob', 'cem']) budget.move(member, {}, 1, 0)
    const { version } = budget
    expect(() => budget.move('dan', {}, 1, 0)).toThrow(
      expect.objectContaining({
        problem: 'room-full',
        extensions: { watch: '/rooms/budget/events?watch=1' },
      }),
    )
    expect(() => budget.open('dan', {}, 0)).toThrow('budget')
    expect(budget.version).toBe(version)
    budget.open('ann', {}, 0)
    expect(budget.size).toBe(3)
  })

  it('[NM5 ID4] a user has the claimed name, else the previous one, else Guest with a generated color', () => {
    const budget = room()
    budget.open('ann', {}, 0)
    const guest = budget.get('ann')!.user
    expect(guest).toEqual({
      id: 'ann',
      name: 'Guest',
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
    })
    budget.move('ann', { name: 'Ann' }, 1, 0)
    expect(budget.get('ann')?.user).toEqual({ ...guest, name: 'Ann' })
    budget.move('ann', {}, 2, 0)
    expect(budget.get('ann')?.user.name).toBe('Ann')
  })

  it('[MB5] after a leave an open connection only watches; a post joins again and uses that connection', () => {
    const budget = room()
    budget.open('ann', {}, 0)
    budget.leave('ann')
    expect(budget.size).toBe(0)
    budget.move('ann', {}, 1, 0)
    budget.expire(LIMITS.leaseMs * 2)
    expect(budget.get('ann')?.status).toBe('online')
    budget.close('ann', 40_000)
    expect(budget.get('ann')?.status).toBe('away')
  })

  it('[MB2 MB4] a member without a connection stays for one lease after its last post', () => {
    const budget = room()
    budget.move('ann', {}, 1, 0)
    budget.move('ann', {}, 2, 10_000)
    budget.expire(24_999)
    expect(budget.get('ann')?.status).toBe('online')
    budget.expire(25_000)
    expect(budget.size).toBe(0)
  })
})

describe('the list', () => {
  it('[ST8] has the most recently posted first, without members that have no location', () => {
    const budget = room()
    budget.move('ann', {}, 'A', 0)
    budget.move('bob', {}, 'B', 0)
    budget.move('ann', {}, 'A', 0)
    budget.move('cem', {}, null, 0)
    expect(budget.list()).toEqual(['A', 'B'])
  })

  it('[ST19] changes that the list does not show do not change it', () => {
    const budget = room()
    budget.move('ann', {}, 'A', 0)
    const at = budget.listChangedAt
    budget.open('bob', {}, 0)
    budget.close('bob', 0)
    budget.move('bob', {}, null, 0)
    budget.leave('bob')
    expect(budget.listChangedAt).toBe(at)
    budget.move('ann', {}, null, 0)
    expect(budget.listChangedAt).toBe(budget.version)
  })
})

describe('the document', () => {
  const updates = (budget: DrivenRoom, version: number) => {
    const catchUp = budget.since(version)
    return catchUp.kind === 'nothing' ? [] : catchUp.updates?.map((bytes) => [...bytes])
  }

  it('[DO3] an update is one commit, and a patch does not mention it', () => {
    const budget = room()
    budget.update(Uint8Array.of(1))
    expect(budget.version).toBe(1)
    expect(budget.since(0)).toMatchObject({ kind: 'patch', patch: {}, updates: [Uint8Array.of(1)] })
    expect(budget.since(1)).toEqual({ kind: 'nothing' })
  })

  it('[DO4] the latest updates are kept up to the limit, and older ones are reported as missing', () => {
    const budget = room()
    budget.move('ann', {}, 1, 0)
    for (let byte = 1; byte <= 3; byte++) budget.update(Uint8Array.of(byte, byte))
    expect(updates(budget, 1)).toBeUndefined()
    expect(updates(budget, 2)).toEqual([
      [2, 2],
      [3, 3],
    ])
    expect(updates(budget, 3)).toEqual([[3, 3]])
    budget.move('ann', {}, 2, 0)
    expect(updates(budget, 4)).toEqual([])
  })

  it('[DO4] the newest update is kept, however large, for readers who are up to date', () => {
    const budget = room()
    budget.update(Uint8Array.of(1))
    budget.update(new Uint8Array(100))
    expect(updates(budget, 0)).toBeUndefined()
    expect(updates(budget, 1)).toEqual([Array.from({ length: 100 }, () => 0)])
  })

  it('[DO4] the number of kept updates is limited as well as their size', () => {
    const budget = new DrivenRoom('budget', { ...LIMITS, maxRecentDocumentBytes: 1_000_000 })
    for (let count = 0; count < 2_000; count++) budget.update(Uint8Array.of(1))
    expect(updates(budget, 0)).toBeUndefined()
    expect(updates(budget, 1_900)).toHaveLength(100)
  })

  it('[DO4] a version can be too old for the members and recent enough for the document', () => {
    const budget = room()
    budget.update(Uint8Array.of(1))
    for (const id of ['ann', 'bob', 'cem']) budget.open(id, {}, 0)
    for (const id of ['ann', 'bob', 'cem']) budget.leave(id)
    expect(budget.since(0)).toMatchObject({ kind: 'snapshot', updates: [Uint8Array.of(1)] })
    expect(budget.since(999)).toMatchObject({ kind: 'snapshot', updates: undefined })
  })
})

describe('what nodes restate about a member', () => {
  const restated = (location: string, atMs: number, connections: number) =>
    ({ id: 'ann', user: {}, location, posted: { atMs }, connections }) as const
  const said = { do: 'restate', members: [], left: [], onlookers: [], watching: 0 }

  it('[RM3 EX3] the location that was posted last wins, whichever node restates last', () => {
    const budget = room()
    budget.apply(
      { do: 'move', id: 'ann', user: {}, location: 'C6' },
      { node: nodeId('one'), nowMs: 200 },
    )
    const older = { ...said, do: 'restate', members: [restated('C5', 100, 1)] } as const
    budget.apply(older, { node: nodeId('two'), nowMs: 300 })
    expect(budget.get('ann')?.location).toBe('C6')
    const newer = { ...said, do: 'restate', members: [restated('C7', 250, 0)] } as const
    budget.apply(newer, { node: nodeId('three'), nowMs: 300 })
    expect(budget.get('ann')?.location).toBe('C7')
  })

  it('[MB5 EX3] a member that posted after its leave has come back', () => {
    const budget = room()
    budget.apply(
      { do: 'move', id: 'ann', user: {}, location: 'C6' },
      { node: nodeId('one'), nowMs: 200 },
    )
    budget.apply(
      { ...said, do: 'restate', left: [['ann', 150]] },
      { node: nodeId('two'), nowMs: 300 },
    )
    expect(budget.get('ann')).toBeDefined()
    budget.apply(
      { ...said, do: 'restate', left: [['ann', 50]] },
      { node: nodeId('two'), nowMs: 300 },
    )
    expect(budget.get('ann')).toBeUndefined()
  })
})

describe('locks', () => {
  const locked = () => {
    const budget = room()
    for (const id of ['ann', 'ben']) budget.open(id, {}, 0)
    budget.lock('ann', 'a')
    return budget
  }

  it('[RM2] [LK3 LK4 LK7] a grant and a release are one commit each, and nothing else is', () => {
    const budget = locked()
    const { version } = budget
    expect(budget.lockOn('a')).toEqual({ memberId: 'ann', number: version })
    budget.lock('ann', 'a')
    budget.unlock('ben')
    budget.unlock('ben', { key: 'a', number: version })
    budget.unlock('ann', { key: 'a', number: version - 1 })
    expect(() => budget.lock('ben', 'a')).toThrow('Guest holds the lock')
    expect(budget.version).toBe(version)
    budget.unlock('ann', { key: 'a', number: version })
    expect(budget.version).toBe(version + 1)
    expect(budget.lockOn('a')).toBeUndefined()
    for (const key of ['a', 'b', 'c']) budget.lock('ann', key)
    budget.unlock('ann')
    expect(budget.version).toBe(version + 5)
    expect(budget.hasLocks('ann')).toBe(false)
  })

  it('[LK6] a member’s lease, a node that is gone and a leave release its locks', () => {
    for (const end of [
      (budget: DrivenRoom) => budget.leave('ann'),
      (budget: DrivenRoom) => budget.close('ann', 0),
      (budget: DrivenRoom) => budget.leaveSoon('ann', 0),
      (budget: DrivenRoom) => budget.gone({ node: '', hasLeft: false }, 0),
    ]) {
      const budget = locked()
      const { version } = budget
      end(budget)
      budget.expire(15_000)
      expect(budget.lockOn('a')).toBeUndefined()
      expect(budget.since(version)).toMatchObject({ patch: { locks: { a: null } } })
    }
  })

  it('[RM7] [LK9] a reader from before what is remembered of releases gets a snapshot', () => {
    const budget = locked()
    const { version } = budget
    for (const key of ['b', 'c', 'd']) budget.lock('ann', key)
    const held = budget.version
    budget.unlock('ann')
    expect(budget.since(held)).toMatchObject({ kind: 'snapshot' })
    expect(budget.since(version)).toMatchObject({ kind: 'snapshot' })
    const { version: free } = budget
    budget.lock('ben', 'a')
    expect(budget.since(free)).toMatchObject({ patch: { locks: { a: { memberId: 'ben' } } } })
  })

  it('[LK4] a room that is saved and loaded has its locks, and numbers go on', () => {
    const budget = locked()
    const { version } = budget
    const again = Room.load('budget', LIMITS, budget.save())
    expect(again.snapshot().locks).toEqual({ a: { memberId: 'ann', number: version } })
    again.apply({ do: 'leave', id: 'ann' }, { node: nodeId(''), nowMs: 0 })
    again.apply({ do: 'lock', id: 'ben', key: 'a' }, { node: nodeId(''), nowMs: 0 })
    expect(again.lockOn('a')!.number).toBeGreaterThan(version)
    expect(again.since(version)).toMatchObject({ patch: { locks: { a: { memberId: 'ben' } } } })
  })

  it('[EX9] [LK4] a room that was saved before there were locks is loaded, and has none', () => {
    const saved = JSON.stringify({ ...locked().save(), locks: undefined })
    const again = Room.load('budget', LIMITS, JSON.parse(saved) as SavedRoom)
    expect(again.snapshot().members).toHaveLength(2)
    expect(again.snapshot().locks).toBeUndefined()
  })

  it('[LK15] a room that forgets its locks tells its readers', () => {
    const budget = locked()
    const { version } = budget
    budget.forgetLocks()
    expect(budget.since(version)).toMatchObject({ patch: { locks: { a: null } } })
    budget.forgetLocks()
    expect(budget.version).toBe(version + 1)
  })

  it('[LK17] a room has at most 1,024 locks', () => {
    const budget = new DrivenRoom('budget', { ...LIMITS, maxMembers: 100 })
    for (let member = 0; member < 17; member++) budget.open(`m${member}`, {}, 0)
    for (let key = 0; key < 1_024; key++) budget.lock(`m${key % 16}`, `${key}`)
    const refused = expect.objectContaining({ extensions: { limit: 1_024 } })
    expect(() => budget.lock('m16', 'more')).toThrow(refused)
    budget.leave('m0')
    budget.lock('m16', 'more')
  })
})

describe('broadcasts', () => {
  const told = (budget: DrivenRoom, version: number) => {
    const news = budget.since(version)
    if (news.kind !== 'patch') return news.kind
    const events = news.broadcasts.map(({ number, event }) => [number, event])
    return [news.patch.broadcast, ...events]
  }

  it('[EV4 EV5] are commits with numbers, and none replaces another', () => {
    const budget = room()
    budget.move('ann', {}, 'C5', 0)
    for (const event of ['a', 'a', 'b']) budget.broadcast(event)
    expect(budget.version).toBe(4)
    expect(told(budget, 1)).toEqual([undefined, [1, 'a'], [2, 'a'], [3, 'b']])
    expect(told(budget, 3)).toEqual([undefined, [3, 'b']])
  })

  it('[EV6 EV8] are kept for a lease, and after that a reader learns by number what it missed', () => {
    const budget = room()
    budget.broadcast('a', 0)
    budget.broadcast('b', 1_000)
    budget.move('ann', {}, 1, LIMITS.leaseMs)
    expect(told(budget, 0)).toEqual([undefined, [1, 'a'], [2, 'b']])
    budget.move('ann', {}, 1, LIMITS.leaseMs + 1)
    expect(told(budget, 0)).toEqual([1, [2, 'b']])
    expect(told(budget, 1)).toEqual([undefined, [2, 'b']])
    budget.move('ann', {}, 1, LIMITS.leaseMs + 1_001)
    expect(told(budget, 0)).toEqual([2])
    expect(told(budget, 1)).toEqual([2])
    expect(told(budget, 2)).toEqual([undefined])
  })

  it('[EV8] are kept up to 256 events, and as many bytes of UTF-8 as the room may keep', () => {
    const budget = room()
    for (let count = 1; count <= 300; count++) budget.broadcast(count % 10)
    const few = budget.since(0)
    expect(few).toMatchObject({ patch: { broadcast: 44 } })
    const large = 'é'.repeat(200)
    for (let count = 0; count < 3; count++) budget.broadcast(large)
    expect(told(budget, 0)).toEqual([301, [302, large], [303, large]])
    budget.broadcast('é'.repeat(2_000))
    expect(told(budget, 0)).toMatchObject([303, [304, expect.any(String)]])
  })

  it('[EV4 EV6] go on with a higher number in a room that begins again or is loaded', () => {
    const again = new DrivenRoom('budget', LIMITS, 70)
    again.move('ann', {}, 1, 0)
    again.broadcast('a')
    expect(again.version).toBe(72)
    expect(again.snapshot()).toMatchObject({ broadcast: 71 })
    const loaded = Room.load('budget', LIMITS, again.save())
    expect(loaded.snapshot()).toMatchObject({ broadcast: 71 })
    expect(loaded.since(again.version).kind).toBe('nothing')
  })

  it('[EV3] of somebody who isn’t there are refused, and change nothing', () => {
    const budget = room()
    const refused = expect.objectContaining({ problem: 'forbidden' })
    expect(() => budget.broadcast('a', 0, 'ann')).toThrow(refused)
    expect(budget.version).toBe(0)
    expect(budget.snapshot()).toEqual({ members: [], watching: 0 })
  })
})
