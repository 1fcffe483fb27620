import type { AxisName, LineId } from '../document/axis.js'
import type { CellPlace } from '../document/cells.js'
import type { Draft } from '../document/draft.js'
import type { ListChange } from '../document/list-changes.js'
import type { SheetState } from '../document/sheet-state.js'
import type { Workbook } from '../document/workbook.js'
import type { GridReader } from '../grid-reader.js'
import type { GridWriter } from '../grid-writer.js'
import type { Mutations } from './mutations.js'
import type { Operation } from './operation.js'
import type { SetNames } from './set-names.js'

/**
 * Returns the operations of an executed mutation, read from the grid.
 *
 * @param isDerived whether the mutation only follows from moved lines or a renamed sheet: then the
 *   document decides about formulas and merges
 */
export type Recorder<P> = (grid: GridReader, params: P, isDerived: boolean) => Operation[]

/**
 * Everything about one operation. It passes between a grid and a document in four ways: `record`
 * and `write` bring local steps into the document, and `diff` and `play` bring the others' steps
 * into the grid.
 *
 * @template D what `diff` compares
 */
export interface OperationKind<O extends Operation = Operation, D = never> {
  /** Reads the operation from the grid, for each of Univer's mutations that perform it. */
  readonly record: { readonly [M in keyof Mutations]?: Recorder<Mutations[M]> }
  /** Writes the operation into the document, where it counts as shown. */
  write(workbook: Workbook, step: O, draft: Draft): void
  /** Returns what the document has and the grid doesn't show yet; it then counts as shown. */
  diff(unshown: D): O[]
  /** Performs the operation in the grid. */
  play(step: O, grid: GridWriter): void
  /**
   * Whether Univer may change formulas, merges and panes afterwards differently from the document.
   */
  readonly unsettles?: true
  /** Whether it may hide cells. */
  readonly hides?: true
}

/** A step from the shown lines to those of the document. */
export interface LinesChange<T extends ListChange> {
  readonly change: T
  readonly sheet: SheetState
  readonly axis: AxisName
  /** All lines of the axis after the changes. */
  readonly after: readonly LineId[]
}

/** A step from the shown sheets to those of the document. */
export interface SheetsChange<T extends ListChange> {
  readonly change: T
  readonly workbook: Workbook
}

/** Rows or columns, some of which may differ from what is shown. */
export interface TouchedLines {
  readonly sheet: SheetState
  readonly axis: AxisName
}

/** A sheet that may differ from what is shown. */
export interface UnshownSheet {
  readonly workbook: Workbook
  readonly sheet: SheetState
  /** A cell to leave as it is shown for now. */
  readonly held: CellPlace | null
}

/** Returns a writer for steps of one sheet; it does nothing if the sheet doesn't exist. */
export function onSheet<O extends Exclude<Operation, SetNames>>(
  write: (sheet: SheetState, step: O, draft: Draft, workbook: Workbook) => void,
): OperationKind<O>['write'] {
  return (workbook, step, draft) => {
    const sheet = workbook.sheetWithId(step.sheet)
    if (sheet !== undefined) write(sheet, step, draft, workbook)
  }
}
