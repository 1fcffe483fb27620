import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { readEffect } from './effect.js'
import { SheetDocument, type Operation, type Rule } from './index.js'
import { LIMITS } from './limits.js'
import { meet, Person, smallWorkbook } from './simulation/office.js'

const SHEET = 'sheet-1'
const range = { startRow: 1, startColumn: 0, endRow: 4, endColumn: 2 }
const highlight = { type: 'highlightCell', style: { bg: { rgb: '#e11d48' } } } as const
const above5 = { ...highlight, subType: 'number', operator: 'greaterThan', value: 5 } as const
const double = { ...highlight, subType: 'duplicateValues' } as const
const rule = (id: string, more: Partial<Rule> = {}): Rule => ({
  id,
  ranges: [range],
  stopIfTrue: false,
  effect: above5,
  ...more,
})
const set = (...rules: readonly Rule[]): Operation => ({ type: 'set-rules', sheet: SHEET, rules })
const lines = { sheet: SHEET, axis: 'rows', count: 1 } as const

function two(): readonly [Person, Person] {
  const beginning = smallWorkbook()
  const [ann, bob] = [1, 2].map((id) => new Person(beginning, () => 0.1 * id, id, 3))
  return [ann!, bob!]
}

const rulesIn = ({ grid }: Person): readonly Rule[] => grid.sheet(SHEET).rules
const idsIn = (person: Person): string[] => rulesIn(person).map(({ id }) => id)

it.each(['constructor', 'toString', '__proto__'])('[SH220] %s is no id of a rule', (id) => {
  const [ann, bob] = two()
  ann.do(set(rule('a')))
  const stored = ann.doc.getMap(`rules:${SHEET}`)
  for (const [key, value] of Object.entries(stored.toJSON()))
    stored.set(key.replace('a/', `${id}/`), value)
  meet(ann, bob)
  expect(idsIn(bob)).toEqual(['a'])
})

describe('a conditional format', () => {
  it('[SF20 SF24 SD12] is shown to everyone, moves with its lines, and is undone alone', () => {
    const [ann, bob] = two()
    ann.do(set(rule('a')))
    meet(ann, bob)
    expect(rulesIn(bob)).toEqual([rule('a')])
    expect(bob.doc.getMap('about').get('format')).toBe(4)
    bob.do({ ...lines, type: 'insert-lines', at: 2 })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(rulesIn(person)).toEqual([rule('a', { ranges: [{ ...range, endRow: 5 }] })])
    }
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(rulesIn(person)).toEqual([])
    expect(ann.grid.sheet(SHEET).rows).toHaveLength(7)
    ann.sheets.redo()
    meet(ann, bob)
    expect(idsIn(bob)).toEqual(['a'])
  })

  it('[SF20 SF21] merges what two people change of it and beside it', () => {
    const [ann, bob] = two()
    ann.do(set(rule('a'), rule('b')))
    meet(ann, bob)
    const moved = { ...range, startRow: 0 }
    ann.do(set(rule('n'), rule('a', { effect: double }), rule('b')))
    bob.do(set(rule('b'), rule('a', { ranges: [moved], stopIfTrue: false })))
    meet(ann, bob)
    const merged = rule('a', { effect: double, ranges: [moved] })
    for (const person of [ann, bob]) {
      expect(rulesIn(person).find(({ id }) => id === 'a')).toEqual(merged)
      expect(idsIn(person).toSorted()).toEqual(['a', 'b', 'n'])
      expect(idsIn(person).indexOf('b')).toBeLessThan(idsIn(person).indexOf('a'))
    }
    expect(idsIn(ann)).toEqual(idsIn(bob))
  })

  it('[SF21] that one deletes while another changes it is gone', () => {
    for (const change of [{ effect: double }, { ranges: [{ ...range, startRow: 0 }] }]) {
      const [ann, bob] = two()
      ann.do(set(rule('a')))
      meet(ann, bob)
      ann.do(set())
      bob.do(set(rule('a', change)))
      meet(ann, bob)
      for (const person of [ann, bob]) expect(rulesIn(person)).toEqual([])
    }
  })

  it('[SF21] has cells that the document moves, and not as the grid moved them', () => {
    const [ann, bob] = two()
    ann.do(set(rule('a')))
    meet(ann, bob)
    // Univer takes a row that is inserted right after a range for its last one, or not.
    const asUniver = rule('a', { ranges: [{ ...range, endRow: 5 }] })
    ann.do(
      { ...lines, type: 'insert-lines', at: 5 },
      { type: 'set-rules', sheet: SHEET, rules: [rule('n'), asUniver], isAfterLines: true },
    )
    bob.do(set(rule('a', { ranges: [{ ...range, startRow: 0 }] })))
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(rulesIn(person)).toEqual([
        rule('n'),
        rule('a', { ranges: [{ ...range, startRow: 0 }] }),
      ])
    }
  })

  it('[SF22] has formulas that refer to the same cells when lines move and sheets are renamed', () => {
    const [ann, bob] = two()
    const formula = { ...highlight, subType: 'formula', value: "=A2>'Sheet 2'!$B$3" } as const
    ann.do(set(rule('a', { effect: formula })))
    bob.do(
      { ...lines, type: 'insert-lines', at: 0 },
      { ...lines, sheet: 'sheet-2', type: 'insert-lines', at: 0 },
      { type: 'rename-sheet', sheet: 'sheet-2', name: 'Plan' },
    )
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(rulesIn(person)[0]!.effect).toEqual({ ...formula, value: '=A3>Plan!$B$4' })
    }
  })

  it('[SF20] goes with its sheet, and when nothing of its cells is left', () => {
    const [ann, bob] = two()
    ann.do(
      set(
        rule('a', {
          ranges: [
            { ...range, endRow: 1 },
            { ...range, startRow: 4 },
          ],
        }),
      ),
    )
    meet(ann, bob)
    bob.do({ ...lines, type: 'remove-lines', at: 1 })
    meet(ann, bob)
    expect(rulesIn(ann)[0]!.ranges).toEqual([{ ...range, startRow: 3, endRow: 3 }])
    bob.do({ ...lines, type: 'remove-lines', at: 3 })
    meet(ann, bob)
    expect(rulesIn(ann)).toEqual([])
    bob.sheets.undo()
    meet(ann, bob)
    expect(idsIn(ann)).toEqual(['a'])
    ann.do({ type: 'remove-sheet', sheet: SHEET })
    expect(ann.doc.getMap(`rules:${SHEET}`).size).toBe(0)
  })
})

describe('a conditional format of another client', () => {
  const stored = (effect: unknown, ranges: unknown = ['1:0..4:2'], at: unknown = 'k') => {
    const doc = new Y.Doc()
    const entries = doc.getMap(`rules:${SHEET}`)
    for (const [key, value] of Object.entries({ effect, ranges, at })) {
      entries.set(`a/${key}`, value)
    }
    return new SheetDocument(doc).snapshot()[0]!.rules
  }
  const bound = { type: 'min' }

  it('[SF22] is read as this client writes it', () => {
    expect(stored({ ...above5, stop: true, more: 'than known' })).toEqual([
      rule('a', { stopIfTrue: true }),
    ])
  })

  it.each([
    ['a text', 'text'],
    ['no kind', { ...highlight }],
    ['a formula as text', { ...highlight, subType: 'formula', value: '=A1' }],
    ['no style', { ...above5, style: 'red' }],
    ['an operator that isn’t one', { ...above5, operator: 'constructor' }],
    ['one number of two', { ...above5, operator: 'between', value: [1] }],
    ['no number', { ...above5, value: {} }],
    ['a name of a color', { type: 'colorScale', config: [{}, { color: 'url(x)', value: bound }] }],
    [
      'an icon that isn’t there',
      {
        type: 'iconSet',
        config: ['3Arrows', '__proto__'].map((iconType) => ({
          operator: 'greaterThan',
          iconType,
          iconId: '0',
          value: bound,
        })),
      },
    ],
    ['a bar without an end', { type: 'dataBar', config: { min: bound, positiveColor: '#fff' } }],
    ['too much text', { ...above5, subType: 'text', value: 'x'.repeat(LIMITS.ruleCharacters) }],
  ])('[SF22 SD11] with %s is ignored', (_, effect) => {
    expect(stored(effect)).toEqual([])
    expect(readEffect(effect, () => undefined)).toBeUndefined()
  })

  it.each([
    ['1:0..4:2'],
    [[7]],
    [['x']],
    [[]],
    [Array.from({ length: LIMITS.rangesOfRule + 1 }, () => '1:0')],
  ])('[SF20 SD11] with the cells %o is ignored', (ranges) => {
    expect(stored(above5, ranges)).toEqual([])
  })

  it('[SF20 SD11] without a place is ignored', () => {
    expect(stored(above5, ['1:0'], '')).toEqual([])
  })

  it('[SF23] counts only up to the most rules and cells', () => {
    const doc = new Y.Doc()
    doc.getMap('sheets').set('sheet-1/rows', LIMITS.rows)
    const entries = doc.getMap(`rules:${SHEET}`)
    const add = (id: string, at: string, cells: string) => {
      entries.set(`${id}/at`, at)
      entries.set(`${id}/ranges`, [cells])
      entries.set(`${id}/effect`, above5)
    }
    add('first', 'a1', '0:0..99999:5')
    add('too-much', 'a2', '0:0..99999:4')
    add('fits', 'a3', '0:0..99999:3')
    const ids = () => new SheetDocument(doc).snapshot()[0]!.rules.map(({ id }) => id)
    expect(ids()).toEqual(['first', 'fits'])
    for (let at = 0; at < LIMITS.rules; at++) add(`r${at}`, `b${at}i`, '0:0..0:0')
    entries.delete('too-much/at')
    entries.delete('fits/at')
    expect(ids()).toHaveLength(LIMITS.rules)
  })
})
