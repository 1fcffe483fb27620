import { partName, type Workbook } from './workbook.js'
import { splitKey, type SheetState } from './sheet-state.js'

interface OwnWrite {
  /** The content in the document, to recognize it by. */
  readonly content: unknown
  readonly text: string
}

interface Unseen {
  readonly sheet: string
  readonly key: string
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
      for (const [sheet, writes] of this.#sheets) {
        const keys = unseen.flatMap((one) => (one.sheet === sheet ? [one.key] : []))
        takeOut(workbook, sheet, writes, keys)
      }
    }, origin)
    return textsOf(unseen)
  }
}

/** Takes cells out of the document, and a block as a whole if nobody sees any of it. */
function takeOut(
  workbook: Workbook,
  id: string,
  writes: Map<string, OwnWrite>,
  keys: readonly string[],
): void {
  const sheet = workbook.sheetWithId(id)
  const cells = workbook.part(partName('cells', id))
  const blocks = workbook.part(partName('blocks', id))
  const unseen = unseenBlocks(sheet, writes, keys)
  for (const block of unseen) blocks.delete(block)
  for (const key of keys) {
    const { content } = writes.get(key)!
    writes.delete(key)
    if (unseen.has(content as string)) continue
    if (sheet?.blockAt('cells', key) === undefined) cells.delete(key)
    else cells.set(key, {})
  }
}

/** The keys of the blocks of which all cells are among some that nobody sees. */
function unseenBlocks(
  sheet: SheetState | undefined,
  writes: Map<string, OwnWrite>,
  keys: readonly string[],
): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const key of keys) {
    const { content } = writes.get(key)!
    if (typeof content === 'string') counts.set(content, (counts.get(content) ?? 0) + 1)
  }
  const unseen = [...counts].filter(([key, count]) => {
    const block = sheet?.blocks.get(key)
    return block === undefined || [...block.cells()].length === count
  })
  return new Set(unseen.map(([key]) => key))
}

function textsOf(unseen: readonly Unseen[]): string[][] {
  const rows = new Map<string, string[]>()
  for (const { sheet, key, text } of unseen) {
    const row = `${sheet}/${splitKey(key)![0]}`
    const texts = rows.get(row)
    if (texts === undefined) rows.set(row, [text])
    else texts.push(text)
  }
  return [...rows.values()]
}

function unseenIn(workbook: Workbook, id: string, writes: Map<string, OwnWrite>): string[] {
  const cells = workbook.part(partName('cells', id))
  const blocks = workbook.part(partName('blocks', id))
  const sheet = workbook.sheetWithId(id)
  const isStored = (key: string, content: unknown): boolean => {
    const own = cells.get(key)
    if (typeof content !== 'string') return own === content
    const isOnTop = sheet === undefined || sheet.blockAt('cells', key)?.key === content
    return own === undefined && isOnTop && blocks.has(content)
  }
  return [...writes].flatMap(([key, { content }]) => {
    // Somebody has written over it, or taken it away.
    if (!isStored(key, content)) writes.delete(key)
    else if (sheet === undefined || !isSeen(sheet, key)) return [key]
    return []
  })
}

/** Whether a cell is in a sheet, and not under a merge. */
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
