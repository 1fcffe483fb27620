import type { CellRange } from '../document/cells.js'
import { overlap } from '../document/ranges.js'
import type { SheetRange } from './chart.js'

/** Cells that may have changed: without a range, all of a sheet; without a sheet, all of the workbook. */
export interface ChangedCells {
  readonly sheet?: string
  readonly range?: CellRange
}

/** A command of the grid, as it was executed. */
interface Mutation {
  readonly id: string
  readonly params?: object | undefined
}

const SET_VALUES = 'sheet.mutation.set-range-values'
/** Says that formulas are being calculated; their results come as values of cells. */
const CALCULATING = /^formula\.mutation\.set-formula-calculation-(?:start|stop|notification)$/

/** Returns the cells that a mutation may have changed, or `null` if it changes none. */
export function changedCells({ id, params }: Mutation): ChangedCells | null {
  if (CALCULATING.test(id)) return null
  const { subUnitId: sheet, cellValue } = (params ?? {}) as Values
  if (typeof sheet !== 'string') return {}
  if (id !== SET_VALUES) return { sheet }
  const range = rangeOf(cellValue ?? {})
  return range && { sheet, range }
}

interface Values {
  readonly subUnitId?: unknown
  readonly cellValue?: { readonly [row: string]: object | undefined }
}

/** Returns whether cells that changed may be among those that a chart shows. */
export const mayShow = ({ sheet, range }: ChangedCells, shown: SheetRange): boolean =>
  (sheet === undefined || sheet === shown.sheet) &&
  (range === undefined || overlap(range, shown.range))

/** Returns the smallest range with all of some cells. */
function rangeOf(cells: NonNullable<Values['cellValue']>): CellRange | null {
  let range: CellRange | null = null
  for (const [row, inRow] of Object.entries(cells))
    for (const column of Object.keys(inRow ?? {}))
      range = withCell(range, Number(row), Number(column))
  return range
}

const withCell = (range: CellRange | null, row: number, column: number): CellRange => ({
  startRow: Math.min(range?.startRow ?? row, row),
  startColumn: Math.min(range?.startColumn ?? column, column),
  endRow: Math.max(range?.endRow ?? row, row),
  endColumn: Math.max(range?.endColumn ?? column, column),
})
