import type { ColumnDef, WriteSheet } from 'hucre/xlsx'
import type { AxisName, Operation, SheetSnapshot } from '../../document/index.js'
import { LIMITS } from '../../document/index.js'
import type { Feature } from '../feature.js'

/** A column's width in characters, in pixels. */
const WIDTH = 7
/** A row's height in points, in pixels. */
const HEIGHT = 4 / 3
/** What a column has here without a width of its own. */
const USUAL_WIDTH = 88

type RowDefs = NonNullable<WriteSheet['rowDefs']>

const AXES: readonly AxisName[] = ['rows', 'columns']

/** Heights and widths, and hidden rows and columns. */
export const lines: Feature = {
  read({ sheet }, draft) {
    for (const [at, { width, hidden }] of (sheet.columns ?? []).entries()) {
      const px = width === undefined ? USUAL_WIDTH : toPixels(width, WIDTH)
      if (px !== USUAL_WIDTH && px > 0) draft.columns.sizes[at] = px
      if (hidden === true) draft.columns.hidden.push(at)
    }
    for (const [at, { height, hidden }] of sheet.rowDefs ?? []) {
      if (height !== undefined && height > 0) draft.rows.sizes[at] = toPixels(height, HEIGHT)
      if (hidden === true) draft.rows.hidden.push(at)
    }
    draft.rows.hidden = draft.rows.hidden.toSorted((a, b) => a - b)
  },

  write(sheet, target) {
    target.columns = columnsOf(sheet)
    target.rowDefs = rowsOf(sheet.rows)
    // A row without cells is written only if there is a list for it.
    while (target.rows.length <= largest([...target.rowDefs.keys()])) target.rows.push([])
  },

  steps(sheet, id): Operation[] {
    return AXES.flatMap((axis): Operation[] => {
      const { sizes, hidden } = sheet[axis]
      return [
        ...(Object.keys(sizes).length === 0
          ? []
          : [{ type: 'set-sizes' as const, sheet: id, axis, sizes }]),
        ...(hidden.length === 0
          ? []
          : [{ type: 'set-hidden' as const, sheet: id, axis, hidden: allTrue(hidden) }]),
      ]
    })
  },
}

const toPixels = (size: number, unit: number): number =>
  Math.min(Math.max(Math.round(size * unit), 0), LIMITS.size)

const allTrue = (positions: readonly number[]): Record<number, boolean> =>
  Object.fromEntries(positions.map((at) => [at, true]))

/** Columns without a width of their own get ours, as programs have other ones. */
function columnsOf({
  columns: { sizes, hidden },
  cells,
}: Pick<SheetSnapshot, 'columns' | 'cells'>) {
  const used = Object.values(cells).flatMap((row) => Object.keys(row as object).map(Number))
  const last = largest([...Object.keys(sizes).map(Number), ...hidden, ...new Set(used)])
  const isHidden = new Set(hidden)
  return Array.from({ length: last + 1 }, (_, at): ColumnDef => ({
    width: (sizes[at] ?? USUAL_WIDTH) / WIDTH,
    ...(isHidden.has(at) ? { hidden: true } : {}),
  }))
}

function rowsOf({ sizes, hidden }: SheetSnapshot['rows']): RowDefs {
  const defs: RowDefs = new Map()
  for (const [at, px] of Object.entries(sizes)) defs.set(Number(at), { height: px / HEIGHT })
  for (const at of hidden) defs.set(at, { ...defs.get(at), hidden: true })
  return defs
}

function largest(numbers: readonly number[]): number {
  let most = -1
  for (const number of numbers) most = Math.max(most, number)
  return most
}
