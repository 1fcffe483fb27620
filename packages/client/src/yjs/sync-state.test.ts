import { constantFrom, array, assert, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SyncEvent, type SyncState, transition } from './sync-state.js'

const FORKED: SyncEvent = { name: 'forked', refusal: null }
const after = (...names: Exclude<SyncEvent['name'], 'forked'>[]): SyncState =>
  names.reduce<SyncState>((state, name) => transition(state, { name }), { name: 'waiting' })

describe('the sync state', () => {
  it('[CL20] is following after a sync was answered', () => {
    expect(after('outdated', 'asks', 'answered')).toEqual({ name: 'following' })
    expect(after('outdated', 'asks', 'failed')).toEqual({ name: 'due' })
    expect(after('answered')).toEqual({ name: 'waiting' })
  })

  it('[CL20] is due again if it becomes outdated before the answer arrives', () => {
    expect(after('outdated', 'asks', 'outdated', 'answered')).toEqual({ name: 'due' })
  })

  it('[CL23] stays forked until the document is rebuilt', () => {
    const forked = transition(after('outdated', 'asks'), FORKED)
    for (const name of ['answered', 'outdated', 'failed'] as const) {
      expect(transition(forked, { name })).toEqual(FORKED)
    }
    expect(transition(forked, { name: 'rebuilt' })).toEqual({ name: 'due' })
  })

  it('[CL28] stays known when the room is closed, but not when the document is released', () => {
    expect(after('outdated', 'asks', 'answered', 'stops')).toMatchObject({ isKnown: true })
    expect(after('outdated', 'asks', 'stops')).toMatchObject({ isKnown: false })
    expect(after('outdated', 'asks', 'answered', 'stops', 'released')).toMatchObject({
      isKnown: false,
    })
  })

  it('[CL28] is known only after an answer since it was last outdated', () => {
    const names = ['outdated', 'asks', 'answered', 'failed', 'rebuilt', 'stops'] as const
    let known = 0
    assert(
      property(array(constantFrom(...names), { maxLength: 12 }), (events) => {
        if (after(...events).name !== 'following') return
        known += 1
        const since = events.slice(events.lastIndexOf('outdated'))
        expect(since).toEqual(expect.arrayContaining(['asks', 'answered']))
      }),
      { numRuns: 5_000 },
    )
    expect(known).toBeGreaterThan(0)
  })
})
