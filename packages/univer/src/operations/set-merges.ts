import { isSame, type CellRange } from '../document/cells.js'
import { mergesOf, withinLimits } from '../document/merges.js'
import { cornersOf } from '../document/ranges.js'
import type { SheetState } from '../document/sheet-state.js'
import { partName } from '../document/workbook.js'
import { onSheet, type OperationKind, type Recorder, type UnshownSheet } from './operation-kind.js'
import type { OnSheet } from './params.js'

/** Sets all merged cells of a sheet. */
export interface SetMerges {
  readonly type: 'set-merges'
  /** The id of the sheet. */
  readonly sheet: string
  readonly merges: readonly CellRange[]
}

const record: Recorder<OnSheet> = (grid, { subUnitId: sheet }, isDerived) =>
  isDerived ? [] : [{ type: 'set-merges', sheet, merges: grid.merges(sheet) }]

export const setMerges: OperationKind<SetMerges, UnshownSheet> = {
  record: {
    'sheet.mutation.add-worksheet-merge': record,
    'sheet.mutation.remove-worksheet-merge': record,
  },

  /** @see SHEET.md SD10 */
  write: onSheet((sheet, { merges }, draft) => {
    const part = partName('merges', sheet.id)
    // Overlapping merges are in the document as well, and would otherwise become visible.
    const isKept = isSame(mergesOf(sheet), merges)
    if (!isKept) {
      const ends = new Map(withinLimits(merges).flatMap((range) => endsOf(sheet, range)))
      for (const key of sheet.merges.keys()) {
        if (!ends.has(key)) draft.put(part, key, undefined)
      }
      for (const [key, end] of ends) draft.put(part, key, end)
    }
    sheet.mergesShown = merges
    sheet.areMergesTouched = true
  }),

  diff({ sheet }) {
    if (!sheet.areMergesTouched) return []
    sheet.areMergesTouched = false
    const merges = mergesOf(sheet)
    if (isSame(merges, sheet.mergesShown)) return []
    sheet.mergesShown = merges
    return [{ type: 'set-merges', sheet: sheet.id, merges }]
  },

  play({ sheet, merges }, grid) {
    const before = grid.reader.merges(sheet)
    if (isSame(before, merges)) return
    // Univer also removes overlapping merges, so all are removed and then added again.
    if (before.length > 0) {
      grid.execute('sheet.mutation.remove-worksheet-merge', sheet, { ranges: before })
    }
    const ranges = merges.map((range) => ({ ...range }))
    if (ranges.length > 0) grid.execute('sheet.mutation.add-worksheet-merge', sheet, { ranges })
  },

  hides: true,
}

function endsOf(sheet: SheetState, range: CellRange): [string, string][] {
  const corners = cornersOf(sheet, range)
  return corners === undefined ? [] : [[...corners]]
}
