import type { AxisName } from '../document/axis.js'
import { insertAt, type Splice } from '../document/list-changes.js'
import { keyBetween, makeName } from '../document/order-key.js'
import { partName } from '../document/workbook.js'
import { ATTACHED } from './attached-steps.js'
import { keyAt, linesOf, positionsIn } from './lines.js'
import { onSheet, type LinesChange, type OperationKind, type Recorder } from './operation-kind.js'
import { hiddenAsTheyAre } from './set-hidden.js'
import { sizesAsTheyAre } from './set-sizes.js'
import type { OnRange } from './params.js'

/** Inserts empty rows or columns before position `at`. */
export interface InsertLines {
  readonly type: 'insert-lines'
  /** The id of the sheet. */
  readonly sheet: string
  readonly axis: AxisName
  readonly at: number
  readonly count: number
}

export const insertLines: OperationKind<InsertLines, LinesChange<Splice>> = {
  record: {
    'sheet.mutation.insert-row': recordInserted('rows'),
    'sheet.mutation.insert-col': recordInserted('columns'),
  },

  /** @see SHEET.md SD4 */
  write: onSheet((sheet, { axis, at, count }, draft) => {
    const lines = sheet[axis]
    if (at < 0 || at > lines.shown.length || count < 1) return
    let run = makeName(draft.chance)
    while (lines.axis.hasRun(run)) run = makeName(draft.chance)
    const ids = Array.from({ length: count }, (_, index) => `${run}-${index}`)
    const key = keyBetween(keyAt(sheet, axis, at - 1), keyAt(sheet, axis, at), draft.chance)
    // Lines beyond the limit stay in the grid only until they are removed from it again.
    if (count <= lines.axis.room) draft.put(partName(axis, sheet.id), `${run}/run`, [key, count])
    insertAt(lines.shown, at, ids)
    lines.isReordered = true
  }),

  diff({ change: { at, count }, sheet, axis, after }) {
    const lines = sheet[axis]
    const ids = after.slice(at, at + count)
    insertAt(lines.shown, at, ids)
    for (const id of ids) lines.touched.add(id)
    for (const entry of sheet.entriesOf(axis, ids)) sheet.touched.add(entry)
    for (const part of ATTACHED) sheet[part].touch(axis, ids)
    return [{ type: 'insert-lines', sheet: sheet.id, axis, at, count }]
  },

  play({ sheet, axis, at, count }, grid) {
    const range = grid.range(sheet, axis, at, count)
    const mutation = axis === 'rows' ? 'sheet.mutation.insert-row' : 'sheet.mutation.insert-col'
    grid.execute(mutation, sheet, { range })
  },

  unsettles: true,
}

function recordInserted(axis: AxisName): Recorder<OnRange> {
  return (grid, { subUnitId: sheet, range }) => {
    const { at, count } = linesOf(axis, range)
    const positions = positionsIn(axis, [range])
    return [
      { type: 'insert-lines', sheet, axis, at, count },
      ...sizesAsTheyAre(grid, sheet, axis, positions),
      ...hiddenAsTheyAre(grid, sheet, axis, positions),
    ]
  }
}
