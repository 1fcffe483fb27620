import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Pace } from './pace.js'

/** A process that is busy for a share of each 10 ms. */
function start() {
  const clock = new VirtualClock()
  const pace = new Pace(0, clock)
  const run = (ms: number, share: number) => {
    for (let time = 0; time < ms; time += 10) {
      clock.after(0, () => clock.advance(10 * share))
      clock.advance(10)
      pace.nextFrameMs(clock.now())
    }
    return pace.nextFrameMs(clock.now()) - clock.now()
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
