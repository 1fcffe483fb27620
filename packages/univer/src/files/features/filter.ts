import { formatValue } from 'hucre'
import type { WriteSheet } from 'hucre/xlsx'
import type { Criterion, Filter } from '../../document/criterion.js'
import type { CellRange } from '../../document/index.js'
import { readRange } from '../a1-range.js'
import { patternOf } from '../cell-style.js'
import type { Feature, SheetDraft } from '../feature.js'
import type { FileSheet, Results } from '../model.js'
import { cellName } from '../report.js'
import { writeValue } from './contents.js'

type RowDefs = NonNullable<WriteSheet['rowDefs']>

/** The filter of a sheet, of which only lists of values are carried over. */
export const filter: Feature = {
  read({ sheet: { autoFilter } }, draft, report) {
    const range = autoFilter && readRange(autoFilter.range)
    if (range === undefined) return
    const { columns = [] } = autoFilter!
    const lists = columns.flatMap(({ colIndex, filters }) =>
      filters === undefined || filters.length === 0
        ? []
        : [[range.startColumn + colIndex, { filters: { filters } }] as const],
    )
    draft.filter = { range, criteria: Object.fromEntries(lists) }
    showRows(draft, range, lists)
    // What else a filter asks for, such as numbers above another, isn't known: its rows stay hidden.
    const isLeftOut = draft.rows.hidden.some((row) => isBelow(range, row))
    const at = { row: range.startRow, column: range.startColumn }
    report.note('filters', draft.name, isLeftOut ? 1 : 0, at)
  },

  write(sheet, target, results) {
    if (sheet.filter === null) return
    const { range, criteria } = sheet.filter
    const columns = Object.entries(criteria).flatMap(([column, criterion]) => {
      const filters = valuesOf(criterion)
      return filters === undefined
        ? []
        : [{ colIndex: Number(column) - range.startColumn, filters: [...filters] }]
    })
    const ends = [
      { row: range.startRow, column: range.startColumn },
      { row: range.endRow, column: range.endColumn },
    ]
    target.autoFilter = {
      range: ends.map(cellName).join(':'),
      ...(columns.length === 0 ? {} : { columns }),
    }
    hideRows(sheet, sheet.filter, (target.rowDefs ??= new Map()), results)
  },

  steps: ({ filter: own }, sheet) =>
    own === null ? [] : [{ type: 'set-filter', sheet, filter: own }],
}

type Lists = readonly (readonly [column: number, { filters: { filters: readonly string[] } }])[]

const isBelow = ({ startRow, endRow }: CellRange, row: number): boolean =>
  row > startRow && row <= endRow

/** The rows that the lists hide aren't hidden by themselves. */
function showRows(draft: SheetDraft, range: CellRange, lists: Lists): void {
  const isFiltered = (row: number): boolean =>
    lists.some(([column, { filters }]) => !filters.filters.includes(shown(draft, {}, row, column)))
  draft.rows.hidden = draft.rows.hidden.filter((row) => !isBelow(range, row) || !isFiltered(row))
}

/** The values that a criterion shows; `undefined` of another kind of criterion. */
function valuesOf(criterion: Criterion): readonly string[] | undefined {
  if (!('filters' in criterion)) return undefined
  const { blank, filters = [] } = criterion.filters
  // A file has no list that shows empty cells alone.
  return blank === true ? undefined : filters
}

/** Programs that open a file show its rows as it says, and don't filter again. */
function hideRows(
  sheet: FileSheet,
  { range, criteria }: Filter,
  rows: RowDefs,
  results: Results,
): void {
  const lists = Object.entries(criteria).flatMap(([column, criterion]) => {
    const values = valuesOf(criterion)
    return values === undefined ? [] : [[Number(column), new Set(values)] as const]
  })
  if (lists.length === 0) return
  for (let row = range.startRow + 1; row <= range.endRow; row++) {
    const isShown = lists.every(([column, values]) =>
      values.has(shown(sheet, results, row, column)),
    )
    if (!isShown) rows.set(row, { ...rows.get(row), hidden: true })
  }
}

/** What a cell shows. */
function shown(
  { cells }: Pick<FileSheet, 'cells'>,
  results: Results,
  row: number,
  column: number,
): string {
  const cell = cells[row]?.[column]
  if (cell === undefined) return ''
  const value = cell.f === undefined ? writeValue(cell) : (results[row]?.[column] ?? null)
  return formatValue(value, patternOf(cell) || 'General')
}
