import {
  InsertColMutation,
  InsertRowMutation,
  MoveColsMutation,
  MoveRowsMutation,
  RemoveColMutation,
  RemoveRowMutation,
  type IInsertRowMutationParams,
  type IMoveRowsMutationParams,
} from '@univerjs/sheets'
import type { IRange } from '@univerjs/core'
import type { FormulaCell, Mutation } from './messages.js'

/** Returns the new position of a row or column; `null` if it was deleted. */
type Shift = (at: number) => number | null

/** An insertion, deletion or move of a sheet's lines. */
export interface LineMove {
  readonly sheet: string
  readonly isRows: boolean
  readonly shift: Shift
}

interface Lines {
  readonly at: number
  readonly count: number
}

const KINDS = new Map<string, { isRows: boolean; read: (params: never, isRows: boolean) => Shift }>(
  [
    [InsertRowMutation.id, { isRows: true, read: inserted }],
    [InsertColMutation.id, { isRows: false, read: inserted }],
    [RemoveRowMutation.id, { isRows: true, read: removed }],
    [RemoveColMutation.id, { isRows: false, read: removed }],
    [MoveRowsMutation.id, { isRows: true, read: moved }],
    [MoveColsMutation.id, { isRows: false, read: moved }],
  ],
)

/** Returns how a mutation moves the lines of a sheet; `null` if it doesn't. */
export function lineMoveOf({ id, params }: Mutation): LineMove | null {
  const kind = KINDS.get(id)
  if (kind === undefined) return null
  const { isRows, read } = kind
  const { subUnitId: sheet } = params as IInsertRowMutationParams
  return { sheet, isRows, shift: read(params as never, isRows) }
}

/** Returns a formula's cell after lines moved; `null` if it was deleted. */
export function movedCell(
  cell: FormulaCell,
  { sheet, isRows, shift }: LineMove,
): FormulaCell | null {
  if (cell.sheet !== sheet) return cell
  const at = shift(isRows ? cell.row : cell.column)
  if (at === null) return null
  return isRows ? { ...cell, row: at } : { ...cell, column: at }
}

function inserted({ range }: IInsertRowMutationParams, isRows: boolean): Shift {
  const { at, count } = linesOf(range, isRows)
  return (line) => (line < at ? line : line + count)
}

function removed({ range }: IInsertRowMutationParams, isRows: boolean): Shift {
  const { at, count } = linesOf(range, isRows)
  return (line) => {
    if (line < at) return line
    return line < at + count ? null : line - count
  }
}

function moved({ sourceRange, targetRange }: IMoveRowsMutationParams, isRows: boolean): Shift {
  const { at: from, count } = linesOf(sourceRange, isRows)
  const { at: before } = linesOf(targetRange, isRows)
  const to = before > from ? before - count : before
  return (line) => {
    if (line >= from && line < from + count) return line - from + to
    const without = line < from ? line : line - count
    return without < to ? without : without + count
  }
}

const linesOf = ({ startRow, endRow, startColumn, endColumn }: IRange, isRows: boolean): Lines =>
  isRows
    ? { at: startRow, count: endRow - startRow + 1 }
    : { at: startColumn, count: endColumn - startColumn + 1 }
