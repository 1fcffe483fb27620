import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { leftOutOf, readFile, sheetsIn, writeXlsx } from './index.js'

it('[FL42] charts of a document are listed by sheet, and a workbook is saved without them', async () => {
  const doc = new Y.Doc()
  doc.getMap('cells:sheet-1').set('0:0', { v: 7 })
  expect(leftOutOf(doc)).toEqual([])
  for (const id of ['a', 'b']) {
    const charts = doc.getMap('charts:sheet-1')
    charts.set(`${id}/kind`, 'pie')
    charts.set(`${id}/range`, 'sheet-1!0:0..1:1')
    charts.set(`${id}/at`, { cell: '0:0', x: 0, y: 0 })
  }
  doc.getMap('charts:sheet-2').set('incomplete/kind', 'pie')
  expect(leftOutOf(doc)).toEqual([{ feature: 'charts', sheet: 'Sheet 1', count: 2 }])
  const bytes = await writeXlsx(sheetsIn(doc).map(({ sheet }) => sheet))
  const { sheets, leftOut } = await readFile(bytes, 'book.xlsx')
  expect(sheets[0]!.cells).toEqual({ 0: { 0: { v: 7 } } })
  expect(leftOut).toEqual([])
})
