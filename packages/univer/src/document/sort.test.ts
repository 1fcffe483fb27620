import { describe, expect, it } from 'vitest'
import { Random } from '../../../../test/simulation/random.js'
import type { Operation } from './index.js'
import { exchange, Person, smallWorkbook } from './simulation/office.js'

const SHEET = 'sheet-1'

/** Two people with the names of a list in the first column of its six rows, and a number beside each. */
function two(...names: readonly string[]): [Person, Person] {
  const chance = new Random(1)
  const people = [1, 2].map((id) => new Person(smallWorkbook(), () => chance.next(), id, 100))
  const [ann, bob] = people as [Person, Person]
  for (const [row, name] of names.entries()) {
    ann.do(write(row, 0, { v: name }), write(row, 1, { v: row + 1 }))
  }
  meet(ann, bob)
  return [ann, bob]
}

function meet(one: Person, other: Person): void {
  exchange(one, other)
  one.take()
  other.take()
}

const write = (
  row: number,
  column: number,
  cell: { v?: string | number; f?: string },
): Operation => ({
  type: 'set-range-values',
  sheet: SHEET,
  cellValue: { [row]: { [column]: cell } },
})

/** Sorts all rows, given by their positions before. */
const sort = (...rows: readonly number[]): Operation => ({
  type: 'sort-rows',
  sheet: SHEET,
  order: Object.fromEntries(rows.entries()),
  first: 0,
  last: 1,
})

const namesIn = ({ grid }: Person): unknown[] =>
  grid.sheet(SHEET).cells.map(([name]) => name!.v ?? name!.f)

const cellIn = ({ grid }: Person, row: number, column: number) =>
  grid.sheet(SHEET).cells[row]![column]

const format = ({ doc }: Person): unknown => doc.getMap('about').get('format')

describe('a sort', () => {
  it('[SF1 SF4 SD12] moves rows for everyone, and is one step of undo', () => {
    const [ann, bob] = two('c', 'a', 'b', 'f', 'e', 'd')
    expect(format(ann)).toBeUndefined()
    ann.do(sort(1, 2, 0, 5, 4, 3))
    meet(ann, bob)
    for (const person of [ann, bob]) expect(namesIn(person)).toEqual([...'abcdef'])
    expect(format(bob)).toBe(3)
    bob.do(write(0, 2, { v: 'from Bob' }))
    meet(ann, bob)
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(namesIn(person)).toEqual([...'cabfed'])
      expect(cellIn(person, 1, 2)).toEqual({ v: 'from Bob' })
    }
    expect(format(ann)).toBe(3)
  })

  it('[SF1] keeps what others write meanwhile in its row, and rows that they insert in the table', () => {
    const [ann, bob] = two('c', 'a', 'b', 'f', 'e', 'd')
    ann.do(sort(1, 2, 0, 5, 4, 3))
    bob.do(write(3, 1, { v: 66 }), {
      type: 'insert-lines',
      sheet: SHEET,
      axis: 'rows',
      at: 2,
      count: 1,
    })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      const names = namesIn(person)
      expect(names.filter((name) => name !== undefined)).toEqual([...'abcdef'])
      expect(names.indexOf(undefined)).toBe(2)
      expect(cellIn(person, names.indexOf('f'), 1)).toEqual({ v: 66 })
    }
  })

  it('[SF1] made by two people at the same time, applies as one of theirs', () => {
    const [ann, bob] = two('c', 'a', 'b', 'f', 'e', 'd')
    ann.do(sort(1, 2, 0, 5, 4, 3))
    meet(ann, bob)
    // Some rows of each sort stay where they are.
    ann.do(sort(0, 1, 2, 5, 4, 3))
    bob.do(sort(2, 1, 0, 3, 4, 5))
    meet(ann, bob)
    expect([[...'abcfed'], [...'cbadef']]).toContainEqual(namesIn(ann))
    expect(namesIn(bob)).toEqual(namesIn(ann))
  })

  it('[SF1] goes on from two sorts of different rows, of which some share a place', () => {
    const [ann, bob] = two('c', 'a', 'b', 'f', 'e', 'd')
    const swap = (one: number, other: number): Operation => ({
      type: 'sort-rows',
      sheet: SHEET,
      order: { [one]: other, [other]: one },
      first: 0,
      last: 1,
    })
    ann.do(swap(0, 1))
    bob.do(swap(1, 2))
    meet(ann, bob)
    expect(namesIn(bob)).toEqual(namesIn(ann))
    const names = namesIn(ann)
    ann.do(sort(...[...'efabcd'].map((name) => names.indexOf(name))))
    meet(ann, bob)
    for (const person of [ann, bob]) expect(namesIn(person)).toEqual([...'efabcd'])
  })

  it('[SF2 SF3] leaves ranges where they are, and moves references to one row or cell with it', () => {
    const [ann, bob] = two('c', 'a', 'b', 'f', 'e', 'd')
    ann.do(write(0, 2, { f: '=SUM(B1:B5)' }), write(5, 2, { f: '=SUM(A6:B6)&B6&$B$1' }), {
      type: 'set-merges',
      sheet: SHEET,
      merges: [{ startRow: 1, startColumn: 3, endRow: 2, endColumn: 3 }],
    })
    ann.do(sort(1, 2, 0, 5, 4, 3))
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(cellIn(person, 2, 2)).toEqual({ f: '=SUM(B1:B5)' })
      expect(cellIn(person, 3, 2)).toEqual({ f: '=SUM(A4:B4)&B4&$B$3' })
      expect(person.grid.sheet(SHEET).merges).toMatchObject([{ startRow: 1, endRow: 2 }])
    }
  })

  it('[SF2 SD33] gives the ends of later ranges the places that rows have by then', () => {
    const [ann, bob] = two('c', 'a', 'b', 'f', 'e', 'd')
    ann.do(sort(1, 2, 0, 5, 4, 3))
    ann.do({ type: 'move-lines', sheet: SHEET, axis: 'rows', from: 0, count: 1, to: 6 })
    ann.do(write(5, 2, { f: '=SUM(B1:B6)' }), write(4, 2, { f: '=SUM(B2:B3)' }))
    meet(ann, bob)
    expect(namesIn(bob)).toEqual([...'bcdefa'])
    expect(cellIn(bob, 5, 2)).toEqual({ f: '=SUM(B1:B6)' })
    expect(cellIn(bob, 4, 2)).toEqual({ f: '=SUM(B2:B3)' })
    bob.do(sort(5, 0, 1, 2, 3, 4))
    meet(ann, bob)
    expect(cellIn(ann, 0, 2)).toEqual({ f: '=SUM(B1:B6)' })
    expect(cellIn(ann, 5, 2)).toEqual({ f: '=SUM(B2:B3)' })
  })

  it('[SF1 SD9] is one step in the grids of others, with heights and hidden rows', () => {
    const chance = new Random(1)
    const beginning = smallWorkbook()
    const [ann, bob] = [1, 2].map((id) => new Person(beginning, () => chance.next(), id, 100)) as [
      Person,
      Person,
    ]
    for (const person of [ann, bob])
      person.do({ type: 'insert-lines', sheet: SHEET, axis: 'rows', at: 6, count: 100 })
    meet(ann, bob)
    const length = ann.grid.sheet(SHEET).rows.length
    ann.do(
      { type: 'set-sizes', sheet: SHEET, axis: 'rows', sizes: { 0: 50 } },
      { type: 'set-hidden', sheet: SHEET, axis: 'rows', hidden: { 1: true } },
      write(0, 0, { v: 'first' }),
    )
    meet(ann, bob)
    ann.do(sort(...Array.from({ length }, (_, at) => length - 1 - at)))
    exchange(ann, bob)
    expect(bob.take().map(({ type }) => type)).toEqual(['sort-rows', 'set-sizes', 'set-hidden'])
    for (const { grid } of [ann, bob]) {
      const { rows, cells } = grid.sheet(SHEET)
      expect(rows.at(-1)).toEqual({ size: 50, isHidden: false })
      expect(rows.at(-2)).toEqual({ size: null, isHidden: true })
      expect(cells.at(-1)![0]).toEqual({ v: 'first' })
    }
  })
})
