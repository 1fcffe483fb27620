import { EMPTY_ROOM, Problem } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { member } from '../../../test/client/scripted-server.js'
import { FIRST_PHASE, type PhaseEvent, type RoomPhase, transition } from './room-phase.js'

const room = { ...EMPTY_ROOM, members: new Map([['a', member('a')]]) }

const after = (...events: PhaseEvent[]): RoomPhase =>
  events.reduce<RoomPhase>(transition, FIRST_PHASE)

describe('the phase of a room', () => {
  it('[CL1] is online after the first change, or after the hello of a resumed stream', () => {
    const opened = after({ kind: 'opened', isResumed: false, transport: 'stream' })
    expect(opened).toMatchObject({ status: 'connecting', isFresh: true })
    const changed = transition(opened, { kind: 'changed', room })
    expect(changed).toMatchObject({ status: 'online', room, isFresh: false })
    expect(after({ kind: 'opened', isResumed: true, transport: 'stream' })).toMatchObject({
      status: 'online',
    })
  })

  it('[CL4] is reconnecting when an online room is interrupted, and keeps its members', () => {
    const online = after({ kind: 'changed', room })
    const interrupted = transition(online, { kind: 'interrupted' })
    expect(interrupted).toMatchObject({ status: 'reconnecting', room })
    expect(after({ kind: 'interrupted' })).toEqual(FIRST_PHASE)
  })

  it('[CL11] stays closed, without members', () => {
    const problem = new Problem('room-full', 'no seat left')
    const released = Promise.resolve()
    const closed = after({ kind: 'changed', room }, { kind: 'closed', problem, released })
    expect(closed).toMatchObject({ status: 'closed', self: null, room: EMPTY_ROOM, problem })
    const late: PhaseEvent[] = [
      { kind: 'opened', isResumed: true, transport: 'stream' },
      { kind: 'changed', room },
      { kind: 'shown', facts: { problem: null } },
      { kind: 'interrupted' },
      { kind: 'closed', problem: null, released },
    ]
    for (const event of late) expect(transition(closed, event)).toBe(closed)
  })
})
