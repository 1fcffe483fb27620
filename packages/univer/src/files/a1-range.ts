import { parseCellRef } from 'hucre/xlsx'
import type { CellRange } from '../document/index.js'

/** Reads a range of a file; `undefined` if it isn't one. @example readRange('$A$1:B2') */
export function readRange(text: string): CellRange | undefined {
  const [from, to = from] = text.replaceAll('$', '').split(':').map(parseCellRef)
  if (from === undefined || to === undefined) return undefined
  const ends = [from.row, from.col, to.row, to.col]
  if (!ends.every((end) => Number.isInteger(end) && end >= 0)) return undefined
  return { startRow: from.row, startColumn: from.col, endRow: to.row, endColumn: to.col }
}
