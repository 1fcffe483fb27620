import { isSame, mergeCell, type CellData, type CellWrite } from './cells.js'
import type { Draft } from './draft.js'
import { storeFormula } from './formula.js'
import { mergesOf, withinLimits } from './merges.js'
import type { CellMatrix, CellRange, SetMerges, SetRangeValues } from './operations.js'
import type { SheetState } from './sheet-state.js'
import { partName, type Workbook } from './workbook.js'

const BOOLEAN = 3

/** @see SHEET.md SD6, SD7, SD8 */
export function writeCells(
  workbook: Workbook,
  sheet: SheetState,
  { cellValue }: SetRangeValues,
  draft: Draft,
): void {
  for (const [row, cells] of Object.entries(cellValue)) {
    const rowId = sheet.rows.shown[Number(row)]
    for (const [column, write] of Object.entries(cells as CellMatrix<CellWrite | null>[number])) {
      const columnId = sheet.columns.shown[Number(column)]
      if (rowId === undefined || columnId === undefined) continue
      writeCell(workbook, sheet, [rowId, columnId], write, draft)
    }
  }
}

function writeCell(
  workbook: Workbook,
  sheet: SheetState,
  [row, column]: readonly [string, string],
  write: CellWrite | null,
  draft: Draft,
): void {
  const entry = sheet.entryAt(row, column)
  const key = `${row}:${column}`
  const before = entry.shown
  const after = mergeCell(before, write)
  entry.shown = after
  const { f, v, t } = after
  const isContent =
    write === null || write.v !== undefined || write.f !== undefined || write.t !== undefined
  // A formula that reads as before is the same, also where A1 can't say what it points at.
  if (isContent && (f === undefined || f !== before.f)) {
    const value = v === undefined ? undefined : { v, ...(t === undefined ? {} : { t }) }
    const content = f === undefined ? value : { f: storeFormula(f, sheet, workbook) }
    const part = partName('cells', sheet.id)
    draft.put(part, key, content)
    draft.own.note(sheet, key, workbook.part(part).get(key), f ?? textOf(v, t))
  }
  if (write === null || write.s !== undefined) {
    draft.put(partName('styles', sheet.id), key, after.s)
  }
}

function textOf(v: CellData['v'], t: CellData['t']): string {
  if (t !== BOOLEAN) return String(v)
  return v ? 'TRUE' : 'FALSE'
}

/** @see SHEET.md SD10 */
export function writeMerges(sheet: SheetState, { merges }: SetMerges, draft: Draft): void {
  const part = partName('merges', sheet.id)
  // Those that overlap with another one are in the document as well, and would come to light.
  const isKept = isSame(mergesOf(sheet), merges)
  if (!isKept) {
    const ends = new Map(withinLimits(merges).flatMap((range) => endsOf(sheet, range)))
    for (const key of sheet.merges.keys()) {
      if (!ends.has(key)) draft.put(part, key, undefined)
    }
    for (const [key, end] of ends) draft.put(part, key, end)
  }
  sheet.mergesShown = merges
  sheet.areMergesTouched = true
}

function endsOf({ rows, columns }: SheetState, range: CellRange): [string, string][] {
  const ids = [
    rows.shown[range.startRow],
    columns.shown[range.startColumn],
    rows.shown[range.endRow],
    columns.shown[range.endColumn],
  ]
  if (ids.includes(undefined)) return []
  return [[`${ids[0]}:${ids[1]}`, `${ids[2]}:${ids[3]}`]]
}
