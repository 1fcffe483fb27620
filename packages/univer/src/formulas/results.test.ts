import {
  IUniverInstanceService,
  Univer,
  UniverInstanceType,
  type IWorkbookData,
  type Workbook,
} from '@univerjs/core'
import { describe, expect, it } from 'vitest'
import { allTooMuch, onlyFormulas } from './results.js'

function createWorkbook(): Workbook {
  const cellData = { 0: { 0: { f: '=1+1', v: 2 }, 1: { v: 7 } }, 3: { 2: { si: 'a' } } }
  const data = { id: 'w', sheetOrder: ['s'], sheets: { s: { id: 's', cellData } } }
  return new Univer()
    .__getInjector()
    .get(IUniverInstanceService)
    .createUnit<IWorkbookData, Workbook>(UniverInstanceType.UNIVER_SHEET, data)
}

const on = { unitId: 'w', subUnitId: 's' }
const nowhere = () => false

describe('results', () => {
  it('[SH54] are kept for cells that still have a formula', () => {
    const cellValue = { 0: { 0: { v: 3 }, 1: { v: 8 }, 2: { v: 9 } }, 3: { 2: { v: 4 } }, 9: {} }
    expect(onlyFormulas({ ...on, cellValue }, createWorkbook(), nowhere)).toEqual({
      ...on,
      cellValue: { 0: { 0: { v: 3 } }, 3: { 2: { v: 4 } } },
    })
  })

  it('[SH54] are dropped for cells that were written meanwhile', () => {
    const cellValue = { 0: { 0: { v: 3 } }, 3: { 2: { v: 4 } } }
    const isFirstRow = (row: number) => row === 0
    expect(onlyFormulas({ ...on, cellValue }, createWorkbook(), isFirstRow)).toEqual({
      ...on,
      cellValue: { 3: { 2: { v: 4 } } },
    })
  })

  it('[SH54] never empty a cell, and are dropped for deleted sheets', () => {
    const cellValue = { 0: { 0: null } }
    expect(onlyFormulas({ ...on, cellValue }, createWorkbook(), nowhere)).toEqual({
      ...on,
      cellValue: {},
    })
    expect(
      onlyFormulas({ ...on, subUnitId: 'gone', cellValue }, createWorkbook(), nowhere),
    ).toBeNull()
  })

  it('[SH53] are shown for no formula if none is reliable', () => {
    const error = { v: '#CALC!', t: 1 }
    expect(allTooMuch(createWorkbook())).toEqual([
      { ...on, cellValue: { 0: { 0: error }, 3: { 2: error } } },
    ])
  })
})
