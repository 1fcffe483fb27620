import { isSame, type CellRange } from '../document/cells.js'
import type { Filter } from '../document/criterion.js'
import { filterOf } from '../document/filter.js'
import { ORDER_FORMAT, raiseFormat } from '../document/format.js'
import { cornersOf } from '../document/ranges.js'
import type { Draft } from '../document/draft.js'
import type { SheetState } from '../document/sheet-state.js'
import { partName } from '../document/workbook.js'
import { onSheet, type OperationKind, type Recorder, type UnshownSheet } from './operation-kind.js'
import type { OnSheet } from './params.js'

/** Sets the filter of a sheet; `null` is none. */
export interface SetFilter {
  readonly type: 'set-filter'
  /** The id of the sheet. */
  readonly sheet: string
  readonly filter: Filter | null
}

const record: Recorder<OnSheet> = (grid, { subUnitId: sheet }) => {
  const filter = grid.filter(sheet)
  return filter === undefined ? [] : [{ type: 'set-filter', sheet, filter }]
}

export const setFilter: OperationKind<SetFilter, UnshownSheet> = {
  record: {
    'sheet.mutation.set-filter-range': record,
    'sheet.mutation.set-filter-criteria': record,
    'sheet.mutation.remove-filter': record,
  },

  /** @see SHEET.md SF5, SF6 */
  write: onSheet((sheet, { filter }, draft, { doc }) => {
    if (!isSame(filterOf(sheet), filter)) {
      raiseFormat(doc, ORDER_FORMAT)
      putRange(sheet, filter?.range, draft)
      putCriteria(sheet, filter?.criteria ?? {}, draft)
    }
    sheet.filterShown = filter
    sheet.isFilterTouched = true
  }),

  diff({ sheet }) {
    if (!sheet.isFilterTouched) return []
    sheet.isFilterTouched = false
    const filter = filterOf(sheet)
    if (isSame(filter, sheet.filterShown)) return []
    sheet.filterShown = filter
    return [{ type: 'set-filter', sheet: sheet.id, filter }]
  },

  play({ sheet, filter }, grid) {
    const before = grid.reader.filter(sheet)
    // The part of the grid that filters may still be on its way.
    if (before === undefined || isSame(before, filter)) return
    if (filter === null) {
      grid.execute('sheet.mutation.remove-filter', sheet, {})
      return
    }
    grid.execute('sheet.mutation.set-filter-range', sheet, { range: { ...filter.range } })
    for (const column of Object.keys(before?.criteria ?? {}).map(Number)) {
      if (column in filter.criteria) continue
      grid.execute('sheet.mutation.set-filter-criteria', sheet, { col: column, criteria: null })
    }
    for (const [column, criterion] of Object.entries(filter.criteria)) {
      const criteria = { ...criterion, colId: Number(column) }
      grid.execute('sheet.mutation.set-filter-criteria', sheet, { col: Number(column), criteria })
    }
  },
}

function putRange(sheet: SheetState, range: CellRange | undefined, draft: Draft): void {
  if (range !== undefined && isSame(filterOf(sheet)?.range, range)) return
  const corners = range && cornersOf(sheet, range)
  draft.put(partName('filters', sheet.id), 'range', corners?.join('..'))
}

function putCriteria(sheet: SheetState, criteria: Filter['criteria'], draft: Draft): void {
  const part = partName('filters', sheet.id)
  const columns = new Map(
    Object.entries(criteria).map(([at, criterion]) => [sheet.columns.shown[Number(at)], criterion]),
  )
  for (const id of sheet.criteria.keys()) {
    if (!columns.has(id)) draft.put(part, `${id}/criterion`, undefined)
  }
  for (const [id, criterion] of columns) {
    if (id !== undefined) draft.put(part, `${id}/criterion`, criterion)
  }
}
