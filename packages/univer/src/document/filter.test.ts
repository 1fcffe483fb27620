import { describe, expect, it } from 'vitest'
import { Random } from '../../../../test/simulation/random.js'
import { readCriterion, type Criterion, type Filter } from './criterion.js'
import type { Operation } from './index.js'
import { LIMITS } from './limits.js'
import { meet, Person, smallWorkbook } from './simulation/office.js'

const SHEET = 'sheet-1'
const range = { startRow: 1, startColumn: 0, endRow: 4, endColumn: 2 }
const onlyA: Criterion = { filters: { filters: ['a'] } }
const above5: Criterion = {
  customFilters: { customFilters: [{ operator: 'greaterThan', val: 5 }] },
}

function two(): [Person, Person] {
  const chance = new Random(1)
  const people = [1, 2].map((id) => new Person(smallWorkbook(), () => chance.next(), id, 100))
  return people as [Person, Person]
}

const set = (filter: Filter | null): Operation => ({ type: 'set-filter', sheet: SHEET, filter })
const filterIn = ({ grid }: Person): Filter | null => grid.sheet(SHEET).filter
const lines = { sheet: SHEET, at: 0, count: 1 } as const

describe('a filter', () => {
  it('[SF4 SF5 SD12] is shown to everyone, moves with its lines, and is undone alone', () => {
    const [ann, bob] = two()
    ann.do(set({ range, criteria: { 1: onlyA } }))
    meet(ann, bob)
    expect(filterIn(bob)).toEqual({ range, criteria: { 1: onlyA } })
    expect(bob.doc.getMap('about').get('format')).toBe(3)
    bob.do(
      { ...lines, type: 'insert-lines', axis: 'rows' },
      { ...lines, type: 'insert-lines', axis: 'columns' },
    )
    meet(ann, bob)
    const moved = {
      range: { startRow: 2, startColumn: 1, endRow: 5, endColumn: 3 },
      criteria: { 2: onlyA },
    }
    for (const person of [ann, bob]) expect(filterIn(person)).toEqual(moved)
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(filterIn(person)).toBeNull()
    expect(ann.grid.sheet(SHEET).columns).toHaveLength(5)
  })

  it('[SF5] merges the criteria of two people, and loses one with its column', () => {
    const [ann, bob] = two()
    ann.do(set({ range, criteria: {} }))
    meet(ann, bob)
    ann.do(set({ range, criteria: { 0: onlyA } }))
    bob.do(set({ range, criteria: { 1: above5 } }))
    meet(ann, bob)
    expect(filterIn(ann)).toEqual({ range, criteria: { 0: onlyA, 1: above5 } })
    bob.do({ ...lines, type: 'remove-lines', axis: 'columns' })
    meet(ann, bob)
    const left = { range: { ...range, endColumn: 1 }, criteria: { 0: above5 } }
    for (const person of [ann, bob]) expect(filterIn(person)).toEqual(left)
    ann.do(set(null), set({ range, criteria: {} }))
    meet(ann, bob)
    expect(filterIn(bob)).toEqual({ range, criteria: {} })
  })

  it('[SF2 SF5] keeps its place in a sort', () => {
    const [ann, bob] = two()
    ann.do(set({ range, criteria: { 0: onlyA } }))
    ann.do({ type: 'sort-rows', sheet: SHEET, order: { 2: 4, 3: 3, 4: 2 }, first: 0, last: 2 })
    meet(ann, bob)
    for (const person of [ann, bob])
      expect(filterIn(person)).toEqual({ range, criteria: { 0: onlyA } })
  })

  it.each([
    'text',
    {},
    { filters: ['a'] },
    { filters: { filters: [1] } },
    { customFilters: { customFilters: [] } },
    { customFilters: { customFilters: [{ operator: '<', val: 1 }] } },
    { customFilters: { customFilters: [{ val: {} }] } },
    { colorFilters: { cellFillColors: 'red' } },
    { filters: { filters: ['x'.repeat(LIMITS.criterionCharacters)] } },
  ])('[SF6 SD11] ignores a criterion of another form: %o', (criterion) => {
    expect(readCriterion(criterion)).toBeUndefined()
    const [ann] = two()
    ann.do(set({ range, criteria: {} }))
    ann.doc.getMap(`filters:${SHEET}`).set('1/criterion', criterion)
    expect(ann.take()).toEqual([])
  })

  it('[SF6] has at most 200 criteria', () => {
    const [ann] = two()
    ann.do({ type: 'insert-lines', sheet: SHEET, axis: 'columns', at: 4, count: 300 })
    const criteria = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [at, onlyA]))
    ann.do(set({ range: { ...range, endColumn: 299 }, criteria }))
    expect(Object.keys(filterIn(ann)!.criteria)).toHaveLength(200)
  })
})
