import { describe, expect, it } from 'vitest'
import { keepEqual, selection, shallow } from './selection.js'
import { keepPairs } from './selectors.js'

describe('what is selected', () => {
  it.each([
    [1, 1, true],
    [Number.NaN, Number.NaN, true],
    [[1, 2], [1, 2], true],
    [[1, 2], [1, 2, 3], false],
    [[1, 2], [2, 1], false],
    [{ a: 1 }, { a: 1 }, true],
    [{ a: 1 }, { b: 1 }, false],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{ a: {} }, { a: {} }, false],
    [[], {}, false],
    [null, {}, false],
    [undefined, undefined, true],
  ])('[CL103] %j and %j are shallowly equal: %s', (one, other, isEqual) => {
    expect(shallow(one, other)).toBe(isEqual)
  })

  it('[CL103] is selected once for each value, and kept while it is equal, also by the next selection', () => {
    let value = { n: 1, other: 1 }
    const made: number[] = []
    const select = ({ n }: typeof value) => {
      made.push(n)
      return [n]
    }
    const first = selection(
      () => value,
      select,
      keepEqual(shallow),
      () => undefined,
    )
    const kept = first()
    expect(first()).toBe(kept)
    expect(made).toEqual([1])
    value = { n: 1, other: 2 }
    expect(first()).toBe(kept)
    const next = selection(
      () => value,
      select,
      keepEqual(shallow),
      () => [kept],
    )
    expect(next()).toBe(kept)
    value = { n: 2, other: 2 }
    expect(next()).toEqual([2])
  })

  it('[CL103] keeps the pairs that are equal, whatever comes and goes beside them', () => {
    const merge = keepPairs(shallow)
    const [a, b] = [['a', { x: 1 }] as const, ['b', { x: 2 }] as const]
    const before = [a, b]
    expect(
      merge(before, [
        ['a', { x: 1 }],
        ['b', { x: 2 }],
      ]),
    ).toBe(before)
    const now = merge(before, [
      ['b', { x: 2 }],
      ['a', { x: 3 }],
      ['c', { x: 4 }],
    ])
    expect(now).toEqual([
      ['b', { x: 2 }],
      ['a', { x: 3 }],
      ['c', { x: 4 }],
    ])
    expect(now[0]).toBe(b)
    expect(merge(before, [['a', { x: 1 }]])).toEqual([a])
  })
})
