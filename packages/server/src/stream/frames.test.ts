import type { Json, Patch, Problem, View } from '@whereabouts/protocol'
import { describe, expect, it, vi } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { DrivenRoom } from '../../../../test/simulation/driven-room.js'
import { Faults } from './faults.js'
import type { Frame } from './frame.js'
import { Frames, type Reader, UNKNOWN_VERSION } from './frames.js'
import { Pace, RoomPace } from './pace.js'
import { Poll } from './poll.js'
import { RoomGuard } from '../rooms/room-guard.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 100,
  maxLeavers: 100,
  maxRecentDocumentBytes: 100,
  maxRecentBroadcastBytes: 1_000,
}
const INTERVAL_MS = 33

class RecordingReader implements Reader {
  readonly received: Frame[] = []
  readonly failures: string[] = []
  ready = true

  constructor(
    readonly view: View,
    public version: number | undefined,
    readonly documents: boolean,
    readonly part: string | undefined,
  ) {}

  send(frame: Frame): void {
    this.received.push(frame)
  }

  fail({ problem }: Problem): void {
    this.failures.push(problem)
  }

  get data(): unknown[] {
    return this.received.map(({ events }) => JSON.parse(events.at(-1)!.data))
  }
}

function start() {
  const clock = new VirtualClock()
  const room = new DrivenRoom('budget', LIMITS)
  const logged: unknown[] = []
  const faults = new Faults((_, error) => logged.push(error))
  const merge = (updates: readonly Uint8Array[]) =>
    updates.length === 0 ? [] : [Buffer.concat(updates)]
  const guard = new RoomGuard('budget', faults, (problem) => frames.fail(problem))
  const limits = { frameIntervalMs: INTERVAL_MS, frameCostMs: 0 }
  const pace = new RoomPace(new Pace(limits, clock))
  const frames: Frames = new Frames({ room, epoch: 'e' }, clock, pace, merge, guard)
  const join = (view: View = 'patch', version?: number, documents = true, part?: string) => {
    const reader = new RecordingReader(view, version, documents, part)
    frames.add(reader)
    frames.catchUp(reader)
    return reader
  }
  const move = (member: string, location: Json) => {
    room.move(member, {}, location, clock.now())
    frames.changed()
  }
  const update = (...bytes: number[]) => {
    room.update(Uint8Array.from(bytes))
    frames.changed()
  }
  return { clock, room, frames, join, move, update, logged }
}

describe('a frame', () => {
  it('[FR1 FR2] is sent immediately after a pause, then once per interval with the latest state', () => {
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

  it('[FR17] is sent less often when the process is busy more than nine tenths of the time', () => {
    const { clock, join, move } = start()
    const reader = join()
    const slow = join()
    // Writing to this reader takes 90 ms, so one frame per 100 ms keeps the process busy for 90%.
    slow.send = () => clock.advance(90)
    const framesIn = (ms: number) => {
      const before = reader.received.length
      const untilMs = clock.now() + ms
      for (let row = 0; clock.now() < untilMs; row++) {
        move('ann', `A${row}`)
        clock.advance(1)
      }
      return reader.received.length - before
    }
    framesIn(1_000)
    expect(framesIn(10_000)).toBeGreaterThanOrEqual(95)
    expect(framesIn(10_000)).toBeLessThanOrEqual(102)
  })

  it('[FR18 FR3] for very many readers is written in turns of the event loop, and the room goes on meanwhile', () => {
    const { clock, frames, join, move } = start()
    const readers = Array.from({ length: 1_200 }, () => join())
    const [first, gone] = [readers[0]!, readers[1_150]!]
    const between: RecordingReader[] = []
    first.send = (frame) => {
      first.received.push(frame)
      if (between.length > 0) return
      // This runs after the first batch of readers was written.
      clock.after(0, () => {
        expect(gone.received).toHaveLength(1)
        frames.remove(gone)
        move('ben', 'B1')
        between.push(join())
      })
    }
    move('ann', 'A1')
    clock.advance(0)
    const { bytes } = first.received[1]!
    for (const reader of readers) if (reader !== gone) expect(reader.received[1]!.bytes).toBe(bytes)
    expect(between[0]!.data[0]).toMatchObject({ members: [{ location: 'A1' }, { location: 'B1' }] })
    clock.advance(INTERVAL_MS)
    expect(gone.received).toHaveLength(1)
    for (const reader of readers) {
      if (reader !== gone) expect(reader.data[2]).toMatchObject({ join: [{ location: 'B1' }] })
    }
  })

  it('[FR16] tells many readers the number of viewers within a second, or with the next other change', () => {
    const { clock, frames, room, join, move } = start()
    const reader = join()
    for (let others = 1; others < 100; others++) join()
    const watch = () => {
      room.watch()
      frames.changed()
    }
    watch()
    clock.advance(999)
    watch()
    expect(reader.received).toHaveLength(1)
    clock.advance(1)
    expect(reader.data.slice(1)).toEqual([{ watching: 2 }])
    watch()
    clock.advance(100)
    move('ann', 'A1')
    clock.advance(0)
    expect(reader.data.at(-1)).toMatchObject({ join: [{ id: 'ann' }], watching: 3 })
    clock.advance(5_000)
    expect(reader.received).toHaveLength(3)
  })

  it('[FR3 ST15] is shared by all readers that see the same part, in whatever order they joined', () => {
    const { clock, join, move } = start()
    const parts = [undefined, 'undefined', 's1', undefined, 's1', 'undefined']
    const readers = parts.map((part) => join('patch', undefined, true, part))
    move('ann', { at: 's1' })
    clock.advance(0)
    move('ann', { at: 's1', cell: 'A1' })
    move('ben', { at: 'undefined' })
    clock.advance(INTERVAL_MS)
    const frames = readers.map(({ received }) => received.at(-1)!)
    expect(frames[3]!.bytes).toBe(frames[0]!.bytes)
    expect(frames[5]!.bytes).toBe(frames[1]!.bytes)
    expect(frames[4]!.bytes).toBe(frames[2]!.bytes)
    const joined = readers.map(({ data }) => (data.at(-1) as Patch).join?.map(({ id }) => id))
    expect(joined.slice(0, 3)).toEqual([['ben'], ['ben'], undefined])
    expect(readers[0]!.data.at(-1)).toMatchObject({ move: { ann: { cell: 'A1' } } })
    expect(readers[1]!.data.at(-1)).not.toHaveProperty('move')
  })

  it('[FR3] has the same bytes for all readers, including those who joined during the interval', () => {
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

  it('[HT5 DO5] does not end a long-poll that has everything in it already', () => {
    const { clock, room, frames, move, update } = start()
    move('ann', 'A1')
    clock.advance(0)
    move('bob', 'B1')
    const poll = new Poll(false, undefined)
    poll.version = room.version
    frames.add(poll)
    const end = vi.spyOn(poll, 'end')
    update(1)
    clock.advance(INTERVAL_MS)
    expect(end).not.toHaveBeenCalled()
    move('bob', 'B2')
    clock.advance(INTERVAL_MS)
    expect(end).toHaveBeenCalledOnce()
  })

  it('[FR4] doesn’t wait for slow readers; each gets one catch-up when it can read again', () => {
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
  it('[ST19] gets each list once, even if the reader joined during the interval', () => {
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

  it('[ST19] gets nothing if the list did not change', () => {
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
  it('[ST9 ST21] gets nothing if nothing changed, a patch of a known version, else resync and a snapshot', () => {
    const { clock, join, move } = start()
    move('ann', 'A1')
    clock.advance(INTERVAL_MS)
    expect(join('patch', 1).received).toEqual([])
    expect(names(join('patch', 0).received[0])).toEqual(['patch'])
    const [lost] = join('patch', UNKNOWN_VERSION).received
    expect(lost?.bytes.plain.toString()).toMatch(
      /^event: resync\ndata: \{"document":true\}\n\nid: e:1\nevent: snapshot\n/,
    )
    const [bare] = join('patch', UNKNOWN_VERSION, false).received
    expect(bare?.bytes.plain.toString()).toMatch(
      /^event: resync\ndata: \{\}\n\nid: e:1\nevent: snapshot\n/,
    )
    const [fresh] = join().received
    expect(fresh?.bytes.plain.toString()).toMatch(/^id: e:1\nevent: snapshot\n/)
  })
})

describe('the document', () => {
  it('[DO31] the updates of a frame are one event after the patch, and the last event has the position', () => {
    const { clock, join, move, update } = start()
    const readers = [join(), join()]
    move('ann', 'A1')
    update(1, 2)
    update(3)
    clock.advance(INTERVAL_MS)
    const [frame, same] = readers.map(({ received }) => received.at(-1)!)
    expect(frame!.bytes).toBe(same!.bytes)
    expect(frame!.bytes.plain.toString()).toMatch(
      /^event: patch\ndata: \{.*\}\n\nid: e:3\nevent: document\ndata: AQID\n\n$/,
    )
    update(4)
    clock.advance(INTERVAL_MS)
    expect(readers[0]!.received.at(-1)!.bytes.plain.toString()).toBe(
      'id: e:4\nevent: document\ndata: BA==\n\n',
    )
  })

  it('[DO4 DO32] a returning reader gets the updates, or resync and a patch that may be empty', () => {
    const { clock, join, update } = start()
    update(1)
    update(2)
    clock.advance(INTERVAL_MS)
    expect(join('patch', 0).received.at(-1)!.bytes.plain.toString()).toBe(
      'id: e:2\nevent: document\ndata: AQI=\n\n',
    )
    update(...Array.from({ length: 100 }, () => 0))
    clock.advance(INTERVAL_MS)
    expect(join('patch', 0).received.at(-1)!.bytes.plain.toString()).toBe(
      'event: resync\ndata: {"document":true}\n\nid: e:3\nevent: patch\ndata: {}\n\n',
    )
    expect(names(join().received[0])).toEqual(['snapshot'])
  })

  it('[DO5] a reader without the document gets no updates, and otherwise the same bytes', () => {
    const { clock, room, join, move, update } = start()
    const bare = join('patch', undefined, false)
    const list = join('list')
    const full = join()
    update(1)
    clock.advance(INTERVAL_MS)
    expect([bare, list, full].map(({ received }) => received.length)).toEqual([1, 1, 2])
    expect(bare.version).toBe(room.version)
    move('ann', 'A1')
    clock.advance(INTERVAL_MS)
    expect(bare.received.at(-1)).toBe(full.received.at(-1))
    expect(names(join('patch', 0, false).received[0])).toEqual(['patch'])
  })
})

function names(frame: Frame | undefined): (string | undefined)[] {
  return frame?.events.map(({ event }) => event) ?? []
}
