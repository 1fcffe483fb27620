import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { SheetDocument, type CellWrite, type Operation } from './index.js'
import { Grid } from './simulation/grid.js'

const SHEET = 'sheet-1'

/** Returns a document with three sheets of 60 x 12. */
function smallWorkbook(): Y.Doc {
  const beginning = new Y.Doc()
  beginning.clientID = 1
  for (const sheet of ['sheet-1', 'sheet-2', 'sheet-3']) {
    beginning.getMap('sheets').set(`${sheet}/rows`, 60)
    beginning.getMap('sheets').set(`${sheet}/columns`, 12)
  }
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(beginning))
  return doc
}

/** A person with a copy of the document and a grid; `others` get every update at once. */
class Person {
  readonly doc = smallWorkbook()
  readonly sheets = new SheetDocument(this.doc)
  readonly grid = new Grid(this.sheets.snapshot())

  do(...steps: readonly Operation[]): Operation[] {
    this.grid.apply(steps)
    const followUps = this.sheets.apply(...steps)
    this.grid.apply(followUps)
    return followUps
  }

  take(): Operation[] {
    const steps = this.sheets.takeChanges()
    this.grid.apply(steps)
    return steps
  }

  write(row: number, column: number, cell: CellWrite | null, sheet = SHEET): Operation[] {
    return this.do({ type: 'set-range-values', sheet, cellValue: { [row]: { [column]: cell } } })
  }

  at(row: number, column: number, sheet = SHEET) {
    return this.grid.sheet(sheet).cells[row]?.[column]
  }
}

const rows = { sheet: SHEET, axis: 'rows' } as const
const columns = { sheet: SHEET, axis: 'columns' } as const

/** Synchronizes everyone, and shows the changes in their grids. */
function meet(...people: readonly Person[]): Operation[][] {
  for (const one of people) {
    for (const other of people) {
      Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(one.doc, Y.encodeStateVector(other.doc)))
    }
  }
  return people.map((person) => person.take())
}

function two(): [Person, Person] {
  return [new Person(), new Person()]
}

describe('the layout', () => {
  it('[SD1 SD30 SD3 SH91] an empty document has three sheets of 1000 x 26', () => {
    const doc = new Y.Doc()
    const grid = new Grid(new SheetDocument(doc).snapshot())
    expect(grid.sheets.map(({ id, name }) => [id, name])).toEqual([
      ['sheet-1', 'Sheet 1'],
      ['sheet-2', 'Sheet 2'],
      ['sheet-3', 'Sheet 3'],
    ])
    expect(grid.sheets.map((sheet) => [sheet.rows.length, sheet.columns.length])).toEqual(
      Array.from({ length: 3 }, () => [1_000, 26]),
    )
    expect(Y.encodeStateAsUpdate(doc).length).toBeLessThan(10)
  })

  it('[SD1 SD6 SD35] the document’s content is as the rules say', () => {
    const person = new Person()
    person.write(4, 3, { v: '7', t: 4 })
    person.write(4, 2, { v: 7, t: 2, s: { bl: 1, fs: 11 } })
    person.write(5, 2, { f: "=SUM(C5,'Sheet 2'!$A:$A)", v: 7 })
    expect(person.doc.getMap('cells:sheet-1').toJSON()).toEqual({
      '4:2': { v: 7 },
      '4:3': { v: '7', t: 4 },
      '5:2': { f: ['=SUM(', '4:2', ',', 'sheet-2!*:$0..*:$0', ')'] },
    })
    expect(person.doc.getMap('styles:sheet-1').toJSON()).toEqual({ '4:2': { bl: 1 } })
  })

  it('[SD2 SD31] two sheets that are added with the same name get different ones', () => {
    const [one, other] = two()
    const sheet = { type: 'insert-sheet', index: 1, name: 'Plan', rows: 5, columns: 5 } as const
    one.do({ ...sheet, sheet: 'a' })
    other.do({ ...sheet, sheet: 'b', index: 0, name: 'PLAN' })
    meet(one, other)
    const names = ['PLAN (2)', 'Sheet 1', 'Plan', 'Sheet 2', 'Sheet 3']
    expect(one.grid.sheets.map(({ name }) => name)).toEqual(names)
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD30] the last sheet stays, even when two people delete the last two', () => {
    const [one, other] = two()
    one.do({ type: 'remove-sheet', sheet: 'sheet-3' })
    meet(one, other)
    one.do({ type: 'remove-sheet', sheet: 'sheet-1' })
    other.do({ type: 'remove-sheet', sheet: 'sheet-2' })
    meet(one, other)
    expect(one.grid.sheets.map(({ id }) => id)).toEqual(['sheet-1'])
    expect(one.do({ type: 'remove-sheet', sheet: 'sheet-1' })).toMatchObject([
      { type: 'insert-sheet', sheet: 'sheet-1' },
    ])
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD3] two people who each delete one half of the rows leave one row', () => {
    const [one, other] = two()
    one.do({ ...rows, type: 'remove-lines', at: 0, count: 30 })
    other.do({ ...rows, type: 'remove-lines', at: 30, count: 30 })
    meet(one, other)
    expect(one.grid.sheet(SHEET).rows).toHaveLength(1)
    one.write(0, 0, { v: 'still here' })
    meet(one, other)
    expect(other.at(0, 0)).toEqual({ v: 'still here' })
  })

  it('[SD33] a row that two people move exists once, and keeps what both wrote', () => {
    const [one, other] = two()
    one.write(3, 0, { v: 'here' })
    meet(one, other)
    one.do({ ...rows, type: 'move-lines', from: 3, count: 1, to: 10 })
    other.do({ ...rows, type: 'move-lines', from: 3, count: 1, to: 20 })
    other.write(19, 1, { v: 'beside' })
    meet(one, other)
    const found = one.grid.sheet(SHEET).cells.filter(([cell]) => cell?.v === 'here')
    expect(found.map(([, beside]) => beside)).toEqual([{ v: 'beside' }])
    expect(one.grid.sheet(SHEET).rows).toHaveLength(60)
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD5 SD34] a row that is deleted and moved is deleted', () => {
    const [one, other] = two()
    one.write(3, 0, { v: 'here' })
    meet(one, other)
    one.do({ ...rows, type: 'remove-lines', at: 3, count: 1 })
    other.do({ ...rows, type: 'move-lines', from: 3, count: 1, to: 20 })
    meet(one, other)
    expect(one.grid.sheet(SHEET).rows).toHaveLength(59)
    expect(one.doc.getMap('cells:sheet-1').size).toBe(0)
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD7] a value and a style that are written at the same time both stay', () => {
    const [one, other] = two()
    one.write(0, 0, { v: 1, t: 2 })
    meet(one, other)
    one.write(0, 0, { v: 2, t: 2 })
    other.write(0, 0, { s: { bl: 1 } })
    meet(one, other)
    expect(one.at(0, 0)).toEqual({ v: 2, s: { bl: 1 } })
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD7] the style that a paste adds to everything is dropped', () => {
    const person = new Person()
    const pasted = {
      ff: 'Arial',
      fs: 11,
      it: 0,
      cl: { rgb: '#000000' },
      bd: null,
      bg: { rgb: '#fff' },
    }
    person.write(0, 0, { v: 1, s: pasted })
    person.write(0, 1, { v: 1, s: { ...pasted, bl: 1 } })
    expect(person.doc.getMap('styles:sheet-1').toJSON()).toEqual({ '0:1': { bl: 1 } })
  })
})

describe('formulas', () => {
  it('[SD8] a formula follows what it points at through concurrent inserts and moves', () => {
    const [one, other] = two()
    one.write(1, 1, { v: 5, t: 2 })
    meet(one, other)
    one.write(0, 5, { f: "=B2*10+'Sheet 1'!$B$2", v: null })
    other.do({ ...rows, type: 'insert-lines', at: 0, count: 2 })
    other.do({ ...columns, type: 'insert-lines', at: 1, count: 1 })
    other.do({ ...rows, type: 'move-lines', from: 3, count: 1, to: 8 })
    meet(one, other)
    expect(one.at(2, 6)).toEqual({ f: "=C8*10+'Sheet 1'!$C$8" })
    expect(one.at(7, 2)).toEqual({ v: 5 })
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD8 SD36] a range grows with what is inserted in it, shrinks when an end goes, and dies with the last row', () => {
    const person = new Person()
    const formula = () => person.grid.sheet(SHEET).cells.at(-1)?.[5]?.f
    person.write(59, 5, { f: '=SUM(A2:B4,A3,C:D,2:4)', v: null })
    person.do({ ...rows, type: 'insert-lines', at: 2, count: 2 })
    expect(formula()).toBe('=SUM(A2:B6,A5,C:D,2:6)')
    person.do({ ...rows, type: 'remove-lines', at: 5, count: 1 })
    expect(formula()).toBe('=SUM(A2:B5,A5,C:D,2:5)')
    person.do({ ...rows, type: 'remove-lines', at: 1, count: 1 })
    expect(formula()).toBe('=SUM(A2:B4,A4,C:D,2:4)')
    person.do({ ...columns, type: 'remove-lines', at: 3, count: 1 })
    expect(person.grid.sheet(SHEET).cells.at(-1)?.[4]?.f).toBe('=SUM(A2:B4,A4,C:C,2:4)')
    person.do({ ...rows, type: 'remove-lines', at: 1, count: 3 })
    expect(person.grid.sheet(SHEET).cells.at(-1)?.[4]?.f).toBe('=SUM(#REF!,#REF!,C:C,#REF!)')
  })

  it('[SD8] undo of a deletion brings back what a formula pointed at, on every side', () => {
    const [one, other] = two()
    one.write(1, 1, { v: 5 })
    one.write(0, 0, { f: '=B2', v: null })
    one.do({ ...rows, type: 'remove-lines', at: 1, count: 1 })
    meet(one, other)
    expect(other.at(0, 0)).toEqual({ f: '=#REF!' })
    expect(one.sheets.undo()).toBe(true)
    meet(one, other)
    expect(other.at(0, 0)).toEqual({ f: '=B2' })
    expect(other.at(1, 1)).toEqual({ v: 5 })
    expect(one.grid).toEqual(other.grid)
  })

  it('[SD8] a grid that rewrites formulas by itself writes nothing', () => {
    const person = new Person()
    person.write(0, 0, { f: '=B2', v: null })
    person.do({ ...rows, type: 'insert-lines', at: 1, count: 1 })
    const before = Y.encodeStateVector(person.doc)
    person.write(0, 0, { f: '=B3', v: 1 })
    expect(Y.encodeStateVector(person.doc)).toEqual(before)
    person.do({ ...rows, type: 'remove-lines', at: 2, count: 1 })
    person.write(0, 0, { f: '=#REF!', v: null })
    person.sheets.undo()
    person.take()
    expect(person.at(0, 0)).toEqual({ f: '=B3' })
  })

  it('[SD36] a sheet that is renamed is renamed in formulas, and one that is deleted is #REF!', () => {
    const [one, other] = two()
    one.write(0, 0, { f: '=Sheet9!A1+SUM(sheet_2!A1:B2)', v: null })
    expect(one.at(0, 0)?.f).toBe('=Sheet9!A1+SUM(sheet_2!A1:B2)')
    one.do({ type: 'rename-sheet', sheet: 'sheet-2', name: "It's" })
    one.write(0, 0, { f: "=SUM('It''s'!A1:$B2)", v: null })
    meet(one, other)
    other.do({ type: 'rename-sheet', sheet: 'sheet-2', name: 'Plan' })
    meet(one, other)
    expect(one.at(0, 0)?.f).toBe('=SUM(Plan!A1:$B2)')
    other.do({ type: 'remove-sheet', sheet: 'sheet-2' })
    meet(one, other)
    expect(one.at(0, 0)?.f).toBe('=SUM(#REF!)')
  })

  it('[SD8] a reference beyond the last row stays beyond it', () => {
    const person = new Person()
    person.write(0, 0, { f: '=SUM(B2:B2000)', v: null })
    person.do({ ...rows, type: 'insert-lines', at: 50, count: 1 })
    expect(person.at(0, 0)?.f).toBe('=SUM(B2:B2001)')
  })
})

describe('from the document to the grid', () => {
  it('[SD9] many cells written by others arrive as one step', () => {
    const [one, other] = two()
    for (let row = 0; row < 50; row++) one.write(row, row % 7, { v: row, t: 2 })
    const [, steps] = meet(one, other)
    expect(steps).toHaveLength(1)
    expect(steps?.[0]).toMatchObject({ type: 'set-range-values', sheet: SHEET })
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD9] positions are those of the grid, however late changes are taken', () => {
    const [one, other] = two()
    one.do({ ...rows, type: 'insert-lines', at: 0, count: 3 })
    Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(one.doc))
    other.write(5, 0, { v: 'sixth' })
    expect(other.take()).toEqual([{ ...rows, type: 'insert-lines', at: 0, count: 3 }])
    expect(other.at(8, 0)).toEqual({ v: 'sixth' })
  })

  it('[SD9] a held cell stays until it is released', () => {
    const [one, other] = two()
    other.write(0, 0, { v: 'mine' })
    meet(one, other)
    const key = other.sheets.cellKeyAt(SHEET, 0, 0)!
    other.sheets.hold({ sheet: SHEET, key })
    one.write(0, 0, { v: 'theirs' })
    one.do({ ...rows, type: 'insert-lines', at: 0, count: 1 })
    expect(meet(one, other)[1]).toEqual([{ ...rows, type: 'insert-lines', at: 0, count: 1 }])
    expect(other.at(1, 0)).toEqual({ v: 'mine' })
    let calls = 0
    other.sheets.subscribe(() => calls++)
    other.sheets.hold(null)
    expect(calls).toBe(1)
    other.take()
    expect(other.at(1, 0)).toEqual({ v: 'theirs' })
  })

  it('[SD9 SD37] sizes, hiding, merges and frozen panes move with their rows and columns', () => {
    const [one, other] = two()
    one.do({ ...rows, type: 'set-sizes', sizes: { 4: 50 } })
    one.do({ ...columns, type: 'set-hidden', hidden: { 2: true } })
    one.do({
      type: 'set-merges',
      sheet: SHEET,
      merges: [{ startRow: 3, startColumn: 0, endRow: 5, endColumn: 1 }],
    })
    one.do({ type: 'set-frozen', sheet: SHEET, rows: 2, columns: 1 })
    meet(one, other)
    other.do({ ...rows, type: 'insert-lines', at: 1, count: 1 })
    other.do({ ...columns, type: 'insert-lines', at: 0, count: 1 })
    other.do({ ...rows, type: 'remove-lines', at: 6, count: 1 })
    meet(one, other)
    const sheet = one.grid.sheet(SHEET)
    expect(sheet.rows[5]?.size).toBe(50)
    expect(sheet.columns[3]?.isHidden).toBe(true)
    expect(sheet.merges).toEqual([{ startRow: 4, startColumn: 1, endRow: 5, endColumn: 2 }])
    expect(sheet.frozen).toEqual({ rows: 3, columns: 2 })
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD10] of two overlapping merges everyone keeps the same one, and a new one replaces it', () => {
    const [one, other] = two()
    const range = { startRow: 0, startColumn: 0, endRow: 1, endColumn: 1 }
    const across = { startRow: 1, startColumn: 1, endRow: 2, endColumn: 2 }
    one.do({ type: 'set-merges', sheet: SHEET, merges: [range] })
    other.do({ type: 'set-merges', sheet: SHEET, merges: [across] })
    meet(one, other)
    expect(one.grid.sheet(SHEET).merges).toEqual([range])
    expect(other.grid).toEqual(one.grid)
    one.do({ type: 'set-merges', sheet: SHEET, merges: [] })
    expect(one.doc.getMap('merges:sheet-1').size).toBe(0)
  })

  it('[SD14] a key finds its cell wherever it moved, and nothing once it is deleted', () => {
    const [one, other] = two()
    const key = one.sheets.cellKeyAt(SHEET, 4, 2)!
    other.do({ ...rows, type: 'insert-lines', at: 0, count: 2 })
    other.do({ ...columns, type: 'move-lines', from: 2, count: 1, to: 0 })
    meet(one, other)
    expect(one.sheets.positionOf(SHEET, key)).toEqual({ row: 6, column: 0 })
    expect(one.sheets.cellKeyAt(SHEET, 6, 0)).toBe(key)
    other.do({ ...rows, type: 'remove-lines', at: 6, count: 1 })
    meet(one, other)
    expect(one.sheets.positionOf(SHEET, key)).toBeUndefined()
    for (const wrong of ['', ':', 'a:b', '1:2:3', '__proto__:0', '-1:0', '0:99999999']) {
      expect(one.sheets.positionOf(SHEET, wrong)).toBeUndefined()
    }
    expect(one.sheets.positionOf('nowhere', key)).toBeUndefined()
    expect(one.sheets.cellKeyAt(SHEET, 5_000, 0)).toBeUndefined()
  })
})

describe('content that depends on the positions of lines', () => {
  it('[SD8 SD10] is returned as a grid should show it, whoever moved the lines', () => {
    const [one, other] = [new Person(), new Person()]
    one.write(2, 0, { f: '=A2&B5', v: null })
    one.do({
      type: 'set-merges',
      sheet: SHEET,
      merges: [{ startRow: 4, startColumn: 4, endRow: 5, endColumn: 5 }],
    })
    one.do({ type: 'set-frozen', sheet: SHEET, rows: 3, columns: 1 })
    meet(one, other)
    other.do({ ...rows, type: 'insert-lines', at: 1, count: 2 })
    const expected = {
      id: SHEET,
      merges: [{ startRow: 6, startColumn: 4, endRow: 7, endColumn: 5 }],
      frozen: { rows: 5, columns: 1 },
      rules: [],
      validations: [],
      formulas: [{ row: 4, column: 0, f: '=A4&B7' }],
    }
    expect(other.sheets.derived()[0]).toEqual(expected)
    expect(one.sheets.derived()[0]).not.toEqual(expected)
    meet(one, other)
    expect(one.sheets.derived()[0]).toEqual(expected)
  })
})

describe('undo', () => {
  it('[SD12] tells how many steps can be undone and redone', () => {
    const [one, other] = [new Person(), new Person()]
    expect(one.sheets.steps).toEqual({ undos: 0, redos: 0 })
    one.write(0, 0, { v: 1 })
    one.write(0, 1, { v: 2 })
    other.write(0, 2, { v: 3 })
    meet(one, other)
    expect(one.sheets.steps).toEqual({ undos: 2, redos: 0 })
    one.sheets.undo()
    expect(one.sheets.steps).toEqual({ undos: 1, redos: 1 })
    one.write(0, 0, { v: 4 })
    expect(one.sheets.steps).toEqual({ undos: 2, redos: 0 })
  })

  it('[SD12] counts no step that changes nothing', () => {
    const person = new Person()
    expect(person.sheets.undo()).toBe(false)
    expect(person.sheets.steps).toEqual({ undos: 0, redos: 0 })
  })

  const operations: Operation[] = [
    { type: 'set-range-values', sheet: SHEET, cellValue: { 0: { 0: { v: 2 } }, 1: { 1: null } } },
    { type: 'set-range-values', sheet: SHEET, cellValue: { 5: { 0: { f: '=A1', s: { bl: 1 } } } } },
    { ...rows, type: 'insert-lines', at: 1, count: 2 },
    { ...rows, type: 'remove-lines', at: 1, count: 2 },
    { ...rows, type: 'move-lines', from: 1, count: 2, to: 9 },
    { ...columns, type: 'insert-lines', at: 1, count: 2 },
    { ...columns, type: 'remove-lines', at: 0, count: 2 },
    { ...columns, type: 'move-lines', from: 1, count: 2, to: 9 },
    { ...rows, type: 'set-sizes', sizes: { 1: 60, 3: null } },
    { ...columns, type: 'set-hidden', hidden: { 1: true } },
    {
      type: 'set-merges',
      sheet: SHEET,
      merges: [{ startRow: 7, startColumn: 1, endRow: 8, endColumn: 2 }],
    },
    { type: 'set-frozen', sheet: SHEET, rows: 2, columns: 1 },
    { type: 'insert-sheet', sheet: 'new', index: 1, name: 'New', rows: 10, columns: 3 },
    { type: 'remove-sheet', sheet: SHEET },
    { type: 'rename-sheet', sheet: SHEET, name: 'Other' },
    { type: 'move-sheet', sheet: SHEET, index: 2 },
  ]

  it.each(operations)('[SD12] undoes and redoes: $type $axis', (operation) => {
    const [one, other] = two()
    other.do({
      type: 'set-range-values',
      sheet: SHEET,
      cellValue: { 0: { 0: { v: 1, s: { bl: 1 } } }, 1: { 1: { v: 'b' } }, 3: { 3: { f: '=B2' } } },
    })
    other.do({ ...rows, type: 'set-sizes', sizes: { 3: 40 } })
    meet(one, other)
    const before = structuredClone(one.grid.sheets)
    one.do(operation)
    const after = structuredClone(one.grid.sheets)
    expect(after).not.toEqual(before)
    expect(one.sheets.undo()).toBe(true)
    meet(one, other)
    expect(one.grid.sheets).toEqual(before)
    expect(other.grid).toEqual(one.grid)
    expect(one.sheets.undo()).toBe(false)
    expect(one.sheets.redo()).toBe(true)
    meet(one, other)
    expect(one.grid.sheets).toEqual(after)
    expect(other.grid).toEqual(one.grid)
  })

  it("[SD12] keeps what others wrote, and never undoes another person's step", () => {
    const [one, other] = two()
    one.write(0, 0, { v: 'mine' })
    one.write(1, 0, { v: 'mine too' })
    meet(one, other)
    other.write(1, 0, { v: 'theirs' })
    meet(one, other)
    one.sheets.undo()
    one.sheets.undo()
    expect(one.sheets.undo()).toBe(false)
    meet(one, other)
    expect(one.at(0, 0)).toEqual({})
    expect(one.at(1, 0)).toEqual({ v: 'theirs' })
  })

  it('[SD12] a restored row includes what others did in it meanwhile', () => {
    const [one, other] = two()
    one.do({ ...rows, type: 'insert-lines', at: 2, count: 1 })
    meet(one, other)
    one.sheets.undo()
    one.take()
    other.write(2, 0, { v: 'theirs', s: { bl: 1 } })
    other.do({ ...rows, type: 'set-sizes', sizes: { 2: 70 } })
    other.do({ ...rows, type: 'set-hidden', hidden: { 2: true } })
    meet(one, other)
    expect(one.grid.sheet(SHEET).rows).toHaveLength(60)
    one.sheets.redo()
    meet(one, other)
    expect(one.at(2, 0)).toEqual({ v: 'theirs', s: { bl: 1 } })
    expect(one.grid.sheet(SHEET).rows[2]).toEqual({ size: 70, isHidden: true })
    expect(other.grid).toEqual(one.grid)
  })

  it('[SD12] several steps of the grid that belong together are undone together', () => {
    const person = new Person()
    const before = structuredClone(person.grid.sheets)
    person.do(
      { ...rows, type: 'insert-lines', at: 2, count: 1 },
      { type: 'set-range-values', sheet: SHEET, cellValue: { 2: { 0: { v: 'new' } } } },
      { ...rows, type: 'set-sizes', sizes: { 2: 80 } },
    )
    expect(person.at(2, 0)).toEqual({ v: 'new' })
    person.sheets.undo()
    person.take()
    expect(person.grid.sheets).toEqual(before)
  })
})

describe('the version of the format', () => {
  const setFormat = ({ doc }: Person, format: unknown) => doc.getMap('about').set('format', format)

  it('[SD21 PG30] is not written into a document that is only read', () => {
    const empty = new Y.Doc()
    const sheets = new SheetDocument(empty)
    expect(sheets.snapshot()).toHaveLength(3)
    sheets.takeChanges()
    sheets.takeUnseen()
    expect(empty.store.clients.size).toBe(0)
    const anns = new Person()
    anns.write(0, 0, { v: 'x' })
    expect(anns.doc.getMap('about').size).toBe(0)
    setFormat(anns, 1)
    expect(anns.sheets.isKnown).toBe(true)
  })

  it.each([9, 99, 'x', null])(
    '[SD22 SD23] %s: nothing is read or written any more, and all is there afterwards',
    (format) => {
      const [anns, bobs] = [new Person(), new Person()]
      anns.write(0, 0, { v: 'of Ann' })
      meet(anns, bobs)
      bobs.write(1, 0, { v: 'of Bob' })
      setFormat(bobs, format)
      expect(meet(bobs, anns)[1]).toEqual([])
      expect(anns.sheets.isKnown).toBe(false)
      const before = Y.encodeStateAsUpdate(anns.doc)
      anns.sheets.apply({
        type: 'set-range-values',
        sheet: SHEET,
        cellValue: { 2: { 0: { v: 'x' } } },
      })
      expect([anns.sheets.undo(), anns.sheets.redo()]).toEqual([false, false])
      expect(anns.sheets.steps).toEqual({ undos: 0, redos: 0 })
      expect(Y.encodeStateAsUpdate(anns.doc)).toEqual(before)
      setFormat(bobs, 1)
      meet(bobs, anns)
      expect(anns.at(1, 0)).toMatchObject({ v: 'of Bob' })
      expect(anns.sheets.undo()).toBe(true)
      anns.take()
      expect(anns.at(0, 0)).toEqual({})
    },
  )

  it('[SD22] text whose cell others deleted is not removed meanwhile', () => {
    const [anns, bobs] = [new Person(), new Person()]
    anns.write(3, 0, { v: 'of Ann' })
    bobs.do({ type: 'remove-lines', ...rows, at: 3, count: 1 })
    meet(anns, bobs)
    setFormat(anns, 9)
    expect(anns.sheets.takeUnseen()).toEqual([])
    setFormat(anns, 1)
    expect(anns.sheets.takeUnseen()).toEqual([['of Ann']])
  })

  it('[SD23] earlier changes of the grid can still be written at that moment', () => {
    const anns = new Person()
    let stops = 0
    anns.sheets.whenStopping(() => {
      stops += 1
      anns.write(0, 0, { v: 'done before' })
    })
    setFormat(anns, 99)
    setFormat(anns, 98)
    expect(stops).toBe(1)
    expect(anns.doc.getMap(`cells:${SHEET}`).get('0:0')).toEqual({ v: 'done before' })
  })
})

describe('opening', () => {
  it.each([
    ['blocks', undefined],
    ['entries', Infinity],
  ])('[SH138] a large sheet of %s pauses, and misses nothing of that time', (_, blockFrom) => {
    const doc = smallWorkbook()
    doc.getMap('sheets').set(`${SHEET}/rows`, 1_000)
    const writer = new SheetDocument(doc, Math.random, blockFrom)
    const line = Object.fromEntries(Array.from({ length: 12 }, (__, column) => [column, { v: 1 }]))
    const cellValue = Object.fromEntries(Array.from({ length: 1_000 }, (__, row) => [row, line]))
    writer.apply({ type: 'set-range-values', sheet: SHEET, cellValue })
    const opening = SheetDocument.opening(doc)
    let pauses = 0
    let result = opening.next()
    for (; result.done !== true; result = opening.next()) {
      const written = { [pauses]: { 0: { v: `in pause ${pauses}` } } }
      writer.apply({ type: 'set-range-values', sheet: SHEET, cellValue: written })
      pauses += 1
    }
    expect(pauses).toBeGreaterThan(2)
    const opened = result.value
    const grid = new Grid(opened.snapshot())
    grid.apply(opened.takeChanges())
    expect(grid.sheet(SHEET).cells).toEqual(new Grid(writer.snapshot()).sheet(SHEET).cells)
  })
})
