import { partName, type Workbook } from './workbook.js'
import { splitKey, type SheetState } from './sheet-state.js'

interface OwnWrite {
  /** The content in the document, to recognize it by. */
  readonly content: unknown
  readonly text: string
}

/**
 * Remembers what this grid wrote into cells, to give it back when it can no longer be seen: in a
 * line or sheet that others deleted meanwhile, or under a merge.
 *
 * @see OFFICE.md SH31, SD15
 */
export class OwnWrites {
  readonly #sheets = new Map<string, Map<string, OwnWrite>>()

  /** Whether something was written under a merge that this grid shows. */
  hasCovered = false

  note(sheet: SheetState, key: string, content: unknown, text: string): void {
    const writes = this.#sheets.get(sheet.id) ?? new Map<string, OwnWrite>()
    if (content === undefined) writes.delete(key)
    else this.#sheets.set(sheet.id, writes.set(key, { content, text }))
    if (content !== undefined && isCovered(sheet, key)) this.hasCovered = true
  }

  /** Removes unseen texts from the document, and returns them by row. */
  takeUnseen(workbook: Workbook, origin: unknown): string[][] {
    this.hasCovered = false
    const unseen = [...this.#sheets].flatMap(([sheet, writes]) =>
      unseenIn(workbook, sheet, writes).map((key) => ({ sheet, key, text: writes.get(key)!.text })),
    )
    if (unseen.length === 0) return []
    workbook.doc.transact(() => {
      for (const { sheet, key } of unseen) {
        workbook.part(partName('cells', sheet)).delete(key)
        this.#sheets.get(sheet)!.delete(key)
      }
    }, origin)
    const rows = new Map<string, string[]>()
    for (const { sheet, key, text } of unseen) {
      const row = `${sheet}/${splitKey(key)![0]}`
      const texts = rows.get(row)
      if (texts === undefined) rows.set(row, [text])
      else texts.push(text)
    }
    return [...rows.values()]
  }
}

function unseenIn(workbook: Workbook, id: string, writes: Map<string, OwnWrite>): string[] {
  const cells = workbook.part(partName('cells', id))
  const sheet = workbook.sheetWithId(id)
  return [...writes].flatMap(([key, { content }]) => {
    // Someone has overwritten or deleted it.
    if (cells.get(key) !== content) writes.delete(key)
    else if (sheet === undefined || !isSeen(sheet, key)) return [key]
    return []
  })
}

/** Returns whether a cell is in a sheet, and not under a merge. */
export function isSeen(sheet: SheetState, key: string): boolean {
  const [row, column] = splitKey(key)!
  const isThere = sheet.rows.axis.indexOf(row) !== -1 && sheet.columns.axis.indexOf(column) !== -1
  return isThere && !isCovered(sheet, key)
}

function isCovered({ rows, columns, mergesShown }: SheetState, key: string): boolean {
  if (mergesShown.length === 0) return false
  const [rowId, columnId] = splitKey(key)!
  const row = rows.axis.indexOf(rowId)
  const column = columns.axis.indexOf(columnId)
  return mergesShown.some(
    ({ startRow, startColumn, endRow, endColumn }) =>
      (row !== startRow || column !== startColumn) &&
      row >= startRow &&
      row <= endRow &&
      column >= startColumn &&
      column <= endColumn,
  )
}
