import type { IRange } from '@univerjs/core'
import type { AxisName } from '../document/axis.js'
import { moveWithin, type Move } from '../document/list-changes.js'
import { keyBetween, keyInRun } from '../document/order-key.js'
import { partName } from '../document/workbook.js'
import { keyAt, linesOf } from './lines.js'
import { onSheet, type LinesChange, type OperationKind, type Recorder } from './operation-kind.js'
import type { OnSheet } from './params.js'

/** Moves rows or columns to before the one at `to`, counted before the move. */
export interface MoveLines {
  readonly type: 'move-lines'
  /** The id of the sheet. */
  readonly sheet: string
  readonly axis: AxisName
  readonly from: number
  readonly count: number
  readonly to: number
}

export const moveLines: OperationKind<MoveLines, LinesChange<Move>> = {
  record: {
    'sheet.mutation.move-rows': recordMoved('rows'),
    'sheet.mutation.move-columns': recordMoved('columns'),
  },

  /** @see SHEET.md SD4, SF1 */
  write: onSheet((sheet, { axis, from, count, to }, draft) => {
    const lines = sheet[axis]
    const isWithin = to >= from && to <= from + count
    const end = lines.shown.length
    if (isWithin || from < 0 || to < 0 || to > end || from + count > end) return
    const key = keyBetween(keyAt(sheet, axis, to - 1), keyAt(sheet, axis, to), draft.chance)
    for (const [index, id] of lines.shown.slice(from, from + count).entries()) {
      // A line that was sorted leaves its own place to the ranges that end there.
      const property = lines.axis.isSorted(id) ? 'sorted' : 'at'
      draft.put(partName(axis, sheet.id), `${id}/${property}`, keyInRun(key, index))
    }
    moveWithin(lines.shown, from, count, to)
    lines.isReordered = true
  }),

  diff({ change: { from, count, to }, sheet, axis }) {
    moveWithin(sheet[axis].shown, from, count, to)
    return [{ type: 'move-lines', sheet: sheet.id, axis, from, count, to }]
  },

  play({ sheet, axis, from, count, to }, grid) {
    const sourceRange = grid.range(sheet, axis, from, count)
    const targetRange = grid.range(sheet, axis, to, count)
    const mutation = axis === 'rows' ? 'sheet.mutation.move-rows' : 'sheet.mutation.move-columns'
    grid.execute(mutation, sheet, { sourceRange, targetRange })
  },

  unsettles: true,
  hides: true,
}

interface Moved extends OnSheet {
  readonly sourceRange: IRange
  readonly targetRange: IRange
}

function recordMoved(axis: AxisName): Recorder<Moved> {
  return (_, { subUnitId: sheet, sourceRange, targetRange }) => {
    const { at: from, count } = linesOf(axis, sourceRange)
    const { at: to } = linesOf(axis, targetRange)
    return [{ type: 'move-lines', sheet, axis, from, count, to }]
  }
}
