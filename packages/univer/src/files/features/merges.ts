import { withinLimits } from '../../document/merges.js'
import type { Feature } from '../feature.js'

/** Merged cells. */
export const merges: Feature = {
  read({ sheet }, draft, report) {
    const all = (sheet.merges ?? [])
      .map(({ startRow, startCol, endRow, endCol }) => ({
        startRow,
        startColumn: startCol,
        endRow,
        endColumn: endCol,
      }))
      .toSorted((a, b) => a.startRow - b.startRow || a.startColumn - b.startColumn)
    draft.merges = withinLimits(all)
    report.note('merges', draft.name, all.length - draft.merges.length)
  },

  write({ merges: all }, target) {
    target.merges = all.map(({ startRow, startColumn, endRow, endColumn }) => ({
      startRow,
      startCol: startColumn,
      endRow,
      endCol: endColumn,
    }))
  },

  steps: ({ merges: all }, sheet) =>
    all.length === 0 ? [] : [{ type: 'set-merges', sheet, merges: all }],
}
