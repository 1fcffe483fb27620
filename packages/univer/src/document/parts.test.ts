import { describe, expect, it } from 'vitest'
import { applyUpdate, Doc } from 'yjs'
import { joinSteps, SheetDocument, PART_CELLS, partsOf, type Operation } from './index.js'

const SHEET = 'sheet-1'
const COLUMNS = 26

/** Writes a table with a row number in each cell. */
function table(rows: number, content: (row: number) => string): Operation {
  const cellValue = Object.fromEntries(
    Array.from({ length: rows }, (_, row) => [
      row,
      Object.fromEntries(Array.from({ length: COLUMNS }, (__, at) => [at, { v: content(row) }])),
    ]),
  )
  return { type: 'set-range-values', sheet: SHEET, cellValue }
}

const cell = (row: number, v: string): Operation => ({
  type: 'set-range-values',
  sheet: SHEET,
  cellValue: { [row]: { 0: { v } } },
})

/** Somebody with a copy of the document. */
class Person {
  readonly doc = new Doc()
  readonly sheets = new SheetDocument(this.doc)
  readonly updates: Uint8Array[] = []

  constructor() {
    this.doc.on('update', (update: Uint8Array) => void this.updates.push(update))
  }

  texts(): string[] {
    const [sheet] = this.sheets.snapshot()
    return Object.values(sheet!.cells).map((row) => String(row[0]?.v))
  }

  undo(): void {
    this.sheets.undo()
    this.sheets.takeChanges()
  }
}

describe('a step that writes very many cells', () => {
  it('[SD54] is some transactions and a block each, and one step of undo', () => {
    const ann = new Person()
    ann.sheets.apply(cell(0, 'before'))
    ann.sheets.apply(table(500, (row) => `row ${row}`))
    expect(ann.updates).toHaveLength(1 + Math.ceil((500 * COLUMNS) / PART_CELLS))
    expect(ann.doc.getMap(`blocks:${SHEET}`).size).toBe(ann.updates.length - 1)
    expect(ann.sheets.steps).toEqual({ undos: 2, redos: 0 })
    ann.undo()
    expect(ann.texts()).toEqual(['before'])
    ann.sheets.redo()
    ann.sheets.takeChanges()
    expect(ann.texts()).toHaveLength(500)
    ann.undo()
    ann.undo()
    expect(ann.texts()).toEqual([])
  })

  it('[SD54 SD12] is a step of its own even if its first part changes nothing', () => {
    const ann = new Person()
    ann.sheets.apply(table(150, () => 'same'))
    ann.sheets.apply(table(500, () => 'same'))
    expect(ann.sheets.steps.undos).toBe(2)
    ann.undo()
    expect(ann.texts()).toHaveLength(150)
  })

  it('[SD54 SD12] doesn’t take what others write in a pause back with it', () => {
    const [ann, bob] = [new Person(), new Person()]
    const work = ann.sheets.applying([table(500, (row) => `row ${row}`)])
    work.next()
    bob.sheets.apply(cell(499, 'Bob’s'), cell(700, 'also Bob’s'))
    for (const update of bob.updates) applyUpdate(ann.doc, update)
    while (work.next().done !== true);
    ann.sheets.takeChanges()
    expect(ann.sheets.steps.undos).toBe(1)
    ann.undo()
    expect(ann.texts().at(-1)).toBe('also Bob’s')
  })

  it('[SD54] is cut between rows', () => {
    const steps = [cell(0, 'a'), table(500, (row) => `row ${row}`), cell(1, 'b')]
    const parts = partsOf(steps, PART_CELLS)
    const rows = parts.map((part) =>
      part.flatMap((step) => (step.type === 'set-range-values' ? Object.keys(step.cellValue) : [])),
    )
    expect(rows.flat()).toEqual(['0', ...Array.from({ length: 500 }, (_, row) => String(row)), '1'])
    expect(rows.map(({ length }) => length)).toEqual([193, 192, 117])
  })
})

describe('steps that the grid took one after the other', () => {
  const write = (sheet: string, row: number): Operation => ({
    type: 'set-range-values',
    sheet,
    cellValue: { [row]: { 0: { v: row } } },
  })

  it('[SH120] are one step if they write different rows of a sheet', () => {
    const cellValue = { 1: { 0: { v: 1 } }, 2: { 0: { v: 2 } } }
    expect(joinSteps(write('a', 1), write('a', 2))).toEqual({ ...write('a', 1), cellValue })
    expect(joinSteps(write('a', 1), write('a', 1))).toBeUndefined()
    expect(joinSteps(write('a', 1), write('b', 2))).toBeUndefined()
    expect(joinSteps(undefined, write('a', 2))).toBeUndefined()
  })
})
