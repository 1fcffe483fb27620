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

/** Reads ranges of a file with blanks between them; none if one of them isn't one. @example readRanges('A1:B2 D4') */
export function readRanges(text: string): CellRange[] {
  const ranges = text.split(' ').map(readRange)
  const known = ranges.filter((range) => range !== undefined)
  return known.length === ranges.length ? known : []
}

/** Returns the cells of ranges that a sheet has; those of files are often whole columns. */
export const rangesWithin = (
  ranges: readonly CellRange[],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): CellRange[] =>
  ranges
    .filter(({ startRow, startColumn }) => startRow < rows && startColumn < columns)
    .map((range) => ({
      ...range,
      endRow: Math.min(range.endRow, rows - 1),
      endColumn: Math.min(range.endColumn, columns - 1),
    }))
