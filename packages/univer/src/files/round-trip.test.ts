import fc from 'fast-check'
import { expect, it } from 'vitest'
import * as Y from 'yjs'
import type { CellData, CellMatrix, Link, Style } from '../document/index.js'
import type { PrintSettings } from '../document/print-settings.js'
import { sheetWith } from './files.fixture.js'
import {
  readFile,
  sheetsIn,
  writeDelimited,
  writeSheets,
  writeXlsx,
  type FileSheet,
} from './index.js'

const ROWS = 12
const COLUMNS = 8

const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('007', '1e5', ' x ', '=1+1', "'a", '_x0041_', 'a\nb', 'TRUE', '<&>"', '中文'),
  )
  .filter((written) => written !== '' && !/(?![\n\t])\p{Cc}|[\ufffe\uffff]/u.test(written))

/** A text as reading gives it: what looks like something else is told apart. */
const textCell = text.map((v): CellData =>
  v.trim() !== '' && (Number.isFinite(Number(v)) || /^\s*(?:true|false|=[^]+)$/i.test(v))
    ? { v, t: 4 }
    : { v },
)
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((v): CellData => ({ v: Object.is(v, -0) ? 0 : v }))
const content: fc.Arbitrary<CellData> = fc.oneof(
  textCell,
  number,
  fc.boolean().map((v): CellData => ({ v: v ? 1 : 0, t: 3 })),
  fc
    .constantFrom('=A1+B$2', "=SUM('Sheet 2'!A:A)", '=XLOOKUP(A1,B:B,C:C)', '=IF(A1="x",1,"")')
    .map((f): CellData => ({ f })),
  fc.constant({}),
)

const color = fc.constantFrom('#FF0000', '#00AB12', '#123456').map((rgb): Style => ({ rgb }))
const line = fc.record({ s: fc.integer({ min: 1, max: 13 }), cl: color })
const style = fc.record(
  {
    bd: fc
      .record({ t: line, r: line, b: line, l: line }, { requiredKeys: [] })
      .filter((sides) => Object.keys(sides).length > 0),
    bg: color,
    bl: fc.constant(1),
    cl: color,
    ff: fc.constantFrom('Calibri', '宋体'),
    fs: fc.constantFrom(8, 10.5, 24),
    ht: fc.constantFrom(1, 2, 3, 4),
    it: fc.constant(1),
    n: fc.constantFrom('0.00', '#,##0', '@', '¥#,##0.00', '0%').map((pattern) => ({ pattern })),
    pd: fc.constantFrom(1, 3).map((n) => ({ t: 0, r: 2, b: 2, l: 2 + 9 * n })),
    st: fc.constant({ s: 1 }),
    tb: fc.constant(3),
    tr: fc.constantFrom({ a: -45 }, { a: 90 }, { a: 0, v: 1 }),
    ul: fc.constant({ s: 1 }),
    va: fc.constantFrom(2, 3),
    vt: fc.constantFrom(1, 2, 3),
  },
  { requiredKeys: [] },
)

const cell = fc
  .tuple(content, style)
  .map(([value, s]): CellData => (Object.keys(s).length === 0 ? value : { ...value, s }))

const place = fc.tuple(
  fc.integer({ min: 0, max: ROWS - 1 }),
  fc.integer({ min: 0, max: COLUMNS - 1 }),
)

function matrixOf<T extends object | string>(
  placed: readonly (readonly [readonly [number, number], T])[],
) {
  const cells: { [row: number]: { [column: number]: T } } = {}
  for (const [[row, column], data] of placed) {
    if (Object.keys(data).length > 0) (cells[row] ??= {})[column] = data
  }
  return cells
}

const matrix = <T extends object | string>(each: fc.Arbitrary<T>): fc.Arbitrary<CellMatrix<T>> =>
  fc.array(fc.tuple(place, each), { maxLength: 30 }).map(matrixOf)

const linesOf = (count: number, size: fc.Arbitrary<number>) =>
  fc
    .record({
      sizes: fc.dictionary(fc.integer({ min: 0, max: ROWS }).map(String), size, {
        noNullPrototype: true,
      }),
      hidden: fc.uniqueArray(fc.integer({ min: 0, max: ROWS })),
    })
    .map(({ sizes, hidden }) => ({ count, sizes, hidden: hidden.toSorted((a, b) => a - b) }))

const filter = fc.constantFrom<FileSheet['filter'][]>(
  null,
  { range: { startRow: 0, startColumn: 1, endRow: 6, endColumn: 3 }, criteria: {} },
  {
    range: { startRow: 0, startColumn: 1, endRow: 6, endColumn: 3 },
    criteria: { 2: { filters: { filters: ['007', '中文'] } } },
  },
)
const look = fc.record({
  isHidden: fc.boolean(),
  color: fc.constantFrom(null, '#00AB12'),
  hasGridLines: fc.boolean(),
})

const gte = 'greaterThanOrEqual'
const test = (more: object) =>
  style.map(({ bg, cl, bl, it: slanted, st, ul }) => {
    const own = { bg, cl, bl, it: slanted, st, ul }
    const known = Object.entries(own).filter(([, part]) => part !== undefined)
    return { type: 'highlightCell', style: Object.fromEntries(known), ...more }
  })
const effect = fc.oneof(
  ...[
    { subType: 'number', operator: 'greaterThan', value: -1.5 },
    { subType: 'number', operator: 'notBetween', value: [1, 20] },
    { subType: 'text', operator: 'containsText', value: 'a "b" & <c>' },
    { subType: 'text', operator: 'beginsWith', value: '中文' },
    { subType: 'text', operator: 'notEqual', value: 'x"y' },
    { subType: 'text', operator: 'notContainsBlanks' },
    { subType: 'uniqueValues' },
    { subType: 'duplicateValues' },
    { subType: 'formula', value: "=AND(B2>$C$1,'Sheet 2'!A1=XLOOKUP(1,B:B,C:C))" },
  ].map(test),
  fc.constantFrom(
    {
      type: 'colorScale',
      config: [
        { index: 0, color: '#FF0000', value: { type: 'min' } },
        { index: 1, color: '#FFFF00', value: { type: 'percentile', value: 50 } },
        { index: 2, color: '#00FF00', value: { type: 'formula', value: '=MAX($A$1:$A$9)' } },
      ],
    },
    {
      type: 'dataBar',
      isShowValue: true,
      config: {
        min: { type: 'num', value: 0 },
        max: { type: 'max' },
        isGradient: true,
        positiveColor: '#123456',
        nativeColor: '#FF0000',
      },
    },
    ...(
      [
        ['3Arrows', '012'],
        ['3Flags', '210'],
        ['4Rating', '3210'],
        ['5Rating', '01234'],
      ] as const
    ).map(([iconType, ids]) => ({
      type: 'iconSet',
      isShowValue: ids === '012',
      config: [...ids].map((iconId, at) => {
        const last = ids.length - 1
        const value = 100 - (100 * Math.min(at + 1, last)) / ids.length
        const operator = at === last ? 'lessThan' : gte
        return { operator, value: { type: 'percent', value }, iconType, iconId }
      }),
    })),
  ),
)
const cellsOfRule = fc.constantFrom(
  [{ startRow: 1, startColumn: 1, endRow: 9, endColumn: 1 }],
  [
    { startRow: 0, startColumn: 0, endRow: 0, endColumn: 0 },
    { startRow: 4, startColumn: 0, endRow: 999, endColumn: 25 },
  ],
)
const rules = fc
  .array(fc.record({ ranges: cellsOfRule, stopIfTrue: fc.boolean(), effect }), { maxLength: 3 })
  .map((all) => all.map((rule, at) => ({ id: `file-${at + 1}`, ...rule })) as FileSheet['rules'])

const check = fc.oneof(
  fc.constantFrom(
    { type: 'list', formula1: 'yes,"no",ä' },
    { type: 'list', formula1: '=$A$1:$A$9' },
    { type: 'custom', formula1: '=AND(B2>1,B2<$A$1)' },
    { type: 'date', operator: 'between', formula1: '2024-02-29', formula2: '=TODAY()' },
  ),
  fc.record({
    type: fc.constantFrom('whole', 'decimal', 'textLength'),
    operator: fc.constantFrom('equal', 'notEqual', 'greaterThan', 'lessThanOrEqual'),
    formula1: fc.constantFrom('7', '=$A$1+1'),
  }),
)
const validations = fc
  .array(
    fc.record({
      check: fc
        .tuple(
          check,
          fc.record({
            errorStyle: fc.constantFrom(0, 1, 2),
            more: fc.constantFrom(
              {},
              { allowBlank: false },
              { error: 'Not <that>', showErrorMessage: true, errorTitle: 'No' },
              { prompt: 'Say', promptTitle: 'Which', showInputMessage: true },
            ),
          }),
        )
        .map(([own, { errorStyle, more }]) => ({ ...own, errorStyle, ...more })),
      ranges: cellsOfRule,
    }),
    { maxLength: 3 },
  )
  .map(
    (all) => all.map((one, at) => ({ id: `file-${at + 1}`, ...one })) as FileSheet['validations'],
  )

const link = fc.constantFrom<Link>(
  { url: 'https://example.com/a?b=1&c="2"#d' },
  { url: 'mailto:a@b.com' },
  { place: "='Sheet 2'!B2:C4" },
  { place: "='Sheet 2'!$A:$B" },
)

const names = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('Sales', '销售额', 'Tax_rate', '_a.b', 'rate2x', 'Rows', 'Text'),
    formula: fc.constantFrom(
      "='Sheet 2'!$A$1:$B$9",
      "='Sheet 2'!$A$1,'Sheet 2'!$C$1",
      "='Sheet 2'!$C:$C",
      '=0.19',
      '="a ""b"" <c>"',
      "=SUM('Sheet 2'!$A$1)*IFS(TRUE,2)",
      '=#REF!',
    ),
    isOfSheet: fc.boolean(),
    comment: fc.constantFrom('', 'What <it> is for'),
  }),
  { selector: ({ name }) => name, maxLength: 4 },
)
/** Programs list those of the workbook and those of the sheet in their own order. */
const sortedNames = names.map((all) =>
  all.toSorted((a, b) => Number(a.isOfSheet) - Number(b.isOfSheet)),
)

const PIXEL = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
const image = fc.record({
  source: fc.constantFrom(
    `data:image/gif;base64,${PIXEL}`,
    'data:image/png;base64,iVBORw0KGgo=',
    'data:image/jpeg;base64,/9j/4AAQ',
  ),
  alt: fc.constantFrom('', 'A "chart" of <a & b>', '图'),
  row: fc.nat(20),
  column: fc.nat(6),
  x: fc.nat(80),
  y: fc.nat(20),
  width: fc.integer({ min: 1, max: 4_000 }),
  height: fc.integer({ min: 1, max: 4_000 }),
  isWithin: fc.constant(false),
})

const anySheet: fc.Arbitrary<FileSheet> = fc.record({
  name: fc.constantFrom('One', '表 1', "it's"),
  cells: matrix(cell),
  merges: fc.constantFrom(
    [],
    [{ startRow: 1, startColumn: 2, endRow: 3, endColumn: 2 }],
    [
      { startRow: 0, startColumn: 0, endRow: 1, endColumn: 1 },
      { startRow: 5, startColumn: 0, endRow: 5, endColumn: 7 },
    ],
  ),
  frozen: fc.record({ rows: fc.nat(3), columns: fc.nat(3) }),
  filter,
  look,
  rules,
  validations,
  names: sortedNames,
  print: fc.option(
    fc.record({
      paper: fc.constantFrom('a4', 'letter'),
      isLandscape: fc.boolean(),
      margins: fc.constantFrom('normal', 'narrow', 'wide', 'none'),
      size: fc.constantFrom<PrintSettings['size']>('width', 'page', 100, 50, 75, 125, 150),
      repeatedRows: fc.constantFrom(0, 1, 12, 100),
      repeatedColumns: fc.constantFrom(0, 1, 30, 100),
      area: fc.option(
        fc.constantFrom(
          { startRow: 0, startColumn: 0, endRow: 0, endColumn: 0 },
          { startRow: 2, startColumn: 1, endRow: 999, endColumn: 25 },
        ),
      ),
      hasGridLines: fc.boolean(),
      hasFooter: fc.boolean(),
    }),
  ),
  notes: matrix(text),
  links: matrix(link),
  images: fc.array(image, { maxLength: 3 }),
  charts: fc.constant([]),
  rows: linesOf(1_000, fc.integer({ min: 1, max: 400 })),
  // 88 is what a column has anyway.
  columns: linesOf(
    26,
    fc.integer({ min: 1, max: 400 }).filter((px) => px !== 88),
  ),
})

/** Rows that a filter hides aren't told from others that are hidden. */
const sheet = anySheet.map((each): FileSheet =>
  each.filter === null ? each : { ...each, rows: { ...each.rows, hidden: [] } },
)

const SECOND = sheetWith({ name: 'Sheet 2', cells: { 0: { 0: { v: 1 } } } })

it('[FL10] what is saved as a workbook and opened is the same', async () => {
  await fc.assert(
    fc.asyncProperty(sheet, async (first) => {
      const { sheets, leftOut } = await readFile(await writeXlsx([first, SECOND]), 'a.xlsx')
      expect(leftOut).toEqual([])
      expect(sheets).toEqual([first, SECOND])
      const doc = new Y.Doc()
      for (const update of writeSheets(sheets, {})) Y.applyUpdate(doc, update)
      expect(sheetsIn(doc).map((each) => each.sheet)).toEqual(sheets)
    }),
    { numRuns: 150 },
  )
})

it('[FL10] what is saved as text and opened is the same', async () => {
  const plain = fc.oneof(
    textCell,
    fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((v) => ({ v: Math.round(v) + 0 })),
  )
  await fc.assert(
    fc.asyncProperty(
      matrix(plain),
      fc.constantFrom(',', ';', '\t'),
      fc.boolean(),
      async (cells, delimiter, bom) => {
        // Text has no types: what looks like a number is one.
        const told = withoutDoubts(cells)
        const bytes = writeDelimited(sheetWith({ cells: told }), { delimiter, bom })
        if (Object.keys(told).length === 0) return
        const { sheets } = await readFile(bytes, delimiter === '\t' ? 'One.tsv' : 'One.csv')
        expect(sheets[0]!.cells).toEqual(told)
      },
    ),
    { numRuns: 300 },
  )
})

function withoutDoubts(cells: CellMatrix<CellData>): CellMatrix<CellData> {
  const kept = Object.entries(cells).map(([row, inRow]) => {
    const sure = Object.entries(inRow as Record<string, CellData>).filter(
      ([, { v, t }]) =>
        t === undefined ||
        !/^\s*(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?|true|false)\s*$/i.test(String(v)),
    )
    return [row, Object.fromEntries(sure)] as const
  })
  return Object.fromEntries(kept.filter(([, inRow]) => Object.keys(inRow).length > 0))
}
