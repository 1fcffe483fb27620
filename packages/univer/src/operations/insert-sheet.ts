import type { AxisName } from '../document/axis.js'
import { LIMITS } from '../document/limits.js'
import type { Splice } from '../document/list-changes.js'
import { cleanName, isSheetId } from '../document/sheet-list.js'
import { SHEETS, type Workbook } from '../document/workbook.js'
import type { GridReader } from '../grid-reader.js'
import type { Operation } from './operation.js'
import type { OperationKind, SheetsChange } from './operation-kind.js'
import { lookAsItIs } from './set-look.js'
import { hiddenAsTheyAre } from './set-hidden.js'
import { recordCells } from './set-range-values.js'
import { sizesAsTheyAre } from './set-sizes.js'
import { sheetKeyAt } from './sheets.js'

/** Adds an empty sheet. */
export interface InsertSheet {
  readonly type: 'insert-sheet'
  /** The id of the sheet. */
  readonly sheet: string
  readonly index: number
  readonly name: string
  readonly rows: number
  readonly columns: number
}

const AXES: readonly AxisName[] = ['rows', 'columns']

export const insertSheet: OperationKind<InsertSheet, SheetsChange<Splice>> = {
  record: {
    'sheet.mutation.insert-sheet': (grid, { sheet, index }) => recordSheet(grid, sheet.id, index),
  },

  /** @see SHEET.md SD2, SD3 */
  write(workbook, { sheet: id, index, name, rows, columns }, draft) {
    if (!isSheetId(id) || workbook.sheetWithId(id) !== undefined) return
    if (workbook.shown.length < LIMITS.sheets) {
      draft.put(SHEETS, `${id}/at`, sheetKeyAt(workbook, index, draft))
      draft.put(SHEETS, `${id}/name`, cleanName(name))
      draft.put(SHEETS, `${id}/rows`, rows)
      draft.put(SHEETS, `${id}/columns`, columns)
      draft.put(SHEETS, `${id}/gone`, undefined)
      workbook.absorb(draft.take())
    }
    const sheet = workbook.open(id)
    sheet.name = name
    sheet.rows.shown = Array.from({ length: rows }, (_, at) => String(at))
    sheet.columns.shown = Array.from({ length: columns }, (_, at) => String(at))
    sheet.rows.isReordered = true
    sheet.columns.isReordered = true
    workbook.shown.splice(index, 0, sheet)
    workbook.changed.add(id)
  },

  diff({ change: { at: first, count }, workbook }) {
    const ids = workbook.list.ids.slice(first, first + count)
    return ids.map((id, at) => show(workbook, id, first + at))
  },

  play({ sheet, index, name, rows, columns }, grid) {
    const data = grid.newSheet({ id: sheet, name, rowCount: rows, columnCount: columns })
    grid.execute('sheet.mutation.insert-sheet', sheet, { index, sheet: data })
  },

  unsettles: true,
}

/** Records a sheet with its content, since it may be a copy of another one. */
function recordSheet(grid: GridReader, sheet: string, index: number): Operation[] {
  const { name, rows, columns, cells, merges, frozen } = grid.snapshot(sheet)
  const lines = AXES.flatMap((axis) => {
    const positions = Array.from({ length: grid.count(sheet, axis) }, (_, at) => at)
    return [
      ...sizesAsTheyAre(grid, sheet, axis, positions),
      ...hiddenAsTheyAre(grid, sheet, axis, positions),
    ]
  })
  const steps: Operation[] = [
    { type: 'insert-sheet', sheet, index, name, rows: rows.count, columns: columns.count },
    ...lookAsItIs(grid, sheet),
    ...lines,
    ...recordCells(grid, sheet, cells),
  ]
  if (merges.length > 0) steps.push({ type: 'set-merges', sheet, merges })
  const isFrozen = frozen.rows > 0 || frozen.columns > 0
  if (isFrozen) steps.push({ type: 'set-frozen', sheet, ...frozen })
  return steps
}

function show(workbook: Workbook, id: string, index: number): InsertSheet {
  const sheet = workbook.open(id)
  const name = workbook.list.names.get(id)!
  sheet.name = name
  for (const axis of AXES) {
    const lines = sheet[axis]
    lines.shown = [...lines.axis.ids]
    lines.isReordered = false
  }
  workbook.shown.splice(index, 0, sheet)
  workbook.changed.add(id)
  const size = { rows: sheet.rows.shown.length, columns: sheet.columns.shown.length }
  return { type: 'insert-sheet', sheet: id, index, name, ...size }
}
