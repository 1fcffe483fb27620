import type { Doc } from 'yjs'
import type { CellMap } from '../document/cell-map.js'
import type { CellMatrix } from '../document/cells.js'
import type { Draft } from '../document/draft.js'
import { raiseFormat } from '../document/format.js'
import { partName } from '../document/workbook.js'
import type { SheetState } from '../document/sheet-state.js'
import type { UnshownSheet } from './operation-kind.js'

/** What cells have beside their contents, by the part of the document that has it. */
export type AttachedPart = 'notes' | 'links'

/** All of them. */
export const ATTACHED: readonly AttachedPart[] = ['notes', 'links']

/** How the document has one of them. */
interface AttachedKind<T> {
  readonly part: AttachedPart
  /** The version from which the document has it. */
  readonly format: number
  /** Returns a value as it is stored; `null` for nothing. */
  readonly store?: (value: T | null) => unknown
}

/** Writes what cells have, by position; `null` deletes it. */
export function writeAttached<T>(
  { part, format, store = (value) => value }: AttachedKind<T>,
  values: CellMatrix<T | null>,
  { id, rows, columns }: SheetState,
  draft: Draft,
  doc: Doc,
): void {
  for (const [row, inRow] of Object.entries(values)) {
    for (const [column, value] of Object.entries(inRow as CellMatrix<T | null>[number])) {
      const [rowId, columnId] = [rows.shown[Number(row)], columns.shown[Number(column)]]
      if (rowId === undefined || columnId === undefined) continue
      const stored = store(value)
      if (stored !== null) raiseFormat(doc, format)
      draft.put(partName(part, id), `${rowId}:${columnId}`, stored ?? undefined)
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
