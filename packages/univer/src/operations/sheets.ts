import type { Draft } from '../document/draft.js'
import { keyBetween } from '../document/order-key.js'
import type { Workbook } from '../document/workbook.js'
import type { GridWriter } from '../grid-writer.js'

/** Returns an order key for a sheet at an index. */
export function sheetKeyAt({ shown, list }: Workbook, index: number, { chance }: Draft): string {
  const keyOf = (at: number) => list.keyOf(shown[at]?.id ?? '') ?? null
  return keyBetween(keyOf(index - 1), keyOf(index), chance)
}

/**
 * Shows another sheet before this one is removed or hidden; Univer does so only a moment later, or not
 * at all.
 */
export function leave(sheet: string, grid: GridWriter): void {
  if (grid.activeSheet !== sheet) return
  const { order } = grid.reader
  const at = order.indexOf(sheet)
  const others = [...order.slice(0, at).toReversed(), ...order.slice(at + 1)]
  const next = others.find((other) => !grid.reader.look(other).isHidden) ?? others[0]
  if (next !== undefined) grid.execute('sheet.operation.set-worksheet-active', next, {})
}
