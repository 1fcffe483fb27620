import { isSize, type AxisName, type LineId } from './axis.js'
import { hideLines } from './changes.js'
import type { Draft } from './draft.js'
import { insertAt, moveWithin } from './list-changes.js'
import type {
  InsertLines,
  MoveLines,
  RemoveLines,
  SetFrozen,
  SetHidden,
  SetSizes,
} from './operations.js'
import { keyBetween, keyInRun, makeName } from './order-key.js'
import type { SheetState } from './sheet-state.js'
import { partName, SHEETS } from './workbook.js'

/** @see SHEET.md SD4 */
export function insertLines(sheet: SheetState, step: InsertLines, draft: Draft): void {
  const { axis, at, count } = step
  const lines = sheet[axis]
  if (at < 0 || at > lines.shown.length || count < 1) return
  let run = makeName(draft.chance)
  while (lines.axis.hasRun(run)) run = makeName(draft.chance)
  const ids = Array.from({ length: count }, (_, index) => `${run}-${index}`)
  const key = keyBetween(keyAt(sheet, axis, at - 1), keyAt(sheet, axis, at), draft.chance)
  // Beyond its most, the grid has lines that will be taken away from it.
  if (count <= lines.axis.room) draft.put(partName(axis, sheet.id), `${run}/run`, [key, count])
  insertAt(lines.shown, at, ids)
  lines.isReordered = true
}

/** @see SHEET.md SD5 */
export function removeLines(sheet: SheetState, step: RemoveLines, draft: Draft): void {
  const { axis, at, count } = step
  const lines = sheet[axis]
  if (at < 0) return
  const ids = lines.shown.splice(at, count)
  for (const entry of sheet.entriesOf(axis, ids)) {
    const key = `${entry.row}:${entry.column}`
    draft.put(partName('cells', sheet.id), key, undefined)
    draft.put(partName('styles', sheet.id), key, undefined)
  }
  const part = partName(axis, sheet.id)
  for (const id of ids) {
    draft.put(part, `${id}/gone`, true)
    if (lines.axis.sizes.has(id)) draft.put(part, `${id}/size`, undefined)
    if (lines.axis.hidden.has(id)) draft.put(part, `${id}/hidden`, undefined)
  }
  hideLines(sheet, axis, ids)
  lines.isReordered = true
}

/** @see SHEET.md SD4 */
export function moveLines(sheet: SheetState, step: MoveLines, draft: Draft): void {
  const { axis, from, count, to } = step
  const lines = sheet[axis]
  const isWithin = to >= from && to <= from + count
  const end = lines.shown.length
  if (isWithin || from < 0 || to < 0 || to > end || from + count > end) return
  const key = keyBetween(keyAt(sheet, axis, to - 1), keyAt(sheet, axis, to), draft.chance)
  for (const [index, id] of lines.shown.slice(from, from + count).entries()) {
    draft.put(partName(axis, sheet.id), `${id}/at`, keyInRun(key, index))
  }
  moveWithin(lines.shown, from, count, to)
  lines.isReordered = true
}

export function setSizes(sheet: SheetState, { axis, sizes }: SetSizes, draft: Draft): void {
  const lines = sheet[axis]
  for (const [at, size] of Object.entries(sizes)) {
    const id = lines.shown[Number(at)]
    if (id === undefined) continue
    if (size === null) lines.sizes.delete(id)
    else lines.sizes.set(id, size)
    draft.put(partName(axis, sheet.id), `${id}/size`, isSize(size) ? size : undefined)
    lines.touched.add(id)
  }
}

export function setHidden(sheet: SheetState, { axis, hidden }: SetHidden, draft: Draft): void {
  const lines = sheet[axis]
  for (const [at, isHidden] of Object.entries(hidden)) {
    const id = lines.shown[Number(at)]
    if (id === undefined) continue
    if (isHidden) lines.hidden.add(id)
    else lines.hidden.delete(id)
    draft.put(partName(axis, sheet.id), `${id}/hidden`, isHidden ? true : undefined)
    lines.touched.add(id)
  }
}

/** @see SHEET.md SD10 */
export function setFrozen(sheet: SheetState, { rows, columns }: SetFrozen, draft: Draft): void {
  draft.put(SHEETS, `${sheet.id}/frozen-rows`, keyAt(sheet, 'rows', rows - 1) ?? undefined)
  draft.put(SHEETS, `${sheet.id}/frozen-columns`, keyAt(sheet, 'columns', columns - 1) ?? undefined)
  sheet.frozenShown = { rows, columns }
}

function keyAt(sheet: SheetState, axis: AxisName, at: number): string | null {
  const id: LineId | undefined = sheet[axis].shown[at]
  return id === undefined ? null : (sheet[axis].axis.keyOf(id) ?? null)
}
