import type { Draft } from '../document/draft.js'
import { keyBetween } from '../document/order-key.js'
import type { Workbook } from '../document/workbook.js'

/** Returns an order key for a sheet at an index. */
export function sheetKeyAt({ shown, list }: Workbook, index: number, { chance }: Draft): string {
  const keyOf = (at: number) => list.keyOf(shown[at]?.id ?? '') ?? null
  return keyBetween(keyOf(index - 1), keyOf(index), chance)
}
