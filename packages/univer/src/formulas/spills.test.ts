import { describe, expect, it } from 'vitest'
import { BOUNDS } from './bounds.js'
import { Spills } from './spills.js'

const at = (row: number) => ({ unit: 'w', sheet: 's', row, column: 0 })

describe('the cells of results', () => {
  it('[SH95] are limited for each formula, and for all together', () => {
    const spills = new Spills()
    spills.begin({})
    expect(spills.allow(at(0), BOUNDS.resultCells + 1)).toBe(false)
    const most = BOUNDS.allResultCells / BOUNDS.resultCells
    for (let row = 0; row < most; row++) {
      expect(spills.allow(at(row), BOUNDS.resultCells)).toBe(true)
    }
    expect(spills.allow(at(most), 2)).toBe(false)
    expect(spills.allow(at(most), 1)).toBe(true)
    // The same result again adds nothing, and a smaller one makes room.
    expect(spills.allow(at(0), BOUNDS.resultCells)).toBe(true)
    expect(spills.allow(at(0), 1)).toBe(true)
    expect(spills.allow(at(most), 2)).toBe(true)
  })

  it('[SH95] are counted from what is shown', () => {
    const spills = new Spills()
    const startColumn = 0
    const endColumn = BOUNDS.allResultCells / 100 - 1
    spills.begin({ w: { s: { 5: { 0: { startRow: 5, endRow: 104, startColumn, endColumn } } } } })
    expect(spills.allow(at(0), 2)).toBe(false)
    expect(spills.allow(at(5), 2)).toBe(true)
    expect(spills.allow(at(0), 2)).toBe(true)
  })

  it('[SH54] are only sent again if they changed', () => {
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
