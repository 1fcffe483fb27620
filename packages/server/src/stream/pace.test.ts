import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Pace, RoomPace } from './pace.js'

const FIXED = { frameIntervalMs: 0, frameCostMs: 0 }
const LIMITS = { frameIntervalMs: 50, frameCostMs: 1 }
const FRAMES = 100

/** A process that is busy for a share of each 10 ms. */
function start() {
  const clock = new VirtualClock()
  const pace = new Pace(FIXED, clock)
  const run = (ms: number, share: number) => {
    for (let time = 0; time < ms; time += 10) {
      clock.after(0, () => clock.advance(10 * share))
      clock.advance(10)
      pace.pauseMs()
    }
    return pace.pauseMs()
  }
  return { run }
}

describe('the pace of frames', () => {
  it('[FR17] has no pauses while the process isn’t busy', () => {
    const { run } = start()
    expect(run(1_000, 0.89)).toBe(0)
  })

  it('[FR17] has longer and longer pauses while the process is busy, up to 60 ms', () => {
    const { run } = start()
    const early = run(100, 1)
    expect(early).toBeGreaterThan(10)
    expect(run(100, 1)).toBeGreaterThan(early)
    expect(run(10_000, 1)).toBeCloseTo(60)
  })

  it('[FR17] recovers once the process isn’t busy any more', () => {
    const { run } = start()
    run(10_000, 1)
    expect(run(100, 0.5)).toBeGreaterThan(0)
    expect(run(100, 0.5)).toBe(0)
  })
})

/** Returns a room whose last frames all cost the same, and the interval that follows. */
function roomAt(costMs: number, limits = LIMITS) {
  const clock = new VirtualClock()
  const pace = new RoomPace(new Pace(limits, clock))
  let intervalMs = 0
  for (let count = 0; count < FRAMES; count++) intervalMs = pace.nextFrameMs(0, costMs)
  return { clock, pace, intervalMs }
}

describe('the interval of a room', () => {
  it.each([
    [0, 0],
    [0.1, 0.5],
    [0.2, 2],
    [0.5, 12.5],
    [1, 50],
    [10, 50],
  ])('[FR22] after frames of %d ms is %d ms', (costMs, intervalMs) => {
    expect(roomAt(costMs).intervalMs).toBeCloseTo(intervalMs)
  })

  it('[FR22] is the same for all rooms if no cost is worth it', () => {
    const limits = { frameIntervalMs: 50, frameCostMs: 0 }
    expect([0, 0.05, 10].map((costMs) => roomAt(costMs, limits).intervalMs)).toEqual([50, 50, 50])
  })

  it('[FR23] follows from an average, so that one slow frame doesn’t make a small room slow', () => {
    const { pace } = roomAt(0.04)
    const after = pace.nextFrameMs(0, 2)
    expect(after).toBeGreaterThan(3)
    expect(after).toBeLessThan(5)
    for (let count = 0; count < 20; count++) pace.nextFrameMs(0, 0.04)
    expect(pace.nextFrameMs(0, 0.04)).toBeLessThan(0.2)
  })

  it('[FR23] reaches its full length within two frames if they cost a lot', () => {
    const clock = new VirtualClock()
    const pace = new RoomPace(new Pace(LIMITS, clock))
    expect(pace.nextFrameMs(0, 5)).toBeCloseTo(19.53)
    expect(pace.nextFrameMs(0, 5)).toBe(50)
  })

  it('[FR24] is longer for batches, and as long as the pauses of a busy process', () => {
    expect(roomAt(0).pace.batchIntervalMs()).toBeCloseTo(4.5)
    expect(roomAt(0.3).pace.batchIntervalMs()).toBeCloseTo(18)
    const { clock, pace } = roomAt(0.8)
    expect(pace.batchIntervalMs()).toBe(50)
    clock.after(0, () => clock.advance(1_000))
    clock.advance(0)
    expect(pace.batchIntervalMs()).toBeCloseTo(60)
  })
})
