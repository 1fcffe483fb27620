import type { AxisName } from './axis.js'
import type { CellWrite } from './cells.js'

/** Cells by row and column. @example {"4":{"2":{"v":7}}} */
export interface CellMatrix<T> {
  readonly [row: number]: { readonly [column: number]: T }
}

/** Cells by position, both ends included; as Univer says it. */
export interface CellRange {
  readonly startRow: number
  readonly startColumn: number
  readonly endRow: number
  readonly endColumn: number
}

interface On {
  /** The id of the sheet. */
  readonly sheet: string
}

interface OnAxis extends On {
  readonly axis: AxisName
}

/** Puts empty rows or columns in front of the one that is `at` a position. */
export interface InsertLines extends OnAxis {
  readonly type: 'insert-lines'
  readonly at: number
  readonly count: number
}

/** Takes rows or columns away, with all that is in them. */
export interface RemoveLines extends OnAxis {
  readonly type: 'remove-lines'
  readonly at: number
  readonly count: number
}

/** Puts rows or columns in front of the one that is at `to` before the move. */
export interface MoveLines extends OnAxis {
  readonly type: 'move-lines'
  readonly from: number
  readonly count: number
  readonly to: number
}

/** Heights or widths in pixels by position; `null` is the usual one. */
export interface SetSizes extends OnAxis {
  readonly type: 'set-sizes'
  readonly sizes: { readonly [position: number]: number | null }
}

/** Hides rows or columns, or shows them again, by position. */
export interface SetHidden extends OnAxis {
  readonly type: 'set-hidden'
  readonly hidden: { readonly [position: number]: boolean }
}

/** Writes cells; one that is `null` is emptied, its style included. */
export interface SetRangeValues extends On {
  readonly type: 'set-range-values'
  readonly cellValue: CellMatrix<CellWrite | null>
}

/** The merged cells of a sheet, all of them. */
export interface SetMerges extends On {
  readonly type: 'set-merges'
  readonly merges: readonly CellRange[]
}

/** How many rows and columns don't scroll. */
export interface SetFrozen extends On {
  readonly type: 'set-frozen'
  readonly rows: number
  readonly columns: number
}

/** Adds an empty sheet. */
export interface InsertSheet extends On {
  readonly type: 'insert-sheet'
  readonly index: number
  readonly name: string
  readonly rows: number
  readonly columns: number
}

export interface RemoveSheet extends On {
  readonly type: 'remove-sheet'
}

export interface RenameSheet extends On {
  readonly type: 'rename-sheet'
  readonly name: string
}

/** Puts a sheet at an index among the others, counted without it. */
export interface MoveSheet extends On {
  readonly type: 'move-sheet'
  readonly index: number
}

export type LineOperation = InsertLines | RemoveLines | MoveLines | SetSizes | SetHidden
export type SheetOperation = InsertSheet | RemoveSheet | RenameSheet | MoveSheet

/**
 * One step of a grid, positions counted from 0 in the grid as it is before the step. A step does
 * what its name says and nothing else: rows that come and go take cells, heights and hiding along,
 * but merges, frozen panes and formulas stay as they read until they are set.
 */
export type Operation = LineOperation | SheetOperation | SetRangeValues | SetMerges | SetFrozen
