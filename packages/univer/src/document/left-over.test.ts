import { describe, expect, it } from 'vitest'
import { LEFT_OVER_LIMITS, leftOver } from './left-over.js'

const { entries, deleted } = LEFT_OVER_LIMITS
const KEPT = ['here/kind', 'here/title', 'no entry', '/kind', 'a b/kind']
const gone = (count: number) => Array.from({ length: count }, (_, at) => `gone${at}/title`)

describe('entries of what is gone', () => {
  it('[SD73] stay while they are few, and go once they are many, so many at once', () => {
    expect(leftOver([...KEPT, ...gone(entries)], 'kind')).toEqual([])
    expect(leftOver([...KEPT, ...gone(entries + 1)], 'kind')).toEqual(gone(entries + 1))
    expect(leftOver([...gone(deleted * 3), ...KEPT], 'kind')).toEqual(gone(deleted))
    expect(leftOver(gone(entries).concat('x/kind', 'y/later'), 'source')).toHaveLength(entries + 2)
  })
})
