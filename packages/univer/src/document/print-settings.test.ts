import { expect, it } from 'vitest'
import * as Y from 'yjs'
import {
  areaOf,
  printedCells,
  readPrint,
  writePrint,
  type PrintSettings,
} from './print-settings.js'
import { SheetDocument } from './sheet-document.js'

const SETTINGS: PrintSettings = {
  paper: 'letter',
  isLandscape: true,
  margins: 'narrow',
  size: 75,
  repeatedRows: 2,
  repeatedColumns: 1,
  area: '0:0..4:2',
  hasGridLines: true,
  hasFooter: false,
}

it('[SH159] how a sheet is printed is in its document, and no step of undo', () => {
  const doc = new Y.Doc()
  const sheets = new SheetDocument(doc)
  expect(readPrint(doc, 'sheet-1')).toBeUndefined()
  writePrint(doc, 'sheet-1', SETTINGS)
  expect(readPrint(doc, 'sheet-1')).toEqual(SETTINGS)
  expect(readPrint(doc, 'sheet-2')).toBeUndefined()
  expect(doc.getMap('about').get('format')).toBe(7)
  expect(sheets.takeChanges()).toEqual([])
  expect(sheets.steps).toEqual({ undos: 0, redos: 0 })
})

it('[SH159 SD22] nothing is written into a document of an unknown version, or if it is the same', () => {
  const doc = new Y.Doc()
  writePrint(doc, 'sheet-1', SETTINGS)
  let updates = 0
  doc.on('update', () => updates++)
  writePrint(doc, 'sheet-1', { ...SETTINGS })
  expect(updates).toBe(0)
  doc.getMap('about').set('format', 99)
  writePrint(doc, 'sheet-1', { ...SETTINGS, paper: 'a4' })
  expect(readPrint(doc, 'sheet-1')!.paper).toBe('letter')
})

it.each([['text'], [7], [null], [[]]])('[SH159 SD11] %j says nothing', (stored) => {
  const doc = new Y.Doc()
  doc.getMap('sheets').set('sheet-1/print', stored)
  expect(readPrint(doc, 'sheet-1')).toBeUndefined()
})

it('[SH159 SD11] what a stranger wrote counts as far as it is known', () => {
  const doc = new Y.Doc()
  const lines = { rows: -1, columns: 1e9, area: 'x'.repeat(401) }
  const wrong = { paper: '__proto__', landscape: 1, margins: {}, size: 1e9, grid: 'x', ...lines }
  doc.getMap('sheets').set('sheet-1/print', wrong)
  expect(readPrint(doc, 'sheet-1')).toEqual({
    paper: 'a4',
    isLandscape: false,
    margins: 'normal',
    size: 'width',
    repeatedRows: 0,
    repeatedColumns: 0,
    area: null,
    hasGridLines: false,
    hasFooter: false,
  })
})

it('[SH159] the cells that are printed are where their lines are now', () => {
  const doc = new Y.Doc()
  const sheets = new SheetDocument(doc)
  const state = () => sheets.attached.workbook.sheetWithId('sheet-1')!
  const cells = { startRow: 1, startColumn: 0, endRow: 4, endColumn: 2 }
  const area = areaOf(state(), cells)
  expect(area).toBe('1:0..4:2')
  sheets.apply({ type: 'insert-lines', sheet: 'sheet-1', axis: 'rows', at: 0, count: 2 })
  expect(printedCells(state(), area)).toEqual({ ...cells, startRow: 3, endRow: 6 })
  sheets.apply({ type: 'remove-lines', sheet: 'sheet-1', axis: 'rows', at: 2, count: 6 })
  for (const none of [area, null, '', 'x', '1:0', '9999:0..1:1', '..']) {
    expect(printedCells(state(), none)).toBeNull()
  }
})
