import type { Drawn } from './drawings.js'
import type { SheetDraft } from './feature.js'

/** What a cell here has without a size of its own, in pixels. */
export const USUAL_CELL = { width: 88, height: 24 } as const
/** More isn't counted: a stranger's file may say that something goes over a million rows. */
const LONGEST_PX = 10_000

/** Some programs say only from where to where something is. */
export function sizeOf({ width, height, from, to }: Drawn, { rows, columns }: SheetDraft) {
  if (to === undefined || (width > 0 && height > 0)) return { width, height }
  return {
    width: sum(columns.sizes, USUAL_CELL.width, from.column, to.column) - from.x + to.x,
    height: sum(rows.sizes, USUAL_CELL.height, from.row, to.row) - from.y + to.y,
  }
}

function sum(
  sizes: Readonly<Record<number, number>>,
  usual: number,
  from: number,
  to: number,
): number {
  let px = 0
  for (let at = from; at < to && px <= LONGEST_PX; at++) px += sizes[at] ?? usual
  return px
}
