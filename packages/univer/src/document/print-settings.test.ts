import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { readPrint, writePrint, type PrintSettings } from './print-settings.js'
import { SheetDocument } from './sheet-document.js'

const SETTINGS: PrintSettings = {
  paper: 'letter',
  isLandscape: true,
  margins: 'narrow',
  size: 75,
  repeatedRows: 2,
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
  const wrong = { paper: '__proto__', landscape: 1, margins: {}, size: 1e9, rows: -1, grid: 'x' }
  doc.getMap('sheets').set('sheet-1/print', wrong)
  expect(readPrint(doc, 'sheet-1')).toEqual({
    paper: 'a4',
    isLandscape: false,
    margins: 'normal',
    size: 'width',
    repeatedRows: 0,
    hasGridLines: false,
    hasFooter: false,
  })
})
