import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { readFile, sheetsIn, workbookSheetsIn, writeXlsx } from './index.js'
import { withWorkbookNames } from './sheet-names.js'

const LONG = 'The costs of everything that we have ever bought'

/** Returns a document with sheets that are called so. */
function called(...names: readonly string[]): Y.Doc {
  const doc = new Y.Doc()
  const sheets = doc.getMap('sheets')
  for (const [at, name] of names.entries()) sheets.set(`sheet-${at + 1}/name`, name)
  return doc
}

const namesIn = (doc: Y.Doc) => workbookSheetsIn(doc).map(({ sheet }) => sheet.name)

it.each<[string, readonly string[], readonly string[]]>([
  ['long ones are cut', [LONG, 'b', 'c'], ['The costs of everything that we', 'b', 'c']],
  [
    'long ones that begin alike stay different',
    [`${LONG} 1`, `${LONG} 2`, `${LONG} 3`],
    [
      'The costs of everything that we',
      'The costs of everything tha (2)',
      'The costs of everything tha (3)',
    ],
  ],
  ['signs become lines', ['1/2: [a]?*\\', 'b', 'c'], ['1-2- -a----', 'b', 'c']],
  ['quotes at the ends go', ["'90s'", "it's", "''"], ['90s', "it's", 'Sheet']],
  ['what Excel keeps for itself', ['History', 'b', 'c'], ['History (2)', 'b', 'c']],
  ['half a sign is no sign', [`${'x'.repeat(30)}😀`, 'b', 'c'], ['x'.repeat(30), 'b', 'c']],
  [
    'one that fits keeps its name',
    [LONG, LONG.slice(0, 31), 'c'],
    ['The costs of everything tha (2)', 'The costs of everything that we', 'c'],
  ],
])('[FL46] names of sheets fit into a workbook: %s', (_, names, right) => {
  expect(namesIn(called(...names))).toEqual(right)
})

it('[FL46] names that fit leave the document as it is', () => {
  const doc = called('Costs', "Ann's", '预算')
  expect(withWorkbookNames(doc)).toBe(doc)
})

it('[FL46] formulas and links of a saved workbook have its names, and the document its own', async () => {
  const doc = called(LONG)
  doc.getMap('cells:sheet-1').set('0:0', { v: 7 })
  doc.getMap('cells:sheet-2').set('0:0', { f: ['=', 'sheet-1!0:0', '*2'] })
  doc.getMap('links:sheet-2').set('0:0', { place: ['=', 'sheet-1!0:0', ''] })
  const before = Y.encodeStateAsUpdate(doc)
  const [, own] = sheetsIn(doc)
  expect(own!.sheet.cells[0]![0]).toEqual({ f: `='${LONG}'!A1*2` })
  const bytes = await writeXlsx(workbookSheetsIn(doc).map(({ sheet }) => sheet))
  const { sheets } = await readFile(bytes, 'a.xlsx')
  expect(sheets[1]!.cells[0]![0]).toMatchObject({ f: "='The costs of everything that we'!A1*2" })
  const place = "='The costs of everything that we'!A1"
  expect(sheets[1]!.links).toEqual({ 0: { 0: { place } } })
  expect(Y.encodeStateAsUpdate(doc)).toEqual(before)
})
