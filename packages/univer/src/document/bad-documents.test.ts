import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { size } from '../../../../test/size.js'
import { SheetDocument, type Operation } from './index.js'
import { LIMITS } from './limits.js'
import { Grid } from './simulation/grid.js'

const PARTS = ['sheets', 'cells:sheet-1', 'styles:sheet-1', 'rows:sheet-1', 'columns:sheet-1']
const MORE = ['merges:sheet-1', 'blocks:sheet-1', 'rows:x', 'cells:x', 'blocks:x', 'whatever']
const RULES = 'rules:sheet-1'
const VALIDATIONS = 'validations:sheet-1'
const parts = fc.constantFrom(...PARTS, ...MORE)

// These stand for shared types, which can be in one document only.
const MAP = 'a map'
const TEXT = 'a text'

const sheetIds = fc.constantFrom('sheet-1', 'x', '__proto__', 'constructor', '')
const lineIds = fc.constantFrom(
  '0',
  '1',
  'r-0',
  'r-1',
  'r',
  '999',
  '-1',
  '__proto__',
  '99999999',
  'ä',
)
const keys = fc.oneof(
  fc.tuple(lineIds, lineIds).map((ids) => ids.join(':')),
  fc
    .tuple(
      fc.oneof(sheetIds, lineIds),
      fc.constantFrom('at', 'gone', 'run', 'size', 'hidden', 'name'),
    )
    .map((pair) => pair.join('/')),
  fc
    .tuple(sheetIds, fc.constantFrom('rows', 'columns', 'frozen-rows', 'frozen-columns'))
    .map((pair) => pair.join('/')),
  fc.string(),
)

const lists = fc.oneof(
  fc.constantFrom<unknown>(null, [null], [{}, 'x'], [{ f: ['=', '0:0', ''] }, 1, { v: '1', t: 4 }]),
  fc.array(fc.jsonValue(), { maxLength: 6 }),
)
const blocks = fc.record(
  {
    n: fc.constantFrom<unknown>(0, 1, 7, 7, 2 ** 53, '7'),
    rows: fc.constantFrom('0', '0..1', '1,0', 'r-0..r-1', '0..9999', ''),
    columns: fc.constantFrom('0', '0..1', '1..2', '1,1'),
    values: fc.oneof(
      lists.map((list) => JSON.stringify([list])),
      fc
        .tuple(lists, fc.constantFrom([0, 4], [0, 2, 1, 2], [1, 1], [2, 1, 0, 1], [0, 9], 'x'))
        .map((both) => JSON.stringify(both)),
      fc.string(),
    ),
  },
  { noNullPrototype: true },
)

const values = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    Number.NaN,
    Infinity,
    1e9,
    'i',
    '0:0',
    '1:1',
    10n,
    new Uint8Array(3),
    ['i', 2],
    ['i', 1e9],
    ['0', -1],
    { v: { v: 1 } },
    { v: 1, t: 'x', s: 1 },
    { f: '=A1' },
    { f: ['=', '0:0', ''] },
    { f: ['=', '0:0..+5:*', '', 7] },
    { f: ['=', 'x!0:0..1:1', '+', '!:..', ''] },
    { f: { length: 3 } },
    { bl: 1, deep: { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } } },
    { big: 10n },
    'x'.repeat(100_000),
    '\uD800\u0000\u202E',
  ),
  fc.jsonValue(),
  fc.constantFrom(MAP, TEXT),
)

const names = fc.constantFrom('a/cells', 'b/cells', 'c/cells', 'a/styles', 'b/styles', 'a/rows')
const inBlocks = fc.constantFrom('0:0', '1:0', '0:1', '1:1')
const highlight = { type: 'highlightCell', style: { bg: { rgb: '#fff' } } }
const effects = fc.constantFrom<unknown>(
  { ...highlight, subType: 'duplicateValues' },
  { ...highlight, subType: 'formula', value: ['=', '0:0', '>1'] },
  { ...highlight, subType: 'formula', value: '=A1>1' },
  { ...highlight, subType: 'number', operator: 'between', value: [1] },
  { ...highlight, subType: 'number', operator: 'constructor', value: 1 },
  { type: 'highlightCell', subType: 'uniqueValues', style: null },
  { type: 'colorScale', config: [{ index: 0, color: 'red', value: { type: 'min' } }] },
  { type: 'iconSet', config: [{}, { iconType: '__proto__', iconId: '0' }] },
  { type: 'dataBar', config: null },
)
const inRules = fc.oneof(
  fc.tuple(fc.constantFrom('a/at', 'b/at'), fc.constantFrom<unknown>('i', 'k', '', 7)),
  fc.tuple(
    fc.constantFrom('a/ranges', 'b/ranges', '__proto__/ranges'),
    fc.constantFrom<unknown>(['0:0..3:1'], ['0:0'], ['r-0:0..~k:1', 'x'], [7], '0:0..1:1', []),
  ),
  fc.tuple(fc.constantFrom('a/effect', 'b/effect', 'constructor/effect'), effects),
  fc.tuple(fc.constantFrom('a/effect', 'a/ranges', 'a/at'), values),
)
const checks = fc.constantFrom<unknown>(
  { type: 'list', formula1: 'a,b', formula2: '#fff' },
  { type: 'list', formula1: ['=', '0:0..3:0', ''] },
  { type: 'list', formula1: '=A1:A4' },
  { type: 'custom', formula1: ['=', '0:0', '>1'], errorStyle: 1 },
  { type: 'custom' },
  { type: 'decimal', operator: 'constructor', formula1: 7 },
  { type: '__proto__' },
  { type: 'checkbox', bizInfo: null, error: {} },
)
const inValidations = inRules.map(([key, value]): readonly [string, unknown] => [
  key.replace('effect', 'check'),
  value,
])
const inNames = fc.tuple(
  fc.constantFrom(
    'a/name',
    'b/name',
    'a/formula',
    'b/formula',
    'a/sheet',
    'a/comment',
    '__proto__/name',
    'a/b/name',
  ),
  fc.constantFrom<unknown>(
    'Sales',
    'SALES',
    'A1',
    'a b',
    '__proto__',
    7,
    null,
    'sheet-1',
    ['='],
    ['=', '@a!Sales', '+1'],
    ['=', 'sheet-1!0:0..3:0', ''],
    ['=', '0:0', ''],
    ['=', '@b!x y', ''],
    '=A1',
    [7],
    {},
  ),
)
const entries = fc.oneof(
  fc
    .tuple(inNames, fc.boolean())
    .map(([[key, value], isLast]) => ['names', key, value, isLast] as const),
  fc.tuple(inValidations, checks, fc.boolean()).map(([[key, value], check, isLast]) => {
    const isCheck = key.endsWith('/check') && isLast
    return [VALIDATIONS, key, isCheck ? check : value, isLast] as const
  }),
  fc
    .tuple(inRules, fc.boolean())
    .map(([[key, value], isLast]) => [RULES, key, value, isLast] as const),
  fc.tuple(parts, keys, values, fc.boolean()),
  fc.tuple(fc.constant('blocks:sheet-1'), names, blocks, fc.boolean()),
  fc.tuple(fc.constantFrom('cells:sheet-1', 'styles:sheet-1'), inBlocks, values, fc.boolean()),
)

function made(value: unknown): unknown {
  if (value === MAP) return new Y.Map([['v', 1]])
  return value === TEXT ? new Y.Text('text') : value
}

describe('entries of another client', () => {
  it('[SD11] never cause an exception, and everyone shows the same', () => {
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 30 }), (written) => {
        const doc = new Y.Doc()
        // Small, so that many can be tried.
        for (const id of ['sheet-1', 'sheet-2', 'sheet-3']) {
          doc.getMap('sheets').set(`${id}/rows`, 20)
        }
        const reader = new Y.Doc()
        const sheets = new SheetDocument(reader)
        const grid = new Grid(sheets.snapshot(), sheets.names)
        for (const [part, key, value, isLast] of written) {
          doc.getMap(part).set(key, made(value))
          if (!isLast) continue
          Y.applyUpdate(reader, Y.encodeStateAsUpdate(doc))
          grid.apply(sheets.takeChanges())
        }
        Y.applyUpdate(reader, Y.encodeStateAsUpdate(doc))
        grid.apply(sheets.takeChanges())
        const again = new SheetDocument(reader)
        const afresh = new Grid(again.snapshot(), again.names)
        expect(JSON.stringify(grid)).toBe(JSON.stringify(afresh))
        expect(grid.sheets.length).toBeGreaterThan(0)
      }),
      { numRuns: size(100, 2_000) },
    )
  })

  it('[SD11] that are a list instead of a map, or have a type inside, are ignored', () => {
    const doc = new Y.Doc()
    doc.getArray('cells:sheet-1').push([1, 2, 3])
    doc.getText('rows:sheet-1').insert(0, 'rows')
    doc.getMap('styles:sheet-1').set('0:0', new Y.Map())
    const reader = new Y.Doc()
    const sheets = new SheetDocument(reader)
    Y.applyUpdate(reader, Y.encodeStateAsUpdate(doc))
    expect(sheets.takeChanges()).toEqual([])
    const nested = doc.getMap('styles:sheet-1').get('0:0') as Y.Map<unknown>
    nested.set('bl', 1)
    Y.applyUpdate(reader, Y.encodeStateAsUpdate(doc))
    expect(sheets.takeChanges()).toEqual([])
  })

  it('[SD11] with an invalid formula are shown as text, and invalid values as empty', () => {
    const doc = new Y.Doc()
    const cells = doc.getMap('cells:sheet-1')
    cells.set('0:0', { f: '=A1' })
    cells.set('0:1', { f: ['=', 'nonsense', '+1'] })
    cells.set('0:2', { v: { rich: true } })
    cells.set('0:3', 'bare')
    const [sheet] = new SheetDocument(doc).snapshot()
    expect(sheet?.cells).toEqual({
      0: { 0: { v: '=A1' }, 1: { f: '=#REF!+1' }, 3: { v: 'bare' } },
    })
  })

  it('[SD38] never make a sheet longer than its maximum', () => {
    const doc = new Y.Doc()
    for (const run of ['a', 'b', 'c']) doc.getMap('rows:sheet-1').set(`${run}/run`, ['k', 60_000])
    const sheets = new SheetDocument(doc)
    const [sheet] = sheets.snapshot()
    expect(sheet?.rows.count).toBe(61_000)
    const tooMany: Operation = {
      type: 'insert-lines',
      axis: 'rows',
      sheet: 'sheet-1',
      at: 0,
      count: LIMITS.rows,
    }
    expect(sheets.apply(tooMany)).toMatchObject([{ type: 'remove-lines', count: LIMITS.rows }])
  })

  it('[SD20] merge cells up to a limit, and a further merge in this grid is undone', () => {
    const doc = new Y.Doc()
    doc.getMap('sheets').set('sheet-1/rows', LIMITS.rows)
    const merges = doc.getMap('merges:sheet-1')
    merges.set('0:0', '99999:25')
    merges.set('1:0', `${LIMITS.mergedCells / 2}:1`)
    merges.set('1:2', '2:2')
    merges.set('1:3', '1:4')
    const sheets = new SheetDocument(doc)
    const all = { startRow: 1, startColumn: 0, endRow: LIMITS.mergedCells / 2, endColumn: 1 }
    expect(sheets.snapshot()[0]?.merges).toEqual([all])
    const more = { startRow: 3, startColumn: 5, endRow: 4, endColumn: 5 }
    const step = { type: 'set-merges', sheet: 'sheet-1' } as const
    expect(sheets.apply({ ...step, merges: [all, more] })).toEqual([{ ...step, merges: [all] }])
    expect([...merges.keys()]).toEqual(['1:0'])
  })

  it('[SH55] that are left out are reported, and no others', () => {
    const doc = new Y.Doc()
    expect(new SheetDocument(doc).leftOut()).toEqual([])
    doc.getMap('merges:sheet-2').set('0:0', '1:1')
    doc.getMap('columns:sheet-1').set('a/run', ['k', LIMITS.columns - 26])
    expect(new SheetDocument(doc).leftOut()).toEqual([])
    doc.getMap('columns:sheet-1').set('b/run', ['k', 1])
    doc.getMap('rows:sheet-2').set('a/run', ['k', LIMITS.rows])
    doc.getMap('merges:sheet-2').set('2:0', '999:99')
    for (let sheet = 0; sheet < LIMITS.sheets; sheet++)
      doc.getMap('sheets').set(`s${sheet}/at`, 'k')
    const { length } = new SheetDocument(doc).snapshot()
    expect(length).toBe(LIMITS.sheets)
    expect(new SheetDocument(doc).leftOut()).toEqual(['sheets', 'rows', 'columns'])
    doc.getMap('sheets').set('sheet-2/columns', 100)
    expect(new SheetDocument(doc).leftOut()).toEqual(['sheets', 'rows', 'columns', 'merged cells'])
  })

  it('[SD38] of a hundred sheets of the largest size take little time and memory', () => {
    const doc = new Y.Doc()
    for (let sheet = 0; sheet < LIMITS.sheets; sheet++) {
      doc.getMap('sheets').set(`s${sheet}/at`, `a${100 + sheet}i`)
      doc.getMap('sheets').set(`s${sheet}/rows`, LIMITS.rows)
      doc.getMap('sheets').set(`s${sheet}/columns`, LIMITS.columns)
    }
    const heapBefore = process.memoryUsage().heapUsed
    const sheets = new SheetDocument(doc)
    const snapshot = sheets.snapshot()
    expect(snapshot.every(({ rows }) => rows.count === LIMITS.rows)).toBe(true)
    // 20 bytes for each of ten million lines; separate ids per sheet took twice as many.
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(250_000_000)
  })

  it('[SD52] any number of blocks takes no longer than as many as count', () => {
    const doc = new Y.Doc()
    const blocks = doc.getMap('blocks:sheet-1')
    const most = LIMITS.blockCells / LIMITS.leastBlockCells
    doc.transact(() => {
      for (let at = 0; at < 3 * most; at++) {
        const count = at % 3 === 0 ? LIMITS.leastBlockCells : LIMITS.cellsInBlock
        const [rows, values] = [`0..${count - 1}`, `[[${at}],[0,${count}]]`]
        blocks.set(`b${100_000 + at}/cells`, { n: 3 * most - at, rows, columns: '0', values })
      }
    })
    const beganMs = performance.now()
    const sheets = new SheetDocument(doc)
    expect(sheets.leftOut()).toEqual(['pasted cells'])
    expect(performance.now() - beganMs).toBeLessThan(10_000)
  })

  it('[SD39 SD16] a text or a style beyond its most is cut, with a sign, or left out, also in the own grid', () => {
    const doc = new Y.Doc()
    const sheets = new SheetDocument(doc)
    const style = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`x${at}`, at]))
    const cell = { v: 'x'.repeat(60_000), s: style }
    sheets.apply({ type: 'set-range-values', sheet: 'sheet-1', cellValue: { 0: { 0: cell } } })
    const shown = sheets.snapshot()[0]?.cells[0]?.[0]
    expect(shown?.v).toHaveLength(LIMITS.textCharacters)
    expect(String(shown?.v).slice(-2)).toBe('x…')
    expect(shown?.s).toBeUndefined()
  })
})

describe('a step of this grid that has no place in the document', () => {
  it('[SD11] is not an error and changes nothing', () => {
    const doc = new Y.Doc()
    const sheets = new SheetDocument(doc)
    const on = { sheet: 'sheet-1', axis: 'rows' } as const
    const nowhere = { sheet: 'nowhere', axis: 'rows' } as const
    const steps: Operation[] = [
      { ...nowhere, type: 'insert-lines', at: 0, count: 1 },
      { ...on, type: 'insert-lines', at: -1, count: 1 },
      { ...on, type: 'insert-lines', at: 5_000, count: 1 },
      { ...on, type: 'remove-lines', at: 5_000, count: 10 },
      { ...on, type: 'move-lines', from: 5_000, count: 1, to: 0 },
      { ...on, type: 'move-lines', from: 3, count: 4, to: 5 },
      { ...on, type: 'set-sizes', sizes: { 5_000: 10 } },
      { ...on, type: 'set-hidden', hidden: { 5_000: true } },
      { type: 'set-range-values', sheet: 'sheet-1', cellValue: { 5_000: { 0: { v: 1 } } } },
      { type: 'insert-sheet', sheet: 'a b', index: 0, name: 'x', rows: 1, columns: 1 },
      { type: 'insert-sheet', sheet: 'sheet-1', index: 0, name: 'x', rows: 1, columns: 1 },
      { type: 'remove-sheet', sheet: 'nowhere' },
      { type: 'move-sheet', sheet: 'nowhere', index: 0 },
      { type: 'rename-sheet', sheet: 'nowhere', name: 'x' },
    ]
    for (const step of steps) expect(sheets.apply(step)).toEqual([])
    expect(Y.encodeStateAsUpdate(doc).length).toBeLessThan(10)
  })

  it('[SD11] is undone if it sets an invalid height', () => {
    const sheets = new SheetDocument(new Y.Doc())
    const on = { type: 'set-sizes', sheet: 'sheet-1', axis: 'rows' } as const
    expect(sheets.apply({ ...on, sizes: { 3: Number.NaN } })).toEqual([
      { ...on, sizes: { 3: null } },
    ])
  })
})
