import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { readBlock, storeBlock } from './block.js'
import { SheetDocument, type CellMatrix, type CellWrite, type Operation } from './index.js'
import { LIMITS } from './limits.js'

const SHEET = 'sheet-1'
const ROWS = 20
const COLUMNS = 6

/** Somebody with a copy of the document. */
class Person {
  readonly doc = new Y.Doc()
  readonly sheets: SheetDocument

  constructor(clientId: number) {
    this.doc.clientID = clientId
    this.sheets = new SheetDocument(this.doc)
  }

  do(...steps: readonly Operation[]): void {
    this.sheets.apply(...steps)
  }

  write(row: number, column: number, cell: CellWrite | null): void {
    this.do({ type: 'set-range-values', sheet: SHEET, cellValue: { [row]: { [column]: cell } } })
  }

  /** Writes a table of 20 x 6 cells. */
  paste(row: number, column: number, cell: (row: number, column: number) => CellWrite | null) {
    this.do(table(row, column, cell))
  }

  at(row: number, column: number) {
    return this.sheets.snapshot()[0]!.cells[row]?.[column] ?? {}
  }

  stored(part: string): Record<string, unknown> {
    return this.doc.getMap(`${part}:${SHEET}`).toJSON()
  }

  undo(): void {
    this.sheets.undo()
    this.sheets.takeChanges()
  }

  redo(): void {
    this.sheets.redo()
    this.sheets.takeChanges()
  }
}

function table(
  row: number,
  column: number,
  cell: (row: number, column: number) => CellWrite | null,
) {
  const cellValue: CellMatrix<CellWrite | null> = Object.fromEntries(
    Array.from({ length: ROWS }, (_, down) => {
      const cells = Array.from({ length: COLUMNS }, (__, across) => [
        column + across,
        cell(down, across),
      ])
      return [row + down, Object.fromEntries(cells)]
    }),
  )
  return { type: 'set-range-values', sheet: SHEET, cellValue } as const
}

const texts = (word: string) => (row: number, column: number) => ({ v: `${word} ${row}:${column}` })
const rows = { sheet: SHEET, axis: 'rows' } as const

/** Everybody gets what everybody else has, and shows it. */
function meet(...people: readonly Person[]): void {
  for (const one of people) {
    for (const other of people) {
      Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(one.doc, Y.encodeStateVector(other.doc)))
    }
  }
  for (const { sheets } of people) sheets.takeChanges()
  for (const { sheets } of people) expect(sheets.snapshot()).toEqual(people[0]!.sheets.snapshot())
}

const two = () => [new Person(1), new Person(2)] as const

describe('a table that is pasted', () => {
  it('[SD44 SD45 SD46 SD51] is a block of its contents and one of its styles', () => {
    const ann = new Person(1)
    ann.do({ ...rows, type: 'insert-lines', at: 5, count: 2 })
    ann.paste(0, 1, (row, column) => {
      if (row === 0) return { f: `=A${column + 1}`, s: { bl: 1 } }
      return column === 0 ? { v: row, s: { it: 1 } } : { v: '1', t: 4, s: { vt: 1 } }
    })
    const run = ann.sheets.cellKeyAt(SHEET, 5, 0)!.split('-')[0]!
    const [contents, styles] = Object.entries(ann.stored('blocks')).toSorted(([one], [other]) =>
      one.slice(6).localeCompare(other.slice(6)),
    )
    expect(contents![0]).toMatch(/^[0-9a-z]{6}\/cells$/)
    const { values, ...lines } = contents![1] as { values: string }
    const expected = {
      n: expect.any(Number),
      rows: `0..4,${run}-0..${run}-1,5..17`,
      columns: '1..6',
    }
    expect(lines).toEqual(expected)
    const numbers = Array.from({ length: ROWS - 1 }, (_, row) => row + 1)
    const [list, runs] = JSON.parse(values) as [unknown[], number[]]
    expect(list.slice(0, 22)).toEqual([
      { f: ['=', '0:0', ''] },
      ...numbers,
      { f: ['=', '1:0', ''] },
      { v: '1', t: 4 },
    ])
    expect(runs.slice(0, 4)).toEqual([0, 1, 1, 1])
    expect(runs.slice(38, 44)).toEqual([19, 1, 20, 1, 21, 19])
    expect(styles![0]).toMatch(/^[0-9a-z]{6}\/styles$/)
    expect(styles![1]).toMatchObject({
      columns: '1..6',
      values: `[[{"bl":1},{"it":1},{"vt":1}],[0,1,1,19${',0,1,2,19'.repeat(5)}]]`,
    })
    expect([ann.stored('cells'), ann.stored('styles')]).toEqual([{}, {}])
    const bob = new Person(2)
    meet(ann, bob)
    expect(bob.at(0, 1)).toEqual({ f: '=A1', s: { bl: 1 } })
    expect(bob.at(19, 1)).toEqual({ v: 19, s: { it: 1 } })
    expect(bob.at(19, 2)).toEqual({ v: '1', t: 4, s: { vt: 1 } })
  })

  it('[SD51] is entries if it is small, or if its cells are far apart', () => {
    const ann = new Person(1)
    const few = (row: number, column: number) => (row < 15 ? { v: row + column } : {})
    ann.paste(0, 0, few)
    expect(Object.keys(ann.stored('cells'))).toHaveLength(90)
    const cells = Array.from({ length: 150 }, (_, at) => [at, { [at % 25]: { v: at } }] as const)
    const cellValue = Object.fromEntries(cells)
    ann.do({ type: 'set-range-values', sheet: 'sheet-2', cellValue })
    expect(ann.doc.getMap('cells:sheet-2').size).toBe(150)
    expect(ann.doc.getMap('about').size).toBe(0)
  })

  it('[SD51] is blocks where much of it is close together, and entries elsewhere', () => {
    const ann = new Person(1)
    const far = Array.from({ length: 20 }, (_, at) => [500 + at, { [8 + (at % 18)]: { v: at } }])
    const near = [0, 20, 40].map((row) => table(row, 0, texts('near')).cellValue)
    const cellValue = Object.assign({}, ...near, Object.fromEntries(far)) as CellMatrix<CellWrite>
    ann.do({ type: 'set-range-values', sheet: SHEET, cellValue })
    expect(Object.keys(ann.stored('cells'))).toHaveLength(far.length)
    expect(Object.keys(ann.stored('blocks')).length).toBeGreaterThan(0)
    expect([ann.at(59, 5), ann.at(519, 9)]).toEqual([{ v: 'near 19:5' }, { v: 19 }])
  })

  it('[SD52] is several blocks if it is large, and entries where a block would be too long', () => {
    const ann = new Person(1)
    const cellValue = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, row) => [
        row,
        Object.fromEntries(Array.from({ length: 26 }, (__, at) => [at, { v: row * at }])),
      ]),
    )
    ann.do({ type: 'set-range-values', sheet: SHEET, cellValue })
    const blocks = Object.entries(ann.stored('blocks'))
    expect(blocks).toHaveLength(6)
    expect(blocks.every(([key, stored]) => readBlock(key, stored)!.size <= 5_000)).toBe(true)
    expect(ann.stored('cells')).toEqual({})
    const long = new Person(2)
    long.paste(0, 0, (row) => ({ v: row === 3 ? 'x'.repeat(20_000) : 'short' }))
    expect(Object.keys(long.stored('cells')).every((key) => key.startsWith('3:'))).toBe(true)
    expect(long.at(3, 5)).toEqual({ v: 'x'.repeat(20_000) })
    expect(long.at(19, 5)).toEqual({ v: 'short' })
  })
})

describe('what lies over a block', () => {
  it('[SD47 SD50] is what is typed into a cell of it, and a cell that is emptied', () => {
    const [ann, bob] = two()
    ann.paste(0, 0, texts('pasted'))
    meet(ann, bob)
    bob.write(1, 1, { v: 'typed' })
    bob.write(2, 2, null)
    meet(ann, bob)
    expect(ann.at(1, 1)).toEqual({ v: 'typed' })
    expect(ann.at(2, 2)).toEqual({})
    expect(ann.stored('cells')).toEqual({ '1:1': { v: 'typed' }, '2:2': {} })
    bob.undo()
    bob.undo()
    meet(ann, bob)
    expect(ann.at(1, 1)).toEqual({ v: 'pasted 1:1' })
    expect(ann.at(2, 2)).toEqual({ v: 'pasted 2:2' })
    expect(ann.stored('cells')).toEqual({})
  })

  it.each([
    [1, 2],
    [2, 1],
  ])(
    '[SD47] is what somebody types at the moment of the paste: client ids %i, %i',
    (one, other) => {
      const [ann, bob] = [new Person(one), new Person(other)]
      ann.write(1, 1, { v: 'before' })
      meet(ann, bob)
      ann.paste(0, 0, texts('pasted'))
      bob.write(2, 2, { v: 'typed' })
      meet(ann, bob)
      expect(ann.at(2, 2)).toEqual({ v: 'typed' })
      expect(ann.at(1, 1)).toEqual({ v: 'pasted 1:1' })
      expect(ann.at(3, 3)).toEqual({ v: 'pasted 3:3' })
    },
  )

  it('[SD47 SD48] is what is pasted later; of two pastes at one moment one, and that as a whole', () => {
    const [ann, bob] = two()
    ann.paste(0, 0, texts('first'))
    meet(ann, bob)
    bob.paste(10, 3, texts('second'))
    meet(ann, bob)
    expect(ann.at(10, 3)).toEqual({ v: 'second 0:0' })
    expect(ann.at(9, 3)).toEqual({ v: 'first 9:3' })
    ann.paste(100, 0, texts('ann'))
    bob.paste(105, 2, texts('bob'))
    meet(ann, bob)
    const overlap = Array.from({ length: 15 }, (_, row) =>
      String(ann.at(105 + row, 3).v).slice(0, 3),
    )
    expect(new Set(overlap).size).toBe(1)
    expect(ann.at(100, 0)).toEqual({ v: 'ann 0:0' })
    expect(ann.at(124, 7)).toEqual({ v: 'bob 19:5' })
  })

  it('[SD48 SD12] is not a paste that is done again, where others have pasted since', () => {
    const [ann, bob] = two()
    for (const row of [0, 2, 4]) ann.paste(row, 0, texts('ann'))
    meet(ann, bob)
    for (let n = 0; n < 3; n++) ann.undo()
    meet(ann, bob)
    bob.paste(5, 0, texts('bob'))
    meet(ann, bob)
    for (let n = 0; n < 3; n++) ann.redo()
    meet(ann, bob)
    expect([ann.at(4, 0), ann.at(5, 0)]).toEqual([{ v: 'ann 0:0' }, { v: 'bob 0:0' }])
  })

  it('[SD50 SD12] is not what undo brings back, where others have pasted since', () => {
    const [ann, bob] = two()
    ann.write(1, 1, { v: 'of Ann' })
    ann.write(1, 1, null)
    meet(ann, bob)
    bob.paste(0, 0, texts('pasted'))
    expect(bob.stored('cells')).toEqual({ '1:1': { v: 'pasted 1:1' } })
    meet(ann, bob)
    ann.undo()
    meet(ann, bob)
    expect(bob.at(1, 1)).toEqual({ v: 'pasted 1:1' })
  })
})

describe('a block that nobody sees any more', () => {
  it('[SD49] is deleted by a paste over all of it, and comes back with undo', () => {
    const [ann, bob] = two()
    ann.paste(0, 0, texts('first'))
    const [first] = Object.keys(ann.stored('blocks'))
    meet(ann, bob)
    bob.paste(0, 0, texts('second'))
    meet(ann, bob)
    expect(Object.keys(ann.stored('blocks'))).not.toContain(first)
    expect(Object.keys(ann.stored('blocks'))).toHaveLength(1)
    bob.undo()
    meet(ann, bob)
    expect(Object.keys(ann.stored('blocks'))).toEqual([first])
    expect(ann.at(19, 5)).toEqual({ v: 'first 19:5' })
  })

  it('[SD49] is deleted when its cells are cleared, and nothing is left of it', () => {
    const ann = new Person(1)
    ann.paste(0, 0, (row, column) => ({ v: row + column, s: { bl: 1 } }))
    ann.paste(0, 0, () => null)
    const parts = ['cells', 'styles', 'blocks'].map((part) => ann.stored(part))
    expect(parts).toEqual([{}, {}, {}])
    ann.undo()
    expect(ann.at(3, 3)).toEqual({ v: 6, s: { bl: 1 } })
  })

  it('[SD49] stays when only some of its cells are written', () => {
    const ann = new Person(1)
    ann.paste(0, 0, texts('first'))
    ann.paste(1, 0, () => null)
    expect(Object.keys(ann.stored('blocks'))).toHaveLength(2)
    expect([ann.at(0, 0), ann.at(1, 0)]).toEqual([{ v: 'first 0:0' }, {}])
  })

  it('[SD34] stays when its rows are deleted, whole and in its place when they come back', () => {
    const [ann, bob] = two()
    ann.paste(0, 0, texts('pasted'))
    meet(ann, bob)
    bob.do({ ...rows, type: 'move-lines', from: 0, count: 2, to: 30 })
    ann.write(5, 0, { v: 'typed' })
    ann.do({ ...rows, type: 'remove-lines', at: 3, count: 17 })
    meet(ann, bob)
    expect(bob.at(0, 0)).toEqual({ v: 'pasted 2:0' })
    expect(bob.at(1, 0)).toEqual({})
    expect(bob.at(11, 1)).toEqual({ v: 'pasted 0:1' })
    ann.undo()
    meet(ann, bob)
    expect(bob.at(3, 0)).toEqual({ v: 'typed' })
    expect(bob.at(17, 5)).toEqual({ v: 'pasted 19:5' })
  })

  it('[SD34] goes with its sheet', () => {
    const ann = new Person(1)
    ann.paste(0, 0, texts('pasted'))
    ann.do({ type: 'remove-sheet', sheet: SHEET })
    expect(ann.stored('blocks')).toEqual({})
    ann.undo()
    expect(ann.at(1, 1)).toEqual({ v: 'pasted 1:1' })
  })
})

describe('what was pasted where nobody sees it', () => {
  const given = Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: COLUMNS }, (__, column) => `pasted ${row}:${column}`),
  )

  it.each<[string, Operation]>([
    ['with its rows', { ...rows, type: 'remove-lines', at: 0, count: ROWS }],
    ['with its sheet', { type: 'remove-sheet', sheet: SHEET }],
  ])('[SH31 SD15] is given back, and its block is deleted: %s', (_, deletion) => {
    const [ann, bob] = two()
    ann.paste(0, 0, texts('pasted'))
    bob.do(deletion)
    meet(ann, bob)
    expect(ann.sheets.takeUnseen()).toEqual(given)
    expect(bob.sheets.takeUnseen()).toEqual([])
    meet(ann, bob)
    expect([bob.stored('blocks'), bob.stored('cells')]).toEqual([{}, {}])
  })

  it('[SH31 SD15] is given back, and only that is taken out of its block', () => {
    const [ann, bob] = two()
    ann.paste(0, 0, texts('pasted'))
    bob.write(2, 0, { v: 'of Bob' })
    const merge = { startRow: 1, startColumn: 0, endRow: 2, endColumn: 1 }
    bob.do({ type: 'set-merges', sheet: SHEET, merges: [merge] })
    meet(ann, bob)
    expect(ann.sheets.takeUnseen()).toEqual([['pasted 1:1'], ['pasted 2:1']])
    meet(ann, bob)
    expect(bob.at(1, 0)).toEqual({ v: 'pasted 1:0' })
    expect(bob.at(1, 1)).toEqual({})
    expect(bob.stored('cells')).toEqual({ '1:1': {}, '2:0': { v: 'of Bob' }, '2:1': {} })
    expect(ann.sheets.takeUnseen()).toEqual([])
  })
})

describe('the version with blocks', () => {
  it('[SD53 SD21] is set with the first block, and stays when that is taken back', () => {
    const [ann, bob] = two()
    ann.write(0, 0, { v: 'typed' })
    expect(ann.doc.getMap('about').size).toBe(0)
    ann.paste(0, 0, texts('ann'))
    expect(ann.doc.getMap('about').get('format')).toBe(2)
    meet(ann, bob)
    bob.paste(30, 0, texts('bob'))
    ann.undo()
    meet(ann, bob)
    expect(ann.doc.getMap('about').get('format')).toBe(2)
    ann.doc.getMap('about').set('format', 1)
    ann.redo()
    ann.paste(60, 0, texts('ann'))
    expect(ann.doc.getMap('about').get('format')).toBe(2)
  })
})

describe('a block that a stranger wrote', () => {
  const good = { n: 1, rows: '0..1', columns: '0..2', values: '[[1,2,3,4,5,6]]' }

  it('[SD46 SD52] is read as it says', () => {
    const block = readBlock('x/cells', good)!
    expect([...block.cells()].slice(0, 3)).toEqual([
      ['0', '0', 1],
      ['1', '0', 2],
      ['0', '1', 3],
    ])
    const inRuns = { ...good, values: '[["x",null,{}],[0,2,1,3,2,1]]' }
    const cells = [...readBlock('x/styles', inRuns)!.cells()]
    expect(cells).toEqual([
      ['0', '0', 'x'],
      ['1', '0', 'x'],
      ['1', '2', {}],
    ])
    expect(readBlock('x/cells', inRuns)!.valueAt('0', '1')).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ['x/cells', null],
    ['x/cells', [1, '0', '0', '[[1]]']],
    ['x', good],
    ['X/cells', good],
    ['x/rows', good],
    ['x/cells', { ...good, n: -1 }],
    ['x/cells', { ...good, n: 1.5 }],
    ['x/cells', { ...good, n: 2 ** 53 }],
    ['x/cells', { ...good, n: '1' }],
    ['x/cells', { ...good, rows: '' }],
    ['x/cells', { ...good, rows: '1..0' }],
    ['x/cells', { ...good, rows: '0..1..2' }],
    ['x/cells', { ...good, rows: 'a-0..b-1' }],
    ['x/cells', { ...good, rows: '01' }],
    ['x/cells', { ...good, rows: '0..9999999' }],
    ['x/cells', { ...good, rows: '0..99', columns: '0..99' }],
    ['x/cells', { ...good, rows: ['0', '1'] }],
    ['x/cells', { ...good, values: [1, 2, 3, 4, 5, 6] }],
    ['x/cells', { ...good, values: ' '.repeat(LIMITS.blockCharacters) }],
  ])('[SD52 SD11] is none: %s %j', (key, stored) => {
    expect(readBlock(key, stored)).toBeUndefined()
  })

  it('[SD45 SD11] has no cells if it has a line twice', () => {
    for (const rows of ['1,1', '0..1,1..2']) {
      const block = readBlock('x/cells', { ...good, rows, values: '[[0],[0,12]]' })
      expect([...block!.cells()]).toEqual([])
    }
  })

  it.each([
    '',
    'null',
    '{"0":[]}',
    '[[1,2,3,4,5,6]',
    '[[1,2,3,4,5]]',
    '[[1,2,3,4,5,6,7]]',
    '[[1],[0,7]]',
    '[[1],[0,5]]',
    '[[1],[0,1e300]]',
    '[[1],[1,6]]',
    '[[1],[-1,6]]',
    '[[1],[0,0,0,6,0]]',
    '[[1],["0","6"]]',
    '[[1],{"0":0,"1":6}]',
    '[1,2,3,4,5,6]',
    `[${'['.repeat(10_000)}`,
  ])('[SD46 SD11] has no cells: %s', (values) => {
    expect([...readBlock('x/cells', { ...good, values })!.cells()]).toEqual([])
  })

  it.each([2 ** 50, Number.MAX_SAFE_INTEGER])(
    '[SD48 SD11] is pasted over, whatever its number: %i',
    (n) => {
      const ann = new Person(1)
      ann.doc.getMap('blocks:sheet-1').set('x/cells', { ...good, n })
      ann.sheets.takeChanges()
      expect(ann.at(1, 2)).toEqual({ v: 6 })
      ann.paste(1, 0, texts('pasted'))
      expect([ann.at(0, 0), ann.at(1, 2)]).toEqual([{ v: 1 }, { v: 'pasted 0:2' }])
    },
  )

  it('[SD11] stays where it is if nothing of it can be read', () => {
    const ann = new Person(1)
    const bad = { ...good, values: '?' }
    ann.doc.getMap('blocks:sheet-1').set('x/cells', bad)
    ann.sheets.takeChanges()
    ann.paste(0, 0, texts('pasted'))
    expect(ann.stored('blocks')['x/cells']).toEqual(bad)
  })

  it('[SD52] is not written too large', () => {
    const ids = (count: number) => Array.from({ length: count }, (_, at) => String(at))
    expect(storeBlock(1, ids(100), ids(51), () => 1)).toBeUndefined()
    expect(storeBlock(1, ids(2), ids(2), () => 'x'.repeat(20_000))).toMatchObject({ rows: '0..1' })
    expect(storeBlock(1, ids(2), ids(2), (row) => row + 'x'.repeat(40_000))).toBeUndefined()
  })

  it('[SD52 SH55] counts as long as there are not too many, the same everywhere', () => {
    const cells = (text: string) => ({
      n: 1,
      rows: '0..4999',
      columns: '0',
      values: `[[null,"${text}"],[1,1,0,4999]]`,
    })
    const most = LIMITS.blockCells / LIMITS.cellsInBlock
    const [ann, bob] = two()
    for (let at = 0; at < most; at++) {
      ann.doc.getMap('blocks:sheet-2').set(`b${1_000 + at}/cells`, cells(`second ${at}`))
    }
    meet(ann, bob)
    expect(bob.sheets.leftOut()).toEqual([])
    bob.doc.getMap('blocks:sheet-1').set('x/cells', cells('first'))
    meet(ann, bob)
    expect(ann.sheets.leftOut()).toEqual(['pasted cells'])
    const [first, second] = ann.sheets.snapshot()
    expect(first!.cells[0]?.[0]).toEqual({ v: 'first' })
    expect(second!.cells[0]?.[0]).toEqual({ v: `second ${most - 2}` })
    const third = new Person(3)
    meet(third, bob)
    bob.doc.getMap('blocks:sheet-1').delete('x/cells')
    meet(ann, bob)
    expect(ann.sheets.snapshot()[1]!.cells[0]?.[0]).toEqual({ v: `second ${most - 1}` })
  })

  it('[SD52] is not added when there are half as many as count', () => {
    const filler = { n: 1, rows: '0..4999', columns: '0', values: '[[null],[0,5000]]' }
    const ann = new Person(1)
    const blocks = ann.doc.getMap('blocks:sheet-2')
    const half = LIMITS.blockCells / LIMITS.cellsInBlock / 2
    for (let at = 1; at < half; at++) blocks.set(`b${at}/cells`, filler)
    ann.sheets.takeChanges()
    ann.paste(0, 0, texts('a block'))
    blocks.set('last/cells', filler)
    ann.sheets.takeChanges()
    ann.paste(100, 0, texts('entries'))
    expect(Object.keys(ann.stored('blocks'))).toHaveLength(1)
    expect(Object.keys(ann.stored('cells'))).toHaveLength(ROWS * COLUMNS)
  })
})
