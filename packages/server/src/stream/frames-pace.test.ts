import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { DrivenRoom } from '../../../../test/simulation/driven-room.js'
import { RoomGuard } from '../rooms/room-guard.js'
import { Faults } from './faults.js'
import type { Frame } from './frame.js'
import { Frames, type Reader } from './frames.js'
import { Pace, RoomPace } from './pace.js'
import { Poll } from './poll.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 100,
  maxLeavers: 100,
  maxRecentDocumentBytes: 100,
  maxRecentBroadcastBytes: 1_000,
}
const PACE = { frameIntervalMs: 50, frameCostMs: 1 }
/** What a write costs. */
const WRITE_MS = 0.008
const RUN_MS = 10_000
/** The share of a core that the frames of a room may take: the more they cost, the less. */
const shareAt = (costMs: number) => PACE.frameCostMs ** 2 / costMs / PACE.frameIntervalMs

/** A reader whose every write takes some core time. */
class CostlyReader implements Reader {
  readonly view = 'patch'
  readonly documents = true
  readonly part = undefined
  readonly ready = true
  version: number | undefined
  readonly received: string[] = []

  constructor(
    private readonly clock: VirtualClock,
    private readonly writeMs: number,
  ) {}

  send(frame: Frame): void {
    this.clock.spend(this.writeMs)
    this.received.push(frame.events.at(-1)!.data)
  }

  fail(): void {}
}

function start(limits = PACE) {
  const clock = new VirtualClock()
  const room = new DrivenRoom('budget', LIMITS)
  const guard = new RoomGuard('budget', new Faults(() => {}), (problem) => frames.fail(problem))
  const pace = new RoomPace(new Pace(limits, clock))
  const merge = (updates: readonly Uint8Array[]) => updates
  const frames: Frames = new Frames({ room, epoch: 'e' }, clock, pace, merge, guard)
  const join = (writeMs = WRITE_MS) => {
    const reader = new CostlyReader(clock, writeMs)
    reader.version = room.version
    frames.add(reader)
    return reader
  }
  let moves = 0
  const move = () => {
    room.move('ann', {}, `A${++moves}`, clock.now())
    frames.changed()
    return `"A${moves}"`
  }
  return { clock, room, frames, join, move }
}

/** People who see one of them move, for some seconds. */
function run(people: number, everyMs: number, limits = PACE) {
  const { clock, join, move } = start(limits)
  const readers = Array.from({ length: people }, () => join())
  const { received } = readers.at(-1)!
  let moves = 0
  let atOnce = 0
  const endMs = clock.now() + RUN_MS
  while (clock.now() < endMs) {
    const location = move()
    moves += 1
    clock.advance(0)
    if (received.at(-1)?.includes(location) === true) atOnce += 1
    clock.advance(everyMs)
  }
  return { moves, atOnce, frames: received.length, busyShare: clock.busyMs() / clock.now() }
}

describe('the frames of a room', () => {
  it('[FR22] tell five people of each move at once', () => {
    const { moves, atOnce, frames } = run(5, 8)
    expect([atOnce, frames]).toEqual([moves, moves])
  })

  it('[FR22] tell five people at most 20 times a second if no share of a core is set', () => {
    const { frames } = run(5, 8, { ...PACE, frameCostMs: 0 })
    expect(frames).toBeLessThanOrEqual(RUN_MS / PACE.frameIntervalMs + 3)
  })

  it('[FR22] tell 500 people 20 times a second, however many move', () => {
    const { frames, moves } = run(500, 8)
    expect(moves).toBeGreaterThan(800)
    expect(frames).toBeLessThanOrEqual(RUN_MS / PACE.frameIntervalMs + 3)
    expect(frames).toBeGreaterThan((RUN_MS / PACE.frameIntervalMs) * 0.8)
  })

  it.each([20, 50, 100])(
    '[FR22] merge the moves that %d people see, the more the more they cost',
    (people) => {
      const { busyShare, frames, moves } = run(people, 1)
      const share = shareAt(people * WRITE_MS)
      expect(busyShare).toBeLessThan(share * 1.1)
      expect(busyShare).toBeGreaterThan(share * 0.7)
      expect(frames).toBeLessThan(moves)
    },
  )

  it('[FR22] are at most one for each move', () => {
    for (const everyMs of [40, 100]) {
      const { frames, moves } = run(5, everyMs)
      expect(frames).toBe(moves)
    }
  })
})

describe('the cost of a frame', () => {
  it('[FR23] is only what its own turns took', () => {
    const { clock, join, move } = start()
    const readers = Array.from({ length: 1_100 }, () => join(0))
    // After the first turn, other work takes longer than an interval.
    readers[0]!.send = () => void clock.after(0, () => clock.spend(200))
    for (let count = 0; count < 5; count++) {
      move()
      clock.advance(1_000)
    }
    const seen = readers.at(-1)!.received.length
    readers[0]!.send = () => {}
    move()
    clock.advance(1_000)
    for (let count = 1; count <= 10; count++) {
      move()
      clock.advance(0)
      expect(readers.at(-1)!.received).toHaveLength(seen + 1 + count)
    }
  })

  it('[FR23] includes that of the long-polls that it ends', () => {
    const { clock, frames, room, move } = start()
    let ended = 0
    const attend = () => {
      while (frames.readers.size < 100) {
        const poll = new Poll(true, undefined)
        poll.version = room.version
        poll.send = () => {
          ended += 1
          frames.remove(poll)
        }
        frames.add(poll)
      }
    }
    for (let atMs = 0; atMs < RUN_MS; atMs++) {
      attend()
      move()
      clock.advance(1)
    }
    expect(ended / 100).toBeLessThanOrEqual(RUN_MS / PACE.frameIntervalMs + 3)
  })
})
