import type { Draft } from './draft.js'
import type { Operation } from './operations.js'
import type { Workbook } from './workbook.js'
import { writeCells, writeMerges } from './write-cells.js'
import {
  insertLines,
  moveLines,
  removeLines,
  setFrozen,
  setHidden,
  setSizes,
} from './write-lines.js'
import { insertSheet, moveSheet, removeSheet, renameSheet } from './write-sheets.js'

/** Writes a step of the grid into the document, and counts it as shown. */
export function write(workbook: Workbook, step: Operation, draft: Draft): void {
  switch (step.type) {
    case 'insert-sheet':
      return insertSheet(workbook, step, draft)
    case 'remove-sheet':
      return removeSheet(workbook, step, draft)
    case 'rename-sheet':
      return renameSheet(workbook, step, draft)
    case 'move-sheet':
      return moveSheet(workbook, step, draft)
    default:
      return writeOnSheet(workbook, step, draft)
  }
}

type OnSheet = Exclude<
  Operation,
  { readonly type: 'insert-sheet' | 'remove-sheet' | 'rename-sheet' | 'move-sheet' }
>

function writeOnSheet(workbook: Workbook, step: OnSheet, draft: Draft): void {
  const sheet = workbook.sheetWithId(step.sheet)
  if (sheet === undefined) return undefined
  switch (step.type) {
    case 'insert-lines':
      return insertLines(sheet, step, draft)
    case 'remove-lines':
      return removeLines(sheet, step, draft)
    case 'move-lines':
      return moveLines(sheet, step, draft)
    case 'set-sizes':
      return setSizes(sheet, step, draft)
    case 'set-hidden':
      return setHidden(sheet, step, draft)
    case 'set-merges':
      return writeMerges(sheet, step, draft)
    case 'set-frozen':
      return setFrozen(sheet, step, draft)
    case 'set-range-values':
      return writeCells(workbook, sheet, step, draft)
  }
}
