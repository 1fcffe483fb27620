import type { IRange } from '@univerjs/core'

/** A mutation's parameters that say which sheet it is about. */
export interface OnSheet {
  readonly subUnitId: string
}

/** The same, with a range of its cells. */
export interface OnRange extends OnSheet {
  readonly range: IRange
}

/** The same, with several ranges. */
export interface OnRanges extends OnSheet {
  readonly ranges: readonly IRange[]
}
