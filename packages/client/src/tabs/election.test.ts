import { describe, expect, it } from 'vitest'
import { elect, type Election, type ElectionEvent, OUT } from './election.js'

const turn = (nowMs: number) => ({ self: 'm', nowMs, random: 0 })
const lead = (from: string, term: number) =>
  ({ kind: 'heard', from, said: { kind: 'lead', term } }) as const

/** Returns what a tab named `m` says and is after some events, each at a time. */
function after(...events: readonly (readonly [atMs: number, event: ElectionEvent])[]) {
  let election: Election = OUT
  const says: string[] = []
  for (const [atMs, event] of events) {
    const elected = elect(election, event, turn(atMs))
    election = elected.election
    for (const said of elected.says)
      says.push('term' in said ? `${said.kind} ${said.term}` : said.kind)
  }
  const { role } = election
  return { is: role === 'following' ? `follows ${election.leader}` : role, says }
}

describe('the election', () => {
  it('[CL75] asks, and leads if nobody answers', () => {
    const joined = [0, { kind: 'joined' }] as const
    expect(after(joined, [100, { kind: 'tick' }])).toEqual({ is: 'asking', says: ['who'] })
    expect(after(joined, [200, { kind: 'tick' }])).toEqual({
      is: 'leading',
      says: ['who', 'lead 1'],
    })
    expect(after(joined, [9, lead('x', 4)])).toEqual({ is: 'follows x', says: ['who'] })
  })

  it.each([
    ['a higher term', lead('z', 2), 'follows z'],
    ['the same, and an older tab', lead('a', 1), 'follows a'],
    ['the same, and a younger tab', lead('z', 1), 'leading'],
  ])('[CL75] of two leaders one yields: %s', (_, heard, is) => {
    expect(after([0, { kind: 'joined' }], [200, { kind: 'tick' }], [300, heard]).is).toBe(is)
  })

  it('[CL75] a tab that knows a higher term doesn’t follow a lower one', () => {
    const { is, says } = after(
      [0, { kind: 'joined' }],
      [1, lead('x', 5)],
      [2, { kind: 'heard', from: 'x', said: { kind: 'resign', term: 5, to: null } }],
      [3, lead('z', 1)],
      [600, { kind: 'tick' }],
    )
    expect([is, says.at(-1)]).toEqual(['leading', 'lead 6'])
  })

  it('[CL76] asks a silent leader, and takes its place without an answer', () => {
    const following = [
      [0, { kind: 'joined' }],
      [1, lead('x', 5)],
      [1_400, { kind: 'served', from: 'x' }],
      [2_900, { kind: 'tick' }],
    ] as const
    expect(after(...following)).toEqual({ is: 'follows x', says: ['who', 'who'] })
    expect(after(...following, [3_900, { kind: 'tick' }]).says.at(-1)).toBe('lead 6')
    expect(after(...following, [3_000, lead('x', 5)], [3_900, { kind: 'tick' }]).is).toBe(
      'follows x',
    )
  })

  it('[CL77] the named tab leads at once, and others wait for it', () => {
    const resign = (to: string) =>
      ({ kind: 'heard', from: 'x', said: { kind: 'resign', term: 5, to } }) as const
    const following = [
      [0, { kind: 'joined' }],
      [1, lead('x', 5)],
    ] as const
    expect(after(...following, [9, resign('m')])).toEqual({
      is: 'leading',
      says: ['who', 'lead 6'],
    })
    expect(after(...following, [9, resign('y')], [99, { kind: 'tick' }]).is).toBe('asking')
    expect(after(...following, [9, resign('y')], [99, lead('y', 6)]).is).toBe('follows y')
  })

  it('[CL77] a leader that leaves names the next one', () => {
    const leading = [
      [0, { kind: 'joined' }],
      [200, { kind: 'tick' }],
      [300, { kind: 'left', to: 'y' }],
    ] as const
    expect(after(...leading)).toEqual({ is: 'out', says: ['who', 'lead 1', 'resign 1'] })
  })
})
