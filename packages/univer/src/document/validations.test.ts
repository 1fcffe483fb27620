import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { readCheck } from './check.js'
import { SheetDocument, type Operation, type Validation } from './index.js'
import { LIMITS } from './limits.js'
import { meet, Person, smallWorkbook } from './simulation/office.js'

const SHEET = 'sheet-1'
const range = { startRow: 1, startColumn: 0, endRow: 4, endColumn: 2 }
const list = { type: 'list', formula1: 'yes,no', formula2: '#fff,#e11d48' } as const
const number = { type: 'decimal', operator: 'greaterThan', formula1: '5', errorStyle: 1 } as const
const validation = (id: string, more: Partial<Validation> = {}): Validation => ({
  id,
  ranges: [range],
  check: list,
  ...more,
})
const set = (...validations: readonly Validation[]): Operation => ({
  type: 'set-validations',
  sheet: SHEET,
  validations,
})
const write = (column: number, v: string): Operation => ({
  type: 'set-range-values',
  sheet: SHEET,
  cellValue: { 0: { [column]: { v } } },
})
const lines = { sheet: SHEET, axis: 'rows', count: 1 } as const
const at = (startRow: number, startColumn: number, endRow = startRow, endColumn = startColumn) => ({
  startRow,
  startColumn,
  endRow,
  endColumn,
})

function two(): readonly [Person, Person] {
  const beginning = smallWorkbook()
  const [ann, bob] = [1, 2].map((id) => new Person(beginning, () => 0.1 * id, id, 3))
  return [ann!, bob!]
}

const shownTo = ({ grid }: Person): readonly Validation[] => grid.sheet(SHEET).validations
const idsOf = (person: Person): string[] => shownTo(person).map(({ id }) => id)

describe('a data validation', () => {
  it('[SH123 SH127 SD12] is shown to everyone, moves with its lines, and is undone alone', () => {
    const [ann, bob] = two()
    ann.do(set(validation('a')))
    meet(ann, bob)
    expect(shownTo(bob)).toEqual([validation('a')])
    expect(bob.doc.getMap('about').get('format')).toBe(5)
    bob.do({ ...lines, type: 'insert-lines', at: 2 })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(shownTo(person)).toEqual([validation('a', { ranges: [{ ...range, endRow: 5 }] })])
    }
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(shownTo(person)).toEqual([])
    expect(ann.grid.sheet(SHEET).rows).toHaveLength(7)
    ann.sheets.redo()
    meet(ann, bob)
    expect(idsOf(bob)).toEqual(['a'])
  })

  it('[SH123 SH124] merges what two people change of it and beside it', () => {
    const [ann, bob] = two()
    ann.do(set(validation('a'), validation('b', { ranges: [at(0, 0)] })))
    meet(ann, bob)
    const moved = [at(0, 1, 4, 2)]
    ann.do(set(validation('a', { check: number }), validation('b', { ranges: [at(0, 0)] })))
    bob.do(
      set(
        validation('a', { ranges: moved }),
        validation('b', { ranges: [at(0, 0)] }),
        validation('n', { ranges: [at(5, 0)] }),
      ),
    )
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(shownTo(person)[0]).toEqual(validation('a', { check: number, ranges: moved }))
      expect(idsOf(person)).toEqual(['a', 'b', 'n'])
    }
  })

  it('[SH124] that one deletes while another changes it is gone', () => {
    for (const change of [{ check: number }, { ranges: [at(0, 0)] }]) {
      const [ann, bob] = two()
      ann.do(set(validation('a')))
      meet(ann, bob)
      ann.do(set())
      bob.do(set(validation('a', change)))
      meet(ann, bob)
      for (const person of [ann, bob]) expect(shownTo(person)).toEqual([])
    }
  })

  it('[SH124] has cells that the document moves, and not as the grid moved or divided it', () => {
    const [ann, bob] = two()
    ann.do(set(validation('a')))
    meet(ann, bob)
    const asUniver = validation('a', { ranges: [{ ...range, endRow: 9 }] })
    ann.do(
      { ...lines, type: 'insert-lines', at: 0 },
      {
        type: 'set-validations',
        sheet: SHEET,
        validations: [asUniver, validation('divided')],
        isAfterLines: true,
      },
    )
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(shownTo(person)).toEqual([validation('a', { ranges: [at(2, 0, 5, 2)] })])
    }
  })

  it('[SH125] has formulas that refer to the same cells when lines move and sheets are renamed', () => {
    const [ann, bob] = two()
    const check = { type: 'list', formula1: "='Sheet 2'!$B$3:$B$5" } as const
    ann.do(set(validation('a', { check })))
    bob.do(
      { ...lines, sheet: 'sheet-2', type: 'insert-lines', at: 0 },
      { type: 'rename-sheet', sheet: 'sheet-2', name: 'Plan' },
    )
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(shownTo(person)[0]!.check).toEqual({ ...check, formula1: '=Plan!$B$4:$B$6' })
    }
  })

  it('[SH125] has a formula for its first cell, also when that is deleted or goes elsewhere in a sort', () => {
    const [ann, bob] = two()
    const check = { type: 'custom', formula1: '=AND(A2>0,A2<$C$1,COUNT(A2:B2)=2)' } as const
    ann.do(set(validation('a', { check })))
    meet(ann, bob)
    const order = { 1: 4, 2: 3, 3: 2, 4: 1 }
    ann.do({ type: 'sort-rows', sheet: SHEET, order, first: 0, last: 2 })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(shownTo(person)).toEqual([validation('a', { check })])
    bob.do({ ...lines, type: 'remove-lines', at: 1 })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(shownTo(person)).toEqual([
        validation('a', { check, ranges: [{ ...range, endRow: 3 }] }),
      ])
    }
    bob.do({ ...lines, type: 'remove-lines', at: 0 })
    meet(ann, bob)
    const formula1 = '=AND(A1>0,A1<#REF!,COUNT(A1:B1)=2)'
    expect(shownTo(ann)[0]!.check).toEqual({ ...check, formula1 })
  })

  it('[SH123] goes with its sheet, and when nothing of its cells is left', () => {
    const [ann, bob] = two()
    ann.do(set(validation('a', { ranges: [at(1, 0), at(4, 0)] })))
    meet(ann, bob)
    bob.do({ ...lines, type: 'remove-lines', at: 1 })
    meet(ann, bob)
    expect(shownTo(ann)[0]!.ranges).toEqual([at(3, 0)])
    bob.do({ ...lines, type: 'remove-lines', at: 3 })
    meet(ann, bob)
    expect(shownTo(ann)).toEqual([])
    bob.sheets.undo()
    meet(ann, bob)
    expect(idsOf(ann)).toEqual(['a'])
    ann.do({ type: 'remove-sheet', sheet: SHEET })
    expect(ann.doc.getMap(`validations:${SHEET}`).size).toBe(0)
  })
})

describe('a value that a data validation refuses', () => {
  it('[SH129] is taken back for good, over nothing that others wrote since', () => {
    const [ann, bob] = two()
    ann.do(write(0, 'right'))
    meet(ann, bob)
    ann.do(write(0, 'wrong'))
    meet(ann, bob)
    bob.do(write(1, 'of Bob'))
    meet(ann, bob)
    ann.sheets.takeBack()
    meet(ann, bob)
    expect(bob.grid.sheet(SHEET).cells[0]!.slice(0, 2)).toEqual([{ v: 'right' }, { v: 'of Bob' }])
    expect(ann.sheets.steps).toEqual({ undos: 1, redos: 0 })
  })
})

describe('a data validation of another client', () => {
  const stored = (check: unknown, ranges: unknown = ['1:0..4:2'], place: unknown = 'k') => {
    const doc = new Y.Doc()
    const entries = doc.getMap(`validations:${SHEET}`)
    for (const [key, value] of Object.entries({ check, ranges, at: place })) {
      entries.set(`a/${key}`, value)
    }
    return new SheetDocument(doc).snapshot()[0]!.validations
  }

  it('[SH125] is read as this client writes it', () => {
    const all = {
      ...number,
      allowBlank: false,
      showErrorMessage: true,
      error: 'Not that',
      renderMode: 2,
      bizInfo: { showTime: true },
    } as const
    expect(stored({ ...all, more: 'than known' })).toEqual([validation('a', { check: all })])
  })

  it.each([
    ['a text', 'text'],
    ['no kind', { formula1: 'a,b' }],
    ['an unknown kind', { type: 'constructor' }],
    ['no values', { type: 'list' }],
    ['a formula as text', { type: 'custom', formula1: '=A1' }],
    ['a formula that isn’t one', { type: 'custom', formula1: [7] }],
    ['too much text', { type: 'list', formula1: 'x'.repeat(LIMITS.ruleCharacters) }],
  ])('[SH125 SD11] with %s is ignored', (_, check) => {
    expect(stored(check)).toEqual([])
  })

  it('[SH125 SD11] loses fields that can’t be shown', () => {
    const wrong = { operator: 'x', formula2: 'url("x")', error: 7, errorStyle: 3, renderMode: 'x' }
    expect(readCheck({ ...list, ...wrong }, (value) => value)).toEqual({
      type: 'list',
      formula1: 'yes,no',
    })
  })

  it('[SH126] counts only up to the most validations, ranges and cells, the last ones first', () => {
    const doc = new Y.Doc()
    doc.getMap('sheets').set('sheet-1/rows', LIMITS.rows)
    const entries = doc.getMap(`validations:${SHEET}`)
    const add = (id: string, place: string, ...cells: string[]) => {
      entries.set(`${id}/at`, place)
      entries.set(`${id}/ranges`, cells)
      entries.set(`${id}/check`, list)
    }
    add('fits', 'a1', '0:0..49999:0')
    add('too-much', 'a2', '0:0..59999:0')
    add('last', 'a3', '0:0..99999:0', '0:1..49999:1')
    const ids = () => new SheetDocument(doc).snapshot()[0]!.validations.map(({ id }) => id)
    expect(ids()).toEqual(['fits', 'last'])
    // Each of these ranges is one cell, and counts as 200.
    const places = Array.from({ length: 100 }, (_, row) => `${row}:3..${row}:3`)
    const more = ['r1', 'r2', 'r3', 'r4', 'r5']
    for (const id of more) add(id, `b${id}`, ...places)
    expect(ids()).toEqual(['too-much', ...more])
    for (let each = 0; each < LIMITS.validations; each++) add(`c${each}`, `c${each}i`, '0:4..0:4')
    expect(ids()).toHaveLength(LIMITS.validations)
  })
})
