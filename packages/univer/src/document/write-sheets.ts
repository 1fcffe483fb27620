import type { Draft } from './draft.js'
import { LIMITS } from './limits.js'
import type { InsertSheet, MoveSheet, RemoveSheet, RenameSheet } from './operations.js'
import { keyBetween } from './order-key.js'
import { cleanName, isSheetId } from './sheet-list.js'
import { partName, SHEETS, type Part, type Workbook } from './workbook.js'

const CONTENTS: readonly Part[] = ['cells', 'styles', 'merges']

/** @see SHEET.md SD2, SD3 */
export function insertSheet(workbook: Workbook, step: InsertSheet, draft: Draft): void {
  const { sheet: id, index, name, rows, columns } = step
  if (!isSheetId(id) || workbook.sheetWithId(id) !== undefined) return
  if (workbook.shown.length < LIMITS.sheets) {
    draft.put(SHEETS, `${id}/at`, keyAtIndex(workbook, index, draft))
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
}

/** @see SHEET.md SD5 */
export function removeSheet(workbook: Workbook, { sheet: id }: RemoveSheet, draft: Draft): void {
  const at = workbook.shown.findIndex((sheet) => sheet.id === id)
  if (at === -1) return
  if (workbook.shown.length > 1) {
    draft.put(SHEETS, `${id}/gone`, true)
    for (const part of CONTENTS) {
      const name = partName(part, id)
      for (const key of workbook.part(name).keys()) draft.put(name, key, undefined)
    }
  }
  workbook.shown.splice(at, 1)
  workbook.changed.add(id)
}

export function renameSheet(workbook: Workbook, step: RenameSheet, draft: Draft): void {
  const sheet = workbook.sheetWithId(step.sheet)
  if (sheet === undefined) return
  draft.put(SHEETS, `${step.sheet}/name`, cleanName(step.name))
  sheet.name = step.name
  workbook.changed.add(step.sheet)
}

export function moveSheet(workbook: Workbook, step: MoveSheet, draft: Draft): void {
  const from = workbook.shown.findIndex((sheet) => sheet.id === step.sheet)
  if (from === -1 || from === step.index) return
  const [sheet] = workbook.shown.splice(from, 1)
  draft.put(SHEETS, `${step.sheet}/at`, keyAtIndex(workbook, step.index, draft))
  workbook.shown.splice(step.index, 0, sheet!)
}

function keyAtIndex({ shown, list }: Workbook, index: number, { chance }: Draft): string {
  const keyOf = (at: number) => list.keyOf(shown[at]?.id ?? '') ?? null
  return keyBetween(keyOf(index - 1), keyOf(index), chance)
}
