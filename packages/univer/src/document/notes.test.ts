import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { SheetDocument, type Operation } from './index.js'
import { LIMITS } from './limits.js'
import { partsOf } from './parts.js'
import { meet, Person, smallWorkbook } from './simulation/office.js'

const SHEET = 'sheet-1'
const set = (row: number, column: number, note: string | null, sheet = SHEET): Operation => ({
  type: 'set-notes',
  sheet,
  notes: { [row]: { [column]: note } },
})
const write = (row: number, column: number, v: string): Operation => ({
  type: 'set-range-values',
  sheet: SHEET,
  cellValue: { [row]: { [column]: { v } } },
})
const rows = { sheet: SHEET, axis: 'rows' } as const

function two(): readonly [Person, Person] {
  const beginning = smallWorkbook()
  const [ann, bob] = [1, 2].map((id) => new Person(beginning, () => 0.1 * id, id, 3))
  return [ann!, bob!]
}

/** Returns the notes as the document has them, once the grid is known to have the same. */
function notesOf({ sheets, grid }: Person, sheet = SHEET): object {
  const notes = sheets.attached.notesOf(sheet)
  const inGrid = grid
    .sheet(sheet)
    .notes.map((row, at) =>
      row.map((note, column) => [note, sheets.attached.noteAt(sheet, at, column) ?? ''] as const),
    )
  for (const [shown, expected] of inGrid.flat()) expect(shown).toBe(expected)
  return notes
}

describe('a note', () => {
  it('[SH142 SH144 SD12] is shown to everyone, goes with its cell, and is undone alone', () => {
    const [ann, bob] = two()
    ann.do(set(1, 2, 'why?'))
    meet(ann, bob)
    expect(notesOf(bob)).toEqual({ 1: { 2: 'why?' } })
    expect(bob.doc.getMap('about').get('format')).toBe(6)
    bob.do({ ...rows, type: 'insert-lines', at: 0, count: 2 })
    bob.do({ sheet: SHEET, axis: 'columns', type: 'move-lines', from: 2, count: 1, to: 0 })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(notesOf(person)).toEqual({ 3: { 0: 'why?' } })
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(notesOf(person)).toEqual({})
    expect(ann.grid.sheet(SHEET).rows).toHaveLength(8)
    ann.sheets.redo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(notesOf(person)).toEqual({ 3: { 0: 'why?' } })
  })

  it('[SH142] merges with the content of its cell, and with notes of other cells', () => {
    const [ann, bob] = two()
    ann.do(set(0, 0, 'by Ann'))
    bob.do(set(0, 1, 'by Bob'), write(0, 0, 'text'))
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(notesOf(person)).toEqual({ 0: { 0: 'by Ann', 1: 'by Bob' } })
      expect(person.grid.sheet(SHEET).cells[0]![0]).toEqual({ v: 'text' })
    }
    bob.do(set(0, 0, null))
    meet(ann, bob)
    for (const person of [ann, bob]) expect(notesOf(person)).toEqual({ 0: { 1: 'by Bob' } })
  })

  it('[SH143] is gone with its row, and back with it', () => {
    const [ann, bob] = two()
    ann.do(set(2, 0, 'first'), set(4, 0, 'last'))
    meet(ann, bob)
    bob.do({ ...rows, type: 'remove-lines', at: 2, count: 1 })
    expect(bob.doc.getMap('notes:sheet-1').size).toBe(1)
    meet(ann, bob)
    for (const person of [ann, bob]) expect(notesOf(person)).toEqual({ 3: { 0: 'last' } })
    bob.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob])
      expect(notesOf(person)).toEqual({ 2: { 0: 'first' }, 4: { 0: 'last' } })
  })

  it('[SH143] is gone with its sheet', () => {
    const [ann, bob] = two()
    ann.do(set(2, 0, 'first'), { type: 'remove-sheet', sheet: SHEET })
    meet(ann, bob)
    expect(bob.doc.getMap('notes:sheet-1').size).toBe(0)
  })

  it('[SH142 SF1] goes with its row when rows are sorted, by anybody', () => {
    const [ann, bob] = two()
    ann.do(write(0, 0, 'b'), write(1, 0, 'a'), set(0, 3, 'of b'))
    meet(ann, bob)
    bob.do({ type: 'sort-rows', sheet: SHEET, order: { 0: 1, 1: 0 }, first: 0, last: 0 })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(notesOf(person)).toEqual({ 1: { 3: 'of b' } })
  })

  it('[SH143] goes with cells that are cut and pasted, and with those that are sorted beside others', () => {
    const [ann, bob] = two()
    ann.do(set(0, 0, 'moved'), set(1, 1, 'too'), set(3, 2, 'covered'), set(0, 2, 'stays'))
    const cells = { startRow: 0, startColumn: 0, endRow: 1, endColumn: 1 }
    ann.do({ type: 'carry', sheet: SHEET, cells, to: { sheet: SHEET, row: 2, column: 1 } })
    meet(ann, bob)
    const notes = { 0: { 2: 'stays' }, 2: { 1: 'moved' }, 3: { 2: 'too' } }
    for (const person of [ann, bob]) expect(notesOf(person)).toEqual(notes)
    bob.do({
      type: 'carry',
      sheet: SHEET,
      cells: { startRow: 2, startColumn: 1, endRow: 3, endColumn: 1 },
      to: { sheet: SHEET, row: 2, column: 1 },
      order: { 2: 3, 3: 2 },
    })
    bob.do({ type: 'carry', sheet: SHEET, cells, to: { sheet: 'sheet-2', row: 0, column: 0 } })
    meet(ann, bob)
    for (const person of [ann, bob])
      expect(notesOf(person)).toEqual({ 0: { 2: 'stays' }, 3: { 1: 'moved', 2: 'too' } })
  })

  it('[SH143] goes to another sheet with cells that are cut', () => {
    const [ann, bob] = two()
    ann.do(set(1, 1, 'moved'))
    const cells = { startRow: 1, startColumn: 1, endRow: 1, endColumn: 1 }
    ann.do({ type: 'carry', sheet: SHEET, cells, to: { sheet: 'sheet-2', row: 0, column: 0 } })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(notesOf(person)).toEqual({})
      expect(notesOf(person, 'sheet-2')).toEqual({ 0: { 0: 'moved' } })
    }
  })
})

describe('a note of a stranger', () => {
  const doc = (entries: { readonly [key: string]: unknown }): Y.Doc => {
    const made = new Y.Doc()
    for (const [key, value] of Object.entries(entries)) made.getMap('notes:sheet-1').set(key, value)
    return made
  }
  const read = (entries: { readonly [key: string]: unknown }) =>
    new SheetDocument(doc(entries)).attached.notesOf(SHEET)

  it('[SH142 SD11] is cut if it is too long, and ignored if it isn’t a text or isn’t in a cell', () => {
    const long = 'x'.repeat(1_000_000)
    const notes = read({
      '0:0': long,
      '0:1': 7,
      '0:2': null,
      '0:3': '',
      '0:4': { note: 'x' },
      'x:y': 'nowhere',
      '1:0': 'text\uD800',
    }) as Record<number, Record<number, string>>
    expect(Object.keys(notes[0]!)).toEqual(['0'])
    expect(notes[0]![0]).toHaveLength(LIMITS.noteCharacters)
    expect(notes[0]![0]!.endsWith('x…')).toBe(true)
    expect(notes[1]).toEqual({ 0: 'text\uFFFD' })
  })

  it('[SH142] is found at once among 100,000', () => {
    const made = new Y.Doc()
    const entries = made.getMap('notes:sheet-1')
    made.transact(() => {
      for (let row = 0; row < 1_000; row++) {
        for (let column = 0; column < 100; column++) entries.set(`${row}:${column}`, `${row}`)
      }
      made.getMap('sheets').set('sheet-1/columns', 100)
    })
    const sheets = new SheetDocument(made)
    let found = 0
    for (let n = 0; n < 100_000; n++)
      if (sheets.attached.noteAt(SHEET, n % 1_000, n % 100) === `${n % 1_000}`) found += 1
    expect(found).toBe(100_000)
  })
})

it('[SH142 SD54] many notes are written in parts, which are one step', () => {
  const notes = Object.fromEntries(
    Array.from({ length: 100 }, (_, row) => [
      row,
      { 0: 'x'.repeat(LIMITS.noteCharacters), 1: 'y' },
    ]),
  )
  const step: Operation = { type: 'set-notes', sheet: SHEET, notes }
  expect(partsOf([step], 5_000).length).toBeGreaterThan(10)
  const doc = new Y.Doc()
  const sheets = new SheetDocument(doc)
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  sheets.apply(step)
  expect(Math.max(...updates.map(({ length }) => length))).toBeLessThan(192 * 1_024)
  expect(sheets.attached.notesOf(SHEET)).toEqual(notes)
  sheets.undo()
  sheets.takeChanges()
  expect(sheets.attached.notesOf(SHEET)).toEqual({})
})
