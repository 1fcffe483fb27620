import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { Random } from '../../../../test/simulation/random.js'
import { SheetDocument, type Operation } from '../document/index.js'
import { meet, Person, smallWorkbook } from '../document/simulation/office.js'
import { CHART_LIMITS, type Chart } from './chart.js'
import { compareCharts } from './compare.js'
import {
  chartsOf,
  entriesOf,
  entriesOfCopy,
  entriesToFront,
  entriesWithout,
  type ChartChange,
} from './chart-list.js'

const SHEET = 'sheet-1'
const range = { startRow: 1, startColumn: 0, endRow: 3, endColumn: 2 }
const FIRST: ChartChange = {
  kind: 'column',
  range: { sheet: SHEET, range },
  place: { row: 1, column: 1, x: 8, y: 4 },
}

function two(): readonly [Person, Person] {
  const beginning = smallWorkbook()
  const [ann, bob] = [1, 2].map((id) => {
    const chance = new Random(id)
    return new Person(beginning, () => chance.next(), id, 3)
  })
  return [ann!, bob!]
}

const change = ({ sheets }: Person, what: ChartChange, id = 'c1', sheet = SHEET): Operation => ({
  type: 'set-charts',
  sheet,
  charts: entriesOf(id, what, sheet, sheets.attached)!,
})
const remove = ({ doc }: Person, id = 'c1'): Operation => ({
  type: 'set-charts',
  sheet: SHEET,
  charts: entriesWithout(id, SHEET, doc),
})
const chartsIn = ({ sheets }: Person, sheet = SHEET): Chart[] => chartsOf(sheets.attached, sheet)
const first = (person: Person): Chart => chartsIn(person)[0]!
const rows = { sheet: SHEET, axis: 'rows' } as const

describe('a chart', () => {
  it('[SD67 SD70 SD71 SD12] is shown to everyone, is undone alone, and needs no version of the format', () => {
    const [ann, bob] = two()
    ann.do(change(ann, { ...FIRST, title: 'Sales', by: 'rows', color: [1, 'red'] }))
    meet(ann, bob)
    expect(chartsIn(bob)).toEqual([
      {
        id: 'c1',
        kind: 'column',
        range: { sheet: SHEET, range },
        place: { row: 1, column: 1, x: 8, y: 4 },
        size: { width: 480, height: 300 },
        front: 0,
        title: 'Sales',
        legend: 'bottom',
        by: 'rows',
        isStacked: false,
        colors: new Map([[1, 'red']]),
      },
    ])
    expect(bob.doc.getMap('about').get('format')).toBeUndefined()
    bob.do({ ...rows, type: 'insert-lines', at: 6, count: 2 })
    meet(ann, bob)
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(chartsIn(person)).toEqual([])
    expect(ann.grid.sheet(SHEET).rows).toHaveLength(8)
    ann.sheets.redo()
    meet(ann, bob)
    expect(first(bob).title).toBe('Sales')
  })

  it('[SD69] merges what two people change of it', () => {
    const [ann, bob] = two()
    ann.do(change(ann, FIRST))
    meet(ann, bob)
    ann.do(change(ann, { title: 'Sales', color: [0, 'red'] }))
    bob.do(change(bob, { kind: 'pie', size: { width: 300, height: 200 }, color: [1, 'pink'] }))
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(first(person)).toMatchObject({ title: 'Sales', kind: 'pie', size: { width: 300 } })
      expect(first(person).colors).toEqual(
        new Map([
          [0, 'red'],
          [1, 'pink'],
        ]),
      )
    }
  })

  it('[SD69] is deleted by who deletes it, whatever others change of it meanwhile, until that is undone', () => {
    const [ann, bob] = two()
    ann.do(change(ann, FIRST))
    meet(ann, bob)
    ann.do(remove(ann))
    bob.do(change(bob, { title: 'Sales', kind: 'line' }))
    meet(ann, bob)
    for (const person of [ann, bob]) expect(chartsIn(person)).toEqual([])
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(chartsIn(person)).toHaveLength(1)
  })

  it('[SD72] is deleted by who deletes it, even if others write all of it, until that is undone', () => {
    const [ann, bob] = two()
    ann.do(change(ann, FIRST))
    meet(ann, bob)
    bob.do(change(bob, { kind: 'pie' }))
    expect(bob.doc.getMap(`charts:${SHEET}`).get('c1/kind')).toBe('column')
    meet(ann, bob)
    expect(first(ann).kind).toBe('pie')
    ann.do(remove(ann))
    const place = { row: 4, column: 2, x: 0, y: 0 }
    bob.do(change(bob, { ...FIRST, kind: 'line', place }))
    meet(ann, bob)
    for (const person of [ann, bob]) expect(chartsIn(person)).toEqual([])
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(first(person)).toMatchObject({ kind: 'line', place })
  })

  it('[SD73] takes what is left of others with it once that is much, and returns it with itself', () => {
    const [ann, bob] = two()
    ann.do(change(ann, FIRST))
    meet(ann, bob)
    const part = bob.doc.getMap(`charts:${SHEET}`)
    bob.doc.transact(() => {
      for (let at = 0; at < 300; at++) part.set(`gone${at}/title`, 'Sales')
    })
    meet(ann, bob)
    ann.do(remove(ann))
    meet(ann, bob)
    expect(part.size).toBe(0)
    ann.sheets.undo()
    expect(first(ann).kind).toBe('column')
  })

  it.each([1e9, 1e9 + 1, 0.5, Number.MAX_VALUE, -1, '7'])(
    '[SD74 SD75] is brought to the front, whatever number a stranger wrote: %s',
    (front) => {
      const [ann, bob] = two()
      for (const id of ['a', 'b', 'c']) ann.do(change(ann, FIRST, id))
      ann.doc.getMap(`charts:${SHEET}`).set('c/front', front)
      for (const id of ['a', 'b', 'a']) {
        const charts = entriesToFront(id, SHEET, ann.sheets.attached)
        ann.do({ type: 'set-charts', sheet: SHEET, charts })
        meet(ann, bob)
        expect(chartsIn(bob).at(-1)!.id).toBe(id)
      }
      for (const chart of chartsIn(bob)) {
        expect(Number.isSafeInteger(chart.front)).toBe(true)
        expect(chart.front).toBeLessThanOrEqual(CHART_LIMITS.front)
      }
    },
  )

  it('[SD74] doesn’t count with cells that are too long', () => {
    const [ann] = two()
    ann.do(change(ann, FIRST))
    const longest = `${'s'.repeat(64)}!${'9'.repeat(201)}..${'9'.repeat(201)}`
    const part = ann.doc.getMap(`charts:${SHEET}`)
    part.set('c1/range', longest)
    expect(chartsIn(ann)).toMatchObject([{ range: null }])
    part.set('c1/range', `${longest}9`)
    expect(chartsIn(ann)).toEqual([])
  })

  it('[SD67 SD68 SD69 SH209] follows its cells, and stays without them where it was', () => {
    const [ann, bob] = two()
    ann.do(change(ann, FIRST))
    meet(ann, bob)
    bob.do({ ...rows, type: 'insert-lines', at: 0, count: 2 })
    bob.do({ ...rows, type: 'insert-lines', at: 4, count: 1 })
    ann.do({ sheet: SHEET, axis: 'columns', type: 'insert-lines', at: 0, count: 1 })
    meet(ann, bob)
    const moved = { startRow: 3, startColumn: 1, endRow: 6, endColumn: 3 }
    for (const person of [ann, bob]) {
      expect(first(person).range?.range).toEqual(moved)
      expect(first(person).place).toEqual({ row: 3, column: 2, x: 8, y: 4 })
    }
    bob.do({ ...rows, type: 'remove-lines', at: 2, count: 6 })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(first(person).range).toBeNull()
      expect(first(person).place).toMatchObject({ row: 2, column: 2 })
    }
    bob.sheets.undo()
    meet(ann, bob)
    expect(first(ann).range?.range).toEqual(moved)
  })

  it('[SD69] goes and returns with its sheet, and is copied with it', () => {
    const [ann, bob] = two()
    ann.do(change(ann, { ...FIRST, title: 'Own' }))
    ann.do(change(ann, { ...FIRST, range: { sheet: 'sheet-2', range } }, 'c2'))
    ann.do({ ...rows, type: 'insert-lines', at: 0, count: 1 })
    const copy = { type: 'insert-sheet', sheet: 'copy', index: 1, name: 'Copy' } as const
    ann.do(
      { ...copy, rows: 7, columns: 4 },
      {
        type: 'set-charts',
        sheet: 'copy',
        charts: entriesOfCopy(SHEET, 'copy', ann.sheets.attached),
      },
    )
    meet(ann, bob)
    const below = { startRow: 2, startColumn: 0, endRow: 4, endColumn: 2 }
    expect(chartsIn(bob, 'copy').map((chart) => chart.range)).toEqual([
      { sheet: 'copy', range: below },
      { sheet: 'sheet-2', range },
    ])
    expect(chartsIn(bob, 'copy')[0]).toMatchObject({ title: 'Own', place: { row: 2, column: 1 } })
    bob.do({ type: 'remove-sheet', sheet: SHEET })
    meet(ann, bob)
    expect(chartsIn(ann)).toEqual([])
    expect(ann.doc.getMap(`charts:${SHEET}`).size).toBe(0)
    bob.sheets.undo()
    meet(ann, bob)
    expect(chartsIn(ann)).toHaveLength(2)
  })

  it('[SD70] is ordered by what is in front, and only so many count', () => {
    const [ann] = two()
    for (let at = 0; at <= CHART_LIMITS.charts; at++)
      ann.do(change(ann, { ...FIRST, front: at === 0 ? 7 : 1 }, `c${10 + at}`))
    const ids = chartsIn(ann).map(({ id }) => id)
    expect(ids).toHaveLength(CHART_LIMITS.charts)
    expect(ids.at(-1)).toBe('c10')
    expect(ids).not.toContain(`c${10 + CHART_LIMITS.charts}`)
  })

  it('[SH210] is compared with its other version, wherever lines have moved', () => {
    const [ann, bob] = two()
    for (const id of ['a', 'b', 'c']) ann.do(change(ann, FIRST, id))
    meet(ann, bob)
    ann.do({ ...rows, type: 'insert-lines', at: 0, count: 1 })
    ann.do(change(ann, { kind: 'pie' }, 'b'))
    ann.do(remove(ann, 'c'))
    ann.do(change(ann, FIRST, 'd'))
    const compared = compareCharts(ann.sheets.attached, bob.sheets.attached, SHEET)
    expect(compared.map(({ chart, state }) => `${chart.id} ${state}`)).toEqual([
      'a same',
      'b changed',
      'd new',
      'c gone',
    ])
  })

  it('[SD11 SD70] is read again only when entries have changed, as a stranger may write a million', () => {
    const [ann, bob] = two()
    ann.do(change(ann, FIRST))
    const part = ann.doc.getMap(`charts:${SHEET}`)
    const entries = part[Symbol.iterator].bind(part)
    let reads = 0
    part[Symbol.iterator] = () => {
      reads += 1
      return entries()
    }
    for (let frame = 0; frame < 5; frame++) expect(first(ann).title).toBe('')
    ann.do({ ...rows, type: 'insert-lines', at: 0, count: 1 })
    expect(first(ann).place.row).toBe(2)
    expect(reads).toBe(1)
    for (const title of ['Sales', 'Costs']) {
      meet(ann, bob)
      bob.do(change(bob, { title }))
      meet(ann, bob)
      expect(first(ann).title).toBe(title)
    }
    expect(reads).toBe(3)
  })

  it('[SD11 SD69 SH210] is copied and compared without what is of no chart, or no plain data', () => {
    const [ann, bob] = two()
    ann.do(change(ann, FIRST))
    meet(ann, bob)
    const part = ann.doc.getMap(`charts:${SHEET}`)
    part.set('c1/title', 5n)
    part.set('c1/deep', new Y.Map([['deeper', 1]]))
    part.set('c1/later', { of: 'a later version' })
    part.set('c2/kind', 'pie')
    const copy = entriesOfCopy(SHEET, 'copy', ann.sheets.attached)
    expect(Object.keys(copy).toSorted()).toEqual(['c1/at', 'c1/kind', 'c1/later', 'c1/range'])
    expect(compareCharts(ann.sheets.attached, bob.sheets.attached, SHEET)).toMatchObject([
      { chart: { id: 'c1' }, state: 'same' },
    ])
  })

  it('[SD11 SD67 SD70] is read from whatever a stranger wrote, without failing', () => {
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        'pie',
        'sheet-1!0:0..2:2',
        { cell: '0:0', x: -1, y: 1e9 },
        '!',
        '~:~',
      ),
      fc.constantFrom<unknown>(
        { cell: '~~:~', x: 1, y: 1 },
        'sheet-1!~x:~..~:0',
        '__proto__!0:0..1:1',
      ),
    )
    const keys = fc.constantFrom(
      'kind',
      'kind',
      'range',
      'range',
      'at',
      'at',
      'size',
      'title',
      'color/1',
      'front',
      'by',
    )
    const ids = fc.constantFrom('c1', 'c1', '__proto__', 'constructor', 'a/b', '')
    const entries = fc.array(fc.tuple(ids, keys, values), { maxLength: 6 })
    let found = 0
    fc.assert(
      fc.property(entries, (written) => {
        const doc = new Y.Doc()
        const part = doc.getMap(`charts:${SHEET}`)
        part.set('c1/kind', 'pie')
        part.set('c1/range', 'sheet-1!0:0..2:2')
        part.set('c1/at', { cell: '0:0', x: 0, y: 0 })
        for (const [id, key, value] of written) part.set(`${id}/${key}`, value)
        part.set('c1/title/deep', new Y.Map())
        const document = new SheetDocument(doc)
        for (const { size, place, title } of chartsOf(document.attached, SHEET)) {
          found += 1
          expect(size.width).toBeGreaterThanOrEqual(CHART_LIMITS.least)
          expect(size.width).toBeLessThanOrEqual(CHART_LIMITS.most)
          expect(place.x).toBeGreaterThanOrEqual(0)
          expect(place.row).toBeGreaterThanOrEqual(0)
          expect(title.length).toBeLessThanOrEqual(CHART_LIMITS.titleCharacters)
        }
        document.destroy()
      }),
      { numRuns: 200 },
    )
    expect(found).toBeGreaterThan(0)
  })
})
