import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { isNameText } from './a1.js'
import { SheetDocument, type Name, type Operation } from './index.js'
import { LIMITS } from './limits.js'
import { NameList } from './name-list.js'
import { meet, Person, smallWorkbook } from './simulation/office.js'

const SHEET = 'sheet-1'
const SALES: Name = {
  id: 'a',
  name: 'Sales',
  formula: "='Sheet 1'!$B$2:$B$4",
  sheet: null,
  comment: '',
}
const set = (...names: readonly Name[]): Operation => ({ type: 'set-names', names })
const write = (column: number, f: string): Operation => ({
  type: 'set-range-values',
  sheet: SHEET,
  cellValue: { 0: { [column]: { f } } },
})
const lines = { sheet: SHEET, axis: 'rows', count: 1 } as const

function two(): readonly [Person, Person] {
  const beginning = smallWorkbook()
  const [ann, bob] = [1, 2].map((id) => new Person(beginning, () => 0.1 * id, id, 3))
  return [ann!, bob!]
}

const namesOf = ({ grid }: Person): readonly Name[] => grid.names
const formulaIn = ({ grid }: Person, column: number) => grid.sheet(SHEET).cells[0]![column]!.f

describe('a name', () => {
  it('[SD56 SH155 SD12] is shown to everyone, moves with its cells, and is undone alone', () => {
    const [ann, bob] = two()
    ann.do(set({ ...SALES, comment: 'What came in' }))
    meet(ann, bob)
    expect(namesOf(bob)).toEqual([{ ...SALES, comment: 'What came in' }])
    expect(bob.doc.getMap('about').get('format')).toBe(7)
    bob.do({ ...lines, type: 'insert-lines', at: 2 })
    bob.do({ type: 'rename-sheet', sheet: SHEET, name: 'Plan' })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(namesOf(person)[0]!.formula).toBe('=Plan!$B$2:$B$5')
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(namesOf(person)).toEqual([])
    ann.sheets.redo()
    meet(ann, bob)
    expect(namesOf(bob)[0]!.formula).toBe('=Plan!$B$2:$B$5')
  })

  it('[SD56] merges what two people change of it', () => {
    const [ann, bob] = two()
    ann.do(set(SALES))
    meet(ann, bob)
    ann.do(set({ ...SALES, name: 'Revenue' }))
    bob.do(set({ ...SALES, formula: '=7' }))
    meet(ann, bob)
    for (const person of [ann, bob])
      expect(namesOf(person)).toEqual([{ ...SALES, name: 'Revenue', formula: '=7' }])
  })

  it('[SD56] that one deletes while another renames it is gone', () => {
    const [ann, bob] = two()
    ann.do(set(SALES))
    meet(ann, bob)
    ann.do(set())
    bob.do(set({ ...SALES, name: 'Revenue' }))
    meet(ann, bob)
    for (const person of [ann, bob]) expect(namesOf(person)).toEqual([])
  })

  it('[SH153] that two people make at once is two names, and each formula has its own', () => {
    const [ann, bob] = two()
    ann.do(set({ ...SALES, id: 'a', formula: '=1' }))
    ann.do(write(0, '=Sales+1'))
    bob.do(set({ ...SALES, id: 'b', name: 'SALES', formula: '=2' }))
    bob.do(write(1, '=Sales+2'))
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(namesOf(person).map(({ name }) => name)).toEqual(['Sales', 'SALES_2'])
      expect(formulaIn(person, 0)).toBe('=Sales+1')
      expect(formulaIn(person, 1)).toBe('=SALES_2+2')
    }
  })

  it('[SD57] in a formula is the same one when it is renamed at the same time, and a word when it is gone', () => {
    const [ann, bob] = two()
    ann.do(set(SALES))
    meet(ann, bob)
    ann.do(set({ ...SALES, name: 'Revenue' }))
    bob.do(write(0, '=SUM(sales)&"Sales"&\'Sales\'!A1&Sales(1)'))
    meet(ann, bob)
    for (const person of [ann, bob])
      expect(formulaIn(person, 0)).toBe('=SUM(Revenue)&"Sales"&\'Sales\'!A1&Sales(1)')
    bob.do(set())
    meet(ann, bob)
    for (const person of [ann, bob])
      expect(formulaIn(person, 0)).toBe('=SUM(sales)&"Sales"&\'Sales\'!A1&Sales(1)')
    expect(ann.doc.getMap('cells:sheet-1').get('0:0')).toEqual({
      f: ['=SUM(', '@a!sales', ')&"Sales"&\'Sales\'!A1&Sales(1)'],
    })
    bob.sheets.undo()
    meet(ann, bob)
    expect(formulaIn(ann, 0)).toContain('SUM(Revenue)')
  })

  it('[SD57] can have other names in it, and itself', () => {
    const [ann, bob] = two()
    const twice = { ...SALES, id: 'b', name: 'Twice', formula: '=Sales*2' }
    const self = { ...SALES, id: 'c', name: 'Self', formula: '=Self+1' }
    ann.do(set(SALES, twice, self))
    meet(ann, bob)
    bob.do(set({ ...SALES, name: 'Revenue' }, twice, self))
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(namesOf(person).map(({ formula }) => formula)).toEqual([
        SALES.formula,
        '=Revenue*2',
        '=Self+1',
      ])
    }
  })

  it('[SH153] of 255 letters that two people make at once is kept when somebody changes another one', () => {
    const [ann, bob] = two()
    const long = 'x'.repeat(255)
    ann.do(set({ ...SALES, id: 'a', name: long }))
    bob.do(set({ ...SALES, id: 'b', name: long }))
    meet(ann, bob)
    const shown = `${'x'.repeat(253)}_2`
    expect(namesOf(bob).map(({ name }) => name)).toEqual([long, shown])
    bob.do(set(...namesOf(bob), { ...SALES, id: 'c' }))
    meet(ann, bob)
    expect(namesOf(ann).map(({ name }) => name)).toEqual([long, shown, 'Sales'])
  })

  it('[SD56] of a sheet belongs to the workbook once that is gone', () => {
    const [ann, bob] = two()
    ann.do(set({ ...SALES, sheet: SHEET }))
    meet(ann, bob)
    expect(namesOf(bob)[0]!.sheet).toBe(SHEET)
    bob.do({ type: 'remove-sheet', sheet: SHEET })
    meet(ann, bob)
    expect(namesOf(ann)).toEqual([{ ...SALES, formula: '=#REF!' }])
    bob.sheets.undo()
    meet(ann, bob)
    expect(namesOf(ann)).toEqual([{ ...SALES, sheet: SHEET }])
  })
})

it('[SH168] what every object has is no id of a sheet', () => {
  for (const id of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const doc = new Y.Doc()
    doc.getMap('sheets').set(`${id}/at`, 'i0000iz')
    doc.getMap('sheets').set(`${id}/name`, 'Forged')
    const sheets = new SheetDocument(doc)
    expect(sheets.snapshot().map((sheet) => sheet.id)).toEqual(['sheet-1', 'sheet-2', 'sheet-3'])
  }
})

it.each(['constructor', 'toString', '__proto__'])('[SH220] %s is no id of a name', (id) => {
  const doc = new Y.Doc()
  doc.getMap('names').set(`${id}/name`, 'Forged')
  doc.getMap('names').set(`${id}/formula`, ['=7'])
  expect(new SheetDocument(doc).names).toEqual([])
  const [ann, bob] = two()
  ann.do(set({ ...SALES, id }, SALES))
  meet(ann, bob)
  expect(namesOf(bob)).toEqual([SALES])
})

describe('a name of another client', () => {
  const stored = (entries: { readonly [property: string]: unknown }) => {
    const doc = new Y.Doc()
    for (const [key, value] of Object.entries({ name: 'Sales', formula: ['=7'], ...entries }))
      doc.getMap('names').set(`a/${key}`, value)
    return new SheetDocument(doc).names
  }

  it('[SD56] is read as this client writes it, without what is unknown', () => {
    expect(stored({ comment: 'x', sheet: SHEET, more: 7 })).toEqual([
      { ...SALES, formula: '=7', sheet: SHEET, comment: 'x' },
    ])
    expect(stored({ comment: 7, sheet: 'none' })).toEqual([{ ...SALES, formula: '=7' }])
    expect(stored({ comment: 'x'.repeat(5_000) })[0]!.comment).toHaveLength(
      LIMITS.commentCharacters,
    )
  })

  it.each([
    ['a cell', { name: 'A1' }],
    ['another notation', { name: 'R1C1' }],
    ['a value', { name: 'true' }],
    ['a space', { name: 'My sales' }],
    ['300 characters', { name: 'x'.repeat(300) }],
    ['no text', { name: { toString: 7 } }],
    ['a formula as text', { formula: '=A1' }],
    ['a formula that isn’t one', { formula: [7] }],
    ['a prototype', { name: '__proto__', formula: undefined }],
  ])('[SH153 SD11] with %s doesn’t count, and stays', (_, entries) => {
    expect(stored(entries)).toEqual([])
  })

  it('[SH154] counts up to the most names', () => {
    const doc = new Y.Doc()
    for (let n = 0; n < LIMITS.names + 5; n++) {
      const id = `n${n.toString().padStart(4, '0')}`
      doc.getMap('names').set(`${id}/name`, `_${id}`)
      doc.getMap('names').set(`${id}/formula`, ['=7'])
    }
    const { names } = new SheetDocument(doc)
    expect(names).toHaveLength(LIMITS.names)
    expect(names.at(-1)!.name).toBe('_n0999')
  })

  it('[SH154] counts by its id, whatever the order in which a hundred thousand came', () => {
    const list = new NameList()
    const most = 100_000
    const idOf = (n: number) => `n${n.toString().padStart(6, '0')}`
    for (let n = most - 1; n >= 0; n--) {
      list.read(`${idOf(n)}/name`, n % 2 === 0 ? 'Same' : `_${n}`)
      list.read(`${idOf(n)}/formula`, ['=7'])
    }
    const names = list.inOrder
    expect(names.map(({ id }) => id)).toEqual(
      Array.from({ length: LIMITS.names }, (_, n) => idOf(n)),
    )
    expect(names.slice(0, 4).map(({ name }) => name)).toEqual(['Same', '_1', 'Same_2', '_3'])
    list.read(`${idOf(0)}/formula`, undefined)
    expect(list.inOrder[0]!.name).toBe('_1')
  })

  it('[SD57 SD11] in a formula is a word if there is no such name', () => {
    const doc = new Y.Doc()
    doc.getMap('cells:sheet-1').set('0:0', { f: ['=', '@none!Sales', '+', '@a!A1', ''] })
    expect(new SheetDocument(doc).snapshot()[0]!.cells[0]![0]).toEqual({ f: '=Sales+#REF!' })
  })
})

it('[SH153] names are words of any script that nothing else in a formula is', () => {
  for (const name of ['Sales', '销售额', '_x', 'a.b', 'Ümsatz_2', 'Tax2024x', 'ABCD1'])
    expect(isNameText(name), name).toBe(true)
  for (const name of [
    '',
    '1x',
    'a b',
    'A1',
    'xfd9',
    'r',
    'C',
    'R2C',
    'a-b',
    'a!b',
    '$a',
    'x\\y',
    '=a',
  ])
    expect(isNameText(name), name).toBe(false)
})
