import type { IRange } from '@univerjs/core'

/** The parameters of a mutation of one sheet. */
export interface OnSheet {
  readonly subUnitId: string
}

/** The same with a range of cells. */
export interface OnRange extends OnSheet {
  readonly range: IRange
}

/** The same with several ranges. */
export interface OnRanges extends OnSheet {
  readonly ranges: readonly IRange[]
}
