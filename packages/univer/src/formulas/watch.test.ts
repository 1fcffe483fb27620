import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BOUNDS } from './bounds.js'
import { Watch } from './watch.js'

let calls = 0
let watch: Watch

beforeEach(() => {
  vi.useFakeTimers()
  calls = 0
  watch = new Watch(() => {
    calls += 1
    watch.stop()
  })
})

afterEach(() => {
  watch.stop()
  vi.useRealTimers()
})

describe('a worker that calculates', () => {
  it('[SH53] may be silent for a limited time at a formula', () => {
    watch.start()
    watch.hear(true)
    vi.advanceTimersByTime(BOUNDS.silenceMs)
    expect(calls).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(calls).toBe(1)
    vi.advanceTimersByTime(10 * BOUNDS.silenceMs)
    expect(calls).toBe(1)
  })

  it('[SH53] may be silent for longer before the first formula', () => {
    watch.start()
    vi.advanceTimersByTime(BOUNDS.arrangeMs)
    expect(calls).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(calls).toBe(1)
  })

  it('[SH53] doesn’t count as silent while messages arrive', () => {
    watch.start()
    for (let time = 0; time < 10; time++) {
      watch.hear(true)
      vi.advanceTimersByTime(BOUNDS.silenceMs - 500)
    }
    expect(calls).toBe(0)
  })

  it('[SH53] doesn’t count as silent while the page itself is asleep', () => {
    watch.start()
    watch.hear(true)
    // The clock continues, but no timer fires: the page is asleep.
    const asleepMs = 10 * BOUNDS.silenceMs
    const now = performance.now.bind(performance)
    performance.now = () => now() + asleepMs
    vi.advanceTimersByTime(1_000)
    expect(calls).toBe(0)
    vi.advanceTimersByTime(BOUNDS.silenceMs + 1_000)
    expect(calls).toBe(1)
  })
})
