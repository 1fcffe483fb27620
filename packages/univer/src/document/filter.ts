import type { Filter } from './criterion.js'
import { LIMITS } from './limits.js'
import { rangeBetween } from './ranges.js'
import type { SheetState } from './sheet-state.js'

/** Returns the filter as it is now; `null` if there is none, or nothing of its cells is left. */
export function filterOf(sheet: SheetState): Filter | null {
  const [first = '', last = ''] = sheet.filterRange?.split('..') ?? []
  const range = rangeBetween(sheet, first, last)
  if (range === null) return null
  const columns = [...sheet.criteria.keys()].toSorted().slice(0, LIMITS.criteria)
  const criteria = columns.flatMap((id) => {
    const column = sheet.columns.axis.indexOf(id)
    const isWithin = column >= range.startColumn && column <= range.endColumn
    return isWithin ? [[column, sheet.criteria.get(id)!]] : []
  })
  return { range, criteria: Object.fromEntries(criteria) as Filter['criteria'] }
}
