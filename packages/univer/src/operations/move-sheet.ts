import { moveWithin, type Move } from '../document/list-changes.js'
import { SHEETS } from '../document/workbook.js'
import type { OperationKind, SheetsChange } from './operation-kind.js'
import { sheetKeyAt } from './sheets.js'

/** Moves a sheet to an index among the other sheets. */
export interface MoveSheet {
  readonly type: 'move-sheet'
  /** The id of the sheet. */
  readonly sheet: string
  readonly index: number
}

export const moveSheet: OperationKind<MoveSheet, SheetsChange<Move>> = {
  record: {
    'sheet.mutation.set-worksheet-order': (_, { subUnitId: sheet, toOrder: index }) => [
      { type: 'move-sheet', sheet, index },
    ],
  },

  write(workbook, step, draft) {
    const from = workbook.shown.findIndex((sheet) => sheet.id === step.sheet)
    if (from === -1 || from === step.index) return
    const [sheet] = workbook.shown.splice(from, 1)
    draft.put(SHEETS, `${step.sheet}/at`, sheetKeyAt(workbook, step.index, draft))
    workbook.shown.splice(step.index, 0, sheet!)
  },

  diff({ change: { from, count, to }, workbook: { shown } }) {
    const moved = shown.slice(from, from + count)
    moveWithin(shown, from, count, to)
    // To the right, the first sheet leaves first, and each one takes the same place.
    return moved.map(({ id }, at) => ({
      type: 'move-sheet',
      sheet: id,
      index: to > from ? to - 1 : to + at,
    }))
  },

  play({ sheet, index }, grid) {
    const order = { fromOrder: grid.reader.order.indexOf(sheet), toOrder: index }
    grid.execute('sheet.mutation.set-worksheet-order', sheet, order)
  },
}
