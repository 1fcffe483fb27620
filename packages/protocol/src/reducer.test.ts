import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalJson, type Json } from './json.js'
import type { Member, Patch, Snapshot } from './messages.js'
import { applyPatch, applySnapshot, EMPTY_ROOM, type RoomState } from './reducer.js'

// Few ids and values, so that patches are about existing members and often change nothing.
const anyId = fc.constantFrom('ada', 'bob', 'cyd', 'dan', '__proto__', 'constructor')
const anyLocation = fc.constantFrom<Json>(
  null,
  0,
  'C5',
  [1, 2],
  { cell: 'C5', sheet: 's1' },
  { sheet: 's1', cell: 'C5' },
  JSON.parse('{"__proto__":{"cell":"C5"}}') as Json,
)
const anyStatus = fc.constantFrom('online' as const, 'away' as const)

const memberNamed = (id: string): fc.Arbitrary<Member> =>
  fc.record({
    id: fc.constant(id),
    user: fc.record({
      id: fc.constant(id),
      name: fc.constantFrom('Guest', '李小龍'),
      color: fc.constantFrom('#e11d48', '#0ea5e9'),
    }),
    location: anyLocation,
    status: anyStatus,
  })
const anyMember = anyId.chain(memberNamed)

const anySnapshot: fc.Arbitrary<Snapshot> = fc.record({
  members: fc.uniqueArray(anyMember, { selector: ({ id }) => id }),
  watching: fc.nat(3),
})
const anyRoom = anySnapshot.map((snapshot) => applySnapshot(EMPTY_ROOM, snapshot))

const anyPatch: fc.Arbitrary<Patch> = fc
  .record(
    {
      join: fc.uniqueArray(anyMember, { selector: ({ id }) => id }),
      move: byId(anyLocation),
      status: byId(anyStatus),
      leave: fc.uniqueArray(anyId),
      watching: fc.nat(3),
    },
    { requiredKeys: [] },
  )
  .map(fromTheWire)

function byId<T>(value: fc.Arbitrary<T>): fc.Arbitrary<{ readonly [id: string]: T }> {
  return fc.array(fc.tuple(anyId, value)).map((entries) => Object.fromEntries(entries))
}

/** Copies a value as a reader gets it: `__proto__` is a field, and nothing is shared with the sender. */
function fromTheWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

const asJson = (member: Member | undefined) => fromTheWire((member ?? null) as unknown as Json)

const ids = (state: RoomState) => [...state.members.keys()]

const ada: Member = {
  id: 'ada',
  user: { id: 'ada', name: 'Ada', color: '#e11d48' },
  location: { sheet: 's1', cell: 'C5' },
  status: 'online',
}
const bob: Member = { ...ada, id: 'bob', user: { ...ada.user, id: 'bob', name: 'Bob' } }
const room = applySnapshot(EMPTY_ROOM, { members: [ada, bob], watching: 1 })

describe('a snapshot', () => {
  it('[CL1] replaces the state, whatever it was before', () => {
    fc.assert(
      fc.property(anyRoom, anySnapshot, (before, snapshot) => {
        const after = applySnapshot(before, snapshot)
        expect([...after.members.values()]).toEqual(snapshot.members)
        expect(ids(after)).toEqual(snapshot.members.map(({ id }) => id))
        expect(after.watching).toBe(snapshot.watching)
      }),
    )
  })

  it('[CL2] that changes nothing returns the same state', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const state = applySnapshot(EMPTY_ROOM, snapshot)
        expect(applySnapshot(state, fromTheWire(snapshot))).toBe(state)
      }),
    )
  })

  it('[CL2] shares every member that is the same', () => {
    const moved = { ...bob, location: null }
    const after = applySnapshot(room, fromTheWire({ members: [ada, moved], watching: 1 }))
    expect(after).not.toBe(room)
    expect(after.members.get('ada')).toBe(ada)
    expect(after.members.get('bob')).toEqual(moved)
  })

  it('is a change if only the order of the members differs', () => {
    const after = applySnapshot(room, { members: [bob, ada], watching: 1 })
    expect(ids(after)).toEqual(['bob', 'ada'])
  })
})

describe('a patch', () => {
  it('[CL1] joins, moves, changes status and leaves', () => {
    const cyd: Member = { ...ada, id: 'cyd' }
    const after = applyPatch(room, {
      join: [cyd],
      move: { ada: { sheet: 's1', cell: 'C6' } },
      status: { ada: 'away' },
      leave: ['bob'],
      watching: 4,
    })
    expect([...after.members.values()]).toEqual([
      { ...ada, location: { sheet: 's1', cell: 'C6' }, status: 'away' },
      cyd,
    ])
    expect(after.watching).toBe(4)
  })

  it('[CL1] keeps members that it doesn’t mention', () => {
    fc.assert(
      fc.property(anyRoom, anyPatch, (before, patch) => {
        const after = applyPatch(before, patch)
        const named = new Set(namedBy(patch))
        for (const [id, member] of before.members) {
          if (!named.has(id)) expect(after.members.get(id)).toBe(member)
        }
        if (patch.watching === undefined) expect(after.watching).toBe(before.watching)
      }),
    )
  })

  it('[CL1] about an unknown member is ignored', () => {
    const unknown: Patch = fromTheWire({
      move: { zoe: 1 },
      status: { zoe: 'away' },
      leave: ['zoe'],
    })
    expect(applyPatch(room, unknown)).toBe(room)
    const proto = JSON.parse('{"move":{"__proto__":1},"status":{"__proto__":"away"}}') as Patch
    expect(applyPatch(room, proto)).toBe(room)
  })

  it('[CL1] about a member named __proto__ is about that member', () => {
    const odd: Member = { ...ada, id: '__proto__' }
    const joined = applyPatch(room, { join: [odd] })
    const moved = applyPatch(joined, JSON.parse('{"move":{"__proto__":"D7"}}') as Patch)
    expect(moved.members.get('__proto__')).toEqual({ ...odd, location: 'D7' })
    expect(ids(applyPatch(moved, { leave: ['__proto__'] }))).toEqual(['ada', 'bob'])
  })

  it('[CL2] makes new objects only for members that it changes', () => {
    fc.assert(
      fc.property(anyRoom, anyPatch, (before, patch) => {
        const after = applyPatch(before, patch)
        for (const [id, member] of after.members) {
          const known = before.members.get(id)
          if (known !== member) expect(equalJson(asJson(member), asJson(known))).toBe(false)
        }
      }),
    )
  })

  it('[CL2] that changes nothing returns the same state object', () => {
    const said: Patch = fromTheWire({
      join: [ada],
      move: { bob: { cell: 'C5', sheet: 's1' } },
      status: { bob: 'online' },
      leave: ['zoe'],
      watching: 1,
    })
    expect(applyPatch(room, said)).toBe(room)
    expect(applyPatch(room, {})).toBe(room)
    expect(applyPatch(room, { join: [{ ...ada, id: 'zoe' }], leave: ['zoe'] })).toBe(room)
  })

  it('[CL2] doesn’t mutate the state that it is applied to', () => {
    fc.assert(
      fc.property(anyRoom, anyPatch, (before, patch) => {
        const members = [...before.members]
        applyPatch(before, patch)
        expect([...before.members]).toEqual(members)
      }),
    )
  })

  it('[RM6] returns the same object when applied a second time', () => {
    fc.assert(
      fc.property(anyRoom, anyPatch, (before, patch) => {
        const once = applyPatch(before, patch)
        expect(applyPatch(once, fromTheWire(patch))).toBe(once)
      }),
    )
  })

  it('[RM6] applied to a snapshot from any time in its range gives the state at its end', () => {
    fc.assert(
      fc.property(
        fc.array(anyStep),
        fc.array(anyStep),
        fc.array(anyStep),
        (before, first, then) => {
          const begin = run([], before)
          const between = run(begin, first)
          const end = run(between, then)
          const patch = fromTheWire(difference(end, [...first, ...then]))
          const over = (members: readonly Member[]) =>
            byKey(applyPatch(applySnapshot(EMPTY_ROOM, { members, watching: 0 }), patch))
          const expected = byKey(applySnapshot(EMPTY_ROOM, { members: end, watching: 0 }))
          for (const members of [begin, between, end]) expect(over(members)).toEqual(expected)
        },
      ),
      { numRuns: 500 },
    )
  })
})

function namedBy({ join = [], move = {}, status = {}, leave = [] }: Patch): string[] {
  return [...join.map(({ id }) => id), ...Object.keys(move), ...Object.keys(status), ...leave]
}

/** One step in a room: a member appears or changes, or is removed. */
type Step = { readonly id: string; readonly member: Member | undefined }

const anyStep: fc.Arbitrary<Step> = anyId.chain((id) =>
  fc.record({ id: fc.constant(id), member: fc.option(memberNamed(id), { nil: undefined }) }),
)

function run(members: readonly Member[], steps: readonly Step[]): Member[] {
  const after = new Map(members.map((member) => [member.id, member]))
  for (const { id, member } of steps) {
    if (member === undefined) after.delete(id)
    else after.set(id, member)
  }
  return [...after.values()]
}

/** Builds the patch of RM5: the latest state of each member that the steps changed. */
function difference(end: readonly Member[], steps: readonly Step[]): Patch {
  const touched = new Set(steps.map(({ id }) => id))
  const there = new Set(end.map(({ id }) => id))
  return {
    join: end.filter(({ id }) => touched.has(id)),
    leave: [...touched].filter((id) => !there.has(id)),
  }
}

function byKey(state: RoomState): Map<string, Member> {
  return new Map(fromTheWire([...state.members].toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

it('[CL133] a name that nobody locks, or that is no part, has nothing, whatever objects inherit', () => {
  const lock = { memberId: 'a', number: 1 }
  const names = ['constructor', 'toString', '__proto__']
  const locked = Object.fromEntries(names.map((name) => [name, lock]))
  const released = Object.fromEntries(names.map((name) => [name, null]))
  const held = applyPatch(EMPTY_ROOM, { locks: locked, elsewhere: { part: 1 } })
  const free = applyPatch(held, { locks: released })
  for (const name of names) {
    expect(EMPTY_ROOM.locks[name]).toBeUndefined()
    expect(held.locks[name]).toEqual(lock)
    expect(held.elsewhere[name]).toBeUndefined()
    expect(free.locks[name]).toBeUndefined()
  }
})
