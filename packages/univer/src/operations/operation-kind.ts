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

/**
 * What a mutation that has just been executed did, read from the grid as it is now.
 *
 * @param isDerived whether it only follows from lines that came, went or moved, or from a sheet that
 * is called differently: then the document knows better how formulas and merges read.
 */
export type Recorder<P> = (grid: GridReader, params: P, isDerived: boolean) => Operation[]

/**
 * All that there is to one operation. Between a grid and a document it goes four ways: `record` and
 * `write` bring what is done here into the document, `diff` and `play` what others did into the grid.
 *
 * @template D what `diff` looks at.
 */
export interface OperationKind<O extends Operation = Operation, D = never> {
  /** From the grid: what the mutations of Univer that are recorded as it did. */
  readonly record: { readonly [M in keyof Mutations]?: Recorder<Mutations[M]> }
  /** Into the document, where it counts as shown. */
  write(workbook: Workbook, step: O, draft: Draft): void
  /** From the document: what of it the grid doesn't show yet; from then on it counts as shown. */
  diff(unshown: D): O[]
  /** Into the grid. */
  play(step: O, grid: GridWriter): void
  /**
   * Whether Univer and the document may each have their own idea of formulas, merges and panes after
   * it.
   */
  readonly unsettles?: true
  /** Whether a cell may not be seen any more after it. */
  readonly hides?: true
}

/** A step between the lines that are shown and those that the document has. */
export interface LinesChange<T extends ListChange> {
  readonly change: T
  readonly sheet: SheetState
  readonly axis: AxisName
  /** All lines of the axis as they come to be. */
  readonly after: readonly LineId[]
}

/** A step between the sheets that are shown and those that the document has. */
export interface SheetsChange<T extends ListChange> {
  readonly change: T
  readonly workbook: Workbook
}

/** Rows or columns of which some may not be as shown. */
export interface TouchedLines {
  readonly sheet: SheetState
  readonly axis: AxisName
}

/** A sheet of which something may not be as shown. */
export interface UnshownSheet {
  readonly workbook: Workbook
  readonly sheet: SheetState
  /** A cell that is left as it is shown for now. */
  readonly held: CellPlace | null
}

/** Writes to the sheet of a step, if there is such a sheet. */
export function onSheet<O extends Operation>(
  write: (sheet: SheetState, step: O, draft: Draft, workbook: Workbook) => void,
): OperationKind<O>['write'] {
  return (workbook, step, draft) => {
    const sheet = workbook.sheetWithId(step.sheet)
    if (sheet !== undefined) write(sheet, step, draft, workbook)
  }
}
