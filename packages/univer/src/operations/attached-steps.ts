import type { Doc } from 'yjs'
import type { CellMap } from '../document/cell-map.js'
import type { CellMatrix } from '../document/cells.js'
import type { Draft } from '../document/draft.js'
import { raiseFormat } from '../document/format.js'
import { partName } from '../document/workbook.js'
import type { SheetState } from '../document/sheet-state.js'
import type { UnshownSheet } from './operation-kind.js'

/** What cells have beside their contents, by the part of the document that has it. */
export type AttachedPart = 'notes'

/** All of them. */
export const ATTACHED: readonly AttachedPart[] = ['notes']

/** How the document has one of them. */
interface AttachedKind {
  readonly part: AttachedPart
  /** The version from which the document has it. */
  readonly format: number
}

/** Writes what cells have, by position; `null` deletes it. */
export function writeAttached(
  { part, format }: AttachedKind,
  values: CellMatrix<unknown>,
  { id, rows, columns }: SheetState,
  draft: Draft,
  doc: Doc,
): void {
  for (const [row, inRow] of Object.entries(values)) {
    for (const [column, value] of Object.entries(inRow as CellMatrix<unknown>[number])) {
      const [rowId, columnId] = [rows.shown[Number(row)], columns.shown[Number(column)]]
      if (rowId === undefined || columnId === undefined) continue
      if (value !== null) raiseFormat(doc, format)
      draft.put(partName(part, id), `${rowId}:${columnId}`, value ?? undefined)
    }
  }
}

type ValueOf<P extends AttachedPart> = SheetState[P] extends CellMap<infer T> ? T : never

/** Returns what the grid wasn't told yet; nothing if there isn't anything. */
export function diffAttached<P extends AttachedPart>(
  part: P,
  { sheet, workbook }: UnshownSheet,
): CellMatrix<ValueOf<P> | null>[] {
  const found = sheet[part].takeTouched(sheet.rows, sheet.columns)
  if (Object.keys(found).length === 0) return []
  workbook.attachedVersion += 1
  return [found as CellMatrix<ValueOf<P> | null>]
}
