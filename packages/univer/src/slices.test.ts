import { describe, expect, it } from 'vitest'
import { Slices, type Work } from './slices.js'

/** Work that notes each step and what it is followed by. */
function* noting(notes: string[], name: string, steps: number, stepMs = 0): Work<string> {
  for (let step = 1; step <= steps; step++) {
    notes.push(`${name}${step}`)
    const untilMs = performance.now() + stepMs
    while (performance.now() < untilMs);
    yield
  }
  return name
}

const untilOtherTask = () => new Promise((resolve) => setImmediate(resolve))

describe('long work', () => {
  it('[SH120] pauses, so that other tasks run in between', async () => {
    const slices = new Slices(setImmediate)
    const notes: string[] = []
    const result = slices.do(noting(notes, 'a', 20, 2))
    const begun = notes.length
    expect(slices.isBusy).toBe(true)
    await untilOtherTask()
    expect(notes.length).toBeGreaterThanOrEqual(begun)
    expect(notes.length).toBeLessThan(20)
    expect(await result).toBe('a')
    expect(notes).toHaveLength(20)
    expect(slices.isBusy).toBe(false)
  })

  it('[SH120] that is short is done at once', () => {
    const slices = new Slices(setImmediate)
    const notes: string[] = []
    void slices.do(noting(notes, 'a', 3))
    expect(notes).toEqual(['a1', 'a2', 'a3'])
    expect(slices.isBusy).toBe(false)
  })

  it('[SH121] is completed before other work begins, and on request', async () => {
    const slices = new Slices(setImmediate)
    const notes: string[] = []
    const results = [slices.do(noting(notes, 'a', 12, 2)), slices.do(noting(notes, 'b', 12, 2))]
    expect(notes.indexOf('b1')).toBe(12)
    slices.finish()
    expect(notes).toHaveLength(24)
    expect(await Promise.all(results)).toEqual(['a', 'b'])
  })

  it('[SH121] isn’t disturbed by a request or by work from its own slice', async () => {
    const slices = new Slices(setImmediate)
    const notes: string[] = []
    function* outer(): Work {
      slices.finish()
      void slices.do(noting(notes, 'inner', 2))
      notes.push('outer')
      yield
    }
    await slices.do(outer())
    expect(notes).toEqual(['inner1', 'inner2', 'outer'])
  })

  it('[SH120] rejects with its exception, and what follows goes on', async () => {
    const slices = new Slices(setImmediate)
    function* failing(): Work {
      const untilMs = performance.now() + 20
      while (performance.now() < untilMs) yield
      throw new RangeError('no')
    }
    const failed = slices.do(failing())
    expect(slices.isBusy).toBe(true)
    await expect(failed).rejects.toThrow(RangeError)
    expect(await slices.do(noting([], 'b', 1))).toBe('b')
  })
})
