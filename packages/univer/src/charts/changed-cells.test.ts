import { describe, expect, it } from 'vitest'
import { changedCells, mayShow } from './changed-cells.js'

const SHOWN = {
  sheet: 'one',
  range: { startRow: 2, startColumn: 1, endRow: 5, endColumn: 3 },
}
const written = (cellValue: object, subUnitId = 'one') => ({
  id: 'sheet.mutation.set-range-values',
  params: { unitId: 'u', subUnitId, cellValue },
})

const isRead = (mutation: Parameters<typeof changedCells>[0]): boolean => {
  const cells = changedCells(mutation)
  return cells !== null && mayShow(cells, SHOWN)
}

describe('a chart is read again', () => {
  it.each([
    ['a cell of it', written({ 3: { 2: { v: 1 } } })],
    ['cells around it', written({ 0: { 0: { v: 1 } }, 9: { 9: { v: 1 } } })],
    ['lines of its sheet', { id: 'sheet.mutation.insert-row', params: { subUnitId: 'one' } }],
    ['nobody knows what', { id: 'formula.mutation.set-array-formula-data', params: {} }],
    ['something without parameters', { id: 'another.mutation' }],
  ])('[SH211] after a change of %s', (_, mutation) => {
    expect(isRead(mutation)).toBe(true)
  })

  it.each([
    ['cells beside it', written({ 6: { 2: { v: 1 } }, 9: { 1: { v: 1 } } })],
    ['no cells', written({})],
    ['the same cells of another sheet', written({ 3: { 2: { v: 1 } } }, 'two')],
    ['lines of another sheet', { id: 'sheet.mutation.insert-row', params: { subUnitId: 'two' } }],
    ['what is calculated', { id: 'formula.mutation.set-formula-calculation-start', params: {} }],
  ])('[SH211] but not after one of %s', (_, mutation) => {
    expect(isRead(mutation)).toBe(false)
  })
})
