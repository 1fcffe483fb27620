import { describe, expect, it } from 'vitest'
import { drawable } from './drawable.js'

const CHARACTERS = 50_000
const MOST_DEEP = 20

const threads = (count: number, id: string, placeOf: (at: number) => [from: number, to: number]) =>
  Array.from({ length: count }, (_, at) => {
    const [from, to] = placeOf(at)
    return { id: `${id}${at}`, from, to }
  })
const idsOf = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id)

describe('[CM12] the marks of threads', () => {
  const wide = threads(1_000, 'wide', () => [1, 1 + CHARACTERS])
  const small = threads(500, 'small', (at) => [1 + at * 100, 50 + at * 100])

  it('are at most twenty on one text, those about the least text first', () => {
    const marked = idsOf(drawable([...wide, ...small], undefined))
    expect(marked).toEqual([...idsOf(small), ...idsOf(wide).slice(0, MOST_DEEP - 1)])
  })

  it('are those of the current thread before others', () => {
    const marked = idsOf(drawable([...wide, ...small], 'wide999'))
    expect(marked).toHaveLength(500 + MOST_DEEP - 1)
    expect(marked[0]).toBe('wide999')
  })

  it('are at most twenty wherever each begins and ends', () => {
    const crossed = threads(1_000, 'thread', (at) => [1 + at, 200 + at])
    const marked = drawable(crossed, undefined)
    for (let at = 1; at < 1_200; at += 1) {
      const here = marked.filter(({ from, to }) => from <= at && at < to).length
      expect(here).toBeLessThanOrEqual(MOST_DEEP)
    }
    expect(marked.length).toBeGreaterThan(MOST_DEEP)
    const beside = threads(100, 'thread', (at) => [1 + at, 2 + at])
    expect(drawable(beside, undefined)).toHaveLength(100)
  })
})
