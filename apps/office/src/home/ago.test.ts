import { beforeAll, describe, expect, it } from 'vitest'
import { speak } from '../language/language.js'
import { describeAgo } from './ago.js'

beforeAll(() => speak('en'))

const NOW_MS = Date.UTC(2026, 10, 22, 12)

describe('the age of a document', () => {
  it.each([
    [0, 'just now'],
    [-5_000, 'just now'],
    [59_999, 'just now'],
    [60_000, '1 minute ago'],
    [2 * 3_600_000, '2 hours ago'],
    [86_400_000, 'yesterday'],
    [3 * 86_400_000, '3 days ago'],
    [30 * 86_400_000, 'Oct 23, 2026'],
  ])('[PG4] %i ms ago: %s', (agoMs, words) => {
    expect(describeAgo(NOW_MS - agoMs, NOW_MS)).toBe(words)
  })

  it('[PG4] describes any stored number', () => {
    for (const atMs of [Number.MIN_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER]) {
      expect(describeAgo(atMs, NOW_MS)).not.toBe('')
    }
  })
})
