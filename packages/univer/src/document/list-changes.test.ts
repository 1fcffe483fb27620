import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { insertAt, listChanges, moveWithin } from './list-changes.js'

function follow(before: readonly string[], after: readonly string[]) {
  const list: string[] = [...before]
  const changes = listChanges(before, after)
  for (const change of changes) {
    if (change.type === 'move') moveWithin(list, change.from, change.count, change.to)
    if (change.type === 'remove') list.splice(change.at, change.count)
    if (change.type === 'insert') {
      insertAt(list, change.at, Array.from({ length: change.count }).fill('new'))
    }
  }
  return { list, changes }
}

const ids = fc.uniqueArray(fc.nat(200).map(String), { maxLength: 200 })

describe('the changes from one list to another', () => {
  it('[SD9] lead there, for any additions, removals and moves', () => {
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const { list } = follow(before, after)
        expect(list.length).toBe(after.length)
        const wrong = list.filter((id, at) => id !== 'new' && id !== after[at])
        expect(wrong).toEqual([])
      }),
    )
  })

  it('[SD9] are as few as the actions that caused them', () => {
    const before = Array.from({ length: 1_000 }, (_, at) => String(at))
    const moved = [...before]
    moveWithin(moved, 700, 50, 20)
    expect(follow(before, moved).changes).toEqual([{ type: 'move', from: 700, count: 50, to: 20 }])
    const inserted = before.toSpliced(500, 0, 'a', 'b')
    expect(listChanges(before, inserted)).toEqual([{ type: 'insert', at: 500, count: 2 }])
    expect(listChanges(inserted, before)).toEqual([{ type: 'remove', at: 500, count: 2 }])
    expect(listChanges(before, before)).toEqual([])
  })

  it('[SD9] for 50,000 reversed elements are found in less than a minute', () => {
    const before = Array.from({ length: 50_000 }, (_, at) => String(at))
    const { list, changes } = follow(before, before.toReversed())
    expect(list).toHaveLength(50_000)
    expect(changes.length).toBeLessThan(10)
  })
})
