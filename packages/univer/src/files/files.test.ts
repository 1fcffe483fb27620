import * as univer from '@univerjs/engine-formula'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { writeOds } from 'hucre/ods'
import { readXlsx } from 'hucre/xlsx'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type CellData, SheetDocument } from '../document/index.js'
import { bytesOf, fileOf, sheetWith, workbookOf, worksheetOf } from './files.fixture.js'
import { KNOWN_FUNCTIONS, LATER_FUNCTIONS, LATER_SHEET_FUNCTIONS } from './functions.js'
import { FILE_LIMITS, readFile, sheetsIn, writeDelimited, writeSheets, writeXlsx } from './index.js'
import type { FileSheet } from './model.js'
import { unpack } from './parts.js'
import { afterCells, elementsIn, textIn } from './rule-attributes.js'
import { survey } from './survey.js'

/** The functions that Univer calculates, without those that stand for operators. */
const CALCULATED = Object.entries(univer)
  .filter(([name]) => /^function[A-Z]/.test(name) && name !== 'functionMeta')
  .flatMap(([, list]) => list as unknown as [unknown, string][])
  .map(([, name]) => name)

const COMMA = { delimiter: ',', bom: false } as const

const read = async (bytes: Uint8Array, name = 'a.xlsx') => readFile(bytes, name)
const cellsIn = async (bytes: Uint8Array, name?: string) =>
  (await read(bytes, name)).sheets[0]!.cells
const refusal = async (bytes: Uint8Array, name?: string): Promise<string> => {
  try {
    await read(bytes, name)
    return 'nothing'
  } catch (error) {
    return (error as Error).message
  }
}

/** Takes updates into a document. */
function docWith(updates: readonly Uint8Array[], doc = new Y.Doc()): Y.Doc {
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

describe('a workbook', () => {
  it('[FL1] of another office gives its values', async () => {
    const bytes = await writeOds({ sheets: [{ name: 'Costs', rows: [['rent', 900]] }] })
    expect(await cellsIn(bytes, 'a.ods')).toMatchObject({ 0: { 0: { v: 'rent' }, 1: { v: 900 } } })
  })

  it('[FL1] gives its values, with their types', async () => {
    const rows = `<row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c><c r="B1"><v>1.5</v></c>
      <c r="C1" t="b"><v>1</v></c><c r="D1" t="inlineStr"><is><t>007</t></is></c></row>`
    expect(await cellsIn(fileOf(rows))).toEqual({
      0: { 0: { v: 'text' }, 1: { v: 1.5 }, 2: { v: 1, t: 3 }, 3: { v: '007', t: 4 } },
    })
  })

  it('[FL4] has shared formulas written out, and array formulas in their first cell', async () => {
    const rows = `<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1*$C$1+Two!B1</f><v>1</v></c></row>
      <row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c><c r="D2"><f t="array" ref="D2:D3">B1:B2*2</f><v>3</v></c></row>
      <row r="3"><c r="A3"><f t="shared" si="0"/><v>3</v></c><c r="D3"><v>4</v></c></row>`
    expect(await cellsIn(fileOf(rows))).toEqual({
      0: { 0: { f: '=B1*$C$1+Two!B1' } },
      1: { 0: { f: '=B2*$C$1+Two!B2' }, 3: { f: '=B1:B2*2' } },
      2: { 0: { f: '=B3*$C$1+Two!B3' } },
    })
  })

  it('[FL4] keeps formulas that can’t be calculated here as text, and links to other files as values', async () => {
    const rows = `<row r="1"><c r="A1"><f>_xlfn.XLOOKUP(1,B1:B2,C1:C2)</f><v>1</v></c><c r="B1"><f>NOSUCH(1)</f><v>2</v></c>
      <c r="C1"><f>SUM(Sales[Amount])</f><v>3</v></c><c r="D1"><f>[1]Sheet1!A1*2</f><v>4</v></c>
      <c r="E1"><f>"[1] "&amp;"NOSUCH("</f><v>5</v></c></row>`
    const { sheets, leftOut } = await read(fileOf(rows))
    expect(sheets[0]!.cells).toEqual({
      0: {
        0: { f: '=XLOOKUP(1,B1:B2,C1:C2)' },
        1: { v: '=NOSUCH(1)', t: 4 },
        2: { v: '=SUM(Sales[Amount])', t: 4 },
        3: { v: 4 },
        4: { f: '="[1] "&"NOSUCH("' },
      },
    })
    expect(leftOut).toEqual([
      { feature: 'unknown-formulas', sheet: 'One', count: 2, example: 'B1' },
      { feature: 'external-links', sheet: 'One', count: 1, example: 'D1' },
    ])
  })

  it('[FL4] knows the functions that Univer calculates, and their names in files', async () => {
    expect([...KNOWN_FUNCTIONS].toSorted()).toEqual(CALCULATED.toSorted())
    const later = [...LATER_FUNCTIONS, ...LATER_SHEET_FUNCTIONS]
    expect(later.filter((name) => !KNOWN_FUNCTIONS.has(name))).toEqual([])
    const cells = { 0: { 0: { f: '=XLOOKUP("IFS(",A2,FILTER(B1:B9,\'IFS(\'!C1))' } } }
    const { sheets } = await readXlsx(await writeXlsx([sheetWith({ cells })]))
    expect(sheets[0]!.cells?.get('0,0')?.formula).toBe(
      '_xlfn.XLOOKUP("IFS(",A2,_xlfn._xlws.FILTER(B1:B9,\'IFS(\'!C1))',
    )
    expect(await cellsIn(await writeXlsx([sheetWith({ cells })]))).toEqual(cells)
  })

  it.each([
    ['1900', '', 45_000.25],
    ['1904', '<workbookPr date1904="1"/>', 43_538.25],
  ])('[FL9] has dates of the %s system', async (_, system, serial) => {
    const styles =
      '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    const sheet = worksheetOf(`<row r="1"><c r="A1" s="1"><v>${serial}</v></c></row>`)
    const workbook = `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">${system}<sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`
    const bytes = workbookOf({
      'xl/workbook.xml': workbook,
      'xl/styles.xml': styles,
      'xl/worksheets/sheet1.xml': sheet,
    })
    const cell = (await cellsIn(bytes))[0]![0]!
    expect(cell.v).toBe(45_000.25)
    expect(cell.s).toEqual({ n: { pattern: expect.stringMatching(/d.*y|y.*d/) as string } })
  })

  it('[FL3] says what is left out, where, and how often', async () => {
    const after = `<mergeCells><mergeCell ref="B2:C3"/></mergeCells>
      <conditionalFormatting sqref="C3:C9"><cfRule type="expression" priority="1"><formula>NOSUCH(C3)</formula></cfRule></conditionalFormatting>
      <conditionalFormatting sqref="D3"><cfRule type="timePeriod" priority="2" timePeriod="today"/></conditionalFormatting>
      <dataValidations><dataValidation type="time" sqref="D4"><formula1>0.5</formula1></dataValidation></dataValidations>`
    const bytes = workbookOf({
      'xl/worksheets/sheet1.xml': worksheetOf('<row r="1"><c r="A1"><v>1</v></c></row>', after),
      'xl/vbaProject.bin': 'macros',
    })
    const { sheets, leftOut } = await read(bytes, 'a.xlsm')
    expect(sheets[0]).toMatchObject({
      cells: { 0: { 0: { v: 1 } } },
      merges: [{ startRow: 1, startColumn: 1, endRow: 2, endColumn: 2 }],
    })
    expect(leftOut).toEqual([
      { feature: 'macros', sheet: '', count: 1 },
      { feature: 'conditional-formats', sheet: 'One', count: 2, example: 'C3' },
      { feature: 'validations', sheet: 'One', count: 1, example: 'D4' },
    ])
  })
})

describe('the sheets of a file', () => {
  const TWO: readonly FileSheet[] = [
    sheetWith({ name: 'Sheet 1', cells: { 0: { 0: { f: "='Sheet 2'!A1" } } } }),
    sheetWith({
      name: 'Sheet 2',
      cells: { 0: { 0: { v: 7 } } },
      columns: { count: 30, sizes: { 2: 40 }, hidden: [3] },
      frozen: { rows: 1, columns: 2 },
    }),
  ]

  it('[FL2] are all that a new document has', () => {
    const doc = docWith(writeSheets(TWO, { title: 'Budget' }))
    expect(sheetsIn(doc).map(({ sheet }) => sheet)).toEqual(TWO)
    expect(doc.getMap('about').get('title')).toBe('Budget')
  })

  it('[FL2] come after those of a document, and refer to each other whatever these are called', () => {
    const doc = new Y.Doc()
    const before = new SheetDocument(doc)
    before.apply({
      type: 'set-range-values',
      sheet: 'sheet-2',
      cellValue: { 0: { 0: { v: 'other' } } },
    })
    const updates = writeSheets(TWO, { after: before.lastSheetKey })
    docWith(updates, doc)
    const names = sheetsIn(doc).map(({ sheet }) => sheet.name)
    expect(names).toEqual(['Sheet 1', 'Sheet 2', 'Sheet 3', 'Sheet 1 (2)', 'Sheet 2 (2)'])
    expect(sheetsIn(doc)[3]!.sheet.cells).toEqual({ 0: { 0: { f: "='Sheet 2 (2)'!A1" } } })
    expect(doc.store.pendingStructs).toBeNull()
  })

  it('[FL2] are one step of undo', () => {
    const doc = new Y.Doc()
    const sheets = new SheetDocument(doc)
    sheets.apply({
      type: 'set-range-values',
      sheet: 'sheet-1',
      cellValue: { 0: { 0: { v: 'mine' } } },
    })
    const cells = Object.fromEntries(
      Array.from({ length: 9_000 }, (_, row) => [row, { 0: { v: row } }]),
    )
    const many = sheetWith({ cells, rows: { count: 9_000, sizes: {}, hidden: [] } })
    const updates = writeSheets([...TWO, many], { after: sheets.lastSheetKey })
    expect(updates.length).toBeGreaterThan(2)
    sheets.add(updates)
    sheets.takeChanges()
    expect(sheets.snapshot()).toHaveLength(6)
    expect(sheets.steps).toEqual({ undos: 2, redos: 0 })
    sheets.undo()
    sheets.takeChanges()
    expect(sheets.snapshot().map(({ name }) => name)).toEqual(['Sheet 1', 'Sheet 2', 'Sheet 3'])
    expect(sheets.snapshot()[0]!.cells).toEqual({ 0: { 0: { v: 'mine' } } })
    sheets.redo()
    sheets.takeChanges()
    expect(sheets.snapshot()).toHaveLength(6)
    expect(sheets.snapshot()[5]!.cells[8_999]).toEqual({ 0: { v: 8_999 } })
  })
})

describe('a text', () => {
  const TABLE = {
    0: { 0: { v: '名称' }, 1: { v: 'b' } },
    1: { 0: { v: 1 }, 1: { v: 'line\nbreak' } },
  }
  const GB18030 = Uint8Array.of(0xc3, 0xfb, 0xb3, 0xc6)
  const text = (delimiter: string) => `名称${delimiter}b\r\n1${delimiter}"line\nbreak"\r\n`
  const inUtf16 = (isLittle: boolean, hasMark: boolean) =>
    Uint8Array.from(
      [...(hasMark ? '\uFEFF' : ''), ...text(',').replace('名称', 'name')].flatMap((letter) => {
        const [low, high] = [letter.charCodeAt(0) & 0xff, letter.charCodeAt(0) >> 8]
        return isLittle ? [low, high] : [high, low]
      }),
    )

  it.each([
    ['UTF-8', bytesOf(text(','))],
    ['UTF-8 with a mark', bytesOf(`\uFEFF${text(',')}`)],
    ['semicolons', bytesOf(text(';'))],
    ['tabs', bytesOf(text('\t'))],
    ['GB18030', Uint8Array.of(...GB18030, ...bytesOf(text(',').slice(2)))],
  ])('[FL5] is read in %s', async (_, bytes) => {
    expect(await cellsIn(bytes, 'a.csv')).toEqual(TABLE)
  })

  it.each([
    ['little', true, true],
    ['little', true, false],
    ['big', false, true],
    ['big', false, false],
  ])('[FL5] is read in UTF-16, %s end first (%s, mark: %s)', async (_, isLittle, hasMark) => {
    const cells = await cellsIn(inUtf16(isLittle, hasMark), 'a.csv')
    expect(cells).toEqual({ ...TABLE, 0: { 0: { v: 'name' }, 1: { v: 'b' } } })
  })

  it.each([',', ';', '\t'])(
    '[FL5] is split at %j, whatever its texts have in them',
    async (delimiter) => {
      for (const texts of [
        ['a', 'b'],
        ['say "no"', 'b'],
        ['"', 'b, c; d'],
        ['', 'b'],
      ]) {
        const line = texts.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter)
        const { sheets } = await readFile(new TextEncoder().encode(`${line}\n`), 'a.csv')
        const expected = texts.map((v, column) => [column, v] as const).filter(([, v]) => v !== '')
        const found = Object.entries(sheets[0]!.cells[0] as Record<string, CellData>)
        expect(found.map(([column, { v }]) => [Number(column), v])).toEqual(expected)
      }
    },
  )

  it('[FL5] has numbers, dates and more, and else texts', async () => {
    const fields = [
      '-1.5e3',
      '12.5%',
      '2026-11-30',
      '2026/11/30 12:00',
      '6:00:30',
      'true',
      '=SUM(A1:B1)',
      '0012',
      '1234567890123456',
      '30.2.2026',
      '2026-02-30',
    ]
    const cells = await cellsIn(bytesOf(fields.join('\n')), 'a.csv')
    expect(Object.values(cells).map((row) => (row as { 0: object })[0])).toEqual([
      { v: -1_500 },
      { v: 0.125, s: { n: { pattern: '0.0%' } } },
      { v: 46_356, s: { n: { pattern: 'yyyy-mm-dd' } } },
      { v: 46_356.5, s: { n: { pattern: 'yyyy-mm-dd hh:mm' } } },
      { v: 21_630 / 86_400, s: { n: { pattern: 'hh:mm:ss' } } },
      { v: 1, t: 3 },
      { f: '=SUM(A1:B1)' },
      { v: '0012', t: 4 },
      { v: '1234567890123456', t: 4 },
      { v: '30.2.2026' },
      { v: '2026-02-30' },
    ])
  })

  it('[FL6] of a cell never becomes a formula, and is the same again', async () => {
    const texts = ['=1+1', '+1', '-a', '@a', "'=x", "it's", "''", '\ta', 'a=b']
    const cells = Object.fromEntries(texts.map((v, row) => [row, { 0: { v } }]))
    const bytes = writeDelimited(sheetWith({ cells }), COMMA)
    const lines = new TextDecoder().decode(bytes).split('\r\n')
    expect(lines.slice(0, 6)).toEqual(["'=1+1", "'+1", "'-a", "'@a", "''=x", "it's"])
    const again = await cellsIn(bytes, 'a.csv')
    expect(Object.values(again).map((row) => (row as { 0: { v: string } })[0].v)).toEqual(texts)
  })

  it('[FL6] has results, dates and numbers, and a mark if that is wanted', () => {
    const cells = {
      0: {
        0: { f: '=A2*2' },
        1: { f: '=A3' },
        2: { v: 45_000.5, s: { n: { pattern: 'd/m/yyyy h:mm' } } },
        3: { v: -5 },
        4: { v: 1, t: 3 },
        5: { v: 'a;"b' },
      },
    }
    const options = { delimiter: ';', bom: true } as const
    const bytes = writeDelimited(sheetWith({ cells }), options, { 0: { 0: 14 } })
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(new TextDecoder().decode(bytes)).toBe('14;=A3;2023-03-15 12:00;-5;TRUE;"a;""b"\r\n')
  })
})

describe('a bad file', () => {
  const ole = (...names: string[]) =>
    Uint8Array.from([
      0xd0,
      0xcf,
      0x11,
      0xe0,
      0xa1,
      0xb1,
      0x1a,
      0xe1,
      ...names.flatMap((name) => [...name].flatMap((letter) => [letter.charCodeAt(0), 0])),
    ])
  const many = (count: number) =>
    `<row r="1">${Array.from({ length: count }, () => '<c><v>1</v></c>').join('')}</row>`
  const zeros = new Uint8Array(FILE_LIMITS.ratioFromBytes + 1)

  it.each([
    ['text for a workbook', bytesOf('a,b'), 'a.xlsx', /isn’t an \.xlsx file/],
    ['a workbook for text', workbookOf(), 'a.csv', /isn’t an \.csv file/],
    ['a picture for text', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0), 'a.csv', /isn’t an/],
    ['another archive', zipSync({ a: strToU8('b') }), 'a.xlsx', /damaged, or not a spreadsheet/],
    ['half a workbook', workbookOf().subarray(0, 300), 'a.xlsx', /damaged/],
    ['an old format without content', ole('nothing'), 'a.xls', /damaged/],
    ['nothing', new Uint8Array(), 'a.csv', /empty/],
    ['another kind', bytesOf('%PDF'), 'a.pdf', /can’t be opened/],
    ['an encrypted workbook', ole('EncryptionInfo', 'EncryptedPackage'), 'a.xlsx', /password/],
    ['a bomb', zipSync({ 'xl/a.xml': zeros }), 'a.xlsx', /too large/],
    [
      'entities',
      workbookOf({ 'xl/workbook.xml': '<!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>' }),
      'a.xlsx',
      /XML entities/,
    ],
    ['too many cells', fileOf(many(FILE_LIMITS.cells + 1)), 'a.xlsx', /too many cells/],
    [
      'too many cells with a prefix',
      workbookOf({ 'xl/worksheets/sheet1.xml': '<x:c/>'.repeat(FILE_LIMITS.cells + 1) }),
      'a.xlsx',
      /too many cells/,
    ],
    [
      'too many cells in a part with another name',
      workbookOf({ 'xl/other.xml': '<c/>'.repeat(FILE_LIMITS.cells + 1) }),
      'a.xlsx',
      /too many cells/,
    ],
    ...[
      '<c r="XFD1048576"/>',
      '<c s="1" z=">" r=\'XFD1048576\'>',
      '<x:c r="A1" r="XFD&#49;048576"/>',
      `<row r="1048576">${'<c/>'.repeat(100)}</row>`,
    ].map((far): [string, Uint8Array, string, RegExp] => [
      'far cells',
      fileOf(far),
      'a.xlsx',
      /too many cells/,
    ]),
    [
      'cells of several sheets that are far together',
      workbookOf({ 'xl/a.xml': '<c r="K1000000"/>', 'xl/b.xml': '<c r="K1000000"/>' }),
      'a.xlsx',
      /too many cells/,
    ],
    ['too many rows', bytesOf('1\n'.repeat(100_001)), 'a.csv', /too many lines/],
    ['too many columns', bytesOf(','.repeat(5_000)), 'a.csv', /too many lines/],
  ])('[FL7 FL8] with %s is refused with a sentence', async (_, bytes, name, sentence) => {
    const message = await refusal(bytes, name)
    expect(message).toMatch(sentence)
    expect(message).toMatch(/^[A-Z][^\n]{10,140}\.$/)
  })

  it('[FL7] has the order of calculation, which names many cells, and is read without it', async () => {
    const order = `<calcChain>${'<c r="XFD1048576"/>'.repeat(2)}</calcChain>`
    const { sheets } = await readFile(
      workbookOf({
        'xl/calcChain.xml': order,
        'xl/worksheets/sheet1.xml': worksheetOf('<row r="2"><c r="B2"><v>1</v></c></row>'),
      }),
      'a.xlsx',
    )
    expect(sheets[0]!.cells).toEqual({ 1: { 1: { v: 1 } } })
  })

  it('[FL7] has images that are unpacked apart, and never looked through as XML', async () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
    const bytes = drawingOf([anchorOf('one', { id: 'r1' })], {
      'xl/media/image1.png': strFromU8(png, true) + '<!DOCTYPE x>',
    })
    const { sheets, leftOut } = await readFile(bytes, 'a.xlsx')
    expect(leftOut).toEqual([])
    expect(sheets[0]!.images).toMatchObject([{ row: 1, column: 2, x: 10, y: 5, width: 40 }])
  })

  it('[FL7] has parts that are only looked for, which aren’t unpacked', () => {
    const parts = unpack(workbookOf({ 'xl/media/image1.png': 'x'.repeat(1_000) }))
    expect(parts['xl/media/image1.png']).toHaveLength(0)
    expect(parts['xl/workbook.xml']!.length).toBeGreaterThan(0)
  })

  it('[FL7] that says less of its size than is true is never larger than it says', async () => {
    const bytes = workbookOf({ 'xl/worksheets/sheet1.xml': worksheetOf(many(20_000)) })
    // The directory says 100 bytes of every part.
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    for (let at = 0; at < bytes.length - 4; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 100, true)
    }
    expect(await refusal(bytes)).toMatch(/damaged/)
  })
})

describe('a filter of a file', () => {
  const rows = `<row r="1"><c r="A1" t="inlineStr"><is><t>kind</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row>
    <row r="3" hidden="1"><c r="A3"><v>2</v></c></row>`

  it('[FL1] shows the rows with its values', async () => {
    const after =
      '<autoFilter ref="A1:A3"><filterColumn colId="0"><filters><filter val="1"/></filters></filterColumn></autoFilter>'
    const { sheets, leftOut } = await read(fileOf(rows, after))
    expect(sheets[0]).toMatchObject({
      filter: {
        range: { startRow: 0, startColumn: 0, endRow: 2, endColumn: 0 },
        criteria: { 0: { filters: { filters: ['1'] } } },
      },
      rows: { hidden: [] },
    })
    expect(leftOut).toEqual([])
    const saved = await readXlsx(await writeXlsx(sheets))
    expect([...saved.sheets[0]!.rowDefs!].map(([row, { hidden }]) => [row, hidden])).toEqual([
      [2, true],
    ])
  })

  it('[FL1 FL3] leaves rows as they are if it has other conditions', async () => {
    const after =
      '<autoFilter ref="A1:A3"><filterColumn colId="0"><customFilters><customFilter operator="lessThan" val="2"/></customFilters></filterColumn></autoFilter>'
    const { sheets, leftOut } = await read(fileOf(rows, after))
    expect(sheets[0]).toMatchObject({ filter: { criteria: {} }, rows: { hidden: [2] } })
    expect(leftOut).toEqual([{ feature: 'filters', sheet: 'One', count: 1, example: 'A1' }])
  })
})

describe('conditional formats of a file', () => {
  const read = async (after: string, dxfs: string) => {
    const bytes = workbookOf({
      'xl/worksheets/sheet1.xml': worksheetOf('<row r="1"><c r="A1"><v>1</v></c></row>', after),
      'xl/styles.xml': `<styleSheet><cellXfs><xf numFmtId="0"/></cellXfs><dxfs>${dxfs}</dxfs></styleSheet>`,
    })
    const { sheets, leftOut } = await readFile(bytes, 'a.xlsx')
    return { rules: sheets[0]!.rules, leftOut }
  }
  const block = (sqref: string, rule: string) =>
    `<conditionalFormatting sqref="${sqref}">${rule}</conditionalFormatting>`

  it('[FL20] are read as Excel writes them, the most important one first', async () => {
    const { rules, leftOut } = await read(
      block(
        'A1:A1048576 C2',
        '<cfRule type="top10" dxfId="0" priority="2" percent="1" bottom="1" rank="15"/>',
      ) +
        block(
          'B2:B9',
          `<cfRule type="aboveAverage" dxfId="0" priority="1" stopIfTrue="1" aboveAverage="0" equalAverage="1"/>
           <cfRule type="cellIs" priority="3" operator="between"><formula>$C$1</formula><formula>9</formula></cfRule>`,
        ),
      '<dxf><font><b/><color rgb="FF9C0006"/></font><fill><patternFill><bgColor rgb="FFFFC7CE"/></patternFill></fill></dxf>',
    )
    const style = { bg: { rgb: '#FFC7CE' }, bl: 1, cl: { rgb: '#9C0006' } }
    const highlight = { type: 'highlightCell', style }
    const b = [{ startRow: 1, startColumn: 1, endRow: 8, endColumn: 1 }]
    expect(leftOut).toEqual([])
    expect(rules).toEqual([
      {
        id: 'file-1',
        ranges: b,
        stopIfTrue: true,
        effect: { ...highlight, subType: 'average', operator: 'lessThanOrEqual' },
      },
      {
        id: 'file-2',
        ranges: [
          { startRow: 0, startColumn: 0, endRow: 999, endColumn: 0 },
          { startRow: 1, startColumn: 2, endRow: 1, endColumn: 2 },
        ],
        stopIfTrue: false,
        effect: { ...highlight, subType: 'rank', value: 15, isPercent: true, isBottom: true },
      },
      {
        id: 'file-3',
        ranges: b,
        stopIfTrue: false,
        effect: {
          type: 'highlightCell',
          style: {},
          subType: 'formula',
          value: '=AND(B2>=$C$1,B2<=9)',
        },
      },
    ])
  })

  it('[FL20] that files can’t say are written as formulas', async () => {
    const highlight = { type: 'highlightCell', style: { bl: 1 } } as const
    const ranges = [{ startRow: 1, startColumn: 0, endRow: 8, endColumn: 0 }]
    const effects = [
      { ...highlight, subType: 'rank', isBottom: false, isPercent: false, value: 3 },
      { ...highlight, subType: 'average', operator: 'greaterThan' },
      { ...highlight, subType: 'timePeriod', operator: 'today' },
      { ...highlight, subType: 'text', operator: 'containsErrors' },
    ] as const
    const all = effects.map((effect, at) => ({ id: `${at}`, ranges, stopIfTrue: false, effect }))
    const { sheets } = await readFile(await writeXlsx([sheetWith({ rules: all })]), 'a.xlsx')
    expect(sheets[0]!.rules.map(({ effect }) => 'value' in effect && effect.value)).toEqual([
      '=A2>=LARGE($A$2:$A$9,3)',
      '=A2>AVERAGE($A$2:$A$9)',
      '=ROUNDDOWN(A2,0)=TODAY()',
      '=ISERROR(A2)',
    ])
  })

  it('[FL20] of another form are left out, and said so', async () => {
    const icons = '<iconSet iconSet="5Boxes"><cfvo type="min"/></iconSet>'
    const { rules, leftOut } = await read(
      block(
        'A1',
        `<cfRule type="iconSet" priority="1">${icons}</cfRule>
         <cfRule type="top10" priority="2"/><cfRule type="cellIs" priority="3"/>
         <cfRule type="aboveAverage" priority="4" stdDev="1"/>
         <cfRule type="expression" priority="5"><formula>[1]Sheet1!A1</formula></cfRule>`,
      ) + block('nonsense', '<cfRule type="uniqueValues" priority="6"/>'),
      '',
    )
    expect(rules).toEqual([])
    expect(leftOut).toEqual([
      { feature: 'conditional-formats', sheet: 'One', count: 6, example: 'A1' },
    ])
  })
})

describe('data validations of a file', () => {
  const read = async (after: string) => {
    const bytes = workbookOf({
      'xl/worksheets/sheet1.xml': worksheetOf('<row r="1"><c r="A1"><v>1</v></c></row>', after),
    })
    const { sheets, leftOut } = await readFile(bytes, 'a.xlsx')
    return { validations: sheets[0]!.validations, leftOut }
  }
  const block = (rules: string) => `<dataValidations>${rules}</dataValidations>`
  const at = (startRow: number, startColumn: number, endRow = startRow) => ({
    startRow,
    startColumn,
    endRow,
    endColumn: startColumn,
  })

  it('[FL30] are read as Excel writes them, with lists of other sheets', async () => {
    const { validations, leftOut } = await read(
      block(
        `<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="A1:A1048576 C2"><formula1>"yes, no,""x"""</formula1></dataValidation>
         <dataValidation type="date" operator="greaterThan" allowBlank="1" showErrorMessage="1" errorStyle="warning" error="Later &amp; later" sqref="B2"><formula1>45000.5</formula1><formula2>0</formula2></dataValidation>
         <dataValidation type="whole" sqref="B3"><formula1>1</formula1><formula2>$A$1</formula2></dataValidation>`,
      ) +
        `<extLst><ext xmlns:x14="x14"><x14:dataValidations count="1" xmlns:xm="xm"><x14:dataValidation type="list" allowBlank="1" showErrorMessage="1">
          <x14:formula1><xm:f>'It &amp; that'!$A$1:$A$9</xm:f></x14:formula1><xm:sqref>D2:D9</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>`,
    )
    expect(leftOut).toEqual([])
    expect(validations).toEqual([
      {
        id: 'file-1',
        ranges: [at(0, 0, 999), at(1, 2)],
        check: { type: 'list', formula1: 'yes,no,"x"', errorStyle: 1 },
      },
      {
        id: 'file-2',
        ranges: [at(1, 1)],
        check: {
          type: 'date',
          operator: 'greaterThan',
          formula1: '2023-03-15 12:00:00',
          showErrorMessage: true,
          error: 'Later & later',
          errorStyle: 2,
          bizInfo: { showTime: true },
        },
      },
      {
        id: 'file-3',
        ranges: [at(2, 1)],
        check: {
          type: 'whole',
          operator: 'between',
          formula1: '1',
          formula2: '=$A$1',
          allowBlank: false,
          errorStyle: 0,
        },
      },
      {
        id: 'file-4',
        ranges: [at(1, 3, 8)],
        check: { type: 'list', formula1: "='It & that'!$A$1:$A$9", errorStyle: 1 },
      },
    ])
  })

  it('[FL9 FL30] have dates of the 1904 system', async () => {
    const date =
      '<dataValidation type="date" sqref="A1"><formula1>43538</formula1></dataValidation>'
    const bytes = workbookOf({
      'xl/workbook.xml': `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="1"/><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
      'xl/worksheets/sheet1.xml': worksheetOf('', block(date)),
    })
    const { sheets } = await readFile(bytes, 'a.xlsx')
    expect(sheets[0]!.validations[0]!.check.formula1).toBe('2023-03-15')
  })

  it('[FL30] that files can’t say are written as lists, or not at all', async () => {
    const checks = [
      { type: 'checkbox' },
      { type: 'listMultiple', formula1: 'a,b', formula2: '#fff,#000', errorStyle: 1 },
      { type: 'list', formula1: 'long,'.repeat(60) },
      { type: 'list', formula1: '["as the panel","writes it"]' },
      { type: 'list', formula1: '["with, a comma"]' },
      { type: 'any' },
    ] as const
    const all = checks.map((check, row) => ({ id: `${row}`, ranges: [at(row, 0)], check }))
    const { sheets } = await readFile(await writeXlsx([sheetWith({ validations: all })]), 'a.xlsx')
    expect(sheets[0]!.validations.map(({ check }) => check)).toEqual([
      { type: 'list', formula1: '1,0', errorStyle: 2 },
      { type: 'list', formula1: 'a,b', errorStyle: 0 },
      { type: 'list', formula1: 'as the panel,writes it', errorStyle: 2 },
    ])
  })

  it('[FL30] of another form are left out, and said so', async () => {
    const { validations, leftOut } = await read(
      block(
        `<dataValidation type="custom" sqref="A1"><formula1>NOSUCH(A1)</formula1></dataValidation>
         <dataValidation type="custom" sqref="A2"><formula1>[1]Sheet1!A1</formula1></dataValidation>
         <dataValidation type="list" sqref="A3"/>
         <dataValidation type="list" sqref="nonsense"><formula1>"a"</formula1></dataValidation>`,
      ),
    )
    expect(validations).toEqual([])
    expect(leftOut).toEqual([{ feature: 'validations', sheet: 'One', count: 4, example: 'A1' }])
  })
})

describe('notes of a file', () => {
  const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'
  const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const THREADS = 'http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments'
  const comment = (ref: string, text: string) =>
    `<comment ref="${ref}" authorId="0"><text><r><t xml:space="preserve">${text}</t></r></text></comment>`
  const parts = (comments: string) => ({
    'xl/comments1.xml': `<comments xmlns="${MAIN}"><authors><author>Ann</author></authors><commentList>${comments}</commentList></comments>`,
    'xl/worksheets/_rels/sheet1.xml.rels': `<Relationships xmlns="${PACKAGE}"><Relationship Id="r1" Type="${RELATIONS}/comments" Target="../comments1.xml"/><Relationship Id="r2" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" Target="../threadedComments/threadedComment1.xml"/></Relationships>`,
  })

  it('[FL31] are read where they are, also beyond the cells, and too long ones are cut', async () => {
    const long = 'x'.repeat(20_000)
    const bytes = workbookOf(
      parts(comment('B2', 'Ann:&#10;why?') + comment('AD2000', 'far') + comment('C1', long)),
    )
    const { sheets, leftOut } = await readFile(bytes, 'a.xlsx')
    expect(sheets[0]!.notes).toEqual({
      0: { 2: `${'x'.repeat(9_999)}…` },
      1: { 1: 'Ann:\nwhy?' },
      1999: { 29: 'far' },
    })
    expect(sheets[0]).toMatchObject({ rows: { count: 2_000 }, columns: { count: 30 } })
    expect(leftOut).toEqual([{ feature: 'long-texts', sheet: 'One', count: 1, example: 'C1' }])
  })

  it('[FL31] of threads have the comments with their authors', async () => {
    const bytes = workbookOf({
      ...parts(comment('A1', '[Threaded comment] Your version of Excel can’t show it.')),
      'xl/threadedComments/threadedComment1.xml': `<ThreadedComments xmlns="${THREADS}"><threadedComment ref="A1" personId="{1}" id="{A}"><text>Right?</text></threadedComment><threadedComment ref="A1" personId="{2}" id="{B}" parentId="{A}"><text>Yes</text></threadedComment></ThreadedComments>`,
      'xl/persons/person.xml': `<personList xmlns="${THREADS}"><person displayName="Ann" id="{1}"/><person displayName="Bob" id="{2}"/></personList>`,
      'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}"><Relationship Id="r1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r3" Type="http://schemas.microsoft.com/office/2017/10/relationships/person" Target="persons/person.xml"/></Relationships>`,
    })
    const { sheets, leftOut } = await readFile(bytes, 'a.xlsx')
    expect(sheets[0]!.notes).toEqual({ 0: { 0: 'Ann: Right?\nBob: Yes' } })
    expect(leftOut).toEqual([])
  })
})

describe('links of a file', () => {
  const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'
  const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const read = async (links: string, ...targets: readonly string[]) => {
    const relations = targets.map(
      (target, at) =>
        `<Relationship Id="l${at}" Type="${RELATIONS}/hyperlink" Target="${target}" TargetMode="External"/>`,
    )
    const bytes = workbookOf({
      'xl/worksheets/sheet1.xml': worksheetOf(
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        `<hyperlinks>${links}</hyperlinks>`,
      ),
      'xl/worksheets/_rels/sheet1.xml.rels': `<Relationships xmlns="${PACKAGE}">${relations.join('')}</Relationships>`,
    })
    const { sheets, leftOut } = await readFile(bytes, 'a.xlsx')
    return { links: sheets[0]!.links, leftOut }
  }

  it('[FL32] lead to the web, to mailboxes and to cells', async () => {
    const { links, leftOut } = await read(
      '<hyperlink ref="A1" r:id="l0"/><hyperlink ref="B1" r:id="l1"/><hyperlink ref="A2" location="One!B2:C3"/><hyperlink ref="B2" location="#A1"/>',
      'https://example.com/?a=1&amp;b=2',
      'mailto:ann@example.com',
    )
    expect(links).toEqual({
      0: { 0: { url: 'https://example.com/?a=1&b=2' }, 1: { url: 'mailto:ann@example.com' } },
      1: { 0: { place: '=One!B2:C3' }, 1: { place: '=One!A1' } },
    })
    expect(leftOut).toEqual([])
  })

  it('[FL32] that lead elsewhere are left out, and said so', async () => {
    const { links, leftOut } = await read(
      '<hyperlink ref="A1" r:id="l0"/><hyperlink ref="B1" r:id="l1"/><hyperlink ref="C1" r:id="l2"/><hyperlink ref="D1" location="Sales"/>',
      'javascript:alert(1)',
      'file:///etc/passwd',
      `https://example.com/${'x'.repeat(3_000)}`,
    )
    expect(links).toEqual({})
    expect(leftOut).toEqual([{ feature: 'links', sheet: 'One', count: 4, example: 'A1' }])
  })
})

describe('names of a file', () => {
  const read = async (definedNames: string, cells = '<c r="A1"><v>1</v></c>') => {
    const workbook = `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets><definedNames>${definedNames}</definedNames></workbook>`
    const bytes = workbookOf({
      'xl/workbook.xml': workbook,
      'xl/worksheets/sheet1.xml': worksheetOf(`<row r="1">${cells}</row>`),
    })
    return readFile(bytes, 'a.xlsx')
  }

  it('[FL34] are read, except for those that programs make', async () => {
    const { sheets, leftOut } = await read(
      `<definedName name="Sales">One!$A$1:$A$9</definedName>
       <definedName name="Rate" comment="of tax">0.19</definedName>
       <definedName name="Own" localSheetId="0">One!$B:$B</definedName>
       <definedName name="_xlnm.Print_Area" localSheetId="0">One!$A$1:$B$2</definedName>
       <definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">One!$A$1:$B$2</definedName>`,
    )
    expect(sheets[0]!.names).toEqual([
      { name: 'Sales', formula: '=One!$A$1:$A$9', isOfSheet: false, comment: '' },
      { name: 'Rate', formula: '=0.19', isOfSheet: false, comment: 'of tax' },
      { name: 'Own', formula: '=One!$B:$B', isOfSheet: true, comment: '' },
    ])
    expect(leftOut.filter(({ feature }) => feature === 'names')).toEqual([])
  })

  it('[FL34 FL3] are left out and listed if they can’t be had here', async () => {
    const { sheets, leftOut } = await read(
      `<definedName name="a\\b">One!$A$1</definedName>
       <definedName name="Moves">One!A1</definedName>
       <definedName name="Elsewhere">[1]One!$A$1</definedName>
       <definedName name="Unknown">NOSUCH(One!$A$1)</definedName>`,
    )
    expect(sheets[0]!.names).toEqual([])
    expect(leftOut).toEqual([{ feature: 'names', sheet: '', count: 4 }])
  })

  it('[FL34] are what formulas mean, whatever the document has that is called the same', async () => {
    const { sheets } = await read(
      `<definedName name="Sales">One!$A$1</definedName>`,
      '<c r="A1"><v>1</v></c><c r="B1"><f>sales+1</f></c>',
    )
    const doc = new Y.Doc()
    const before = new SheetDocument(doc)
    const own = { id: 'k', name: 'Sales', formula: '=7', sheet: null, comment: '' }
    before.apply({ type: 'set-names', names: [own] })
    for (const update of writeSheets(sheets, { after: before.lastSheetKey }))
      Y.applyUpdate(doc, update)
    const all = sheetsIn(doc)
    expect(all[0]!.sheet.names.map(({ name }) => name)).toEqual(['Sales', 'Sales_2'])
    expect(all[3]!.sheet.cells[0]![1]).toEqual({ f: '=Sales_2+1' })
  })
})

describe('how a sheet of a file is printed', () => {
  const read = async (after: string) => {
    const sheet = worksheetOf('<row r="1"><c r="A1"><v>1</v></c></row>', after)
    const { sheets, leftOut } = await readFile(
      workbookOf({ 'xl/worksheets/sheet1.xml': sheet }),
      'a.xlsx',
    )
    return { print: sheets[0]!.print, leftOut }
  }

  it('[FL35] is read, to the nearest of what there is here', async () => {
    const margins =
      '<pageMargins left="0.25" right="0.25" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    const { print, leftOut } = await read(
      `<printOptions gridLines="1"/>${margins}<pageSetup paperSize="1" scale="80" orientation="landscape"/>`,
    )
    expect(print).toEqual({
      paper: 'letter',
      isLandscape: true,
      margins: 'narrow',
      size: 75,
      repeatedRows: 0,
      repeatedColumns: 0,
      area: null,
      hasGridLines: true,
      hasFooter: false,
    })
    expect(leftOut).toEqual([])
    expect((await read(margins)).print).toBeNull()
  })

  it('[FL35 FL3] is left out and listed as far as it can’t be had here', async () => {
    const { leftOut } = await read(
      '<pageSetup paperSize="8" orientation="portrait"/><headerFooter><oddHeader>Secret</oddHeader></headerFooter>',
    )
    expect(leftOut).toEqual([{ feature: 'printing', sheet: 'One', count: 1 }])
  })

  it('[FL35] is saved with its repeated lines and what is printed, whatever the sheet is called', async () => {
    const doc = new Y.Doc()
    doc.getMap('sheets').set('sheet-1/print', { rows: 3, columns: 2, area: '0:0..19:3' })
    doc.getMap('sheets').set('sheet-2/print', { rows: 1 })
    doc.getMap('sheets').set('sheet-2/name', "Ann's")
    const bytes = await writeXlsx(sheetsIn(doc).map(({ sheet }) => sheet))
    const workbook = new TextDecoder().decode(unpack(bytes)['xl/workbook.xml'])
    expect(workbook).toContain(">'Sheet 1'!$A:$B,'Sheet 1'!$1:$3<")
    expect(workbook).toContain(">'Sheet 1'!$A$1:$D$20<")
    expect(workbook).toMatch(/>(?:'|&apos;)Ann(?:'|&apos;){2}s(?:'|&apos;)!\$1:\$1</)
    const { sheets } = await readFile(bytes, 'a.xlsx')
    expect(sheets.map(({ print }) => print?.repeatedRows)).toEqual([3, 1, undefined])
    expect(sheets.map(({ print }) => print?.repeatedColumns)).toEqual([2, 0, undefined])
    const area = { startRow: 0, startColumn: 0, endRow: 19, endColumn: 3 }
    expect(sheets.map(({ print }) => print?.area)).toEqual([area, null, undefined])
  })
})

it('[FL36] a saved workbook has nothing that XML can’t have', async () => {
  const doc = new Y.Doc()
  const wrong = 'a\uFFFE\uFFFFz'
  doc.getMap('cells:sheet-1').set('0:0', { v: wrong })
  doc.getMap('cells:sheet-1').set('0:1', { f: [`="${wrong}"`] })
  doc.getMap('notes:sheet-1').set('0:0', wrong)
  doc.getMap('links:sheet-1').set('0:0', { url: `https://example.com/${wrong}` })
  doc.getMap('names').set('n/name', 'Sales')
  doc.getMap('names').set('n/formula', [`="${wrong}"`])
  doc.getMap('names').set('n/comment', wrong)
  doc.getMap('sheets').set('sheet-1/name', wrong)
  const image = { source: 'data:image/gif;base64,R0lGODlh', at: 'i', alt: wrong }
  const size = { width: 1, height: 1 }
  const entries = { ...image, size, place: { cell: '0:0', x: 0, y: 0 } }
  for (const [name, value] of Object.entries(entries))
    doc.getMap('images:sheet-1').set(`i/${name}`, value)
  const parts = unpack(await writeXlsx(sheetsIn(doc).map(({ sheet }) => sheet)))
  const texts = Object.values(parts).map((bytes) => new TextDecoder().decode(bytes))
  expect(texts.filter((text) => /[\uFFFE\uFFFF]/.test(text))).toEqual([])
  expect(texts.join('')).toContain('a\uFFFD\uFFFDz')
})

it('[FL43] names that a file couldn’t tell apart are different ones in a document', async () => {
  const doc = new Y.Doc()
  for (const [id, name] of [
    ['sheet-1', 'Plan\uFFFE'],
    ['sheet-2', 'Plan\uFFFF'],
    ['sheet-3', 'plan\uFFFD'],
  ])
    doc.getMap('sheets').set(`${id}/name`, name)
  doc.getMap('cells:sheet-1').set('0:0', { f: ['=', ['sheet-2', '0:0'], ''] })
  const { sheets } = await readFile(
    await writeXlsx(sheetsIn(doc).map(({ sheet }) => sheet)),
    'a.xlsx',
  )
  expect(sheets.map(({ name }) => name)).toEqual(['Plan\uFFFD', 'Plan\uFFFD (2)', 'plan\uFFFD (3)'])
})

it('[FL44] an element with any number of attributes is looked through', () => {
  const row = `<row${' r="9"'.repeat(200_000)}>`
  const cell = `<c${' r="B9"'.repeat(200_000)}/>`
  expect(survey(bytesOf(`<sheetData>${row}${cell}</row></sheetData>`))).toEqual({
    cells: 1,
    places: 18,
  })
})

it('[FL45] a part can’t be called what every object has', async () => {
  const rels = (target: string) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="${target}"/></Relationships>`
  for (const target of ['/constructor', '/toString', '/__proto__']) {
    const parts = unpack(workbookOf({ 'xl/_rels/workbook.xml.rels': rels(target) }))
    expect(elementsIn(parts, target.slice(1), /<x()/g)).toEqual([])
    expect(afterCells(parts, 'One')).toBe('')
  }
  expect(textIn('&constructor; &amp;')).toBe('&constructor; &')
})

describe('an image of a file', () => {
  const GIF = 'GIF89a'

  it('[FL38] is where it is, however its drawing says so', async () => {
    const bytes = drawingOf(
      [
        anchorOf('one', { id: 'r1', about: 'name="Picture 1" descr="A &lt;b&gt; &quot;c&quot;"' }),
        anchorOf('two', { id: 'r1', size: 'cx="0" cy="0"' }),
        anchorOf('two', { id: 'r1', size: 'cx="95250" cy="190500"' }),
        anchorOf('one', { id: 'r1', about: 'name="Picture in cell 1"' }),
      ],
      { 'xl/media/image1.png': GIF },
    )
    const { sheets, leftOut } = await readFile(bytes, 'a.xlsx')
    const source = 'data:image/gif;base64,R0lGODlh'
    const place = { row: 1, column: 2, x: 10, y: 5 }
    const size = { width: 40, height: 20 }
    expect(leftOut).toEqual([])
    expect(sheets[0]!.images).toEqual([
      { source, alt: 'A <b> "c"', ...place, ...size, isWithin: false },
      // To 20 and 10 pixels within the cell two rows and one column further.
      { source, alt: '', ...place, width: 88 - 10 + 20, height: 48 - 5 + 10, isWithin: false },
      { source, alt: '', ...place, width: 10, height: 20, isWithin: false },
      { source, alt: '', ...place, x: 0, y: 0, ...size, isWithin: true },
    ])
  })

  it('[FL38 FL3] is listed if it can’t be had: too large, of another kind, or not in the file', async () => {
    const bytes = drawingOf(
      ['r1', 'r2', 'r3', 'r4'].map((id) => anchorOf('one', { id })),
      {
        'xl/media/image1.png': GIF.padEnd(256 * 1024 + 1, 'x'),
        'xl/media/image2.png': '<svg xmlns="http://www.w3.org/2000/svg"/>',
        'xl/media/image3.emf': 'metafile',
      },
    )
    const { sheets, leftOut } = await readFile(bytes, 'a.xlsx')
    expect(sheets[0]!.images).toEqual([])
    expect(leftOut).toEqual([{ feature: 'images', sheet: 'One', count: 4, example: 'C2' }])
  })

  it('[FL38] of more than a sheet can have is listed', async () => {
    const all = Array.from({ length: 103 }, () => anchorOf('one', { id: 'r1' }))
    const { sheets, leftOut } = await readFile(
      drawingOf(all, { 'xl/media/image1.png': GIF }),
      'a.xlsx',
    )
    expect(sheets[0]!.images).toHaveLength(100)
    expect(leftOut).toEqual([{ feature: 'images', sheet: 'One', count: 3, example: 'C2' }])
  })

  it('[FL38] that a stranger’s drawing only begins, any number of times, takes no longer than its text', async () => {
    const begun = ['xdr:oneCellAnchor', 'xdr:from', 'xdr:pic', 'xdr:cNvPr ', 'a:ext ']
    for (const name of begun) {
      const drawing = drawingOf([`<${name}`.repeat(200_000)], {})
      const start = performance.now()
      await readFile(drawing, 'a.xlsx').catch(() => {})
      expect(performance.now() - start).toBeLessThan(10_000)
    }
  }, 60_000)

  it('[FL39] within a cell is saved at the size of its cell, and opened as one within it', async () => {
    const source = 'data:image/gif;base64,R0lGODlh'
    const image = { source, alt: '', row: 4, column: 3, x: 0, y: 0, isWithin: true }
    const saved = sheetWith({ images: [{ ...image, width: 400, height: 200 }] })
    const { sheets } = await readFile(await writeXlsx([saved]), 'a.xlsx')
    expect(sheets[0]!.images).toEqual([{ ...image, width: 48, height: 24 }])
  })
})

interface Anchor {
  readonly id: string
  readonly about?: string
  readonly size?: string
}

/** Returns the anchor of a picture in a drawing. */
function anchorOf(kind: 'one' | 'two', { id, about = '', size = SIZE }: Anchor): string {
  const from = corner('from', [2, 95_250, 1, 47_625])
  const end = kind === 'two' ? corner('to', [3, 190_500, 3, 95_250]) : `<xdr:ext ${size}/>`
  const look = `<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext ${size}/></a:xfrm></xdr:spPr>`
  const fill = `<xdr:blipFill><a:blip r:embed="${id}"/></xdr:blipFill>`
  const named = `<xdr:nvPicPr><xdr:cNvPr id="2" ${about}/></xdr:nvPicPr>`
  const picture = `<xdr:pic>${named}${fill}${look}</xdr:pic>`
  return `<xdr:${kind}CellAnchor>${from}${end}${picture}<xdr:clientData/></xdr:${kind}CellAnchor>`
}

/** 40 by 20 pixels. */
const SIZE = 'cx="381000" cy="190500"'

const corner = (name: string, [column, x, row, y]: readonly number[]): string =>
  `<xdr:${name}><xdr:col>${column}</xdr:col><xdr:colOff>${x}</xdr:colOff>` +
  `<xdr:row>${row}</xdr:row><xdr:rowOff>${y}</xdr:rowOff></xdr:${name}>`

/** Returns a file whose sheet has a drawing, with images as `r1`, `r2` and so on. */
function drawingOf(anchors: readonly string[], media: Readonly<Record<string, string>>) {
  const of = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const packed = 'http://schemas.openxmlformats.org/package/2006/relationships'
  const relations = (...all: readonly (readonly [kind: string, target: string])[]) => {
    const each = all.map(
      ([kind, target], at) =>
        `<Relationship Id="r${at + 1}" Type="${of}/${kind}" Target="${target}"/>`,
    )
    return `<Relationships xmlns="${packed}">${each.join('')}</Relationships>`
  }
  const spaces =
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" ' +
    `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="${of}"`
  const images = Object.keys(media).map((path) => ['image', path.replace('xl', '..')] as const)
  const parts = zipSync({
    ...unzipSync(
      workbookOf({
        'xl/worksheets/sheet1.xml': worksheetOf('', '<drawing r:id="r1"/>'),
        'xl/worksheets/_rels/sheet1.xml.rels': relations(['drawing', '../drawings/drawing1.xml']),
        'xl/drawings/drawing1.xml': `<xdr:wsDr ${spaces}>${anchors.join('')}</xdr:wsDr>`,
        'xl/drawings/_rels/drawing1.xml.rels': relations(...images),
      }),
    ),
    ...Object.fromEntries(Object.entries(media).map(([path, text]) => [path, strToU8(text, true)])),
  })
  return parts
}
