import type { AxisName, LineId } from './axis.js'
import { isSame, usualKind, type CellData, type CellWrite } from './cells.js'
import { isAbout } from './formula.js'
import { insertAt, listChanges, moveWithin, type ListChange } from './list-changes.js'
import { mergesOf } from './merges.js'
import type { Operation } from './operations.js'
import type { LinesState, SheetState } from './sheet-state.js'
import type { Workbook } from './workbook.js'

const AXES: readonly AxisName[] = ['rows', 'columns']

/** A cell by its sheet and key. */
export interface CellPlace {
  readonly sheet: string
  readonly key: string
}

/**
 * The steps that bring the grid from what it shows to what the document says; they count as done.
 *
 * @param held a cell that is left as it is shown for now.
 * @see SHEET.md SD9
 */
export function takeSteps(workbook: Workbook, held: CellPlace | null): Operation[] {
  const steps = stepsOfSheets(workbook)
  for (const sheet of workbook.shown) {
    for (const axis of AXES) steps.push(...stepsOfLines(workbook, sheet, axis))
  }
  touchFormulas(workbook)
  for (const sheet of workbook.shown) {
    steps.push(...stepsOfCells(workbook, sheet, held), ...stepsOfMerges(sheet))
    steps.push(...stepsOfFrozen(workbook, sheet))
  }
  return steps
}

function stepsOfSheets(workbook: Workbook): Operation[] {
  const { shown, list, changed } = workbook
  const before = shown.map(({ id }) => id)
  const after = list.ids
  const names = list.names
  const steps = listChanges(before, after).flatMap((change) =>
    stepsOfSheetChange(workbook, change, after, names),
  )
  for (const sheet of shown) {
    const name = names.get(sheet.id)!
    if (sheet.name === name) continue
    sheet.name = name
    changed.add(sheet.id)
    steps.push({ type: 'rename-sheet', sheet: sheet.id, name })
  }
  return steps
}

function stepsOfSheetChange(
  workbook: Workbook,
  change: ListChange,
  after: readonly string[],
  names: ReadonlyMap<string, string>,
): Operation[] {
  const { shown, changed } = workbook
  if (change.type === 'move') {
    const { from, count, to } = change
    const moved = shown.slice(from, from + count)
    moveWithin(shown, from, count, to)
    // One after the other: to the right the first one leaves first, and each takes the same place.
    return moved.map(({ id }, at) => ({
      type: 'move-sheet',
      sheet: id,
      index: to > from ? to - 1 : to + at,
    }))
  }
  if (change.type === 'remove') {
    return shown.splice(change.at, change.count).map(({ id }) => {
      changed.add(id)
      return { type: 'remove-sheet', sheet: id }
    })
  }
  const ids = after.slice(change.at, change.at + change.count)
  return ids.map((id, at) => insertSheet(workbook, id, change.at + at, names.get(id)!))
}

function insertSheet(workbook: Workbook, id: string, index: number, name: string): Operation {
  const sheet = workbook.open(id)
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

function stepsOfLines(workbook: Workbook, sheet: SheetState, axis: AxisName): Operation[] {
  const lines = sheet[axis]
  const steps: Operation[] = []
  if (lines.isReordered) {
    const after = lines.axis.ids
    for (const change of listChanges(lines.shown, after)) {
      steps.push(stepOfLines(sheet, axis, change, after))
    }
    // The ends of references stand where they stood also when they are gone.
    workbook.changed.add(sheet.id)
    sheet.areMergesTouched = true
    lines.isReordered = false
  }
  steps.push(...stepsOfTouched(sheet, axis))
  return steps
}

function stepOfLines(
  sheet: SheetState,
  axis: AxisName,
  change: ListChange,
  after: readonly LineId[],
): Operation {
  const lines = sheet[axis]
  const on = { sheet: sheet.id, axis }
  if (change.type === 'move') {
    const { from, count, to } = change
    moveWithin(lines.shown, from, count, to)
    return { ...on, type: 'move-lines', from, count, to }
  }
  const { at, count } = change
  if (change.type === 'remove') {
    hideLines(sheet, axis, lines.shown.splice(at, count))
    return { ...on, type: 'remove-lines', at, count }
  }
  const ids = after.slice(at, at + count)
  insertAt(lines.shown, at, ids)
  for (const id of ids) lines.touched.add(id)
  for (const entry of sheet.entriesOf(axis, ids)) sheet.touched.add(entry)
  return { ...on, type: 'insert-lines', at, count }
}

/** Nothing of these is shown any more. */
export function hideLines(sheet: SheetState, axis: AxisName, ids: readonly LineId[]): void {
  for (const id of ids) sheet[axis].forget(id)
  for (const entry of sheet.entriesOf(axis, ids)) {
    entry.shown = {}
  }
}

function stepsOfTouched(sheet: SheetState, axis: AxisName): Operation[] {
  const lines = sheet[axis]
  const sizes: Record<number, number | null> = {}
  const hidden: Record<number, boolean> = {}
  for (const id of lines.touched) {
    const at = lines.axis.indexOf(id)
    if (at === -1) continue
    if (showSize(lines, id)) sizes[at] = lines.axis.sizes.get(id) ?? null
    if (showHidden(lines, id)) hidden[at] = lines.axis.hidden.has(id)
  }
  lines.touched.clear()
  const on = { sheet: sheet.id, axis }
  const steps: Operation[] = []
  if (Object.keys(sizes).length > 0) steps.push({ ...on, type: 'set-sizes', sizes })
  if (Object.keys(hidden).length > 0) steps.push({ ...on, type: 'set-hidden', hidden })
  return steps
}

function showSize({ axis, sizes }: LinesState, id: LineId): boolean {
  const size = axis.sizes.get(id)
  if (size === sizes.get(id)) return false
  if (size === undefined) sizes.delete(id)
  else sizes.set(id, size)
  return true
}

function showHidden({ axis, hidden }: LinesState, id: LineId): boolean {
  const isHidden = axis.hidden.has(id)
  if (isHidden === hidden.has(id)) return false
  if (isHidden) hidden.add(id)
  else hidden.delete(id)
  return true
}

/** What points at something that isn't where it was may read differently. */
function touchFormulas({ shown, changed }: Workbook): void {
  if (changed.size === 0) return
  for (const sheet of shown) {
    for (const entry of sheet.formulas) {
      if (isAbout(entry.formula!, sheet.id, changed)) sheet.touched.add(entry)
    }
  }
  changed.clear()
}

function stepsOfCells(workbook: Workbook, sheet: SheetState, held: CellPlace | null): Operation[] {
  const cellValue: Record<number, Record<number, CellWrite>> = {}
  for (const entry of sheet.touched) {
    if (sheet.id === held?.sheet && held.key === `${entry.row}:${entry.column}`) continue
    sheet.touched.delete(entry)
    const row = sheet.rows.axis.indexOf(entry.row)
    const column = sheet.columns.axis.indexOf(entry.column)
    if (row !== -1 && column !== -1) {
      const cell = sheet.cellOf(entry, workbook)
      const write = writeBetween(entry.shown, cell)
      entry.shown = cell
      if (write !== null) (cellValue[row] ??= {})[column] = write
    }
    sheet.tidy(entry)
  }
  if (Object.keys(cellValue).length === 0) return []
  return [{ type: 'set-range-values', sheet: sheet.id, cellValue }]
}

/** What has to be written to make one cell the other; `null` if nothing. */
function writeBetween(before: CellData, after: CellData): CellWrite | null {
  const isContent = before.v !== after.v || before.t !== after.t || before.f !== after.f
  const isStyle = !isSame(before.s, after.s)
  if (!isContent && !isStyle) return null
  const { v = null, f = null, s = null } = after
  const t = after.t ?? (v === null ? null : usualKind(v))
  return { ...(isContent ? { v, t, f } : {}), ...(isStyle ? { s } : {}) }
}

function stepsOfMerges(sheet: SheetState): Operation[] {
  if (!sheet.areMergesTouched) return []
  sheet.areMergesTouched = false
  const merges = mergesOf(sheet)
  if (isSame(merges, sheet.mergesShown)) return []
  sheet.mergesShown = merges
  return [{ type: 'set-merges', sheet: sheet.id, merges }]
}

function stepsOfFrozen({ list }: Workbook, sheet: SheetState): Operation[] {
  const keys = list.frozenOf(sheet.id)
  const rows = keys.rows === undefined ? 0 : sheet.rows.axis.countUpTo(keys.rows)
  const columns = keys.columns === undefined ? 0 : sheet.columns.axis.countUpTo(keys.columns)
  if (rows === sheet.frozenShown.rows && columns === sheet.frozenShown.columns) return []
  sheet.frozenShown = { rows, columns }
  return [{ type: 'set-frozen', sheet: sheet.id, rows, columns }]
}
