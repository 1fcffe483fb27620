import type { AxisName, LineId } from '../document/axis.js'
import type { Splice } from '../document/list-changes.js'
import type { SheetState } from '../document/sheet-state.js'
import { partName } from '../document/workbook.js'
import { ATTACHED } from './attached-steps.js'
import { linesOf } from './lines.js'
import { onSheet, type LinesChange, type OperationKind, type Recorder } from './operation-kind.js'
import type { OnRange } from './params.js'

/** Removes rows or columns with their content. */
export interface RemoveLines {
  readonly type: 'remove-lines'
  /** The id of the sheet. */
  readonly sheet: string
  readonly axis: AxisName
  readonly at: number
  readonly count: number
}

export const removeLines: OperationKind<RemoveLines, LinesChange<Splice>> = {
  record: {
    'sheet.mutation.remove-rows': recordRemoved('rows'),
    'sheet.mutation.remove-col': recordRemoved('columns'),
  },

  /** @see SHEET.md SD5 */
  write: onSheet((sheet, { axis, at, count }, draft) => {
    const lines = sheet[axis]
    if (at < 0) return
    const ids = lines.shown.splice(at, count)
    for (const entry of sheet.entriesOf(axis, ids)) {
      const key = `${entry.row}:${entry.column}`
      draft.put(partName('cells', sheet.id), key, undefined)
      draft.put(partName('styles', sheet.id), key, undefined)
    }
    for (const attached of ATTACHED) {
      for (const [row, column] of sheet[attached].in(axis, ids))
        draft.put(partName(attached, sheet.id), `${row}:${column}`, undefined)
    }
    const part = partName(axis, sheet.id)
    for (const id of ids) {
      draft.put(part, `${id}/gone`, true)
      if (lines.axis.sizes.has(id)) draft.put(part, `${id}/size`, undefined)
      if (lines.axis.hidden.has(id)) draft.put(part, `${id}/hidden`, undefined)
    }
    hideLines(sheet, axis, ids)
    lines.isReordered = true
  }),

  diff({ change: { at, count }, sheet, axis }) {
    hideLines(sheet, axis, sheet[axis].shown.splice(at, count))
    return [{ type: 'remove-lines', sheet: sheet.id, axis, at, count }]
  },

  play({ sheet, axis, at, count }, grid) {
    const range = grid.range(sheet, axis, at, count)
    const mutation = axis === 'rows' ? 'sheet.mutation.remove-rows' : 'sheet.mutation.remove-col'
    grid.execute(mutation, sheet, { range })
  },

  unsettles: true,
  hides: true,
}

function recordRemoved(axis: AxisName): Recorder<OnRange> {
  return (_, { subUnitId: sheet, range }) => [
    { type: 'remove-lines', sheet, axis, ...linesOf(axis, range) },
  ]
}

/** Forgets what the grid showed of these lines. */
function hideLines(sheet: SheetState, axis: AxisName, ids: readonly LineId[]): void {
  for (const id of ids) sheet[axis].forget(id)
  for (const entry of sheet.entriesOf(axis, ids)) {
    entry.shown = {}
  }
}
