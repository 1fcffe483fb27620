import { describe, expect, it } from 'vitest'
import { BOUNDS } from './bounds.js'
import { Spills } from './spills.js'

const at = (row: number) => ({ unit: 'w', sheet: 's', row, column: 0 })

describe('what formulas show', () => {
  it('[SH95] is so many cells for each, and for all together', () => {
    const spills = new Spills()
    spills.begin({})
    expect(spills.allow(at(0), BOUNDS.resultCells + 1)).toBe(false)
    const most = BOUNDS.allResultCells / BOUNDS.resultCells
    for (let row = 0; row < most; row++) {
      expect(spills.allow(at(row), BOUNDS.resultCells)).toBe(true)
    }
    expect(spills.allow(at(most), 2)).toBe(false)
    expect(spills.allow(at(most), 1)).toBe(true)
    // The same once more is no more than before, and one that shows less makes room.
    expect(spills.allow(at(0), BOUNDS.resultCells)).toBe(true)
    expect(spills.allow(at(0), 1)).toBe(true)
    expect(spills.allow(at(most), 2)).toBe(true)
  })

  it('[SH95] counts on from what is shown', () => {
    const spills = new Spills()
    const startColumn = 0
    const endColumn = BOUNDS.allResultCells / 100 - 1
    spills.begin({ w: { s: { 5: { 0: { startRow: 5, endRow: 104, startColumn, endColumn } } } } })
    expect(spills.allow(at(0), 2)).toBe(false)
    expect(spills.allow(at(5), 2)).toBe(true)
    expect(spills.allow(at(0), 2)).toBe(true)
  })

  it('[SH54] is told again only if it changed', () => {
    const spills = new Spills()
    spills.begin({})
    spills.allow(at(0), 1)
    expect(spills.isChanged).toBe(false)
    spills.allow(at(0), 4)
    expect(spills.isChanged).toBe(true)
    const range = { startRow: 0, endRow: 1, startColumn: 0, endColumn: 1 }
    spills.begin({ w: { s: { 0: { 0: range } } } })
    expect(spills.isChanged).toBe(false)
    spills.allow(at(0), 1)
    expect(spills.isChanged).toBe(true)
  })
})
