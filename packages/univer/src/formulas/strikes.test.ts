import { describe, expect, it } from 'vitest'
import {
  InsertColMutation,
  InsertRowMutation,
  MoveColsMutation,
  MoveRowsMutation,
  RemoveColMutation,
  RemoveRowMutation,
} from '@univerjs/sheets'
import { BOUNDS } from './bounds.js'
import { lineMoveOf } from './line-move.js'
import { Strikes } from './strikes.js'

const cell = { unit: 'w', sheet: 's', row: 1, column: 2 }
const other = { ...cell, row: 2 }

describe('a formula at which a worker was terminated', () => {
  it('[SH96] is tried again at once the first time, and after longer and longer waits later', () => {
    let nowMs = 0
    const strikes = new Strikes(() => nowMs)
    strikes.add(cell)
    expect(strikes.waiting).toEqual([])
    let lastWaitMs = 0
    for (let time = 0; time < 20; time++) {
      strikes.add(cell)
      expect(strikes.waiting).toEqual([cell])
      const beganMs = nowMs
      while (strikes.waiting.length > 0) nowMs += 1_000
      const waitMs = nowMs - beganMs
      expect(waitMs).toBeGreaterThanOrEqual(lastWaitMs)
      lastWaitMs = waitMs
    }
    expect(lastWaitMs).toBe(BOUNDS.longestWaitMs)
  })

  it('[SH96] doesn’t wait once it is changed, and neither do others', () => {
    const strikes = new Strikes(() => 0)
    for (let time = 0; time < 3; time++) strikes.add(cell)
    strikes.add(other)
    expect(strikes.waiting).toEqual([cell])
    strikes.forget([cell])
    expect(strikes.waiting).toEqual([])
    strikes.add(cell)
    expect(strikes.waiting).toEqual([])
  })

  const rows = (startRow: number, endRow: number) => ({
    startRow,
    endRow,
    startColumn: 0,
    endColumn: 99,
  })
  const columns = (startColumn: number, endColumn: number) => ({
    startRow: 0,
    endRow: 99,
    startColumn,
    endColumn,
  })
  const moved = (sourceRange: object, targetRange: object) => ({ sourceRange, targetRange })

  it.each([
    ['a row before it is inserted', InsertRowMutation, { range: rows(1, 3) }, { row: 4 }],
    ['a row behind it is inserted', InsertRowMutation, { range: rows(2, 3) }, {}],
    ['a row before it is deleted', RemoveRowMutation, { range: rows(0, 0) }, { row: 0 }],
    ['a row behind it is deleted', RemoveRowMutation, { range: rows(2, 5) }, {}],
    ['its row moves down', MoveRowsMutation, moved(rows(0, 1), rows(5, 6)), { row: 4 }],
    ['its row moves up', MoveRowsMutation, moved(rows(1, 1), rows(0, 0)), { row: 0 }],
    ['others move before it', MoveRowsMutation, moved(rows(7, 8), rows(1, 2)), { row: 3 }],
    ['others move behind it', MoveRowsMutation, moved(rows(0, 0), rows(7, 7)), { row: 0 }],
    ['a column is inserted', InsertColMutation, { range: columns(0, 0) }, { column: 3 }],
    ['a column is deleted', RemoveColMutation, { range: columns(0, 1) }, { column: 0 }],
    ['its column moves', MoveColsMutation, moved(columns(2, 2), columns(0, 0)), { column: 0 }],
    ['another sheet gets rows', InsertRowMutation, { range: rows(0, 9), subUnitId: 't' }, {}],
  ])('[SH81] waits at its current place when %s', (_, { id }, params, at) => {
    const strikes = new Strikes(() => 0)
    for (let time = 0; time < 2; time++) strikes.add(cell)
    strikes.follow(lineMoveOf({ id, params: { subUnitId: 's', ...params } })!)
    expect(strikes.waiting).toEqual([{ ...cell, ...at }])
    strikes.forget([{ ...cell, ...at }])
    expect(strikes.isEmpty).toBe(true)
  })

  it('[SH81] is forgotten with its row', () => {
    const strikes = new Strikes(() => 0)
    for (let time = 0; time < 2; time++) strikes.add(cell)
    const params = { subUnitId: 's', range: rows(0, 1) }
    strikes.follow(lineMoveOf({ id: RemoveRowMutation.id, params })!)
    expect(strikes.isEmpty).toBe(true)
  })
})
