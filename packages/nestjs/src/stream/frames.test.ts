import type { View } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Room } from '../room/room.js'
import type { Frame } from './frame.js'
import { Frames, type Reader, UNKNOWN_VERSION } from './frames.js'

const LIMITS = { leaseMs: 15_000, soonMs: 2_000, maxMembers: 100, maxLeavers: 100 }
const INTERVAL_MS = 33

class RecordingReader implements Reader {
  readonly received: Frame[] = []
  ready = true

  constructor(
    readonly view: View,
    public version: number | undefined,
  ) {}

  send(frame: Frame): void {
    this.received.push(frame)
  }

  get data(): unknown[] {
    return this.received.map(({ data }) => JSON.parse(data))
  }
}

function start() {
  const clock = new VirtualClock()
  const room = new Room('budget', LIMITS)
  const frames = new Frames(room, 'e', INTERVAL_MS, clock)
  const join = (view: View = 'patch', version?: number) => {
    const reader = new RecordingReader(view, version)
    frames.add(reader)
    frames.catchUp(reader)
    return reader
  }
  const move = (member: string, location: string) => {
    room.move(member, {}, location, clock.now())
    frames.changed()
  }
  return { clock, room, frames, join, move }
}

describe('a frame', () => {
  it('[FR1 FR2] goes out at once after a quiet spell, then once an interval with what is newest', () => {
    const { clock, join, move } = start()
    const reader = join()
    move('ann', 'A1')
    clock.advance(0)
    expect(reader.received).toHaveLength(2)
    for (let row = 2; row < 9; row++) move('ann', `A${row}`)
    clock.advance(INTERVAL_MS - 1)
    expect(reader.received).toHaveLength(2)
    clock.advance(1)
    expect(reader.data.slice(2)).toEqual([{ move: expect.objectContaining({ ann: 'A8' }) }])
    clock.advance(1_000)
    expect(reader.received).toHaveLength(3)
  })

  it('[FR3] is the same bytes for everybody, those who came while it was gathering included', () => {
    const { clock, join, move } = start()
    const early = [join(), join()]
    move('ann', 'A1')
    clock.advance(0)
    move('ann', 'A2')
    const late = join()
    move('bob', 'B1')
    clock.advance(INTERVAL_MS)
    const bytes = [...early, late].map(({ received }) => received.at(-1)!.bytes)
    expect(new Set(bytes).size).toBe(1)
    const lists = [join('list'), join('list')]
    move('ann', 'A3')
    clock.advance(INTERVAL_MS)
    expect(lists[0]!.received.at(-1)!.bytes).toBe(lists[1]!.received.at(-1)!.bytes)
  })

  it('[FR4] waits for nobody: who is not ready gets one catch-up when it is', () => {
    const { clock, frames, join, move } = start()
    const slow = join()
    slow.ready = false
    for (let row = 1; row < 9; row++) {
      move('ann', `A${row}`)
      clock.advance(INTERVAL_MS)
    }
    expect(slow.received).toHaveLength(1)
    slow.ready = true
    frames.catchUp(slow)
    expect(slow.received).toHaveLength(2)
    expect(slow.data[1]).toMatchObject({ join: [{ id: 'ann', location: 'A8' }] })
  })
})

describe('the list view', () => {
  it('[ST8] gets a list once, also when it came while the frame was gathering', () => {
    const { clock, join, move } = start()
    move('ann', 'A1')
    clock.advance(0)
    move('ann', 'A2')
    const reader = join('list')
    move('bob', 'B1')
    move('bob', 'B2')
    clock.advance(INTERVAL_MS)
    expect(reader.data).toEqual([['A2'], ['B2', 'A2']])
    const again = join('list')
    clock.advance(INTERVAL_MS)
    expect(again.data).toEqual([['B2', 'A2']])
  })

  it('[ST8] is told nothing of what does not change the list', () => {
    const { clock, room, frames, join, move } = start()
    const reader = join('list')
    move('ann', 'A1')
    clock.advance(INTERVAL_MS)
    room.open('bob', {}, 0)
    frames.changed()
    clock.advance(INTERVAL_MS)
    expect(reader.data).toEqual([[], ['A1']])
    expect(reader.version).toBe(room.version)
  })
})

describe('resuming', () => {
  it('[ST9] nothing if nothing changed, a patch if the room knows, else resync and a snapshot', () => {
    const { clock, join, move } = start()
    move('ann', 'A1')
    clock.advance(INTERVAL_MS)
    expect(join('patch', 1).received).toEqual([])
    expect(join('patch', 0).received[0]?.event).toBe('patch')
    const [lost] = join('patch', UNKNOWN_VERSION).received
    expect(lost?.event).toBe('snapshot')
    expect(lost?.bytes.toString()).toMatch(/^event: resync\ndata: \{\}\n\nid: e:1\nevent: snapshot\n/)
    const [fresh] = join().received
    expect(fresh?.bytes.toString()).toMatch(/^id: e:1\nevent: snapshot\n/)
  })
})
